// Elements, texts and numbers: what every other part of the page is made with.
//
// The first part of the page's one module. Every text is set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const HTML = "http://www.w3.org/1999/xhtml";

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
const isOperator = (text) => /^[^\p{L}\p{N}∂(]{0,3}$/u.test(text);
const isNumber = (text) => /^[−-]?[\d.]/.test(text);
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const tone = (phase) => ({ forward: "f", loss: "f", backward: "b" })[phase] || "u";
const percent = (part) => (part >= 0.1 ? String(Math.round(part * 100)) : String(Number((part * 100).toPrecision(2)))).replace("-", "−");

const icon = (d) => s("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, s("path", { d, class: "icon" }));
const LEFT = "M13 8H3.5M7.5 4l-4 4 4 4", RIGHT = "M3 8h9.5M8.5 4l4 4-4 4";
const PLAY = "M5 3.5v9l7-4.5z", PAUSE = "M5 3.5v9M11 3.5v9", TICK = "M3.5 8.5l3 3 6-7", CROSS = "M4.5 4.5l7 7M11.5 4.5l-7 7";

// ── sentences with mathematics in them ────────────────────────────────────────────────────────
// A gradient is [name, "∂L", "∂name"]; the reader chooses how it is written.
const NOTATIONS = { partial: "∂L/∂x", bar: "x̄", grad: "x.grad" };

function slope(grad, notation) {
  const [name, over, under] = grad;
  if (notation === "bar") return { text: name, cls: "m bar" };
  if (notation === "grad") return { text: `${under.startsWith("∂(") ? under.slice(1) : name}.grad`, cls: "dot" };
  return { text: `${over}/${under}`, cls: "m" };
}

// `how` is { notation, grads, numbers }: how gradients are written, and what {number: 2} stands for.
const spans = (line, how = {}, tag = (cls, text) => h("i", { class: cls }, text)) => list(line).map((span) => {
  if (typeof span !== "object") return String(span);
  if (span.number !== undefined) return String(list(how.numbers)[span.number] ?? "…").replace(/^\((.*)\)$/, "$1");
  const known = span.grad !== undefined && how.grads && how.grads[span.grad];
  const { text, cls } = known ? slope(known, how.notation) : { text: span.math, cls: "m" };
  return tag(cls, text);
});
const plain = (line, how = {}) => spans(line, how, (cls, text) => text).join("");

// ── setters that touch the page only when something changes ───────────────────────────────────
// A text that is too long for its place shrinks, then is cut: sizes are fixed by the layout.
function fitted(el, room, size, em) {
  let old = "";
  return (text, wide = em) => {
    if (text + wide === old) return;
    old = text + wide;
    const count = [...text].length;
    const fit = Math.max(9, Math.min(size, room / (Math.max(count, 1) * wide)));
    const most = Math.max(1, Math.floor(room / (fit * wide)));
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

const longest = (rows) => rows.flat().reduce((most, cell) => Math.max(most, [...cell].length), 0);
