"""NumPy's products and linear algebra, written with operations."""

from __future__ import annotations

import math
import string
from typing import Any, NamedTuple

import numpy as np

from autograd_lite import ops
from autograd_lite.numpy_functions.adapters import adapts

__all__ = ["EighResult", "QRResult", "SVDResult", "SlogdetResult"]


class SlogdetResult(NamedTuple):
    """The sign, a plain number, and log|det|, a Value."""

    sign: Any
    logabsdet: Any


class EighResult(NamedTuple):
    """Eigenvalues, ascending, and eigenvectors in columns."""

    eigenvalues: Any
    eigenvectors: Any


class SVDResult(NamedTuple):
    """U, the singular values, and V transposed."""

    U: Any
    S: Any
    Vh: Any


class QRResult(NamedTuple):
    """Q with orthonormal columns, R upper triangular."""

    Q: Any
    R: Any


# ── products ──────────────────────────────────────────────────────────────────────────────────
@adapts("dot")
def _dot(a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return ops.mul(a, b)
    if np.ndim(b) > 2:
        return ops.tensordot(a, b, axes=((-1,), (-2,)))
    return ops.matmul(a, b)


@adapts("inner")
def _inner(a: Any, b: Any, /) -> Any:
    return ops.inner(a, b) if np.ndim(a) and np.ndim(b) else ops.mul(a, b)


@adapts("vdot")
def _vdot(a: Any, b: Any, /) -> Any:
    return ops.vdot(a, b)


@adapts("linalg.vecdot")
def _vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    return np.sum(x1 * x2, axis=axis)


@adapts("tensordot", "linalg.tensordot")
def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    if np.ndim(axes) == 0:
        n = int(axes)
        left, right = tuple(range(np.ndim(a) - n, np.ndim(a))), tuple(range(n))
    else:
        left, right = ((x,) if np.ndim(x) == 0 else tuple(x) for x in axes)
    return ops.tensordot(a, b, axes=(left, right))


@adapts("kron")
def _kron(a: Any, b: Any) -> Any:
    ndim = max(np.ndim(a), np.ndim(b))
    left = (1,) * (ndim - np.ndim(a)) + np.shape(a)
    right = (1,) * (ndim - np.ndim(b)) + np.shape(b)
    rows = np.reshape(a, [n for length in left for n in (length, 1)])
    cells = np.reshape(b, [n for length in right for n in (1, length)])
    return np.reshape(rows * cells, [m * n for m, n in zip(left, right, strict=True)])


@adapts("cross")
def _cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if np.shape(a)[-1] != 3 or np.shape(b)[-1] != 3:
        raise ValueError(
            f"np.cross on Values takes vectors of three elements, not of {np.shape(a)[-1]} and"
            f" {np.shape(b)[-1]}"
        )
    after, before = [1, 2, 0], [2, 0, 1]
    return np.moveaxis(a[..., after] * b[..., before] - a[..., before] * b[..., after], -1, axisc)


@adapts("linalg.cross")
def _cross_of_vectors(a: Any, b: Any, /, *, axis: int = -1) -> Any:
    return _cross(a, b, axis=axis)


@adapts("einsum")
def _einsum(*operands: Any, optimize: Any = False) -> Any:
    if not isinstance(operands[0], str):
        operands = _from_lists(operands)
    subscripts, *arrays = operands
    return ops.einsum(*arrays, subscripts=_explicit(subscripts, [np.ndim(x) for x in arrays]))


def _from_lists(operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """The form einsum(a, [0, 1], b, [1, 2], [0, 2]) in letters."""

    def letters(axes: Any) -> str:
        return "".join("..." if i is Ellipsis else string.ascii_letters[i] for i in axes)

    pairs = len(operands) // 2
    text = ",".join(letters(operands[2 * i + 1]) for i in range(pairs))
    if len(operands) % 2:
        text += "->" + letters(operands[-1])
    return (text, *operands[: 2 * pairs : 2])


def _explicit(subscripts: str, ndims: list[int]) -> str:
    """Subscripts with the result written out and letters for dots: ``ij,jk`` is ``ij,jk->ik``."""
    text = subscripts.replace(" ", "")
    inputs, arrow, result = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(ndims):
        raise ValueError(
            f"einsum {subscripts!r} speaks of {len(terms)} operands, and {len(ndims)} were given"
        )
    unused = [c for c in reversed(string.ascii_letters) if c not in text]
    widths = [n - len(t.replace("...", "")) for t, n in zip(terms, ndims, strict=True)]
    for term, width, ndim in zip(terms, widths, ndims, strict=True):
        if width < 0 or (width and "..." not in term):
            raise ValueError(
                f"einsum {subscripts!r}: {term!r} does not fit an operand of {ndim} axes; one"
                " letter stands for one axis, and ... for the others"
            )
    dots = "".join(unused[: max(widths)])
    if not arrow:
        counts = {c: inputs.count(c) for c in sorted(set(inputs) - set(",."))}
        result = ("..." if dots else "") + "".join(c for c, n in counts.items() if n == 1)
    named = [
        term.replace("...", dots[len(dots) - width :] if width else "")
        for term, width in zip(terms, widths, strict=True)
    ]
    return f"{','.join(named)}->{result.replace('...', dots)}"


# ── names that NumPy 2 has twice ──────────────────────────────────────────────────────────────
@adapts("linalg.matmul")
def _matmul(x1: Any, x2: Any, /) -> Any:
    return ops.matmul(x1, x2)


@adapts("linalg.outer")
def _outer(x1: Any, x2: Any, /) -> Any:
    return ops.outer(x1, x2)


@adapts("linalg.diagonal")
def _diagonal(x: Any, /, *, offset: int = 0) -> Any:
    return ops.diagonal(x, offset=offset, axis1=-2, axis2=-1)


@adapts("linalg.trace")
def _trace(x: Any, /, *, offset: int = 0) -> Any:
    return ops.trace(x, offset=offset, axis1=-2, axis2=-1)


# ── factorisations: the packed result of one operation, cut into its parts ────────────────────
@adapts("linalg.solve")
def _solve(a: Any, b: Any) -> Any:
    return ops.solve(a, b)


@adapts("linalg.tensorsolve")
def _tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    if axes is not None:
        a = np.moveaxis(a, axes, range(-len(axes), 0))
    shape = np.shape(a)[np.ndim(b) :]
    square = np.reshape(a, (-1, math.prod(shape)))
    return np.reshape(ops.solve(square, np.ravel(b)), shape)


@adapts("linalg.tensorinv")
def _tensorinv(a: Any, ind: int = 2) -> Any:
    shape = np.shape(a)
    square = np.reshape(a, (math.prod(shape[:ind]), -1))
    return np.reshape(ops.inv(square), shape[ind:] + shape[:ind])


@adapts("linalg.slogdet")
def _slogdet(a: Any) -> SlogdetResult:
    return SlogdetResult(np.linalg.slogdet(a._data)[0], ops.logdet(a))


@adapts("linalg.eigh")
def _eigh(a: Any, UPLO: str = "L") -> EighResult:
    packed = ops.eigh(a, UPLO=UPLO)
    return EighResult(packed[..., 0, :], packed[..., 1:, :])


@adapts("linalg.eigvalsh")
def _eigvalsh(a: Any, UPLO: str = "L") -> Any:
    return ops.eigh(a, UPLO=UPLO)[..., 0, :]


@adapts("linalg.svd")
def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    m, n = np.shape(a)[-2:]
    if compute_uv and full_matrices and m != n:
        raise TypeError(
            f"np.linalg.svd of a Value of shape {np.shape(a)} needs full_matrices=False: the"
            " columns beyond the singular values may be any basis, and have no derivative"
        )
    packed = ops.svd(a)
    values = packed[..., m, :]
    if not compute_uv:
        return values
    return SVDResult(packed[..., :m, :], values, np.swapaxes(packed[..., m + 1 :, :], -1, -2))


@adapts("linalg.svdvals")
def _svdvals(x: Any, /) -> Any:
    return _svd(x, compute_uv=False)


@adapts("linalg.qr")
def _qr(a: Any, mode: str = "reduced") -> Any:
    m, n = np.shape(a)[-2:]
    if mode not in ("reduced", "r") and not (mode == "complete" and m <= n):
        raise TypeError(
            f"np.linalg.qr of a Value of shape {np.shape(a)} works in the modes 'reduced' and 'r',"
            f" not {mode!r}"
        )
    packed = ops.qr(a[..., : min(m, n)])
    q, r = packed[..., :m, :], packed[..., m:, :]
    if n > m:  # the other columns are what Q makes of them
        r = np.concatenate((r, np.swapaxes(q, -1, -2) @ a[..., m:]), axis=-1)
    return r if mode == "r" else QRResult(q, r)


@adapts("linalg.matrix_power")
def _matrix_power(a: Any, n: int) -> Any:
    factor = ops.inv(a) if n < 0 else a
    power: Any = None
    for bit in reversed(f"{abs(n):b}" if n else ""):
        if bit == "1":
            power = factor if power is None else power @ factor
        factor = factor @ factor
    return a * 0 + np.eye(np.shape(a)[-1], dtype=a.dtype) if power is None else power


@adapts("linalg.multi_dot")
def _multi_dot(arrays: Any) -> Any:
    product, *others = arrays
    for factor in others:
        product = product @ factor
    return product


# ── norms ─────────────────────────────────────────────────────────────────────────────────────
@adapts("linalg.norm")
def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    axes = tuple(range(np.ndim(x))) if axis is None else axis
    over = axes if isinstance(axes, tuple) else (axes,)
    if ord is None or (len(over) == 2 and ord == "fro"):
        return ops.norm(x, axis=axis, keepdims=keepdims)
    if len(over) == 1:
        return _vector_norm(x, over[0], keepdims, ord)
    if len(over) == 2:
        return _matrix_norm(x, over, keepdims, ord)
    raise ValueError(f"np.linalg.norm with ord={ord!r} takes one axis or two, not {len(over)}")


@adapts("linalg.cond")
def _cond(x: Any, p: Any = None) -> Any:
    if p in (None, 2, -2):
        values = _svd(x, compute_uv=False)
        largest, smallest = values[..., 0], values[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    return _norm(x, p, (-2, -1)) * _norm(ops.inv(x), p, (-2, -1))


@adapts("linalg.vector_norm")
def _vector_norm_of(x: Any, /, *, axis: Any = None, keepdims: bool = False,
                    ord: Any = 2) -> Any:  # fmt: skip
    if ord == 2:
        return ops.norm(x, axis=axis, keepdims=keepdims)
    if axis is None and not keepdims:
        return _vector_norm(np.ravel(x), 0, False, ord)
    if axis is None or np.ndim(axis):
        raise TypeError("np.linalg.vector_norm on Values takes several axes only for ord=2")
    return _vector_norm(x, axis, keepdims, ord)


@adapts("linalg.matrix_norm")
def _matrix_norm_of(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return _norm(x, ord, (-2, -1), keepdims)


def _vector_norm(x: Any, axis: int, keepdims: bool, order: Any) -> Any:
    if order in (math.inf, -math.inf):
        largest = ops.max if order > 0 else ops.min
        return largest(abs(x), axis=axis, keepdims=keepdims)
    if isinstance(order, str) or order == 0:
        raise ValueError(
            f"a vector norm of order {order!r} has no derivative; orders are numbers other than 0"
        )
    return ops.norm(x, ord=order, axis=axis, keepdims=keepdims)


def _matrix_norm(x: Any, axes: tuple[int, ...], keepdims: bool, order: Any) -> Any:
    row, column = (a % np.ndim(x) for a in axes)
    if order in (1, -1, math.inf, -math.inf):
        summed, kept = (row, column) if abs(order) == 1 else (column, row)
        largest = ops.max if order > 0 else ops.min
        sums = ops.sum(abs(x), axis=summed, keepdims=True)
        found = largest(sums, axis=kept, keepdims=True)
    elif order in (2, -2, "nuc"):
        values = _svd(np.moveaxis(x, (row, column), (-2, -1)), compute_uv=False)
        fold = {2: ops.max, -2: ops.min, "nuc": ops.sum}[order]
        found = np.expand_dims(fold(values, axis=-1), (row, column))
    else:
        raise ValueError(
            f"a matrix norm has the order 1, −1, 2, −2, inf, −inf, 'fro' or 'nuc', not {order!r}"
        )
    return found if keepdims else np.squeeze(found, axis=(row, column))
