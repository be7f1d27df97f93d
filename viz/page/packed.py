"""The page's data with everything that comes again written once: half as many bytes, the same data."""

from __future__ import annotations

from typing import Any

__all__ = ["packed"]

_LEAST = 12
"""What is shorter as JSON is not worth a reference."""


def packed(model: Any) -> dict[str, Any]:
    """Plain data as ``{"shared": [...], "data": ...}``, of which ``unpacked`` in ``packed.js`` makes
    the whole again.

    In the place of a text, list or mapping that comes again stands ``{"": n}``, the n-th of
    ``shared``, in which there may be references again. Data in which a mapping has the key ``""``
    stay as they are.

    >>> packed([["a long text", 1.5], ["a long text", 1.5]])
    {'shared': [['a long text', 1.5]], 'data': [{'': 0}, {'': 0}]}
    """
    table = _Table()
    root = table.add(model)
    if table.taken:
        return {"shared": [], "data": model}
    data = table.written(root)
    return {"shared": table.shared, "data": data}


class _Table:
    """Every different part of the data once, its parts by number."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}
        self.parts: list[Any] = []
        self.sizes: list[int] = []
        self.uses: list[int] = []
        self.shared: list[Any] = []
        self.places: dict[int, int] = {}
        self.taken = False

    def add(self, x: Any) -> int:
        """The number of a part, which is new or has been there."""
        if isinstance(x, dict):
            self.taken = self.taken or "" in x
            inner = tuple(self.add(v) for v in x.values())
            key: Any = (dict, *x, inner)
            size = 2 + sum(len(k) + 4 for k in x)
        elif isinstance(x, (list, tuple)):
            inner = tuple(self.add(v) for v in x)
            key, size = (list, inner), 2 + len(inner)
        else:
            inner = ()
            key, size = (type(x), x), len(x) + 2 if isinstance(x, str) else 1
        if key in self.known:
            return self.known[key]
        number = self.known[key] = len(self.parts)
        self.parts.append(x if not isinstance(x, (dict, list, tuple)) else (x, inner))
        self.sizes.append(size + sum(min(self.sizes[i], _LEAST) for i in inner))
        self.uses.append(0)
        for i in inner:
            self.uses[i] += 1
        return number

    def written(self, number: int) -> Any:
        """A part, or the reference to it."""
        if self.uses[number] < 2 or self.sizes[number] < _LEAST:
            return self._whole(number)
        if number not in self.places:
            self.places[number] = len(self.shared)
            self.shared.append(None)
            self.shared[self.places[number]] = self._whole(number)
        return {"": self.places[number]}

    def _whole(self, number: int) -> Any:
        part = self.parts[number]
        if not isinstance(part, tuple):
            return part
        x, inner = part
        made = map(self.written, inner)
        return dict(zip(x, made, strict=True)) if isinstance(x, dict) else list(made)
