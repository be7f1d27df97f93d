// The network of a model: neurons as circles, weights as lines, with the numbers of a training step.
//
// Every position arrives from the layout. From step to step widths, colours and tints move smoothly.

function drawNetwork(net, name) {
  const { r } = net, numbers = net.steps.map((step) => Object.fromEntries(Object.entries(step).map(([key, text]) => [key, text ? text.split(" ") : []])));
  const size = (text) => (Number.isFinite(written(text)) ? Math.abs(written(text)) : 0);
  const most = (key, of) => Math.max(1e-300, ...numbers.flatMap((step) => step[key].filter((_, i) => of(i)).map(size)));
  const heaviest = most("weights", () => true), tops = new Map();
  for (const { col } of net.neurons) if (!tops.has(col)) tops.set(col, most("values", (i) => net.neurons[i].col === col));
  const svg = s("svg", { class: "drawing network", viewBox: `0 0 ${net.width} ${net.height}`, role: "img" });
  for (const head of net.heads) {
    svg.append(s("text", { class: "head", x: head.x, y: head.y, "text-anchor": "middle" }, head.title), s("text", { class: "kind", x: head.x, y: head.y + 18, "text-anchor": "middle" }, head.under));
  }
  const lines = s("g"), signs = s("g"), circles = s("g");
  svg.append(lines, signs, circles);
  const text = (into, cls, x, y, anchor = "middle") => { const el = s("text", { class: cls, x, y, "text-anchor": anchor }); into.append(el); return el; };
  const ways = net.ways.map((way) => {
    const line = s("path", { class: "way", d: way.d });
    lines.append(line);
    if (way.written) return { line, weight: text(signs, "weight", way.x, way.y - 6) };
    const minus = s("g", { class: "bead" }, s("circle", { cx: way.x, cy: way.y, r: 5.5 }), s("path", { d: `M${way.x - 3.5} ${way.y}h7` }));
    signs.append(minus);
    return { line, minus };
  });
  const neurons = net.neurons.map((neuron) => {
    const { x, y } = neuron, g = s("g", { class: `unit ${neuron.layer}` }), tint = s("circle", { class: "tint", cx: x, cy: y, r });
    g.append(s("circle", { class: "ground", cx: x, cy: y, r }), tint, s("circle", { class: "rim", cx: x, cy: y, r }));
    circles.append(g);
    if (neuron.layer !== "middle") text(g, "name m", neuron.layer === "input" ? x - r - 8 : x + r + 8, y + 5.5, neuron.layer === "input" ? "end" : "start").textContent = neuron.name;
    return { neuron, tint, value: text(g, "value", x, y), second: text(g, "bias", x, y + 17), third: text(g, "below", x, y + r + 14) };
  });
  for (const { x, y, more } of net.dots) text(circles, "head", x, y - 4).textContent = "⋮", text(circles, "kind", x, y + 16).textContent = more;
  const own = (row, i) => (row && row[i] !== undefined && row[i] !== "·" ? row[i] : "");
  // `hidden` holds back the values, which are being asked for; `slopes` shows the gradients; `known(key, i)` tells what is computed by now.
  return { svg, width: net.width, height: net.height, show(at, step, { hidden, slopes, known = () => true }) {
    const now = numbers[at];
    ways.forEach(({ line, weight, minus }, i) => {
      const number = own(now.weights, i), less = number[0] === "−";
      line.style.strokeWidth = (0.8 + 4.2 * Math.sqrt(size(number) / heaviest)).toFixed(2);
      line.setAttribute("class", less ? "way less" : "way");
      if (minus) minus.setAttribute("class", less && size(number) > 0.02 * heaviest ? "bead on" : "bead");
      if (!weight) return;
      const slope = slopes && known("weight_reached", i) ? own(now.weight_grads, i) : "";
      weight.textContent = slope || number;
      weight.setAttribute("class", slope ? "weight slope" : less ? "weight less" : "weight");
    });
    neurons.forEach(({ neuron, tint, value, second, third }, i) => {
      const told = neuron.layer === "input" || (!hidden && known("made", i)), number = told ? own(now.values, i) : hidden ? "?" : "", offset = own(now.biases, i);
      value.textContent = number;
      tint.setAttribute("class", number[0] === "−" ? "tint less" : "tint");
      tint.style.setProperty("--part", (told ? size(number) / tops.get(neuron.col) : 0).toFixed(3));
      const slope = slopes && known("reached", i) ? own(now.grads, i) : "", below = slopes && known("bias_reached", i) ? own(now.bias_grads, i) : "";
      second.textContent = slope || (!offset ? "" : `b ${offset}`);
      second.setAttribute("class", slope ? "slope" : "bias");
      third.textContent = below && `∂b ${below}`;
      value.setAttribute("y", neuron.y + (second.textContent ? -2 : 5.5));
    });
    const ends = neurons.filter(({ neuron }) => neuron.layer === "output").slice(0, 4).map(({ neuron, value }) => `${neuron.name} = ${value.textContent || "not yet known"}`);
    svg.setAttribute("aria-label", `${net.alt} Training step ${step.step}: ${ends.join(", ")}.${slopes ? ` With the gradients of ${name}.` : ""}`);
  } };
}
