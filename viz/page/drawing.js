// The drawing: nodes, edges and their states, from positions that the layout gave.
//
// The first half of the one module of the page; page.js is the other.
// Every text arrives formatted in the model and is set as text, never as markup; every position
// arrives from the layout. Nothing moves: a micro-step changes texts and classes only.

const SVG = "http://www.w3.org/2000/svg";
const HTML = "http://www.w3.org/1999/xhtml";
const PACE = 2000; // milliseconds for one micro-step when playing at 1×
const MOTION = 600; // the message spreads from the op into the node

const maker = (ns) => (tag, attrs, ...kids) => {
  const made = document.createElementNS(ns, tag);
  for (const [key, value] of Object.entries(attrs || {})) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...kids.flat(3).filter((kid) => kid !== null && kid !== undefined && kid !== false && kid !== ""));
  return made;
};
const s = maker(SVG);
const h = maker(HTML);

const capital = (word) => word.slice(0, 1).toUpperCase() + word.slice(1);
const list = (value) => (Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]);
const spans = (line) => list(line).map((span) =>
  typeof span === "object" ? h("i", { class: "m" }, span.math) : String(span));
const plain = (line) => list(line).map((span) =>
  typeof span === "object" ? span.math : String(span)).join("");
const isOperator = (text) => /^[^\p{L}\p{N}∂(]{0,3}$/u.test(text);
const isNumber = (text) => /^[−-]?[\d.]/.test(text);
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const tone = (phase) => ({ forward: "f", loss: "f", backward: "b" })[phase] || "u";
const icon = (d) => s("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
  s("path", { d, class: "icon" }));
const LEFT = "M13 8H3.5M7.5 4l-4 4 4 4", RIGHT = "M3 8h9.5M8.5 4l4 4-4 4";
const PLAY = "M5 3.5v9l7-4.5z", PAUSE = "M5 3.5v9M11 3.5v9";

// A setter that touches the page only when the text changes, and shrinks, then cuts, what is too
// long for its place: sizes are fixed by the layout, so a long text must give way, not its card.
function fitted(el, room, size, em) {
  let old = "";
  return (text) => {
    if (text === old) return;
    old = text;
    const count = [...text].length;
    const fit = Math.max(9, Math.min(size, room / (Math.max(count, 1) * em)));
    const most = Math.max(1, Math.floor(room / (fit * em)));
    el.textContent = count > most + 1 ? [...text].slice(0, most - 1).join("") + "…" : text;
    el.style.fontSize = fit < size ? `${fit}px` : "";
  };
}

function setter(el, key) {
  let old = null;
  return (value) => {
    if (value === old) return;
    old = value;
    if (value === null) el.removeAttribute(key);
    else el.setAttribute(key, value);
  };
}

// When each thing happens, found once for a graph: the index of the move that fills a node, the
// moves that change a gradient, the moves from which an edge counts as done, the runs of a phase.
function index(graph) {
  const at = { made: new Map(), grads: new Map(), forward: new Map(), backward: new Map(), phases: [] };
  const opBack = new Map();
  const first = (map, key, i) => { if (!map.has(key)) map.set(key, i); };
  graph.moves.forEach((move, i) => {
    const run = at.phases[at.phases.length - 1];
    if (run && run.name === move.phase) run.count += 1;
    else at.phases.push({ name: move.phase, start: i, count: 1 });
    const way = { f: "forward", b: "backward" }[tone(move.phase)];
    if (!way) return;
    for (const id of list(move.edges)) first(at[way], id, i);
    if (way === "backward") first(opBack, move.op, i);
    if (move.target === null || move.target === undefined) return;
    if (way === "forward") first(at.made, move.target, i);
    else if (at.grads.has(move.target)) at.grads.get(move.target).push(i);
    else at.grads.set(move.target, [i]);
  });
  for (const edge of graph.edges) {
    if (at.made.has(edge.op)) first(at.forward, edge.id, at.made.get(edge.op));
    // The stretch from a node to the op that made it is part of the op's first message.
    if (edge.use === null && opBack.has(edge.op)) first(at.backward, edge.id, opBack.get(edge.op));
  }
  return at;
}

// A recording may leave out what it has not got; the drawing code need not ask each time.
function completed(model) {
  const nothing = { phase: "forward", title: ["Nothing is computed here"] };
  const filled = (moves, count) => Array.from({ length: Math.max(1, count) }, (_, i) => list(moves)[i] || {});
  const graphs = model.graphs.map((graph) => ({ width: 100, height: 100, ...graph, nodes: list(graph.nodes), ops: list(graph.ops),
    edges: list(graph.edges), moves: list(graph.moves).length ? graph.moves : [nothing] }));
  const steps = model.steps.map((step) => ({ ...step, params: list(step.params), values: step.values || {},
    moves: filled(step.moves, graphs[step.graph].moves.length) }));
  return { ...model, graphs, steps };
}

const longest = (rows) => rows.flat().reduce((most, cell) => Math.max(most, [...cell].length), 0);

function drawNode(node, steps, moves) {
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
    return Object.assign(fitted(el, room, size, em), { el });
  };
  const line = (x1, y1, x2, y2) => g.append(s("line", { class: "hair", x1, y1, x2, y2 }));
  const head = (x, y, anchor, room) => {
    // A shape that finds no room beside the name is left to the tooltip and the spoken label.
    const beside = node.shape ? 5.8 * node.shape.length + 6 : 0, fits = [...node.name].length * 7 + beside <= room;
    const name = s("tspan", { class: "m" }), shape = s("tspan", { class: "shape", dx: 6 }, fits && node.shape);
    fitted(name, fits ? room - beside : room, grid ? 17 : 19, 0.47)(node.name);
    g.append(s("text", { class: "name", x, y, "text-anchor": anchor }, name, shape));
  };
  let values, grads;
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
      grads = cells(half, "grad", Math.max(0, ...steps.flatMap((step) => mine.map((i) => longest(step.moves[i].grad || [])))));
      place(gradChip, half);
      line(half, 32, half, tall - 6);
      text("of m", w - 11, 19, "end", half - 20, 13, 0.48)(node.grad);
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
      text("of m", 12, grad + 4.5, "start", label, 13.5, 0.44)(node.grad);
      grads = [[text("grad", w - 13, grad + 5.5, "end", w - 34 - label, 15, 0.57)]];
    } else if (!bare) text("untracked", w / 2, grad + 4.5, "middle", w - 20, 13, 0.5)("not tracked");
    valueChip.around = [values[0][0].el, value];
    if (tracked) gradChip.around = [grads[0][0].el, grad];
  }
  const className = setter(g, "class"), glow = setter(halo, "class");
  const fill = (cells, rows) => cells && cells.forEach((row, r) => row.forEach((set, c) => set((rows && rows[r] && rows[r][c]) || "")));
  const read = (rows) => rows.map((row) => row.join(", ")).join("; ");
  const title = s("title");
  g.append(title);
  let told = "";
  const what = [node.name, node.shape && `shape ${node.shape}`, node.kind, node.module && `in ${node.module}`].filter(Boolean).join(", ");
  return { el: g, halo, node, show(value, grad, marks) {
    fill(values, value);
    fill(grads, grad);
    className(["node", node.kind, !value && "pending", marks.now && `now ${marks.tone}`, marks.value && "on-v",
      marks.grad && "on-g", marks.tone && `tone-${marks.tone}`].filter(Boolean).join(" "));
    glow(marks.now ? "halo on" : "halo");
    for (const [chip, lit] of [[valueChip, marks.value], [gradChip, marks.grad]]) {
      if (!lit || !chip.around) continue;
      const [number, y] = chip.around, wide = number.getComputedTextLength() + 14;
      const x = Number(number.getAttribute("x")), end = number.getAttribute("text-anchor") === "end";
      for (const [k, v] of [["x", end ? x - wide + 7 : x - wide / 2], ["y", y - 10.5], ["width", wide], ["height", 21]]) chip.setAttribute(k, v);
    }
    const now = `${what}; value ${value ? read(value) : "not computed yet"}` + (tracked
      ? `; ${node.grad} ${grad ? read(grad) : "not reached yet"}` : node.kind === "constant" ? "" : "; not tracked");
    if (now === told) return;
    told = title.textContent = now;
    g.setAttribute("aria-label", now);
  } };
}

