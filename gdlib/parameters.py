"""Many named arrays seen as one vector θ, so that a descent moves a single array.

    {"W": (3, 2), "b": (2,)}  ↔  θ = (W₁₁, W₁₂, W₂₁, …, W₃₂, b₁, b₂)

The named arrays are views of θ: nothing is copied, and what is written into one is
written into θ. A norm, a cosine, a slice through the landscape and a gradient check are
then one line each, whatever the model.
"""

from math import prod
from operator import index

import numpy as np


def shapes_of(arrays):
    """Return the shape of each array: what `unflatten` needs.

    Parameters
    ----------
    arrays : dict of array-like, each of any shape
        Named arrays.

    Returns
    -------
    dict of tuple

    Examples
    --------
    >>> shapes_of({"W": np.zeros((3, 2)), "b": np.zeros(2)})
    {'W': (3, 2), 'b': (2,)}
    """
    return {name: np.shape(array) for name, array in arrays.items()}


def size(shapes):
    """Count the numbers that arrays of these shapes hold: the length of θ.

    Parameters
    ----------
    shapes : dict of tuple of int
        Such as ``{"W": (3, 2), "b": (2,)}``.

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
        If a shape is not a tuple of whole numbers, 0 or more.

    Examples
    --------
    >>> size({"W": (3, 2), "b": (2,)})
    8
    """
    return sum(_count(name, shape) for name, shape in shapes.items())


def _count(name, shape):
    try:
        lengths = [index(n) for n in shape]
    except TypeError:
        raise TypeError(
            f"the shape of {name!r} is {shape!r}; a shape is a tuple of whole numbers, "
            "such as (3, 2) or (2,)"
        ) from None
    if min(lengths, default=0) < 0:
        raise ValueError(f"the shape of {name!r} is {shape!r}; a length is 0 or more")
    return prod(lengths)


def flatten(arrays):
    """Join named arrays into one vector, in the order of the dict.

    Parameters
    ----------
    arrays : dict of array-like, each of any shape
        Named arrays of real numbers.

    Returns
    -------
    theta : ndarray of shape (size,)
        A new array: float64, or float32 where all the arrays are.

    Raises
    ------
    TypeError
        If an array is not made of real numbers.
    ValueError
        If there are no arrays.

    See Also
    --------
    unflatten : Its inverse.

    Examples
    --------
    >>> flatten({"W": [[1.0, 2.0], [3.0, 4.0]], "b": [5.0, 6.0]})
    array([1., 2., 3., 4., 5., 6.])
    """
    if not arrays:
        raise ValueError("there are no arrays to flatten; a θ has at least one")
    parts = {name: np.asarray(array) for name, array in arrays.items()}
    for name, part in parts.items():
        if part.dtype.kind not in "iuf":
            raise TypeError(
                f"{name!r} is of dtype {part.dtype}; a parameter is an array of real "
                "numbers"
            )
    theta = np.concatenate([part.ravel() for part in parts.values()])
    return theta if theta.dtype == np.float32 else theta.astype(np.float64, copy=False)


def unflatten(theta, shapes):
    """See one vector as named arrays: views, in the order of the dict.

    Parameters
    ----------
    theta : ndarray or autodiff.Var, of shape (size,)
        The parameters. A `gdlib.autodiff.Var` gives Vars: a loss written with
        `unflatten` has a gradient by θ.
    shapes : dict of tuple of int
        The shape of each array, such as ``{"W": (3, 2), "b": (2,)}``.

    Returns
    -------
    dict of ndarray
        The arrays by name. To write into one is to write into `theta`.

    Raises
    ------
    TypeError, ValueError
        If a shape is no shape, or `theta` has not the length that they need.

    See Also
    --------
    flatten : Its inverse.

    Examples
    --------
    >>> theta = np.arange(8.0)
    >>> p = unflatten(theta, {"W": (3, 2), "b": (2,)})
    >>> p["b"][0] = 60
    >>> p["W"], theta[6]
    (array([[0., 1.],
           [2., 3.],
           [4., 5.]]), np.float64(60.0))
    """
    lengths = {name: _count(name, shape) for name, shape in shapes.items()}
    total = sum(lengths.values())
    theta = theta if hasattr(theta, "reshape") else np.asarray(theta)
    if theta.shape != (total,):
        raise ValueError(
            f"theta has shape {theta.shape}, but {shapes} needs ({total},)"
        )
    arrays, start = {}, 0
    for name, length in lengths.items():
        arrays[name] = theta[start : start + length].reshape(shapes[name])
        start += length
    return arrays


def clip_by_global_norm(g, limit):
    """Shorten a gradient that is longer than the limit; keep its direction.

    g if ‖g‖ ≤ limit, and g · limit/‖g‖ if not: one norm over all of the parameters, so
    that they keep their proportions (Pascanu, Mikolov & Bengio, 2013).

    Parameters
    ----------
    g : ndarray of shape (size,), or of any other shape
        A gradient. Never modified.
    limit : float
        The greatest length to let pass, in the unit of g.

    Returns
    -------
    ndarray of the shape of g
        `g` itself where it is short enough. So is one that holds a nan or an ∞: it has
        no direction to keep, and whoever descends should get to see it.

    Raises
    ------
    ValueError
        If `limit` is not positive.

    Examples
    --------
    >>> clip_by_global_norm(np.array([30.0, 40.0]), limit=5.0)
    array([3., 4.])
    """
    if not limit > 0:
        raise ValueError(f"limit is {limit!r}; it must be positive: at 0 nothing moves")
    g = np.asarray(g)
    largest = float(abs(g).max(initial=0.0))
    if not 0 < largest < np.inf:
        return g
    u = g / largest  # ‖g‖ would overflow where ‖u‖ does not
    length = float(np.linalg.norm(u))
    return u * (limit / length) if length > limit / largest else g
