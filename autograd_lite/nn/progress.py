"""The lines that training prints, in Keras's words."""

from __future__ import annotations

import sys
import time
from typing import Any, TextIO

from autograd_lite.nn.callbacks import Callback

__all__ = ["Progress", "level"]

_WIDTH = 20
_PAUSE = 0.05


def level(verbose: Any) -> int:
    """0, 1 or 2; ``"auto"`` is 1, as in Keras.

    Raises
    ------
    ValueError
        ``verbose`` is something else.
    """
    if verbose == "auto":
        return 1
    if verbose not in (0, 1, 2):
        raise ValueError(
            "verbose is 0 (silent), 1 (a bar for every epoch), 2 (a line) or 'auto', not"
            f" {verbose!r}"
        )
    return int(verbose)


class Progress(Callback):
    """Prints a bar (1) or one line (2) for every epoch; 0 prints nothing.

    In a terminal the bar grows while the epoch runs; elsewhere only its last state is written.
    """

    def __init__(self, verbose: int, stream: TextIO | None = None) -> None:
        self.verbose = verbose
        self._stream = stream
        self._steps, self._live = 0, False
        self._began = self._drawn = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.start(self.params["steps"])
        self._write(f"Epoch {epoch + 1}/{self.params['epochs']}\n")

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        now = time.perf_counter()
        if self.verbose == 1 and self._live and now - self._drawn > _PAUSE:
            self._drawn = now
            self._write("\r" + self._line(batch + 1, logs or {}))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.finish(logs or {})

    @property
    def _out(self) -> TextIO:
        return self._stream or sys.stdout

    def start(self, steps: int) -> None:
        """Begin a line over so many steps."""
        self._steps = steps
        self._live = self._out.isatty()
        self._began = self._drawn = time.perf_counter()

    def finish(self, logs: dict[str, float]) -> None:
        """Write the line's last state."""
        if not self.verbose:
            return
        self._write(("\r" if self._live else "") + self._line(self._steps, logs) + "\n")

    def _line(self, done: int, logs: dict[str, float]) -> str:
        elapsed = time.perf_counter() - self._began
        pace = _pace(elapsed / max(done, 1))
        numbers = "".join(f" - {name}: {_number(x)}" for name, x in logs.items())
        if self.verbose == 2:
            return f"{done}/{self._steps} - {elapsed:.0f}s - {pace}{numbers}"
        filled = _WIDTH * done // self._steps
        bar = "━" * filled + " " * (_WIDTH - filled)
        return f"{done}/{self._steps} {bar} {elapsed:.0f}s {pace}{numbers}"

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def _pace(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.0f}s/step"
    return f"{seconds * 1e3:.0f}ms/step" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/step"


def _number(x: float) -> str:
    return f"{x:.4e}" if abs(x) <= 1e-3 else f"{x:.4f}"
