"""Checks that say what is wrong, and never only that something is.

In a notebook::

    from gdlib.grading import check
    check("definition.one_step")

The question behind a check (`gdlib.checks`) judges an answer in parts, on numbers
drawn from a seed, and knows the mistakes people make as runnable code: an answer that
behaves like one of them is told so in that mistake's own words. The modules, in the
order of that sentence: `practice`, `questions`, `session`, `rooms`, `plain`,
`diagnosis`, `sentences`, `results`; and `notebooks` writes what a student opens.
"""

from gdlib.grading.practice import check
from gdlib.grading.questions import Mistake, Question, question, questions
from gdlib.grading.results import Result

__all__ = ["Mistake", "Question", "Result", "check", "question", "questions"]
