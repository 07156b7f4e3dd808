"""The session: what a question sees while it judges one answer.

A question is a function of a session `s`. It draws its data from `s.rng`, calls the
student's function with `s.call`, and judges in parts::

    with s.part("the step", points=2):
        x = s.rng.normal(size=4)
        s.expect_close(s.call("one_step", x, g, 0.1), x - 0.1 * g, otherwise="...")

A part that fails costs its own points only; the next one runs all the same, on data
that do not depend on what happened before. Every call is kept as evidence: the known
mistakes are recognised by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdlib.grading.plain import alike, close, describe, numbers, plain
from gdlib.grading.rooms import Fault, Oracle, Room
from gdlib.grading.sentences import (
    about_difference,
    about_fault,
    about_kind,
    about_shape,
)

_default_rng = np.random.default_rng


class PartFailedError(Exception):
    """Ends a part without its points; the message is what the student reads.

    Two parts that failed for one `reason` need it told only once.
    """

    def __init__(self, message: str, reason: str = ""):
        super().__init__(message)
        self.reason = reason or message


class CallFailedError(PartFailedError):
    """Ends a part because the student's function brought no value."""

    def __init__(self, message: str, fault: Fault):
        super().__init__(message, f"{fault.kind} {fault.type} {fault.line}")
        self.fault = fault


@dataclass(frozen=True)
class Evidence:
    """All that one call of the student's function showed."""

    name: str
    value: Any
    after: tuple
    fault: tuple[str, str, str] | None
    asked: tuple[tuple[int, list], ...]

    def matches(self, other: Evidence) -> bool:
        """Whether two calls showed the same, numbers up to rounding."""
        return (
            self.name == other.name
            and self.fault == other.fault
            and alike(self.value, other.value)
            and alike(self.after, other.after)
            and alike(self.asked, other.asked)
        )


@dataclass
class Part:
    """One part of a question: its points, and what was seen while it was judged.

    Use it as a context manager: whatever goes wrong inside costs this part only.
    """

    name: str
    points: float
    passed: bool = False
    text: str = ""
    reason: str = ""
    fault: Fault | None = None
    facts: dict = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.passed = True
        elif isinstance(error, PartFailedError):
            self.text, self.reason = str(error), error.reason
            self.fault = getattr(error, "fault", None)
        elif isinstance(error, Exception) and self.evidence:
            last = self.evidence[-1]
            self.text = (
                f"`{last.name}` returned {describe(last.value)}, and this question "
                "cannot read it. Compare it with what the text asks for."
            )
        else:
            return False
        return True

    def matches(self, other: Part) -> bool:
        """Whether two answers showed the same in this part."""
        return len(self.evidence) == len(other.evidence) and all(
            mine.matches(theirs)
            for mine, theirs in zip(self.evidence, other.evidence, strict=True)
        )


