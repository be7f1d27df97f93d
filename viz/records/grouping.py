"""Which nodes of a recorded graph are drawn as one: by neuron, by layer, or all in one."""

from __future__ import annotations

import collections
import heapq
import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograd_lite.recording import Graph, Node

__all__ = ["LEVELS", "Group", "Home", "groups"]

LEVELS = ("scalars", "neurons", "layers", "model")
"""From the finest to the coarsest."""

Home = tuple[tuple[str, int], ...]
"""The modules that something is drawn in, outermost first: titles, each with a number of the visit."""

_PIECES = {"neurons": 24, "layers": 8, "model": 1}
"""Into how many runs operations without a module are gathered, at most."""

_LEAVES = 24
"""So many inputs are drawn apart, at the level of neurons."""

_MODULES = 60
"""More modules than this are drawn by the ones around them."""


@dataclass(frozen=True)
class Group:
    """Operations drawn as one thing, with the parameters and plain numbers that only they use.

    ``kind`` is ``neuron``, ``module``, ``model``, ``loss``, ``run`` (of operations without a module)
    or ``input`` (leaves alone). ``home`` holds the frames around it.
    """

    kind: str
    title: str
    home: Home
    ops: tuple[int, ...]
    leaves: tuple[int, ...] = ()

    @property
    def members(self) -> tuple[int, ...]:
        return tuple(sorted((*self.ops, *self.leaves)))


def groups(graph: Graph, level: str) -> list[Group]:
    """The groups of a graph, each before those that use it.

    Modules that are visited several times, as for every example of a batch, make one group, unless
    one visit needs what another made: then every visit is a group of its own.
    """
    ops = [n for n in graph.nodes if n.op]
    paths = _paths(ops, level)
    titled = any(path and path != _LOSS for path in paths.values())
    loose = [n for n in ops if not paths[n.id]]
    runs = _around(graph, paths) if titled else _runs(loose, level)
    if level == "model" and titled:
        paths.update((i, _MODEL) for i, key in runs.items() if key != (_LOOSE, "after"))
    merged: dict[int, Hashable] = {n.id: paths[n.id] or runs[n.id] for n in ops}
    again = _again(graph, ops, merged)
    keys = merged if not again and _acyclic(ops, merged) else _visits(graph, ops, paths, runs)
    found: dict[Hashable, list[Node]] = {}
    for node in ops:
        found.setdefault(keys[node.id], []).append(node)
    made = [_group(key, members, level) for key, members in found.items()]
    return _ordered(graph, _with_leaves(graph, made, level))


_LOSS, _MODEL = ("loss",), ("model",)
_LOOSE = None
"""What the keys of operations without a module begin with: no module has it for a name."""


def _paths(ops: Sequence[Node], level: str) -> dict[int, tuple[str, ...]]:
    """The module that each operation counts to at a level; nothing where it has none."""
    deepest = max((len(n.module) for n in ops), default=0)
    paths = {n.id: _LOSS if n.module[:1] == _LOSS else _cut(n.module, level, deepest) for n in ops}
    while level == "layers" and deepest > 1 and len({*paths.values()}) > _MODULES:
        deepest -= 1
        paths = {i: path[:deepest] for i, path in paths.items()}
    return paths


def _cut(module: tuple[str, ...], level: str, depth: int) -> tuple[str, ...]:
    if level == "model":
        return _MODEL if module else ()
    if level == "layers" and len(module) > 1 and _is_neuron(module):
        return module[:-1]
    return module[:depth]


def _is_neuron(path: Sequence[str]) -> bool:
    return path[-1].split(" ")[0] == "neuron"


# ── operations without a module ───────────────────────────────────────────────────────────────
def _around(graph: Graph, paths: dict[int, tuple[str, ...]]) -> dict[int, Hashable]:
    """Loose operations by what they lead to: before all modules, after them, or visits between."""
    fed: set[int] = set()
    for node in graph.nodes:
        if node.op and (paths[node.id] or any(x in fed for x in node.inputs)):
            fed.add(node.id)
    feeding: set[int] = set()
    for node in reversed(graph.nodes):
        if node.op and (node.id in feeding or paths[node.id]):
            feeding.update(node.inputs)
    kinds: dict[int, Hashable] = {}
    visit, last = 0, -1
    for place, node in enumerate(n for n in graph.nodes if n.op):
        if paths[node.id]:
            continue
        if node.id not in fed:
            kinds[node.id] = (_LOOSE, "before")
        elif node.id not in feeding:
            kinds[node.id] = (_LOOSE, "after")
        else:
            visit += place != last + 1
            kinds[node.id] = (_LOOSE, "between", visit)
            last = place
    return kinds


