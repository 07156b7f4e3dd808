"""Gradients by reverse mode: run f once, write down each step, read the list backwards.

A computer knows the slope of each small step it takes, and the chain rule joins them.
Write ā = ∂J/∂a for how much the output J answers to a number a on the way. The output
answers to itself with J̄ = 1, and a step y = φ(a, b) hands its slope on to its parents:

    ā ← ā + ȳ ∂y/∂a,    b̄ ← b̄ + ȳ ∂y/∂b.

The steps are written on a *tape* as they happen, so parents stand before what was made
of them, and one walk from the end of the tape to its start meets each step after all of
its uses. The walk costs about as much as f did, for two inputs or for two million.
First comes the walk, then the table of derivatives, as code.

Where f has a kink there is no slope. The conventions: `relu`, `absolute` and `norm` are
flat at 0; `maximum` gives half to each of two equals, `max` shares among all that are
largest; `sqrt` has slope ∞ at 0. Beware of `where`: it runs both branches, and the one
not taken may hand on 0 · ∞ = nan. Make its argument safe before it is used:
``safe = where(x > 0, x, 1.0)``, and then ``where(x > 0, log(safe), 0.0)``.
"""

import operator
from functools import cache, wraps

import numpy as np


def value_and_grad(f):
    """Return the function x ↦ (f(x), ∇f(x)), which costs about as much as three f.

    Parameters
    ----------
    f : callable
        ``f(x, *args)`` takes an array, or a dict of named arrays, and returns one
        number. It may use operators, the functions of this module or their namesakes in
        NumPy, loops, branches, and functions that do the same. What comes after x is
        constant.

    Returns
    -------
    callable
        ``value_and_grad(f)(x, *args)`` is the pair of f(x) and its gradient, an array
        of the shape of x, or for a dict a dict of such. float64, or float32 where x is.

    Raises
    ------
    TypeError
        If x is not made of real numbers, or f does not return a number.
    ValueError
        If f returns many numbers, or mixes the variables of two gradients.

    See Also
    --------
    gdlib.gradients.check_gradient : Compares a gradient with differences of f.

    References
    ----------
    .. [1] A. Griewank, A. Walther, "Evaluating derivatives", 2nd ed., SIAM, 2008.

    Examples
    --------
    >>> loss = lambda p, t: ((p["w"] * t + p["b"] - 7.0) ** 2).sum()
    >>> value_and_grad(loss)({"w": 2.0, "b": 1.0}, np.array([2.0, 4.0]))
    (np.float64(8.0), {'w': np.float64(8.0), 'b': np.float64(0.0)})
    """

    @wraps(f, assigned=["__module__"])
    def both(x, *args, **options):
        tape = []
        if not isinstance(x, dict):
            y = f(_input("x", x, tape), *args, **options)
            return _output(y, tape), _walk_back(y, tape, 1)[0]
        y = f({k: _input(f"x[{k!r}]", x[k], tape) for k in x}, *args, **options)
        return _output(y, tape), dict(zip(x, _walk_back(y, tape, len(x)), strict=True))

    return both


def grad(f):
    """Return the function x ↦ ∇f(x).

    Parameters
    ----------
    f : callable
        As for `value_and_grad`.

    Returns
    -------
    callable
        ``grad(f)(x, *args)`` is the gradient of f at x, of the shape of x.

    Examples
    --------
    >>> grad(lambda x: x[0] ** 2 * x[1])([3.0, 5.0])
    array([30.,  9.])
    """
    both = value_and_grad(f)

    @wraps(f, assigned=["__module__"])
    def gradient(x, *args, **options):
        return both(x, *args, **options)[1]

    return gradient


def _walk_back(y, tape, inputs):
    """Read the tape from its end; return the slope of y by each of the inputs."""
    slopes, ours = [None] * len(tape), set()
    if isinstance(y, Var):
        slopes[y.place] = y.value.dtype.type(1)
    while len(tape) > inputs:
        (_, parents), g = tape.pop(), slopes.pop()
        if g is None:
            continue  # y does not depend on this step
        for i, pull in parents:
            so_far, shape = slopes[i], tape[i][0]
            if callable(pull):
                d = pull(g)
                d = d if d.shape == shape else _unstretched(d, shape)
                slopes[i] = d if so_far is None else so_far + d
            else:  # a part of x: add to that part, of an array that is ours to change
                if i not in ours:
                    ours.add(i)
                    zeros = np.zeros(shape, g.dtype)
                    slopes[i] = zeros if so_far is None else zeros + so_far
                slopes[i][pull] += g
    return [_finished(g, *entry) for g, entry in zip(slopes, tape, strict=True)]


