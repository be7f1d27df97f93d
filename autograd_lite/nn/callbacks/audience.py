"""All callbacks of one training: who hears of what, and who looks at the weights meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from autograd_lite.nn.callbacks.base import Callback, History
from autograd_lite.nn.configured import known
from autograd_lite.nn.progress import ProgbarLogger

__all__ = ["CallbackList"]


class CallbackList:
    """The callbacks of one training, told of it in their order.

    Parameters
    ----------
    callbacks : Callback or list of Callback, optional
    add_history, add_progbar : bool
        Whether a History and a ProgbarLogger are put at the end, if there are none.
    model : Sequential, optional
    **params
        What the callbacks find in ``params``: ``verbose``, ``epochs`` and ``steps``.
    """

    def __init__(
        self,
        callbacks: Callback | Iterable[Callback] | None = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        self._listeners: dict[str, list[Any]] = {}
        self._readers: dict[str, bool] = {}
        self._watchers: tuple[list[Callback], list[Callback]] | None = None
        self.callbacks = _listed(callbacks)
        if add_progbar and not any(isinstance(c, ProgbarLogger) for c in self.callbacks):
            self.callbacks.append(ProgbarLogger())
        if add_history and not any(isinstance(c, History) for c in self.callbacks):
            self.callbacks.append(History())
        self.params: dict[str, Any] = {}
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    def append(self, callback: Callback) -> None:
        """Put one more at the end."""
        self.callbacks.extend(_listed(callback))
        self._listeners.clear()
        self._readers.clear()
        self._watchers = None

    def set_params(self, params: dict[str, Any]) -> None:
        """Give all of them these ``params``."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Give all of them this model, and the model its history."""
        for callback in self.callbacks:
            callback.set_model(model)
            if isinstance(callback, History):
                model.history = callback

    def wanting(self, number: int, epoch: int, epochs: int) -> list[Callback]:
        """Those that are to see inside a step."""
        if self._watchers is None:
            early = any(c.may_stop for c in self.callbacks)
            self._watchers = (
                [c for c in self.callbacks if early and c.wants_last],
                [
                    c
                    for c in self.callbacks
                    if _acts(c, "wants_step") and not (early and c.wants_last)
                ],
            )
        always, asked = self._watchers
        return [*always, *(c for c in asked if c.wants_step(number, epoch, epochs))]

    def hears(self, event: str) -> bool:
        """Whether any of them does something at ``on_<event>``."""
        return bool(self._of(event))

    def reads(self, event: str) -> bool:
        """Whether one that does something at ``on_<event>`` looks at the weights."""
        found = self._readers.get(event)
        if found is None:
            acting = [c for c in self.callbacks if _acts(c, _method(event))]
            found = any(c.reads_model or not known(c) for c in acting)
            self._readers[event] = found
        return found

    def tell(self, event: str, *args: Any, logs: dict[str, Any] | None = None) -> None:
        """Call ``on_<event>`` of all of them that do something there."""
        for listener in self._of(event):
            listener(*args, {} if logs is None else logs)

    def _of(self, event: str) -> list[Any]:
        found = self._listeners.get(event)
        if found is None:
            found = [getattr(c, _method(event)) for c in self.callbacks if _acts(c, _method(event))]
            self._listeners[event] = found
        return found

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("on_"):
            raise AttributeError(f"a CallbackList has no {name!r}")

        def call(*args: Any, logs: dict[str, Any] | None = None) -> None:
            for callback in self.callbacks:
                getattr(callback, name)(*args, **({} if logs is None else {"logs": logs}))

        return call


@cache
def _method(event: str) -> str:
    """The name of the method for an event: one text, however often it is asked for."""
    return f"on_{event}"


def _acts(callback: Callback, method: str) -> bool:
    """Whether a callback overrides a method, or the older name of it."""
    names = [method]
    if method in ("on_train_batch_begin", "on_train_batch_end"):
        names.append(method.replace("train_", ""))
    return any(
        getattr(getattr(callback, name), "__func__", None) is not getattr(Callback, name)
        for name in names
    )


def _listed(given: Any) -> list[Callback]:
    """The callbacks as a list, each of them looked at."""
    callbacks: list[Any] = [given] if isinstance(given, (Callback, type)) else list(given or ())
    for callback in callbacks:
        if isinstance(callback, type) and issubclass(callback, Callback):
            raise TypeError(
                f"a callback is an object, not a class: write {callback.__name__}(), with brackets"
            )
        if not isinstance(callback, Callback):
            raise TypeError(f"a callback is an object such as Recorder(), not {callback!r}")
    return callbacks
