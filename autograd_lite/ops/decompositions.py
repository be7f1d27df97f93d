"""Linear algebra: inverses, determinants, norms and factorisations of matrices or stacks of them.

Operations with several results (eigh, svd, qr) give one packed array: the results side by side, on
an axis that they share. NumPy's names for them cut the pack. So there is one node and one
factorisation, and one rule that sees the gradients of all results together.

Rules after M. Giles, "Collected matrix derivative results for forward and reverse mode AD" (2008);
J. Townsend, "Differentiating the singular value decomposition" (2016); S. Walter and L. Lehmann,
"Algorithmic differentiation of linear algebra functions" (2010); G. Golub and V. Pereyra, "The
differentiation of pseudo-inverses" (1973); I. Murray, "Differentiation of the Cholesky
decomposition" (2016).
"""

from __future__ import annotations

import numpy as np

from autograd_lite.op import Bad, Op, structural
from autograd_lite.ops.linalg import transposed
from autograd_lite.ops.points import grid, sample
from autograd_lite.ops.reductions import spread

SQUARE = np.array([[2.1, -0.4, 0.7], [0.3, 1.6, -0.9], [-0.8, 0.5, 2.9]])
STACK = np.stack([SQUARE, SQUARE.T + 0.6 * np.eye(3)])
POSITIVE_DEFINITE = SQUARE @ SQUARE.T + np.eye(3)
SPREAD = np.array([[4.0, 0.5, -0.3], [0.5, 1.0, 0.4], [-0.3, 0.4, -2.0]])
TALL = np.array([[2.1, -0.4], [0.3, 1.1], [-0.8, 0.5]])
SINGULAR = Bad((np.ones((2, 2)),), ValueError, "ingular")
OBLONG = Bad((grid(2, 3),), ValueError, "square")


def _matrix(g):
    """A number for each matrix, made to broadcast with the matrices."""
    return np.reshape(g, (*np.shape(g), 1, 1))


def _square(x):
    shape = np.shape(x)
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise ValueError(f"it takes square matrices, and this array has shape {shape}")
    return x


def _one_sided(g, upper=False):
    """The gradient of a matrix of which NumPy reads one triangle: the mirror's share goes there."""
    if upper:
        return np.triu(g) + np.triu(transposed(g), k=1)
    return np.tril(g) + np.tril(transposed(g), k=-1)


def _quotient(x, y):
    """x/y, and 0 for 0/0. Of equal eigenvalues the vectors have no derivative: who asks for it gets
    x/0, an infinity or a NaN with a warning; who asks for the values alone has x = 0.
    """
    return x / (y + (y == 0) * (x == 0))


def _over_gaps(x, s):
    """xᵢⱼ/(sⱼ − sᵢ), and 0 on the diagonal."""
    return _quotient(np.tril(x, k=-1) + np.triu(x, k=1), s[..., None, :] - s[..., :, None])


# ── inverses and determinants ─────────────────────────────────────────────────────────────────
inv = structural(
    "inv", "inv",
    lambda x: np.linalg.inv(x),
    lambda g, out, x: -transposed(out) @ g @ transposed(out),
    numpy=(np.linalg.inv,), samples=(sample(SQUARE), sample(STACK)), bad=(SINGULAR, OBLONG),
)


def _cofactors(x):
    """The derivative of the determinant, by singular values: singular matrices have one too."""
    u, s, vh = np.linalg.svd(_square(x))
    n = s.shape[-1]
    others = np.prod(np.where(np.eye(n, dtype=bool), 1, s[..., None, :]), axis=-1)
    signs = np.linalg.det(u) * np.linalg.det(vh)
    return np.asarray(_matrix(signs) * ((u * others[..., None, :]) @ vh))


def _cofactors_along(g, x):
    """The derivative of the cofactors, applied to g: by singular values too, and symmetric."""
    u, s, vh = np.linalg.svd(_square(x))
    one = np.eye(s.shape[-1], dtype=bool)
    left_out = one[:, None, :] | one[None, :, :]
    pairs = np.prod(np.where(left_out, 1, s[..., None, None, :]), axis=-1) * ~one
    turned = transposed(u) @ g @ transposed(vh)
    shares = one * (pairs @ np.sum(turned * one, axis=-1)[..., None])
    signs = np.linalg.det(u) * np.linalg.det(vh)
    return np.asarray(_matrix(signs) * (u @ (shares - transposed(pairs * turned)) @ vh))


def _cofactors_along_matrix(g, out, along, x):
    inverse = np.linalg.inv(x)
    a, b = inverse @ along, inverse @ g
    both = a @ b
    ta, tb, tab = (_matrix(np.trace(m, axis1=-2, axis2=-1)) for m in (a, b, both))
    third = (ta * tb - tab) * inverse - (tb * a + ta * b - both - b @ a) @ inverse
    return _matrix(np.linalg.det(x)) * transposed(third)


