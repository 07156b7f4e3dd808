"""Rooms: where a student's function is called, and what may pass through the door.

A question never holds the student's function. It hands a name and plain arguments to a
room, and gets a `Reply` of plain data: what came back, what the arguments look like
now, and what went wrong, if anything did. `LocalRoom` is the notebook's own process;
any object with the same `call` can stand in its place, such as one that asks a worker
on the far side of a pipe.

A function handed to the student (a gradient) is an `Oracle`. It stays on this side,
answers, and remembers every point it was asked about.
"""

from __future__ import annotations

import contextlib
import difflib
import dis
import io
import linecache
import os
import re
import sysconfig
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any, NamedTuple, Protocol

import numpy
from numpy import errstate

from gdlib.grading.plain import NotPlainError, describe, numbers, plain

REMEMBERED = 1000  # points an oracle keeps; it counts the rest


@dataclass(frozen=True)
class Fault:
    """Why a call brought no value, in plain data.

    Attributes
    ----------
    kind : str
        ``"missing"`` (no such name; `message` holds a near miss), ``"blank"`` (not
        written yet), ``"not callable"``, ``"raised"``, ``"value"`` (the result cannot
        be judged; `message` completes "… returned"), ``"oracle"`` (a lent function
        refused; `message` is a sentence), ``"unread"`` (the latest version does not
        compile; `message` is a sentence) or ``"interrupted"``.
    type, message : str
        Of the exception, or as above.
    line : int
        Line within the student's function, counted from its ``def``; 0 if unknown.
    function, code : str
        Name of that function and the text of that line.
    """

    kind: str
    type: str = ""
    message: str = ""
    line: int = 0
    function: str = ""
    code: str = ""


class Reply(NamedTuple):
    """What a room answers: a value or a fault, and the arguments after the call."""

    value: Any
    args_after: tuple
    error: Fault | None = None


class Room(Protocol):
    """Anything that can call a student's function by its name."""

    def call(self, name: str, args: tuple, kwargs: dict) -> Reply:
        """Call the function with plain arguments and oracles."""


@dataclass(frozen=True)
class Unread:
    """Stands in a namespace for a function whose latest version does not compile."""

    sentence: str


class OracleStop(BaseException):
    """A lent function stops its caller; the message is a sentence for the student."""


@dataclass
class Oracle:
    """A function lent to the student, which remembers where it was asked.

    Parameters
    ----------
    function : callable
        Takes one array, returns one array.
    name : str
        What the student calls it, for the sentences.
    shape : tuple of int, optional
        The shape every point must have.
    limit : int
        Calls after which it stops the caller: far more than can be meant.
    beyond : str
        What it says then; '' for a sentence that fits any loop.

    Attributes
    ----------
    count : int
        Calls so far.
    points : list of ndarray
        The points asked, in order; only the first 1000 are kept.
    """

    function: Callable
    name: str = "grad"
    shape: tuple[int, ...] | None = None
    limit: int = 10_000
    beyond: str = ""
    count: int = 0
    points: list = field(default_factory=list)

    def ask(self, *args):
        """Answer at one point, which is plain data already."""
        if self.count >= self.limit:
            raise OracleStop(
                self.beyond
                or f"`{self.name}` was called {self.limit:,} times and there was no "
                "end in sight: a loop does not stop. Does its counter move?"
            )
        self.count += 1
        if len(args) != 1:
            raise OracleStop(
                f"`{self.name}` takes one thing, the point x; it was given {len(args)}."
            )
        point = numbers(args[0])
        if point is None:
            raise OracleStop(
                f"`{self.name}` was asked about {describe(args[0])}; it needs the "
                "point x, an array of numbers."
            )
        if self.shape is not None and point.shape != self.shape:
            raise OracleStop(
                f"`{self.name}` was asked about {describe(point)}; the point x has "
                f"shape {self.shape}."
            )
        if len(self.points) < REMEMBERED:
            self.points.append(point)
        return plain(self.function(point))


