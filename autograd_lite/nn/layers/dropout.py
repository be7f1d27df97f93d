"""Dropout: training with random holes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from numbers import Real
from typing import Any

import numpy as np

from autograd_lite.nn.draws import drawn
from autograd_lite.nn.layers.layer import Layer, Shape
from autograd_lite.nn.lookup import whole
from autograd_lite.nn.session import generator
from autograd_lite.value import Value

__all__ = ["Dropout"]


class Dropout(Layer):
    """In training, sets numbers to 0 at random and scales the others up, so that sums stay alike.

    Parameters
    ----------
    rate : float
        The share that is set to 0; the rest is multiplied by 1 / (1 − rate).
    noise_shape : sequence of int or None, optional
        The shape of the mask, 1 where one draw serves a whole axis: ``(None, 1, 8)``.
    seed : int, optional
        For masks of its own; without it they come from the session's random numbers.

    Source: Srivastava et al., 2014.
    """

    rate: float
    noise_shape: tuple[int | None, ...] | None
    seed: int | None

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **more: Any,
    ) -> None:
        super().__init__(**more)
        if not isinstance(rate, Real) or isinstance(rate, bool):
            raise TypeError(f"rate is a number from 0 to 1, such as 0.5, not {rate!r}")
        if not 0 <= rate <= 1:
            raise ValueError(f"rate is a share from 0 to 1, such as 0.5, not {rate}")
        self.rate, self.seed = float(rate), seed
        self.noise_shape = None if noise_shape is None else _lengths(noise_shape)
        self._numbers: np.random.Generator | None = None if seed is None else generator(seed)

    def call(self, x: Value, training: bool = False) -> Value:
        if not training or not self.rate:
            return x
        wanted = self.noise_shape or x.shape
        shape = [n if want is None else want for n, want in zip(x.shape, wanted, strict=True)]
        mask = drawn(
            partial(self._draw, shape, x.dtype), tuple(shape), x.dtype, "mask" + self.subscript
        )
        out = x * mask
        out.name = "dropped" + self.subscript
        return out

    def _draw(self, shape: Sequence[int], dtype: Any) -> np.ndarray:
        """1 / (1 − rate) where a number is kept, 0 in the holes."""
        numbers = self._numbers or generator()
        kept = numbers.random(shape) >= self.rate
        scale = 1 / (1 - self.rate) if self.rate < 1 else 0.0
        return (kept * scale).astype(dtype)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def neurons(self) -> None:
        """Nothing: outside of training every number stays as it is."""


def _lengths(noise_shape: Any) -> tuple[int | None, ...]:
    if not isinstance(noise_shape, Sequence) or isinstance(noise_shape, str):
        raise TypeError(f"noise_shape is a shape such as (None, 1, 8), not {noise_shape!r}")
    return tuple(n if n is None else whole("a length in noise_shape", n, 1) for n in noise_shape)
