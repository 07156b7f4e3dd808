"""A Var: an array that remembers how it was made, and computes as the array does.

Its operators are the `operations`. Where NumPy's own functions are given a Var, their
namesakes there answer; what has none says so, before a slope is lost.
"""

import operator
from functools import cache

from gdlib.autodiff import operations
from gdlib.autodiff.tape import Recorded, value_of

NAMESAKES = """absolute add concatenate cos divide exp log logaddexp matmul max maximum
    mean multiply negative norm power reshape sin sqrt stack subtract sum tanh transpose
    where"""
WITHOUT_SLOPE = """argmax argmin equal greater greater_equal isfinite isnan less
    less_equal ndim not_equal ones_like shape sign size zeros_like"""
IN_PLACE = (
    "a Var takes part in no assignment in place: its slope would be lost. Build a new "
    "array with where, stack or concatenate of gdlib.autodiff"
)
NOT_PLAIN = (
    "a Var cannot become a plain number or array on the way: its slope would be lost. "
    "Use functions of gdlib.autodiff, such as exp or stack; .value has the numbers"
)


def _swapped(operation):
    return lambda self, x: operation(x, self)


def _comparison(compare):
    return lambda self, x: compare(self.value, value_of(x))


class Var(Recorded):
    """An array that remembers how it was made, and computes as the array does.

    ``x.value`` has the plain numbers. Comparisons give plain arrays, so that ``if``,
    ``while`` and `where` work. Nothing can be assigned to a part of it: what was used
    must not change.
    """

    __slots__ = ()

    def __repr__(self):
        return f"Var({self.value})"

    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    dtype = property(lambda self: self.value.dtype)
    T = property(operations.transpose)

    __add__ = __radd__ = operations.add
    __sub__, __rsub__ = operations.subtract, _swapped(operations.subtract)
    __mul__ = __rmul__ = operations.multiply
    __truediv__, __rtruediv__ = operations.divide, _swapped(operations.divide)
    __pow__, __rpow__ = operations.power, _swapped(operations.power)
    __matmul__, __rmatmul__ = operations.matmul, _swapped(operations.matmul)
    __neg__, __abs__ = operations.negative, operations.absolute
    __getitem__ = operations.part
    sum, mean, max = operations.sum, operations.mean, operations.max
    reshape, transpose = operations.reshape, operations.transpose

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


@cache
def _namesake(function, method="__call__", in_place=False):
    """Find what stands in for a function of NumPy that was given a Var."""
    name = function.__name__ + (f".{method}" if method != "__call__" else "")
    if in_place:
        raise TypeError(IN_PLACE)
    if name in NAMESAKES.split():
        return getattr(operations, name)
    if name in WITHOUT_SLOPE.split():
        return lambda *args, **options: function(*map(value_of, args), **options)
    raise TypeError(
        f"NumPy's {name} takes no Var; gdlib.autodiff has logsumexp, relu, sigmoid, "
        + ", ".join(NAMESAKES.split())
    )
