"""Searches keep what they promise, and averages and Newton do what they are for."""

import math
from itertools import islice, pairwise

import numpy as np
import pytest

from gdlib.descent import (
    averaged,
    backtracking,
    descend,
    exact,
    minimize,
    newton,
    polyak,
    search_descend,
)
from gdlib.objectives import Objective, quadratic, rosenbrock, sphere
from gdlib.optimizers import momentum


def walk(objective, x0, search, steps, *rule, **hyper):
    return list(
        islice(search_descend(objective, x0, search, *rule, **hyper), steps + 1)
    )


@pytest.mark.parametrize(
    ("kappa", "ratio"), [(10, 0.6694214876033058), (100, 0.9607881580237234)]
)
def test_from_the_worst_start_exact_search_shrinks_f_by_the_kantorovich_ratio(
    kappa, ratio
):
    f = quadratic([1, kappa])
    heights = [f(x) for x in walk(f, [kappa, 1], exact([1, kappa]), 40)]
    for here, after in pairwise(heights):
        assert after / here == pytest.approx(ratio, rel=1e-12)


def test_after_an_exact_step_the_gradient_is_at_a_right_angle_to_the_step():
    A = [[4.0, 1.0], [1.0, 2.0]]
    f = quadratic(A)
    for here, after in pairwise(walk(f, [3, -5], exact(A), 6)):
        g = f.grad(after)
        lengths = np.linalg.norm(g) * np.linalg.norm(after - here)
        assert abs(g @ (after - here)) <= 1e-9 * max(lengths, 1e-300)


def test_backtracking_accepts_only_steps_that_keep_armijos_promise():
    f = rosenbrock()
    for here, after in pairwise(walk(f, [-1.2, 1], backtracking(decrease=0.1), 300)):
        g = f.grad(here)
        eta = np.linalg.norm(after - here) / np.linalg.norm(g)
        assert f(after) <= f(here) - 0.1 * eta * (g @ g) * (1 - 1e-9)


def test_backtracking_never_steps_shorter_than_smoothness_allows():
    """Every η with ηL ≤ 2(1 − c) passes, so a halving search stops above (1 − c)/L."""
    L, c = 50.0, 1e-4
    f = quadratic([1, L])
    for here, after in pairwise(walk(f, [3, 2], backtracking(decrease=c), 100)):
        eta = np.linalg.norm(after - here) / np.linalg.norm(f.grad(here))
        assert eta >= (1 - c) / L


def test_backtracking_brings_rosenbrock_down_where_a_fixed_step_of_one_is_lost():
    assert minimize(rosenbrock(), learning_rate=1.0, steps=50).status == "diverged"
    run = minimize(
        rosenbrock(), learning_rate=backtracking(), steps=30_000, tolerance=1e-5
    )
    assert run.status == "converged"
    np.testing.assert_allclose(run.x[-1], [1, 1], atol=1e-4)
    assert (np.diff(run.f) <= 0).all()


def test_the_first_trial_is_taken_where_it_suffices():
    f = Objective(lambda x: (x @ x) / 2, lambda x: x)
    assert walk(f, [6.0], backtracking(first=1.0), 1)[1] == 0


def test_polyaks_step_solves_the_one_norm_from_one_and_minus_one_at_once():
    f = Objective(lambda x: abs(x).sum(), np.sign)
    assert abs(walk(f, [1, -1], polyak(0.0), 1)[1]).max() < 1e-10


def test_polyaks_step_comes_nearer_to_the_minimum_at_every_step():
    f = quadratic([1, 30])
    lengths = np.linalg.norm(walk(f, [5, 1], polyak(0.0), 50), axis=1)
    assert (np.diff(lengths) < 0).all()


def test_a_search_at_the_minimum_stands_still():
    for search in (backtracking(), polyak(0.0), exact([2, 2])):
        assert (walk(sphere(), [0, 0], search, 3)[-1] == 0).all()


@pytest.mark.parametrize("search", [backtracking(), polyak(-9.0), exact([2, 2])])
def test_where_the_slope_is_zero_no_direction_is_followed(search):
    """A rule that remembers would roll on; a search stands, even on a summit."""
    summit = Objective(lambda x: -(x @ x), lambda x: -2 * x)
    assert search.choose(summit, np.zeros(2), np.zeros(2), np.ones(2)) == 0


def test_a_direction_that_climbs_is_named():
    f = sphere()
    uphill = Objective(f.f, lambda x: -f.grad(x))
    with pytest.raises(ValueError, match="no step lowers f enough"):
        walk(uphill, [1, 1], backtracking(), 1)

    def backwards(g):
        return (-g,)

    for search in (backtracking(), polyak(0.0), exact([2, 2])):
        with pytest.raises(ValueError, match=r"not one of descent: g·d = -8, .*sign"):
            walk(f, [1, 1], search, 1, backwards)


@pytest.mark.parametrize("search", [backtracking(), polyak(0.0), exact([2, 2])])
def test_a_slope_too_small_for_a_float_is_the_end_and_no_fault(search):
    x = np.full(2, 1e-170)  # g·g = 8e-340, and no float is as small
    assert search.choose(sphere(), x, 2 * x, 2 * x) == 0
    with pytest.raises(ValueError, match="not one of descent"):
        search.choose(sphere(), x, 2 * x, -2 * x)


LOST = {
    "nan": lambda x: np.sum(x - np.log(x)),  # at x ≤ 0 the logarithm is none
    "inf": lambda x: np.sum(np.exp(x * x)),
    "minus infinity": lambda x: np.sum(np.log(np.maximum(x, 0))),
    "overflow": lambda x: math.exp(float(x[0]) ** 2),
}


