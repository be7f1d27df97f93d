"""Cross-entropies: how surprised the predicted probabilities are by the classes that came.

After a sigmoid or a softmax they are computed from what went into it, the logits: where the
probability has rounded to 0 or 1, the logarithm would be infinite and the gradient dead. Bare
probabilities are kept between 10⁻⁷ and 1 − 10⁻⁷.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np

from autograd_lite import ops
from autograd_lite.nn.losses.base import ElementwiseLoss, Loss, aligned, named
from autograd_lite.nn.losses.regression import EPSILON
from autograd_lite.value import Value

__all__ = [
    "BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy", "binary_crossentropy",
    "binary_focal_crossentropy", "categorical_crossentropy", "categorical_focal_crossentropy",
    "sparse_categorical_crossentropy",
]  # fmt: skip


class _Crossentropy(ElementwiseLoss):
    """What all of them take: ``from_logits``, smoothed labels, and the axis."""

    def __init__(
        self,
        from_logits: bool,
        label_smoothing: float,
        axis: int,
        reduction: str | None,
        name: str | None,
        dtype: str | None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"label_smoothing lies between 0 and 1, and is {label_smoothing!r}")
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis

    def logits(self, y_pred: Value) -> Value | None:
        """What the probabilities were made of; None where they are bare.

        As in Keras the two activations are not told apart: after a sigmoid, a categorical
        cross-entropy reads the logits as those of a softmax.
        """
        if y_pred.op is ops.sigmoid or y_pred.op is ops.softmax:
            if self.from_logits:
                warnings.warn(
                    f"{self.name} has from_logits=True, and the model ends in {y_pred.op.name}:"
                    " leave out from_logits, or the last activation",
                    UserWarning,
                    stacklevel=2,
                )
            return y_pred.inputs[0]
        return y_pred if self.from_logits else None


class BinaryCrossentropy(_Crossentropy):
    """−mean(y·log ŷ + (1 − y)·log(1 − ŷ)) of labels 0 and 1.

    Parameters
    ----------
    from_logits : bool
        Whether the predictions are logits: any number, of which the sigmoid is the probability.
    label_smoothing : float
        0.2 moves the labels 0 and 1 to 0.1 and 0.9.
    axis : int
        Over which the mean of an example is taken.
    """

    name = "binary_crossentropy"

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)

    def encode(self, y: Any, output: tuple[int, ...]) -> Any:
        y, share = super().encode(y, output), self.label_smoothing
        return y * (1.0 - share) + 0.5 * share if share else y

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        z = self.logits(y_pred)
        if z is not None:  # −log σ(z) is softplus(−z)
            surprise = y_true * ops.softplus(-z) + (1.0 - y_true) * ops.softplus(z)
        else:
            p = ops.clip(y_pred, EPSILON, 1 - EPSILON)
            surprise = -(y_true * ops.log(p) + (1.0 - y_true) * ops.log(1.0 - p))
        return named(surprise, "surprise")

    def call(self, y_true: Value, y_pred: Value) -> Value:
        elements = self.elements(y_true, y_pred)
        return elements.mean(axis=self.axis) if elements.ndim else elements

    def check(self, y: np.ndarray, name: str = "y") -> None:
        outside = y[~((y >= 0) & (y <= 1))]
        if outside.size:
            pair = set(np.unique(y).tolist()) <= {-1.0, 1.0}
            remedy = (
                f"write {name} = ({name} + 1) / 2, or take the loss 'hinge', which is made for −1"
                " and 1"
                if pair
                else "classes beyond 0 and 1 are for sparse_categorical_crossentropy, other numbers"
                " for mean_squared_error"
            )
            raise ValueError(
                f"{name} holds {outside[0]:g}, and {self.name} takes labels 0 and 1 (or"
                f" probabilities between them): {remedy}"
            )


class BinaryFocalCrossentropy(BinaryCrossentropy):
    """Binary cross-entropy that counts easy examples less: times (1 − p)^γ (Lin et al., 2017).

    p is the probability given to the label that came. ``apply_class_balancing`` weights label 1
    by ``alpha`` and label 0 by 1 − ``alpha``.
    """

    name = "binary_focal_crossentropy"

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)
        self.apply_class_balancing, self.alpha, self.gamma = apply_class_balancing, alpha, gamma

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        surprise = super().elements(y_true, y_pred)
        p = y_pred if y_pred.op is ops.sigmoid or not self.from_logits else ops.sigmoid(y_pred)
        other = 1.0 - y_true
        focal = (1.0 - (y_true * p + other * (1.0 - p))) ** self.gamma * surprise
        if self.apply_class_balancing:
            focal = (y_true * self.alpha + other * (1.0 - self.alpha)) * focal
        return focal


class CategoricalCrossentropy(_Crossentropy):
    """−Σ y·log ŷ of rows with one number for every class: a one at the right class, or shares.

    Bare probabilities are first divided by their sum.

    Parameters
    ----------
    from_logits : bool
        Whether the predictions are logits, of which the softmax gives the probabilities.
    label_smoothing : float
        0.1 gives every class an equal share of 0.1, and the right one the rest.
    axis : int
        Along which the classes lie.
    """

    name = "categorical_crossentropy"

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)

    def target_shape(self, given: tuple[int, ...], output: tuple[int, ...]) -> tuple[int, ...]:
        _at_least_two(self.name, output, self.axis)
        if given != output and given in (output[:-1], (*output[:-1], 1)):
            raise ValueError(
                f"y has shape {given}, one number for every example, but the model's predictions"
                f" have shape {output}: {self.name} takes rows of zeros and a one. For numbers of"
                " classes the loss is 'sparse_categorical_crossentropy'."
            )
        return super().target_shape(given, output)

    def encode(self, y: Any, output: tuple[int, ...]) -> Any:
        y, share = super().encode(y, output), self.label_smoothing
        return y * (1.0 - share) + share / y.shape[-1] if share else y

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        z = self.logits(y_pred)
        if z is not None:
            return y_true * -named(ops.log_softmax(z, axis=self.axis), "log p")
        return y_true * -ops.log(self.probabilities(y_pred))

    def probabilities(self, y_pred: Value) -> Value:
        """Bare predictions, divided by their sum and kept off 0 and 1."""
        return ops.clip(y_pred / y_pred.sum(axis=self.axis, keepdims=True), EPSILON, 1 - EPSILON)

    def call(self, y_true: Value, y_pred: Value) -> Value:
        return named(self.elements(y_true, y_pred).sum(axis=self.axis), "surprise")

    def parts(self, y_true: Value, y_pred: Value) -> Value:
        return self.call(y_true, y_pred)

    def check(self, y: np.ndarray, name: str = "y") -> None:
        outside = y[~((y >= 0) & (y <= 1))]
        if outside.size:
            raise ValueError(
                f"{name} holds {outside[0]:g}, and {self.name} takes rows of zeros and a one (or"
                " shares that add up to 1). For numbers of classes the loss is"
                " 'sparse_categorical_crossentropy'."
            )


class CategoricalFocalCrossentropy(CategoricalCrossentropy):
    """Categorical cross-entropy that counts easy examples less: times α·(1 − p)^γ."""

    name = "categorical_focal_crossentropy"

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(from_logits, label_smoothing, axis, reduction, name, dtype)
        self.alpha, self.gamma = alpha, gamma

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        p = self.probabilities(ops.softmax(y_pred, axis=self.axis) if self.from_logits else y_pred)
        return self.alpha * (1.0 - p) ** self.gamma * (y_true * -ops.log(p))


class SparseCategoricalCrossentropy(_Crossentropy):
    """−log ŷ of the right class, whose number, from 0, is the target.

    Parameters
    ----------
    from_logits : bool
        Whether the predictions are logits, of which the softmax gives the probabilities.
    ignore_class : int, optional
        A number that marks examples to be left out.
    """

    name = "sparse_categorical_crossentropy"
    one_axis_less: ClassVar[bool] = True

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(from_logits, 0.0, axis, reduction, name, dtype)
        if axis != -1:
            raise ValueError(f"the classes of {self.name} lie along the last axis, -1, not {axis}")
        self.ignore_class = ignore_class

    def target_shape(self, given: tuple[int, ...], output: tuple[int, ...]) -> tuple[int, ...]:
        _at_least_two(self.name, output, -1)
        if given in (output[:-1], (*output[:-1], 1)):
            return output[:-1]
        remedy = (
            " For rows of zeros and a one the loss is 'categorical_crossentropy'."
            if given == output
            else " Change y, or the last layer."
        )
        raise ValueError(
            f"y has shape {given}, but the model's predictions have shape {output}: {self.name}"
            f" takes one number of a class for every example, shape {output[:-1]}.{remedy}"
        )

    def encode(self, y: Any, output: tuple[int, ...]) -> Any:
        """Rows of zeros and a one; where the class is to be ignored, zeros alone."""
        y = super().encode(y, output)
        labels = y._data if isinstance(y, Value) else y
        self._check_range(labels, output[-1])
        return (labels[..., None] == np.arange(output[-1])).astype(labels.dtype) * (
            1 if self.ignore_class is None else (labels != self.ignore_class)[..., None]
        )

    def _check_range(self, labels: Any, count: int) -> None:
        wrong = ~((labels >= 0) & (labels < count) & (labels % 1 == 0))
        if self.ignore_class is not None:
            wrong &= labels != self.ignore_class
        if not wrong.any():
            return
        first = float(labels[wrong][0])
        remedy = (
            f"give the last layer {int(first) + 1} units or more, or number the classes from 0"
            if first >= count and first % 1 == 0
            else "number the classes from 0"
        )
        raise ValueError(
            f"y holds {first:g}, and the model's predictions have {count} classes, 0 to"
            f" {count - 1}: {remedy}"
        )

    def elements(self, y_true: Value, y_pred: Value) -> Value:
        z = self.logits(y_pred)
        if z is None:
            z = ops.log(ops.clip(y_pred, EPSILON, 1 - EPSILON))
        return y_true * -named(ops.log_softmax(z, axis=-1), "log p")

    def call(self, y_true: Value, y_pred: Value) -> Value:
        return named(self.elements(y_true, y_pred).sum(axis=-1), "surprise")

    def parts(self, y_true: Value, y_pred: Value) -> Value:
        return self.call(y_true, y_pred)

    def compare(self, y_true: Value, y_pred: Value, weight: Value | None = None) -> Value:
        if self.ignore_class is not None:
            kept = y_true.sum(axis=-1)
            if self.reduction in ("sum_over_batch_size", "mean"):  # over those that are kept
                kept = kept * (kept.size / ops.maximum(kept.sum(), 1.0))
            weight = kept if weight is None else aligned(weight, kept, self.name) * kept
        return super().compare(y_true, y_pred, weight)


def _at_least_two(name: str, output: tuple[int, ...], axis: int) -> None:
    if output and output[axis] == 1:
        raise ValueError(
            f"{name} compares classes, and the model's predictions have shape {output}, one number"
            " for every example: give the last layer a unit for every class, or take"
            " 'binary_crossentropy'"
        )


def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Value:
    """−mean(y·log ŷ + (1 − y)·log(1 − ŷ)) over ``axis``."""
    return BinaryCrossentropy(from_logits, label_smoothing, axis).each(y_true, y_pred)


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Value:
    """Binary cross-entropy times (1 − p)^γ, over ``axis``."""
    return BinaryFocalCrossentropy(
        apply_class_balancing, alpha, gamma, from_logits, label_smoothing, axis
    ).each(y_true, y_pred)


def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Value:
    """−Σ y·log ŷ over ``axis``."""
    return CategoricalCrossentropy(from_logits, label_smoothing, axis).each(y_true, y_pred)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Value:
    """Categorical cross-entropy times α·(1 − p)^γ, over ``axis``."""
    return CategoricalFocalCrossentropy(alpha, gamma, from_logits, label_smoothing, axis).each(
        y_true, y_pred
    )


def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Value:
    """−log ŷ of the class whose number the target is: one number for every example."""
    loss = SparseCategoricalCrossentropy(from_logits, ignore_class, axis=axis)
    return loss.each(y_true, y_pred)


BY_FUNCTION: dict[Any, type[Loss]] = {
    binary_crossentropy: BinaryCrossentropy,
    binary_focal_crossentropy: BinaryFocalCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    categorical_focal_crossentropy: CategoricalFocalCrossentropy,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
}  # fmt: skip
