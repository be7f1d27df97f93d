// The stepper: steps through one recorded training run, micro-step by micro-step.
//
// render({ model, el, place, moved }) builds everything inside `el` and returns a function that takes
// it down; that function carries go(place). `place` is { step, phase, at } and, if wanted, theme,
// notation, zoom, lens and predict, as in the address; `moved(place)` is called after every step.

const PACE = 2000; // milliseconds for one micro-step when playing at 1×
const KEYS = [[["←", "→"], "step", "one micro-step back or on"], [["⇧←", "⇧→"], "phase", "to the start of a phase"],
  [["PgUp", "PgDn"], "training step", "one training step back or on"], [["Home", "End"], null, "first or last micro-step of the training step"],
  [["Space"], "play", "play or pause"], [["P"], "predict", "predict the next number before it is shown"], [["?"], "help", "this help"]];
const LEVELS = { scalars: "Scalars", neurons: "Neurons", layers: "Layers", model: "Model" };

const button = (label, cls, ...kids) => h("button", { type: "button", class: cls, "aria-label": label, title: label }, ...kids);

function legendList(checked) {
  const sample = (cls, ...kids) => s("svg", { class: cls, viewBox: "0 0 34 14", width: 34, height: 14, "aria-hidden": "true" }, ...kids);
  const box = (kind) => sample(`node ${kind}`, s("rect", { class: "box", x: 7, y: 1.5, width: 22, height: 11, rx: 3.5 }), kind === "parameter" && s("rect", { class: "inner", x: 9.5, y: 4, width: 17, height: 6, rx: 1.5 }),
    kind === "value" && s("path", { class: "hair", d: "M9.5 7h17" }));
  const arrow = (c) => sample("", s("path", { class: `edge now ${c}`, d: c === "f" ? "M1 7H27" : "M33 7H8" }), s("path", { class: `head ${c}`, d: c === "f" ? "M25 3l9 4-9 4 2-4z" : "M9 3L0 7l9 4-2-4z" }));
  return h("ul", { class: "legend" }, [[arrow("f"), "value, forward"], [arrow("b"), "gradient, backward"], [box("parameter"), "parameter"],
    [box("loss"), "loss"], [box("value"), "blank: not reached yet"], checked && ["✓", "agrees with the numeric check"]].filter(Boolean).map(([picture, text]) => h("li", null, picture, text)));
}

