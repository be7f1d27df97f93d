// The panels beside the drawing: why, parameters, code, and the table of all micro-steps.

// The equation with names above and numbers below; `first` may stand in for the result.
function equation(el) {
  const sizes = ["", "mid", "small", "tiny", "tiny narrow"];
  let largest = 0;
  function fit() { // long names are wide where the numbers are not
    let size = largest;
    el.className = `eq ${sizes[size]}`;
    while (size < 4 && el.scrollWidth > el.clientWidth) el.className = `eq ${sizes[++size]}`;
  }
  return { fit, write(move, numbers, how, first, captionOfFirst) {
    const rows = [[], [], []]; // read row by row
    const cell = (row, i, cls, ...kids) => {
      const made = h("span", { class: cls }, ...kids);
      made.style.gridArea = `${row} / ${i + 1}`;
      rows[row - 1].push(made);
    };
    list(move.equation).forEach((part, i) => {
      const sign = part.text !== undefined && isOperator(part.text);
      const grad = part.grad !== undefined && how.notation !== "partial" && how.grads[part.grad];
      if (grad) { const { text, cls } = slope(grad, how.notation); cell(1, i, cls, text); }
      else if (part.over !== undefined) cell(1, i, "frac m", h("span", null, part.over), h("span", null, part.under));
      else if (part.spans) cell(1, i, "m", spans(part.spans, how));
      else if (move.phase === "zero" && !sign) cell(1, i, "m");
      else cell(1, i, sign ? "sign" : isNumber(part.text || "") ? "num" : "m", part.text);
      const held = i === 0 && first ? first : numbers[i];
      const gone = move.phase === "zero" && i % 2 === 0 && numbers[i] !== "blank";
      cell(2, i, sign ? "sign" : `number ${i === 0 ? `first ${tone(move.phase)}` : ""}${gone ? " gone" : ""}`, held);
      cell(3, i, "caption", i === 0 && captionOfFirst ? captionOfFirst : spans(list(move.captions)[i], how));
    });
    const wide = numbers.join("").length;
    largest = wide > 40 ? 3 : wide > 24 ? 2 : wide > 15 ? 1 : 0;
    el.replaceChildren(...rows.flat());
    fit();
  } };
}

// What stands in the panel "why": question or statement, equation, sentences.
function narration(el, quiz) {
  const where = h("p", { class: "where" }), title = h("h2"), eq = h("div", { class: "eq", role: "group" });
  const sums = h("p", { class: "sums" }), say = h("p", { class: "say" }), note = h("p", { class: "note" });
  el.append(where, title, eq, quiz.el, sums, say, note);
  const { fit, write } = equation(eq);
  const lines = (all, how, gap) => list(all).flatMap((line, i) => [i ? gap() : null, ...spans(line, how)]).filter((kid) => kid !== null);
  return { fit, show(move, told, run, k, how, asked, check) {
    const cell = asked && told.cell, numbers = list(cell ? cell.numbers : told.numbers);
    where.textContent = `${capital(run.name)}, ${k - run.start + 1} of ${run.count}${asked ? ". Predict" : ""}`;
    title.replaceChildren(...spans(asked ? move.ask.question : move.title, how), asked && cell ? h("span", { class: "which" }, capital(cell.where)) : "");
    eq.setAttribute("aria-label", asked ? `Equation of the number asked for` : numbers.join(" "));
    // An element of a tensor has an arithmetic of its own, which the names above need not fit.
    const same = cell && numbers.length === list(move.equation).length;
    const shown = cell ? { ...move, captions: same ? move.captions : [], equation: numbers.map((text, i) => (isOperator(text) ? { text } : same ? move.equation[i] : {})) } : move;
    write(shown, numbers, how, asked && quiz.input, asked && "your answer");
    // The sum of a value used several times grows with every message.
    const chain = asked ? [] : list(told.sums), grad = how.grads[move.target];
    sums.replaceChildren(...(chain.length && grad ? [...spans([{ math: "", grad: move.target }], how), ": blank", ...chain.flatMap((text, i) => [" → ", i === chain.length - 1 ? h("b", null, text) : text])] : []));
    say.replaceChildren(...(asked ? [] : lines(told.say, how, () => " ")));
    const checked = !asked && check ? [[`Numeric check${check[1] ? `: ${check[1]}` : ""}, ${check[0]}.`]] : [];
    note.replaceChildren(...(asked ? [] : lines([...list(told.note), ...checked], how, () => h("br"))));
  } };
}