def _runs(ops: Sequence[Node], level: str) -> dict[int, Hashable]:
    """Operations in the order of creation, cut where the fewest results are still needed."""
    pieces = _PIECES[level]
    if not ops or len(ops) <= pieces:
        return {n.id: (_LOOSE, "run", place) for place, n in enumerate(ops)}
    place = {n.id: i for i, n in enumerate(ops)}
    changes = [0] * (len(ops) + 1)
    last: dict[int, int] = {}
    for i, node in enumerate(ops):
        last.update((x, i) for x in node.inputs if x in place)
    for x, end in last.items():
        changes[place[x] + 1] += 1
        changes[end + 1] -= 1
    needed = list(itertools.accumulate(changes))
    size, cuts = len(ops) / pieces, []
    for k in range(1, pieces):
        ideal = round(k * size)
        window = range(max(ideal - int(size / 4), 1), min(ideal + int(size / 4), len(ops) - 1) + 1)
        cuts.append(min(window, key=lambda i: (needed[i], abs(i - ideal))))
    edges = [0, *sorted(set(cuts)), len(ops)]
    return {
        node.id: (_LOOSE, "run", start, end)
        for start, end in itertools.pairwise(edges)
        for node in ops[start:end]
    }


# ── visits ────────────────────────────────────────────────────────────────────────────────────
def _again(graph: Graph, ops: Sequence[Node], keys: Mapping[int, Hashable]) -> set[int]:
    """Operations that use a parameter on what its module has made with it before.

    Such a module takes its own result, as a recurrent cell does, and each visit is drawn.
    """
    bits = {n.id: 1 << k for k, n in enumerate(n for n in graph.nodes if not n.op and n.module)}
    behind: dict[int, int] = {}
    found = set()
    for node in ops:
        own = seen = 0
        for x in node.inputs:
            own |= bits.get(x, 0)
            if keys.get(x) == keys[node.id]:
                seen |= behind[x]
        if own & seen:
            found.add(node.id)
            seen = 0
        behind[node.id] = own | seen
    return found


def _visits(
    graph: Graph, ops: Sequence[Node], paths: dict[int, tuple[str, ...]], runs: dict[int, Hashable]
) -> dict[int, Hashable]:
    """A key for each stretch of operations of one module, and for each prefix of its path."""
    keys: dict[int, Hashable] = {}
    again = {paths[i] for i in _again(graph, ops, paths)}
    used: set[int] = set()
    last: Home = ()
    run = -1
    for place, node in enumerate(ops):
        path = paths[node.id]
        same = itertools.takewhile(
            lambda pair: pair[0][0] == pair[1], zip(last, path, strict=False)
        )
        kept = len(list(same))
        if not path:
            fresh = (
                place == 0 or paths[ops[place - 1].id] or runs[ops[place - 1].id] != runs[node.id]
            )
            run += bool(fresh)
            keys[node.id] = (*_tuple(runs[node.id]), "visit", run)
            last = ()
            continue
        # A shorter path than before is a new visit too: what was inside may have needed it.
        own = {x for x in node.inputs if not graph.nodes[x].op and graph.nodes[x].module}
        if len(path) < len(last) or (path in again and own & used):
            kept = min(kept, len(path) - 1)
        used = used | own if kept == len(path) else own
        last = (*last[:kept], *((title, node.id + 1) for title in path[kept:]))
        keys[node.id] = last
    return keys


def _tuple(key: Hashable) -> tuple:
    return key if isinstance(key, tuple) else (key,)