// A dash list that ends before the arrowhead, so that a thick line does not stick out at its tip.
function dashes(length, head, dash, gap) {
  const stop = Math.max(0.1, length - head), parts = [];
  if (!dash) return `${stop} ${length + 9}`;
  for (let at = 0; at < stop; at += dash + gap) parts.push(Math.min(dash, stop - at), gap);
  parts[parts.length - 1] = length + 9;
  return parts.map((part) => part.toFixed(2)).join(" ");
}

function drawEdge(edge, ids, layers) {
  const lines = {};
  for (const way of ["forward", "backward"]) {
    if (!edge[way]) continue;
    const el = s("path", { d: edge[way], class: `edge ${way}` });
    layers.edges.append(el);
    lines[way] = { el, length: el.getTotalLength(), state: "" };
  }
  const label = edge.label && s("g", { class: "label" });
  const rows = label && [0, 1].map((r) => s("text", { x: edge.label.x, y: edge.label.y + 16 * r, "text-anchor": edge.label.anchor || "middle" }));
  if (label) { label.append(...rows); layers.labels.append(label); }
  const mathOf = (text) => text.split(/( = )/).map((part) =>
    s("tspan", { class: part === " = " || isNumber(part) ? null : "m" }, part));
  let said = "";
  const one = (line, way, state, width) => {
    if (line.state === state + width) return;
    line.state = state + width;
    line.el.setAttribute("class", `edge ${way} ${state}`);
    const arrow = state === "done" ? (way === "forward" ? "f" : "b") : "p";
    line.el.setAttribute("marker-end", state === "hidden" ? "" : `url(#${ids}${arrow})`);
    line.el.style.strokeWidth = state === "done" ? width : "";
    line.el.style.strokeDasharray = way === "forward" ? dashes(line.length, 6) : dashes(line.length, 6, 5, 3.5);
  };
  return { edge, lines, show(states, widths, text, now) {
    if (lines.forward) one(lines.forward, "forward", states.forward, widths.forward);
    if (lines.backward) one(lines.backward, "backward", states.backward, widths.backward);
    const key = text ? text.join("\n") : "";
    if (!label) return;
    if (key !== said) {
      said = key;
      rows[0].replaceChildren(...(text ? mathOf(text[0] || "") : []));
      rows[1].textContent = text ? text[1] || "" : "";
    }
    label.classList.toggle("now", now);
  } };
}