def is_lost(f, x):
    with np.errstate(all="ignore"):
        try:
            return not np.isfinite(f(np.array([x])))
        except OverflowError:
            return True


@pytest.mark.parametrize("name", LOST)
def test_a_trial_where_f_is_not_finite_was_too_long(name):
    """From 2, and with the slope 1, the first trial is far out of sight."""
    f = LOST[name]
    objective = Objective(f, lambda x: np.ones(1))
    assert is_lost(f, 2.0 - 1024.0)
    start, x = walk(objective, [2.0], backtracking(first=1024.0), 1)
    assert not is_lost(f, x[0])
    assert f(x) < f(start)


def test_a_search_starts_where_f_is_finite():
    f = Objective(lambda x: np.nan, lambda x: x)
    with pytest.raises(ValueError, match=r"f is not finite at \[3\.\]; start"):
        walk(f, [3.0], backtracking(), 1)


def test_if_no_step_will_do_the_best_is_taken_with_a_warning():
    """On x² from 1, η = ½ leads to the minimum; to keep this promise it takes 0.1."""
    search = backtracking(decrease=0.9, tries=3)
    with pytest.warns(UserWarning, match=r"down to η = 0\.25; η = 0\.5 lowers it most"):
        _, x = walk(Objective(lambda x: x @ x, lambda x: 2 * x), [1.0], search, 1)
    assert x == 0


def test_if_every_step_climbs_x_stays_with_a_warning():
    search = backtracking(first=64.0, tries=3)
    with pytest.warns(UserWarning, match=r"down to η = 16; all are too long\. Lower"):
        _, x = walk(sphere(), [1.0, 1.0], search, 1)
    assert x.tolist() == [1, 1]


@pytest.mark.parametrize("tries", [20, 60])
def test_what_is_lost_in_the_rounding_of_f_is_no_failure(tries):
    f = Objective(lambda x: 1e9 + x @ x, lambda x: 2 * x)
    assert walk(f, [1e-5], backtracking(tries=tries), 3)[-1] == 1e-5


def test_what_is_lost_in_the_rounding_of_x_is_no_failure():
    off = lambda x: (x - 1e10) - 1e-7  # between 10¹⁰ and the next number up, 2 · 10⁻⁶
    f = Objective(lambda x: off(x) @ off(x), lambda x: 2 * off(x))
    assert walk(f, [1e10], backtracking(tries=40), 3)[-1] == 1e10


def test_a_wall_right_ahead_is_no_fault_of_the_gradient():
    f = Objective(lambda x: x[0] if x[0] > 2 - 1e-9 else np.nan, lambda x: np.ones(1))
    with pytest.warns(UserWarning, match="all are too long"):
        assert walk(f, [2.0], backtracking(tries=3), 1)[-1] == 2


def test_a_least_value_that_f_goes_below_is_refused():
    with pytest.raises(ValueError, match=r"f is 2 at .*, and lowest is 3; pass"):
        walk(sphere(), [1, 1], polyak(3.0), 1)
    stay = walk(sphere(), [1, 1], polyak(2 + 1e-12), 1)[-1]  # by rounding, it may
    assert stay.tolist() == [1, 1]


@pytest.mark.parametrize(
    "bad",
    [
        {"shrink": 1.0},
        {"shrink": 0.0},
        {"decrease": 1.5},
        {"first": -1.0},
        {"tries": 0},
        {"tries": 2.5},
    ],
)
def test_a_search_that_could_not_end_is_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        backtracking(**bad)


def test_minimize_takes_a_rule_and_a_search_together():
    f = quadratic([1, 10])
    run = minimize(f, [3, 1], momentum, learning_rate=polyak(0.0), steps=5, beta=0.5)
    by_hand = walk(f, [3, 1], polyak(0.0), 5, momentum, beta=0.5)
    np.testing.assert_array_equal(run.x, by_hand)


def test_the_running_average_is_the_mean_of_what_has_passed():
    xs = np.random.default_rng(0).normal(size=(50, 3))
    means = list(averaged(xs))
    np.testing.assert_allclose(means[-1], xs.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(means[9], xs[:10].mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(list(averaged(xs, skip=40))[-1], xs[40:].mean(axis=0))
    assert len(list(averaged(xs, skip=40))) == 10


def test_the_last_iterate_hovers_in_a_noise_ball_and_the_average_leaves_it():
    """On ½x² with noise of variance 1 the iterate has variance η/(2 − η)."""
    rng, eta, runs = np.random.default_rng(0), 0.1, 20_000
    noisy = lambda x: x + rng.normal(size=x.shape)
    iterates = list(islice(descend(noisy, np.zeros((1, runs)), learning_rate=eta), 200))
    assert np.var(iterates[-1]) == pytest.approx(eta / (2 - eta), rel=0.03)
    *_, mean = averaged(iterates)
    assert np.var(mean) < np.var(iterates[-1]) / 5


def test_newton_solves_a_quadratic_in_one_step():
    A, b = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([1.0, -4.0])
    start, after = islice(newton(quadratic(A, b).grad, [10, 10]), 2)
    np.testing.assert_allclose(after, np.linalg.solve(A, b), rtol=1e-8)
    assert (start == 10).all()


def test_newton_doubles_the_digits_at_every_step():
    grad = lambda x: np.exp(x) - 2  # of eˣ − 2x, least at log 2
    xs = islice(newton(grad, [1.5], hessian=lambda x: np.diag(np.exp(x))), 6)
    errors = [float(abs(x[0] - np.log(2))) for x in xs]
    for e, after in pairwise(errors[1:5]):
        assert after / e**2 == pytest.approx(0.5, rel=0.25)  # ½|f‴/f″| = ½
