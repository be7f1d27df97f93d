// Small pictures beside the drawing: the map of a large graph, the loss curve, the fit.

function drawMinimap(graph) {
  const svg = s("svg", { class: "map", viewBox: `0 0 ${graph.width} ${graph.height}`, "aria-hidden": "true" });
  svg.style.width = `min(100%, ${Math.round((54 * graph.width) / graph.height)}px)`;
  for (const op of graph.ops) svg.append(s("circle", { cx: op.x, cy: op.y, r: 14 }));
  const boxes = new Map(graph.nodes.map((node) => [node, s("rect", { class: node.kind, x: node.x, y: node.y, width: node.w, height: node.h, rx: 12 })]));
  const view = s("rect", { class: "view", rx: 14 });
  svg.append(...graph.edges.map((edge) => s("path", { d: edge.forward })), ...boxes.values(), view);
  return { svg, view, show(id) { for (const [node, mark] of boxes) mark.classList.toggle("now", node.id === id); } };
}

const WIDE = 312;

// The loss curve: the numbers place its points, the texts come from the steps.
function lossCurve(model) {
  const { epochs, losses, ticks } = model.loss_curve;
  const top = 18, bottom = 84, left = 6, right = 306;
  const marks = list(ticks).map((text) => [text, Number(String(text).replace("−", "-"))]).filter(([, at]) => Number.isFinite(at));
  const known = losses.filter((loss) => loss !== null).concat(marks.map(([, at]) => at));
  const low = Math.min(0, ...known), high = Math.max(...known, low + 1e-300), last = epochs.length - 1;
  const x = (i) => last < 1 ? left : left + (right - left) * (epochs[i] - epochs[0]) / ((epochs[last] - epochs[0]) || 1);
  const y = (loss) => bottom - (bottom - top) * ((loss - low) / ((high - low) || 1));
  const points = losses.map((loss, i) => (loss === null ? null : `${x(i).toFixed(1)} ${y(loss).toFixed(1)}`));
  const path = (upto) => points.slice(0, upto).map((p, i) => (p ? `${i && points[i - 1] ? "L" : "M"}${p}` : "")).join("");
  const svg = s("svg", { class: "curve", viewBox: `0 0 ${WIDE} 104`, role: "img" });
  const scale = marks.map(([text, at]) => {
    svg.append(s("line", { class: at === low ? "rule" : "hair", x1: 0, x2: WIDE, y1: y(at), y2: y(at) }));
    const tick = s("text", { class: "tick", x: WIDE, y: y(at) - 4, "text-anchor": "end" }, String(text));
    svg.append(tick);
    return tick;
  });
  const done = s("path", { class: "done" }), stem = s("line", { class: "stem", y2: bottom }), dot = s("circle", { r: 5 });
  const value = s("text", { class: "now" }), when = s("text", { class: "when", y: 100 });
  const end = s("text", { class: "tick", x: WIDE, y: 100, "text-anchor": "end" }, last > 0 ? String(epochs[last]) : "");
  svg.append(s("path", { class: "all", d: path(points.length) }), done, stem, dot, value, when, end);
  return { svg, hide(secret, step) {
    value.textContent = secret ? "?" : step.loss;
    scale.forEach((tick, i) => { tick.textContent = secret && marks[i][0] === step.loss ? "" : String(marks[i][0]); });
    const loss = secret ? "asked for" : step.loss;
    svg.setAttribute("aria-label", `${model.loss_name} is ${loss} in ${model.unit} ${step.epoch}, ${model.loss_curve.epochs.length} points in all`);
  }, show(step) {
    const i = step.curve_index ?? -1, seen = points[i] !== null && points[i] !== undefined;
    for (const el of [done, stem, dot]) el.style.display = seen ? "" : "none";
    const at = i < 0 ? left : x(i), over = at > WIDE * 0.66, up = seen ? y(losses[i]) : top + 14;
    when.textContent = `${model.unit} ${step.epoch}`;
    when.setAttribute("x", Math.max(0, Math.min(at - 22, WIDE - 50)));
    end.style.display = at > WIDE * 0.7 ? "none" : "";
    value.setAttribute("x", over ? at - 10 : at + 11);
    value.setAttribute("y", Math.max(14, up < bottom - 16 ? up + 5 : up - 9));
    value.setAttribute("text-anchor", over ? "end" : "start");
    if (!seen) return;
    done.setAttribute("d", path(i + 1));
    for (const [el, key, v] of [[stem, "x1", at], [stem, "x2", at], [stem, "y1", up], [dot, "cx", at], [dot, "cy", up]]) el.setAttribute(key, v);
  } };
}

// The data as circles, the model's curve at this step, and how far it is off each of the step's examples.
function fitPlot(model) {
  const { points, box, ticks, x: across, y: upward, prediction } = model.fit;
  const left = 8, right = 304, top = 10, bottom = 116;
  const x = (v) => left + (right - left) * ((v - box[0]) / (box[1] - box[0]));
  const y = (v) => bottom - (bottom - top) * ((v - box[2]) / (box[3] - box[2]));
  const held = (v) => Math.max(-400, Math.min(600, y(v))).toFixed(1);
  const line = s("path", { class: "line" }), off = s("path", { class: "off" }), own = s("g", { class: "own" });
  // The clip is an element with a frame of its own, so that no id is needed.
  const inside = s("svg", { x: 0, y: top - 8, width: WIDE, height: bottom - top + 10, viewBox: `0 ${top - 8} ${WIDE} ${bottom - top + 10}` },
    off, line, s("g", { class: "data" }, points.map(([a, b]) => s("circle", { cx: x(a).toFixed(1), cy: y(b).toFixed(1), r: 3.6 }))), own);
  const svg = s("svg", { class: "fitplot", viewBox: `0 0 ${WIDE} 134`, role: "img" }, s("line", { class: "rule", x1: 0, x2: WIDE, y1: bottom + 2, y2: bottom + 2 }), inside,
    s("text", { class: "tick", x: 0, y: bottom + 17 }, ticks[0]), s("text", { class: "tick", x: WIDE, y: bottom + 17, "text-anchor": "end" }, ticks[1]),
    s("text", { class: "axis m", x: WIDE / 2, y: bottom + 17, "text-anchor": "middle" }, across),
    s("text", { class: "axis", x: 0, y: top + 4 }, s("tspan", { class: "m" }, upward), s("tspan", { class: "tick" }, `  ${ticks[2]} … ${ticks[3]}`)));
  return { svg, show(step) {
    const fit = step.fit || { line: [], here: [] };
    line.setAttribute("d", fit.line.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${held(b)}`).join(""));
    off.setAttribute("d", fit.here.map(([a, b, c]) => `M${x(a).toFixed(1)} ${held(c)}V${held(b)}`).join(""));
    while (own.childElementCount < fit.here.length) own.append(s("circle", { r: 2.6 }));
    [...own.children].forEach((dot, i) => {
      dot.style.display = i < fit.here.length ? "" : "none";
      if (i < fit.here.length) { dot.setAttribute("cx", x(fit.here[i][0]).toFixed(1)); dot.setAttribute("cy", held(fit.here[i][1])); }
    });
    svg.setAttribute("aria-label", `${points.length} data points of ${upward} over ${across}, and ${prediction} of the model at training step ${step.step} as a line`);
  } };
}
