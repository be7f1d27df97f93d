// Predict: the next number is asked for before it is shown.

// A number as a learner types it: 0,5 or −3e−4 or 1/7; null where it is none.
function typed(text) {
  const bare = text.replace(/[−–]/g, "-").replace(/,/g, ".").replace(/\s+/g, "");
  const [above, below, ...more] = bare.split("/");
  const one = (part) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part) ? Number(part) : null);
  if (more.length || one(above) === null || (below !== undefined && !one(below))) return null;
  return below === undefined ? one(above) : one(above) / one(below);
}

const written = (text) => Number(text.replace(/ each$/, "").replace(/−/g, "-").replace("∞", "Infinity"));

// Whether an answer holds within one percent, and how to say it.
function judged(answer, text) {
  const given = typed(answer), right = written(text), off = Math.abs(given - right), shown = answer.trim().replace(/-/g, "−");
  if (given === null) return { right: null, word: "", text: "Type a number, such as −0.5, 3e−4 or 1/7." };
  if (off === 0) return { right: true, word: "Right.", text: `${shown} it is.` };
  if (off <= 0.01 * Math.abs(right)) return { right: true, word: "Right.", text: `${shown} is within 1 % of ${text} (${percent(off / Math.abs(right))} % off).` };
  if (right === 0) return { right: false, word: "Not yet.", text: `${shown} is not 0.` };
  if (Math.abs(given + right) <= 0.01 * Math.abs(right)) return { right: false, word: "Not yet.", text: "The size is right, the sign is not." };
  if (given / right >= 2 && given / right < 100) return { right: false, word: "Not yet.", text: `${shown} is ${Number((given / right).toPrecision(2))} times as much as it should be.` };
  if (off < 10 * Math.abs(right)) return { right: false, word: "Not yet.", text: `${shown} is ${percent(off / Math.abs(right))} % off.` };
  return { right: false, word: "Not yet.", text: `${shown} is far off.` };
}

// The question of a micro-step: what can be asked, and its answer.
function question(move, told) {
  if (!move.ask) return null;
  const numbers = list(told.cell ? told.cell.numbers : told.numbers), text = String(numbers[0] ?? "");
  return Number.isFinite(written(text)) && isNumber(text) ? { text, numbers } : null;
}

function quiz(onJudged) {
  const input = h("input", { class: "answer", type: "text", inputmode: "text", autocomplete: "off", spellcheck: "false", "aria-label": "Your answer", size: 7, maxlength: 24, placeholder: "?" });
  const mark = h("span", { class: "mark", "aria-hidden": "true" }), word = h("b"), verdict = h("span");
  const why = h("p", { class: "say" }), go = h("p", { class: "note" });
  const check = h("button", { type: "button", class: "check" }, "Check");
  const el = h("div", { class: "quiz" }, h("p", { class: "verdict" }, check, mark, word, " ", verdict), why, go);
  let asked = null, move = null, how = null;
  function judge() {
    if (!asked) return;
    const found = judged(input.value, asked.text);
    word.textContent = found.word;
    verdict.textContent = found.text;
    mark.replaceChildren(found.right === null ? "" : icon(found.right ? TICK : CROSS));
    el.dataset.right = found.right;
    input.setAttribute("aria-invalid", found.right !== true);
    const reason = found.right === null ? [] : spans(move.ask.reason, { ...how, numbers: asked.numbers });
    const sign = found.right && move.ask.signs && move.ask.signs.length ? spans(move.ask.signs[written(asked.text) < 0 ? 1 : 0], how) : [];
    why.replaceChildren(...(reason.length ? ["Why: ", ...reason, ...(written(asked.text) ? sign : [])] : []));
    go.replaceChildren(...(found.right ? ["Press ", h("kbd", null, "→"), " and it arrives in the drawing."] : ["Try again, or press ", h("kbd", null, "→"), " to see it."]));
    check.hidden = found.right === true;
    onJudged(found, `${found.word} ${found.text} ${why.textContent}`.trim());
  }
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); judge(); } });
  input.addEventListener("input", () => {
    const caret = input.selectionStart; // a true minus, as everywhere on the page
    if (input.value.includes("-")) { input.value = input.value.replace(/-/g, "−"); input.setSelectionRange(caret, caret); }
    el.dataset.right = ""; word.textContent = verdict.textContent = ""; mark.replaceChildren(); why.replaceChildren(); check.hidden = false; input.removeAttribute("aria-invalid"); onJudged(null); });
  check.addEventListener("click", judge);
  return { el, input, get judged() { return el.dataset.right === "true" || el.dataset.right === "false"; }, ask(what, itsMove, itsHow) {
    asked = what;
    move = itsMove;
    how = itsHow;
    el.hidden = !what;
    el.dataset.right = "";
    input.value = word.textContent = verdict.textContent = "";
    input.removeAttribute("aria-invalid");
    mark.replaceChildren();
    why.replaceChildren();
    check.hidden = false;
    go.replaceChildren("Type it and press ", h("kbd", null, "Enter"), ", or press ", h("kbd", null, "→"), " to see it.");
    onJudged(null);
  } };
}
