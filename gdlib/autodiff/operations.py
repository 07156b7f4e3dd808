"""The table of derivatives, as code: each operation beside its slopes.

An operation computes y from plain numbers, and records for each parent x the function
ȳ ↦ ȳ ∂y/∂x. Of what is constant it makes what NumPy would.
"""

import operator

import numpy as np

from gdlib.autodiff.tape import record, value_of

# ------------------------------------------------------------- functions of a number
# Each slope may use the output too: the slope of eˣ is eˣ, which is there already.


def _of_one(doc, f, slope):
    """y = f(x), with ∂y/∂x = slope(x, y)."""

    def function(x):
        a = value_of(x)
        y = f(a)
        return record(y, (x, lambda g: g * slope(a, y)))

    function.__doc__ = doc
    return function


def _of_two(doc, f, by_x, by_y):
    """z = f(x, y), with ∂z/∂x = by_x(x, y, z) and ∂z/∂y = by_y(x, y, z)."""

    def function(x, y):
        a, b = value_of(x), value_of(y)
        z = f(a, b)
        dx, dy = lambda g: g * by_x(a, b, z), lambda g: g * by_y(a, b, z)
        return record(z, (x, dx), (y, dy))

    function.__doc__ = doc
    return function


def _sigmoid(x):
    e = np.exp(-np.abs(x))  # no x is too large for this
    return np.where(x < 0, e, 1) / (1 + e)


exp = _of_one("eˣ", np.exp, lambda x, y: y)
log = _of_one("ln x", np.log, lambda x, y: 1 / x)
sqrt = _of_one("√x", np.sqrt, lambda x, y: 0.5 / y)
sin = _of_one("sin x", np.sin, lambda x, y: np.cos(x))
cos = _of_one("cos x", np.cos, lambda x, y: -np.sin(x))
tanh = _of_one("tanh x", np.tanh, lambda x, y: 1 - y * y)
sigmoid = _of_one("1 / (1 + e⁻ˣ)", _sigmoid, lambda x, y: y * (1 - y))
relu = _of_one("max(x, 0)", lambda x: np.maximum(x, 0), lambda x, y: y > 0)
absolute = abs = _of_one("|x|", np.abs, lambda x, y: np.sign(x))
multiply = _of_two("xy", operator.mul, lambda x, y, z: y, lambda x, y, z: x)
divide = _of_two("x/y", operator.truediv, lambda x, y, z: 1 / y, lambda x, y, z: -z / y)
power = _of_two(
    "xʸ",
    operator.pow,
    lambda x, y, z: y * x ** (y - (y != 0)),  # x⁰ is flat, at x = 0 too
    lambda x, y, z: z * np.log(x + (x == 0), dtype=z.dtype),  # and so is 0ʸ
)
logaddexp = _of_two(
    "ln(eˣ + eʸ)",
    np.logaddexp,
    lambda x, y, z: np.exp(x - z),
    lambda x, y, z: np.exp(y - z),
)


def add(x, y):
    """x + y: slopes 1 and 1."""
    return record(value_of(x) + value_of(y), (x, lambda g: g), (y, lambda g: g))


def subtract(x, y):
    """x − y: slopes 1 and −1."""
    return record(value_of(x) - value_of(y), (x, lambda g: g), (y, lambda g: -g))


def negative(x):
    """−x: slope −1."""
    return record(-value_of(x), (x, lambda g: -g))


def maximum(x, y):
    """max(x, y): slope 1 by the larger, 0 by the other, and ½ each by equals."""
    a, b = value_of(x), value_of(y)
    dx = lambda g: g * (a > b) / 2 + g * (a >= b) / 2
    dy = lambda g: g * (b > a) / 2 + g * (b >= a) / 2
    return record(np.maximum(a, b), (x, dx), (y, dy))


def where(condition, x, y):
    """Take x where the condition holds, y elsewhere: slope 1 where it was taken."""
    taken = value_of(condition)
    dx, dy = lambda g: np.where(taken, g, 0), lambda g: np.where(taken, 0, g)
    return record(np.where(taken, value_of(x), value_of(y)), (x, dx), (y, dy))


# ------------------------------------------------------------ of many numbers to fewer


def _reduced(x, y, axis, keepdims, pull):
    """Record y, whose reduced axes were kept with length 1 and may now go."""
    pull_kept = lambda g: pull(g.reshape(y.shape))
    return record(y if keepdims else y.squeeze(axis)[()], (x, pull_kept))


def sum(x, axis=None, keepdims=False):
    """Σx over an axis, several, or all: slope 1 for each term."""
    a = np.asarray(value_of(x))
    y, shape = a.sum(axis=axis, keepdims=True), a.shape
    return _reduced(x, y, axis, keepdims, lambda g: np.broadcast_to(g, shape))


def mean(x, axis=None, keepdims=False):
    """Σx / n over an axis, several, or all: slope 1/n for each of the n terms."""
    y = sum(x, axis, keepdims)
    return y / (np.size(value_of(x)) / np.size(value_of(y)))


def max(x, axis=None, keepdims=False):
    """Take the largest over an axis, several, or all: slope 1, which ties share."""
    a = np.asarray(value_of(x))
    y = a.max(axis=axis, keepdims=True)
    ties = lambda: (a == y).sum(axis=axis, keepdims=True, dtype=a.dtype)
    return _reduced(x, y, axis, keepdims, lambda g: g / ties() * (a == y))


