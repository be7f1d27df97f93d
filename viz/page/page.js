// The stepper: steps through one recorded training run, micro-step by micro-step.
//
// render({model, el}) builds everything inside `el` and returns a function that takes it down.
// This is the second half of the one module of the page; drawing.js is the first.

function drawMinimap(graph) {
  const svg = s("svg", { class: "map", viewBox: `0 0 ${graph.width} ${graph.height}`, "aria-hidden": "true" });
  svg.style.width = `min(100%, ${Math.round((54 * graph.width) / graph.height)}px)`;
  for (const op of graph.ops) svg.append(s("circle", { cx: op.x, cy: op.y, r: 14 }));
  const boxes = new Map(graph.nodes.map((node) => [node.id, s("rect", { class: node.kind, x: node.x, y: node.y, width: node.w, height: node.h, rx: 12 })]));
  const view = s("rect", { class: "view", rx: 14 });
  svg.append(...graph.edges.map((edge) => s("path", { d: edge.forward })), ...boxes.values(), view);
  return { svg, view, boxes };
}

// The loss curve: the numbers place its points, the texts come from the steps.
function lossCurve(model, go) {
  const { epochs, losses, ticks } = model.loss_curve;
  const W = 312, top = 18, bottom = 84, left = 6, right = 306;
  const marks = list(ticks).map((text) => [text, Number(String(text).replace("−", "-"))]).filter(([, at]) => Number.isFinite(at));
  const known = losses.filter((loss) => loss !== null).concat(marks.map(([, at]) => at));
  const low = Math.min(0, ...known), high = Math.max(...known, low + 1e-300), last = epochs.length - 1;
  const x = (i) => last < 1 ? left : left + (right - left) * (epochs[i] - epochs[0]) / ((epochs[last] - epochs[0]) || 1);
  const y = (loss) => bottom - (bottom - top) * ((loss - low) / ((high - low) || 1));
  const points = losses.map((loss, i) => (loss === null ? null : `${x(i).toFixed(1)} ${y(loss).toFixed(1)}`));
  const path = (upto) => points.slice(0, upto).map((p, i) => (p ? `${i && points[i - 1] ? "L" : "M"}${p}` : "")).join("");
  const svg = s("svg", { class: "curve", viewBox: `0 0 ${W} 104`, role: "img" });
  for (const [text, at] of marks) {
    svg.append(s("line", { class: at === low ? "rule" : "hair", x1: 0, x2: W, y1: y(at), y2: y(at) }),
      s("text", { class: "tick", x: W, y: y(at) - 4, "text-anchor": "end" }, String(text)));
  }
  const done = s("path", { class: "done" }), stem = s("line", { class: "stem", y2: bottom }), dot = s("circle", { r: 5 });
  const value = s("text", { class: "now" }), when = s("text", { class: "when", y: 100 });
  const end = s("text", { class: "tick", x: W, y: 100, "text-anchor": "end" }, last > 0 ? String(epochs[last]) : "");
  svg.append(s("path", { class: "all", d: path(points.length) }), done, stem, dot, value, when, end);
  return { svg, show(step) {
    const i = step.curve_index ?? -1, known = points[i] !== null && points[i] !== undefined;
    svg.setAttribute("aria-label", `${model.loss_name} is ${step.loss} in epoch ${step.epoch}, ${model.loss_curve.epochs.length} points in all`);
    for (const el of [done, stem, dot]) el.style.display = known ? "" : "none";
    value.textContent = step.loss;
    const at = i < 0 ? left : x(i), over = at > W * 0.66, up = known ? y(losses[i]) : top + 14;
    when.textContent = `epoch ${step.epoch}`;
    when.setAttribute("x", Math.max(0, Math.min(at - 22, W - 50)));
    end.style.display = at > W * 0.7 ? "none" : "";
    value.setAttribute("x", over ? at - 10 : at + 11);
    value.setAttribute("y", Math.max(14, up < bottom - 16 ? up + 5 : up - 9));
    value.setAttribute("text-anchor", over ? "end" : "start");
    if (!known) return;
    done.setAttribute("d", path(i + 1));
    for (const [el, key, v] of [[stem, "x1", at], [stem, "x2", at], [stem, "y1", up], [dot, "cx", at], [dot, "cy", up]]) el.setAttribute(key, v);
  } };
}

