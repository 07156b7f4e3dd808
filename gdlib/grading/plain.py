"""Plain data: the only thing that passes between a question and an answer.

A student's function may return anything: a list, a matrix, an object whose ``==``
always says yes. Before a question looks at it, `plain` copies it into Python's and
NumPy's own types, so that nothing a student wrote runs while the answer is judged.
The same few types can be sent through a pipe, so a question cannot tell a function in
this process from one in a locked room.

Names are bound at import: replacing ``numpy.allclose`` later changes nothing here.
"""

from __future__ import annotations

from numpy import abs as _abs
from numpy import all as _all
from numpy import array as _array
from numpy import (
    bool_,
    complexfloating,
    errstate,
    float64,
    floating,
    generic,
    integer,
    ndarray,
)
from numpy import isfinite as _isfinite
from numpy import isnan as _isnan

LARGEST_ARRAY = 32 * 2**20  # bytes
LARGEST_LIST = 1_000_000  # entries, counted through all levels
DEEPEST = 12  # lists inside lists


class NotPlainError(TypeError):
    """A value that cannot be judged; its message completes "… returned"."""


def plain(value):
    """Copy a value into None, bool, int, float, complex, str, ndarray, list, dict.

    Parameters
    ----------
    value : object
        Anything. Subclasses of the types above become the types above; NumPy scalars
        become Python numbers; tuples stay tuples.

    Returns
    -------
    object
        A copy that shares no memory with `value`.

    Raises
    ------
    NotPlainError
        If there is something else in it. The message says what, and what to do.
    """
    return _copy(value, depth=0, budget=[LARGEST_LIST])


def _copy(value, depth, budget):
    budget[0] -= 1
    if budget[0] < 0:
        raise NotPlainError(f"a list of more than {LARGEST_LIST:,} numbers")
    if depth > DEEPEST:
        raise NotPlainError("a list inside a list inside a list, too deep to follow")
    if value is None or type(value) in (bool, int, float, complex, str):
        return value
    if isinstance(value, ndarray):
        return _plain_array(value)
    if isinstance(value, generic):
        return _plain_scalar(value)
    for exact in (int, float, complex, str):  # a subclass may lie: read the base value
        if isinstance(value, exact):
            return _base_value(value, exact)
    for exact in (list, tuple):
        if isinstance(value, exact):
            entries = exact.__iter__(value)
            return exact(_copy(entry, depth + 1, budget) for entry in entries)
    if isinstance(value, dict):
        return {
            _copy(key, depth + 1, budget): _copy(entry, depth + 1, budget)
            for key, entry in dict.items(value)
        }
    raise NotPlainError(_what_it_is(value))


def _base_value(value, exact):
    if exact is int:
        return int.__int__(value)
    if exact is float:
        return float.__float__(value)
    if exact is complex:
        return complex.__complex__(value)
    return str.__str__(value)


def _plain_array(value):
    exact = _array(value, subok=False)
    kind = exact.dtype.kind
    if kind == "O":
        raise NotPlainError(
            "an array of objects: its rows have different lengths, or something in "
            "it is not a number"
        )
    if kind not in "biufc":
        raise NotPlainError("an array that holds something other than numbers")
    if exact.nbytes > LARGEST_ARRAY:
        raise NotPlainError(f"an array of shape {exact.shape}, too large to look at")
    if exact.dtype.itemsize > 8 and kind == "f":
        exact = exact.astype(float64)  # extended precision is not portable
    return exact


def _plain_scalar(value):
    for abstract, exact in (
        (bool_, bool),
        (integer, int),
        (floating, float),
        (complexfloating, complex),
        (str, str),
    ):
        if isinstance(value, abstract):
            return exact(_array(value).item())
    raise NotPlainError(f"a NumPy {_name_of(type(value))}, which is not a number")


def _name_of(cls) -> str:
    name = type.__dict__["__name__"].__get__(cls)
    return "".join(c for c in name if c.isprintable())[:40]


def _what_it_is(value) -> str:
    """Say what an unreadable value is, and how to make it readable."""
    name = _name_of(type(value))
    if value is Ellipsis:
        return "`...`: the dots still wait for your code"
    if name == "generator":
        return (
            "a generator, from a `yield` or from round brackets around a `for`: "
            "collect the values in a list and return that"
        )
    if name in ("function", "method", "builtin_function_or_method", "type"):
        return "a function, not its result: a pair of parentheses may be missing"
    if name in ("range", "map", "zip", "filter", "set", "frozenset", "deque"):
        return f"a {name}: put `list(...)` around it"
    article = "an" if name[:1] in "aeiouAEIOU" else "a"
    return f"{article} {name}: numbers, lists and NumPy arrays can be judged"


def numbers(value):
    """Return plain data as an array of numbers, or None if it is not one.

    Lists count as arrays, and so do tuples, if all their rows have one length.
    """
    if isinstance(value, ndarray):
        return value
    if isinstance(value, (str, dict)) or value is None:
        return None
    try:
        result = _array(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return result if result.dtype.kind in "biufc" else None


def close(a, b, *, rtol=1e-6, atol=None) -> bool:
    """Whether two arrays of numbers have one shape and nearly the same entries.

    NaN equals NaN and inf equals inf: the caller decides whether they are welcome.

    Parameters
    ----------
    a, b : ndarray of any shape
        Numbers; `b` is the measure.
    rtol : float
        Allowed error relative to each entry of `b`.
    atol : float, optional
        Allowed error beside that. Default: `rtol` times the largest entry of `b`.
    """
    return a.shape == b.shape and bool(_all(agree(a, b, rtol=rtol, atol=atol)))


def agree(a, b, *, rtol=1e-6, atol=None):
    """Entry by entry, where two arrays of one shape agree (see `close`)."""
    finite = _isfinite(b)
    if atol is None:
        atol = rtol * max(_abs(b[finite]).max(initial=0), 1e-300)
    with errstate(all="ignore"):  # inf - inf
        same = (a == b) | (_isnan(a) & _isnan(b))
        return same | (finite & (_abs(a - 1.0 * b) <= atol + rtol * _abs(b)))


def alike(a, b, *, rtol=1e-6) -> bool:
    """Whether two plain values are the same, numbers up to rounding.

    Rounding is measured by the largest entry of an array or list. The members of a
    tuple are things of different sizes, such as a step and its memory: each has its
    own measure.
    """
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(
            alike(one, other, rtol=rtol) for one, other in zip(a, b, strict=True)
        )
    first, second = numbers(a), numbers(b)
    if first is not None and second is not None:
        return close(first, second, rtol=rtol)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(
            alike(one, other, rtol=rtol) for one, other in zip(a, b, strict=True)
        )
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[k], b[k], rtol=rtol) for k in a)
    return type(a) is type(b) and a == b


def describe(value) -> str:
    """Name a plain value without its numbers: "an array of shape (3, 1)"."""
    if isinstance(value, ndarray):
        if value.ndim == 0:
            return "a single number"
        return f"an array of shape {value.shape}"
    if value is None:
        return "None"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float, complex)):
        return "a single number"
    if isinstance(value, str):
        short = value if len(value) <= 30 else value[:27] + "..."
        return f'the text "{" ".join(short.split())}"'
    if isinstance(value, dict):
        return "a dictionary"
    kind = "a list" if isinstance(value, list) else "a tuple"
    count = len(value)
    if count == 0:
        return f"an empty {kind[2:]}"
    return f"{kind} of {count} {'thing' if count == 1 else 'things'}"
