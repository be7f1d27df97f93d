"""NumPy's functions on Values: the value is NumPy's, the gradient is the numeric one."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from autograd_lite import Value, numpy_functions, program, value_and_grad
from autograd_lite.numpy_functions.adapters import adapters, qualified
from autograd_lite.numpy_functions.coverage import classify, coverage, page
from autograd_lite.op import by_numpy
from autograd_lite.ops.points import grid

from .cases import weights
from .numeric import numeric_gradient

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
    "sliding_window_view": [
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
    room, _, last = name.rpartition(".")
    return name == "trapezoid" or hasattr(getattr(np, room) if room else np, last)


@pytest.mark.parametrize(
    ("call", "x"),
    [
        pytest.param(*case, id=f"{name}-{i}")
        for name, cases in CALLS.items()
        if exists(name)
        for i, case in enumerate(cases)
    ],
)
def test_value_is_numpys_and_the_gradient_the_numeric_one(call, x):
    v = Value(x)
    expected = np.asarray(call(x))
    out = call(v)
    assert isinstance(out, Value)
    assert out.shape == expected.shape
    np.testing.assert_allclose(out.data, expected, rtol=1e-13, atol=1e-14)
    w = weights(expected.shape)

    def f(x):
        return np.sum(call(x) * w)

    np.testing.assert_allclose(
        value_and_grad(f)(x)[1], numeric_gradient(f, [x], 0), rtol=1e-8, atol=1e-9
    )


@pytest.mark.parametrize("name", [name for name in CALLS if exists(name)])
def test_their_programs_equal_the_engine_to_the_bit(name):
    for call, x in CALLS[name]:
        w = weights(np.shape(call(x)))

        def f(x, call=call, w=w):
            return np.sum(call(x) * w)

        value, (gradient,) = program(f, x)(x)
        expected, slope = value_and_grad(f)(x)
        assert value == expected
        np.testing.assert_array_equal(gradient, slope)


def test_every_adapter_is_in_the_table():
    older = {"trapz": "trapezoid", "row_stack": "vstack"}
    earlier = {"reshape", "ravel", "transpose", "permute_dims", "swapaxes", "expand_dims",
               "squeeze", "broadcast_to", "concatenate", "sum", "mean", "where"}  # fmt: skip
    table = {name.rpartition(".")[2] for name in CALLS} | earlier
    declared = {f for op in by_numpy.values() for f in op.numpy}
    names = {qualified(f) for f in adapters if f not in declared}
    missing = {n for n in names if older.get(n, n).rpartition(".")[2] not in table}
    assert not missing


def test_results_of_factorisations_have_numpys_names():
    v = Value(DEFINITE)
    sign, log = np.linalg.slogdet(v)
    assert sign == 1
    assert not isinstance(sign, Value)
    assert np.linalg.slogdet(v).logabsdet.data == log.data
    assert np.linalg.eigh(v).eigenvalues.shape == (3,)
    assert np.linalg.qr(v).R.shape == np.linalg.svd(v).Vh.shape == (3, 3)


def test_results_of_one_factorisation_share_one_node_and_its_gradient():
    def together(x):
        values, vectors = np.linalg.eigh(x + x.T)
        return np.sum((vectors * values**2) @ vectors.T * weights((3, 3)))

    _, gradient = value_and_grad(together)(SQUARE)
    # V·diag(w²)·Vᵀ is the square of the matrix: a derivative without eigenvectors.
    square = value_and_grad(lambda x: np.sum((x + x.T) @ (x + x.T) * weights((3, 3))))(SQUARE)[1]
    np.testing.assert_allclose(gradient, square, rtol=1e-12, atol=1e-12)
    packed = np.linalg.eigh(Value(SYMMETRIC))
    assert packed[0].inputs[0] is packed[1].inputs[0]


def refusal(call) -> str:
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    return str(caught.value)


V = Value(X, name="v")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: np.max(V, out=np.zeros(())), "np.max on Values: got an unexpected keyword"),
        (lambda: np.max(V, where=X > 0, initial=0), "argument 'where'; leave that argument out"),
        (lambda: np.cumsum(V, dtype=float), "argument 'dtype'"),
        (lambda: np.sort(V, order="x"), "argument 'order'"),
        (lambda: np.einsum("ij->j", V, out=np.zeros(3)), "argument 'out'"),
        (lambda: np.linalg.pinv(V, hermitian=True), "np.linalg.pinv on Values: got"),
        (lambda: np.add.reduce(V, where=X > 0), "takes an axis, and no 'where'"),
        (lambda: np.add.reduce(V, out=np.zeros(3)), "would write over an array of the graph"),
        (lambda: np.maximum.accumulate(V), "np.maximum.accumulate has no gradient rule"),
        (lambda: np.multiply.outer(V, V), "np.multiply.outer has no gradient rule"),
        (lambda: np.add(X.copy(), V, out=X.copy()), "would write over an array of the graph"),
        (lambda: np.pad(V, 1, mode="edge"), "not in mode 'edge'"),
        (lambda: np.pad(V, 1, constant_values=(1, 2)), "one number as constant_values"),
        (lambda: np.split(V, 2, axis=1), "cannot cut 3 places along axis 1 into 2 equal parts"),
        (lambda: np.max(V, axis=5), "max cannot be applied to 'v' (shape (2, 3)): axis 5"),
        (lambda: np.linalg.svd(V), "needs full_matrices=False"),
        (lambda: np.linalg.qr(V.T, "complete"), "not 'complete'"),
        (lambda: np.linalg.norm(V, 7), "not 7"),
        (lambda: np.linalg.norm(V, 0, axis=1), "order 0 has no derivative"),
        (lambda: np.linalg.norm(Value(CUBE), 1), "takes one axis or two, not 3"),
        (lambda: np.linalg.vector_norm(V, axis=(0, 1), ord=3), "only for ord=2")
        if hasattr(np.linalg, "vector_norm")
        else (lambda: np.linalg.norm(V, 7), "not 7"),
        (lambda: np.einsum("ij,jk", V), "speaks of 2 operands, and 1 were given"),
        (lambda: np.einsum("ijk->i", V), "'ijk' does not fit an operand of 2 axes"),
        (lambda: np.cross(V[:, :2], V[:, :2]), "vectors of three elements"),
        (lambda: np.average(V, weights=[1.0, 2.0]), "weights of the shape of the data, (2, 3)"),
        (lambda: np.quantile(V, 0.5, method="hazen"), "not 'hazen'"),
        (lambda: np.quantile(V, 50), "percentiles between 0 and 100"),
        (lambda: np.gradient(V, 1.0, 2.0, 3.0), "one for each of the 2 axes; 3 were given"),
        (lambda: np.gradient(V, edge_order=2), "edge_order=2 and 2 places"),
        (lambda: np.convolve(V[0], V[1], "half"), "not 'half'"),
        (lambda: np.diff(V, -1), "of order 0 or more, not -1"),
        (lambda: np.vander(V), "takes one sequence of numbers, not an array of shape (2, 3)"),
        (lambda: np.convolve(V, V[1]), "convolve (∗) cannot be applied to 'v' (shape (2, 3))"),
        (lambda: np.fft.fft(V), "tutorials/numpy-coverage.md lists what is supported"),
        (lambda: V + np.array(["a"]), "real numbers"),
    ],
)  # fmt: skip
def test_what_is_not_supported_says_so(call, says):
    assert says in refusal(call)


def test_division_with_a_remainder():
    v = Value(np.array([5.5, -5.5]))
    np.testing.assert_array_equal((v % 2).data, [1.5, 0.5])
    np.testing.assert_array_equal((7 % v).data, np.mod(7, v.data))
    for whole in (v // 2, 2 // v, v // v):
        assert type(whole) is np.ndarray
    (whole, rest), (other, left) = divmod(v, 2), divmod(7, v)
    np.testing.assert_array_equal(whole * 2 + rest.data, v.data)
    np.testing.assert_array_equal(other * v.data + left.data, [7.0, 7.0])
    assert (Value(np.float32(5.5)) % 2).dtype == (2 % Value(np.float32(5.5))).dtype == np.float32


def test_methods_are_the_operations():
    v = Value(X)
    for name in ("max", "min", "prod", "var", "std", "cumsum", "sin", "cos", "argmax", "argmin"):
        function = getattr(np, name)
        mine, theirs = getattr(v, name)(), function(v)
        np.testing.assert_array_equal(getattr(mine, "data", mine), getattr(theirs, "data", theirs))
    for name in ("max", "min", "prod", "var", "std", "argmax", "argmin"):
        mine = getattr(v, name)(axis=1, keepdims=True)
        assert np.shape(mine) == (2, 1), name
    assert not isinstance(v.argmax(), Value)
    np.testing.assert_array_equal(v.clip(0, 1).data, X.clip(0, 1))
    np.testing.assert_array_equal(v.clip(max=0.5).data, X.clip(max=0.5))
    np.testing.assert_array_equal(v.abs().data, abs(X))
    assert v.flatten().shape == v.ravel().shape == (6,)
    assert v[:, None].squeeze().shape == v[:, None].squeeze(1).shape == (2, 3)
    assert v.swapaxes(0, 1).shape == (3, 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.vstack([x, x], dtype=None, casting="same_kind"),
        lambda x: np.sum(x, axis=0, dtype=None, out=None),
        lambda x: np.mean(x, where=np._NoValue),
        lambda x: np.ravel(x, order="C"),
        lambda x: np.concatenate([x, x], axis=1, out=None),
        lambda x: np.transpose(x[0], 0),
        lambda x: np.transpose(x, np.array([1, 0])),
        lambda x: np.expand_dims(x, [0, -1]),
        lambda x: np.reshape(x, np.array([3, -1])),
    ],
)
def test_numpys_own_defaults_and_lists_of_axes_are_taken(call):
    v = Value(X)
    y = call(v)
    np.testing.assert_array_equal(y.data, call(X))
    y.backward(np.ones(y.shape))
    assert v.grad.shape == X.shape


@pytest.mark.parametrize("n", [-1, 0, 1, 3])
def test_powers_of_a_float32_matrix_are_float32(n):
    v = Value(SQUARE.astype(np.float32))
    y = np.linalg.matrix_power(v, n)
    np.sum(y).backward()
    assert y.dtype == v.grad.dtype == np.float32


def test_an_argument_that_asks_for_something_else_is_still_refused():
    assert "leave that argument out" in refusal(lambda: np.sum(V, dtype=np.float32))
    assert "leave that argument out" in refusal(lambda: np.ravel(V, order="F"))


def test_an_axis_may_be_a_number_of_numpy():
    v, axis = Value(X), np.int64(0)
    for f in (np.max, np.std, np.linalg.norm, np.median, np.flip, np.sort, np.cumsum):
        np.testing.assert_array_equal(f(v, axis=axis).data, f(v, axis=0).data)


def test_parameters_are_kept_as_they_were():
    places, v = np.array([0, 1]), Value(np.array([1.0, 2.0, 3.0]))
    taken = np.take(v, places)
    places[:] = 2
    taken.sum().backward()
    np.testing.assert_array_equal(v.grad, [1.0, 1.0, 0.0])


# ── the page about NumPy's functions ──────────────────────────────────────────────────────────
def test_classification():
    assert [classify(f) for f in (np.sin, np.max, np.linalg.svd, np.divmod)] == ["gradient"] * 4
    assert [classify(f) for f in (np.argmax, np.floor, np.equal)] == ["answer"] * 3
    assert [classify(f) for f in (np.fft.fft, np.roots, np.linalg.eig)] == ["none"] * 3
    kinds = coverage()
    assert kinds["linalg.inv"] == kinds["einsum"] == kinds["exp"] == "gradient"
    assert not any(name.startswith("_") for name in kinds)
    for name in numpy_functions.supported() & kinds.keys():
        assert kinds[name] == "gradient", name


def test_what_the_page_calls_unsupported_is_refused():
    v = Value(SQUARE)
    for name, kind in coverage().items():
        room, _, last = name.rpartition(".")
        function = getattr(getattr(np, room) if room and "." not in room else np, last, None)
        if kind == "none" and isinstance(function, np.ufunc) and function.nin == 1:
            assert "no gradient rule" in refusal(lambda f=function: f(v)), name


def test_the_page_is_up_to_date():
    from pathlib import Path

    file = Path(__file__).parents[2] / "tutorials" / "numpy-coverage.md"
    kept = file.read_text(encoding="utf-8")
    assert kept.startswith("# NumPy ")
    if kept.split()[2] == np.__version__:
        assert kept == page()
    assert page().startswith(f"# NumPy {np.__version__} on Values\n")