function paramTable(step, at, graph, room) {
  const shapes = step.params.some((param) => param.shape);
  const body = h("tbody"), rule = h("div", { class: "rules" });
  const gradsOf = (param) => at.grads.get(param.node) || [];
  const updates = graph.moves.flatMap((move, i) => (move.phase === "update" ? [i] : []));
  const rows = step.params.map((param, i) => {
    const grad = h("td", { class: "grad" }, h("span")), fresh = h("td", { class: "new" }, h("span"));
    body.append(h("tr", null, h("th", { scope: "row" }, h("i", { class: "m" }, param.name)),
      shapes && h("td", { class: "shape" }, param.shape), h("td", null, h("span", null, param.old)), grad, fresh));
    return { param, grad: grad.firstChild, fresh: fresh.firstChild, due: updates[i] ?? Infinity };
  });
  const el = h("div", { class: "scroll", tabindex: rows.length > 7 ? 0 : null, role: "group", "aria-label": "Parameters" },
    h("table", null, h("thead", null, h("tr", null, h("th", null, h("span", { class: "hidden" }, "name")), shapes && h("th", null, "shape"),
      ...["old", "grad", "new"].map((key) => h("th", { scope: "col", style: `min-width: ${room[key]}ch` }, key === "grad" ? "gradient" : key)))), body));
  return { parts: [el, rule], show(k) {
    const move = graph.moves[k];
    let current = null;
    for (const row of rows) {
      const { param } = row, mine = gradsOf(param), seen = mine.filter((i) => i <= k);
      const cells = seen.length && step.moves[seen[seen.length - 1]].grad;
      const running = cells && cells.length === 1 && cells[0].length === 1 ? cells[0][0] : "";
      row.grad.textContent = mine.length ? (seen.length === mine.length ? param.grad : running) : row.due <= k ? param.grad : "";
      row.fresh.textContent = row.due <= k ? param.new : "";
      row.grad.className = move.phase === "backward" && move.target === param.node ? "on b" : "";
      row.fresh.className = row.due === k ? "on u" : "";
      if (row.due === k || row.grad.className) current = row;
    }
    const shown = rows.filter((row) => row.due <= k && (rows.length <= 3 || row.due === k));
    rule.replaceChildren(...shown.map((row) => h("p", { class: row.due === k ? "now" : null }, row.param.rule)));
    if (!current || el.scrollHeight <= el.clientHeight) return;
    const top = current.grad.closest("tr").offsetTop;
    if (top < el.scrollTop + 30 || top > el.scrollTop + el.clientHeight - 30) el.scrollTop = top - el.clientHeight / 2;
  } };
}

function codeList(graph) {
  const lines = list(graph.code).map((line) => h("li", null, h("span", { class: "n" }, String(line.line)),
    h("code", null, line.text), line.phase && h("span", { class: "p" }, capital(line.phase))));
  const ol = h("ol", { class: "lines", tabindex: 0, role: "list", "aria-label": "Source lines" }, lines), note = h("p", { class: "note" });
  return { parts: [ol, note], show(move) {
    const has = (i) => i !== null && i !== undefined && lines[i];
    lines.forEach((li, i) => {
      const here = i === move.code, runs = i === move.running;
      li.className = `${here ? `on ${tone(move.phase)}` : ""} ${runs ? `run ${tone(move.phase)}` : ""}`.trim();
      li.setAttribute("aria-current", here ? "true" : "false");
    });
    const op = graph.ops.find((one) => one.id === move.op);
    note.textContent = [has(move.code) && `Line ${graph.code[move.code].line} made ${op ? `this ${op.symbol}` : "this value"}.`,
      has(move.running) && `Line ${graph.code[move.running].line} is running.`].filter(Boolean).join(" ");
    const li = has(move.code) || has(move.running);
    if (li && ol.scrollHeight > ol.clientHeight) ol.scrollTop = li.offsetTop - ol.offsetTop - ol.clientHeight / 2;
  } };
}

