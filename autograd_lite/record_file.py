"""A recording as JSON, and read back.

Every array is written once, in ``arrays``, to the last bit; where it stands in a step, ``"#12"`` is
the thirteenth of them: a step repeats much of the one before it, and of itself. What float32 holds
is written with the digits that float32 needs, under ``float32``. Rules of updates are numbered too.
Infinities and NaN are the words ``inf``, ``-inf``, ``nan``.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from autograd_lite.errors import RecordError

__all__ = ["parsed", "unpacked", "written"]

Data = Any

FORMAT = "autograd-lite record"
VERSION = 2
_READ = (1, 2)
"""The first version has every array where it belongs, and no checks."""


def written(recording: Any) -> str:
    """The JSON text of a recording."""
    pool = _Pool()
    plain = {
        "format": FORMAT,
        "version": VERSION,
        "title": recording.title,
        "subtitle": recording.subtitle,
        "loss_name": recording.loss_name,
        "unit": recording.unit,
        "losses": recording.losses,
        "graphs": [asdict(graph) for graph in recording.graphs],
        "steps": [_step_written(step, pool) for step in recording.steps],
        "rules": list(pool.rules),
        "arrays": pool.arrays,
    }
    return json.dumps(_spell(plain), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def parsed(text: str, source: str) -> dict[str, Any]:
    """What a JSON text holds that came from ``source``, with every array where it belongs.

    Raises
    ------
    RecordError
        The text is no record, is cut off, or was written by a newer version.
    """
    try:
        plain = json.loads(text)
    except ValueError as error:
        raise RecordError(f"{source} is not JSON, or is cut off: {error}") from None
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise RecordError(f"{source} is JSON, but not a record: its format should be {FORMAT!r}")
    if plain.get("version") not in _READ:
        raise RecordError(
            f"{source} is a record of version {plain.get('version')!r}; this release reads versions"
            f" {_READ[0]} to {_READ[-1]}. Upgrade autograd-lite, or record again."
        )
    return plain


def unpacked(plain: dict[str, Any]) -> dict[str, Any]:
    """The document with every array and rule where it belongs."""
    arrays = list(map(_array, plain.get("arrays", ())))
    rules = list(map(str, plain.get("rules", ())))

    def data(x: Any) -> Data:
        if not isinstance(x, str) or x[:1] != "#":
            return x
        place = int(x[1:])
        if not 0 <= place < len(arrays):
            raise ValueError(f"there is no array {x}")
        return arrays[place]

    def update(u: dict[str, Any]) -> dict[str, Any]:
        parts = {part: data(u[part]) for part in ("before", "gradient", "after")}
        rule = u["rule"] if isinstance(u["rule"], str) else rules[u["rule"]]
        return {**u, **parts, "rule": rule, "slots": {k: data(v) for k, v in u["slots"].items()}}

    steps = [
        {
            **step,
            "seed": data(step["seed"]),
            **{part: list(map(data, step[part])) for part in ("values", "locals", "contributions")},
            "updates": list(map(update, step["updates"])),
            "checks": step.get("checks", []),
        }
        for step in plain["steps"]
    ]
    return {"unit": "epoch", **plain, "steps": steps}


class _Pool:
    """The arrays of a document, each once."""

    def __init__(self) -> None:
        self.arrays: list[Any] = []
        self.rules: dict[str, int] = {}
        self._places: dict[tuple[tuple[int, ...], bytes], int] = {}

    def __call__(self, data: Data) -> Any:
        """A number as it is, an array as its place."""
        if not isinstance(data, list):
            return data
        array = np.asarray(data, float)
        place = self._places.setdefault((array.shape, array.tobytes()), len(self.arrays))
        if place == len(self.arrays):
            with np.errstate(over="ignore", invalid="ignore"):
                single = array.astype(np.float32)
            if np.array_equal(single, array, equal_nan=True):
                self.arrays.append({"float32": _short(single)})
            else:
                self.arrays.append(data)
        return f"#{place}"

    def rule(self, text: str) -> int:
        """The place of a rule among the rules."""
        return self.rules.setdefault(text, len(self.rules))


def _short(single: np.ndarray) -> Any:
    """The numbers of a float32 array, each with the digits that float32 needs."""
    if single.ndim > 1:
        return [_short(row) for row in single]
    return [float(str(x)) for x in single]


def _step_written(step: Any, pool: _Pool) -> dict[str, Any]:
    return {
        "graph": step.graph,
        "number": step.number,
        "epoch": step.epoch,
        "loss": step.loss,
        "seed": pool(step.seed),
        "values": list(map(pool, step.values)),
        "locals": list(map(pool, step.locals)),
        "contributions": list(map(pool, step.contributions)),
        "updates": [
            {
                "node": u.node,
                "before": pool(u.before),
                "gradient": pool(u.gradient),
                "after": pool(u.after),
                "rule": pool.rule(u.rule),
                "slots": {name: pool(x) for name, x in u.slots.items()},
            }
            for u in step.updates
        ],
        "checks": [[c.node, c.numeric, c.agrees] for c in step.checks],
    }


def _spell(x: Any) -> Any:
    """JSON has no word for NaN and the infinities; plain text has. Whole floats lose their ``.0``."""
    if isinstance(x, float):
        if x != x or x in (float("inf"), float("-inf")):
            return str(x)
        return int(x) if x == int(x) and abs(x) < 2**53 and str(x)[0] != "-" else x
    if isinstance(x, dict):
        return {str(k): _spell(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [_spell(v) for v in x]
    return x


def _data(x: Any) -> Data:
    if isinstance(x, list):
        return [_data(v) for v in x]
    return None if x is None else float(x)


def _array(x: Any) -> Data:
    """An array of the document; of float32 it holds the digits that float32 needs."""
    if isinstance(x, dict):
        with np.errstate(over="ignore"):
            return np.asarray(_data(x["float32"]), np.float32).tolist()
    return _data(x)


def _tree(x: Any) -> Any:
    if isinstance(x, list):
        return [_tree(v) for v in x]
    if x is None or isinstance(x, str):
        return x
    return float(x)