def _unstretched(d, shape):
    """Sum d over the axes along which broadcasting stretched an array of `shape`."""
    new = d.ndim - len(shape)
    stretched = [i for i, n in enumerate(d.shape) if i < new or n != shape[i - new]]
    return d.sum(axis=tuple(stretched)).reshape(shape)


def _value(x):
    if isinstance(x, Var):
        return x.value
    return np.asarray(x) if isinstance(x, (list, tuple)) else x


def _record(y, *parents):
    """Write y on the tape, with what hands its slope on to each of its parents.

    A parent is a pair of x and the function ȳ ↦ ȳ ∂y/∂x, or where y = x[part], that
    part. Only a `Var` is kept: what is made of constants is a constant, a plain array.
    """
    tape, kept = None, []
    for x, pull in parents:
        if isinstance(x, Var):
            if tape is None:
                tape = x.tape
            elif x.tape is not tape:
                raise ValueError(OTHER_TAPE)
            kept.append((x.place, pull))
    if tape is None:
        return y
    tape.append((y.shape, kept))
    return Var(y, tape, len(tape) - 1)


# ------------------------------------- the table of derivatives: functions of a number
# Each slope may use the output too: the slope of eˣ is eˣ, which is there already.


def _of_one(doc, f, slope):
    """y = f(x), with ∂y/∂x = slope(x, y)."""

    def function(x):
        a = _value(x)
        y = f(a)
        return _record(y, (x, lambda g: g * slope(a, y)))

    function.__doc__ = doc
    return function


def _of_two(doc, f, by_x, by_y):
    """z = f(x, y), with ∂z/∂x = by_x(x, y, z) and ∂z/∂y = by_y(x, y, z)."""

    def function(x, y):
        a, b = _value(x), _value(y)
        z = f(a, b)
        dx, dy = lambda g: g * by_x(a, b, z), lambda g: g * by_y(a, b, z)
        return _record(z, (x, dx), (y, dy))

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
    return _record(_value(x) + _value(y), (x, lambda g: g), (y, lambda g: g))


def subtract(x, y):
    """x − y: slopes 1 and −1."""
    return _record(_value(x) - _value(y), (x, lambda g: g), (y, lambda g: -g))


def negative(x):
    """−x: slope −1."""
    return _record(-_value(x), (x, lambda g: -g))


def maximum(x, y):
    """max(x, y): slope 1 by the larger, 0 by the other, and ½ each by equals."""
    a, b = _value(x), _value(y)
    dx = lambda g: g * (a > b) / 2 + g * (a >= b) / 2
    dy = lambda g: g * (b > a) / 2 + g * (b >= a) / 2
    return _record(np.maximum(a, b), (x, dx), (y, dy))


def where(condition, x, y):
    """Take x where the condition holds, y elsewhere: slope 1 where it was taken."""
    taken = _value(condition)
    dx, dy = lambda g: np.where(taken, g, 0), lambda g: np.where(taken, 0, g)
    return _record(np.where(taken, _value(x), _value(y)), (x, dx), (y, dy))


# ------------------------------------------------------------ of many numbers to fewer


def _reduced(x, y, axis, keepdims, pull):
    """Record y, whose reduced axes were kept with length 1 and may now go."""
    pull_kept = lambda g: pull(g.reshape(y.shape))
    return _record(y if keepdims else y.squeeze(axis)[()], (x, pull_kept))


def sum(x, axis=None, keepdims=False):
    """Σx over an axis, several, or all: slope 1 for each term."""
    a = np.asarray(_value(x))
    y, shape = a.sum(axis=axis, keepdims=True), a.shape
    return _reduced(x, y, axis, keepdims, lambda g: np.broadcast_to(g, shape))


def mean(x, axis=None, keepdims=False):
    """Σx / n over an axis, several, or all: slope 1/n for each of the n terms."""
    y = sum(x, axis, keepdims)
    return y / (np.size(_value(x)) / np.size(_value(y)))


def max(x, axis=None, keepdims=False):
    """Take the largest over an axis, several, or all: slope 1, which ties share."""
    a = np.asarray(_value(x))
    y = a.max(axis=axis, keepdims=True)
    ties = lambda: (a == y).sum(axis=axis, keepdims=True, dtype=a.dtype)
    return _reduced(x, y, axis, keepdims, lambda g: g / ties() * (a == y))