function paramTable(step, at, graph, room) {
  const shapes = step.params.some((param) => param.shape);
  const body = h("tbody"), rule = h("div", { class: "rules" });
  const gradsOf = (param) => at.grads.get(param.node) || [];
  const rows = step.params.map((param) => {
    const grad = h("td", { class: "grad" }, h("span")), fresh = h("td", { class: "new" }, h("span"));
    body.append(h("tr", null, h("th", { scope: "row" }, h("i", { class: "m" }, param.name)),
      shapes && h("td", { class: "shape" }, param.shape), h("td", null, h("span", null, param.old)), grad, fresh));
    const before = (step.left_over && step.left_over.params[param.node]) || "";
    return { param, before, grad: grad.firstChild, fresh: fresh.firstChild, due: at.updated.get(param.node) ?? Infinity };
  });
  const el = h("div", { class: "scroll", tabindex: rows.length > 7 ? 0 : null, role: "group", "aria-label": "Parameters" },
    h("table", null, h("thead", null, h("tr", null, h("th", null, h("span", { class: "hidden" }, "name")), shapes && h("th", { scope: "col" }, "shape"),
      ...["old", "grad", "new"].map((key) => h("th", { scope: "col", style: `min-width: ${room[key]}ch` }, key === "grad" ? "gradient" : key)))), body));
  let current = null;
  return { parts: [el, rule], show(k, asked) {
    const move = graph.moves[k], zeroing = move.phase === "zero";
    current = null;
    for (const row of rows) {
      const { param } = row, mine = gradsOf(param), seen = mine.filter((i) => i <= k), here = move.target === param.node;
      const cells = seen.length && step.moves[seen[seen.length - 1]].grad;
      const running = cells && cells.length === 1 && cells[0].length === 1 ? cells[0][0] : "";
      const stale = k <= at.zero && row.before;
      const text = stale ? row.before : mine.length ? (seen.length === mine.length ? param.grad : running) : row.due <= k ? param.grad : "";
      row.grad.textContent = asked && here && move.phase === "backward" ? "?" : text;
      row.fresh.textContent = asked && row.due === k ? "?" : row.due <= k ? param.new : "";
      row.grad.className = move.phase === "backward" && here ? "on b" : stale ? `stale${zeroing ? " on u gone" : ""}` : "";
      row.fresh.className = row.due === k ? "on u" : "";
      if (row.due === k || (here && move.phase === "backward")) current = row;
      // The update that the gradient leads to is told as soon as the gradient is whole.
      row.complete = mine.length > 0 && seen.length === mine.length && k > at.zero && !(asked && here);
    }
    const coming = move.phase === "backward" && rows.length <= 3 && rows.some((row) => row.complete);
    const shown = rows.filter((row) => (move.phase === "update" ? row.due <= k && (rows.length <= 3 || row.due === k) : coming && row.complete));
    const named = (row, text) => (text.startsWith(row.param.name) ? [h("i", { class: "m" }, row.param.name), text.slice(row.param.name.length)] : [text]);
    const secret = (row) => asked && row.due === k ? `${row.param.rule.split(/\s*=\s*[^=]*$/)[0]} = ?` : row.param.rule;
    const stale = rows.some((row) => row.before) && k < at.zero;
    rule.replaceChildren(...[coming && h("p", null, "Update comes next:"), stale && h("p", null, `The gradients are left over from step ${step.left_over.step}.`),
      ...shown.map((row) => h("p", { class: row.due === k ? "now" : null }, named(row, secret(row))))].filter(Boolean));
  }, reveal() { // the row of this micro-step, where not all of them have room
    if (!current || el.scrollHeight <= el.clientHeight) return;
    const top = current.grad.closest("tr").offsetTop;
    if (top < el.scrollTop + 30 || top > el.scrollTop + el.clientHeight - 30) el.scrollTop = top - el.clientHeight / 2;
  } };
}

