"""One fit for whatever can be differentiated, and what no gradient can see."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gdlib import autodiff, losses
from gdlib.descent import descend, fit, minimize, newton
from gdlib.differentiable import (
    FallWithDrag,
    GaussianMixture,
    LogisticGrowth,
    MatrixFactorization,
    mean_squared_error,
    positive,
    reverse_mode,
    rk4,
    unconstrained,
)
from gdlib.gradients import numerical_gradient
from gdlib.objectives import training_loss
from gdlib.optimizers import adam, nesterov
from gdlib.parameters import flatten, unflatten

FILE = Path(__file__).with_name("golden").joinpath("differentiable.json")
GOLDEN = json.loads(FILE.read_text())


def places(rows, columns):
    """Return all pairs (i, j), row after row, of shape (rows · columns, 2)."""
    return np.argwhere(np.ones((rows, columns)))


def labeled_clouds(n):
    """Return n points of shape (n, 1), and which of three clouds each is from."""
    rng = np.random.default_rng(3)
    which = rng.choice(3, p=[0.5, 0.3, 0.2], size=n)
    means, scales = np.array([-2.0, 0.5, 3.0]), np.array([0.5, 0.3, 0.8])
    return rng.normal(means[which], scales[which])[:, None], which


def three_clouds(n=800):
    return labeled_clouds(n)[0]


def ball(t, g, k):
    """Return log(cosh(√(gk) t)) / k, the closed form, without overflow."""
    a = math.sqrt(g * k) * np.asarray(t)
    return (np.logaddexp(a, -a) - math.log(2)) / k


def planted():
    """Yield (model, X, y, what the loss falls to, at least): a problem a model."""
    rng = np.random.default_rng(0)
    table = rng.normal(size=(9, 2)) @ rng.normal(size=(2, 7))
    yield MatrixFactorization(9, 7, rank=2), places(9, 7), table.ravel(), 1e-9
    X = three_clouds()
    true = [0.5, 0.3, 0.2], [-2, 0.5, 3], [0.5, 0.3, 0.8]
    mixture = GaussianMixture(3)
    yield mixture, X, X, mixture.loss(mixture.encode(*true), X)
    t = np.linspace(0, 12, 30)
    yield LogisticGrowth(), t, 6.6 / (1 + np.exp(-0.55 * (t - 5))), 1e-9
    t = np.linspace(0.1, 2, 20)
    yield FallWithDrag(), t, ball(t, 9.81, 0.13), 1e-2


PROBLEMS = list(planted())
every = pytest.mark.parametrize(
    ("model", "X", "y", "goal"), PROBLEMS, ids=lambda p: type(p).__name__
)


# ------------------------------------------------------------------------- one fit


@every
def test_the_same_call_trains_every_model(model, X, y, goal):
    rng = np.random.default_rng(1)
    run = fit(model, X, y, adam, learning_rate=0.1, epochs=700, rng=rng)
    assert run.status == "max_steps"
    assert run.loss[-1] <= goal < run.loss[0] - 0.3


@every
def test_batches_in_any_order_train_it_too(model, X, y, goal):
    rng = np.random.default_rng(1)
    size = math.ceil(len(y) / 4)
    run = fit(
        model, X, y, adam, learning_rate=0.05, epochs=20, batch_size=size, rng=rng
    )
    assert run.loss[-1] < run.loss[0]
    order = rng.permutation(len(y))
    theta = model.init(rng)
    shuffled = model.loss(theta, X[order], y[order])
    assert shuffled == pytest.approx(model.loss(theta, X, y), rel=1e-13)


@every
def test_a_gradient_by_reverse_mode_is_the_limit_of_differences(model, X, y, goal):
    rng = np.random.default_rng(2)
    for _ in range(3):
        theta = model.init(rng) + rng.normal(0, 0.3, model.init(rng).shape)
        g = model.grad(theta, X, y)
        differences = numerical_gradient(lambda p: model.loss(p, X, y), theta)
        assert abs(g - differences).max() <= 1e-7 * np.linalg.norm(g)


@every
def test_float32_stays_float32(model, X, y, goal):
    theta = model.init(np.random.default_rng(0)).astype(np.float32)
    if X.dtype.kind == "f":
        X = X.astype(np.float32)
    y = y.astype(np.float32)
    assert model.loss(theta, X, y).dtype == np.float32
    assert model.grad(theta, X, y).dtype == np.float32
    wide = model.grad(theta.astype(float), X.astype(float) if X is y else X, y)
    g = model.grad(theta, X, y)
    np.testing.assert_allclose(g, wide, rtol=0, atol=1e-4 * np.linalg.norm(wide))


@every
def test_the_loss_is_a_mean_so_that_examples_said_twice_change_nothing(
    model, X, y, goal
):
    theta = model.init(np.random.default_rng(0))
    once = model.loss(theta, X, y)
    twice = model.loss(theta, np.concatenate([X, X]), np.concatenate([y, y]))
    assert twice == pytest.approx(once, rel=1e-13)
    if not isinstance(model, GaussianMixture):
        known = losses.squared_error.value(model.predict(theta, X), y)
        assert once == pytest.approx(known, rel=1e-14)


def test_a_model_of_ones_own_needs_a_prediction_and_nothing_to_inherit():
    @dataclass(frozen=True)
    class Decay:
        """ŷ = A e⁻ᵏᵗ, with θ = log A, log k."""

        loss = mean_squared_error
        grad = reverse_mode

        def init(self, rng=None):
            return np.zeros(2)

        def predict(self, theta, X):
            log_amplitude, log_rate = theta
            return autodiff.exp(log_amplitude - autodiff.exp(log_rate) * X)

    t = np.linspace(0, 3, 20)
    run = fit(Decay(), t, 2 * np.exp(-0.7 * t), adam, learning_rate=0.05, epochs=1000)
    np.testing.assert_allclose(np.exp(run.theta), [2.0, 0.7], rtol=1e-9)


# ---------------------------------------------------------------- positive numbers


def test_softplus_is_the_logarithm_of_one_plus_an_exponential():
    z = np.linspace(-30, 30, 601)
    by_sums = [math.log1p(math.exp(z_i)) for z_i in z]
    np.testing.assert_allclose(positive(z), by_sums, rtol=1e-14)
    assert positive(np.array([-745.0, 0.0, 1e300])).tolist() == [
        5e-324,
        math.log(2),
        1e300,
    ]
    slope = autodiff.grad(lambda z: positive(z).sum())(z)
    np.testing.assert_allclose(slope, losses.sigmoid(z), rtol=1e-12)


def test_unconstrained_undoes_positive_over_six_hundred_powers_of_ten():
    k = np.logspace(-300, 300, 1201)
    np.testing.assert_allclose(positive(unconstrained(k)), k, rtol=3e-13)
    z = np.linspace(-700, 700, 1401)
    np.testing.assert_allclose(unconstrained(positive(z)), z, rtol=1e-13, atol=1e-13)
    whole = unconstrained(np.array([1, 200], np.uint8))
    np.testing.assert_allclose(whole, [math.log(math.e - 1), 200], rtol=1e-15)


@pytest.mark.parametrize("k", [0, -1.0, [1.0, np.nan]])
def test_unconstrained_wants_positive_numbers(k):
    with pytest.raises(ValueError, match="it must be positive throughout"):
        unconstrained(k)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (LogisticGrowth(), {"K": 8.0, "r": 0.03, "t0": -60.0}),
        (FallWithDrag(), {"g": 9.81, "k": 1e-4}),
        (
            GaussianMixture(2, features=3),
            {
                "weights": [0.9, 0.1],
                "means": [[1.0, 2, 3], [4, 5, 6]],
                "scales": [[1e-3, 1, 9], [1, 1, 1]],
            },
        ),
    ],
    ids=lambda p: type(p).__name__,
)
def test_decode_undoes_encode_and_any_theta_is_allowed(model, values):
    theta = model.encode(**values)
    decoded = model.decode(theta)
    assert list(decoded) == list(values)
    for name, value in values.items():
        np.testing.assert_allclose(decoded[name], value, rtol=1e-13)
    for wild in np.random.default_rng(0).normal(0, 30, (50, theta.size)):
        for name, value in model.decode(wild).items():
            assert name in {"t0", "means"} or (np.asarray(value) > 0).all()
    assert model.init(np.random.default_rng(0)).shape == theta.shape


# -------------------------------------------------------------- matrix factorization


@pytest.mark.parametrize("rank", [1, 2, 8])
def test_the_best_factorization_is_the_singular_value_decomposition_cut_off(rank):
    """Eckart & Young: the least mean squared error is Σ σ²ₖ over k > r, by n."""
    table = np.random.default_rng(0).normal(size=(12, 8))
    X, y = places(12, 8), table.ravel()
    model = MatrixFactorization(12, 8, rank)
    run = minimize(
        training_loss(model, X, y),
        model.init(np.random.default_rng(1)),
        nesterov,
        learning_rate=1.0,
        beta=0.9,
        steps=1000,
        tolerance=1e-9,
    )
    assert run.status == "converged"
    left, s, right = np.linalg.svd(table)
    least = (s[rank:] ** 2).sum() / table.size
    assert model.loss(run.x[-1], X, y) == pytest.approx(least, abs=1e-8)
    cut = (left[:, :rank] * s[:rank]) @ right[:rank]
    found = model.predict(run.x[-1], X).reshape(12, 8)
    np.testing.assert_allclose(found, cut, atol=1e-5)


def test_a_change_of_basis_between_the_factors_changes_no_prediction():
    """U → UQ and V → VQ⁻ᵀ leave the loss; along the way there, the slope is 0."""
    rng = np.random.default_rng(0)
    model, X = MatrixFactorization(6, 5, 3), places(6, 5)
    y, theta, Q = rng.normal(size=30), model.init(rng), rng.normal(size=(3, 3))
    U, V = unflatten(theta, model.shapes).values()
    same = flatten({"U": U @ Q, "V": V @ np.linalg.inv(Q).T})
    assert np.linalg.norm(same - theta) > 1
    np.testing.assert_allclose(model.predict(same, X), model.predict(theta, X))
    assert model.loss(same, X, y) == pytest.approx(model.loss(theta, X, y), rel=1e-12)
    g_U, g_V = unflatten(model.grad(theta, X, y), model.shapes).values()
    np.testing.assert_allclose(U.T @ g_U, g_V.T @ V, atol=1e-14)


def test_at_zero_the_gradient_vanishes_though_the_loss_is_not_least():
    model, X = MatrixFactorization(4, 3, 2), places(4, 3)
    y = np.random.default_rng(0).normal(size=12)
    zero = np.zeros(14)
    assert not model.grad(zero, X, y).any()
    push = 1e-3 * model.init(np.random.default_rng(0))
    assert fit(model, X, y, theta0=zero, epochs=50).loss[-1] == (y**2).mean()
    assert fit(model, X, y, theta0=push, epochs=2000).loss[-1] < 0.5 * (y**2).mean()


def test_hidden_ratings_come_back_if_the_table_has_low_rank():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(20, 2)) @ rng.normal(size=(2, 15))
    X, y = places(20, 15), table.ravel()
    seen = rng.random(len(y)) < 0.6
    model = MatrixFactorization(20, 15, 2)
    run = fit(model, X[seen], y[seen], adam, learning_rate=0.03, epochs=1500)
    assert abs(model.predict(run.theta, X[~seen]) - y[~seen]).max() < 1e-5
    assert abs(y[~seen]).max() > 1


def test_predictions_start_with_mean_zero_and_variance_one():
    for rank in (1, 4, 25):
        model = MatrixFactorization(300, 300, rank)
        start = model.predict(model.init(np.random.default_rng(0)), places(300, 300))
        assert abs(start.mean()) < 0.03
        assert start.var() == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(
    ("X", "said"),
    [
        ([[0, 3]], r"the place \[0, 3\]"),
        ([[0, 0], [-1, 0]], r"the place \[-1, 0\]"),
        ([[4, 0]], r"a table of 4 × 3"),
        ([[0.0, 1.0]], "whole numbers"),
        ([0, 1], r"must be \(n, 2\)"),
        ([[0, 1, 2]], r"must be \(n, 2\)"),
    ],
)
def test_a_place_outside_the_table_is_refused_and_does_not_wrap_around(X, said):
    with pytest.raises(ValueError, match=said):
        MatrixFactorization(4, 3, 2).predict(np.zeros(14), X)


# ------------------------------------------------------------------- gaussian mixture


def test_the_likelihood_is_the_logarithm_of_a_sum_of_densities():
    rng = np.random.default_rng(0)
    model, X = GaussianMixture(3, features=2), rng.normal(size=(7, 2))
    theta = rng.normal(size=15)
    weights, means, scales = model.decode(theta).values()
    total = 0.0
    for x in X:
        p = 0.0
        for w, mean, scale in zip(weights, means, scales, strict=True):
            for x_d, m, s in zip(x, mean, scale, strict=True):
                w *= math.exp(-((x_d - m) ** 2) / (2 * s * s))
                w /= s * math.sqrt(2 * math.pi)
            p += w
        total -= math.log(p)
    assert model.loss(theta, X) == pytest.approx(total / 7, rel=1e-13)
    assert weights.sum() == pytest.approx(1, rel=1e-15)


def test_the_density_adds_up_to_one():
    model = GaussianMixture(2)
    theta = model.encode([0.3, 0.7], [-1, 2], [0.5, 1.5])
    x = np.linspace(-20, 20, 4001)
    p = np.exp(model.log_densities(theta, x[:, None])).sum(axis=1)
    assert p.sum() * 0.01 == pytest.approx(1, rel=1e-12)
    assert (p * x).sum() * 0.01 == pytest.approx(0.3 * -1 + 0.7 * 2, rel=1e-12)


@pytest.mark.parametrize("order", [[0, 2, 1], [1, 0, 2], [2, 0, 1]])
def test_the_order_of_the_components_means_nothing(order):
    rng = np.random.default_rng(0)
    model, X = GaussianMixture(3, features=2), rng.normal(size=(20, 2))
    theta = rng.normal(size=15)

    def reordered(vector):
        named = unflatten(vector, model.shapes)
        return flatten({name: array[order] for name, array in named.items()})

    other = reordered(theta)
    assert not np.array_equal(other, theta)
    assert model.loss(other, X) == pytest.approx(model.loss(theta, X), rel=1e-14)
    g, g_other = model.grad(theta, X), model.grad(other, X)
    np.testing.assert_allclose(g_other, reordered(g), atol=1e-14)
    chosen, again = model.predict(theta, X), model.predict(other, X)
    assert (np.array(order)[again] == chosen).all()


def test_equal_components_stay_equal_for_ever_so_the_means_are_drawn():
    model, X = GaussianMixture(2), three_clouds(100)
    theta = fit(model, X, X, theta0=np.zeros(6), epochs=200).theta
    for pair in unflatten(theta, model.shapes).values():
        assert pair[0] == pytest.approx(pair[1], abs=1e-12)
    means = unflatten(model.init(np.random.default_rng(0)), model.shapes)["means"]
    assert means[0] != means[1]


def test_the_same_number_added_to_every_logit_changes_nothing():
    model, X = GaussianMixture(3), three_clouds(50)
    theta = np.random.default_rng(0).normal(size=9)
    shifted = theta + 5 * np.array([1, 1, 1, 0, 0, 0, 0, 0, 0])
    assert model.loss(shifted, X) == pytest.approx(model.loss(theta, X), rel=1e-14)
    assert abs(model.grad(theta, X)[:3].sum()) < 1e-15


def test_descent_and_expectation_maximization_end_at_the_same_place():
    golden = GOLDEN["mixture"]
    X, model = np.array(golden["X"]), GaussianMixture(3, features=2)
    best = model.encode(golden["weights"], golden["means"], golden["scales"])
    assert model.loss(best, X) == pytest.approx(golden["loss"], rel=1e-12)
    assert np.linalg.norm(model.grad(best, X)) < 1e-7
    start = model.encode([1, 1, 1], [[-2, 0], [0, 1], [2, -1]], np.ones((3, 2)))
    run = minimize(
        training_loss(model, X, None),
        start,
        nesterov,
        learning_rate=0.3,
        beta=0.95,
        steps=3000,
        tolerance=1e-10,
    )
    assert run.status == "converged"
    assert model.loss(run.x[-1], X) == pytest.approx(golden["loss"], rel=1e-12)
    for name, value in model.decode(run.x[-1]).items():
        np.testing.assert_allclose(value, golden[name], rtol=0, atol=2e-6)


def test_a_mean_at_the_minimum_is_that_of_the_points_it_answers_for():
    golden = GOLDEN["mixture"]
    X, model = np.array(golden["X"]), GaussianMixture(3, features=2)
    best = model.encode(golden["weights"], golden["means"], golden["scales"])
    shares = model.responsibilities(best, X)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(shares.mean(axis=0), golden["weights"], atol=1e-6)
    means = shares.T @ X / shares.sum(axis=0)[:, None]
    np.testing.assert_allclose(means, golden["means"], atol=1e-6)
    assert (model.predict(best, X) == shares.argmax(axis=1)).all()


def test_planted_clouds_are_found_up_to_their_order_from_the_best_of_a_few_starts():
    """One start ends in a worse valley: two components on one cloud, one on two."""
    (X, which), model = labeled_clouds(800), GaussianMixture(3)
    options = {"learning_rate": 0.1, "epochs": 300}
    rngs = map(np.random.default_rng, range(4))
    runs = [fit(model, X, X, adam, rng=rng, **options) for rng in rngs]
    ends = [run.loss[-1] for run in runs]
    assert max(ends) > min(ends) + 0.1
    found = model.decode(runs[np.argmin(ends)].theta)
    order = found["means"][:, 0].argsort()
    for j, cloud in zip(order, (X[which == j] for j in range(3)), strict=True):
        assert found["weights"][j] == pytest.approx(len(cloud) / len(X), abs=0.01)
        assert found["means"][j, 0] == pytest.approx(cloud.mean(), abs=0.05)
        assert found["scales"][j, 0] == pytest.approx(cloud.std(), abs=0.05)


def test_a_point_too_far_for_any_density_still_pulls():
    model = GaussianMixture(2)
    theta, X = model.encode([0.5, 0.5], [0, 1], [1e-3, 1e-3]), np.array([[1e3]])
    assert model.loss(theta, X) == pytest.approx(999**2 / 2e-6, rel=1e-6)
    assert model.grad(theta, X)[3] == pytest.approx(-999 / 1e-6, rel=1e-12)


def test_a_component_that_shrinks_onto_one_point_has_no_lowest_loss():
    model, X = GaussianMixture(2), three_clouds(30)
    sizes = [1e-2, 1e-20, 1e-150]
    at = [[X[0, 0]], [0.0]]
    costs = [model.loss(model.encode([0.5, 0.5], at, [[s], [2]]), X) for s in sizes]
    falls = -np.diff(costs) / -np.diff(np.log(sizes))
    np.testing.assert_allclose(falls, 1 / 30, rtol=0.02)


# --------------------------------------------------------------------- curves in time


def test_logistic_growth_solves_its_differential_equation():
    model, h = LogisticGrowth(), 1e-5
    theta, t = model.encode(K=6.6, r=0.55, t0=5.0), np.linspace(-5, 20, 100)
    y = model.predict(theta, t)
    rate = (model.predict(theta, t + h) - model.predict(theta, t - h)) / (2 * h)
    np.testing.assert_allclose(rate, 0.55 * y * (1 - y / 6.6), rtol=0, atol=1e-9)
    assert model.predict(theta, [5])[0] == pytest.approx(3.3, rel=1e-15)
    assert not any(isinstance(v, np.ndarray) for v in model.decode(theta).values())
    ends = model.predict(theta, [-1e9, 1e9])
    np.testing.assert_allclose(ends, [0, 6.6], rtol=1e-14)


@pytest.mark.parametrize(
    ("name", "model", "start"),
    [
        ("growth", LogisticGrowth(), {"K": 5.0, "r": 0.5, "t0": 4.0}),
        ("fall", FallWithDrag(steps=40), {"g": 9.5, "k": 0.1}),
    ],
)
def test_noisy_curves_are_fitted_as_levenberg_and_marquardt_fit_them(
    name, model, start
):
    golden = GOLDEN[name]
    data = np.array(golden["t"]), np.array(golden["y"])
    walk = newton(lambda theta: model.grad(theta, *data), model.encode(**start))
    theta = [next(walk) for _ in range(9)][-1]
    found = np.array(list(model.decode(theta).values()))
    np.testing.assert_allclose(found, golden["best"], rtol=1e-6)
    assert model.loss(theta, *data) == pytest.approx(golden["loss"], rel=1e-6)
    assert (abs(found - golden["planted"]) < 3 * np.array(golden["errors"])).all()


def test_growth_and_gravity_are_recovered_from_clean_data():
    _, _, (growth, t, y, _), (fall, s, _, _) = PROBLEMS
    options = {"beta": 0.9, "steps": 2000, "tolerance": 1e-10}
    f = training_loss(growth, t, y)
    run = minimize(f, growth.init(), nesterov, learning_rate=0.1, **options)
    found = list(growth.decode(run.x[-1]).values())
    np.testing.assert_allclose(found, [6.6, 0.55, 5], rtol=1e-8)
    for steps, error in ((8, 2e-3), (32, 1e-5)):
        ball_model = FallWithDrag(steps)
        slope = lambda p, m=ball_model: m.grad(p, s, ball(s, 9.81, 0.13))
        walk = newton(slope, fall.encode(g=9, k=0.1))
        found = ball_model.decode([next(walk) for _ in range(7)][-1])
        np.testing.assert_allclose(list(found.values()), [9.81, 0.13], rtol=error)


# ---------------------------------------------------------------------- the integrator


def test_one_step_of_rk4_is_the_exponential_series_up_to_its_fourth_power():
    """For ds/dt = As the step is Σ (hA)ᵏ/k! s, k = 0 … 4."""
    rng = np.random.default_rng(0)
    A, s, h = rng.normal(size=(3, 3)), rng.normal(size=3), 0.3
    series = sum(
        np.linalg.matrix_power(h * A, k) @ s / math.factorial(k) for k in range(5)
    )
    np.testing.assert_allclose(rk4(lambda x: A @ x, s, h), series, rtol=1e-13)


def test_half_the_step_leaves_a_sixteenth_of_the_error():
    t, model = np.array([0.5, 2.0, 1.0]), FallWithDrag()
    theta, exact = model.encode(g=9.81, k=0.13), ball([0.5, 2.0, 1.0], 9.81, 0.13)
    worst = [
        abs(FallWithDrag(n).predict(theta, t) - exact).max() for n in (20, 40, 80, 160)
    ]
    ratios = np.divide(worst[:-1], worst[1:])
    np.testing.assert_allclose(ratios, 16, rtol=0.1)
    assert abs(model.predict(theta, t) - exact).max() < 1e-3  # a millimeter


def test_without_drag_a_fall_is_half_of_g_t_squared():
    t, model = np.array([0.0, 1.0, 3.0]), FallWithDrag(steps=3)
    theta = model.encode(g=9.81, k=1e-300)
    np.testing.assert_allclose(model.predict(theta, t), 9.81 / 2 * t**2, rtol=1e-14)
    whole = model.predict(theta, np.array([0, 1, 3], np.uint8))
    np.testing.assert_allclose(whole, model.predict(theta, t), rtol=1e-14)


def test_reverse_mode_goes_back_through_each_step_of_the_integrator():
    """∂y/∂g and ∂y/∂k, against differences of the closed form."""
    model, t = FallWithDrag(steps=200), np.array([1.5])
    by_shapes = autodiff.grad(lambda theta: model.predict(theta, t).sum())
    theta = model.encode(g=9.81, k=0.13)
    exact = numerical_gradient(lambda gk: ball(t, *gk)[0], [9.81, 0.13])
    chain = 1 - np.exp([-9.81, -0.13])  # dk/dz of k = log(1 + eᶻ)
    np.testing.assert_allclose(by_shapes(theta), exact * chain, rtol=1e-8)


def test_negative_drag_reaches_infinite_speed_in_finite_time():
    """Why k is made of a free number: for k < 0, v = √(g/|k|) tan(√(g|k|) t)."""
    law = lambda v: 1 - (-1) * v**2
    v, end = 0.0, 0.99 * math.pi / 2
    for _ in range(4000):
        v = rk4(law, v, end / 4000)
    assert v == pytest.approx(math.tan(end), rel=1e-6)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(4000):
            v = rk4(law, np.float64(v), end / 4000)
    assert not np.isfinite(v)


# ------------------------------------------------------------ what no gradient can see


def test_a_hard_assignment_has_slope_zero_almost_everywhere():
    """The share of points nearest to a mean moves in jumps: descent on it stands still.

    Softened, so that a point may belong to several means a little, it has a slope.
    """
    X, model = three_clouds(200), GaussianMixture(3)
    hard = lambda theta: autodiff.mean(1.0 * (model.predict(theta, X) == 0))
    soft = lambda theta: model.responsibilities(theta, X)[:, 0].mean()
    theta = model.encode([1, 1, 1], [-1, 0, 1], [0.5, 0.5, 0.5])
    aim = lambda share: autodiff.grad(lambda theta: (share(theta) - 0.25) ** 2)
    assert hard(theta) != hard(theta + np.array([0, 0, 0, 0.5, 0, 0, 0, 0, 0]))
    assert not aim(hard)(theta).any()
    assert not numerical_gradient(hard, theta).any()
    assert np.linalg.norm(aim(soft)(theta)) > 0.01
    stands = list(descend(aim(hard), theta, batches=[()] * 20))[-1]
    moves = list(descend(aim(soft), theta, learning_rate=1.0, batches=[()] * 200))[-1]
    assert np.array_equal(stands, theta)
    assert abs(hard(theta) - 0.25) > 0.02
    assert abs(soft(moves) - 0.25) < 1e-6
    assert abs(hard(moves) - 0.25) < abs(hard(theta) - 0.25)


def test_k_means_can_be_descended_since_its_cost_is_continuous_where_labels_jump():
    """The gradient of (1/n) Σ minⱼ (xᵢ − μⱼ)² is as if the labels were fixed."""
    X = three_clouds(300)[:, 0]
    cost = lambda means: -autodiff.max(-((X[:, None] - means) ** 2), axis=1).mean()
    means = np.array([-1.0, 0.0, 1.0])
    label = abs(X[:, None] - means).argmin(axis=1)
    each = [-2 * (X[label == j] - means[j]).sum() / 300 for j in range(3)]
    np.testing.assert_allclose(autodiff.grad(cost)(means), each, rtol=1e-13)
    end = list(descend(autodiff.grad(cost), means, batches=[()] * 500))[-1]
    label = abs(X[:, None] - end).argmin(axis=1)
    lloyd = [X[label == j].mean() for j in range(3)]
    np.testing.assert_allclose(end, lloyd, atol=1e-6)


def test_a_step_too_long_strands_a_positive_number_where_softplus_is_flat():
    model, t = FallWithDrag(), np.linspace(0.1, 2, 20)
    y = ball(t, 9.81, 0.13)
    g_good, g_stranded = (
        model.grad(np.array([unconstrained(9.81), z]), t, y) for z in (-3.0, -30.0)
    )
    assert abs(g_good[1]) > 1
    assert 0 < abs(g_stranded[1]) < 1e-9


# -------------------------------------------------------------------------- at the door


@pytest.mark.parametrize(
    "make",
    [
        lambda: MatrixFactorization(3, 0, 1),
        lambda: MatrixFactorization(3, 3, 1.5),
        lambda: GaussianMixture(0),
        lambda: GaussianMixture(2, features=True),
        lambda: FallWithDrag(steps=-1),
    ],
)
def test_a_size_is_a_whole_number_one_or_more(make):
    with pytest.raises(ValueError, match="must be a whole number, 1 or more"):
        make()


@every
def test_a_theta_of_the_wrong_length_is_told_what_is_needed(model, X, y, goal):
    theta = model.init(np.random.default_rng(0))
    needed = rf"theta has shape \({theta.size + 1},\), but .* needs \({theta.size},\)"
    with pytest.raises(ValueError, match=needed):
        model.loss(np.append(theta, 0.0), X, y)
    with pytest.raises(ValueError, match=needed):
        model.grad(np.append(theta, 0.0), X, y)


@every
def test_a_mean_of_no_examples_is_refused(model, X, y, goal):
    theta = model.init(np.random.default_rng(0))
    with pytest.raises(ValueError, match="there are no examples"):
        model.loss(theta, X[:0], y[:0])


def test_targets_and_inputs_of_another_shape_are_refused():
    model, t = LogisticGrowth(), np.arange(4.0)
    theta = model.init()
    with pytest.raises(ValueError, match=r"predictions have shape \(4,\), targets \(4"):
        model.loss(theta, t, t[:, None])
    with pytest.raises(ValueError, match=r"pass X.ravel\(\)"):
        model.loss(theta, t[:, None], t)
    with pytest.raises(ValueError, match=r"pass X.ravel\(\)"):
        model.loss(theta, ["monday"], t[:1])
    with pytest.raises(ValueError, match=r"holds the time -0.5"):
        FallWithDrag().predict(FallWithDrag().init(), t - 0.5)
    with pytest.raises(ValueError, match=r"needs \(n, 1\): X\[:, None\]"):
        GaussianMixture(2).loss(np.zeros(6), t)
    with pytest.raises(ValueError, match=r"needs \(n, 2\): one point a row"):
        GaussianMixture(2, 2).loss(np.zeros(10), t[:, None])
    with pytest.raises(ValueError, match=r"scales is .* it must be positive"):
        GaussianMixture(2).encode([1, 1], [0, 1], [1, -1])