class LocalRoom:
    """The room in this process: the functions of a namespace.

    Parameters
    ----------
    namespace : dict
        Names and what they mean, such as a notebook's globals.
    quiet : bool
        Swallow what the functions print.
    """

    def __init__(self, namespace: dict, *, quiet: bool = False):
        self._namespace = namespace
        self._quiet = quiet

    def call(self, name: str, args: tuple = (), kwargs: dict | None = None) -> Reply:
        """Call a function by its name with copies of plain arguments.

        Overflow and other numerical warnings stay silent: they cost no points.
        """
        if name not in self._namespace:
            return Reply(None, (), Fault("missing", message=self._near(name)))
        function = self._namespace[name]
        if isinstance(function, Unread):
            return Reply(None, (), Fault("unread", message=function.sentence))
        if function is None or function is Ellipsis:
            return Reply(None, (), Fault("blank"))
        if not callable(function):
            return Reply(None, (), Fault("not callable", message=_describe(function)))
        lent = tuple(_lend(argument) for argument in args)
        lent_too = {key: _lend(argument) for key, argument in (kwargs or {}).items()}
        value, error = None, None
        with contextlib.ExitStack() as around:
            around.enter_context(errstate(all="ignore"))
            around.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            if self._quiet:
                around.enter_context(contextlib.redirect_stdout(io.StringIO()))
            try:
                value = function(*lent, **lent_too)
                if value is Ellipsis or (value is None and _is_empty(function)):
                    error, value = Fault("blank"), None
                else:
                    value = plain(value)
            except NotPlainError as reason:
                error, value = Fault("value", message=str(reason)), None
            except BaseException as exception:
                error, value = _fault(exception), None
        return Reply(value, tuple(_after(argument) for argument in lent), error)

    def _near(self, name: str) -> str:
        """Return the closest function name of the namespace, or ''."""
        known = [
            other
            for other, value in list(self._namespace.items())
            if isinstance(value, FunctionType) and not str(other).startswith("_")
        ]
        folded = {other.lower().replace("_", ""): other for other in known}
        wanted = name.lower().replace("_", "")
        near = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.8)
        return folded[near[0]] if near else ""


def _lend(argument):
    """Copy an argument for the student; a callable becomes a bare function."""
    if not isinstance(argument, Oracle):
        return plain(argument)

    def lent(*args):
        try:
            args = tuple(plain(entry) for entry in args)
        except NotPlainError as reason:
            raise OracleStop(f"`{argument.name}` was given {reason}.") from None
        return argument.ask(*args)

    lent.__name__ = argument.name
    return lent


def _after(argument):
    """Copy an argument after the call; None if it was a function or is no data now."""
    try:
        return plain(argument)
    except NotPlainError:
        return None


def _describe(value) -> str:
    try:
        return describe(plain(value))
    except NotPlainError as reason:
        return str(reason)


_DOES_NOTHING = {
    "RESUME",
    "NOP",
    "LOAD_CONST",
    "POP_TOP",
    "RETURN_CONST",
    "RETURN_VALUE",
}


def _is_empty(function) -> bool:
    """Whether a function has no body yet: ``...``, ``pass`` or a docstring."""
    code = getattr(function, "__code__", None)
    return (
        isinstance(code, CodeType)
        and {step.opname for step in dis.get_instructions(code)} <= _DOES_NOTHING
    )


# ------------------------------------------------------------------- exceptions

_LIBRARIES = tuple(
    os.path.join(folder, "")
    for folder in (
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("purelib"),
        os.path.dirname(numpy.__file__),
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
    )
    if folder
)


def _fault(exception: BaseException) -> Fault:
    """Describe an exception by the last line of the student's own code."""
    if isinstance(exception, KeyboardInterrupt):
        return Fault("interrupted")
    if isinstance(exception, NotImplementedError):
        return Fault("blank")
    try:
        message = " ".join(str(exception).split())
    except BaseException:
        message = ""
    message = re.sub(r" at 0x[0-9a-fA-F]+", "", message)[:200]
    if isinstance(exception, TypeError) and "ellipsis" in message:
        return Fault("blank")
    kind = "oracle" if isinstance(exception, OracleStop) else "raised"
    name = type(exception).__name__.lstrip("_")
    frames = list(traceback.walk_tb(exception.__traceback__))[1:]
    return Fault(kind, name, message, *student_line(reversed(frames)))


def student_line(frames) -> tuple[int, str, str]:
    """Return line, function and code of the innermost frame that a student wrote.

    Parameters
    ----------
    frames : iterable of (frame, int)
        Frames and line numbers, innermost first.
    """
    for frame, number in frames:
        code = frame.f_code
        if (
            code.co_filename.startswith((*_LIBRARIES, "<frozen "))
            or frame.f_globals is globals()
        ):
            continue
        text = linecache.getline(code.co_filename, number).strip()
        name = "" if code.co_name.startswith("<") else code.co_name
        return number - code.co_firstlineno + 1, name, text[:80]
    return 0, "", ""
