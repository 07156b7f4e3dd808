"""Practice: the one function a student meets.

`check` takes the student's functions from the notebook that calls it, asks one
question, and gives back a `Result`. The numbers are the same each time, so the text
is too. The first failing check says what is wrong; the next one also says where to
look, and all after it where to read as well.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Callable, Mapping

from gdlib.grading.diagnosis import grade, is_blank, was_interrupted
from gdlib.grading.questions import Question, find, seed_for
from gdlib.grading.results import Feedback, Result
from gdlib.grading.rooms import LocalRoom, Unread
from gdlib.grading.sentences import about_syntax
from gdlib.grading.session import Part

_failures: dict[str, int] = {}  # question id -> failing checks in this session

AGAIN = "The same cause as above."
DEF = re.compile(r"^\s*def\s+(\w+)", re.MULTILINE)


def check(id: str, namespace: Mapping | None = None, *, seed="practice") -> Result:
    """Check an answer and say what is right, and what is not yet.

    Parameters
    ----------
    id : str
        ``"<chapter>.<question>"``, such as ``"definition.one_step"``.
    namespace : dict, optional
        The functions by name. Default: the names of the calling notebook.
    seed : int or str
        Change it to practise on other numbers.

    Returns
    -------
    Result
        Its `score`, `points` and `feedback`; in a notebook it shows as a card.

    Raises
    ------
    ValueError
        If there is no such question; the message names the nearest.

    Examples
    --------
    >>> from gdlib.grading import check
    >>> def one_step(x, g, learning_rate):
    ...     return x - learning_rate * g
    >>> check("definition.one_step", {"one_step": one_step}).score
    5
    """
    question = find(id)
    own = namespace is None
    names = sys._getframe(1).f_globals if own else namespace
    if not isinstance(names, Mapping):
        raise TypeError(
            f"check takes functions by name, such as {{{question.names()[0]!r}: f}}; "
            f"it was given a {type(names).__name__}"
        )
    room = _rooms({**names, **(_unread(names.get("In")) if own else {})})
    try:
        result = judge(question, room, seed=seed_for(seed, "", id))
    except KeyboardInterrupt:
        feedback = (Feedback("the check", 0, question.points, None, STOPPED),)
        return Result(id, 0, question.points, feedback)
    return _with_hint(question, result) if own else result


STOPPED = "You stopped the check before it was done. Run the cell again."


def _unread(inputs) -> dict[str, Unread]:
    """Return the functions whose latest version Python could not read.

    Parameters
    ----------
    inputs : list of str
        What was run, in order, such as IPython's ``In``; anything else tells nothing.
    """
    latest: dict[str, str] = {}
    for source in inputs if isinstance(inputs, list) else ():
        latest |= dict.fromkeys(DEF.findall(source), source)
    found = {}
    for name, source in latest.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(source, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
        except SyntaxError as error:
            found[name] = Unread(
                f"The cell with `def {name}` could not be read, {about_syntax(error)}. "
                "Mend that and run it again; until then there is nothing new to judge."
            )
    return found


def _rooms(names: dict) -> Callable[[bool], LocalRoom]:
    return lambda quiet: LocalRoom(names, quiet=quiet)


def judge(question: Question, room: Callable, *, seed: int) -> Result:
    """Grade one answer (see `gdlib.grading.diagnosis.grade`) and word the result."""
    parts, causes = grade(question, room, seed=seed)
    score = sum(part.points for part in parts if part.passed)
    blank = all(map(is_blank, parts))
    feedback, said = [], set()
    for k, part in enumerate(parts):
        cause = causes.get(k)
        text = cause.sentence(part.facts) if cause else part.text
        reason = cause or part.reason or text
        feedback.append(
            Feedback(
                part.name,
                part.points if part.passed else 0,
                part.points,
                cause.id if cause else None,
                AGAIN if reason in said and not was_interrupted(part) else text,
            )
        )
        if reason:
            said.add(reason)
    headline = _headline(question, parts, blank, score)
    return Result(
        question.id, score, question.points, tuple(feedback), headline, "", blank
    )


def _headline(question: Question, parts: list[Part], blank: bool, score: float) -> str:
    if blank:
        if parts[0].fault and parts[0].fault.message:  # nearly right, or unreadable
            return parts[0].text
        name = question.names()[0]
        begin = question.start or f"Write `{name}`, run its cell, then run this one."
        return f"Nothing here yet. {begin}"
    return question.well_done if score == question.points else ""


def _with_hint(question: Question, result: Result) -> Result:
    """Add the next hint if this question has failed before in this session."""
    if result.blank:
        return result
    if result.full:
        _failures.pop(question.id, None)
        return result
    before = _failures.get(question.id, 0)
    _failures[question.id] = before + 1
    if not before or not question.hints:
        return result
    hint = " ".join(question.hints[:before])
    return Result(
        result.id,
        result.score,
        result.points,
        result.feedback,
        result.headline,
        hint,
        result.blank,
    )


def forget():
    """Forget the failing checks of this session: the hints start over."""
    _failures.clear()
