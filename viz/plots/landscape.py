"""The loss as a function of two numbers: the plane that is drawn, the path on it, its lowest point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite.errors import did_you_mean
from autograd_lite.notation import number
from autograd_lite.recording import Node, Recording
from viz.records.subject import unit_of
from viz.replay import Replay, ReplayError

__all__ = ["Landscape"]

_SEARCHES, _FINE = 12, 15
_LARGEST = 2_000_000
"""So many numbers may one array of the grid hold."""


class Landscape:
    """A plane through the space of all parameters, with the loss over it.

    Attributes
    ----------
    path : ndarray of shape (steps + 1, 2)
        Where the training was before the first recorded step, and after each of them.
    names : (str, str)
        What the two axes are.
    statement : str
        Which plane this is, and over which data the loss is taken.
    numbers : list of int
        The epoch, or the step where several fall into an epoch, of each place on the path but the
        first.
    """

    def __init__(self, recording: Recording, chosen: Sequence[str] | None) -> None:
        last = recording.steps[-1]
        self.recording = recording
        self.steps = [s for s in recording.steps if s.graph == last.graph]
        self.replay = Replay(recording, last)
        graph = self.replay.graph
        if graph.root.shape:
            raise ValueError(
                f"a loss is one number; {graph.root.name!r} has shape {graph.root.shape}"
            )
        self.loss_name = graph.root.name
        self.parameters = [graph.nodes[u.node] for u in last.updates]
        if not self.parameters:
            raise ValueError(
                "no update is recorded, so there is no path; record a training with viz.Recorder()"
            )
        self.examples = self._examples()
        self.unit = unit_of(recording)
        self.numbers = [s.epoch if self.unit == "epoch" else s.number for s in self.steps]
        self._plane(self._places(), chosen)

    # ── parameters as one row of numbers ──────────────────────────────────────────────────────
    def _places(self) -> np.ndarray:
        """All parameters in a row, before the first recorded step and after each."""

        def row(step: Any, pick: str) -> np.ndarray:
            found = {u.node: getattr(u, pick) for u in step.updates}
            return np.concatenate(
                [np.ravel(np.asarray(found[p.id], float)) for p in self.parameters]
            )

        return np.array([row(self.steps[0], "before"), *(row(s, "after") for s in self.steps)])

    def _names(self) -> list[str]:
        """A name for every number of the parameters: ``w``, or ``kernel[0, 1]``."""
        return [
            p.name if not p.shape else f"{p.name}[{', '.join(map(str, index))}]"
            for p in self.parameters
            for index in np.ndindex(*p.shape)
        ]

    def _plane(self, places: np.ndarray, chosen: Sequence[str] | None) -> None:
        names = self._names()
        count = len(names)
        if not np.isfinite(places).all():
            raise ValueError("the training left the finite numbers, so its path cannot be drawn")
        if count < 2:
            raise ValueError(
                f"a surface stands over two parameters; this model has one, {names[0]}"
            )
        self.end = places[-1]
        if chosen is None and count > 2:
            self._principal(places, count)
        else:
            pair = (
                list(range(2))
                if chosen is None
                else [_found(n, names, self.parameters) for n in chosen]
            )
            if len(pair) != 2 or pair[0] == pair[1]:
                raise ValueError(
                    f"parameters names two different numbers, not {list(chosen or ())!r}"
                )
            self.axes = np.eye(count)[pair]
            self.origin = np.where(np.isin(np.arange(count), pair), 0.0, self.end)
            self.path = places[:, pair]
            self.names = (
                _tidy(names[pair[0]], self.parameters),
                _tidy(names[pair[1]], self.parameters),
            )
            rest = count - 2
            others = (
                f"the other {rest} parameter{'s' if rest > 1 else ''} as the training left them; "
            )
            self.statement = (others if rest else "") + self._data_words()

    def _principal(self, places: np.ndarray, count: int) -> None:
        """The plane through the end in which the path moved most."""
        moved = places - self.end
        _, weights, axes = np.linalg.svd(moved, full_matrices=False)
        if not weights[0] > 0:
            raise ValueError("the parameters did not move, so there is no path to draw")
        signs = np.sign(axes[np.arange(2), np.argmax(np.abs(axes[:2]), axis=1)])
        self.axes = axes[:2] * signs[:, None]
        self.origin = self.end
        self.path = moved @ self.axes.T
        share = float((weights[:2] ** 2).sum() / (weights**2).sum())
        self.names = "along the 1st principal direction", "along the 2nd principal direction"
        self.statement = (
            f"{count} parameters; the plane of the path's two principal directions, through its end:"
            f" {number(100 * share, 3)} % of the movement; {self._data_words()}"
        )

    # ── the loss ──────────────────────────────────────────────────────────────────────────────
    def _examples(self) -> list[dict[int, np.ndarray]]:
        """The distinct data that the recorded steps were computed on."""
        known = {p.id for p in self.parameters}
        found: dict[bytes, dict[int, np.ndarray]] = {}
        for step in self.steps:
            leaves = {
                n.id: np.asarray(step.values[n.id], float)
                for n in self.replay.graph.nodes
                if not n.op and n.id not in known
            }
            found.setdefault(b"".join(x.tobytes() for x in leaves.values()), leaves)
        return list(found.values())

    def _data_words(self) -> str:
        sizes = [
            max((np.shape(x)[0] if np.ndim(x) else 1 for x in e.values()), default=1)
            for e in self.examples
        ]
        total = sum(sizes)
        if total == 1:
            return "loss of the recorded example"
        return f"mean loss of {total} recorded examples"

    def _leaves(self, rows: np.ndarray) -> dict[int, Any]:
        """The parameters of a row of all numbers, or of many rows."""
        found: dict[int, Any] = {}
        start = 0
        for p in self.parameters:
            size = int(np.prod(p.shape))
            part = rows[..., start : start + size]
            found[p.id] = part.reshape((*rows.shape[:-1], *p.shape))
            start += size
        return found

    def at(self, point: np.ndarray) -> float:
        """The loss at one point of the plane."""
        row = self.origin + np.asarray(point, float) @ self.axes
        root = self.replay.graph.root.id
        leaves = self._leaves(row)
        found = [float(self.replay.run({**e, **leaves})[root]) for e in self.examples]
        with np.errstate(all="ignore"):
            return float(np.mean(found))

    def heights(self, us: np.ndarray, vs: np.ndarray) -> np.ndarray:
        """The loss over a grid, as an array of shape (len(vs), len(us))."""
        points = np.stack(np.meshgrid(us, vs), axis=-1).reshape(-1, 2)
        largest = max(int(np.prod(n.shape)) for n in self.replay.graph.nodes)
        parts = np.array_split(points, max(len(points) * largest // _LARGEST, 1))
        try:
            found = np.concatenate([self._many(part) for part in parts])
        except ReplayError:
            found = np.array([self.at(point) for point in points])
        return found.reshape(len(vs), len(us))

    def _many(self, points: np.ndarray) -> np.ndarray:
        """The loss at several points at once."""
        leaves = self._leaves(self.origin + points @ self.axes)
        with np.errstate(all="ignore"):
            return np.mean([self.replay.run_many(leaves, e) for e in self.examples], axis=0)

    def minimum(self, box: Sequence[tuple[float, float]]) -> np.ndarray | None:
        """The lowest point in and around a box, by ever finer grids; None if it lies at the rim."""
        sides = [(low - (high - low), high + (high - low)) for low, high in box]
        outer = list(sides)
        best = np.zeros(2)
        for _ in range(_SEARCHES):
            us, vs = (np.linspace(*side, _FINE) for side in sides)
            heights = self.heights(us, vs)
            if not np.isfinite(heights).any():
                return None
            row, column = np.unravel_index(
                int(np.nanargmin(np.where(np.isfinite(heights), heights, np.nan))), heights.shape
            )
            best = np.array([us[column], vs[row]])
            sides = [
                (
                    max(b - 2.5 * (high - low) / _FINE, o[0]),
                    min(b + 2.5 * (high - low) / _FINE, o[1]),
                )
                for b, (low, high), o in zip(best, sides, outer, strict=True)
            ]
        at_rim = any(
            min(b - low, high - b) < 0.02 * (high - low)
            for b, (low, high) in zip(best, outer, strict=True)
        )
        return None if at_rim else best


def _found(name: str, names: list[str], parameters: Sequence[Node]) -> int:
    """The place of a number by its name; an array of one element needs no index."""
    single = {p.name: f"{p.name}[{', '.join('0' for _ in p.shape)}]" for p in parameters
              if p.shape and int(np.prod(p.shape)) == 1}  # fmt: skip
    wanted = single.get(name, name).replace(" ", "")
    for place, known in enumerate(names):
        if known.replace(" ", "") == wanted:
            return place
    hint = did_you_mean(name, [*names, *single])
    shown = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
    raise ValueError(f"there is no parameter {name!r}.{hint} There are {shown}")


def _tidy(name: str, parameters: Sequence[Node]) -> str:
    """A name without the index, where there is only one element."""
    for p in parameters:
        if p.shape and int(np.prod(p.shape)) == 1 and name.startswith(f"{p.name}["):
            return p.name
    return name
