"""Which derivatives are compared: all elements of small inputs, random directions in large ones."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from autograd_lite.checker.derivative import Ladder, Line, climb, first_rung
from autograd_lite.checker.report import LadderStep, Row
from autograd_lite.checker.seeds import Seeds
from autograd_lite.checker.subject import Subject
from autograd_lite.checker.verdict import Tolerance, glance, judge

__all__ = ["Search"]

SMALL = 200
"""Inputs of up to so many elements are checked element by element."""

DIRECTIONS = 4
SPOTS = 4
"""Of a large input, so many of the largest derivatives, and as many drawn at random, are also
looked at one by one."""

NAMED = 5
"""So many wrong elements of a large input are searched for and named."""

SYSTEMATIC = 3
"""So many failures at single elements of a large input, and no search is needed."""

ENOUGH = 40
"""After so many failures in one input the remaining suspects are not looked at closely."""

KEPT = 2**16
"""Up to so many entries the numeric Jacobian is kept, for the diagnosis."""


class Search:
    """The comparisons of one check: claims beside slopes.

    Attributes
    ----------
    rows : list of Row
        Everything that was compared.
    """

    def __init__(
        self, subject: Subject, seeds: Seeds, claims: list[np.ndarray], tolerance: Tolerance,
        order: int, rng: np.random.Generator,
    ) -> None:  # fmt: skip
        self.subject, self.seeds, self.claims = subject, seeds, claims
        self.tolerance, self.order, self.rng = tolerance, order, rng
        self.labels = seeds.labels
        self.rows: list[Row] = []
        # Errors within rtol add like a random walk; a single wrong element must not hide in them.
        self.along = replace(tolerance, rtol=tolerance.rtol / 100)

    def run(self) -> None:
        """Compare, input by input; then look closely at the worst row, suspect or not."""
        for i, part in enumerate(self.subject.leaves):
            if part.exact.size <= SMALL:
                self._elements(i, range(part.exact.size), ENOUGH)
            else:
                self._large(i)
        self._look_at_worst()

    # ── small inputs ──────────────────────────────────────────────────────────────────────────
    def _elements(self, i: int, elements: range | list[int], enough: int) -> int:
        """A cheap look at each element, and a close one at the suspects, the worst first.

        Returns the number of failures; after ``enough`` of them no more suspects are looked at.
        """
        suspects = []
        for e in elements:
            line = self._along_element(i, e)
            rung = first_rung(line, self.subject.base, self.seeds, self.subject.epsilon)
            claims = self.claims[i][:, e]
            clear = glance(claims, rung, self._flat(line, claims, rung.still), self.tolerance)
            for k in map(int, np.flatnonzero(clear)):
                self._add(i, e, k, rung.central[k], 2 * rung.rounding[k])
            if not clear.all():
                gap = np.abs(claims - rung.central) + np.abs(rung.right - rung.left)
                suspects.append((-float(np.nanmax(np.append(gap[~clear], 0))), e, ~clear))
        failures = 0
        for _, e, ks in sorted(suspects, key=lambda s: s[:2]):
            failures += self._close(i, e, np.flatnonzero(ks))
            if failures >= enough:
                break
        return failures

    def jacobian(self, i: int) -> np.ndarray | None:
        """∂output/∂element of a leaf as (outputs, elements); None where that would be large."""
        size = self.subject.points[i].size
        if size > SMALL or size * self.subject.base.size > KEPT:
            return None
        lines = [self._along_element(i, e) for e in range(size)]
        h = 2.0**-17
        slopes = [(s.at(h * s.unit) - s.at(-h * s.unit)) / (2 * h * s.unit) for s in lines]
        return np.array(slopes).T

    def _flat(self, line: Line, claims: np.ndarray, still: np.ndarray) -> np.ndarray:
        """Where the output moves neither over a small step nor over a large one."""
        if not (still & (claims == 0)).any():
            return np.zeros(still.shape, bool)
        base, wide = self.subject.base, line.unit / 8
        moved = (line.at(wide) != base) | (line.at(-wide) != base)
        return still & (self.seeds.magnitude(moved) == 0)

    def _close(self, i: int, e: int, ks: np.ndarray) -> int:
        """Climb the ladder for one element; the number of failures among its seeds."""
        ladder = self._climb(self._along_element(i, e))
        failures = 0
        for k in map(int, ks):
            claim = float(self.claims[i][k, e])
            found = judge(claim, ladder, k, self.tolerance)
            failures += found.verdict == "fail"
            self._add(
                i, e, k, found.numeric, found.error, found.verdict, note=found.note,
                slopes=found.slopes, ladder=_steps(ladder, k, claim),
            )  # fmt: skip
        return failures

    def _look_at_worst(self) -> None:
        """So that at least one derivative of every check was seen over all steps."""
        if any(row.ladder for row in self.rows):
            return
        worst = max(
            (row for row in self.rows if row.index is not None), key=Row.badness, default=None
        )
        if worst is None:
            return
        for i, part in enumerate(self.subject.leaves):
            if part.name == worst.input and worst.index is not None:
                e = int(np.ravel_multi_index(worst.index, part.exact.shape)) if worst.index else 0
                self.rows.remove(worst)
                self._close(i, e, np.array([self.labels.index(worst.output)]))
                return

    # ── large inputs ──────────────────────────────────────────────────────────────────────────
    def _large(self, i: int) -> None:
        """Random ±1 directions through all elements, and a few elements for themselves."""
        size = self.subject.leaves[i].exact.size
        claims = np.abs(self.claims[i])
        strength = np.where(np.isfinite(claims), claims, np.inf).max(axis=0)
        largest = np.argpartition(strength, -SPOTS)[-SPOTS:]
        spots = {*map(int, largest), *map(int, self.rng.integers(0, size, SPOTS))}
        if self._elements(i, sorted(spots), SYSTEMATIC) >= SYSTEMATIC:
            return
        for _ in range(DIRECTIONS):
            signs = self.rng.choice([-1.0, 1.0], size) * np.isfinite(strength)
            if not self._direction(i, signs, spots):
                return

    def _direction(self, i: int, signs: np.ndarray, seen: set[int]) -> bool:
        """Check a direction; where it is off, name elements until the rest of it agrees.

        Elements that were ``seen`` stay out: each has a row of its own. False once one is wrong.
        """
        rest = signs * self._measure(i)
        rest[sorted(seen)] = 0.0
        found = []
        for _ in range(NAMED):
            off = self._off(i, rest)
            if off is None:
                break
            k, by_corner = off
            e = self._bisect(i, rest, k, by_corner)
            rest[e] = 0.0
            found.append(e)
        seen.update(found)
        failed = self._elements(i, found, NAMED) > 0
        if not failed:
            self._conclude(i, rest, searched=len(found) == NAMED)
        return not failed

    def _conclude(self, i: int, rest: np.ndarray, searched: bool) -> None:
        """The rows of what is left of a direction, once the elements found in it are set apart."""
        line = self._along_direction(i, rest)
        claims, scale = self._claimed(i, rest)
        rung = first_rung(line, self.subject.base, self.seeds, self.subject.epsilon)
        flat = self._flat(line, claims, rung.still)
        clear = glance(claims, rung, flat, self.along, scale)
        ladder = None if clear.all() else self._climb(line)
        for k, claim in enumerate(claims):
            if clear[k] or ladder is None:
                self._add(i, None, k, rung.central[k], 2 * rung.rounding[k], claim=claim)
                continue
            found = judge(float(claim), ladder, k, self.along, scale)
            if searched and found.slopes is not None and found.verdict == "fail":
                found = found._replace(
                    verdict="inconclusive",
                    note="too many elements stand at a kink to tell them apart; shift them off it",
                )
            self._add(
                i, None, k, found.numeric, found.error, found.verdict, note=found.note, claim=claim,
                slopes=found.slopes, ladder=_steps(ladder, k, float(claim)),
            )  # fmt: skip

    def _off(self, i: int, direction: np.ndarray) -> tuple[int, bool] | None:
        """A seed under which a direction is off, and whether a kink makes it so; or None."""
        line = self._along_direction(i, direction)
        claims, scale = self._claimed(i, direction)
        rung = first_rung(line, self.subject.base, self.seeds, self.subject.epsilon)
        flat = self._flat(line, claims, rung.still)
        suspects = np.flatnonzero(~glance(claims, rung, flat, self.along, scale))
        if not suspects.size:
            return None
        far = np.abs(claims - rung.central) - 8 * rung.rounding
        if np.nanmax(far) > 10 * self.along.rtol * scale:
            return int(np.nanargmax(far)), False
        ladder = self._climb(line)
        for k in map(int, suspects):
            found = judge(float(claims[k]), ladder, k, self.along, scale)
            if found.slopes is not None or found.verdict == "fail":
                return k, found.slopes is not None
        return None

    def _bisect(self, i: int, direction: np.ndarray, k: int, by_corner: bool) -> int:
        """The element that is most wrong: again and again the half that is further off."""
        inside = np.flatnonzero(direction)
        while inside.size > 1:
            halves = np.array_split(inside, 2)
            inside = max(halves, key=lambda half: self._distance(i, direction, half, k, by_corner))
        return int(inside[0])

    def _distance(
        self, i: int, direction: np.ndarray, half: np.ndarray, k: int, by_corner: bool
    ) -> float:
        part = np.zeros_like(direction)
        part[half] = direction[half]
        line = self._along_direction(i, part)
        claims, _ = self._claimed(i, part)
        for shrink in (1.0, 2.0**-8, 2.0**-16):  # a narrower step where this one leaves the domain
            shorter = replace(line, unit=line.unit * shrink)
            rung = first_rung(shorter, self.subject.base, self.seeds, self.subject.epsilon)
            if np.isfinite(rung.central[k]):
                break
        off = abs(rung.right[k] - rung.left[k]) if by_corner else abs(claims[k] - rung.central[k])
        return float(off) if np.isfinite(off) else math.inf

    def _claimed(self, i: int, direction: np.ndarray) -> tuple[np.ndarray, float]:
        """The claims along a direction, and the size their sum has by chance."""
        inside = direction != 0
        parts = self.claims[i][:, inside] * direction[inside]
        return parts.sum(axis=1), float(np.linalg.norm(parts, axis=1).max())

    # ── lines and rows ────────────────────────────────────────────────────────────────────────
    def _measure(self, i: int) -> np.ndarray:
        """max(1, |x|) of each element, as a power of two."""
        sizes = np.maximum(1.0, np.abs(self.subject.points[i]).ravel())
        return 2.0 ** np.round(np.log2(sizes))

    def _along_element(self, i: int, e: int) -> Line:
        points = self.subject.points[i]
        x = float(points.flat[e])

        def at(t: float) -> np.ndarray:
            shifted = points.copy()
            shifted.flat[e] = x + t
            return self.subject.moved(i, shifted)

        size = abs(x)
        return Line(at, lambda t: (x + t) - x, size, max(1.0, size))

    def _along_direction(self, i: int, direction: np.ndarray) -> Line:
        points = self.subject.points[i]
        way = direction.reshape(points.shape)
        return Line(
            lambda t: self.subject.moved(i, points + t * way),
            taken=lambda t: t, size=1.0, unit=1.0,
        )  # fmt: skip

    def _climb(self, line: Line) -> Ladder:
        return climb(line, self.subject.base, self.seeds, self.subject.epsilon)

    def _name(self, i: int) -> str:
        return self.subject.leaves[i].name

    def _add(
        self, i: int, e: int | None, k: int, numeric: float, error: float, verdict: str = "pass",
        *, claim: float | None = None, note: str = "", slopes: tuple[float, float] | None = None,
        ladder: tuple[LadderStep, ...] = (),
    ) -> None:  # fmt: skip
        part = self.subject.leaves[i]
        analytic = float(self.claims[i][k, e]) if claim is None else float(claim)
        size = max(abs(analytic), abs(numeric))
        index = None if e is None else tuple(map(int, np.unravel_index(e, part.exact.shape)))
        self.rows.append(
            Row(
                part.name, index, math.nan if e is None else float(part.exact.flat[e]),
                self.labels[k], analytic, float(numeric), float(error),
                0.0 if size == 0 else abs(analytic - float(numeric)) / size,
                verdict, note, slopes=slopes, order=self.order, ladder=ladder,
            )
        )  # fmt: skip

    def diagnosed(self, i: int, text: str) -> None:
        """Write a diagnosis into the failing rows of a leaf."""
        name = self._name(i)
        self.rows = [
            replace(row, diagnosis=text) if row.verdict == "fail" and row.input == name else row
            for row in self.rows
        ]


def _steps(ladder: Ladder, k: int, claim: float) -> tuple[LadderStep, ...]:
    """Error against step size, for the picture."""
    slopes = ladder.central[:, k]
    return tuple(
        LadderStep(float(h), float(d), abs(claim - float(d)), float(nu))
        for h, d, nu in zip(ladder.steps, slopes, ladder.noise[:, k], strict=True)
    )