cofactors_along: Op = structural(
    "cofactors_along", "cof′",
    _cofactors_along,
    lambda g, out, along, x: cofactors_along(g, x),
    _cofactors_along_matrix,
    words=("the same derivative, which is symmetric", "the third derivative of the determinant"),
    samples=(sample(SQUARE.T + 0.3, SQUARE), sample(-STACK, STACK)),
    bad=(Bad((SQUARE, SQUARE[:2]), ValueError, "square"),),
)
cofactors = structural(
    "cofactors", "cof",
    _cofactors,
    lambda g, out, x: cofactors_along(g, x),
    words=("Jacobi's formula, once more",),
    samples=(sample(SQUARE), sample(STACK)), bad=(OBLONG,),
)
det = structural(
    "det", "det",
    lambda x: np.linalg.det(x),
    lambda g, out, x: _matrix(g) * cofactors(x),
    numpy=(np.linalg.det,), samples=(sample(SQUARE), sample(STACK)), bad=(OBLONG,),
)
logdet = structural(
    "logdet", "log|det|",
    lambda x: np.linalg.slogdet(x)[1],
    lambda g, out, x: _matrix(g) * transposed(np.linalg.inv(x)),
    domain="an invertible matrix",
    samples=(sample(SQUARE), sample(-STACK)), bad=(OBLONG,),
)


# ── equations ─────────────────────────────────────────────────────────────────────────────────
def _solve(a, b):
    """One axis on the right is a vector, two are a matrix: for stacks too, and in every version of
    NumPy, since the number of axes is that of the left side.
    """
    shape = (*np.shape(b), 1) if np.ndim(b) == 1 else np.shape(b)
    found = np.linalg.solve(a, np.reshape(b, (1,) * (np.ndim(a) - len(shape)) + shape))
    return found[..., 0] if np.ndim(b) == 1 else found


def _solve_matrix(g, out, a, b):
    if np.ndim(b) == 1:
        return -_solve_vector(g, out, a, b)[..., None] @ out[..., None, :]
    return -np.linalg.solve(transposed(a), g) @ transposed(out)


def _solve_vector(g, out, a, b):
    if np.ndim(b) == 1:
        return np.linalg.solve(transposed(a), g[..., None])[..., 0]
    return np.linalg.solve(transposed(a), g)


solve = structural(
    "solve", "solve",
    _solve,
    _solve_matrix,
    _solve_vector,
    words=("the solution with the transposed matrix, times minus the result",
           "the solution with the transposed matrix"),
    samples=(
        sample(SQUARE, grid(3)),
        sample(SQUARE, grid(3, 2)),
        sample(STACK, grid(2, 3, 2)),
        sample(STACK, grid(3)),
        sample(STACK, grid(3, 2)),
    ),
    bad=(Bad((np.ones((2, 2)), grid(2)), ValueError, "ingular"),
         Bad((grid(2, 3), grid(2)), ValueError, "square")),
)


def _pinv(g, out, x, *, rcond=None):
    turned = transposed(out)
    gt = transposed(g)
    return (
        -turned @ g @ turned
        + (gt - x @ (out @ gt)) @ out @ turned
        + turned @ out @ (gt - (gt @ out) @ x)
    )


pinv = structural(
    "pinv", "⁺",
    lambda x, *, rcond=None: np.linalg.pinv(x) if rcond is None else np.linalg.pinv(x, rcond),
    _pinv,
    words=("Golub and Pereyra's formula, at constant rank",),
    numpy=(np.linalg.pinv,),
    samples=(sample(TALL), sample(TALL.T), sample(STACK), sample(TALL, rcond=1e-12)),
    bad=(Bad((1.5,), ValueError, "array"),),
)


# ── norms ─────────────────────────────────────────────────────────────────────────────────────
def _norm(g, out, x, *, ord=None, axis=None, keepdims=False):
    length = out + (out == 0)  # at 0 the smallest subgradient is 0
    if ord is None or ord == 2:
        return spread(g, x, axis) * (x / spread(length, x, axis))
    ratio = np.abs(x) / spread(length, x, axis)
    return spread(g, x, axis) * np.sign(x) * ratio ** (ord - 1)


norm = structural(
    "norm", "‖·‖",
    lambda x, *, ord=None, axis=None, keepdims=False: np.linalg.norm(  # noqa: A006
        x, ord=ord, axis=axis, keepdims=keepdims
    ),
    _norm,
    words=("in proportion to each element",),
    domain="elements other than 0 where the order is below 1",
    samples=(
        sample(grid(3)),
        sample(grid(2, 3)),
        sample(grid(2, 3), axis=0),
        sample(grid(2, 3), axis=(0, 1), keepdims=True),
        sample(grid(2, 3), axis=-1, keepdims=True, ord=3),
        sample(grid(4), ord=1.5),
        sample(1.5),
    ),
    bad=(Bad((grid(3),), ValueError, "axis 5", {"axis": 5}),),
)


