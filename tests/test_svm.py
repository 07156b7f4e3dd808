"""The widest street: what the hinge charges, where it bends, and where descent ends."""

import json
from pathlib import Path

import numpy as np
import pytest

from gdlib.datasets import breast_cancer, standardize
from gdlib.descent import descend, minimize
from gdlib.linear import LogisticRegression
from gdlib.losses import logistic, squared_hinge
from gdlib.objectives import training_loss
from gdlib.optimizers import nesterov
from gdlib.svm import LinearSVM, dual_ascent, pegasos

GOLDEN = json.loads(Path(__file__).with_name("golden").joinpath("svm.json").read_text())
PENALTY = GOLDEN["penalty"]


@pytest.fixture(scope="module")
def cancer():
    data = breast_cancer()
    return standardize(data.X), 2 * data.y - 1


@pytest.fixture(scope="module")
def with_ones(cancer):
    """Return the same with a column of ones: an intercept that is penalized."""
    X, y = cancer
    return np.column_stack([np.ones(len(X)), X]), y


@pytest.fixture(params=["intercept", "ones"])
def optimum(request, cancer, with_ones):
    """Return a model, its data, and what scikit-learn says of its minimum."""
    bias = request.param == "intercept"
    model = LinearSVM(30 if bias else 31, PENALTY, bias=bias)
    return model, *(cancer if bias else with_ones), GOLDEN[request.param]


# ---------------------------------------------------------------------- the minimum


def test_the_objective_at_the_minimum_is_scikit_learns_to_twelve_digits(optimum):
    model, X, y, golden = optimum
    loss = model.loss(np.array(golden["theta"]), X, y)
    assert loss == pytest.approx(golden["loss"], rel=1e-12)
    if not model.bias:
        assert loss == pytest.approx(0.066258, abs=5e-7)  # what LinearSVC reaches


def test_no_plane_can_be_better_because_the_dual_is_as_high(optimum):
    """J(θ) ≥ (1/n) Σ αᵢ − ½λ‖w‖², w = Σ αᵢyᵢxᵢ/(nλ), for any α between 0 and 1.

    (With an intercept, if Σ αᵢyᵢ = 0 too.) Where the two meet, both are optimal.
    """
    model, X, y, golden = optimum
    theta, n = np.array(golden["theta"]), len(y)
    alpha = (model.margins(theta, X, y) < 1).astype(float)
    alpha[golden["curb"]] = golden["alpha"]
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert abs(alpha @ y) < 1e-9 or not model.bias
    w = (alpha * y) @ X / (n * model.penalty)
    dual = alpha.mean() - model.penalty / 2 * (w @ w)
    assert model.loss(theta, X, y) == pytest.approx(dual, rel=1e-12)
    np.testing.assert_allclose(theta[model.bias :], w, rtol=0, atol=1e-12)


def test_the_minimum_rests_on_its_support_vectors_alone(optimum):
    model, X, y, golden = optimum
    theta = np.array(golden["theta"])
    margins = model.margins(theta, X, y)
    held = model.support(theta, X, y)
    assert (held == (margins < 1 + 1e-6)).all()
    assert set(golden["curb"]) <= set(np.flatnonzero(held))
    assert held.sum() < len(y) / 5
    inside = held & (margins < 1 - 1e-6)
    assert inside.sum() + len(golden["curb"]) == held.sum()
    fewer = LinearSVM(model.features, PENALTY * len(y) / held.sum(), model.bias)
    for move in 1e-3 * np.random.default_rng(0).normal(size=(100, len(theta))):
        lowest = fewer.loss(theta, X[held], y[held])
        assert fewer.loss(theta + move, X[held], y[held]) > lowest


def test_the_squared_hinge_has_its_minimum_at_ridge_regression_on_the_support(
    with_ones,
):
    X, y = with_ones
    model = LinearSVM(31, PENALTY, bias=False, cost=squared_hinge)
    L = 2 * np.linalg.eigvalsh(X.T @ X / len(y))[-1] + PENALTY
    run = minimize(
        training_loss(model, X, y),
        model.init(),
        nesterov,
        learning_rate=1 / L,
        beta=0.97,
        steps=4000,
        tolerance=1e-13,
    )
    assert run.status == "converged"
    theta = run.x[-1]
    Z = X[model.support(theta, X, y, tolerance=0)]
    signs = y[model.support(theta, X, y, tolerance=0)]
    by_algebra = np.linalg.solve(
        2 * Z.T @ Z + len(y) * PENALTY * np.eye(31), 2 * Z.T @ signs
    )
    np.testing.assert_allclose(theta, by_algebra, rtol=0, atol=1e-11)
    np.testing.assert_allclose(theta, GOLDEN["squared"]["theta"], rtol=0, atol=1e-7)


