// What happens when: read once from the moves of a graph, asked at every micro-step.

// The move that fills a node, the moves that change a gradient, the moves from which an edge counts
// as done, and the runs of a phase.
function index(graph) {
  const at = { made: new Map(), grads: new Map(), updated: new Map(), sent: new Map(), back: new Map(), phases: [], zero: -1 };
  const first = (map, key, i) => { if (!map.has(key)) map.set(key, i); };
  graph.moves.forEach((move, i) => {
    const run = at.phases[at.phases.length - 1];
    if (run && run.name === move.phase) run.count += 1;
    else at.phases.push({ name: move.phase, start: i, count: 1 });
    if (move.phase === "zero") at.zero = i;
    if (move.phase === "update") first(at.updated, move.target, i);
    const way = tone(move.phase);
    if (way === "u") return;
    if (way === "b") {
      for (const id of list(move.edges)) first(at.sent, id, i);
      first(at.back, move.op, i);
    }
    if (move.target === null || move.target === undefined) return;
    if (way === "f") first(at.made, move.target, i);
    else if (at.grads.has(move.target)) at.grads.get(move.target).push(i);
    else at.grads.set(move.target, [i]);
  });
  // "i5_0" is the way from an input to operation 5, "o5" from the operation to its result; the way
  // back along the latter is part of the operation's first message.
  const opOf = (key) => Number(key.slice(1).split("_")[0]);
  at.forward = (key) => at.made.get(opOf(key));
  at.backward = (key) => (key[0] === "o" ? at.back.get(opOf(key)) : at.sent.get(key));
  at.run = (k) => at.phases.find((one) => k < one.start + one.count);
  return at;
}

// A recording may leave out what it has not got; the drawing code need not ask each time.
function completed(model) {
  const nothing = { phase: "forward", title: ["Nothing is computed here"] };
  const filled = (moves, count) => Array.from({ length: Math.max(1, count) }, (_, i) => list(moves)[i] || {});
  const views = list(model.views).map((view) => {
    const graphs = view.graphs.map((graph) => ({ width: 100, height: 100, ...graph, grads: graph.grads || {}, code: list(graph.code), clusters: list(graph.clusters),
      nodes: list(graph.nodes), ops: list(graph.ops), edges: list(graph.edges), moves: list(graph.moves).length ? graph.moves : [nothing] }));
    const steps = view.steps.map((step) => ({ ...step, params: list(step.params), values: step.values || {}, lenses: step.lenses || {}, checks: step.checks || {},
      moves: filled(step.moves, graphs[step.graph].moves.length) }));
    return { level: "", notice: "", ...view, graphs, steps };
  });
  return { unit: "epoch", ...model, views, lenses: list(model.lenses) };
}

// The training step whose number is nearest to the one asked for.
function nearest(steps, want) {
  const far = (step) => Math.abs(Number(step.step) - want);
  return steps.reduce((best, step, i) => (far(step) < far(steps[best]) ? i : best), 0);
}
