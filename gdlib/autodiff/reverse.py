"""From f to its gradient: put x on a tape, run f, walk back."""

from functools import wraps

import numpy as np

from gdlib.autodiff.tape import OTHER_TAPE, walk_back
from gdlib.autodiff.variable import Var


def value_and_grad(f):
    """Return the function x ↦ (f(x), ∇f(x)), which costs about as much as three f.

    Parameters
    ----------
    f : callable
        ``f(x, *args)`` takes an array, or a dict of named arrays, and returns one
        number. It may use operators, the functions of `gdlib.autodiff` or their
        namesakes in NumPy, loops, branches, and functions that do the same. What comes
        after x is constant.

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
            return _output(y, tape), walk_back(y, tape, 1)[0]
        y = f({k: _input(f"x[{k!r}]", x[k], tape) for k in x}, *args, **options)
        return _output(y, tape), dict(zip(x, walk_back(y, tape, len(x)), strict=True))

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
