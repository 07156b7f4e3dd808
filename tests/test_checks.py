"""Every question of the book, tested by what it accepts and by what it rejects."""

import os
import re
from collections import Counter
from functools import cache

import numpy as np
import pytest
from numpy.linalg import norm

from gdlib.grading import questions
from gdlib.grading.practice import AGAIN, judge
from gdlib.grading.questions import seed_for
from gdlib.grading.rooms import LocalRoom

QUESTIONS = questions()
SEEDS = range(int(os.environ.get("SEEDS", "5")))
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
    return graded(question.id, code, seed)


@cache  # several tests look at the same verdict
def graded(id, code, seed):
    question, drawn = QUESTIONS[id], seed_for(seed, "student", id)
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
        assert result.score < result.points, (
            f"{mistake.id} gets full marks: it is a right answer, or the question has "
            "no case for it"
        )
        lost = [entry for entry in result.feedback if entry.earned < entry.points]
        assert {entry.mistake for entry in lost} == {mistake.id}, result
        assert lost[0].text != AGAIN
        assert {entry.text for entry in lost[1:]} <= {AGAIN, lost[0].text}


@every_mistake
def test_a_mistake_says_its_own_sentence(question, mistake):
    said = {
        other.id: next(
            (e.text for e in grade(question, other.code, 0).feedback if e.text), ""
        )
        for other in question.mistakes
    }
    assert Counter(said.values())[said[mistake.id]] == 1


@every_question
def test_a_known_mistake_is_not_named_where_it_earns_the_points(question):
    """An answer that is off by a hair is not told a sentence that is false of it."""

    def off_by_a_hair(*args):
        answer = question.right[0](*args)
        return answer * (1 + 2e-6) if isinstance(answer, np.ndarray) else answer

    result = grade(question, off_by_a_hair, 0)
    for k, entry in enumerate(result.feedback):
        for mistake in question.mistakes:
            if entry.mistake == mistake.id:
                theirs = grade(question, mistake.code, 0).feedback[k]
                assert theirs.earned < theirs.points


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


def _array_of(args):
    """The first argument that is an array, or one of two numbers."""
    return next((a for a in args if isinstance(a, np.ndarray)), np.zeros(2))


