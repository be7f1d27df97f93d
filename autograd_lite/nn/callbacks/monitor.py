"""Callbacks that watch one number of the epochs: is it better than before?"""

from __future__ import annotations

import warnings

from autograd_lite.errors import did_you_mean
from autograd_lite.nn.callbacks.base import Callback
from autograd_lite.nn.console import say

__all__ = ["MonitorCallback"]


class MonitorCallback(Callback):
    """Base class: which number is watched, which way is better, and what the best was.

    Parameters
    ----------
    monitor : str
        A key of ``history.history``, such as ``"val_loss"``.
    mode : str
        ``"min"``: less is better; ``"max"``: more is; ``"auto"``: as the metric of that name says.
    baseline : float, optional
        The best before the first epoch.
    min_delta : float
        What changes by no more than this does not count as better.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0.0,
    ) -> None:
        if not isinstance(monitor, str):
            raise TypeError(f"monitor is a name such as 'val_loss', not {monitor!r}")
        if mode not in ("auto", "min", "max"):
            raise ValueError(
                f"mode is 'auto', 'min' or 'max', not {mode!r}.{did_you_mean(str(mode), _MODES)}"
            )
        self.monitor, self.mode, self.min_delta = monitor, mode, abs(min_delta)
        self.best = baseline

    def watched(self, logs: dict[str, float] | None) -> float | None:
        """The number watched; None, with a warning, where it is not among the logs."""
        logs = logs or {}
        if self.monitor in logs:
            return logs[self.monitor]
        missing = self.monitor.startswith("val_") and not any(k.startswith("val_") for k in logs)
        remedy = (
            " There is no validation: give fit(validation_split=…) or validation_data."
            if missing
            else did_you_mean(self.monitor, logs)
        )
        warnings.warn(
            f"{type(self).__name__} watches {self.monitor!r}, which this epoch does not have;"
            f" it has {', '.join(map(repr, logs)) or 'nothing'}.{remedy}",
            UserWarning,
            stacklevel=2,
        )
        return None

    def is_better(self, number: float, than: float | None) -> bool:
        """Whether a number beats another by more than ``min_delta``."""
        if than is None:
            return True
        if self._upward():
            return number - self.min_delta > than
        return number + self.min_delta < than

    def _upward(self) -> bool:
        if self.mode != "auto":
            return self.mode == "max"
        name = self.monitor.removeprefix("val_")
        if name in ("loss", "learning_rate"):
            return False
        direction = next(
            (m.direction for key, m in self.model.named_metrics.items() if key == name), ""
        )
        if not direction:
            raise ValueError(
                f"{type(self).__name__} cannot tell whether more or less of {self.monitor!r} is"
                " better: write mode='max' or mode='min'"
            )
        return direction == "up"

    def _say(self, text: str) -> None:
        say(text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(monitor={self.monitor!r})"


_MODES = ("auto", "min", "max")
