"""Bad input is answered at the door: what came, what was needed, what to do.

One row for each thing that goes wrong in practice. The words in a row are the parts of
the message that help; what NumPy would have done instead is in the comments.
"""

import functools
import re

import numpy as np
import pytest

from gdlib.descent import descend, minimize
from gdlib.objectives import Objective, quadratic, sphere
from gdlib.optimizers import adam, momentum
from gdlib.schedules import cosine


def answered(error, words, act):
    """Insist that `act` raises `error` with each of `words`, in that order."""
    with pytest.raises(error) as caught:
        act()
    message = str(caught.value)
    assert re.search(".*".join(re.escape(word) for word in words), message), message
    assert len(message) < 320
    return message


def take_steps(grad, x0, *arguments, steps=2, **options):
    walk = descend(grad, x0, *arguments, **options)
    return [next(walk) for _ in range(steps + 1)]


# ---------------------------------------------------------------- where it starts

STARTS = [
    (np.array([True, False]), TypeError, ["[ True, False]", "real numbers"]),
    ([1j, 2.0], TypeError, ["1j", "real numbers", "[1.0, 2.0]"]),
    (["1", "2"], TypeError, ["['1', '2']", "real numbers"]),
    ("near", TypeError, ["'near'", "real numbers"]),
    ([1.0, None], TypeError, ["None", "real numbers"]),
    ([[1.0, 2.0], [3.0]], TypeError, ["[[1.0, 2.0], [3.0]]", "real numbers"]),
    ({"w": 1.0}, TypeError, ["{'w': 1.0}", "real numbers"]),
    (None, TypeError, ["x0 is None", "pass x0="]),
    ([], ValueError, ["x0 is empty", "at least one coordinate"]),
    (np.ones((3, 0)), ValueError, ["x0 is empty"]),
    ([1.0, np.nan], ValueError, ["x0 is nan at position 1", "start at a number"]),
    ([-np.inf, 1.0], ValueError, ["x0 is -inf at position 0"]),
    (np.diag([1, np.inf]), ValueError, ["x0 is inf at position 1, 1"]),
]


@pytest.mark.parametrize(("x0", "error", "words"), STARTS)
def test_a_start_that_is_no_point_is_refused_before_the_first_step(x0, error, words):
    answered(error, words, lambda: descend(lambda x: x, x0))


@pytest.mark.parametrize(("x0", "error", "words"), STARTS)
def test_minimize_refuses_what_descend_refuses(x0, error, words):
    bowl = Objective(lambda x: x @ x, lambda x: 2 * x)
    answered(error, words, lambda: minimize(bowl, x0))


# ------------------------------------------------------------------- the gradient

GRADIENTS = [
    # A forgotten return.
    (lambda x: None, TypeError, ["returned None", "`return` missing"]),
    # (2,) less (2, 1) is a table of (2, 2).
    (
        lambda x: x[:, None],
        ValueError,
        ["shape (2, 1)", "x has shape (2,)", "2 × 2 table", "g.ravel()"],
    ),
    (lambda x: x[None], ValueError, ["shape (1, 2)", "2 × 2 table", "g.ravel()"]),
    # The value and the gradient, or a stray comma.
    (lambda x: (x @ x, x), TypeError, ["returned tuple", "array", "(2,)"]),
    (lambda x: (x,), ValueError, ["(1, 2)", "tuple of 1", "comma"]),
    (lambda x: (x, x), ValueError, ["(2, 2)", "tuple of 2", "more than the gradient"]),
    # Of another problem.
    (lambda x: np.ones(3), ValueError, ["shape (3,)", "x has shape (2,)", "one slope"]),
    (lambda x: x[:1], ValueError, ["shape (1,)", "x has shape (2,)"]),
    (lambda x: 1.0, ValueError, ["shape ()", "x has shape (2,)"]),
    # No real numbers. NumPy would drop the imaginary part, and read the words.
    (lambda x: x + 1j, TypeError, ["returned ndarray", "real numbers"]),
    (lambda x: ["1", "2"], TypeError, ["returned list ['1', '2']", "real numbers"]),
    (lambda x: x > 0, TypeError, ["ndarray", "real numbers"]),
    (lambda x: "steep", TypeError, ["returned str 'steep'", "real numbers"]),
    (lambda x: {"x": x}, TypeError, ["returned dict", "real numbers"]),
    (lambda x: [1.0, [2.0]], TypeError, ["returned list", "real numbers"]),
]


@pytest.mark.parametrize(("grad", "error", "words"), GRADIENTS)
def test_what_is_no_gradient_is_refused_at_the_first_step(grad, error, words):
    answered(error, words, lambda: take_steps(grad, [1.0, 2.0]))


@pytest.mark.parametrize(("grad", "error", "words"), GRADIENTS)
def test_what_is_no_gradient_is_refused_at_a_later_step_too(grad, error, words):
    slopes = iter([lambda x: x, lambda x: x, grad])
    answered(
        error, words, lambda: take_steps(lambda x: next(slopes)(x), [1.0, 2.0], steps=3)
    )


