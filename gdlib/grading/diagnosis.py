"""Diagnosis: find the known mistake behind a wrong answer.

Ask the question again with each known wrong function in the student's place, on the
same numbers. The one that shows the same evidence (values, changed arguments, points
at which the gradient was asked) is a suspect; it is named only if it shows the same
evidence once more on fresh numbers. Two different mistakes may agree by accident
once, hardly twice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from numpy import errstate

from gdlib.grading.questions import Mistake, Question, seed_for
from gdlib.grading.session import Part


def grade(question: Question, room: Callable, *, seed: int):
    """Judge one answer and find the causes of what is wrong.

    Parameters
    ----------
    question : Question
        What was asked.
    room : callable
        ``room(quiet)`` opens the room that holds the student's functions.
    seed : int
        Decides the numbers.

    Returns
    -------
    parts : list of Part
        As judged.
    causes : dict of int to Mistake
        For each failed part with a known cause, that cause.
    """
    parts = question.run(room(False), seed)
    failed = [
        k
        for k, part in enumerate(parts)
        if not part.passed and not is_blank(part) and not was_interrupted(part)
    ]
    if not failed:
        return parts, {}
    with errstate(all="ignore"):
        return parts, _causes(question, parts, failed, seed, lambda: room(True))


def is_blank(part: Part) -> bool:
    """Whether a part failed because there is nothing yet to judge."""
    return part.fault is not None and part.fault.kind in ("blank", "missing", "unread")


def was_interrupted(part: Part) -> bool:
    """Whether a part failed because the student stopped it."""
    return part.fault is not None and part.fault.kind == "interrupted"


def _causes(question, parts, failed, seed, room) -> dict[int, Mistake]:
    suspects = {}
    for mistake in question.mistakes:
        theirs = _evidence(question, mistake, seed)
        matched = [k for k in failed if _same_failure(parts[k], theirs[k])]
        if matched and _agree_on_a_value(parts, theirs):
            everywhere = sum(map(Part.matches, parts, theirs))
            suspects[mistake.id] = (mistake, matched, everywhere)
    if not suspects:
        return {}
    fresh = seed_for(seed, "once more", question.id)
    again = question.run(room(), fresh)
    confirmed = []
    for mistake, matched, everywhere in suspects.values():
        theirs = _evidence(question, mistake, fresh)
        matched = [k for k in matched if _same_failure(again[k], theirs[k])]
        everywhere += sum(map(Part.matches, again, theirs))
        confirmed.append((len(matched), everywhere, mistake, matched))
    confirmed.sort(key=lambda entry: entry[:2], reverse=True)  # stable: declared order
    causes: dict[int, Mistake] = {}
    for _, _, mistake, matched in confirmed:
        for k in matched:
            causes.setdefault(k, mistake)
    return dict(sorted(causes.items()))


def _same_failure(mine: Part, theirs: Part) -> bool:
    """Whether a known mistake fails this part too, and shows the same in it.

    Numbers count as the same to six digits. Where the mistake passes the part, its
    sentence cannot be what is wrong with an answer that is off by a hair.
    """
    return not theirs.passed and mine.matches(theirs)


def _agree_on_a_value(parts: list[Part], others: list[Part]) -> bool:
    """Whether two answers agree somewhere else than in how they broke down.

    Very different functions end in the same exception; that alone is no evidence.
    """
    return any(
        mine.fault is None and mine.matches(theirs)
        for mine, theirs in zip(parts, others, strict=True)
    )


@lru_cache(maxsize=128)
def _evidence(question: Question, mistake: Mistake, seed: int) -> list[Part]:
    return question.run(question.room(mistake.code), seed)