# ------------------------------------------------------------------------- the kink


@pytest.mark.parametrize("bias", [False, True])
def test_a_subgradient_is_the_slope_of_a_bowl_that_touches_from_below(cancer, bias):
    """J(b) ≥ J(a) + g(a)·(b − a) + ½λ‖w_b − w_a‖², for any two points."""
    X, y = cancer
    model = LinearSVM(30, PENALTY, bias)
    rng = np.random.default_rng(0)
    for size in (0.01, 0.3, 3.0):
        for a, b in size * rng.normal(size=(30, 2, model.init().size)):
            w = (b - a)[bias:]
            floor = model.loss(a, X, y) + model.grad(a, X, y) @ (b - a)
            assert model.loss(b, X, y) >= floor + PENALTY / 2 * (w @ w) - 1e-12


def test_at_the_kink_the_example_counts_as_charged_and_the_bowl_still_touches():
    X, y = np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([1, -1])
    model, theta = LinearSVM(2, 0.5, bias=False), np.array([0.5, -1.0])
    assert model.margins(theta, X, y).tolist() == [1, 1]
    assert model.grad(theta, X, y).tolist() == [-1 + 0.25, 0.5 - 0.5]
    for other in np.random.default_rng(0).normal(size=(200, 2)):
        rise = model.grad(theta, X, y) @ (other - theta)
        bowl = 0.25 * ((other - theta) ** 2).sum()
        assert model.loss(other, X, y) >= model.loss(theta, X, y) + rise + bowl - 1e-14


def test_beyond_the_curb_an_example_neither_costs_nor_pulls():
    model, theta = LinearSVM(1, penalty=0.0), np.array([0.0, 1.0])
    X, y = np.array([[1.5], [-7.0], [-0.25]]), np.array([1, -1, 1])
    assert model.margins(theta, X, y).tolist() == [1.5, 7, -0.25]
    assert model.loss(theta, X, y) == pytest.approx(1.25 / 3)
    np.testing.assert_allclose(model.grad(theta, X, y), [-1 / 3, 0.25 / 3])


def test_with_a_fixed_step_a_subgradient_walk_does_not_come_to_rest():
    """The minimum of max(0, 1 − w) + ½λw² is the kink, w = 1: stepped over for ever."""
    model = LinearSVM(1, penalty=0.1, bias=False)
    one = training_loss(model, np.array([[1.0]]), np.array([1]))
    fixed = minimize(one, [0.0], learning_rate=0.1, steps=2000).x[-100:, 0]
    assert np.ptp(fixed) > 0.05
    assert abs(fixed - 1).max() < 0.11
    shrinking = minimize(
        one, [0.0], learning_rate=lambda t: 1 / (0.1 * t + 1), steps=2000
    )
    assert abs(shrinking.x[-100:] - 1).max() < 0.01


# -------------------------------------------------------------------------- Pegasos


@pytest.mark.parametrize("project", [False, True])
@pytest.mark.parametrize(("steps", "enough"), [(1000, 1.0), (20_000, 2e-2)])
def test_pegasos_stays_below_its_bound(with_ones, steps, enough, project):
    """J(average) − min J ≤ c(1 + ln T)/(2λT), in expectation over the examples."""
    X, y = with_ones
    model, R = LinearSVM(31, PENALTY, bias=False), np.linalg.norm(X, axis=1).max()
    c = (PENALTY**0.5 + R) ** 2 if project else 4 * R**2
    gaps = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        _, average = pegasos(model, X, y, steps=steps, rng=rng, project=project)
        gaps.append(model.loss(average, X, y) - GOLDEN["ones"]["loss"])
    assert min(gaps) > 0
    assert np.mean(gaps) < c * (1 + np.log(steps)) / (2 * PENALTY * steps)
    assert np.mean(gaps) < enough  # far below it


def test_a_hundred_thousand_steps_of_pegasos_come_within_two_thousandths(with_ones):
    X, y = with_ones
    model = LinearSVM(31, PENALTY, bias=False)
    rng = np.random.default_rng(0)
    last, average = pegasos(model, X, y, steps=100_000, rng=rng)
    for theta in (last, average):
        assert 0 < model.loss(theta, X, y) - GOLDEN["ones"]["loss"] < 2.5e-3
    assert (model.predict(average, X) == y).mean() > 0.98


def test_pegasos_is_the_descent_of_every_chapter_on_one_example_a_step(cancer):
    X, y = cancer
    model, steps = LinearSVM(30, PENALTY, bias=False), 500
    last, average = pegasos(model, X, y, steps=steps, rng=np.random.default_rng(7))
    examples = np.random.default_rng(7).integers(len(y), size=steps)
    walk = descend(
        model.grad,
        model.init(),
        learning_rate=lambda t: 1 / (PENALTY * (t + 1)),
        batches=((X[[i]], y[[i]]) for i in examples),
    )
    *points, end = walk
    np.testing.assert_allclose(last, end, rtol=0, atol=1e-12)
    np.testing.assert_allclose(average, np.mean(points, axis=0), rtol=0, atol=1e-12)


