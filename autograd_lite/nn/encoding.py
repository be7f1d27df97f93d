"""Arrays made ready for a model: classes as rows of 0 and 1, rows of length 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.nn.lookup import whole

__all__ = ["normalize", "plot_model", "to_categorical"]


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Class numbers as rows with a single 1 (one-hot).

    Parameters
    ----------
    x : array_like of int
        Classes from 0; a last axis of length 1 is left out.
    num_classes : int, optional
        Without it, the largest class and one.

    Returns
    -------
    ndarray of float64, shape (*x.shape, num_classes)

    Raises
    ------
    TypeError, ValueError
        The classes are not whole numbers, or lie outside 0 … num_classes − 1.

    Examples
    --------
    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    given = np.asarray(x)
    if given.dtype.kind not in "fbiu" or not np.array_equal(given, np.floor(given)):
        raise TypeError("to_categorical takes classes as whole numbers from 0, such as [0, 2, 1]")
    classes = given.astype(int)
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    if num_classes is None:
        num_classes = int(classes.max(initial=-1)) + 1
    num_classes = whole("num_classes", num_classes, 0)
    if classes.size and not 0 <= classes.min() <= classes.max() < num_classes:
        raise ValueError(
            f"classes lie between {classes.min()} and {classes.max()}, but with num_classes"
            f" {num_classes} they are 0 to {num_classes - 1}"
        )
    return (classes[..., None] == np.arange(num_classes)).astype(float)


def normalize(x: Any, axis: int = -1, order: float = 2) -> np.ndarray:
    """Vectors along ``axis`` divided by their length; zeros stay zeros.

    >>> normalize([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    x = np.atleast_1d(np.asarray(x))
    lengths = np.atleast_1d(np.linalg.norm(x, order, axis))
    lengths[lengths == 0] = 1
    return x / np.expand_dims(lengths, axis)


def plot_model(*_: Any, **__: Any) -> None:
    """Not here: the drawings of this project stand in ``viz``.

    Raises
    ------
    AttributeError
        Always; its message says what to call.
    """
    raise AttributeError(
        "keras.utils.plot_model is viz.draw here: from viz import draw; draw(model(x)) shows the"
        " graph of a prediction, and model.summary() the layers"
    )