def norm(x, *, axis=None, keepdims=False):
    """y = ‖x‖ = √Σx²: slope x / y, and 0 at 0."""
    a = np.asarray(_value(x))
    y = np.sqrt((a * a).sum(axis=axis, keepdims=True))
    return _reduced(x, y, axis, keepdims, lambda g: g * a / (y + (y == 0)))


def logsumexp(x, axis=None, keepdims=False):
    """y = ln Σeˣ: slope eˣ⁻ʸ, the softmax of x. No x is too large."""
    a = np.asarray(_value(x))
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
    z, k = np.asarray(_value(logits)), np.asarray(labels)
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

    return _record(y, (logits, dz))


def matmul(x, y):
    """Z = XY, for matrices, vectors and stacks of matrices: slopes Z̄Yᵀ and XᵀZ̄."""
    a, b = np.asarray(_value(x)), np.asarray(_value(y))
    A = a if a.ndim > 1 else a[None, :]  # a vector on the left is a row,
    B = b if b.ndim > 1 else b[:, None]  # and on the right a column

    def matrix(g):
        g = g if b.ndim > 1 else g[..., None]
        return g if a.ndim > 1 else g[..., None, :]

    def dy(g):
        d = A.swapaxes(-1, -2) @ matrix(g)
        return d if b.ndim > 1 else d[..., 0]

    return _record(a @ b, (x, lambda g: matrix(g) @ B.swapaxes(-1, -2)), (y, dy))


# ------------------------------------------------- of numbers that move to other places


def reshape(x, *shape):
    """x in another shape: its slope in the shape of x."""
    a = np.asarray(_value(x))
    before = a.shape
    return _record(a.reshape(*shape), (x, lambda g: g.reshape(before)))


def transpose(x, axes=None):
    """x with its axes in another order, by default reversed: its slope put back."""
    a = np.asarray(_value(x))
    back = None if axes is None else np.argsort(np.mod(axes, a.ndim))
    return _record(a.transpose(axes), (x, lambda g: g.transpose(back)))


def stack(xs, axis=0):
    """Arrays in a row, along a new axis: to each the slope of its place."""
    xs = list(xs)
    y = np.stack([_value(x) for x in xs], axis)
    before = (slice(None),) * (axis % y.ndim)
    return _record(y, *((x, lambda g, i=i: g[*before, i]) for i, x in enumerate(xs)))


def concatenate(xs, axis=0):
    """Arrays in a row, along an axis they have: to each the slope of its part."""
    xs = list(xs)
    y, start, parents = np.concatenate([_value(x) for x in xs], axis), 0, []
    for x in xs:
        stop = start + np.shape(_value(x))[axis]
        part = (*[slice(None)] * (axis % y.ndim), slice(start, stop))
        parents.append((x, lambda g, part=part: g[part]))
        start = stop
    return _record(y, *parents)


def _index(x, index):
    """x[index]: the slope put there; at a place that was taken twice, both add up."""
    a = x.value
    simple = isinstance(index, tuple) and ONCE.issuperset(map(type, index))
    if a.ndim and (simple or type(index) in ONCE):
        return _record(a[index], (x, index))

    def dx(g):
        places = np.arange(a.size).reshape(a.shape)[index].ravel()
        d = np.bincount(places, weights=g.ravel(), minlength=a.size)
        return d.reshape(a.shape).astype(g.dtype)

    return _record(a[index], (x, dx))


ONCE = {int, np.int64, slice, type(None), type(...)}  # indices that repeat no place


# --------------------------------------------------------- an array that keeps a record


def _comparison(compare):
    return lambda x, y: compare(x.value, _value(y))