def norm(x, *, axis=None, keepdims=False):
    """y = ‖x‖ = √Σx²: slope x / y, and 0 at 0."""
    a = np.asarray(value_of(x))
    y = np.sqrt((a * a).sum(axis=axis, keepdims=True))
    return _reduced(x, y, axis, keepdims, lambda g: g * a / (y + (y == 0)))


def logsumexp(x, axis=None, keepdims=False):
    """y = ln Σeˣ: slope eˣ⁻ʸ, the softmax of x. No x is too large."""
    a = np.asarray(value_of(x))
    top = a.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    y = top + np.log(np.exp(a - top).sum(axis=axis, keepdims=True))
    return _reduced(x, y, axis, keepdims, lambda g: g * np.exp(a - y))


def softmax_cross_entropy(logits, labels):
    """(1/n) Σᵢ (ln Σⱼ exp zᵢⱼ − zᵢₖ), k the label of row i: slope (softmax z − 1ₖ) / n.

    The mean loss, in nats, for logits z of shape (n, classes) and of any size, and for
    labels of shape (n,), whole numbers from 0 to classes − 1. It is ln(classes) where
    all logits of a row are equal.
    """
    z, k = np.asarray(value_of(logits)), np.asarray(labels)
    _check_labels(z, k)
    n, rows = len(z), np.arange(len(z))
    z = z - _largest(z)  # the largest of a row is 0, and its exp is 1
    p = np.exp(z)
    total = p.sum(axis=1)
    y = (np.log(total) - z[rows, k]).sum() / n

    def dz(g):
        d = p / total[:, None]
        d[rows, k] -= 1
        return d * (g / n)

    return record(y, (logits, dz))


def matmul(x, y):
    """Z = XY, for matrices, vectors and stacks of matrices: slopes Z̄Yᵀ and XᵀZ̄."""
    a, b = np.asarray(value_of(x)), np.asarray(value_of(y))
    A = a if a.ndim > 1 else a[None, :]  # a vector on the left is a row,
    B = b if b.ndim > 1 else b[:, None]  # and on the right a column

    def matrix(g):
        g = g if b.ndim > 1 else g[..., None]
        return g if a.ndim > 1 else g[..., None, :]

    def dy(g):
        d = A.swapaxes(-1, -2) @ matrix(g)
        return d if b.ndim > 1 else d[..., 0]

    return record(a @ b, (x, lambda g: matrix(g) @ B.swapaxes(-1, -2)), (y, dy))


# ------------------------------------------------- of numbers that move to other places


def reshape(x, *shape):
    """x in another shape: its slope in the shape of x."""
    a = np.asarray(value_of(x))
    before = a.shape
    return record(a.reshape(*shape), (x, lambda g: g.reshape(before)))


def transpose(x, axes=None):
    """x with its axes in another order, by default reversed: its slope put back."""
    a = np.asarray(value_of(x))
    back = None if axes is None else np.argsort(np.mod(axes, a.ndim))
    return record(a.transpose(axes), (x, lambda g: g.transpose(back)))


def stack(xs, axis=0):
    """Arrays in a row, along a new axis: to each the slope of its place."""
    xs = list(xs)
    y = np.stack([value_of(x) for x in xs], axis)
    before = (slice(None),) * (axis % y.ndim)
    return record(y, *((x, lambda g, i=i: g[*before, i]) for i, x in enumerate(xs)))


def concatenate(xs, axis=0):
    """Arrays in a row, along an axis they have: to each the slope of its part."""
    xs = list(xs)
    y, start, parents = np.concatenate([value_of(x) for x in xs], axis), 0, []
    for x in xs:
        stop = start + np.shape(value_of(x))[axis]
        part = (*[slice(None)] * (axis % y.ndim), slice(start, stop))
        parents.append((x, lambda g, part=part: g[part]))
        start = stop
    return record(y, *parents)


def part(x, index):
    """x[index]: the slope put there; at a place that was taken twice, both add up."""
    a = x.value
    simple = isinstance(index, tuple) and ONCE.issuperset(map(type, index))
    if a.ndim and (simple or type(index) in ONCE):
        return record(a[index], (x, index))

    def dx(g):
        places = np.arange(a.size).reshape(a.shape)[index].ravel()
        d = np.bincount(places, weights=g.ravel(), minlength=a.size)
        return d.reshape(a.shape).astype(g.dtype)

    return record(a[index], (x, dx))


ONCE = {int, np.int64, slice, type(None), type(...)}  # indices that repeat no place


def _check_labels(logits, labels):
    n, classes = logits.shape if logits.ndim == 2 else (0, 0)
    if not n * classes or labels.shape != (n,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"logits have shape {logits.shape}, labels {labels.shape} and dtype "
            f"{labels.dtype}; they need (n, classes) and (n,), whole numbers"
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels run from {labels.min()} to {labels.max()}; with {classes} classes "
            f"they lie between 0 and {classes - 1}"
        )


def _largest(logits):
    top = logits.max(axis=1, keepdims=True)
    if top.min() == -np.inf:
        raise ValueError(f"row {top.argmin()} of the logits is −∞ throughout")
    return top
