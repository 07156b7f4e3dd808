"""Questions and their known mistakes.

A question is a function of a session that judges an answer in parts. A *mistake* is
runnable wrong code: put in the student's place, it shows the same evidence as a
student who made it, and that is how an answer gets its diagnosis.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from numpy import errstate

from gdlib.grading.rooms import LocalRoom, Room
from gdlib.grading.session import Part, Session

_REGISTRY: dict[str, Question] = {}


@dataclass(frozen=True, eq=False)
class Mistake:
    """A wrong answer that people give, and what a good teacher says to it.

    Parameters
    ----------
    id : str
        A short name, such as ``"ascent"``.
    code : callable or dict
        The wrong function, with the signature of the right one; for a question that
        needs several functions, all of them by name.
    text : str or callable
        What the student reads. In a string, ``{name}`` stands for a number of this
        case (`Session.note`); a callable gets those numbers as a dict.
    """

    id: str
    code: Callable | dict[str, Callable]
    text: str | Callable[[dict], str]

    def sentence(self, facts: dict) -> str:
        """Return the text for one case."""
        if callable(self.text):
            return self.text(facts)
        return self.text.format_map(facts)


@dataclass(frozen=True, eq=False)
class Question:
    """One exercise: how it is judged, and what is known about answers to it.

    Attributes
    ----------
    id : str
        ``"<chapter>.<question>"``.
    points : float
        The sum over its parts.
    needs : str or tuple of str
        The function or functions a student writes.
    judge : callable
        Takes a `Session`.
    mistakes : tuple of Mistake
        Wrong answers with a diagnosis.
    right : tuple
        Differently written answers that get full marks, like `Mistake.code`.
    hints : tuple of str
        Shown one after the other when the check fails again.
    start : str
        The sentence for someone who has not begun.
    well_done : str
        The sentence for full marks: one more interesting thing.
    """

    id: str
    points: float
    needs: str | tuple[str, ...]
    judge: Callable[[Session], None] = field(repr=False)
    mistakes: tuple[Mistake, ...] = field(default=(), repr=False)
    right: tuple = field(default=(), repr=False)
    hints: tuple[str, ...] = field(default=(), repr=False)
    start: str = field(default="", repr=False)
    well_done: str = field(default="", repr=False)

    @property
    def chapter(self) -> str:
        """The part of the id before the first dot."""
        return self.id.partition(".")[0]

    def names(self) -> tuple[str, ...]:
        """Return the names of all functions it needs."""
        return (self.needs,) if isinstance(self.needs, str) else tuple(self.needs)

    def namespace(self, code) -> dict[str, Callable]:
        """Return a namespace that holds `code` (see `Mistake.code`)."""
        return dict(code) if isinstance(code, dict) else {self.names()[0]: code}

    def room(self, code) -> LocalRoom:
        """Return a quiet room that holds `code`."""
        return LocalRoom(self.namespace(code), quiet=True)

    def run(self, room: Room, seed: int) -> list[Part]:
        """Judge the functions of one room on the data of one seed."""
        session = Session(room, seed)
        with errstate(all="ignore"):  # a run that overflows is a lesson, not a warning
            self.judge(session)
        total = sum(part.points for part in session.parts)
        if total != self.points:
            raise ValueError(
                f"the parts of {self.id} add to {total} points, but it declares "
                f"{self.points}: change points= in @question or in its parts"
            )
        return session.parts


def question(
    id: str,
    *,
    points: float,
    needs: str | tuple[str, ...],
    mistakes: Sequence[Mistake] = (),
    right: Sequence = (),
    hints: Sequence[str] = (),
    start: str = "",
    well_done: str = "",
) -> Callable[[Callable[[Session], None]], Question]:
    """Make a question of a function that judges a session; see `Question`."""

    def register(judge: Callable[[Session], None]) -> Question:
        known = _REGISTRY.get(id)
        if known is not None and known.judge.__module__ != judge.__module__:
            raise ValueError(f"two questions are called {id!r}: rename one of them")
        made = Question(
            id,
            points,
            needs,
            judge,
            tuple(mistakes),
            tuple(right),
            tuple(hints),
            start,
            well_done,
        )
        _REGISTRY[id] = made
        return made

    return register


def questions() -> dict[str, Question]:
    """Return all questions of `gdlib.checks`, by id."""
    import gdlib.checks

    for module in pkgutil.iter_modules(gdlib.checks.__path__, "gdlib.checks."):
        importlib.import_module(module.name)
    return dict(_REGISTRY)


def find(id: str) -> Question:
    """Return one question.

    Raises
    ------
    ValueError
        If there is none of that id; the message names the nearest.
    """
    if id in _REGISTRY:
        return _REGISTRY[id]
    known = questions()
    if isinstance(id, str) and id in known:
        return known[id]
    raise ValueError(_unknown(id, known))


def _unknown(id, known: dict[str, Question]) -> str:
    chapter, _, name = str(id).partition(".")
    tails = [other for other in known if other.partition(".")[2] in (chapter, name)]
    near = tails or difflib.get_close_matches(str(id), known, n=2, cutoff=0.75)
    near = near or [other for other in known if other.startswith(chapter + ".")]
    advice = f"Did you mean {_either(near)}?" if near else f"There are {_all(known)}."
    return f"there is no question {id!r}. {advice}"


def _either(ids: Sequence[str]) -> str:
    quoted = [repr(id) for id in ids]
    return " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def _all(known: dict[str, Question]) -> str:
    return ", ".join(map(repr, known)) or "none at all"


def seed_for(assignment, student: str, question: str) -> int:
    """Return the seed of one student's data for one question.

    The same three always give the same numbers; change one, and all numbers change.
    """
    text = "\x1f".join((str(assignment), student, question))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
