"""Calls of NumPy's functions that have no operation of their own: a function and where to take it."""

from __future__ import annotations

from math import inf

import numpy as np

from autograd_lite.numpy_functions.adapters import named
from autograd_lite.ops.points import grid

X = grid(2, 3)
CUBE = grid(2, 3, 4)
SQUARE = np.array([[2.1, -0.4, 0.7], [0.3, 1.6, -0.9], [-0.8, 0.5, 2.9]])
SYMMETRIC = SQUARE + SQUARE.T
DEFINITE = SQUARE @ SQUARE.T
Y = grid(2, 3, shift=0.45)
HOLES = np.array([False, True, False, True])
MODES = ("full", "same", "valid")
CUBE_OF_SIX = 0.1 * grid(2, 3, 6)
UNEVEN = X + 0.03 * np.arange(6).reshape(2, 3) ** 2

CALLS = {
    "ptp": [(lambda x: np.ptp(x), X), (lambda x: np.ptp(x, 0, keepdims=True), X)],
    "average": [
        (lambda x: np.average(x), X),
        (lambda x: np.average(x, weights=Y + 3), X),
        (lambda x: np.average(x, 1, [1.0, 2.0, 0.5]), X),
        (lambda w: np.average(X, 0, w), np.array([0.4, 1.3])),
    ],
    "median": [
        (lambda x: np.median(x), X),
        (lambda x: np.median(x, 1, keepdims=True), X),
        (lambda x: np.median(x, keepdims=True), X),
        (lambda x: np.median(x, (0, -1)), CUBE),
        (lambda x: np.median(x, (2, 0), keepdims=True), CUBE),
    ],
    "nanmedian": [(lambda x: np.nanmedian(np.where(HOLES, np.nan, x), keepdims=True), grid(4))],
    "percentile": [(lambda x: np.percentile(x, 30), X)],
    "nanpercentile": [(lambda x: np.nanpercentile(np.where(HOLES, np.nan, x), 70), grid(4))],
    "quantile": [
        (lambda x: np.quantile(x, 0.3), X),
        (lambda x: np.quantile(x, [0.0, 0.35, 1.0], axis=1), X),
        (lambda x: np.quantile(x, [[0.2, 0.9]], axis=(0, 2), keepdims=True), CUBE),
        *(
            (lambda x, m=m: np.quantile(x, [0.0, 0.1, 0.5, 0.77], axis=-1, method=m), CUBE)
            for m in ("lower", "higher", "midpoint")
        ),
    ],
    "nanquantile": [
        (lambda x: np.nanquantile(np.where(HOLES, np.nan, x), [0.2, 0.6], axis=1), grid(3, 4)),
    ],
    "nanvar": [
        (lambda x: np.nanvar(np.where(HOLES, np.nan, x), axis=1), grid(2, 4)),
        (lambda x: np.nanvar(np.where(HOLES, np.nan, x), ddof=1, keepdims=True), grid(2, 4)),
    ],
    "nanstd": [(lambda x: np.nanstd(np.where(HOLES, np.nan, x), axis=1), grid(2, 4))],
    "nanmax": [(lambda x: np.nanmax(np.where(HOLES, np.nan, x), axis=1), grid(2, 4))],
    "nanmin": [(lambda x: np.nanmin(np.where(HOLES, np.nan, x), keepdims=True), grid(2, 4))],
    "nanprod": [(lambda x: np.nanprod(np.where(HOLES, np.nan, x), axis=1), grid(2, 4))],
    "nancumsum": [(lambda x: np.nancumsum(np.where(HOLES, np.nan, x), axis=1), grid(2, 4))],
    "nancumprod": [(lambda x: np.nancumprod(np.where(HOLES, np.nan, x)), grid(2, 4))],
    "cov": [
        (lambda x: np.cov(x), X),
        (lambda x: np.cov(x, X**2, rowvar=False, bias=True), X),
        (lambda x: np.cov(x, ddof=0), grid(4)),
        (lambda x: np.cov(x, fweights=[1, 2, 1], aweights=[0.5, 0.2, 0.9]), X),
        (lambda w: np.cov(CUBE[0], aweights=w), grid(4) + 3),
    ],
    "corrcoef": [(lambda x: np.corrcoef(x), UNEVEN), (lambda x: np.corrcoef(x, Y[0] ** 2), X[1])],
    "diff": [
        (lambda x: np.diff(x), X),
        (lambda x: np.diff(x, 2, axis=0), grid(4, 2)),
        (lambda x: np.diff(x, prepend=0.5, append=Y), X),
        (lambda x: np.diff(x, 0, prepend=0.5), X),
        (lambda e: np.diff(X, axis=0, append=e), grid(1, 3)),
    ],
    "ediff1d": [(lambda x: np.ediff1d(x), X), (lambda x: np.ediff1d(x, [1.0, 2.0], 0.5), X)],
    "gradient": [
        (lambda x: np.gradient(x), grid(5)),
        (lambda x: np.gradient(x)[1], CUBE),
        (lambda x: np.gradient(x, 0.5, axis=1, edge_order=2), X),
        (lambda x: np.gradient(x, [0.0, 0.3, 1.1, 1.2], axis=-1, edge_order=2), CUBE),
        (lambda x: np.gradient(x, 2.0, [0.0, 0.3, 1.1])[1], X),
    ],
    "interp": [
        (lambda x: np.interp(x, [-1.0, 0.1, 0.9], [2.0, 5.0, -1.0]), X),
        (lambda x: np.interp(x, [-0.2, 0.1], [2.0, 5.0], left=7.0), X),
        (lambda f: np.interp(X, [-0.2, 0.1, 0.52], f), grid(3)),
        (lambda p: np.interp(X, p, [1.0, 4.0, 2.0]), np.array([-0.22, 0.13, 0.51])),
    ],
    "convolve": [
        *((lambda x, m=m: np.convolve(x, grid(3, shift=0.4), m), grid(5)) for m in MODES),
        *((lambda x, m=m: np.convolve(grid(4, shift=0.4), x, m), grid(5)) for m in MODES),
    ],
    "correlate": [
        *((lambda x, m=m: np.correlate(x, grid(4, shift=0.4), m), grid(5)) for m in MODES),
        *((lambda x, m=m: np.correlate(grid(4, shift=0.4), x, m), grid(5)) for m in MODES),
        *((lambda x, m=m: np.correlate(grid(6, shift=0.4), x, m), grid(3)) for m in MODES),
    ],
    "vander": [
        (lambda x: np.vander(x), grid(3)),
        (lambda x: np.vander(x, 2, increasing=True), grid(3)),
    ],
    "insert": [
        (lambda x: np.insert(x, 2, 7.0), X),
        (lambda x: np.insert(x, [3, 0, 1], [5.0, 6.0, 7.0]), X),
        (lambda x: np.insert(x, 1, Y[:2, :2], axis=1), grid(2, 2)),
        (lambda x: np.insert(x, [1, 2], Y[:, :1], axis=-1), X),
        (lambda x: np.insert(x, slice(0, 3, 2), 4.0, axis=1), X),
        (lambda v: np.insert(X, 1, v, axis=0), grid(3)),
        (lambda v: np.insert(CUBE, [1, 1], v, axis=1), grid(2, 1, 4)),
    ],
    "block": [
        (lambda x: np.block([[x, Y], [Y[:1], x[1:]]]), X),
        (lambda x: np.block([x[0, 0], x[1], 3.0]), X),
        (lambda x: np.block(x), X),
        (lambda x: np.block([[[x]], [[Y[..., None]]]]), CUBE[:, :, :1]),
    ],
    "partition": [
        (lambda x: np.partition(x, 1), X),
        (lambda x: np.partition(x, [1, 4], axis=None), X),
        (lambda x: np.partition(x, 0, axis=0), X),
    ],
    "choose": [
        (lambda x: np.choose([0, 1, 1], [x[0], x[1] ** 2]), X),
        (lambda x: np.choose([[4, -1], [1, 0]], [x[0, :2], 3.0, x[1, :1]], mode="wrap"), X),
        (lambda x: np.choose([1, 0, 1], x), X),
    ],
    "apply_along_axis": [
        (lambda x: np.apply_along_axis(np.sum, 0, x), CUBE),
        (lambda x: np.apply_along_axis(np.cumsum, 1, x), CUBE),
        (lambda x: np.apply_along_axis(lambda r, k: np.outer(r, r) * k, -1, x, 2.0), X),
    ],
    "resize": [(lambda x: np.resize(x, (4, 2)), X), (lambda x: np.resize(x, 3), X)],
    "lib.stride_tricks.sliding_window_view": [
        (lambda x: np.lib.stride_tricks.sliding_window_view(x, 2), grid(4)),
        (lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 2)), X),
        (lambda x: np.lib.stride_tricks.sliding_window_view(x, 3, axis=-1), CUBE),
    ],
    "real_if_close": [(lambda x: np.real_if_close(x), X)],
    "linspace": [
        (lambda x: np.linspace(x, 2.0, 5), np.float64(0.3)),
        (lambda x: np.linspace(X[0], x, 4, axis=-1), X),
        (lambda x: np.linspace(x, Y, 3, endpoint=False, axis=1), X),
        (lambda x: np.linspace(x, 7.0, 1), X),
    ],
    "logspace": [
        (lambda x: np.logspace(x, 1.0, 4), X),
        (lambda b: np.logspace(0.0, 2.0, 3, base=b), np.float64(2.5)),
    ],
    "geomspace": [
        (lambda x: np.geomspace(x, 30.0, 4), np.float64(0.3)),
        (lambda x: np.geomspace(-1.0 - x**2, -7.0 - Y, 3, endpoint=False, axis=1), X),
    ],
    "polyadd": [(lambda p: np.polyadd(p, [1.0, 2.0]), grid(4)), (lambda p: np.polyadd(2.0, p), X[0])],
    "polysub": [(lambda p: np.polysub(p, grid(4)), X[0]), (lambda p: np.polysub(grid(4), p), X[0])],
    "polymul": [(lambda p: np.polymul(p, grid(4)), X[0])],
    "polyder": [(lambda p: np.polyder(p), grid(4)), (lambda p: np.polyder(p, 2), grid(4))],
    "polyint": [
        (lambda p: np.polyint(p), grid(4)),
        (lambda p: np.polyint(p, 2, [3.0, 5.0]), X[0]),
    ],
    "linalg.tensorinv": [
        (lambda x: np.linalg.tensorinv(x + np.eye(6).reshape(2, 3, 6), ind=2), CUBE_OF_SIX),
        (lambda x: np.linalg.tensorinv(x + np.eye(6).reshape(6, 3, 2), ind=1),
         CUBE_OF_SIX.reshape(6, 3, 2)),
    ],
    "linalg.tensorsolve": [
        (lambda x: np.linalg.tensorsolve(x + np.eye(6).reshape(2, 3, 6), X), CUBE_OF_SIX),
        (lambda b: np.linalg.tensorsolve(np.eye(6).reshape(2, 3, 6) + CUBE_OF_SIX, b), X),
        (lambda x: np.linalg.tensorsolve(
            np.moveaxis(x + np.eye(6).reshape(3, 2, 6), 2, 0), grid(3, 2), axes=(0,)
        ), CUBE_OF_SIX.reshape(3, 2, 6)),
    ],
    "linalg.cond": [
        *((lambda x, p=p: np.linalg.cond(x, p), SQUARE)
          for p in (None, 2, -2, 1, -1, inf, -inf, "fro")),
        (lambda x: np.linalg.cond(np.stack([x, 2 * x + np.eye(3)])), SQUARE),
    ],
    "trapezoid": [
        (lambda y: trapezoid(y, dx=0.5), X),
        (lambda y: trapezoid(y, np.array([0.0, 0.3, 1.0]), axis=1), X),
        (lambda x: trapezoid(X, x, axis=0), np.array([0.1, 0.9])),
    ],
    "nansum": [(lambda x: np.nansum(np.where(HOLES, np.nan, x)), grid(4))],
    "nanmean": [(lambda x: np.nanmean(np.where(HOLES, np.nan, x), keepdims=True), grid(4))],
    "cumulative_sum": [(lambda x: np.cumulative_sum(x, axis=1), X)],
    "cumulative_prod": [(lambda x: np.cumulative_prod(x, axis=0), X)],
    "moveaxis": [
        (lambda x: np.moveaxis(x, 0, -1), CUBE),
        (lambda x: np.moveaxis(x, (0, 1), (2, 0)), CUBE),
    ],
    "rollaxis": [(lambda x: np.rollaxis(x, 2), CUBE), (lambda x: np.rollaxis(x, 0, 3), CUBE)],
    "matrix_transpose": [(lambda x: np.matrix_transpose(x), CUBE)],
    "linalg.matrix_transpose": [(lambda x: np.linalg.matrix_transpose(x), CUBE)],
    "atleast_1d": [(lambda x: np.atleast_1d(x), 1.5), (lambda x: np.atleast_1d(x), X)],
    "atleast_2d": [(lambda x: np.atleast_2d(x), grid(3)), (lambda x: np.atleast_2d(x, X)[0], 1.5)],
    "atleast_3d": [(lambda x: np.atleast_3d(x), grid(3)), (lambda x: np.atleast_3d(x), X)],
    "broadcast_arrays": [(lambda x: np.broadcast_arrays(x, CUBE)[0], grid(3, 1))],
    "meshgrid": [
        (lambda x: np.meshgrid(x, grid(2))[0], grid(3)),
        (lambda x: np.meshgrid(grid(2), x, grid(2), indexing="ij")[1], grid(3)),
    ],
    "flipud": [(lambda x: np.flipud(x), X)],
    "fliplr": [(lambda x: np.fliplr(x), X)],
    "rot90": [(lambda x, k=k: np.rot90(x, k), X) for k in range(-1, 4)],
    "stack": [(lambda x: np.stack([x, Y, x], axis=1), X)],
    "hstack": [(lambda x: np.hstack([x, Y]), X), (lambda x: np.hstack([x, grid(2)]), 1.5)],
    "vstack": [(lambda x: np.vstack([x, X]), grid(3))],
    "dstack": [(lambda x: np.dstack([Y, x]), X)],
    "column_stack": [(lambda x: np.column_stack([x, X]), grid(2))],
    "append": [(lambda x: np.append(x, 2.0), X), (lambda x: np.append(x, Y, axis=0), X)],
    "array_split": [
        (lambda x: np.array_split(x, 2)[1], grid(5)),
        (lambda x: np.array_split(x, 2)[0], grid(5)),
        (lambda x: np.array_split(x, 4, axis=1)[3], X),
    ],
    "split": [
        (lambda x: np.split(x, 3, axis=1)[2], X),
        (lambda x: np.split(x, [1, 4])[1], grid(6)),
        (lambda x: np.split(x, [-2])[0], grid(6)),
    ],
    "hsplit": [(lambda x: np.hsplit(x, [1])[1], X), (lambda x: np.hsplit(x, 2)[0], grid(4))],
    "vsplit": [(lambda x: np.vsplit(x, 2)[1], X)],
    "dsplit": [(lambda x: np.dsplit(x, 2)[1], CUBE)],
    "unstack": [(lambda x: np.unstack(x, axis=1)[2], X)],
    "tile": [(lambda x: np.tile(x, (2, 1)), X), (lambda x: np.tile(x, 2), 1.5)],
    "repeat": [(lambda x: np.repeat(x, [1, 0, 2], axis=1), X), (lambda x: np.repeat(x, 2), X)],
    "pad": [
        (lambda x: np.pad(x, 1), X),
        (lambda x: np.pad(x, (1, 2), mode="constant", constant_values=0.3), X),
        (lambda x: np.pad(x, ((0, 1), (2, 0))), X),
    ],
    "diag": [(lambda x: np.diag(x, 1), grid(3)), (lambda x: np.diag(x, -1), SQUARE)],
    "diagflat": [(lambda x: np.diagflat(x), X)],
    "clip": [
        (lambda x: np.clip(x, -0.5, 0.5), X),
        (lambda x: np.clip(x, None, 0.5), X),
        (lambda x: np.clip(x, a_min=-0.5, a_max=None), X),
        (lambda low: np.clip(X, low, 0.7), np.array([[-0.3], [0.44]])),
    ],
    "nan_to_num": [
        (lambda x: np.nan_to_num(x), X),
        (lambda x: np.nan_to_num(np.where(HOLES, np.nan, x), nan=2.0), grid(4)),
    ],
    "take": [
        (lambda x: np.take(x, [0, 5, 5]), X),
        (lambda x: np.take(x, 1, axis=-1), X),
        (lambda x: np.take(x, [4, -7], axis=1, mode="wrap"), X),
        (lambda x: np.take(x, [4, -7], axis=1, mode="clip"), X),
    ],
    "take_along_axis": [
        (lambda x: np.take_along_axis(x, np.array([[2, 0], [1, 1]]), axis=1), X),
        (lambda x: np.take_along_axis(x, np.array([3, 3]), axis=None), X),
    ],
    "compress": [(lambda x: np.compress([True, False, True], x, axis=1), X)],
    "extract": [(lambda x: np.extract(X > 0, x), X)],
    "delete": [(lambda x: np.delete(x, 1, axis=1), X), (lambda x: np.delete(x, [0, 4]), X)],
    "select": [(lambda x: np.select([X > 0.5, X > 0], [x, x * x], 2 * x), X)],
    "sort": [(lambda x: np.sort(x), X), (lambda x: np.sort(x, None, kind="stable"), X)],
    "copy": [(lambda x: np.copy(x), X)],
    "real": [(lambda x: np.real(x), X)],
    "astype": [(lambda x: np.astype(x, np.float64), X)],
    "polyval": [
        (lambda p: np.polyval(p, X), grid(4)),
        (lambda x: np.polyval([2.0, -1.0, 0.5], x), X),
    ],
    # products
    "inner": [(lambda x: np.inner(x, Y), X), (lambda x: np.inner(x, X), 1.5)],
    "vdot": [(lambda x: np.vdot(x, Y), X)],
    "linalg.vecdot": [(lambda x: np.linalg.vecdot(x, Y, axis=0), X)],
    "vecdot": [(lambda x: np.vecdot(x, Y), X)],
    "matvec": [(lambda x: np.matvec(CUBE, x), grid(4)), (lambda a: np.matvec(a, grid(4)), CUBE)],
    "vecmat": [(lambda x: np.vecmat(x, CUBE), grid(3)), (lambda a: np.vecmat(grid(3), a), CUBE)],
    "tensordot": [
        (lambda x: np.tensordot(x, CUBE), X),
        (lambda x: np.tensordot(CUBE, x, axes=[[1], [1]]), X),
        (lambda x: np.tensordot(x, Y, axes=0), X),
        (lambda x: np.tensordot(x, Y, axes=(1, 1)), X),
    ],
    "linalg.tensordot": [(lambda x: np.linalg.tensordot(x, CUBE, axes=2), X)],
    "kron": [(lambda x: np.kron(x, Y), X), (lambda x: np.kron(X, x), grid(2))],
    "cross": [
        (lambda x: np.cross(x, Y), X),
        (lambda x: np.cross(Y.T, x, axis=0), X.T),
        (lambda x: np.cross(x, Y, axisa=0, axisc=0), X.T),
        (lambda x: np.cross(Y.T, x, 0, axisb=1), X),
    ],
    "linalg.cross": [(lambda x: np.linalg.cross(x, Y), X)],
    "dot": [
        (lambda x: np.dot(x, CUBE), X),
        (lambda x: np.dot(2.0, x), X),
        (lambda x: np.dot(x, Y.T), X),
    ],
    "einsum": [
        (lambda x: np.einsum("ij,jk", x, Y.T), X),
        (lambda x: np.einsum("ij , ij -> i", x, x), X),
        (lambda x: np.einsum("ii", x), SQUARE),
        (lambda x: np.einsum("...j,j->...", x, grid(4)), CUBE),
        (lambda x: np.einsum("i...,ij...->j...", x, CUBE), grid(2, 4)),
        (lambda x: np.einsum("...ij,...jk", CUBE, x), grid(4, 2)),
        (lambda x: np.einsum(x, [0, 1], Y, [0, 1], [1]), X),
        (lambda x: np.einsum(x, [0, 1], Y.T, [1, 2]), X),
        (lambda x: np.einsum("ba", x), X),
    ],
    # linear algebra
    "linalg.matmul": [(lambda x: np.linalg.matmul(x, Y.T), X)],
    "linalg.outer": [(lambda x: np.linalg.outer(x, grid(2)), grid(3))],
    "linalg.diagonal": [(lambda x: np.linalg.diagonal(x, offset=1), CUBE)],
    "linalg.trace": [(lambda x: np.linalg.trace(x), CUBE)],
    "linalg.slogdet": [(lambda x: np.linalg.slogdet(x)[1], SQUARE)],
    "linalg.eigh": [
        (lambda x: np.linalg.eigh(x + x.T)[0], SQUARE),
        (lambda x: np.linalg.eigh(x + x.T, "U")[1], SQUARE),
    ],
    "linalg.eigvalsh": [(lambda x: np.linalg.eigvalsh(x + x.T), SQUARE)],
    "linalg.svd": [
        (lambda x: np.linalg.svd(x, full_matrices=False)[0], X),
        (lambda x: np.linalg.svd(x, False)[2], X.T),
        (lambda x: np.linalg.svd(x)[2], SQUARE),
        (lambda x: np.linalg.svd(x, compute_uv=False), X),
    ],
    "linalg.svdvals": [(lambda x: np.linalg.svdvals(x), X)],
    "linalg.qr": [
        (lambda x: np.linalg.qr(x)[0], X.T),
        (lambda x: np.linalg.qr(x)[0], X),
        (lambda x: np.linalg.qr(x)[1], X),
        (lambda x: np.linalg.qr(x, "r"), SQUARE),
        (lambda x: np.linalg.qr(x, mode="complete")[1], SQUARE),
    ],
    "linalg.matrix_power": [
        (lambda x, n=n: np.linalg.matrix_power(x, n), SQUARE / 2) for n in (-2, 0, 1, 5)
    ],
    "linalg.multi_dot": [(lambda x: np.linalg.multi_dot([x, Y.T, Y]), X)],
    "linalg.norm": [
        (lambda x: np.linalg.norm(x), X),
        (lambda x: np.linalg.norm(x, "fro"), X),
        (lambda x: np.linalg.norm(x, "nuc"), X),
        *((lambda x, p=p: np.linalg.norm(x, p), UNEVEN) for p in (1, -1, 2, -2, inf, -inf)),
        (lambda x: np.linalg.norm(x, 2, axis=(2, 0), keepdims=True), CUBE),
        (lambda x: np.linalg.norm(x, 1, axis=(-1, 0)), CUBE**2 + 0.5),
        *((lambda x, p=p: np.linalg.norm(x, p, 1), UNEVEN) for p in (1, 2, 3, 2.5, inf, -inf)),
    ],
    "linalg.vector_norm": [
        (lambda x: np.linalg.vector_norm(x), X),
        (lambda x: np.linalg.vector_norm(x, ord=3), X),
        (lambda x: np.linalg.vector_norm(x, axis=0, ord=1, keepdims=True), X),
    ],
    "linalg.matrix_norm": [(lambda x: np.linalg.matrix_norm(x, ord=1, keepdims=True), CUBE)],
    # made from the declarations, in NumPy's own order of arguments
    "max": [(lambda x: np.max(x, 0, keepdims=True), X), (lambda x: np.amax(x, axis=(0, 1)), X)],
    "var": [(lambda x: np.var(x, ddof=1), X), (lambda x: np.var(x, (0, 2), ddof=1), CUBE)],
    "roll": [(lambda x: np.roll(x, [1, 2], [0, 1]), X), (lambda x: np.roll(x, 1, 0), X)],
    "trace": [(lambda x: np.trace(x, 1, 0, 2), CUBE)],
    "cumsum": [(lambda x: np.cumsum(x, 1), X)],
    "linalg.inv": [(lambda x: np.linalg.inv(x), SQUARE)],
    "linalg.det": [(lambda x: np.linalg.det(x), SQUARE)],
    "linalg.solve": [
        (lambda x: np.linalg.solve(x, Y.T), SQUARE),
        (lambda x: np.linalg.solve(SQUARE, x), grid(3)),
    ],
    "linalg.cholesky": [(lambda x: np.linalg.cholesky(x + x.T), DEFINITE)],
    "linalg.pinv": [(lambda x: np.linalg.pinv(x, rcond=1e-9), X)],
    # methods of ufuncs, and ufuncs that are composed
    "add": [(lambda x: np.add.reduce(x), X), (lambda x: np.add.accumulate(x, axis=1), X)],
    "multiply": [
        (lambda x: np.multiply.reduce(x, axis=None), X),
        (lambda x: np.multiply.accumulate(x), X),
    ],
    "maximum": [(lambda x: np.maximum.reduce(x, axis=1, keepdims=True), X)],
    "minimum": [(lambda x: np.minimum.reduce(x), X)],
    "logaddexp": [(lambda x: np.logaddexp.reduce(x, axis=1), X)],
    "divmod": [(lambda x: np.divmod(x, 0.53)[1], X)],
    "modf": [(lambda x: np.modf(x)[0], Y)],
    "positive": [(lambda x: np.positive(x), X)],
    "conjugate": [(lambda x: np.conjugate(x), X)],
}  # fmt: skip


def trapezoid(*args, **kwargs):
    """NumPy 2's name, or the older one."""
    return getattr(np, "trapezoid" if hasattr(np, "trapezoid") else "trapz")(*args, **kwargs)


def exists(name: str) -> bool:
    """Whether this NumPy has such a function."""
    return name == "trapezoid" or named(name) is not None
