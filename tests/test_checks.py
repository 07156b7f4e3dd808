"""Every question of the book, tested by what it accepts and by what it rejects."""

import re
from collections import Counter

import numpy as np
import pytest

from gdlib.grading import questions
from gdlib.grading.practice import AGAIN, judge
from gdlib.grading.questions import seed_for
from gdlib.grading.rooms import LocalRoom

QUESTIONS = questions()
SEEDS = range(20)
BANNED = re.compile(
    r"In this chapter we will explore|important to note|\bpowerful\b|\bcrucial|\bdelve|"
    r"\bsimply\b|\bjust\b|\bobviously\b|In conclusion|!|[\U0001F300-\U0001FAFF]",
    re.IGNORECASE,
)

every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
every_right = pytest.mark.parametrize(
    ("question", "code"),
    [
        pytest.param(q, code, id=f"{q.id}-{k}")
        for q in QUESTIONS.values()
        for k, code in enumerate(q.right)
    ],
)
every_mistake = pytest.mark.parametrize(
    ("question", "mistake"),
    [
        pytest.param(q, mistake, id=f"{q.id}-{mistake.id}")
        for q in QUESTIONS.values()
        for mistake in q.mistakes
    ],
)


def grade(question, code, seed):
    drawn = seed_for(seed, "student", question.id)
    return judge(question, lambda quiet: question.room(code), seed=drawn)


# -------------------------------------------------------------------------- verdicts
@every_right
def test_every_right_answer_gets_full_marks(question, code):
    for seed in SEEDS:
        result = grade(question, code, seed)
        assert result.full, result


@every_mistake
def test_every_mistake_is_named_and_costs_points(question, mistake):
    for seed in SEEDS:
        result = grade(question, mistake.code, seed)
        assert result.score < result.points
        lost = [entry for entry in result.feedback if entry.earned < entry.points]
        assert {entry.mistake for entry in lost} == {mistake.id}, result
        assert lost[0].text != AGAIN
        assert {entry.text for entry in lost[1:]} <= {AGAIN, lost[0].text}


@every_mistake
def test_a_mistake_says_its_own_sentence(question, mistake):
    said = {
        other.id: next(
            e.text for e in grade(question, other.code, 0).feedback if e.text
        )
        for other in question.mistakes
    }
    assert Counter(said.values())[said[mistake.id]] == 1


@every_question
def test_a_blank_answer_gets_nothing_and_a_kind_word(question):
    def blank(*args): ...

    for code in (blank, {}, dict.fromkeys(question.names())):
        names = (
            code if isinstance(code, dict) else dict.fromkeys(question.names(), code)
        )
        result = judge(question, lambda quiet, names=names: LocalRoom(names), seed=1)
        assert (result.score, result.blank) == (0, True)
        assert result.headline == f"Nothing here yet. {question.start}"
        assert {entry.mistake for entry in result.feedback} == {None}


JUNK = {
    "zero": lambda *args: 0,
    "nan": lambda *args: np.nan,
    "text": lambda *args: "converged",
    "first": lambda *args: args[0],
    "last": lambda *args: args[-1],
    "pair": lambda *args: (0.0, "converged"),
    "empty": lambda *args: [],
    "none": lambda *args: print(end=""),
    "raise": lambda *args: 1 / 0,
    "arity": lambda: 0,
}


@every_question
@pytest.mark.parametrize("code", JUNK.values(), ids=JUNK)
def test_junk_earns_nothing_and_gets_sentences(question, code):
    result = grade(question, code, 0)
    assert result.score == 0
    for entry in result.feedback:
        assert entry.text.endswith((".", "?"))
        assert "Traceback" not in entry.text


@every_question
def test_numbers_are_drawn_anew_for_every_seed(question):
    """An answer that remembers the practice numbers fails on others."""
    memory = {}

    def learn(*args):
        value = question.right[0](*args)
        memory[len(memory)] = value
        return value

    practice = seed_for("practice", "", question.id)
    room = question.room(learn)
    assert judge(question, lambda quiet: room, seed=practice).full

    def recite(*args, calls=iter(range(10**6))):  # noqa: B008
        return memory[next(calls) % len(memory)]

    assert grade(question, recite, 5).score < question.points


# ---------------------------------------------------------------------------- texts
def texts(question):
    yield question.start
    yield question.well_done
    yield from question.hints
    for mistake in question.mistakes:
        for entry in grade(question, mistake.code, 0).feedback:
            yield entry.text
    for code in JUNK.values():
        for entry in grade(question, code, 0).feedback:
            yield entry.text


@every_question
def test_sentences_are_in_the_books_voice(question):
    for text in filter(None, texts(question)):
        assert not BANNED.search(text), text
        assert text.endswith((".", "?")), text
        assert text[0].isupper() or text[0] in "`‖", text
        assert "{" not in text, text
        assert "  " not in text, text


@every_question
def test_a_question_is_complete(question):
    chapter, _, name = question.id.partition(".")
    assert question.judge.__module__ == f"gdlib.checks.{chapter}"
    assert name
    assert 3 <= question.points <= 5
    assert len(question.mistakes) >= 3
    assert len({mistake.id for mistake in question.mistakes}) == len(question.mistakes)
    assert len(question.right) >= 2
    assert len(question.hints) == 2
    assert question.start
    assert question.well_done
    parts = question.run(question.room(question.right[0]), 1)
    assert 2 <= len(parts) <= 4
    assert sum(part.points for part in parts) == question.points


@every_question
def test_the_last_hint_names_a_section_of_the_chapter(question, root):
    hint = question.hints[-1]
    match = re.fullmatch(r"The book: (.+), section (.+)\.", hint)
    assert match, hint
    pages = [*(root / "book").rglob(f"{question.chapter}.md")]
    for page in pages:
        assert f"\n# {match[1]}\n" in page.read_text("utf-8")
        assert f"\n## {match[2]}\n" in page.read_text("utf-8")


# ----------------------------------------------------------------------------- price
@every_question
def test_a_check_calls_the_student_a_bounded_number_of_times(question):
    """Twice at most: the question, and once more to confirm a diagnosis."""
    for code in [*question.right, *(mistake.code for mistake in question.mistakes)]:
        calls = []

        def counted(*args, code=code, calls=calls):
            calls.append(1)
            return code(*args)

        grade(question, counted, 0)
        assert len(calls) <= 40
