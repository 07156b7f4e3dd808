"""Sentences: faults and differences, put into words that help.

`about_fault` turns what Python said into what a teacher would say. `about_shape` and
`about_difference` look at a wrong answer beside the right one and name one fact about
it: a sign, a factor, the first row that is off. None of them gives the answer away.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from gdlib.grading.plain import agree, close, describe
from gdlib.grading.rooms import Fault


# --------------------------------------------------------------------------- faults
def about_fault(name: str, fault: Fault, arguments: int) -> str:
    """Say in a sentence or two why a call of `name` brought no value.

    Parameters
    ----------
    name : str
        The function that was called.
    fault : Fault
        What the room reported.
    arguments : int
        How many arguments the call had.
    """
    if fault.kind == "missing":
        if fault.message:
            return (
                f"There is no `{name}` here, but there is `{fault.message}`: rename "
                "it, and run its cell again."
            )
        return f"There is no `{name}` here yet."
    if fault.kind == "blank":
        return f"`{name}` has no code of its own yet."
    if fault.kind == "not callable":
        return (
            f"`{name}` is {fault.message} now, no longer a function: some cell says "
            f"`{name} = ...`. Give that variable another name and run the cell with "
            f"`def {name}` again."
        )
    if fault.kind == "value":
        return f"`{name}` returned {_period(fault.message)}"
    if fault.kind in ("oracle", "unread"):
        return fault.message
    if fault.kind == "interrupted":
        return (
            f"You stopped `{name}` while it ran. If it seemed to run for ever, look "
            "for a loop whose condition never changes."
        )
    return _about_exception(name, fault, arguments)


def _period(text: str) -> str:
    return text if text.endswith((".", "?")) else text + "."


def where_in(fault: Fault, name: str) -> str:
    """Return "in line 3 of `descend`, `x -= g`", or as much of it as is known."""
    if not fault.line:
        return f"in `{name}`"
    place = f"in line {fault.line} of `{fault.function or name}`"
    return f"{place}, `{fault.code}`" if fault.code else place


def about_syntax(error: SyntaxError) -> str:
    """Say what Python could not read: "line 2, `return x -`: invalid syntax"."""
    code = (error.text or "").strip()
    place = f"line {error.lineno}" + (f", `{code}`" if code else "")
    return f"{place}: {error.msg.rstrip('.')}"


def _about_exception(name: str, fault: Fault, arguments: int) -> str:
    misfit = re.search("positional argument|unexpected keyword", fault.message)
    if fault.type == "TypeError" and misfit and not fault.line:
        noun = "argument" if arguments == 1 else "arguments"
        return (
            f"`{name}` is called with {arguments} {noun}, and your `def` line does not "
            "fit that. Compare it with the line in the text."
        )
    where = where_in(fault, name)
    for advice in _ADVICE:
        match = re.search(advice.pattern, fault.message)
        if match and fault.type in advice.types:
            return f"Python stopped {where}: {advice.text.format(*match.groups())}"
    said = f"{fault.type}, {fault.message}" if fault.message else fault.type
    return f"Python stopped {where}, and said: {_period(said)}"


class _Advice(NamedTuple):
    types: tuple[str, ...]
    pattern: str  # in the message of the exception
    text: str  # {0} is the first group of the pattern


_ADVICE = (
    _Advice(
        ("ValueError",),
        r"truth value of an array",
        "an array was used where one yes or no is needed. A list of comparisons has "
        "no single answer: compare one number, such as `np.linalg.norm(g)`. The larger "
        "of two arrays, entry by entry, is `np.maximum(a, b)`.",
    ),
    _Advice(
        ("ValueError",),
        r"operands could not be broadcast together with shapes (\(.*?\)) (\(.*?\))",
        "shapes {0} and {1} do not fit together. Print both just before that line.",
    ),
    _Advice(
        ("ValueError",),
        r"matmul|not aligned|mismatch in its core dimension",
        "the shapes do not fit a matrix product. Print both just before that line.",
    ),
    _Advice(
        ("ValueError",),
        r"could not broadcast input array from shape (\(.*?\)) into shape (\(.*?\))",
        "something of shape {0} was put into a place of shape {1}.",
    ),
    _Advice(
        ("ValueError",),
        r"setting an array element with a sequence",
        "a whole array was put where one number fits. In a table `x[i]` is a row, not "
        "a number; arithmetic on arrays needs no loop over their entries.",
    ),
    _Advice(
        ("ValueError",),
        r"too many values to unpack",
        "more came back than there are names before the `=`. Print what came; in "
        "`d, *memory = ...` the star takes the rest.",
    ),
    _Advice(
        ("TypeError",),
        r"only integer scalar arrays",
        "an array stands where a whole number fits. Was it `np.max(a, b)`? Its second "
        "argument is an axis; `np.maximum(a, b)` compares two arrays.",
    ),
    _Advice(
        ("TypeError",),
        r"only (length|0-dimensional|size)",
        "a whole array stands where one number fits. `math.sqrt` and `float` take one "
        "number; their NumPy cousins take arrays.",
    ),
    _Advice(
        ("ValueError",),
        r"inhomogeneous|must have same (?:shape|number of dimensions)|match exactly",
        "rows of different shapes were put into one array. Print the shape of each.",
    ),
    _Advice(
        ("UFuncTypeError", "UFuncOutputCastingError"),
        r"",
        "an array of whole numbers cannot take a fraction in place. Make a new array, "
        "as in `x = x - ...`, or start from `np.array(x, dtype=float)`.",
    ),
    _Advice(
        ("NameError",),
        r"name '(\w+)' is not defined",
        "the name `{0}` means nothing here. Is it misspelt, or is the cell that "
        "defines it not run yet?",
    ),
    _Advice(
        ("UnboundLocalError",),
        r"variable '(\w+)'",
        "`{0}` is used before it has a value: on this way through the function, no "
        "line before gave it one.",
    ),
    _Advice(
        ("TypeError",),
        r"'NoneType' object is not (?:callable|iterable|subscriptable)|'NoneType'",
        "something there is None. A function without `return` gives None, and so does "
        "`list.append`.",
    ),
    _Advice(
        ("AttributeError",),
        r"'NoneType' object has no attribute '(\w+)'",
        "the thing before `.{0}` is None. A function without `return` gives None, and "
        "so does `list.append`.",
    ),
    _Advice(
        ("TypeError",),
        r"object of type '(?:float|int|numpy\.\w+)' has no len\(\)",
        "`len` was asked of a single number. Arithmetic on arrays needs no loop over "
        "their entries, and then a number works too.",
    ),
    _Advice(
        ("TypeError",),
        r"'int' object is not iterable",
        "a whole number is no list to run through. To do something n times, write "
        "`for t in range(n):`.",
    ),
    _Advice(
        ("TypeError", "IndexError"),
        r"'(?:float|int)' object is not (?:iterable|subscriptable)|invalid index to "
        r"scalar|'(?:float|int)' object does not support item assignment",
        "a single number was treated as a list. Arithmetic on arrays needs no loop "
        "over their entries, and then a number works too.",
    ),
    _Advice(
        ("TypeError",),
        r"can't multiply sequence by non-int",
        "a Python list cannot be multiplied by a number. Make it an array with "
        "`np.array(...)` first.",
    ),
    _Advice(
        ("TypeError",),
        r"bitwise_xor|unsupported operand type\(s\) for \^",
        "`^` is no power in Python. A power is written `x**2`.",
    ),
    _Advice(
        ("TypeError",),
        r"unsupported operand type\(s\) for .*'(?:function|method)'",
        "a function stands where a number is meant. Call it, as in `grad(x)`.",
    ),
    _Advice(
        ("TypeError",),
        r"unsupported operand type\(s\) for (.+?): '(\w+)' and '(\w+)'",
        "`{0}` has no meaning between a {1} and a {2}. Python lists do no arithmetic; "
        "NumPy arrays do.",
    ),
    _Advice(
        ("TypeError",),
        r"'(numpy\.)?(ndarray|float64|float|int|list|tuple)' object is not callable",
        "round brackets call a function, and this is not one. An index takes square "
        "brackets; a product needs its `*`.",
    ),
    _Advice(
        ("IndexError",),
        r"index (-?\d+) is out of bounds for axis \d+ with size (\d+)",
        "there is no index {0} where the length is {1}, since counting starts at 0. Is "
        "there one row too few, or one turn too many?",
    ),
    _Advice(
        ("IndexError",),
        r"out of range",
        "an index runs past the end. The last of n things has the index n − 1.",
    ),
    _Advice(
        ("IndexError",),
        r"too many indices",
        "there are more indices than the array has axes. Print its shape just before.",
    ),
    _Advice(
        ("AttributeError",),
        r"'list' object has no attribute '(\w+)'",
        "a Python list has no `.{0}`. Make it an array with `np.array(...)` first.",
    ),
    _Advice(("ZeroDivisionError",), r"", "something was divided by zero."),
    _Advice(
        ("RecursionError",),
        r"",
        "the function kept calling itself. A loop takes the next step without a new "
        "call.",
    ),
    _Advice(("MemoryError",), r"", "the memory ran out. Does a list grow for ever?"),
    _Advice(("AssertionError",), r"", "an `assert` of your own did not hold."),
    _Advice(
        ("SystemExit",),
        r"",
        "the function left Python with `exit`. A function ends with `return`.",
    ),
    _Advice(
        ("EOFError",), r"", "nobody is there to answer `input()` while this is checked."
    ),
)


# ---------------------------------------------------------------------- differences
def about_kind(name: str, got, want, *, returned: bool = False) -> str:
    """Say what came back where an array of numbers was needed.

    `returned` says that other calls of the same function did bring a value.
    """
    if got is None and returned:
        return (
            f"`{name}` returned None: in this case it met no `return` on its way, "
            "though in others it did. Which branch is this one for?"
        )
    if got is None:
        return (
            f"`{name}` returned None: it came to its end without a `return`. Printing "
            "shows a value; returning hands it over."
        )
    return f"`{name}` returned {describe(got)}; {describe(np.asarray(want))} is needed."


def about_shape(name: str, got, want) -> str:
    """Say how the shape of an array differs from the one needed."""
    if want.ndim == 0:
        return f"`{name}` returned {describe(got)}; a single number is needed."
    if got.ndim == 0:
        return (
            f"`{name}` returned a single number; an array of shape {want.shape} is "
            "needed."
        )
    text = f"`{name}` returned shape {got.shape}; shape {want.shape} is needed."
    if got.shape == want.shape[::-1]:
        return text + " It is transposed: rows stand where columns belong."
    if got.size == want.size and got.ndim < want.ndim:
        return text + (
            " All the numbers came in one line: `np.append` and `.ravel()` flatten."
        )
    if got.size == want.size and got.ndim > want.ndim:
        return text + (
            " An extra axis of length 1 crept in; `.ravel()` drops it, but better find "
            "where it was born."
        )
    if want.ndim == 1 and got.ndim == 2 and set(got.shape) == set(want.shape):
        return text + (
            f" That is {got.shape[0]} times too much: a column met a row, and NumPy "
            "stretched the two into a table."
        )
    if got.ndim == want.ndim and got.shape[1:] == want.shape[1:]:
        missing = want.shape[0] - got.shape[0]
        word = "missing" if missing > 0 else "too many"
        count = abs(missing)
        noun = "row" if want.ndim > 1 else "entry" if count == 1 else "entries"
        noun += "s" if noun == "row" and count > 1 else ""
        verb = "is" if count == 1 else "are"
        return text + f" So {count} {noun} {verb} {word}."
    return text


def about_difference(got, want, rows: str = "") -> str:
    """Name one fact about a wrong array beside the right one, or return ''.

    Parameters
    ----------
    got, want : ndarray of one shape
        What came back, and what is right.
    rows : str
        What a row is, such as ``"step"``, to say which is the first that is off.
    """
    bad = ~np.isfinite(got)
    if bad.any() and np.isfinite(want).all():
        if got.size == 1:
            return "It is not a finite number."
        kind = "nan, and that is what 0/0 gives" if np.isnan(got).any() else "inf"
        return f"{_some(bad.sum(), got.size)} not finite ({kind})."
    if not np.isfinite(want).all():
        return ""
    if rows and got.ndim and len(got) > 1:
        wrong = [not close(a, b) for a, b in zip(got, want, strict=True)]
        first = wrong.index(True) if True in wrong else 0
        noun = rows.capitalize()
        if first == 1:
            fact = f"{noun} 0 is right; {rows} 1 already is not."
            return f"{fact} {_about_row(got[1], want[1])}".strip()
        if first > 1:
            joint = "and" if first == 2 else "to"
            fact = (
                f"{noun}s 0 {joint} {first - 1} are right; {rows} {first} is the first "
                "that is not."
            )
            return f"{fact} {_about_row(got[first], want[first])}".strip()
    return (
        _about_factor(got, want)
        or _about_order(got, want)
        or _about_row(got, want)
        or _about_entries(got, want)
    )


def _about_row(got, want) -> str:
    if not got.any():
        return "It is still zero." if want.any() else ""
    if np.array_equal(got, np.trunc(want)):
        return "Its fractions are cut off, as they are in an array of integers."
    return ""


def _about_factor(got, want) -> str:
    if not want.any():
        return ""
    if not got.any():
        return "Every entry of it is zero." if got.size > 1 else "It is zero."
    if close(got, -want):
        return "It has the right size and the wrong sign."
    if got.size == 1:
        return ""
    factor = float((got * want).sum() / (want * want).sum())
    if not close(got, factor * want):
        return ""
    if factor < 0:
        return (
            f"It points exactly the opposite way, and is {-factor:.4g} times as long "
            "as it should be."
        )
    return f"It points the right way and is {factor:.4g} times as long as it should be."


def _about_order(got, want) -> str:
    if got.size == 1:
        return ""
    if got.ndim == 2 and got.shape == got.shape[::-1] and close(got.T, want):
        return "It is transposed: rows stand where columns belong."
    if close(abs(got), abs(want)):
        return "All sizes are right, but some signs are not."
    if close(np.sort(got, axis=None), np.sort(want, axis=None)):
        return "The right numbers are there, in another order."
    shift = got - want
    if got.size > 2 and close(shift, np.full_like(shift, shift.mean())):
        return "Every entry is off by the same amount."
    return ""


def _some(count, whole) -> str:
    return f"{count} of its {whole} entries {'is' if count == 1 else 'are'}"


def _about_entries(got, want) -> str:
    right = int(agree(got, want).sum())
    if right and got.size > 1:
        return f"{_some(right, got.size)} right."
    error = float(abs(got - want).max() / abs(want).max()) if want.any() else 1.0
    if error < 0.01:
        return "It is close, within one percent: is something rounded on the way?"
    return ""
