// A node of the drawing: its box, its name, and rows for value and gradient.

function drawNode(node, steps, moves, grads) {
  const { w, h: tall } = node;
  const grid = node.rows > 1 || node.cols > 1;
  const tracked = node.grad !== null && node.grad !== undefined;
  const g = s("g", { class: `node ${node.kind}`, transform: `translate(${node.x} ${node.y})`, tabindex: 0 },
    s("rect", { class: "box", width: w, height: tall, rx: 8 }),
    node.kind === "parameter" && s("rect", { class: "inner", x: 3.5, y: 3.5, width: w - 7, height: tall - 7, rx: 5.5 }));
  const halo = s("rect", { class: "halo", x: node.x - 7, y: node.y - 7, width: w + 14, height: tall + 14, rx: 14 });
  const valueChip = s("rect", { class: "chip v", rx: 4 }), gradChip = s("rect", { class: "chip g", rx: 4 });
  g.append(valueChip, gradChip);
  const text = (cls, x, y, anchor, room, size, em) => {
    const el = s("text", { class: cls, x, y, "text-anchor": anchor });
    g.append(el);
    return Object.assign(fitted(el, room, size, em), { el, room });
  };
  const line = (x1, y1, x2, y2) => g.append(s("line", { class: "hair", x1, y1, x2, y2 }));
  const head = (x, y, anchor, room) => {
    // A shape that finds no room beside the name is left to the tooltip and the spoken label.
    const beside = node.shape ? 5.8 * node.shape.length + 6 : 0, fits = [...node.name].length * 7 + beside <= room;
    const name = s("tspan", { class: "m" }), shape = s("tspan", { class: "shape", dx: 6 }, fits && node.shape);
    fitted(name, fits ? room - beside : room, grid ? 17 : 19, 0.47)(node.name);
    g.append(s("text", { class: "name", x, y, "text-anchor": anchor }, name, shape));
  };
  let values, slopes, heading = null;
  if (grid) {
    const room = tall - 26 - 18 * node.rows;
    const foot = !tracked && node.kind !== "constant" && room >= 26;
    const half = tracked ? w / 2 : w;
    head(11, 19, "start", half - 18);
    line(9, 27, w - 9, 27);
    const top = 26 + Math.max(2, (room - (foot ? 22 : 0)) / 2);
    const cells = (left, cls, most) => {
      const pitch = (half - 12) / node.cols;
      const wide = Math.min(pitch - 6, most * 13.5 * 0.56);
      return Array.from({ length: node.rows }, (_, r) => Array.from({ length: node.cols }, (_, c) =>
        text(`cell ${cls}`, left + 6 + pitch * (c + 0.5) + wide / 2, top + 18 * r + 13.5, "end", pitch - 4, 13.5, 0.58)));
    };
    const place = (chip, left) => {
      for (const [k, v] of [["x", left + 6], ["y", top - 1], ["width", half - 12], ["height", 18 * node.rows + 2]]) chip.setAttribute(k, v);
    };
    values = cells(0, "value", Math.max(0, ...steps.map((step) => longest(step.values[node.id] || []))));
    place(valueChip, 0);
    if (tracked) {
      const mine = moves.flatMap((move, i) => (move.target === node.id && move.phase === "backward" ? [i] : []));
      slopes = cells(half, "grad", Math.max(0, ...steps.flatMap((step) => mine.map((i) => longest(step.moves[i].grad || [])))));
      place(gradChip, half);
      line(half, 32, half, tall - 6);
      heading = text("of m", w - 11, 19, "end", half - 20, 13, 0.48);
    } else if (foot) {
      line(9, tall - 23, w - 9, tall - 23);
      text("untracked", w / 2, tall - 7.5, "middle", w - 16, 12.5, 0.5)("not tracked");
    } else if (node.kind !== "constant") text("untracked", w - 11, 19, "end", w / 2, 11, 0.5)("not tracked");
  } else {
    const extra = Math.max(0, tall - 67), bare = node.kind === "constant" && !tracked;
    const name = bare ? tall / 2 - 11 : 11 + 0.32 * extra, value = bare ? tall / 2 + 12 : 33.5 + 0.31 * extra;
    const rule = 45.5 + 0.6 * extra, grad = 56.5 + 0.73 * extra;
    head(w / 2, name + 5.5, "middle", w - 20);
    values = [[text("value", w / 2, value + 6, "middle", w - 18, 16.5, 0.58)]];
    if (!bare) line(10, rule, w - 10, rule);
    if (tracked) {
      const label = Math.min(w * 0.5, [...node.grad].length * 6.2);
      heading = text("of m", 12, grad + 4.5, "start", label, 13.5, 0.44);
      slopes = [[text("grad", w - 13, grad + 5.5, "end", w - 34 - label, 15, 0.57)]];
    } else if (!bare) text("untracked", w / 2, grad + 4.5, "middle", w - 20, 13, 0.5)("not tracked");
    valueChip.around = [values[0][0].el, value];
    if (tracked) gradChip.around = [slopes[0][0].el, grad];
  }
  // Messages in, as pips: as many as there are uses, filled as they arrive.
  const pips = node.messages > 1 && node.messages <= 6
    ? Array.from({ length: node.messages }, (_, i) => s("circle", { class: "pip", r: 2.6, cx: w - 10 - 7 * (node.messages - 1 - i), cy: grid ? -7 : 10 })) : [];
  g.append(...pips);
  const filledPips = (count) => pips.forEach((pip, i) => pip.classList.toggle("in", i < count));
  // Whether the gradient agrees with a numeric one, where that was checked.
  const verdict = s("text", { class: "checked", x: w - 9 - 7 * (pips.length ? node.messages : 0), y: grid ? -5 : 14, "text-anchor": "end" });
  g.append(verdict);
  // What a bug lens found: the sign and the right number above the card.
  const unequal = s("text", { class: "unequal", x: 0, y: -11 });
  g.append(unequal);
  const className = setter(g, "class"), glow = setter(halo, "class");
  const fill = (cells, rows) => cells && cells.forEach((row, r) => row.forEach((set, c) => set((rows && rows[r] && rows[r][c]) || "")));
  const read = (rows) => rows.map((row) => row.join(", ")).join("; ");
  const title = s("title"), array = Boolean(node.shape) && node.shape !== "()";
  if (!array) g.append(title); // an array has its heat map
  let told = "", count = -1, wasUnequal = "", wasCheck = "";
  const what = [node.name, node.shape && `shape ${node.shape}`, node.kind, node.module && `in ${node.module}`].filter(Boolean).join(", ");
  return { el: g, halo, node, array, seen: {}, rename(notation) {
    const known = heading && grads[node.id];
    const { text: word, cls } = known ? slope(known, notation) : { text: node.grad, cls: "m" };
    if (!heading) return;
    // A card has its name on top: where the whole would be tiny, .grad is enough.
    const tiny = cls === "dot" && heading.room / ([...word].length * 0.63) < 10.5;
    heading(tiny ? ".grad" : word || "", cls === "dot" ? 0.63 : undefined);
    heading.el.setAttribute("class", `of ${cls}`);
  }, show(value, grad, marks) {
    fill(values, value);
    fill(slopes, grad);
    className(["node", node.kind, !value && "pending", marks.now && `now ${marks.tone}`, marks.value && "on-v", marks.grad && "on-g",
      marks.tone && `tone-${marks.tone}`, marks.asked && `asked-${marks.asked}`, marks.stale && "stale", marks.mine && "mine", marks.right && "differs"].filter(Boolean).join(" "));
    glow(marks.now ? "halo on" : "halo");
    if (count !== marks.messages) filledPips(count = marks.messages);
    for (const [chip, lit] of [[valueChip, marks.value], [gradChip, marks.grad]]) {
      if (!lit || !chip.around) continue;
      // The width is reckoned, not measured: to measure would lay out the whole page at every step.
      const [number, y] = chip.around, em = parseFloat(number.style.fontSize) || (chip === valueChip ? 16.5 : 15);
      const wide = Math.max(number.textContent ? 0 : 40, [...number.textContent].reduce((sum, c) => sum + (".,() ".includes(c) ? 0.3 : 0.575), 0) * em + 15);
      const x = Number(number.getAttribute("x")), end = number.getAttribute("text-anchor") === "end";
      for (const [k, v] of [["x", end ? x - wide + 7 : x - wide / 2], ["y", y - 10.5], ["width", wide], ["height", 21]]) chip.setAttribute(k, v);
    }
    const check = marks.check ? (marks.check[0] === "agrees" ? "✓" : "≠") : "";
    if (check !== wasCheck) verdict.textContent = wasCheck = check;
    const correct = marks.right ? (marks.right.length * marks.right[0].length === 1 ? `≠ ${marks.right[0][0]}` : "≠") : "";
    if (correct !== wasUnequal) unequal.textContent = wasUnequal = correct;
    const slopeNow = !grad ? "not reached yet" : marks.stale ? `${read(grad)}, left over from the step before` : read(grad);
    const now = `${what}; value ${marks.asked === "v" ? "asked for" : value ? read(value) : "not computed yet"}` + (tracked
      ? `; ${node.grad} ${marks.asked === "g" ? "asked for" : slopeNow}${marks.right ? `, where ${read(marks.right)} is right` : ""}${marks.check ? `, ${marks.check[0] === "agrees" ? "agrees with" : "differs from"} the numeric check` : ""}`
      : node.kind === "constant" ? "" : "; not tracked");
    if (now === told) return;
    told = title.textContent = now;
    g.setAttribute("aria-label", now);
  } };
}