// Everything that the page is made of, empty.
function frame(model, ids) {
  const root = h("div", { class: "agl", tabindex: -1 });
  const ofStep = h("p", { class: "of" }), phases = h("ol"), theme = button("Dark theme", "theme", icon("M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 3.1v9.8a4.9 4.9 0 0 1 0-9.8z"));
  const pan = h("div", { class: "pan", role: "group", "aria-label": "Drawing" }), map = h("div", { class: "maps" }), notice = h("p", { class: "notice" });
  const zoom = h("div", { class: "zoom", role: "group", "aria-label": "Zoom" });
  const options = (pairs) => pairs.map(([value, text]) => h("option", { value }, text));
  const notation = h("select", { id: `${ids}notation` }, options(Object.entries(NOTATIONS)));
  const lens = h("select", { id: `${ids}lens` }, options([["", "none"], ...model.lenses.map((one) => [one.key, one.title])]));
  const tools = h("div", { class: "tools" }, zoom, h("span", { class: "choice" }, h("label", { for: notation.id }, "Notation"), notation),
    model.lenses.length ? h("span", { class: "choice" }, h("label", { for: lens.id }, "Bug lens"), lens) : "");
  const strip = h("section", { class: "lens", "aria-label": "What the mistake does", hidden: "" });
  const names = ["why", "code", "params", "loss", "fit"], headings = { why: "Why", code: "Code", params: "Parameters", loss: "Loss", fit: "Fit" };
  const panels = Object.fromEntries(names.map((name) => [name, h("section", { class: `panel ${name}`, id: ids + name, "aria-label": headings[name] })]));
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "About this micro-step" });
  const trace = h("details", { class: "trace" }), live = h("div", { class: "hidden", role: "status", "aria-live": "polite" });
  const back = button("One micro-step back", "round back", icon(LEFT)), next = button("One micro-step on", "round next", icon(RIGHT)), play = button("Play", "round play", icon(PLAY));
  const scrub = h("input", { type: "range", min: 0, step: 1, "aria-label": "Micro-step" }), ticks = h("div", { class: "ticks", "aria-hidden": "true" }), labels = h("div", { class: "labels", "aria-hidden": "true" });
  const rail = h("div", { class: "rail" }, ticks, scrub, labels), count = h("span", { class: "count" });
  const predict = h("button", { type: "button", class: "predict", role: "switch", "aria-checked": "false" }, "Predict", h("i", { class: "switch", "aria-hidden": "true" }));
  const train = h("input", { type: "range", min: 0, max: model.views[0].steps.length - 1, step: 1, value: 0, id: `${ids}train` }), trained = h("output", { for: `${ids}train` });
  const speed = h("select", { id: `${ids}speed` }, ["0.5", "1", "2", "4"].map((x) => h("option", { value: x, selected: x === "1" ? "" : null }, `${x}×`)));
  const help = button("Help: the keys", "help", h("kbd", null, "?"), " help"), more = button("More controls", "more", icon("M3.2 8h.01M8 8h.01M12.8 8h.01"));
  const keys = h("div", { class: "keys" }, KEYS.slice(0, -1).filter((row) => row[1]).map(([caps, text]) => h("span", null, caps.map((cap) => h("kbd", null, cap)), ` ${text}`)), help);
  const second = h("div", { class: "row second" }, h("label", { class: "train", for: `${ids}train` }, "Training step"), train, trained, h("span", { class: "speed" }, h("label", { for: `${ids}speed` }, "Speed"), speed), keys);
  const footer = h("footer", { class: "controls", id: `${ids}controls` }, h("div", { class: "row" }, h("div", { class: "buttons" }, back, next, play, count), rail, predict), second);
  const close = h("button", { type: "button", class: "close" }, "Close"); // a form would be refused in a sandbox
  const dialog = h("dialog", { class: "sheet", "aria-label": "Keys" }, h("h2", null, "Keys"),
    h("dl", null, KEYS.map(([caps, , text]) => [h("dt", null, caps.map((cap) => h("kbd", null, cap))), h("dd", null, text)])),
    h("p", { class: "note" }, "The address of this page names what you see, as in #step=12&phase=backward&at=5. Choose a box in the drawing, or a line of the code, to go where its number is made."), close);
  const bar = h("div", { class: "topbar" }, tools);
  root.append(h("a", { class: "skip", href: `#${ids}controls` }, "Skip to the controls"),
    h("header", null, h("div", { class: "titles" }, h("h1", null, model.title), h("p", { class: "subtitle" }, spans(model.subtitle))),
      h("div", { class: "state" }, ofStep, h("nav", { "aria-label": "Phases" }, phases), more, theme)),
    h("main", null, bar, h("section", { class: "graph", "aria-label": "Computation graph" }, pan, h("div", { class: "under" }, notice, map, legendList(model.views.some((view) => view.steps.some((step) => Object.keys(step.checks).length))))), strip, tabs,
      h("div", { class: "panels" }, Object.values(panels)), trace), footer, live, dialog);
  return { root, ofStep, phases, theme, pan, map, notice, zoom, notation, lens, tools, bar, strip, names, headings, panels, tabs, trace, live, back, next, play,
    scrub, ticks, labels, rail, count, predict, train, trained, speed, help, more, second, footer, close, dialog };
}