def test_a_gradient_that_changes_the_x_it_is_given_is_refused():
    def grad(x):
        x -= 1
        return 2 * x

    words = ["changed the x it was given", "z = x - 1", "x -= 1"]
    answered(ValueError, words, lambda: take_steps(grad, [1.0, 2.0]))


def test_a_gradient_that_returns_x_itself_does_no_harm():
    x0 = np.array([1.0, 2.0])
    for rule in (momentum, adam):
        given = take_steps(lambda x: x, x0, rule, steps=9)
        copied = take_steps(lambda x: x.copy(), x0, rule, steps=9)
        assert (np.array(given) == copied).all()
    assert x0.tolist() == [1, 2]


def test_a_start_may_lie_in_memory_as_it_likes():
    """A view of every other number, a transposed table; in one block, and in many."""
    for runs in (3, 20_000):
        table = np.random.default_rng(0).normal(size=(runs, 2))
        for x0 in (table.T, table[::2].T, np.repeat(table.T, 2, axis=1)[:, ::2]):
            copy = np.ascontiguousarray(x0)
            assert not x0.flags.c_contiguous
            given = take_steps(lambda x: x, x0, adam)
            assert (np.array(given) == take_steps(lambda x: x, copy, adam)).all()
            assert (given[-1] != x0).any()


# --------------------------------------------------------------- the learning rate

RATES = [
    (-0.1, ValueError, ["learning_rate is -0.1", "positive", "minus sign"]),
    (0, ValueError, ["learning_rate is 0", "positive"]),
    (0.0, ValueError, ["learning_rate is 0.0", "positive"]),
    (np.nan, ValueError, ["learning_rate is nan", "finite"]),
    (np.inf, ValueError, ["learning_rate is inf", "finite"]),
    ("0.1", TypeError, ["learning_rate is '0.1'", "a number"]),
    (None, TypeError, ["learning_rate is None", "a number"]),
    (True, TypeError, ["learning_rate is True", "a number"]),
    (1j, TypeError, ["learning_rate is 1j", "a number"]),
    ([0.1, 0.0], ValueError, ["learning_rate is [0.1, 0.0]", "positive"]),
    ([0.1, -0.1], ValueError, ["learning_rate is [0.1, -0.1]", "positive"]),
]


@pytest.mark.parametrize(("rate", "error", "words"), RATES)
def test_a_learning_rate_that_is_none_is_refused_before_the_first_step(
    rate, error, words
):
    answered(error, words, lambda: descend(lambda x: x, [1.0], learning_rate=rate))
    answered(error, words, lambda: minimize(sphere(), learning_rate=rate))


@pytest.mark.parametrize(
    ("rate", "error", "words"),
    [
        (None, TypeError, ["at step 3 the schedule gave None", "a number"]),
        ("0.1", TypeError, ["at step 3 the schedule gave '0.1'"]),
        (-0.1, ValueError, ["at step 3 the schedule gave -0.1", "minus sign"]),
        (np.nan, ValueError, ["at step 3 the schedule gave nan", "finite"]),
        (np.inf, ValueError, ["at step 3 the schedule gave inf", "finite"]),
    ],
)
def test_a_schedule_is_checked_at_every_step(rate, error, words):
    """NumPy makes nan of None: x would be lost, and nobody told."""
    schedule = lambda t: rate if t == 3 else 0.1
    answered(
        error,
        words,
        lambda: take_steps(lambda x: x, [1.0], learning_rate=schedule, steps=5),
    )
    answered(error, words, lambda: minimize(sphere(), learning_rate=schedule, steps=5))


def test_a_schedule_that_is_not_built_yet_is_named():
    words = ["at step 0 the schedule gave <function", "a number"]
    answered(
        TypeError,
        words,
        lambda: minimize(sphere(), learning_rate=lambda t: cosine(0.1, steps=5)),
    )


# ----------------------------------------------------------------- hyperparameters

HYPER = [
    ({"beta": 1.0}, ["beta is 1.0", "0 ≤ beta < 1", "nothing is ever forgotten"]),
    ({"beta": -0.1}, ["beta is -0.1", "0 ≤ beta < 1"]),
    ({"beta": np.nan}, ["beta is nan", "0 ≤ beta < 1"]),
    ({"beta": "0.9"}, ["beta is '0.9'", "0 ≤ beta < 1"]),
    ({"beta": None}, ["beta is None", "0 ≤ beta < 1"]),
    ({"beta": True}, ["beta is True", "0 ≤ beta < 1"]),
    ({"beta": [0.5, 1.5]}, ["beta is [0.5, 1.5]", "0 ≤ beta < 1"]),
    ({"beta1": 1}, ["beta1 is 1", "0 ≤ beta1 < 1"]),
    ({"beta1": -1e-9}, ["beta1 is -1e-09"]),
    ({"beta2": 1}, ["beta2 is 1", "0 ≤ beta2 < 1"]),
    ({"beta2": -0.999}, ["beta2 is -0.999"]),
    ({"eps": -1e-8}, ["eps is -1e-08", "0 ≤ eps"]),
    ({"eps": np.inf}, ["eps is inf", "0 ≤ eps < ∞"]),
    ({"weight_decay": -0.01}, ["weight_decay is -0.01", "0 ≤ weight_decay"]),
    ({"weight_decay": None}, ["weight_decay is None", "0 ≤ weight_decay"]),
    ({"weight_decay": np.nan}, ["weight_decay is nan", "0 ≤ weight_decay"]),
]