// The learner's own lines. A line that made something leads to it.
function codeList(graph, onLine) {
  const made = new Set(graph.moves.map((move) => move.code).filter((i) => i !== null && i !== undefined));
  const codes = [];
  const lines = graph.code.map((line, i) => {
    const text = h("code", null, line.text), kids = [h("span", { class: "n" }, line.line ? String(line.line) : ""), text];
    codes.push(text);
    const li = h("li", null, made.has(i) ? h("button", { type: "button", "aria-label": `Line ${line.line}: ${line.text.trim()}` }, kids) : kids, line.phase && h("span", { class: "p" }, capital(line.phase)));
    if (made.has(i)) li.firstChild.addEventListener("click", () => onLine(i));
    return li;
  });
  const ol = h("ol", { class: "lines", tabindex: 0, role: "list", "aria-label": "Source lines" }, lines), note = h("p", { class: "note" });
  let seen = null;
  return { parts: [ol, note], show(move, op) {
    const has = (i) => i !== null && i !== undefined && lines[i];
    lines.forEach((li, i) => {
      const here = i === move.code, runs = i === move.running;
      li.className = `${here ? `on ${tone(move.phase)}` : ""} ${runs ? `run ${tone(move.phase)}` : ""}`.trim();
      li.setAttribute("aria-current", here ? "true" : "false");
      const { text } = graph.code[i], part = here ? list(move.part) : [];
      if (part.length) codes[i].replaceChildren(text.slice(0, part[0]), h("b", null, text.slice(...part)), text.slice(part[1]));
      else if (codes[i].firstElementChild) codes[i].replaceChildren(text);
    });
    note.textContent = [has(move.code) && `Line ${graph.code[move.code].line} made ${op ? `this ${op.symbol}` : "this value"}.`,
      has(move.running) && `Line ${graph.code[move.running].line} is running.`].filter(Boolean).join(" ");
    seen = has(move.code) || has(move.running);
  }, reveal() {
    const li = seen;
    if (li && ol.scrollHeight > ol.clientHeight) ol.scrollTop = li.offsetTop - ol.offsetTop - ol.clientHeight / 2;
  } };
}

function traceTable(el) {
  const body = h("tbody");
  el.append(h("summary", null, "All micro-steps of this training step, as a table"), h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Trace" },
    h("table", null, h("thead", null, h("tr", null, ["number", "phase", "what happens", "with numbers", "why"].map((text, i) => h("th", { scope: "col" }, i ? text : h("span", { class: "hidden" }, text))))), body)));
  let built = "";
  return (graph, step, k, how, asked) => {
    if (!el.open) return;
    const key = `${step.step} ${how.notation} ${asked ? k : ""}`;
    if (built !== key) {
      built = key;
      body.replaceChildren(...graph.moves.map((move, i) => {
        const told = step.moves[i], secret = asked && i >= k; // a table must not give the answer away
        return h("tr", null, h("td", null, String(i + 1)), h("td", null, capital(move.phase)), h("td", null, spans(move.title, how)),
          h("td", { class: "num" }, secret ? "?" : list(told.numbers).filter(Boolean).join(" ")), h("td", null, secret ? "" : list(told.say).map((line) => plain(line, how)).join(" ")));
      }));
    }
    [...body.children].forEach((row, i) => row.setAttribute("aria-current", i === k ? "step" : "false"));
  };
}
