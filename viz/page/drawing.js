// The drawing of a graph at one level: nodes, operations and edges, and their states.
//
// Every position arrives from the layout. Nothing moves: a micro-step changes texts and classes only.

const MOTION = 600; // milliseconds in which the message spreads from the op into the node

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
  const cut = (cls, text) => text.split(/( = )/).map((part) => s("tspan", { class: part === " = " || isNumber(part) ? null : cls }, part));
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
  return { edge, lines, show(states, widths, text, now, how) {
    if (lines.forward) one(lines.forward, "forward", states.forward, widths.forward);
    if (lines.backward) one(lines.backward, "backward", states.backward, widths.backward);
    if (!label) return;
    const key = text ? how.notation + plain(text[0]) + text.slice(1).join("\n") : "";
    if (key !== said) {
      said = key;
      rows[0].replaceChildren(...(text ? [...spans(text[0], how, cut).flat(), text[1]] : []));
      rows[1].textContent = text ? text[2] || "" : "";
    }
    label.classList.toggle("now", now);
  } };
}

function drawClusters(graph, layer) {
  for (const box of graph.clusters) {
    const wide = Math.min(box.w - 20, [...box.title].length * 7.4 + 14);
    const title = s("text", { class: "title", x: box.x + 19, y: box.y + 4.5 });
    fitted(title, box.w - 30, 14, 0.52)(box.title);
    layer.append(s("rect", { class: "cluster", x: box.x, y: box.y, width: box.w, height: box.h, rx: 8 }),
      box.title && s("rect", { class: "gap", x: box.x + 12, y: box.y - 3, width: wide, height: 6 }), title);
  }
}

function drawOps(graph, layers) {
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
  return opOf;
}

function drawGraph(graph, at, steps, ids, host, onNode, onOver) {
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
  drawClusters(graph, layers.clusters);
  const edges = graph.edges.map((edge) => drawEdge(edge, ids, layers));
  const edgeOf = new Map(edges.map((edge) => [edge.edge.id, edge]));
  const nodes = graph.nodes.map((node) => drawNode(node, steps, graph.moves, graph.grads));
  const nodeOf = new Map(nodes.map((node) => [node.node.id, node]));
  for (const drawn of nodes) {
    const { el, halo, node } = drawn;
    if (drawn.array) {
      for (const [type, entered, byFocus] of [["pointerenter", true, false], ["pointerleave", false, false], ["focus", true, true], ["blur", false, true]]) {
        el.addEventListener(type, (event) => { if (event.pointerType !== "touch") onOver(drawn, entered, byFocus); });
      }
    }
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
  const opOf = drawOps(graph, layers);

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
      const out = id[0] === "o" && tone(move.phase) === "f";
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

  // Which nodes this micro-step touches, and how.
  function marked(move, view) {
    const marks = new Map(), colour = tone(move.phase);
    const mark = (id, part, value = true) => {
      const drawn = nodeOf.get(id);
      if (!drawn) return;
      const m = marks.get(drawn) || { tone: colour };
      m[part] = value;
      marks.set(drawn, m);
    };
    for (const source of list(move.sources)) mark(source.node, source.part);
    if (move.phase === "zero") for (const id of at.updated.keys()) { mark(id, "now"); mark(id, "grad"); }
    if (move.target !== null && move.target !== undefined) {
      const part = colour === "b" ? "grad" : "value";
      mark(move.target, "now");
      mark(move.target, part);
      if (view.asked) mark(move.target, "asked", part[0]);
    }
    for (const id of list(view.mine)) mark(id, "mine");
    return marks;
  }

  let lit = [], notation = "";
  const NONE = Object.freeze({});
  // `view` is { moving, notation, asked, mine, lens }: how this micro-step is looked at.
  function show(step, k, view) {
    for (const run of running) run.cancel();
    running = [];
    if (notation !== view.notation) for (const node of nodes) node.rename(notation = view.notation);
    const move = graph.moves[k], colour = tone(move.phase), how = { notation: view.notation, grads: graph.grads };
    const marks = marked(move, view);
    const seen = (id) => (at.grads.get(id) || []).reduce((n, i) => n + (i <= k), 0);
    const widthOf = (i) => (i === undefined || i < 0 ? 1.2 : step.moves[i].width || 1.2);
    const question = (rows) => list(rows).map((row) => row.map(() => "?"));
    const left = at.zero >= 0 && k < at.zero && step.left_over ? step.left_over.grads : NONE;
    const wrong = (view.lens && view.lens.grads) || NONE;
    for (const drawn of nodes) {
      const { node } = drawn, made = at.made.get(node.id), all = at.grads.get(node.id) || [], got = seen(node.id);
      let mine = marks.get(drawn) || NONE;
      let value = made === undefined || made <= k ? step.values[node.id] || [[""]] : null;
      let grad = got ? step.moves[all[got - 1]].grad || null : null;
      if (got || mine.now) mine = { ...mine, messages: got };
      if (!grad && left[node.id]) { grad = left[node.id]; mine = { ...mine, stale: true }; }
      if (wrong[node.id] && got === all.length && grad && mine.asked !== "g") { mine = { ...mine, right: grad }; grad = wrong[node.id]; }
      const check = got && got === all.length && !mine.right && mine.asked !== "g" ? step.checks[node.id] : null;
      if (check) mine = { ...mine, check };
      if (mine.asked === "v") value = question(value);
      if (mine.asked === "g") grad = question(grad);
      drawn.seen = { value, grad, many: value && (step.heat || NONE)[node.id], steep: got ? step.moves[all[got - 1]].heat : null, asked: mine.asked, stale: mine.stale, right: mine.right };
      drawn.show(value, grad, mine);
    }
    for (const one of opOf.values()) {
      const here = one.op.id === move.op;
      one.glow(here ? "halo on" : "halo");
      one.className(`op ${here ? `now ${colour}` : (at.made.get(one.op.id) ?? -1) <= k ? "done" : "pending"}`);
    }
    const active = new Set(list(move.edges).map((id) => edgeOf.get(id)).filter(Boolean));
    for (const drawn of edges) {
      const { edge } = drawn, now = active.has(drawn), out = edge.use === null;
      const f = at.forward(edge.id), b = at.backward(edge.id);
      const given = at.grads.get(edge.node) || [], got = seen(edge.node);
      const told = b !== undefined && b <= k && !out ? list(step.moves[b].label) : null;
      const second = told && told.length > 1 ? told[1] : "";
      drawn.show({ forward: f === undefined || f > k || (now && colour === "f") ? "pending" : "done",
        backward: b === undefined || b > k || (now && colour === "b") ? "hidden" : "done" },
      // An edge is as thick as what it carries: a value made earlier, or the message itself.
      { forward: widthOf(out ? f : at.made.get(edge.node)), backward: widthOf(out ? (got ? given[got - 1] : -1) : b) },
      told && [list(graph.moves[b].label), told[0] || "", b === k && view.asked ? second.replace(/[^=→]*$/, " ?") : second], now && colour === "b", how);
    }
    for (const el of lit) el.remove();
    lit = [];
    for (const layer of [layers.bands, layers.live]) layer.removeAttribute("mask");
    for (const drawn of active) {
      const line = drawn.lines[colour === "b" ? "backward" : "forward"];
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
    if (view.moving) animate(move);
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
