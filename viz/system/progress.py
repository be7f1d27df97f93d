"""A progress bar for a terminal; silent in a pipe."""

from __future__ import annotations

import sys
from types import TracebackType

__all__ = ["Progress"]

_WIDTH = 30


class Progress:
    """Counts steps of long work: ``with Progress("train", 500) as bar: bar.step()``."""

    def __init__(self, title: str, total: int) -> None:
        self.title, self.total, self.done = title, max(total, 1), 0
        self.shown = -1
        self.live = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        self._draw()
        return self

    def step(self, by: int = 1) -> None:
        """Some of the work is done."""
        self.done = min(self.done + by, self.total)
        self._draw()

    def _draw(self) -> None:
        full = self.done * _WIDTH // self.total
        percent = 100 * self.done // self.total
        if self.live and percent != self.shown:
            self.shown = percent
            bar = "━" * full + "╌" * (_WIDTH - full)
            sys.stderr.write(f"\r{self.title:<8} {bar} {percent:3d} %")
            sys.stderr.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.live:
            sys.stderr.write("\n")
