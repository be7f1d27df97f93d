// Bug lenses: the same step with a classic mistake, beside the right one.

function lensStrip(el) {
  let built = "";
  return (lens, step, words) => {
    el.hidden = !lens;
    const key = lens ? `${lens.key} ${step.step} ${words.notation}` : "";
    if (key === built) return;
    built = key;
    if (!lens) return el.replaceChildren();
    const found = step.lenses[lens.key] || { reason: "This recording does not tell." };
    const moved = list(found.moved), right = new Map(step.params.map((param) => [param.node, param]));
    const code = (cls, sign, said, text) => h("p", { class: cls }, h("span", { "aria-hidden": "true" }, sign), h("span", { class: "hidden" }, said), h("code", null, text));
    const diff = h("div", { class: "diff" }, code("gone", "−", "right: ", lens.right), code("come", "+", "wrong: ", lens.wrong));
    const rows = moved.map((one) => {
      const param = right.get(one.node), cells = [[param.grad, one.grad], [param.new, one.new || "?"]];
      return h("tr", { class: one.differs ? "off" : null }, h("th", { scope: "row" }, h("i", { class: "m" }, one.name)),
        cells.map(([was, is]) => [h("td", { class: "right" }, was), h("td", { class: "wrong" }, one.differs ? is : "same")]), h("td", { class: "moves" }, one.verdict));
    });
    const off = moved.filter((one) => one.differs).length, nodes = Object.keys(found.grads || {}).length;
    const summary = found.reason || (moved.length ? `${nodes} gradient${nodes === 1 ? " comes" : "s come"} out wrong, and ${off ? `${off} of ${moved.length} parameters move` : "no parameter moves"} by it.`
      : `${nodes} gradient${nodes === 1 ? " comes" : "s come"} out wrong; the drawing shows them with ≠ and the right number.`);
    el.replaceChildren(h("div", { class: "lens-what" }, h("h2", null, lens.title), h("p", null, lens.effect), diff),
      h("div", { class: "lens-does" }, h("p", { class: "sum" }, summary), rows.length ? h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Right and wrong" }, h("table", null,
        h("thead", null, h("tr", null, h("th", { rowspan: 2 }, h("span", { class: "hidden" }, "name")), h("th", { colspan: 2, scope: "colgroup" }, "gradient"), h("th", { colspan: 2, scope: "colgroup" }, "new value"), h("th", { rowspan: 2, scope: "col", class: "moves" }, "it moves")),
          h("tr", null, ["right", "wrong", "right", "wrong"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", null, rows))) : ""));
  };
}