JUNK = {
    "zero": lambda *args: 0,
    "zeros": lambda *args: np.zeros(np.shape(_array_of(args))),
    "axis": lambda *args: np.eye(1, np.size(_array_of(args)))[0],
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
    earned = [entry.part for entry in result.feedback if entry.earned]
    assert not earned, (
        f"an answer that does nothing earns {earned}: there, expect first what it "
        "cannot give"
    )
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


# -------------------------------------------------------------- definition, in detail
def seen(id, code):
    """Return what is said about the parts of an answer that lost points."""
    feedback = grade(QUESTIONS[f"definition.{id}"], code, 0).feedback
    return {e.part: e.text for e in feedback if e.earned < e.points}


@pytest.mark.parametrize(
    ("one_step", "numbers"),
    [
        (lambda x, g, rate: x - 0.5 * g, "[8.5, 20.5]"),
        (lambda x, g, rate: x - 2 * rate, "[9.6, 19.6]"),
        (lambda x, g, rate: x - 2 * rate * g, "[8.8, 20.4]"),
        (lambda x, g, rate: x - rate * np.dot(x, g), "[8, 18]"),
        (lambda x, g, rate: x - rate * np.sum(g), "[9.6, 19.6]"),
    ],
)
def test_a_wrong_step_is_shown_beside_one_by_hand(one_step, numbers):
    assert (
        f"you return {numbers}, and it is [9.4, 20.2]"
        in seen("one_step", one_step)["the step"]
    )


def test_a_table_of_integers_is_told_that_fractions_are_cut_off():
    def descend(grad, x0, learning_rate, steps):
        history = np.array([x0] * (steps + 1))
        for t in range(steps):
            history[t + 1] = history[t] - learning_rate * grad(history[t])
        return history

    said = seen("descend", descend)
    assert list(said) == ["x0 stays as it was"]
    assert "fractions are cut off" in said["x0 stays as it was"]


def test_a_norm_without_a_branch_is_told_so():
    right = QUESTIONS["definition.steepest"].right[0]
    said = seen("steepest", lambda g, p: right(g, p) if p < 3 else None)
    assert "in this case it met no `return`" in said["p = ∞"]


def test_zero_by_zero_is_named_for_every_norm():
    right = QUESTIONS["definition.steepest"].right[0]
    for name, zero in (("1", 1), ("2", 2), ("∞", np.inf)):

        def steepest(g, p, zero=zero):
            return right(g, p) if g.any() or p != zero else g / 0

        text = seen("steepest", steepest)["flat ground"]
        assert f"for p = {name} yours is not. 5 of its 5 entries" in text or zero == 2
        assert "0/0" in text or "0 by 0" in text


def forgets_to_count(grad, x0, learning_rate, tolerance, max_steps):
    x, t = np.array(x0, dtype=float), 0
    while t < max_steps and norm(grad(x)) > tolerance:
        x = x - learning_rate * grad(x)
    return x, "converged"


def never_counts(grad, x0, learning_rate, tolerance, max_steps):
    x = np.array(x0, dtype=float)
    g = grad(x)
    while norm(g) > tolerance:
        x = x - learning_rate * g
        g = grad(x)
    return x, "converged"


@pytest.mark.parametrize("stop_rule", [forgets_to_count, never_counts])
def test_a_loop_past_max_steps_is_asked_about_its_counter(stop_rule):
    text = seen("stop_rule", stop_rule)["max_steps"]
    assert text.startswith("Your loop went past max_steps: does it look at it, and")


def in_place_until_the_gradient_is_infinite(grad, x0, learning_rate, tol, max_steps):
    x = np.array(x0, dtype=float)
    for _ in range(max_steps):
        g = grad(x)
        if not np.isfinite(g).all():
            return x + learning_rate * g, "diverged"
        if norm(g) <= tol:
            return x, "converged"
        x -= learning_rate * g
    return x, "max_steps"


def test_a_last_place_that_is_not_finite_costs_points():
    assert "diverged" in seen("stop_rule", in_place_until_the_gradient_is_infinite)


@pytest.mark.parametrize("stop_rule", QUESTIONS["definition.stop_rule"].right)
def test_the_text_of_stop_rule_is_true_of_every_right_answer(stop_rule, root):
    def slope(x):
        return 2 * np.asarray(x)

    for start, eta, tolerance, steps, x, status in (
        (0.0, 0.25, 0.6, 10, 0.0, "converged"),  # by hand
        (1.0, 0.25, 0.6, 10, 0.25, "converged"),
        (1.0, 0.25, 0.01, 3, 0.125, "max_steps"),  # the hint
        (1.0, 1e308, 0.01, 3, 1.0, "diverged"),
    ):
        with np.errstate(over="ignore"):
            got = stop_rule(slope, np.array([start]), eta, tolerance, steps)
        assert (float(got[0][0]), got[1]) == (x, status)
    # Two steps lead to flat ground. Whether one looks once more is left open.
    assert stop_rule(slope, np.array([1.0]), 0.25, 0.6, 2)[0][0] == 0.25
    source = root / "exercises" / "source" / "definition.md"
    assert "steps are taken, and it is not flat" not in source.read_text("utf-8")


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
    assert question.judge.__module__ == f"gdlib.checks.{chapter.replace('-', '_')}"
    assert name
    assert 3 <= question.points <= 5
    assert len(question.mistakes) >= 4, "at least four mistakes (CONTRIBUTING)"
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


def test_a_direction_a_hair_too_short_is_told_its_length():
    """Its twin, −g/‖g‖ for every p, earns p = 2: its sentence would be false there."""

    def steepest(g, p):
        return -g / (np.linalg.norm(g) + 5e-6)

    first = grade(questions()["definition.steepest"], steepest, 0).feedback[0]
    assert (first.part, first.earned, first.mistake) == ("p = 2", 0, None)
    assert "length" in first.text