function narration(el) {
  const where = h("p", { class: "where" }), title = h("h2"), eq = h("div", { class: "eq", role: "math" });
  const say = h("p", { class: "say" }), note = h("p", { class: "note" });
  el.append(where, title, eq, say, note);
  return (move, told, run, k) => {
    where.textContent = `${capital(run.name)}, ${k - run.start + 1} of ${run.count}`;
    title.replaceChildren(...spans(move.title));
    const columns = list(move.equation), rows = [[], [], []]; // read row by row
    const cell = (row, i, cls, ...kids) => {
      const made = h("span", { class: cls }, ...kids);
      made.style.gridArea = `${row} / ${i + 1}`;
      rows[row - 1].push(made);
    };
    columns.forEach((part, i) => {
      const sign = part.text !== undefined && isOperator(part.text);
      if (part.over !== undefined) cell(1, i, "frac m", h("span", null, part.over), h("span", null, part.under));
      else cell(1, i, sign ? "sign" : isNumber(part.text || "") ? "num" : "m", part.text);
      cell(2, i, sign ? "sign" : `number ${i === 0 ? `first ${tone(move.phase)}` : ""}`, list(told.numbers)[i]);
      cell(3, i, "caption", spans(list(move.captions)[i]));
    });
    const wide = list(told.numbers).join("").length;
    eq.className = `eq ${wide > 40 ? "tiny" : wide > 24 ? "small" : wide > 15 ? "mid" : ""}`;
    eq.setAttribute("aria-label", told.speak || list(told.numbers).join(" "));
    eq.replaceChildren(...rows.flat());
    say.replaceChildren(...list(told.say).flatMap((line, i) => [i ? " " : null, ...spans(line)]).filter((kid) => kid !== null));
    note.replaceChildren(...list(told.note).flatMap((line, i) => [i ? h("br") : null, ...spans(line)]).filter((kid) => kid !== null));
  };
}

function traceTable(el) {
  const body = h("tbody");
  el.append(h("summary", null, "All micro-steps of this training step, as a table"), h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Trace" },
    h("table", null, h("thead", null, h("tr", null, ["", "phase", "what happens", "with numbers", "why"].map((text) => h("th", { scope: "col" }, text)))), body)));
  let built = null;
  return (graph, step, k) => {
    if (!el.open) return;
    if (built !== step) {
      built = step;
      body.replaceChildren(...graph.moves.map((move, i) => {
        const told = step.moves[i];
        return h("tr", null, h("td", null, String(i + 1)), h("td", null, capital(move.phase)), h("td", null, spans(move.title)),
          h("td", { class: "num" }, list(told.numbers).filter(Boolean).join(" ")), h("td", null, list(told.say).map(plain).join(" ")));
      }));
    }
    [...body.children].forEach((row, i) => row.setAttribute("aria-current", i === k ? "step" : "false"));
  };
}

const KEYS = [[["←", "→"], "step", "one micro-step back or on"], [["⇧←", "⇧→"], "phase", "to the start of a phase"],
  [["PgUp", "PgDn"], "training step", "one training step back or on"], [["Home", "End"], null, "first or last micro-step of the training step"],
  [["Space"], "play", "play or pause"], [["?"], "help", "this help"]];

