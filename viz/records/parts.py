"""What a coarse graph is made of: parts that stand for several nodes, their numbers and their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from autograd_lite.nn.names import lowered, raised
from autograd_lite.recording import Data, Node, StepRecord
from viz.records.grouping import Home

__all__ = ["CoarseStep", "Part", "few", "layer_number", "stem", "unit_name"]

_SUBSCRIPT = re.compile("[₀₁₂₃₄₅₆₇₈₉,]+")
_ORDINARY = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@dataclass(frozen=True)
class Part(Node):
    """Nodes of a recorded graph as one node of a coarser one.

    Attributes
    ----------
    kind, title, home
        As of the :class:`viz.records.grouping.Group`; a unit of a layer on arrays is a ``neuron``
        too.
    members : tuple of int
        The recorded nodes inside.
    parameters : int
        How many numbers its parameters hold.
    links : tuple
        For each input, the recorded parameter that it is multiplied by, and the place in it; or None.
    slots : tuple of (slot, text)
        What stands in the slots of its formulas beside inputs and result.
    """

    kind: str = "run"
    title: str = ""
    home: Home = ()
    members: tuple[int, ...] = ()
    parameters: int = 0
    links: tuple[tuple[int, tuple[int, ...]] | None, ...] = ()
    slots: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CoarseStep(StepRecord):
    """A step of a coarse recording.

    Attributes
    ----------
    inside : mapping of id to (values, gradients)
        All parameters of a part in a row, and their gradients, or None where none came.
    weights : mapping of (id, input) to float
        The number that an input of a neuron is multiplied by.
    """

    inside: Mapping[int, tuple[Data, Data | None]] = field(default_factory=dict)
    weights: Mapping[tuple[int, int], float] = field(default_factory=dict)


def stem(name: str) -> str:
    """A name without its indices: a⁽¹⁾ of a₂⁽¹⁾."""
    return _SUBSCRIPT.sub("", name)


def layer_number(name: str) -> str:
    """The number of a layer as neurons show it, from the index of a name: ⁽²⁾ of kernel₂."""
    number = re.search("[₀₁₂₃₄₅₆₇₈₉]+$", name)
    return raised(int(number[0].translate(_ORDINARY))) if number else ""


def few(slots: list[str]) -> list[str]:
    """The arguments of a group: all, or the first and the last of many."""
    return slots if len(slots) <= 4 else [slots[0], "…", slots[-1]]


def unit_name(name: str, column: int) -> str:
    """``a₂⁽¹⁾`` for the second unit of a₁, as neurons on scalars are named."""
    return f"{stem(name)}{lowered(column + 1)}{layer_number(name)}"
