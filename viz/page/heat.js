// The numbers of an array as a heat map, shown while its node is pointed at or focused.
//
// What the panel shows is what the drawing shows at this micro-step, so it never knows more.

const cellsOf = (text) => text.split(";").map((row) => row.split(" "));
const sizeOf = (cell) => Math.abs(written(cell));

// One map: a rectangle per number, its colour by sign, its strength by size beside the largest one.
function heatMap(cells, wide, tall, numbers, label) {
  const most = Math.max(0, ...cells.flat().map(sizeOf).filter(Number.isFinite)), across = Math.max(...cells.map((row) => row.length));
  const svg = s("svg", { width: across * wide, height: cells.length * tall, viewBox: `0 0 ${across * wide} ${cells.length * tall}`, role: "img", "aria-label": label });
  cells.forEach((row, r) => row.forEach((text, c) => {
    const size = sizeOf(text), part = size === Infinity ? 1 : most ? size / most : 0, minus = text[0] === "−", x = c * wide, y = r * tall;
    const cell = s("rect", { class: Number.isNaN(size) ? "none" : minus ? "neg" : "pos", x: x + 0.5, y: y + 0.5, width: wide - 1, height: tall - 1, rx: 2 });
    cell.style.setProperty("--part", (part || 0).toFixed(3));
    svg.append(cell);
    if (numbers) svg.append(s("text", { x: x + wide / 2, y: y + tall / 2 + 4.3, "text-anchor": "middle" }, text));
    else if (minus) svg.append(s("path", { class: "minus", d: `M${x + wide / 2 - 2.5} ${y + tall / 2}h5` })); // the sign without its colour
  }));
  return svg;
}

const inWords = (cells) => cells.map((row, r) => (cells.length > 1 ? `row ${r + 1}: ` : "") + row.join(", ")).join("; ");
function range(cells) {
  const known = cells.flat().filter((cell) => !Number.isNaN(written(cell))).sort((a, b) => written(a) - written(b));
  return known.length > 1 && known[0] !== known.at(-1) ? `${known[0]} … ${known.at(-1)}` : known[0] || "NaN";
}

// What is known of the value, or of the gradient: a grid of numbers, or words that stand for it.
function heatPart(node, rows, many, asked, stale) {
  if (asked) return { words: "asked for" };
  if (!rows) return { words: "not reached yet" };
  const large = node.left_out !== null && node.left_out !== undefined;
  if (!large) return { cells: rows, stale };
  return many ? { cells: cellsOf(many), stale } : { words: rows.flat().filter(Boolean).join(", "), stale };
}