function drawGraph(graph, at, steps, ids, host, onNode) {
  const svg = s("svg", { class: "drawing", viewBox: `0 0 ${graph.width} ${graph.height}`, role: "group", "aria-label": graph.alt || "Computation graph" });
  host.append(svg); // paths are measured below, which some browsers do only inside the page
  const head = (name, size) => s("marker", { id: ids + name, viewBox: "0 0 10 10", refX: 9.8, refY: 5, markerWidth: size, markerHeight: size, markerUnits: "userSpaceOnUse", orient: "auto" },
    s("path", { d: "M0 .4 10 5 0 9.6 2.2 5z", class: `head ${name[0]}` }));
  const maskPaths = s("g");
  svg.append(s("defs", null, head("p", 8), head("f", 9), head("b", 9), head("f2", 14), head("b2", 14), head("u2", 14),
    s("mask", { id: `${ids}mask`, maskUnits: "userSpaceOnUse", x: -20, y: -20, width: graph.width + 40, height: graph.height + 40 }, maskPaths)));
  const layers = {};
  for (const name of ["clusters", "halos", "bands", "edges", "live", "nodes", "ops", "labels"]) {
    layers[name] = s("g", { class: name });
    svg.append(layers[name]);
  }
  for (const box of list(graph.clusters)) {
    const wide = Math.min(box.w - 20, [...box.title].length * 7.4 + 14);
    const title = s("text", { class: "title", x: box.x + 19, y: box.y + 4.5 });
    fitted(title, box.w - 30, 14, 0.52)(box.title);
    layers.clusters.append(s("rect", { class: "cluster", x: box.x, y: box.y, width: box.w, height: box.h, rx: 8 }),
      box.title && s("rect", { class: "gap", x: box.x + 12, y: box.y - 3, width: wide, height: 6 }), title);
  }
  const edges = graph.edges.map((edge) => drawEdge(edge, ids, layers));
  const edgeOf = new Map(edges.map((edge) => [edge.edge.id, edge]));
  const nodes = graph.nodes.map((node) => drawNode(node, steps, graph.moves));
  const nodeOf = new Map(nodes.map((node) => [node.node.id, node]));
  for (const { el, halo, node } of nodes) {
    layers.nodes.append(el);
    layers.halos.append(halo);
    const moves = [at.made.get(node.id), ...(at.grads.get(node.id) || [])].some((i) => i !== undefined);
    el.setAttribute("role", moves ? "button" : "img");
    if (!moves) continue;
    el.addEventListener("click", () => onNode(node.id));
    el.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      onNode(node.id);
    });
  }
  const opOf = new Map();
  for (const op of graph.ops) {
    const round = op.w === op.h, shape = (grow, cls) => round ? s("circle", { class: cls, r: op.w / 2 + grow })
      : s("rect", { class: cls, x: -op.w / 2 - grow, y: -op.h / 2 - grow, width: op.w + 2 * grow, height: op.h + 2 * grow, rx: op.h / 2 + grow });
    const sign = s("text", { class: "sign", y: 5.5, "text-anchor": "middle" });
    fitted(sign, op.w - 4, round ? 17 : 14, 0.45)(op.symbol);
    const at = { transform: `translate(${op.x} ${op.y})` }, halo = shape(8, "halo");
    const g = s("g", { class: "op", ...at }, s("title", null, op.name || op.symbol), shape(0, "box"), sign);
    layers.ops.append(g);
    layers.halos.append(s("g", at, halo));
    opOf.set(op.id, { op, className: setter(g, "class"), glow: setter(halo, "class") });
  }

  let running = [];
  function animate(move) {
    const target = nodeOf.get(move.target);
    const play = (el, frames, duration, delay) => running.push(el.animate(frames, { duration, delay, fill: "both", easing: "ease-out" }));
    maskPaths.replaceChildren();
    for (const id of list(move.edges)) {
      const edge = edgeOf.get(id), line = edge && edge.lines[tone(move.phase) === "b" ? "backward" : "forward"];
      if (!line) continue;
      const path = s("path", { d: line.el.getAttribute("d"), class: "reveal", "stroke-dasharray": `${line.length + 14} ${line.length + 60}` });
      maskPaths.append(path);
      const out = edge.edge.use === null && tone(move.phase) === "f";
      play(path, [{ strokeDashoffset: line.length + 14 }, { strokeDashoffset: 0 }], 0.55 * MOTION, (out ? 0.35 : 0.12) * MOTION);
    }
    if (maskPaths.firstChild) {
      for (const layer of [layers.bands, layers.live]) layer.setAttribute("mask", `url(#${ids}mask)`);
      running[running.length - 1].onfinish = () => { for (const layer of [layers.bands, layers.live]) layer.removeAttribute("mask"); };
    }
    if (target) {
      const parts = target.el.querySelectorAll(tone(move.phase) === "b" ? ".grad, .chip.g" : ".value, .chip.v");
      for (const part of parts) play(part, [{ opacity: 0 }, { opacity: 1 }], 0.3 * MOTION, 0.6 * MOTION);
    }
  }

  let lit = [];
  function show(step, k, moving) {
    for (const run of running) run.cancel();
    running = [];
    const move = graph.moves[k], colour = tone(move.phase);
    const marks = new Map();
    const mark = (id, part) => { const m = marks.get(id) || { tone: colour }; m[part] = true; marks.set(id, m); };
    for (const source of list(move.sources)) mark(source.node, source.part);
    if (move.target !== null && move.target !== undefined) {
      mark(move.target, "now");
      mark(move.target, colour === "b" ? "grad" : "value");
    }
    const gradAt = (id) => (at.grads.get(id) || []).reduce((best, i) => (i <= k ? i : best), -1);
    const widthOf = (i) => (i === undefined || i < 0 ? 1.2 : step.moves[i].width || 1.2);
    for (const { node, show: fill } of nodes) {
      const made = at.made.get(node.id), got = gradAt(node.id);
      fill(made === undefined || made <= k ? step.values[node.id] || [[""]] : null, got < 0 ? null : step.moves[got].grad || null, marks.get(node.id) || {});
    }
    for (const { op, className, glow } of opOf.values()) {
      glow(move.op === op.id ? "halo on" : "halo");
      className(`op ${move.op === op.id ? `now ${colour}` : (at.made.get(op.id) ?? -1) <= k ? "done" : "pending"}`);
    }
    const active = new Set(list(move.edges));
    for (const { edge, show: draw } of edges) {
      const now = active.has(edge.id), f = at.forward.get(edge.id), b = at.backward.get(edge.id);
      const out = edge.use === null;
      draw({ forward: f === undefined || f > k || (now && colour === "f") ? "pending" : "done",
        backward: b === undefined || b > k || (now && colour === "b") ? "hidden" : "done" },
      // An edge is as thick as what it carries: a value made earlier, or the message itself.
      { forward: widthOf(out ? f : at.made.get(edge.node)), backward: widthOf(out ? gradAt(edge.node) : b) },
      b !== undefined && b <= k && !out ? step.moves[b].label || (graph.moves[b].label && [plain(graph.moves[b].label), ""]) : null, now && colour === "b");
    }
    for (const el of lit) el.remove();
    lit = [];
    for (const layer of [layers.bands, layers.live]) layer.removeAttribute("mask");
    for (const id of active) {
      const line = edgeOf.get(id) && edgeOf.get(id).lines[colour === "b" ? "backward" : "forward"];
      if (!line) continue;
      const d = line.el.getAttribute("d"), thick = Math.max(3, Math.min(4.5, widthOf(k) + 1.5));
      const band = s("path", { d, class: `band ${colour}` });
      const now = s("path", { d, class: `edge now ${colour}`, "marker-end": `url(#${ids}${colour}2)` });
      now.style.strokeWidth = thick;
      now.style.strokeDasharray = colour === "b" ? dashes(line.length, 10, 8, 5) : dashes(line.length, 10);
      layers.bands.append(band);
      layers.live.append(now);
      lit.push(band, now);
    }
    if (moving) animate(move);
  }
  // What must be in view while a move is shown, in the drawing's own units.
  function focus(k) {
    const move = graph.moves[k], boxes = [];
    const node = nodeOf.get(move.target), op = opOf.get(move.op);
    if (node) boxes.push([node.node.x, node.node.y, node.node.x + node.node.w, node.node.y + node.node.h]);
    if (op) boxes.push([op.op.x - op.op.w / 2, op.op.y - op.op.h / 2, op.op.x + op.op.w / 2, op.op.y + op.op.h / 2]);
    return boxes.length ? [0, 1, 2, 3].map((i) => Math[i < 2 ? "min" : "max"](...boxes.map((box) => box[i]))) : null;
  }
  return { svg, show, focus };
}