def test_projected_pegasos_never_goes_farther_than_the_minimum_can_be(with_ones):
    X, y = with_ones
    model, far = LinearSVM(31, PENALTY, bias=False), PENALTY**-0.5
    assert np.linalg.norm(GOLDEN["ones"]["theta"]) < far
    once = lambda seed, project: pegasos(
        model, X, y, steps=1, rng=np.random.default_rng(seed), project=project
    )[0]
    for seed in range(5):
        assert np.linalg.norm(once(seed, project=False)) > 10 * far
        assert np.linalg.norm(once(seed, project=True)) == pytest.approx(far)
        np.testing.assert_allclose(
            once(seed, project=True) / far,
            once(seed, project=False) / np.linalg.norm(once(seed, project=False)),
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"bias": True},
        {"bias": False, "penalty": 0.0},
        {"bias": False, "cost": squared_hinge},
    ],
    ids=["an intercept", "no penalty", "another cost"],
)
def test_pegasos_refuses_what_its_bound_does_not_cover(wrong):
    with pytest.raises(ValueError, match=r"pegasos needs.*bias=False.*column of ones"):
        pegasos(
            LinearSVM(1, **wrong), [[1.0]], [1], steps=1, rng=np.random.default_rng(0)
        )


def test_pegasos_refuses_bad_labels_and_counts():
    model, rng = LinearSVM(1, bias=False), np.random.default_rng(0)
    with pytest.raises(ValueError, match="needs −1 and 1: pass 2 \\* y - 1"):
        pegasos(model, [[1.0], [2.0]], [0, 1], steps=5, rng=rng)
    with pytest.raises(ValueError, match=r"\(2, 1\)"):
        pegasos(model, [[1.0], [2.0]], [[1], [-1]], steps=5, rng=rng)
    for steps, said in ((0, "steps is 0"), (-1, "steps is -1"), (1.5, "whole number")):
        with pytest.raises(ValueError, match=said):
            pegasos(model, [[1.0]], [1], steps=steps, rng=rng)


# ------------------------------------------------------------------------- geometry


def test_the_width_is_how_far_the_curbs_are_apart():
    model, rng = LinearSVM(3), np.random.default_rng(0)
    for theta in rng.normal(size=(20, 4)):
        across = theta[1:] / np.linalg.norm(theta[1:])
        start = rng.normal(size=3)
        on_a_curb = start - (
            model.scores(theta, start[None]) + 1
        ) * across / np.linalg.norm(theta[1:])
        other = on_a_curb + model.width(theta) * across
        s = model.scores(theta, np.stack([on_a_curb, other]))
        np.testing.assert_allclose(s, [-1, 1], atol=1e-12)
    assert model.width(model.init()) == np.inf
    assert LinearSVM(2, bias=False).width([0.0, 4.0]) == 0.5


def test_between_two_pairs_of_points_the_street_is_as_wide_as_the_gap():
    """Left at x₁ = 0, right at x₁ = 2: the widest street has its middle at x₁ = 1."""
    X = np.array([[0.0, 0.0], [0.0, 1.0], [2.0, 0.0], [2.0, 1.0]])
    y = np.array([-1, -1, 1, 1])
    model, theta = LinearSVM(2, penalty=1e-3), np.array([-1.0, 1.0, 0.0])
    assert model.width(theta) == 2
    assert model.support(theta, X, y).all()
    for move in np.random.default_rng(0).normal(size=(500, 3)):
        for size in (1e-3, 1.0):
            lowest = model.loss(theta, X, y)
            assert model.loss(theta + size * move, X, y) > lowest


# ------------------------------------------------------------------- what is let in


def test_with_the_logistic_loss_it_is_logistic_regression(cancer):
    X, y = cancer
    theta = np.random.default_rng(0).normal(size=31)
    ours = LinearSVM(30, penalty=0.1, cost=logistic)
    theirs = LogisticRegression(30, penalty=0.1)
    bits = (y + 1) // 2
    assert ours.loss(theta, X, y) == pytest.approx(theirs.loss(theta, X, bits))
    np.testing.assert_allclose(
        ours.grad(theta, X, y), theirs.grad(theta, X, bits), rtol=0, atol=1e-13
    )
    assert (ours.predict(theta, X) == 2 * theirs.predict(theta, X) - 1).all()