export function render({ model: given, el }) {
  if (!list(given.steps).length) {
    el.replaceChildren(h("p", null, "This recording holds no training step, so there is nothing to step through."));
    return () => el.replaceChildren();
  }
  const model = completed(given);
  // Two steppers, and two copies of this module, may share a page: ids carry a prefix of their own.
  let number = 1;
  while (document.querySelector(`[data-agl="${number}"]`)) number += 1;
  const ids = `agl${number}_`;
  const page = document.documentElement.classList.contains("agl-page");
  const off = new AbortController();
  const on = (target, type, run, options) => target.addEventListener(type, run, { signal: off.signal, ...options });
  const button = (label, cls, ...kids) => h("button", { type: "button", class: cls, "aria-label": label, title: label }, ...kids);
  if (page && model.title) document.title = model.title;

  // The frame of the page
  const root = h("div", { class: "agl", "data-agl": number, tabindex: -1 });
  const ofStep = h("p", { class: "of" }), phases = h("ol"), theme = button("Dark theme", "theme", icon("M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 3.1v9.8a4.9 4.9 0 0 1 0-9.8z"));
  const pan = h("div", { class: "pan" }), map = h("div", { class: "maps" }), notice = h("p", { class: "notice" });
  const sample = (cls, ...kids) => s("svg", { class: cls, viewBox: "0 0 34 14", width: 34, height: 14, "aria-hidden": "true" }, ...kids);
  const box = (kind) => sample(`node ${kind}`, s("rect", { class: "box", x: 7, y: 1.5, width: 22, height: 11, rx: 3.5 }), kind === "parameter" && s("rect", { class: "inner", x: 9.5, y: 4, width: 17, height: 6, rx: 1.5 }),
    kind === "value" && s("path", { class: "hair", d: "M9.5 7h17" }));
  const arrow = (c) => sample("", s("path", { class: `edge now ${c}`, d: c === "f" ? "M1 7H27" : "M33 7H8" }), s("path", { class: `head ${c}`, d: c === "f" ? "M25 3l9 4-9 4 2-4z" : "M9 3L0 7l9 4-2-4z" }));
  const legend = h("ul", { class: "legend" }, [[arrow("f"), "value, forward"], [arrow("b"), "gradient, backward"], [box("parameter"), "parameter"],
    [box("loss"), "loss"], [box("value"), "blank: not reached yet"]].map(([picture, text]) => h("li", null, picture, text)));
  const names = ["why", "code", "params", "loss"], headings = { why: "Why", code: "Code", params: "Parameters", loss: "Loss" };
  const panels = Object.fromEntries(names.map((name) => [name, h("section", { class: `panel ${name}`, id: ids + name, "aria-label": headings[name] })]));
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "About this micro-step" });
  const trace = h("details", { class: "trace" }), live = h("div", { class: "hidden", role: "status", "aria-live": "polite" });
  const back = button("One micro-step back", "round back", icon(LEFT)), next = button("One micro-step on", "round next", icon(RIGHT)), play = button("Play", "round play", icon(PLAY));
  const scrub = h("input", { type: "range", min: 0, step: 1, "aria-label": "Micro-step" }), ticks = h("div", { class: "ticks", "aria-hidden": "true" }), labels = h("div", { class: "labels", "aria-hidden": "true" });
  const rail = h("div", { class: "rail" }, ticks, scrub, labels), count = h("span", { class: "count" });
  const train = h("input", { type: "range", min: 0, max: model.steps.length - 1, step: 1, value: 0, id: `${ids}train` }), trained = h("output", { for: `${ids}train` });
  const speed = h("select", { id: `${ids}speed` }, ["0.5", "1", "2", "4"].map((x) => h("option", { value: x, selected: x === "1" ? "" : null }, `${x}×`)));
  const help = button("Help: the keys", "help", h("kbd", null, "?"), " help"), more = button("More controls", "round more", icon("M3.2 8h.01M8 8h.01M12.8 8h.01"));
  const keys = h("div", { class: "keys" }, KEYS.slice(0, 5).filter((row) => row[1]).map(([caps, text]) => h("span", null, caps.map((cap) => h("kbd", null, cap)), ` ${text}`)), help);
  const footer = h("footer", { class: "controls", id: `${ids}controls` }, h("div", { class: "row" }, h("div", { class: "buttons" }, back, next, play, count, more), rail),
    h("div", { class: "row second" }, h("label", { class: "train", for: `${ids}train` }, "Training step"), train, trained, h("label", { class: "speed" }, "Speed", speed), keys));
  const close = h("button", { type: "button", class: "close" }, "Close"); // a form would be refused in a sandbox
  const dialog = h("dialog", { class: "sheet", "aria-label": "Keys" }, h("h2", null, "Keys"),
    h("dl", null, KEYS.map(([caps, , text]) => [h("dt", null, caps.map((cap) => h("kbd", null, cap))), h("dd", null, text)])),
    h("p", { class: "note" }, "The address of this page names what you see, as in #step=12&phase=backward&at=5. Choose a box in the drawing to go where its number is made."),
    close);
  root.append(h("a", { class: "skip", href: `#${ids}controls` }, "Skip to the controls"),
    h("header", null, h("div", { class: "titles" }, h("h1", null, model.title), h("p", { class: "subtitle" }, spans(model.subtitle))),
      h("div", { class: "state" }, ofStep, h("nav", { "aria-label": "Phases" }, phases), theme)),
    h("main", null, h("section", { class: "graph", "aria-label": "Computation graph" }, pan, h("div", { class: "under" }, notice, map, legend)), tabs,
      h("div", { class: "panels" }, Object.values(panels)), trace), footer, live, dialog);
  el.replaceChildren(root);

  const why = narration(panels.why), tell = traceTable(trace);
  const hasCurve = model.loss_curve && list(model.loss_curve.losses).some((loss) => loss !== null);
  const curve = hasCurve && lossCurve(model);
  if (curve) panels.loss.append(h("h3", null, "Loss"), curve.svg);
  const room = {}; // places wide enough for every step, so that no column moves
  for (const key of ["old", "grad", "new"]) room[key] = 2 + Math.max(6, ...model.steps.map((step) => longest(step.params.map((param) => [param[key] || ""]))));
  const built = new Map();
  let at = 0, k = 0, current = null, table = null, timer = null, settle = null, fit = 1;

  function graphOf(step) {
    if (!built.has(step.graph)) {
      const graph = model.graphs[step.graph], when = index(graph), mini = drawMinimap(graph);
      const mine = model.steps.filter((one) => one.graph === step.graph);
      const drawing = drawGraph(graph, when, mine, `${ids}${step.graph}_`, pan, (id) => visit(id));
      built.set(step.graph, { graph, when, mini, drawing, code: list(graph.code).length ? codeList(graph) : null });
    }
    return built.get(step.graph);
  }
  // Each phase is set off by one empty place, so the scale of the scrubber shows where it begins.
  const slotOf = (i) => i + current.when.phases.findIndex((run) => i < run.start + run.count);
  const runOf = (i) => current.when.phases.find((run) => i < run.start + run.count);

  function enter(entry) {
    current = entry;
    pan.replaceChildren(entry.drawing.svg);
    map.replaceChildren(entry.mini.svg);
    notice.textContent = entry.graph.notice || "";
    panels.code.replaceChildren(...(entry.code ? [h("h3", null, "Your code"), ...entry.code.parts] : []));
    root.classList.toggle("no-code", !entry.code);
    root.classList.toggle("no-curve", !curve);
    const last = slotOf(entry.graph.moves.length - 1);
    scrub.max = last;
    const place = (i) => `${(100 * slotOf(i)) / Math.max(1, last)}%`;
    const dense = last > 150, starts = new Set(entry.when.phases.map((run) => run.start));
    ticks.replaceChildren(...["all", "past"].map((cls) => h("div", { class: cls }, entry.graph.moves.map((_, i) => {
      if (dense && !starts.has(i)) return null;
      const tick = h("i");
      tick.style.left = place(i);
      return tick;
    }))));
    labels.replaceChildren(...entry.when.phases.map((run) => { const label = h("span"); label.style.left = place(run.start); return label; }));
    phases.replaceChildren(...entry.when.phases.map((run) => {
      const b = h("button", { type: "button", class: tone(run.name) }, capital(run.name));
      on(b, "click", () => { stop(); go(at, run.start); });
      return h("li", null, b);
    }));
  }

  function size() {
    const { graph } = current, tall = window.innerHeight, pad = getComputedStyle(pan);
    const wide = pan.clientWidth - parseFloat(pad.paddingLeft) - parseFloat(pad.paddingRight);
    fit = Math.min(1.15, wide / graph.width);
    if (fit < 0.62) fit = 0.85; // it pans anyway, so let it be readable
    // The rest of the page needs about 470 px; a tall drawing gives way, but stays readable.
    fit = Math.min(fit, Math.max(0.72, (tall - 470) / graph.height));
    const svg = current.drawing.svg;
    svg.setAttribute("width", Math.floor(graph.width * fit));
    svg.setAttribute("height", Math.floor(graph.height * fit));
    pan.style.maxHeight = `${Math.max(320, tall - 430)}px`;
    root.classList.toggle("pans", pan.scrollWidth > pan.clientWidth + 1 || pan.scrollHeight > pan.clientHeight + 1);
    mapView();
    spread();
    follow("auto");
  }
  function mapView() {
    const { view } = current.mini;
    for (const [key, v] of [["x", pan.scrollLeft], ["y", pan.scrollTop], ["width", pan.clientWidth], ["height", pan.clientHeight]]) view.setAttribute(key, v / fit);
  }
  function follow(behavior) {
    const box = root.classList.contains("pans") && current.drawing.focus(k);
    if (!box) return;
    const way = (low, high, from, room) => {
      const a = low * fit - 24, b = high * fit + 24;
      return a >= from && b <= from + room ? from : b - a > room ? a : (a + b - room) / 2;
    };
    pan.scrollTo({ left: way(box[0], box[2], pan.scrollLeft, pan.clientWidth), top: way(box[1], box[3], pan.scrollTop, pan.clientHeight), behavior: still() ? "auto" : behavior });
  }
  // Phase names under the scrubber: the current one first, then those that find room.
  function spread() {
    const width = rail.clientWidth, taken = [], all = [...labels.children];
    const here = current.when.phases.indexOf(runOf(k));
    const order = [here, ...all.keys()].filter((v, i, self) => self.indexOf(v) === i);
    const last = Math.max(1, slotOf(current.graph.moves.length - 1));
    for (const i of order) {
      const run = current.when.phases[i], label = all[i];
      label.replaceChildren(capital(run.name), i === here ? h("b", null, ` ${k - run.start + 1} of ${run.count}`) : "");
      label.className = i === here ? `here ${tone(run.name)}` : i > here ? "later" : "";
      const from = (width * slotOf(run.start)) / last, to = from + label.textContent.length * 7 + 10;
      const clear = taken.every(([a, b]) => to <= a || from >= b);
      label.style.visibility = clear ? "" : "hidden";
      const over = Math.max(0, to - width - 12);
      label.style.transform = over ? `translateX(${-over}px)` : "";
      if (clear) taken.push([from - over, to - over]);
    }
  }

  function go(toStep, toMove, moving = false) {
    const step = model.steps[toStep], entry = graphOf(step), fresh = entry !== current;
    if (fresh) enter(entry);
    const { graph, drawing } = entry, newStep = fresh || toStep !== at || !table;
    at = toStep;
    k = Math.max(0, Math.min(toMove, graph.moves.length - 1));
    if (newStep) {
      table = paramTable(step, entry.when, graph, room);
      panels.params.replaceChildren(...(step.params.length ? [h("h3", null, "Parameters"), ...table.parts] : []));
      if (curve) curve.show(step);
      for (const [name, tab] of tabOf) tab.hidden = !panels[name].firstChild;
      if (!panels[open].firstChild) choose("why");
      ofStep.replaceChildren(h("i", null, "Training "), "step ", h("b", null, String(step.step)), h("span", null, ` of ${step.of}`));
      trained.replaceChildren(h("b", null, String(step.step)), ` of ${step.of}`);
      train.value = at;
      train.setAttribute("aria-valuetext", `Training step ${step.step} of ${step.of}, ${model.loss_name} ${step.loss}`);
      train.style.setProperty("--past", `${(100 * at) / Math.max(1, model.steps.length - 1)}%`);
    }
    const move = graph.moves[k], told = step.moves[k], run = runOf(k), colour = tone(run.name);
    root.dataset.tone = colour;
    drawing.show(step, k, moving && !still());
    why(move, told, run, k);
    if (entry.code) entry.code.show(move);
    table.show(k);
    tell(graph, step, k);
    [...phases.children].forEach((li, i) => {
      const mine = entry.when.phases[i];
      li.firstChild.setAttribute("aria-current", mine === run ? "step" : "false");
      li.className = mine.start > k ? "later" : "";
    });
    count.textContent = `${k - run.start + 1} of ${run.count}`;
    scrub.value = slotOf(k);
    scrub.setAttribute("aria-valuetext", `${capital(run.name)}, ${k - run.start + 1} of ${run.count}: ${plain(move.title)}`);
    rail.style.setProperty("--past", slotOf(k) / Math.max(1, slotOf(graph.moves.length - 1)));
    back.setAttribute("aria-disabled", at === 0 && k === 0);
    next.setAttribute("aria-disabled", at === model.steps.length - 1 && k === graph.moves.length - 1);
    for (const [id, mark] of entry.mini.boxes) mark.classList.toggle("now", id === move.target);
    if (fresh) size();
    else { spread(); follow("smooth"); }
    // The address and the spoken line follow when the reader rests: a drag is not fifty sentences.
    clearTimeout(settle);
    settle = setTimeout(() => {
      live.textContent = told.speak || "";
      const hash = `#step=${encodeURIComponent(step.step)}&phase=${encodeURIComponent(move.phase)}&at=${k - run.start + 1}`;
      // A srcdoc frame has no address of its own to write to.
      try { if (page && location.hash !== hash) history.replaceState(null, "", hash); } catch { /* nothing to keep */ }
    }, 120);
  }

  const lastMove = (i) => model.graphs[model.steps[i].graph].moves.length - 1;
  function walk(by, moving = true) {
    const to = k + by;
    if (to >= 0 && to <= lastMove(at)) go(at, to, moving && by > 0);
    else if (by > 0 && at < model.steps.length - 1) go(at + 1, 0, moving);
    else if (by < 0 && at > 0) go(at - 1, lastMove(at - 1));
    else return false;
    return true;
  }
  function walkPhase(by) {
    const runs = current.when.phases, here = runs.indexOf(runOf(k));
    if (by > 0) return here < runs.length - 1 ? go(at, runs[here + 1].start) : at < model.steps.length - 1 && go(at + 1, 0);
    if (k > runs[here].start) return go(at, runs[here].start);
    if (here > 0) return go(at, runs[here - 1].start);
    if (at > 0) go(at - 1, graphOf(model.steps[at - 1]).when.phases.at(-1).start);
  }
  const walkStep = (by) => go(Math.max(0, Math.min(at + by, model.steps.length - 1)), k);
  function visit(id) {
    const { when } = current, grads = when.grads.get(id) || [];
    stop();
    const made = when.made.get(id);
    go(at, grads.length && (runOf(k).name === "backward" || made === undefined) ? grads[grads.length - 1] : made);
  }
  function stop() { setPlaying(false); }
  function setPlaying(yes) {
    clearTimeout(timer);
    timer = null;
    if (yes) timer = setTimeout(() => { setPlaying(walk(1)); }, PACE / Number(speed.value));
    const label = yes ? "Pause" : "Play";
    if (play.getAttribute("aria-label") === label) return;
    play.setAttribute("aria-label", label);
    play.title = label;
    play.replaceChildren(icon(yes ? PAUSE : PLAY));
  }
  const toggle = () => { if (timer !== null) return stop(); if (walk(1)) setPlaying(true); };

  // Tabs, which only the narrow page shows; there one panel is seen at a time.
  let open = "why";
  const tabOf = new Map(names.map((name) => {
    const tab = h("button", { type: "button", role: "tab", id: `${ids}tab_${name}`, "aria-controls": ids + name }, headings[name]);
    on(tab, "click", () => choose(name));
    tabs.append(tab);
    return [name, tab];
  }));
  function choose(name) {
    open = name;
    for (const [key, tab] of tabOf) {
      tab.setAttribute("aria-selected", key === name);
      tab.tabIndex = key === name ? 0 : -1;
      panels[key].classList.toggle("open", key === name);
    }
  }
  on(tabs, "keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.shiftKey) return;
    event.preventDefault();
    const shown = names.filter((name) => !tabOf.get(name).hidden);
    choose(shown[(shown.indexOf(open) + by + shown.length) % shown.length]);
    tabOf.get(open).focus();
  });

  on(back, "click", () => { stop(); walk(-1); });
  on(next, "click", () => { stop(); walk(1); });
  on(play, "click", toggle);
  on(scrub, "input", () => {
    stop();
    const slot = Number(scrub.value), moves = current.graph.moves.map((_, i) => i);
    const from = slotOf(k);
    const to = slot >= from ? moves.find((i) => slotOf(i) >= slot) : moves.findLast((i) => slotOf(i) <= slot);
    go(at, to);
  });
  on(train, "input", () => { stop(); go(Number(train.value), k); });
  on(help, "click", () => dialog.showModal());
  on(dialog, "click", (event) => { if (event.target === dialog || event.target === close) dialog.close(); });
  on(more, "click", () => more.setAttribute("aria-expanded", footer.classList.toggle("full")));
  on(trace, "toggle", () => tell(current.graph, model.steps[at], k));
  on(pan, "scroll", mapView, { passive: true });
  on(map, "click", (event) => {
    const r = current.mini.svg.getBoundingClientRect();
    pan.scrollTo({ left: ((event.clientX - r.left) / r.width) * pan.scrollWidth - pan.clientWidth / 2, top: ((event.clientY - r.top) / r.height) * pan.scrollHeight - pan.clientHeight / 2, behavior: still() ? "auto" : "smooth" });
  });
  on(root.querySelector(".skip"), "click", (event) => { event.preventDefault(); next.focus(); });

  const commands = { ArrowLeft: (e) => (e.shiftKey ? walkPhase(-1) : walk(-1)), ArrowRight: (e) => (e.shiftKey ? walkPhase(1) : walk(1)),
    PageUp: () => walkStep(-1), PageDown: () => walkStep(1), Home: () => go(at, 0), End: () => go(at, lastMove(at)) };
  on(page ? document : root, "keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || dialog.open) return;
    const target = event.target instanceof Element ? event.target : root;
    if (target.closest("select, textarea, input:not([type=range])")) return;
    if (target === train && !event.shiftKey && !event.key.startsWith("Page") && commands[event.key]) return; // its own keys
    if (event.key === " " && target.closest("button, summary, a")) return;
    if (event.key === " ") toggle();
    else if (event.key === "?") dialog.showModal();
    else if (commands[event.key]) { stop(); commands[event.key](event); }
    else return;
    event.preventDefault();
  });

  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  function paint() {
    const name = chosen || (dark.matches ? "dark" : "light");
    root.dataset.theme = name;
    if (page) document.documentElement.dataset.theme = name;
    const label = name === "dark" ? "Light theme" : "Dark theme";
    theme.setAttribute("aria-label", label);
    theme.title = label;
  }
  on(theme, "click", () => { chosen = root.dataset.theme === "dark" ? "light" : "dark"; paint(); });
  on(dark, "change", paint);
  // On paper the table stands for the steps that a picture cannot take.
  let wasOpen = false;
  on(window, "beforeprint", () => { wasOpen = trace.open; trace.open = true; tell(current.graph, model.steps[at], k); });
  on(window, "afterprint", () => { trace.open = wasOpen; });

  function fromAddress() {
    const asked = new URLSearchParams(page ? location.hash.slice(1) : ""), want = Number(asked.get("step"));
    const near = (step) => Math.abs(Number(step.step) - want);
    const to = asked.has("step") && Number.isFinite(want)
      ? model.steps.reduce((best, step, i) => (near(step) < near(model.steps[best]) ? i : best), 0) : 0;
    const run = index(model.graphs[model.steps[to].graph]).phases.find((one) => one.name === asked.get("phase"));
    const place = Math.trunc(Number(asked.get("at"))) || 1;
    go(to, run ? run.start + Math.max(1, Math.min(place, run.count)) - 1 : 0);
  }
  on(window, "hashchange", () => { if (location.hash.includes("step=")) { stop(); fromAddress(); } });
  choose("why");
  paint();
  fromAddress();
  // A longer sentence changes the height of the page; only a new width or window asks for new sizes.
  let seen = "";
  const watch = new ResizeObserver(() => {
    const now = `${root.clientWidth} ${window.innerHeight}`;
    if (now !== seen) size();
    seen = now;
  });
  watch.observe(root);
  return () => { off.abort(); watch.disconnect(); stop(); clearTimeout(settle); root.remove(); };
}