// The scrubber: each phase is set off by one empty place, so its scale shows where it begins.
function scrubber(ui, at, count) {
  const slotOf = (i) => i + at.phases.findIndex((run) => i < run.start + run.count);
  const last = slotOf(count - 1), part = (i) => (100 * slotOf(i)) / Math.max(1, last), starts = new Set(at.phases.map((run) => run.start));
  const placed = (el, i) => { el.style.left = `${part(i)}%`; return el; };
  return { slotOf, last, enter() {
    ui.scrub.max = last;
    ui.ticks.replaceChildren(...["all", "past"].map((cls) => h("div", { class: cls }, Array.from({ length: count }, (_, i) => (last > 150 && !starts.has(i) ? null : placed(h("i"), i))))));
    ui.labels.replaceChildren(...at.phases.map((run) => placed(h("span"), run.start)));
  }, nearest(slot, from) {
    const moves = Array.from({ length: count }, (_, i) => i);
    return slot >= from ? moves.find((i) => slotOf(i) >= slot) : moves.findLast((i) => slotOf(i) <= slot);
  }, spread(k, width) { // the names of the phases: the current one first, then those that find room
    const taken = [], all = [...ui.labels.children], here = at.phases.indexOf(at.run(k));
    for (const i of [here, ...all.keys()].filter((v, n, self) => self.indexOf(v) === n)) {
      const run = at.phases[i], label = all[i];
      label.replaceChildren(capital(run.name), i === here ? h("b", null, ` ${k - run.start + 1} of ${run.count}`) : "");
      label.className = i === here ? `here ${tone(run.name)}` : i > here ? "later" : "";
      const from = (width * part(run.start)) / 100, to = from + label.textContent.length * 7 + 10;
      const clear = taken.every(([a, b]) => to <= a || from >= b);
      label.style.visibility = clear ? "" : "hidden";
      const over = Math.max(0, to - width - 12);
      label.style.transform = over ? `translateX(${-over}px)` : "";
      if (clear) taken.push([from - over, to - over]);
    }
  } };
}

