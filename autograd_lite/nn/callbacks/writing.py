"""Callbacks that write files: the model at its best, and a table of the epochs."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any

from autograd_lite.files import write_whole
from autograd_lite.nn.callbacks.base import Callback
from autograd_lite.nn.callbacks.monitor import MonitorCallback
from autograd_lite.nn.console import say
from autograd_lite.nn.lookup import whole

__all__ = ["CSVLogger", "ModelCheckpoint"]


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or its weights, after every epoch or after the best ones.

    Parameters
    ----------
    filepath : str or path
        May hold ``{epoch}``, from 1, and keys of the history: ``"{epoch:02d}-{val_loss:.2f}.keras"``.
        It ends in ``.weights.h5`` with ``save_weights_only``, else in ``.keras``.
    monitor : str
        What "best" is told by.
    verbose : int
        1 tells of every file.
    save_best_only : bool
        Whether only an epoch better than all before is saved.
    save_weights_only : bool
    mode : str
        ``"min"``, ``"max"`` or ``"auto"``.
    save_freq : "epoch" or int
        A number saves after so many batches.
    initial_value_threshold : float, optional
        The best before the first epoch.
    """

    may_stop = False

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath, self.verbose = os.fspath(filepath), verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.save_freq = save_freq if save_freq == "epoch" else whole("save_freq", save_freq, 1)
        self.initial_value_threshold = initial_value_threshold
        self._epoch = self._batches = 0
        endings = (".weights.h5",) if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            what = "weights only" if save_weights_only else "the whole model"
            raise ValueError(
                f"filepath ends in {endings[0]!r} to save {what}, and is {self.filepath!r}"
            )

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if isinstance(self.save_freq, int):
            self._batches += 1
            if self._batches % self.save_freq == 0:
                self._save(self._epoch, {"batch": batch + 1, **(logs or {})})

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, logs or {})

    def _save(self, epoch: int, logs: dict[str, Any]) -> None:
        path = self._path(epoch, logs)
        if not self._worth_it(epoch, logs, path):
            return
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        if self.verbose:
            say(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _path(self, epoch: int, logs: dict[str, Any]) -> str:
        try:
            return self.filepath.format(epoch=epoch + 1, **logs)
        except KeyError as error:
            raise KeyError(
                f"filepath {self.filepath!r} asks for {error}, and there are"
                f" {', '.join(map(repr, ['epoch', *logs]))}"
            ) from None

    def _worth_it(self, epoch: int, logs: dict[str, Any], path: str) -> bool:
        if not self.save_best_only:
            if self.verbose:
                say(f"\nEpoch {epoch + 1}: saving model to {path}")
            return True
        current = self.watched(logs)
        if current is None:
            return True
        before = "None" if self.best is None else f"{self.best:.5f}"
        better = self.is_better(current, self.best)
        if self.verbose:
            told = (
                f"improved from {before} to {current:.5f}, saving model to {path}"
                if better
                else f"did not improve from {before}"
            )
            say(f"\nEpoch {epoch + 1}: {self.monitor} {told}")
        if better:
            self.best = current
        return better


class CSVLogger(Callback):
    """Writes a table with a row for every epoch; after each the file is whole.

    Parameters
    ----------
    filename : str or path
    separator : str
        What stands between two entries: one character.
    append : bool
        Whether rows are added to a file that exists.
    """

    may_stop = reads_model = False

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        if not isinstance(separator, str) or len(separator) != 1:
            raise ValueError(f"separator is one character, not {separator!r}")
        self.filename, self.separator, self.append = os.fspath(filename), separator, append
        self._text = ""
        self._keys: list[str] = []

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        path = Path(self.filename)
        self._keys = []
        self._text = path.read_text("utf-8") if self.append and path.exists() else ""

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        out = io.StringIO()
        table = csv.writer(out, delimiter=self.separator, lineterminator="\n")
        if not self._keys:
            self._keys = sorted(logs)
            if not any(key.startswith("val_") for key in logs):  # validation may come later
                self._keys += [f"val_{key}" for key in self._keys]
            if not self._text:
                table.writerow(["epoch", *self._keys])
        table.writerow([epoch, *(logs.get(key, "NA") for key in self._keys)])
        self._text += out.getvalue()
        write_whole(self.filename, self._text)
