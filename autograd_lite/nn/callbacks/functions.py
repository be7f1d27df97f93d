"""A callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd_lite.errors import did_you_mean
from autograd_lite.nn.callbacks.base import Callback

__all__ = ["LambdaCallback"]


class LambdaCallback(Callback):
    """Calls the functions given, each in the place of the method of that name.

    >>> from autograd_lite.nn.callbacks import LambdaCallback
    >>> tell = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
    >>> tell.on_epoch_end(0, {"loss": 0.5})
    0 0.5
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **more: Callable[..., Any],
    ) -> None:
        given = {
            "on_epoch_begin": on_epoch_begin, "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin, "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end, **more,
        }  # fmt: skip
        known = [name for name in dir(Callback) if name.startswith("on_")]
        for name, function in given.items():
            if name not in known:
                raise TypeError(
                    f"a callback has no method {name!r}.{did_you_mean(name, known)} There are"
                    f" {', '.join(known)}."
                )
            if function is None:
                continue
            if not callable(function):
                raise TypeError(f"{name} is a function, not {function!r}")
            setattr(self, name, function)