class Session:
    """One answer, being judged: data, calls, parts and expectations.

    Parameters
    ----------
    room : Room
        Where the student's functions are called.
    seed : int
        Decides all numbers that are drawn.

    Attributes
    ----------
    rng : numpy.random.Generator
        Source of the data. Each part gets a fresh one, so that its numbers do not
        depend on how the parts before it went.
    after : tuple
        What the arguments of the last call looked like when it was over.
    parts : list of Part
        The parts so far.
    """

    def __init__(self, room: Room, seed: int):
        self.parts: list[Part] = []
        self.after: tuple = ()
        self._before: tuple = ()
        self._name = ""
        self._room = room
        self._seed = seed
        self._open: Part | None = None
        self._facts: dict = {}
        self._interrupted = False
        self.rng = _default_rng([seed, 0])

    def part(self, name: str, points: float = 1) -> Part:
        """Open a part: ``with s.part("the step", points=2): ...``."""
        self._open = Part(name, points, facts=dict(self._facts))
        self.parts.append(self._open)
        self.rng = _default_rng([self._seed, len(self.parts)])
        return self._open

    def note(self, **facts):
        """Keep numbers of this case, which the sentences may use as ``{name}``."""
        kept = self._open.facts if self._open else self._facts
        kept.update(facts)

    def oracle(
        self,
        function: Callable,
        *,
        name: str = "grad",
        shape: tuple[int, ...] | None = None,
        limit: int = 10_000,
        beyond: str = "",
    ) -> Oracle:
        """Wrap a function of one array to be lent to the student (see `Oracle`)."""
        return Oracle(function, name, shape, limit, beyond)

    def call(self, name: str, *args, **kwargs):
        """Call a student's function with copies of the arguments.

        Returns
        -------
        object
            Plain data (see `gdlib.grading.plain`).

        Raises
        ------
        PartFailedError
            If no value came back. The part that is open takes it as its verdict.
        """
        if self._open is None:
            raise RuntimeError(f"call {name!r} inside `with s.part(...)`")
        if self._interrupted:
            raise CallFailedError("Not run: you had stopped.", Fault("interrupted"))
        oracles = [a for a in args if isinstance(a, Oracle)]
        starts = [(oracle.count, len(oracle.points)) for oracle in oracles]
        self._before = tuple(None if isinstance(a, Oracle) else plain(a) for a in args)
        reply = self._room.call(name, args, kwargs)
        fault = reply.error
        self._name = name
        self.after = reply.args_after
        self._open.evidence.append(
            Evidence(
                name,
                reply.value,
                reply.args_after,
                None if fault is None else (fault.kind, fault.type, fault.message),
                tuple(
                    (oracle.count - count, oracle.points[kept:])
                    for oracle, (count, kept) in zip(oracles, starts, strict=True)
                ),
            )
        )
        if fault is not None:
            self._interrupted = fault.kind == "interrupted"
            given = len(args) + len(kwargs)
            raise CallFailedError(about_fault(name, fault, given), fault)
        return reply.value

    # ------------------------------------------------------------- expectations
    def expect(self, holds, otherwise: str):
        """End the part with the sentence `otherwise` unless `holds` is true."""
        if not holds:
            raise PartFailedError(self._fill(otherwise))

    def expect_close(
        self,
        got,
        want,
        otherwise: str,
        *,
        rows: str = "",
        rtol: float = 1e-6,
        atol: float | None = None,
        explain: bool = True,
    ):
        """Expect an array of numbers, up to rounding.

        What the student reads is `otherwise` and one fact that helps: a shape, a
        sign, a factor, the first row that is off. Never the value itself.

        Parameters
        ----------
        got : object
            What came back. Lists of numbers count as arrays.
        want : array_like
            What is right.
        otherwise : str
            One or two sentences for the case that the numbers differ.
        rows : str
            What a row is, such as ``"step"``.
        rtol, atol : float
            See `gdlib.grading.plain.close`.
        explain : bool
            Add the fact. Leave it out where another part has told it already.
        """
        want = np.asarray(want, dtype=float)
        got = self.array(got, want.shape)
        if not close(got, want, rtol=rtol, atol=atol):
            fact = about_difference(got, want, rows) if explain else ""
            raise PartFailedError(f"{self._fill(otherwise)} {fact}".strip(), fact)

    def expect_untouched(self, otherwise: str):
        """Expect that the last call left its arguments as they were."""
        same = all(
            alike(was, now, rtol=0.0)
            for was, now in zip(self._before, self.after, strict=True)
        )
        self.expect(same, otherwise)

    # ------------------------------------------------------------------ reading
    def array(self, got, shape: tuple[int, ...] | None = None) -> np.ndarray:
        """Read what came back as an array of numbers, of a shape if one is given."""
        array = numbers(got)
        if array is None or array.dtype.kind == "b":
            want = np.zeros(shape if shape is not None else 2)
            raise PartFailedError(self._about_kind(got, want), "kind")
        if array.dtype.kind == "c":
            raise PartFailedError(f"`{self._name}` returned complex numbers.")
        if shape is not None and array.shape != shape:
            want = np.zeros(shape)
            if isinstance(got, tuple) and any(isinstance(a, np.ndarray) for a in got):
                raise PartFailedError(self._about_kind(got, want), "kind")
            raise PartFailedError(about_shape(self._name, array, want), "shape")
        return array.astype(float)

    def unpack(self, got, names: str):
        """Read what came back as several things, such as ``"x, status"``."""
        count = names.count(",") + 1
        if isinstance(got, (list, tuple)) and len(got) == count:
            return got
        if got is None:
            raise PartFailedError(self._about_kind(got, 0.0))
        raise PartFailedError(
            f"`{self._name}` returned {describe(got)}; its last line "
            f"should be `return {names}`, which gives {count} things."
        )

    def _about_kind(self, got, want) -> str:
        returned = any(
            shown.name == self._name and shown.value is not None
            for part in self.parts
            for shown in part.evidence
        )
        return about_kind(self._name, got, want, returned=returned)

    def _fill(self, text: str) -> str:
        facts = self._open.facts if self._open else self._facts
        return text.format_map(facts)