function heatPanel(ids, bounds) {
  const el = h("div", { class: "heat", role: "tooltip", id: `${ids}heat`, hidden: "" });
  let drawn = null, timer = null, how = {};
  function measures(parts) {
    const most = Math.min(bounds().clientWidth - 56, 640), maps = parts.filter((part) => part.cells).map((part) => part.cells);
    const across = maps.map((cells) => Math.max(...cells.map((row) => row.length))), rows = Math.max(1, ...maps.map((cells) => cells.length));
    const wide = Math.max(34, ...maps.map((cells) => longest(cells) * 7 + 10)), count = Math.max(1, parts.length);
    const all = across.reduce((sum, n) => sum + n, 0);
    if (all * wide + 24 * (count - 1) <= most) return { wide, tall: 22, numbers: true, beside: true };
    if (Math.max(...across) * wide <= most && rows * maps.length <= 12) return { wide, tall: 22, numbers: true, beside: false };
    const side = Math.max(7, Math.min(18, Math.floor((most - 24 * (count - 1)) / Math.max(1, all)), Math.floor((0.28 * window.innerHeight) / rows)));
    return { wide: side, tall: side, numbers: false, beside: true };
  }
  function fill() {
    const { node, seen } = drawn, tracked = node.grad !== null && node.grad !== undefined;
    const value = { name: "value", cls: "v", ...heatPart(node, seen.value, seen.many, seen.asked === "v") };
    const known = how.grads && how.grads[node.id], mark = known ? slope(known, how.notation) : { text: node.grad, cls: "m" };
    const grad = tracked && { name: mark.text, mark, cls: "g", ...heatPart(node, seen.grad, seen.right ? null : seen.steep, seen.asked === "g", seen.stale) };
    const parts = [value, grad].filter(Boolean), sizes = measures(parts);
    const told = (part) => part.words || `${range(part.cells)}${part.stale ? ", left over from the step before" : ""}`;
    el.setAttribute("aria-label", `${node.name}${node.shape ? `, shape ${node.shape}` : ""}: ${parts.map((part) => `${part.name} ${told(part)}`).join("; ")}`);
    el.replaceChildren(h("p", { class: "heat-name" }, h("i", { class: "m" }, node.name), node.shape && h("span", null, node.shape)),
      h("div", { class: `maps-of ${sizes.beside ? "" : "stacked"}` }, parts.map((part) => h("figure", { class: `${part.cls} ${part.stale ? "stale" : ""}` },
        h("figcaption", null, part.mark ? h("i", { class: part.mark.cls }, part.name) : part.name, part.stale ? h("span", null, "left over") : ""),
        part.cells ? heatMap(part.cells, sizes.wide, sizes.tall, sizes.numbers, `${part.name} of ${node.name}: ${inWords(part.cells)}`) : h("p", { class: "words" }, part.words),
        part.cells && h("p", { class: "range" }, range(part.cells))))),
      h("p", { class: "key" }, h("span", { class: "swatch neg", "aria-hidden": "true" }), "negative", h("span", { class: "swatch pos", "aria-hidden": "true" }), "positive", h("span", null, "paler: nearer to 0")),
      ...(node.left_out ? [h("p", { class: "rest" }, node.left_out)] : []));
  }
  // Below the node, or above it, or beside it, wherever all of it can be seen.
  function put() {
    const host = el.offsetParent.getBoundingClientRect(), own = drawn.el.querySelector(".box").getBoundingClientRect(), foot = bounds().querySelector(".controls");
    const wide = el.offsetWidth, tall = el.offsetHeight, gap = 10, low = Math.min(window.innerHeight, foot ? foot.getBoundingClientRect().top : Infinity) - 6;
    const left = Math.max(host.left + 12, Math.min(own.left + own.width / 2 - wide / 2, host.right - wide - 12));
    const top = Math.max(6, Math.min(own.top, low - tall));
    const places = [[left, own.bottom + gap], [left, own.top - gap - tall], [own.right + gap, top], [own.left - gap - wide, top]];
    const [x, y] = places.find(([a, b]) => b >= 6 && b + tall <= low && a >= host.left && a + wide <= host.right) || [left, Math.max(6, Math.min(own.bottom + gap, low - tall))];
    el.style.left = `${x - host.left}px`;
    el.style.top = `${y - host.top}px`;
  }
  function hide() {
    clearTimeout(timer);
    if (drawn) drawn.el.removeAttribute("aria-describedby");
    drawn = null;
    el.hidden = true;
  }
  function open(which) {
    hide();
    drawn = which;
    fill();
    el.hidden = false;
    drawn.el.setAttribute("aria-describedby", el.id);
    put();
  }
  const later = (run, wait) => { clearTimeout(timer); timer = setTimeout(run, wait); };
  // The pointer may go over to the panel without losing it.
  el.addEventListener("pointerenter", () => clearTimeout(timer));
  el.addEventListener("pointerleave", () => later(hide, 150));
  return { el, hide, get open() { return drawn !== null; }, put() { if (drawn) put(); },
    refresh(now) { how = now; if (drawn) { fill(); put(); } },
    over(which, entered, byFocus) {
      if (!entered) later(hide, byFocus ? 0 : 150);
      else if (which === drawn) clearTimeout(timer);
      else later(() => open(which), byFocus ? 0 : 220);
    } };
}