# ── factorisations ────────────────────────────────────────────────────────────────────────────
def _cholesky(g, out, x):
    inner = transposed(out) @ g
    half = (np.tril(inner) + np.tril(inner, k=-1)) / 2
    left = np.linalg.solve(transposed(out), half)
    return _one_sided(transposed(np.linalg.solve(transposed(out), transposed(left))))


# Of a symmetric matrix NumPy reads one triangle and never looks at the other. So the gradient lies
# in that triangle: it is the derivative of what is computed. Where x is symmetric because it was
# made so, as (a + aᵀ)/2 or a·aᵀ, the gradient of a is the same as by any other convention.
cholesky = structural(
    "cholesky", "chol",
    lambda x: np.linalg.cholesky(_square(x)),
    _cholesky,
    words=("Murray's formula, in the triangle that is read",),
    numpy=(np.linalg.cholesky,),
    samples=(sample(POSITIVE_DEFINITE), sample(POSITIVE_DEFINITE + STACK @ transposed(STACK))),
    bad=(Bad((-np.eye(2),), ValueError, "positive definite"), OBLONG),
)


def _eigh(x, *, UPLO="L"):
    values, vectors = np.linalg.eigh(_square(x), UPLO)
    return np.concatenate((values[..., None, :], vectors), axis=-2)


def _eigh_pull(g, out, x, *, UPLO="L"):
    values, vectors = out[..., 0, :], out[..., 1:, :]
    turning = _over_gaps(transposed(vectors) @ g[..., 1:, :], values)
    stretched = vectors * g[..., :1, :]
    return _one_sided((stretched + vectors @ turning) @ transposed(vectors), UPLO in ("U", "u"))


eigh = structural(
    "eigh", "eigh",
    _eigh,
    _eigh_pull,
    domain="eigenvalues that differ, for the derivative of their vectors",
    words=("stretched by the values' gradient, turned by the vectors'",),
    samples=(
        sample(SPREAD),
        sample(np.stack([SPREAD, 0.5 * SPREAD[::-1, ::-1]])),
        sample(SPREAD + np.tri(3, k=-1).T, UPLO="L"),
        sample(SPREAD + np.tri(3, k=-1), UPLO="U"),
    ),
    bad=(OBLONG, Bad((SPREAD,), ValueError, "UPLO", {"UPLO": "both"})),
)


def _svd(x):
    """U above, then the row of singular values, then V: all have one column per value."""
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return np.concatenate((u, s[..., None, :], transposed(vh)), axis=-2)


def _svd_pull(g, out, x):
    m = np.shape(x)[-2]
    u, s, v = out[..., :m, :], out[..., m : m + 1, :], out[..., m + 1 :, :]
    gu, gs, gv = g[..., :m, :], g[..., m : m + 1, :], g[..., m + 1 :, :]
    row = s[..., 0, :]
    sums = row[..., None, :] + row[..., :, None]
    left, right = transposed(u) @ gu, transposed(v) @ gv
    # sⱼ² − sᵢ² in factors, which keep their digits.
    turned_u, turned_v = (_quotient(_over_gaps(x, row), sums) for x in (left, right))
    middle = (turned_u + transposed(turned_u)) * s
    middle = middle + transposed(s) * (turned_v + transposed(turned_v))
    inside = (u * gs + u @ middle) @ transposed(v)
    outside = _quotient(gu - u @ left, s) @ transposed(v)
    return inside + outside + u @ transposed(_quotient(gv - v @ right, s))


svd = structural(
    "svd", "svd",
    _svd,
    _svd_pull,
    domain="singular values other than 0 and than each other, for the derivative of U and V",
    words=("stretched by the values' gradient, turned by the vectors'",),
    samples=(
        sample(TALL),
        sample(TALL.T),
        sample(SQUARE),
        sample(np.stack([TALL, TALL[::-1] * 2])),
    ),
    bad=(Bad((1.5,), ValueError, "two-dimensional"),),
)


def _qr(x):
    q, r = np.linalg.qr(x)
    return np.concatenate((q, r), axis=-2)


def _qr_pull(g, out, x):
    m = np.shape(x)[-2]
    q, r, gq, gr = out[..., :m, :], out[..., m:, :], g[..., :m, :], g[..., m:, :]
    skew = r @ transposed(gr) - transposed(gq) @ q
    mirrored = np.tril(skew) + transposed(np.tril(skew, k=-1))
    return transposed(np.linalg.solve(r, transposed(gq + q @ mirrored)))


qr = structural(
    "qr", "qr",
    _qr,
    _qr_pull,
    words=("Walter and Lehmann's formula",),
    samples=(sample(TALL), sample(SQUARE), sample(STACK)),
    bad=(Bad((1.5,), ValueError, "two-dimensional"),),
)