def _acyclic(ops: Sequence[Node], keys: dict[int, Hashable]) -> bool:
    """Whether no group needs what was made of its own results."""
    needs: dict[Hashable, set[Hashable]] = {}
    for node in ops:
        mine = needs.setdefault(keys[node.id], set())
        mine.update(keys[x] for x in node.inputs if x in keys)
        mine.discard(keys[node.id])
    users: dict[Hashable, list[Hashable]] = {}
    for key, wanted in needs.items():
        for other in wanted:
            users.setdefault(other, []).append(key)
    waiting = {key: len(wanted) for key, wanted in needs.items()}
    ready = [key for key, count in waiting.items() if not count]
    done = 0
    while ready:
        done += 1
        for user in users.get(ready.pop(), ()):
            waiting[user] -= 1
            if not waiting[user]:
                ready.append(user)
    return done == len(needs)


def _group(key: Hashable, members: Sequence[Node], level: str) -> Group:
    ops = tuple(n.id for n in members)
    path = _tuple(key)
    if path[0] is _LOOSE:
        kind, *place = path[1:]
        if level == "model" and kind == "run" and len(ops) > 1:
            return Group("model", "model", (("model", 0),), ops)
        if len(ops) == 1 or kind == "after":
            return Group("run", "", (), ops)
        title = f"operations {place[0] + 1}–{place[1]}" if kind == "run" else "operations"
        return Group("run", title, ((title, ops[0]),), ops)
    home: Home = tuple(part if isinstance(part, tuple) else (part, 0) for part in path)
    titles = [title for title, _ in home]
    if titles == ["loss"]:
        return Group("loss", "loss", (), ops)
    if level == "model":
        return Group("model", "model", home, ops)
    if _is_neuron(titles):
        return Group("neuron", titles[-1], home[:-1], ops)
    return Group("module", titles[-1], home, ops)


# ── leaves ────────────────────────────────────────────────────────────────────────────────────
def _with_leaves(graph: Graph, made: Sequence[Group], level: str) -> list[Group]:
    """Parameters and plain numbers go into their group, inputs that go the same way together."""
    home = {i: place for place, group in enumerate(made) for i in group.ops}
    users: dict[int, set[int]] = {}
    for node in graph.nodes:
        for x in node.inputs:
            users.setdefault(x, set()).add(home[node.id])
    inside: dict[int, list[int]] = {}
    inputs: dict[Hashable, list[int]] = {}
    leaves = [n for n in graph.nodes if not n.op]
    shown = [n for n in leaves if not _hidden(n) or n.id not in users]
    uses = collections.Counter(x for n in graph.nodes for x in n.inputs)
    batch = any(uses[n.id] > 1 for n in leaves if n.tracked and _hidden(n))
    apart = level == "neurons" and len(shown) <= _LEAVES and not batch
    for node in leaves:
        if node.id in users and _hidden(node):
            inside.setdefault(min(users[node.id]), []).append(node.id)
        else:
            way = tuple(sorted(users.get(node.id, ())))
            key: Hashable = node.id if apart or node.shape else (way, node.tracked)
            inputs.setdefault(key, []).append(node.id)
    return [
        *(Group("input", "", (), (), tuple(ids)) for ids in inputs.values()),
        *(replace(g, leaves=tuple(inside.get(place, ()))) for place, g in enumerate(made)),
    ]


def _hidden(leaf: Node) -> bool:
    return leaf.role in ("parameter", "constant") or bool(leaf.module)


def _ordered(graph: Graph, made: Iterable[Group]) -> list[Group]:
    """Each group before those that use it, else in the order of creation."""
    found = sorted(made, key=lambda g: g.members)
    home = {i: place for place, group in enumerate(found) for i in group.members}
    hidden = {i for group in found if group.ops for i in group.leaves}
    needs = {
        # A parameter that stands inside another group is no need.
        place: {home[x] for i in group.ops for x in graph.nodes[i].inputs if x not in hidden}
        - {place}
        for place, group in enumerate(found)
    }
    users: dict[int, list[int]] = {}
    for place, wanted in needs.items():
        for other in wanted:
            users.setdefault(other, []).append(place)
    waiting = {place: len(wanted) for place, wanted in needs.items()}
    ready = [place for place, count in waiting.items() if not count]
    heapq.heapify(ready)
    order = []
    while ready:
        place = heapq.heappop(ready)
        order.append(found[place])
        for user in users.get(place, ()):
            waiting[user] -= 1
            if not waiting[user]:
                heapq.heappush(ready, user)
    return order