class Var:
    """An array that remembers how it was made, and computes as the array does.

    Comparisons give plain arrays, so that ``if``, ``while`` and `where` work. Nothing
    can be assigned to a part of it: what was used must not change.

    Parameters
    ----------
    value : ndarray of any shape
        The numbers.
    tape : list
        The steps so far, (shape, [(place of a parent, ȳ ↦ ȳ ∂y/∂x), …]) each.
    place : int
        Where on the tape this one stands.
    """

    __slots__ = ("place", "tape", "value")

    def __init__(self, value, tape, place):
        self.value, self.tape, self.place = value, tape, place

    def __repr__(self):
        return f"Var({self.value})"

    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    dtype = property(lambda self: self.value.dtype)
    T = property(transpose)

    __add__ = __radd__ = add
    __sub__, __rsub__ = subtract, lambda self, x: subtract(x, self)
    __mul__ = __rmul__ = multiply
    __truediv__, __rtruediv__ = divide, lambda self, x: divide(x, self)
    __pow__, __rpow__ = power, lambda self, x: power(x, self)
    __matmul__, __rmatmul__ = matmul, lambda self, x: matmul(x, self)
    __neg__, __abs__, __getitem__ = negative, absolute, _index
    sum, mean, max, reshape, transpose = sum, mean, max, reshape, transpose

    __lt__, __le__ = _comparison(operator.lt), _comparison(operator.le)
    __gt__, __ge__ = _comparison(operator.gt), _comparison(operator.ge)
    __eq__, __ne__ = _comparison(operator.eq), _comparison(operator.ne)
    __bool__ = lambda self: bool(self.value)
    __len__ = lambda self: len(self.value)
    __iter__ = lambda self: (self[i] for i in range(len(self)))

    def __array_ufunc__(self, ufunc, method, *args, **options):
        return _namesake(ufunc, method, "out" in options)(*args, **options)

    def __array_function__(self, function, types, args, options):
        return _namesake(function)(*args, **options)

    def __setitem__(self, index, value):
        raise TypeError(IN_PLACE)

    def __array__(self, *args, **options):
        raise TypeError(NOT_PLAIN)

    __float__ = __int__ = __array__


# ------------------------------------------------------------------------- at the door

NAMESAKES = """absolute add concatenate cos divide exp log logaddexp matmul max maximum
    mean multiply negative norm power reshape sin sqrt stack subtract sum tanh transpose
    where"""
WITHOUT_SLOPE = """argmax argmin equal greater greater_equal isfinite isnan less
    less_equal ndim not_equal ones_like shape sign size zeros_like"""
OTHER_TAPE = (
    "a Var of another gradient came in; f may use the x it was given and plain arrays, "
    "and .value makes a Var plain"
)
IN_PLACE = (
    "a Var takes part in no assignment in place: its slope would be lost. Build a new "
    "array with where, stack or concatenate of gdlib.autodiff"
)
NOT_PLAIN = (
    "a Var cannot become a plain number or array on the way: its slope would be lost. "
    "Use functions of gdlib.autodiff, such as exp or stack; .value has the numbers"
)


@cache
def _namesake(function, method="__call__", in_place=False):
    """Find what stands in for a function of NumPy that was given a Var."""
    name = function.__name__ + (f".{method}" if method != "__call__" else "")
    if in_place:
        raise TypeError(IN_PLACE)
    if name in NAMESAKES.split():
        return globals()[name]
    if name in WITHOUT_SLOPE.split():
        return lambda *args, **options: function(*map(_value, args), **options)
    raise TypeError(
        f"NumPy's {name} takes no Var; gdlib.autodiff has logsumexp, relu, sigmoid, "
        + ", ".join(NAMESAKES.split())
    )


def _input(name, x, tape):
    """Put an array on the tape, to take slopes by."""
    if isinstance(x, Var):
        raise TypeError(
            f"{name} is a Var, of a gradient around this one; slopes of slopes are not "
            "kept here: measure them with gdlib.gradients.numerical_gradient"
        )
    try:
        a = np.asarray(x)
    except ValueError:  # rows of unequal length
        a = np.empty((), object)
    if a.dtype.kind not in "iuf":
        raise TypeError(
            f"{name} is {x!r:.60}, of dtype {a.dtype}; a gradient needs real numbers, "
            "such as [1.0, 2.0]"
        )
    a = a if a.dtype.char in "fd" else a.astype(np.float64)  # float32, float64
    tape.append((a.shape, a.dtype))
    return Var(a[()], tape, len(tape) - 1)


def _output(y, tape):
    """Return the value of f; make sure that it is one number, of this gradient."""
    if isinstance(y, Var) and y.tape is not tape:
        raise ValueError(OTHER_TAPE)
    value = y.value if isinstance(y, Var) else y
    if isinstance(value, (float, np.floating)):
        return value
    if y is None:
        raise TypeError("f returned None; is a `return` missing at its end?")
    if not isinstance(value, (int, np.ndarray, np.generic)):
        raise TypeError(f"f returned a {type(y).__name__}; it must return one number")
    if np.shape(value):
        raise ValueError(
            f"f returned shape {np.shape(value)}; a gradient is the slope of one "
            "number: return the sum or the mean"
        )
    if np.asarray(value).dtype.kind not in "iuf":
        raise TypeError(f"f returned {value}, which is not a real number")
    return np.asarray(value)[()]


def _finished(g, shape, dtype):
    """Return the slope by an input as an array of its own."""
    return (np.zeros(shape, dtype) if g is None else np.array(g, dtype))[()]


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