@pytest.mark.parametrize(("hyper", "words"), HYPER)
def test_a_hyperparameter_out_of_range_is_refused_before_the_first_step(hyper, words):
    answered(ValueError, words, lambda: descend(lambda x: x, [1.0], adam, **hyper))


@pytest.mark.parametrize(("hyper", "words"), HYPER[:13])
def test_a_partial_rule_is_checked_like_any_other(hyper, words):
    rule = functools.partial(adam, **hyper)
    answered(ValueError, words, lambda: descend(lambda x: x, [1.0], rule))


@pytest.mark.parametrize("hyper", [{"betta": 0.9}, {"lr": 0.1}, {"momentum": 0.9}])
def test_a_misspelt_hyperparameter_is_named(hyper):
    words = ["momentum()", "unexpected keyword argument", *hyper]
    answered(TypeError, words, lambda: minimize(sphere(), rule=momentum, **hyper))


def test_the_ends_of_the_ranges_that_are_allowed_are_allowed():
    hyper = {"beta1": 0, "beta2": 0, "eps": 0, "weight_decay": 0}
    assert minimize(sphere(), [1.0, 1.0], adam, steps=3, **hyper).steps == 3


# -------------------------------------------------------------------------- the rule


def bare(g):
    return g


def forgets(g):
    pass


def empty(g):
    return ()


def summed(g):
    return g.sum(), 0


def column(g):
    return (g[:, None],)


@pytest.mark.parametrize(
    ("rule", "error", "words"),
    [
        (bare, TypeError, ["bare returned ndarray", "a tuple", "`return (g,)`"]),
        (forgets, TypeError, ["forgets returned NoneType", "a tuple"]),
        (empty, TypeError, ["empty returned tuple", "the direction, then"]),
        (summed, ValueError, ["summed", "direction of shape ()", "(2,)", "agree"]),
        (column, ValueError, ["column", "direction of shape (2, 1)", "shape (2,)"]),
        (functools.partial(bare), TypeError, ["bare returned ndarray"]),
    ],
)
def test_a_rule_that_is_none_is_answered_with_what_a_rule_is(rule, error, words):
    """An array of two would unpack into a direction and a memory, and nobody told."""
    answered(error, words, lambda: minimize(sphere(), rule=rule))


# ------------------------------------------------------------------------- minimize


@pytest.mark.parametrize("steps", [-1, 2.0, 1e3, True, "10", None, np.nan])
def test_a_number_of_steps_that_is_none_is_refused(steps):
    words = [f"steps is {steps!r}", "whole number, 0 or more"]
    answered(ValueError, words, lambda: minimize(sphere(), steps=steps))


@pytest.mark.parametrize("tolerance", [-1e-9, np.nan, "small", None, True])
def test_a_tolerance_that_is_none_is_refused(tolerance):
    words = [f"tolerance is {tolerance!r}", "0 ≤ tolerance"]
    answered(ValueError, words, lambda: minimize(sphere(), tolerance=tolerance))


@pytest.mark.parametrize("objective", [lambda x: x @ x, 3, "rosenbrock", quadratic])
def test_a_function_without_its_gradient_is_refused(objective):
    words = ["a function with its gradient", "Objective(f, grad)"]
    answered(TypeError, words, lambda: minimize(objective, [1.0]))


def test_an_objective_without_a_start_wants_one():
    f = Objective(lambda x: x @ x, lambda x: 2 * x)
    answered(TypeError, ["objective has no start", "pass x0="], lambda: minimize(f))


def test_batches_are_for_descend():
    words = ["all the data at once", "descend(grad, x0, rule, batches=...)"]
    answered(TypeError, words, lambda: minimize(sphere(), batches=[(1, 2)]))


@pytest.mark.parametrize("x0", [[1.0, 2.0], np.ones((2, 3))])
def test_a_height_that_is_no_number_is_refused(x0):
    """A missing .sum() would fill f with rows."""
    words = ["array of shape (2,", "one number", ".sum("]
    square = lambda x: x**2
    f = Objective(square, lambda x: 2 * x)
    answered(ValueError, ["shape (2,)", "one number", ".sum("], lambda: minimize(f, x0))
    f = Objective(square, lambda x: 2 * x, vectorized=True)
    answered(ValueError, words, lambda: minimize(f, x0))
