"""The lines that training prints, in Keras's words."""

from __future__ import annotations

import sys
import time
from typing import Any, TextIO

import numpy as np

from autograd_lite.nn.callbacks.base import Callback
from autograd_lite.nn.console import put

__all__ = ["ProgbarLogger", "Progress", "level"]

_WIDTH = 20
_PAUSE = 0.05
_NOTEBOOKS = ("ipykernel", "pyodide_kernel")
"""The packages that a notebook's stdout comes from."""


def level(verbose: Any, where_it_can_grow: bool = False) -> int:
    """0, 1 or 2; ``"auto"`` is 1, as in Keras, or with ``where_it_can_grow`` 0 in a pipe or a file.

    Raises
    ------
    ValueError
        ``verbose`` is something else.
    """
    if isinstance(verbose, str) and verbose == "auto":
        return 1 if not where_it_can_grow or _redraws(sys.stdout) else 0
    if verbose not in (0, 1, 2):
        raise ValueError(
            "verbose is 0 (silent), 1 (a bar for every epoch), 2 (a line) or 'auto', not"
            f" {verbose!r}"
        )
    return int(verbose)


class Progress:
    """One line that tells how far some steps have come: a bar (1), or its end alone (2).

    In a terminal or a notebook the bar grows while the steps run. Elsewhere, in a pipe or a file,
    only its last state is written, for there a line cannot be written over.
    """

    def __init__(self, steps: int, verbose: int = 1, stream: TextIO | None = None) -> None:
        self.steps, self.verbose = steps, verbose
        self._stream = sys.stdout if stream is None else stream
        self._live = verbose == 1 and _redraws(self._stream)
        self._began = time.perf_counter()
        self._drawn, self._width = 0.0, 0
        self._first: float | None = None

    def update(self, done: int, logs: dict[str, float]) -> None:
        """Draw the state after ``done`` steps, unless it was drawn a moment ago."""
        now = time.perf_counter()
        if done == 1:
            self._first = now
        if self._live and now - self._drawn > _PAUSE:
            self._drawn = now
            self._write(self._line(done, logs, now))

    def finish(self, logs: dict[str, float]) -> None:
        """Write the last state, and end the line."""
        self._write(self._line(self.steps, logs, time.perf_counter(), end=True), "\n")

    def _line(self, done: int, logs: dict[str, float], now: float, end: bool = False) -> str:
        numbers = "".join(f" - {name}: {_number(x)}" for name, x in logs.items())
        count = f"{done:>{len(str(self.steps))}}/{self.steps}"
        each = self._each(done, now)
        elapsed = f"{now - self._began:.0f}s"
        if self.verbose == 2:
            return f"{count} - {elapsed} - {_pace(each)}{numbers}"
        filled = _WIDTH * done // self.steps
        bar = "━" * filled + " " * (_WIDTH - filled)
        clock = elapsed if end else _remaining(each * (self.steps - done))
        return f"{count} {bar} {clock} {_pace(each)}{numbers}"

    def _each(self, done: int, now: float) -> float:
        """Seconds in a step; the first, which is slower, is left out where there are others."""
        if self._first is not None and done > 1:
            return (now - self._first) / (done - 1)
        return (now - self._began) / max(done, 1)

    def _write(self, line: str, after: str = "") -> None:
        if self._live:
            padding = " " * (self._width - len(line))
            self._width = len(line)
            line = f"\r{line}{padding}"
        put(self._stream, line + after)


class ProgbarLogger(Callback):
    """Prints how far ``fit``, ``evaluate`` or ``predict`` has come.

    With ``verbose`` 1 a bar, with 2 one line for every epoch; 0 prints nothing. Several epochs are
    numbered. Within ``fit`` the validation is silent, and its numbers end the epoch's line.

    Parameters
    ----------
    stream : file, optional
        Where to write, in place of ``sys.stdout``.
    """

    may_stop = reads_model = False

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream
        self._inside_fit = False
        self._line: Progress | None = None

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        self._verbose = level(params["verbose"])

    def _start(self) -> None:
        if self._verbose:
            self._line = Progress(self.params["steps"], self._verbose, self.stream)

    def _update(self, batch: int, logs: dict[str, float] | None) -> None:
        if self._line is not None:
            self._line.update(batch + 1, logs or {})

    def _finish(self, logs: dict[str, float] | None) -> None:
        if self._line is not None:
            self._line.finish(logs or {})
            self._line = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._inside_fit = True

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self._inside_fit = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self._verbose and self.params["epochs"] > 1:
            stream = sys.stdout if self.stream is None else self.stream
            put(stream, f"Epoch {epoch + 1}/{self.params['epochs']}\n")
        self._start()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._update(batch, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._finish(logs)

    def on_test_begin(self, logs: dict[str, float] | None = None) -> None:
        if not self._inside_fit:
            self._start()

    def on_test_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if not self._inside_fit:
            self._update(batch, logs)

    def on_test_end(self, logs: dict[str, float] | None = None) -> None:
        if not self._inside_fit:
            self._finish(logs)

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._start()

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._update(batch, None)

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        self._finish(None)


def _redraws(stream: TextIO) -> bool:
    """Whether a line can be written over: in a terminal, and in a notebook."""
    return stream.isatty() or type(stream).__module__.split(".")[0] in _NOTEBOOKS


def _pace(seconds: float) -> str:
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/step"
    return f"{seconds * 1e3:.0f}ms/step" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/step"


def _remaining(seconds: float) -> str:
    """The time that is left, as ``5s``, ``2:05`` or ``1:02:05``."""
    whole = int(seconds)
    if whole > 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}" if whole > 60 else f"{whole}s"


def _number(x: Any) -> str:
    if not isinstance(
        x, (int, float, np.number)
    ):  # a callback of one's own may add other things to the logs
        return str(x)
    return f"{x:.4f}" if abs(x) > 1e-3 else f"{x:.4e}"
