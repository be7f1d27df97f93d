"""The batches of one epoch after the other, shuffled anew for every pass over the data."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator

from autograd_lite.nn import data
from autograd_lite.nn.data import Examples
from autograd_lite.nn.lookup import whole
from autograd_lite.nn.session import generator

__all__ = ["Epochs"]

STRETCH = 1 << 20
"""How many bytes of examples are put into a new order at a time: large data is not doubled by it,
and of small data the rows are not gathered batch by batch."""


class Epochs:
    """Examples in batches.

    Parameters
    ----------
    examples : Examples
    size : int
        How many examples a batch has; the last may have fewer.
    asked : int, optional
        How many batches an epoch has, as in Keras: the next epoch goes on where this one ends, and
        one that comes to the end of the data ends there too. All of them if not given.
    name : str
        The argument that ``asked`` comes from.
    shuffle : bool
        Whether to change the order for each pass, where it makes a difference: several batches.

    Attributes
    ----------
    steps : int
        Batches in an epoch.
    """

    def __init__(
        self,
        examples: Examples,
        size: int,
        asked: int | None = None,
        name: str = "steps",
        shuffle: bool = False,
    ) -> None:
        self.examples, self.size, self.name = examples, size, name
        self.count = math.ceil(len(examples) / size)
        self.asked = None if asked is None else whole(name, asked, 1)
        self.steps = self.asked or self.count
        self._mixed = shuffle and self.count > 1
        self._at_once = max(1, STRETCH * len(examples) // (size * max(examples.nbytes, 1)))
        self._rest: Iterator[Examples] = iter(())
        self._left = 0

    def batches(self) -> Iterator[Examples]:
        """The batches of the next epoch.

        Warns
        -----
        UserWarning
            There are fewer than were asked for.
        """
        if self.asked is None:
            yield from self._pass()
            return
        if not self._left:
            self._rest, self._left = self._pass(), self.count
        for made in range(self.asked):
            if not self._left:
                warnings.warn(
                    f"the data ran out after {made} of {self.asked} steps: {len(self.examples)}"
                    f" examples are {self.count} batches of {self.size}. Leave {self.name} out to"
                    " use all of them in every epoch.",
                    UserWarning,
                    stacklevel=4,
                )
                return
            self._left -= 1
            yield next(self._rest)

    def restart(self) -> None:
        """Begin with the first batch again."""
        self._left = 0

    def _pass(self) -> Iterator[Examples]:
        """All of the data, once."""
        examples, size = self.examples, self.size
        if size >= len(examples):
            yield examples
            return
        if not self._mixed:
            for rows in data.batches(len(examples), size):
                yield examples[rows]
            return
        order = generator().permutation(len(examples))
        for part in data.batches(len(examples), size * self._at_once):
            mixed = examples[order[part]]
            for rows in data.batches(len(mixed), size):
                yield mixed[rows]