export function render({ model: given, el, place = null, moved = null }) {
  if (!list(given.views).some((view) => list(view.steps).length)) {
    el.replaceChildren(h("p", null, "This recording holds no training step, so there is nothing to step through."));
    return Object.assign(() => el.replaceChildren(), { go() {} });
  }
  const model = completed(given);
  // Two steppers, and two copies of this module, may share a page: ids carry a prefix of their own.
  let number = 1;
  while (document.querySelector(`[data-agl="${number}"]`)) number += 1;
  const ids = `agl${number}_`, page = document.documentElement.classList.contains("agl-page");
  const focused = () => el.getRootNode().activeElement; // a host may keep the page in a shadow tree
  const off = new AbortController();
  const on = (target, type, run, options) => target.addEventListener(type, run, { signal: off.signal, ...options });
  if (page && model.title) document.title = model.title;
  const ui = frame(model, ids), { root, pan, panels } = ui;
  root.dataset.agl = number;
  el.replaceChildren(root);

  const asking = quiz((found, spoken) => {
    ui.next.classList.toggle("due", Boolean(found && found.right));
    if (!spoken) return;
    ui.live.textContent = spoken;
    // On a small screen the verdict would stand behind the controls.
    asking.el.style.scrollMarginBottom = `${root.querySelector(".controls").offsetHeight + 8}px`;
    asking.el.scrollIntoView({ block: "nearest" });
  });
  const why = narration(panels.why, asking), tell = traceTable(ui.trace), bug = lensStrip(ui.strip);
  const curve = model.loss_curve && list(model.loss_curve.losses).some((loss) => loss !== null) && lossCurve(model);
  const fitting = model.fit && fitPlot(model);
  // Beside code there is room for one of the two plots; the headings change places.
  const other = (text) => { const b = h("button", { type: "button" }, text); on(b, "click", () => root.classList.toggle("fit-first")); return b; };
  if (curve) panels.loss.append(h("h3", null, "Loss", fitting && other("Fit")), curve.svg);
  if (fitting) panels.fit.append(h("h3", null, "Fit", curve && other("Loss")), fitting.svg);
  root.classList.toggle("fit-first", Boolean(fitting && !curve));
  root.classList.toggle("no-curve", !curve);
  const room = {}; // places wide enough for every step, so that no column moves
  for (const key of ["old", "grad", "new"]) room[key] = 2 + Math.max(6, ...model.views.flatMap((one) => one.steps).map((step) => longest(step.params.map((param) => [param[key] || ""]))));
  const built = new Map(), state = { notation: "partial", lens: "", predict: false, revealed: false, mine: [], theme: (page && document.documentElement.dataset.opens) || null };
  const heat = heatPanel(ids, () => root), net = model.network && drawNetwork(model.network, model.loss_name);
  pan.after(heat.el);
  let view = model.views[0], wired = false, at = 0, k = 0, current = null, table = null, timer = null, settle = null, fit = 1, railWidth = 0, frameDue = 0, byKey = false, written = location.hash;

  // ── graphs and levels ───────────────────────────────────────────────────────────────────────
  function entryOf(step) {
    const key = `${model.views.indexOf(view)}_${step.graph}`;
    if (!built.has(key)) {
      const graph = view.graphs[step.graph], when = index(graph), mine = view.steps.filter((one) => one.graph === step.graph);
      built.set(key, { graph, when, mini: drawMinimap(graph), drawing: drawGraph(graph, when, mine, `${ids}${key}_`, pan, visit, heat.over),
        code: graph.code.length ? codeList(graph, visitLine) : null, rail: scrubber(ui, when, graph.moves.length) });
    }
    return built.get(key);
  }
  function enter(entry) {
    current = entry;
    heat.hide();
    pan.replaceChildren(wired ? net.svg : entry.drawing.svg);
    root.classList.toggle("wired", wired);
    ui.map.replaceChildren(entry.mini.svg);
    ui.notice.textContent = wired ? model.network.notice : view.notice;
    panels.code.replaceChildren(...(entry.code ? [h("h3", null, "Your code"), ...entry.code.parts] : []));
    root.classList.toggle("no-code", !entry.code);
    entry.rail.enter();
    ui.phases.replaceChildren(...entry.when.phases.map((run) => {
      const b = h("button", { type: "button", class: tone(run.name) }, capital(run.name));
      on(b, "click", () => { stop(); go(at, run.start); });
      return h("li", null, b);
    }));
    const choices = [...model.views, ...(net ? [null] : [])]; // null: the network, beside the micro-steps of the level before
    ui.zoom.replaceChildren(...(choices.length > 1 ? [h("span", null, "Zoom"), ...choices.map((one) => {
      const b = h("button", { type: "button", "aria-pressed": one ? !wired && one === view : wired }, one ? LEVELS[one.level] || capital(one.level) : "Network");
      on(b, "click", () => { stop(); const here = focused() === b; look(one); if (here) ui.zoom.children[1 + choices.indexOf(one)].focus(); });
      return b;
    })] : []));
  }
  function look(one) {
    wired = !one;
    if (one && one !== view) zoomTo(one);
    else go(at, k);
  }
  // Another level has other micro-steps: the same phase, as far into it.
  function zoomTo(other) {
    const run = current.when.run(k), part = run.count > 1 ? (k - run.start) / (run.count - 1) : 1;
    view = other;
    const there = index(view.graphs[view.steps[at].graph]).phases.find((one) => one.name === run.name);
    go(at, there ? there.start + Math.round(part * (there.count - 1)) : 0);
  }

  // ── sizes ───────────────────────────────────────────────────────────────────────────────────
  function size() {
    const graph = wired ? net : current.graph, tall = window.innerHeight, pad = getComputedStyle(pan), narrow = root.clientWidth <= 760;
    // On a narrow screen what is chosen once goes behind the menu.
    const home = narrow ? ui.second : ui.bar;
    if (ui.tools.parentNode !== home) { home.append(ui.tools); (narrow ? ui.second : ui.more.parentNode).append(ui.theme); }
    const wide = pan.clientWidth - parseFloat(pad.paddingLeft) - parseFloat(pad.paddingRight);
    fit = Math.min(1.25, wide / graph.width);
    if (fit < 0.62) fit = 0.85; // it pans anyway, so let it be readable
    // The rest of the page needs about 560 px; a tall drawing gives way, but stays readable.
    fit = Math.min(fit, Math.max(0.72, (tall - (wired ? 400 : 560)) / graph.height));
    const { svg } = wired ? net : current.drawing;
    svg.setAttribute("width", Math.floor(graph.width * fit));
    svg.setAttribute("height", Math.floor(graph.height * fit));
    pan.style.maxHeight = `${Math.max(320, tall - (wired ? 370 : 450))}px`;
    const pans = pan.scrollWidth > pan.clientWidth + 1 || pan.scrollHeight > pan.clientHeight + 1;
    root.classList.toggle("pans", pans);
    pan.tabIndex = pans ? 0 : -1;
    railWidth = ui.rail.clientWidth;
    why.fit();
    mapView();
    current.rail.spread(k, railWidth);
    follow("auto");
  }
  function mapView() {
    const { view } = current.mini;
    for (const [key, v] of [["x", pan.scrollLeft], ["y", pan.scrollTop], ["width", pan.clientWidth], ["height", pan.clientHeight]]) view.setAttribute(key, v / fit);
  }
  function follow(behavior) {
    const box = !wired && root.classList.contains("pans") && current.drawing.focus(k);
    if (!box) return;
    const way = (low, high, from, space) => {
      const a = low * fit - 24, b = high * fit + 24;
      return a >= from && b <= from + space ? from : b - a > space ? a : (a + b - space) / 2;
    };
    pan.scrollTo({ left: way(box[0], box[2], pan.scrollLeft, pan.clientWidth), top: way(box[1], box[3], pan.scrollTop, pan.clientHeight), behavior: still() ? "auto" : behavior });
  }

  // ── one micro-step ──────────────────────────────────────────────────────────────────────────
  function enterStep(step) {
    table = paramTable(step, current.when, current.graph, room);
    panels.params.replaceChildren(...(step.params.length ? [h("h3", null, "Parameters"), ...table.parts] : []));
    if (curve) curve.show(step);
    if (fitting) fitting.show(step);
    for (const [name, tab] of tabOf) tab.hidden = !panels[name].firstChild;
    if (!panels[open].firstChild) choose("why");
    ui.ofStep.replaceChildren(h("i", null, "Training "), "step ", h("b", null, String(step.step)), h("span", null, ` of ${step.of}`));
    ui.trained.replaceChildren(h("b", null, String(step.step)), ` of ${step.of}`);
    ui.train.value = at;
    ui.train.style.setProperty("--past", `${(100 * at) / Math.max(1, view.steps.length - 1)}%`);
  }
  // `moving` plays the motion; `keep` leaves an answer as it is; `mine` are nodes to be outlined.
  function go(toStep, toMove, { moving = false, keep = false, mine = [] } = {}) {
    const step = view.steps[toStep], entry = entryOf(step), fresh = entry !== current || root.classList.contains("wired") !== wired;
    if (fresh) enter(entry);
    const { graph, drawing } = entry, newStep = fresh || toStep !== at || !table;
    at = toStep;
    k = Math.max(0, Math.min(toMove, graph.moves.length - 1));
    state.mine = mine;
    if (!keep) state.revealed = false;
    if (newStep) enterStep(step);
    const move = graph.moves[k], told = step.moves[k], run = entry.when.run(k), colour = tone(run.name), how = { notation: state.notation, grads: graph.grads };
    const asked = state.predict && !state.revealed ? question(move, told) : null;
    const lens = model.lenses.find((one) => one.key === state.lens);
    root.dataset.tone = colour;
    root.classList.toggle("asking", Boolean(asked));
    if (!(keep && asked)) asking.ask(asked, move, how);
    if (asked && !keep) ui.live.textContent = ""; // it may have said the number
    drawing.show(step, k, { moving: moving && !still(), notation: state.notation, asked: Boolean(asked), mine, lens: lens && step.lenses[lens.key] });
    heat.refresh(how);
    // In Predict the network waits for the end of the forward pass, and keeps the gradients to itself.
    if (net) net.show(at, step, { hidden: state.predict && run.name === "forward", slopes: run.name === "backward" && !state.predict, known: (key, i) => !graph.neurons || graph.neurons[key][i] <= k });
    const last = (entry.when.grads.get(move.target) || []).at(-1) === k;
    why.show(move, told, run, k, how, Boolean(asked), last ? step.checks[move.target] : null);
    bug(lens, step, how);
    const op = graph.ops.find((one) => one.id === move.op);
    if (entry.code) entry.code.show(move, op);
    table.show(k, Boolean(asked));
    tell(graph, step, k, how, Boolean(asked));
    const loss = graph.moves.findLastIndex((one) => one.phase === "loss"), secret = state.predict && (k < loss || (k === loss && Boolean(asked)));
    if (curve) curve.hide(secret, step);
    ui.train.setAttribute("aria-valuetext", `Training step ${step.step} of ${step.of}${secret ? "" : `, ${model.loss_name} ${step.loss}`}`);
    [...ui.phases.children].forEach((li, i) => {
      const one = entry.when.phases[i];
      li.firstChild.setAttribute("aria-current", one === run ? "step" : "false");
      li.className = one.start > k ? "later" : "";
    });
    ui.count.textContent = `${k - run.start + 1} of ${run.count}`;
    ui.scrub.value = entry.rail.slotOf(k);
    ui.scrub.setAttribute("aria-valuetext", `${capital(run.name)}, ${k - run.start + 1} of ${run.count}: ${plain(move.title, how)}`);
    ui.rail.style.setProperty("--past", entry.rail.slotOf(k) / Math.max(1, entry.rail.last));
    ui.back.setAttribute("aria-disabled", at === 0 && k === 0);
    ui.next.setAttribute("aria-disabled", !asked && at === view.steps.length - 1 && k === graph.moves.length - 1);
    entry.mini.show(move.target);
    if (fresh) size();
    else {
      entry.rail.spread(k, railWidth);
      // What needs the page's measures is done once before it is painted, however many steps were made.
      if (!frameDue) frameDue = requestAnimationFrame(() => { frameDue = 0; follow("smooth"); table.reveal(); if (current.code) current.code.reveal(); });
    }
    if (asked && !keep && byKey) asking.input.focus({ preventScroll: true });
    const here = { step: step.step, phase: move.phase, at: k - run.start + 1 };
    if (moved) moved(here);
    // The address and the spoken line follow when the reader rests: a drag is not fifty sentences.
    clearTimeout(settle);
    settle = setTimeout(() => {
      if (!asked || !(keep || asking.judged)) ui.live.textContent = asked ? plain(move.ask.question, how)
        : `${plain(move.title, how)}: ${list(told.numbers).join(" ")}. ${list(told.say).map((line) => plain(line, how)).join(" ")}`;
      const words = { ...here, ...(state.theme && { theme: state.theme }), ...(state.notation !== "partial" && { notation: state.notation }),
        ...(wired ? { zoom: "network" } : view !== model.views[0] && { zoom: view.level }), ...(state.lens && { lens: state.lens }), ...(state.predict && { predict: 1 }) };
      const hash = `#${Object.entries(words).map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;
      // An address that the reader has just asked for is about to be followed, not to be written over.
      if (!page || hash === written || location.hash !== written) return;
      // A srcdoc frame has no address of its own to write to.
      try { history.replaceState(null, "", hash); written = location.hash; } catch { /* nothing to keep */ }
    }, 120);
  }
  const again = () => go(at, k, { keep: true, mine: state.mine });

  // ── ways through ────────────────────────────────────────────────────────────────────────────
  const lastMove = (i) => view.graphs[view.steps[i].graph].moves.length - 1;
  const isAsked = () => state.predict && !state.revealed && question(current.graph.moves[k], view.steps[at].moves[k]);
  function walk(by, moving = true) {
    if (by > 0 && isAsked()) { // the number arrives where it was asked for
      state.revealed = true;
      if (focused() === asking.input) root.focus({ preventScroll: true });
      go(at, k, { moving, keep: true });
      return true;
    }
    const to = k + by;
    if (to >= 0 && to <= lastMove(at)) go(at, to, { moving: moving && by > 0 && !state.predict });
    else if (by > 0 && at < view.steps.length - 1) go(at + 1, 0, { moving: moving && !state.predict });
    else if (by < 0 && at > 0) go(at - 1, lastMove(at - 1));
    else return false;
    return true;
  }
  function walkPhase(by) {
    const runs = current.when.phases, here = runs.indexOf(current.when.run(k));
    if (by > 0) return here < runs.length - 1 ? go(at, runs[here + 1].start) : at < view.steps.length - 1 && go(at + 1, 0);
    if (k > runs[here].start) return go(at, runs[here].start);
    if (here > 0) return go(at, runs[here - 1].start);
    if (at > 0) go(at - 1, entryOf(view.steps[at - 1]).when.phases.at(-1).start);
  }
  const walkStep = (by) => go(Math.max(0, Math.min(at + by, view.steps.length - 1)), k);
  function visit(id) {
    const { when } = current, grads = when.grads.get(id) || [], made = when.made.get(id);
    stop();
    go(at, grads.length && (when.run(k).name === "backward" || made === undefined) ? grads[grads.length - 1] : made);
  }
  // A line leads to what it made, and outlines all of it; in the backward pass, to its first message.
  function visitLine(i) {
    const { moves } = current.graph, back = current.when.run(k).name === "backward";
    const mine = moves.filter((move) => move.code === i && tone(move.phase) === "f").map((move) => move.target);
    const found = moves.findIndex((move) => move.code === i && (tone(move.phase) === "b") === back);
    stop();
    go(at, found < 0 ? moves.findIndex((move) => move.code === i) : found, { mine });
  }
  function stop() { setPlaying(false); }
  function setPlaying(yes) {
    clearTimeout(timer);
    timer = null;
    if (yes) timer = setTimeout(() => { setPlaying(walk(1)); }, PACE / Number(ui.speed.value));
    const label = yes ? "Pause" : "Play";
    if (ui.play.getAttribute("aria-label") === label) return;
    ui.play.setAttribute("aria-label", label);
    ui.play.title = label;
    ui.play.replaceChildren(icon(yes ? PAUSE : PLAY));
  }
  function toggle() {
    if (timer !== null) return stop();
    setPredict(false); // what plays by itself asks nothing
    if (walk(1)) setPlaying(true);
  }
  function setPredict(yes) {
    if (state.predict === yes) return;
    stop();
    state.predict = yes;
    ui.predict.setAttribute("aria-checked", yes);
    go(at, k);
  }

  // ── tabs, which only the narrow page shows; there one panel is seen at a time ───────────────
  let open = "why";
  const tabOf = new Map(ui.names.map((name) => {
    const tab = h("button", { type: "button", role: "tab", id: `${ids}tab_${name}`, "aria-controls": ids + name }, ui.headings[name]);
    on(tab, "click", () => choose(name));
    ui.tabs.append(tab);
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
  on(ui.tabs, "keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.shiftKey) return;
    event.preventDefault();
    const shown = ui.names.filter((name) => !tabOf.get(name).hidden);
    choose(shown[(shown.indexOf(open) + by + shown.length) % shown.length]);
    tabOf.get(open).focus();
  });

  // ── controls ────────────────────────────────────────────────────────────────────────────────
  on(root, "pointerdown", () => { byKey = false; }, { capture: true });
  on(page ? document : root, "keydown", () => { byKey = true; }, { capture: true });
  on(ui.back, "click", () => { stop(); walk(-1); });
  on(ui.next, "click", () => { stop(); walk(1); });
  on(ui.play, "click", toggle);
  on(ui.predict, "click", () => setPredict(!state.predict));
  on(ui.scrub, "input", () => { stop(); go(at, current.rail.nearest(Number(ui.scrub.value), current.rail.slotOf(k))); });
  on(ui.train, "input", () => { stop(); go(Number(ui.train.value), k); });
  on(ui.notation, "change", () => { state.notation = ui.notation.value; again(); });
  on(ui.lens, "change", () => { state.lens = ui.lens.value; again(); size(); });
  on(ui.help, "click", () => ui.dialog.showModal());
  on(ui.dialog, "click", (event) => { if (event.target === ui.dialog || event.target === ui.close) ui.dialog.close(); });
  on(ui.more, "click", () => ui.more.setAttribute("aria-expanded", ui.footer.classList.toggle("full")));
  on(ui.trace, "toggle", again);
  on(pan, "scroll", () => { mapView(); heat.put(); }, { passive: true });
  on(document, "keydown", (event) => { if (event.key === "Escape" && heat.open) { heat.hide(); event.preventDefault(); } }, { capture: true });
  on(ui.map, "click", (event) => {
    const r = current.mini.svg.getBoundingClientRect();
    pan.scrollTo({ left: ((event.clientX - r.left) / r.width) * pan.scrollWidth - pan.clientWidth / 2, top: ((event.clientY - r.top) / r.height) * pan.scrollHeight - pan.clientHeight / 2, behavior: still() ? "auto" : "smooth" });
  });
  on(root.querySelector(".skip"), "click", (event) => { event.preventDefault(); ui.next.focus(); });

  const commands = { ArrowLeft: (e) => (e.shiftKey ? walkPhase(-1) : walk(-1)), ArrowRight: (e) => (e.shiftKey ? walkPhase(1) : walk(1)),
    PageUp: () => walkStep(-1), PageDown: () => walkStep(1), Home: () => go(at, 0), End: () => go(at, lastMove(at)) };
  // While an answer is being typed, keys that edit it are its own.
  const editing = (event) => asking.input.value !== "" && !asking.judged && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key);
  on(page ? document : root, "keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || ui.dialog.open) return;
    const target = event.target instanceof Element ? event.target : root;
    if (target === asking.input ? event.key === " " || editing(event) : target.closest("select, textarea, input:not([type=range])")) return;
    if (target === ui.train && !event.shiftKey && !event.key.startsWith("Page") && commands[event.key]) return; // its own keys
    if (event.key === " " && target.closest("button, summary, a")) return;
    if (event.key === " ") toggle();
    else if (event.key === "?") ui.dialog.showModal();
    else if (event.key === "p" || event.key === "P") setPredict(!state.predict);
    else if (commands[event.key]) { stop(); commands[event.key](event); }
    else return;
    event.preventDefault();
  });

  const dark = matchMedia("(prefers-color-scheme: dark)");
  function paint() {
    const name = state.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = name;
    if (page) document.documentElement.dataset.theme = name;
    const label = name === "dark" ? "Light theme" : "Dark theme";
    ui.theme.setAttribute("aria-label", label);
    ui.theme.title = label;
  }
  on(ui.theme, "click", () => { state.theme = root.dataset.theme === "dark" ? "light" : "dark"; paint(); again(); });
  on(dark, "change", paint);
  // On paper the table stands for the steps that a picture cannot take.
  let wasOpen = false;
  on(window, "beforeprint", () => { wasOpen = ui.trace.open; ui.trace.open = true; again(); });
  on(window, "afterprint", () => { ui.trace.open = wasOpen; });

  // ── the address ─────────────────────────────────────────────────────────────────────────────
  function goTo(asked) {
    const want = Number(asked.step), named = asked.step !== undefined && asked.step !== null && Number.isFinite(want);
    const choice = (value, known, old) => (known.includes(value) ? value : old);
    state.notation = ui.notation.value = choice(asked.notation, Object.keys(NOTATIONS), state.notation);
    state.lens = ui.lens.value = choice(asked.lens, ["", ...model.lenses.map((one) => one.key)], state.lens);
    view = model.views.find((one) => one.level === asked.zoom) || view;
    if (net && asked.zoom) wired = asked.zoom === "network";
    state.theme = asked.theme === "" ? null : choice(asked.theme, ["light", "dark"], state.theme);
    if (asked.predict !== undefined) { state.predict = Boolean(Number(asked.predict)); ui.predict.setAttribute("aria-checked", state.predict); }
    paint();
    const to = named ? nearest(view.steps, want) : place && current ? at : 0;
    const run = index(view.graphs[view.steps[to].graph]).phases.find((one) => one.name === asked.phase);
    go(to, run ? run.start + Math.max(1, Math.min(Math.trunc(Number(asked.at)) || 1, run.count)) - 1 : 0);
  }
  const address = (url) => Object.fromEntries(new URLSearchParams(page ? url.split("#").slice(1).join("#") : ""));
  on(window, "hashchange", (event) => {
    written = location.hash;
    if (page && event.newURL.includes("step=")) { stop(); goTo(address(event.newURL)); }
  });
  choose("why");
  goTo(place || address(location.href));
  // A longer sentence changes the height of the page; only a new width or window asks for new sizes.
  let seen = "";
  const watch = new ResizeObserver(() => {
    const now = `${root.clientWidth} ${window.innerHeight}`;
    if (now !== seen) size();
    seen = now;
  });
  watch.observe(root);
  return Object.assign(() => { off.abort(); watch.disconnect(); stop(); heat.hide(); clearTimeout(settle); cancelAnimationFrame(frameDue); root.remove(); }, { go: (there) => { stop(); goTo({ ...there }); } });
}