@pytest.mark.parametrize("bias", [False, True])
def test_a_wrong_shape_or_label_is_answered_with_the_right_one(bias):
    model = LinearSVM(2, bias=bias)
    X, y, theta = np.ones((4, 2)), np.array([1, -1, 1, -1]), model.init()
    assert len(theta) == 2 + bias
    for ask in (model.loss, model.grad, model.margins, model.support):
        with pytest.raises(ValueError, match=r"X has shape \(2,\).*X\[None, :\]"):
            ask(theta, X[0], y[:1])
        with pytest.raises(ValueError, match=r"X has shape \(4, 1\).*\(n, 2\)"):
            ask(theta, X[:, :1], y)
        with pytest.raises(ValueError, match=r"targets \(4, 1\)"):
            ask(theta, X, y[:, None])
        with pytest.raises(ValueError, match=r"theta has shape \(1,\).*intercept need"):
            ask(np.zeros(1), X, y)
        with pytest.raises(ValueError, match=r"the labels are 0, 1.*2 \* y - 1"):
            ask(theta, X, (y + 1) // 2)
    with pytest.raises(ValueError, match=r"X\[:, None\]"):
        LinearSVM(1).scores([0.0, 1.0], np.ones(4))


def test_the_penalty_is_one_number_not_below_zero():
    for wrong in (-1.0, np.nan, np.inf, [1.0]):
        with pytest.raises(ValueError, match="one number, 0 ≤ penalty"):
            LinearSVM(2, wrong)


def test_an_intercept_is_not_penalized():
    X, y = np.array([[1.0]]), np.array([1])
    model = LinearSVM(1, penalty=0.5)
    assert model.loss([9.0, 2.0], X, y) == 1  # ½ · 0.5 · 2², and no charge
    assert model.grad([9.0, 2.0], X, y).tolist() == [0, 1]


def test_single_precision_stays_single():
    X, y = np.ones((4, 2), np.float32), np.array([1, -1, 1, -1])
    for bias in (False, True):
        model = LinearSVM(2, bias=bias)
        theta = np.ones(2 + bias, np.float32)
        assert model.grad(theta, X, y).dtype == np.float32
        assert model.loss(theta, X, y).dtype == np.float32


# ------------------------------------------------------------------- from below


def test_dual_ascent_reaches_the_minimum_and_its_support(with_ones):
    X, y = with_ones
    model, golden = LinearSVM(31, PENALTY, bias=False), GOLDEN["ones"]
    theta, alpha = dual_ascent(model, X, y, tolerance=1e-11)
    assert 0 <= model.loss(theta, X, y) - golden["loss"] < 1e-11
    np.testing.assert_allclose(theta, golden["theta"], rtol=0, atol=1e-4)
    np.testing.assert_allclose(alpha[golden["curb"]], golden["alpha"], atol=1e-3)
    assert set(np.flatnonzero((alpha > 0) & (alpha < 1))) == set(golden["curb"])


def test_dual_ascent_never_descends_and_says_how_near_it_is(with_ones):
    X, y = with_ones
    model, last = LinearSVM(31, PENALTY, bias=False), 0.0
    for passes in range(1, 30, 4):
        theta, alpha = dual_ascent(model, X, y, passes=passes)
        np.testing.assert_allclose(theta, (alpha * y) @ X / (len(y) * PENALTY))
        dual = alpha.mean() - PENALTY / 2 * (theta @ theta)
        assert last < dual <= GOLDEN["ones"]["loss"] <= model.loss(theta, X, y)
        last = dual


def test_dual_ascent_stops_as_soon_as_it_is_near_enough(with_ones):
    X, y = with_ones
    model = LinearSVM(31, PENALTY, bias=False)

    def after(passes):
        w, alpha = dual_ascent(model, X, y, passes=passes, tolerance=0)
        return w, model.loss(w, X, y) - alpha.mean() + PENALTY / 2 * (w @ w)

    first = next(w for w, gap in map(after, range(1, 60)) if gap <= 1e-3)
    assert np.array_equal(dual_ascent(model, X, y, tolerance=1e-3)[0], first)


def test_an_example_at_zero_is_charged_for_ever_and_pulls_nowhere():
    model = LinearSVM(1, penalty=0.5, bias=False)
    theta, alpha = dual_ascent(model, np.array([[0.0], [1.0]]), np.array([1, 1]))
    assert alpha[0] == 1
    assert theta == pytest.approx([1.0])


def test_dual_ascent_refuses_what_pegasos_refuses():
    with pytest.raises(ValueError, match=r"dual_ascent needs.*column of ones"):
        dual_ascent(LinearSVM(1), [[1.0]], [1])
    with pytest.raises(ValueError, match="passes is -1"):
        dual_ascent(LinearSVM(1, bias=False), np.ones((1, 1)), [1], passes=-1)
