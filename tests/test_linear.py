"""Straight models by descent are the straight models of algebra and of others."""

import json
from pathlib import Path

import numpy as np
import pytest

from gdlib.datasets import breast_cancer, diabetes, digits, iris, standardize
from gdlib.descent import descend, minimize
from gdlib.gradients import numerical_hessian
from gdlib.linear import LinearRegression, LogisticRegression, SoftmaxRegression
from gdlib.objectives import training_loss
from gdlib.optimizers import gradient_descent, momentum, nesterov

GOLDEN = json.loads(
    Path(__file__).with_name("golden").joinpath("linear.json").read_text()
)


@pytest.fixture(scope="module")
def body_mass():
    """Return the split that scikit-learn's first example of regression uses."""
    data = diabetes()
    X, y = data.X[:, [data.features.index("bmi")]], data.y
    return X[:-20], y[:-20], X[-20:], y[-20:]


def least_squares(X, y):
    return np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), y, rcond=None)[0]


def test_descent_from_zero_reaches_the_published_line(body_mass):
    X, y, X_test, y_test = body_mass
    model = LinearRegression(features=1)
    n = len(y)
    L = np.linalg.eigvalsh(2 / n * np.array([[n, X.sum()], [X.sum(), (X**2).sum()]]))
    run = minimize(
        training_loss(model, X, y),
        model.init(),
        learning_rate=2 / (L[0] + L[1]),
        steps=20_000,
        tolerance=1e-11,
    )
    theta = run.x[-1]
    assert run.status == "converged"
    assert theta[1] == pytest.approx(938.23786125, rel=1e-9)  # scikit-learn's slope
    assert model.loss(theta, X_test, y_test) == pytest.approx(2548.07, abs=0.005)
    np.testing.assert_allclose(theta, least_squares(X, y), rtol=1e-9)


def test_descent_on_all_ten_features_reaches_least_squares():
    """Scaled by its singular vectors, any X is a round bowl: one step is enough."""
    data = diabetes()
    U, s, Vt = np.linalg.svd(data.X, full_matrices=False)
    model, n = LinearRegression(features=10), len(data.y)
    f = training_loss(model, U, data.y)
    round_bowl = np.r_[1 / 2, np.full(10, n / 2)]  # 1/curvature of each coordinate
    theta = minimize(f, model.init(), learning_rate=round_bowl, steps=1).x[-1]
    w = Vt.T @ (theta[1:] / s)
    np.testing.assert_allclose(
        np.r_[theta[0], w], least_squares(data.X, data.y), rtol=1e-9
    )


def test_the_gradient_vanishes_at_least_squares_and_nowhere_near_is_lower():
    data = diabetes()
    model = LinearRegression(features=10)
    theta = least_squares(data.X, data.y)
    assert abs(model.grad(theta, data.X, data.y)).max() < 1e-10
    lowest = model.loss(theta, data.X, data.y)
    for move in np.random.default_rng(0).normal(size=(50, 11)):
        assert model.loss(theta + move, data.X, data.y) > lowest


def test_a_prediction_is_the_intercept_plus_the_weighted_inputs():
    model = LinearRegression(features=2)
    theta = np.array([1.0, 10.0, 100.0])
    X = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 3.0]])
    assert model.predict(theta, X).tolist() == [1, 11, 321]
    assert model.predict([1, 10, 100], X.tolist()).tolist() == [1, 11, 321]


def test_loss_and_gradient_worked_by_hand():
    """Two points, θ = (1, 2): errors −1 and 1, so the loss is 1 and ∂w = 1·(3 − 1)."""
    model = LinearRegression(features=1)
    X, y = np.array([[1.0], [3.0]]), np.array([4.0, 6.0])
    theta = np.array([1.0, 2.0])
    assert model.loss(theta, X, y) == 1
    assert model.grad(theta, X, y).tolist() == [0, 2]


def test_the_start_is_zero_for_every_feature_and_the_intercept():
    assert LinearRegression(features=4).init().tolist() == [0] * 5
    assert LinearRegression(features=4).init(np.random.default_rng(0)).shape == (5,)


def test_doubling_the_data_changes_neither_loss_nor_gradient():
    data = diabetes()
    model, theta = LinearRegression(features=10), np.arange(11.0)
    twice = np.vstack([data.X, data.X]), np.r_[data.y, data.y]
    once = data.X, data.y
    assert model.loss(theta, *twice) == pytest.approx(model.loss(theta, *once))
    np.testing.assert_allclose(model.grad(theta, *twice), model.grad(theta, *once))


X1, X2 = np.ones((442, 1)), np.ones((442, 2))


@pytest.mark.parametrize(
    ("d", "theta", "X", "said"),
    [
        (1, np.zeros(2), X1[:, 0], r"X has shape \(442,\).*\(n, 1\).*X\[:, None\]"),
        (3, np.zeros(4), np.ones(3), r"X has shape \(3,\).*X\[None, :\]"),
        (1, np.zeros(2), X2, r"X has shape \(442, 2\).*\(n, 1\)"),
        (2, np.zeros(3), X1, r"X has shape \(442, 1\).*\(n, 2\)"),
        (2, np.zeros(2), X2, r"theta has shape \(2,\); 2 features and.*\(3,\)"),
        (2, np.zeros((3, 1)), X2, r"theta has shape \(3, 1\)"),
    ],
)
def test_a_wrong_shape_is_answered_with_the_right_one(d, theta, X, said):
    model = LinearRegression(features=d)
    for ask in (model.predict, lambda t, X: model.grad(t, X, np.ones(len(X)))):
        with pytest.raises(ValueError, match=said):
            ask(theta, X)


def test_targets_in_a_column_are_refused_and_not_stretched_into_a_table():
    model = LinearRegression(features=1)
    for ask in (model.loss, model.grad):
        with pytest.raises(ValueError, match=r"\(442,\).*targets \(442, 1\)"):
            ask(np.zeros(2), X1, np.ones((442, 1)))


def test_no_data_is_refused():
    model = LinearRegression(features=1)
    for ask in (model.loss, model.grad):
        with pytest.raises(ValueError, match="no examples"):
            ask(np.zeros(2), np.ones((0, 1)), np.ones(0))


# ------------------------------------------------------------------- with a penalty


def curvature(X, penalty=0.0):
    """Return the largest eigenvalue of X̃ᵀX̃/n + λI, for X with a column of ones."""
    X = np.column_stack([np.ones(len(X)), X])
    return np.linalg.eigvalsh(X.T @ X / len(X))[-1] + penalty


def walked(model, X, y, rule=gradient_descent, **options):
    """Return the last θ of a descent from zero, which must have converged."""
    run = minimize(training_loss(model, X, y), model.init(), rule, **options)
    assert run.status == "converged", run.message
    return run.x[-1]


def test_descent_with_a_penalty_reaches_ridge_regression_by_algebra():
    data, penalty = diabetes(), 1e-3
    X, y, n = data.X - data.X.mean(axis=0), data.y, len(data.y)
    w = np.linalg.solve(X.T @ X + n * penalty / 2 * np.eye(10), X.T @ y)
    model = LinearRegression(features=10, penalty=penalty)
    L = 2 * np.linalg.eigvalsh(X.T @ X / n)[-1] + penalty
    steps = np.r_[1 / 2, np.full(10, 1 / L)]  # the intercept has a curvature of its own
    theta = walked(model, data.X, y, learning_rate=steps, steps=3000, tolerance=1e-13)
    digits_12 = {"rtol": 0, "atol": 1e-12 * abs(w).max()}
    np.testing.assert_allclose(theta, np.r_[y.mean(), w], **digits_12)
    np.testing.assert_allclose(theta, GOLDEN["ridge"]["theta"], **digits_12)
    assert GOLDEN["ridge"]["penalty"] == penalty


@pytest.mark.parametrize(
    "model",
    [
        LinearRegression(2, penalty=3.0),
        LogisticRegression(2, penalty=3.0),
        SoftmaxRegression(2, classes=2, penalty=3.0),
    ],
    ids=lambda m: type(m).__name__,
)
def test_where_the_origin_is_matters_only_to_the_intercept(model):
    rng = np.random.default_rng(0)
    X, y, shift = rng.normal(size=(20, 2)), np.arange(20) % 2, np.array([5.0, -7.0])
    theta = rng.normal(size=model.init().shape)
    moved = theta.reshape(3, -1).copy()
    moved[0] -= shift @ moved[1:]
    before, after = model.loss(theta, X, y), model.loss(moved.ravel(), X + shift, y)
    assert after == pytest.approx(before, rel=1e-12)


def test_a_penalty_adds_half_its_strength_times_the_squared_length_of_the_weights():
    theta, X, y = np.array([5.0, 3.0, -4.0]), np.ones((1, 2)), np.ones(1)
    for make in (LinearRegression, LogisticRegression):
        data = make(2).loss(theta, X, y)
        assert make(2, penalty=0.1).loss(theta, X, y) == pytest.approx(data + 1.25)


@pytest.mark.parametrize("penalty", [-1e-3, np.inf, np.nan, [1.0, 2.0]])
def test_a_penalty_is_one_number_not_below_zero(penalty):
    for model in (LinearRegression, LogisticRegression):
        with pytest.raises(ValueError, match="one number, 0 ≤ penalty"):
            model(3, penalty=penalty)
    with pytest.raises(
        ValueError, match=r"features is 2\.5; it must be a whole number"
    ):
        LinearRegression(2.5)
    with pytest.raises(ValueError, match="classes is '3'; it must be a whole number"):
        SoftmaxRegression(2, classes="3")


def test_from_zero_descent_finds_the_shortest_of_all_lines_that_fit():
    """With more features than examples many lines fit; no step leaves the rows of X̃."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 50)), rng.normal(size=20)
    rate = 1 / (2 * curvature(X))
    model = LinearRegression(features=50)
    theta = walked(model, X, y, learning_rate=rate, steps=5000, tolerance=1e-13)
    shortest = np.linalg.pinv(np.column_stack([np.ones(20), X])) @ y
    assert model.loss(theta, X, y) < 1e-24
    np.testing.assert_allclose(theta, shortest, rtol=0, atol=1e-12)
    elsewhere = minimize(
        training_loss(model, X, y), np.ones(51), learning_rate=rate, steps=5000
    ).x[-1]
    assert model.loss(elsewhere, X, y) < 1e-24
    assert np.linalg.norm(elsewhere) > 1.5 * np.linalg.norm(shortest)


# ------------------------------------------------------------------------ two classes


@pytest.fixture(scope="module")
def cancer():
    data = breast_cancer()
    return standardize(data.X), data.y


def test_descent_reaches_the_optimum_of_logistic_regression_to_ten_digits(cancer):
    golden = GOLDEN["cancer"]
    model = LogisticRegression(features=30, penalty=golden["penalty"])
    rate = 1 / (curvature(cancer[0]) / 4 + golden["penalty"])
    theta = walked(
        model, *cancer, nesterov, learning_rate=rate, steps=1000, tolerance=1e-13
    )
    np.testing.assert_allclose(theta, golden["theta"], rtol=0, atol=1e-10)
    assert model.loss(theta, *cancer) == pytest.approx(golden["loss"], rel=1e-12)


ANCHOR = np.array([np.arange(-4, 5), [0, 0, 1, 0, 1, 1, 1, 0, 0]]).T
RATE = 1 / (curvature(ANCHOR) / 4 + 1)


def test_logistic_regression_gives_the_published_coefficients_of_glmnet():
    """Those that scikit-learn's own tests quote, with λ = 1, from glmnet for R."""
    y = np.repeat([0, 1], [3, 6])
    model = LogisticRegression(features=2, penalty=1.0)
    theta = walked(model, ANCHOR, y, learning_rate=RATE, steps=2000, tolerance=1e-13)
    published = [0.89230405539, 0.44464569182, 0.01457563448]
    np.testing.assert_allclose(theta, published, rtol=1e-7)


def test_softmax_regression_gives_the_published_coefficients_of_glmnet():
    y = np.repeat([0, 1, 2], 3)
    model = SoftmaxRegression(features=2, classes=3, penalty=1.0)
    theta = walked(model, ANCHOR, y, learning_rate=RATE, steps=4000, tolerance=1e-13)
    published = [
        [-0.12004759652, 0.2251747383, -0.1051271418],
        [-0.38023389305, -8.164030176e-5, 0.3803155334],
        [-0.01226499932, 0.04734548012, -0.0350804808],
    ]
    np.testing.assert_allclose(theta, np.ravel(published), rtol=0, atol=1e-7)


def test_the_slope_changes_by_at_most_a_quarter_of_the_largest_eigenvalue(cancer):
    X, y = cancer
    model, L = LogisticRegression(features=30), curvature(X) / 4
    rng = np.random.default_rng(0)
    for size in (1e-3, 0.1, 1.0):
        for a, b in size * rng.normal(size=(20, 2, 31)):
            turn = model.grad(a, X, y) - model.grad(b, X, y)
            assert np.linalg.norm(turn) <= L * np.linalg.norm(a - b)


def test_at_zero_that_bound_is_attained(cancer):
    X, y = cancer
    model, X1 = (
        LogisticRegression(features=30),
        np.column_stack([np.ones(569), cancer[0]]),
    )
    steepest = np.linalg.eigh(X1.T @ X1)[1][:, -1]
    h = 1e-4
    turn = model.grad(h * steepest, X, y) - model.grad(-h * steepest, X, y)
    assert turn @ steepest / (2 * h) == pytest.approx(curvature(X) / 4, rel=1e-6)


@pytest.mark.parametrize("penalty", [0.0, 0.7])
def test_the_curvature_of_linear_regression_is_its_hessian(penalty):
    X, rng = ANCHOR, np.random.default_rng(0)
    model = LinearRegression(features=2, penalty=penalty)
    y = rng.normal(size=9)
    slope = lambda theta: model.grad(theta, X, y)
    H = numerical_hessian(slope, rng.normal(size=3))
    np.testing.assert_allclose(model.curvature(X), H, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    "model",
    [
        LogisticRegression(features=2, penalty=0.7),
        SoftmaxRegression(features=2, classes=2, penalty=0.7),
        SoftmaxRegression(features=2, classes=5, penalty=0.7),
    ],
)
def test_no_hessian_of_a_classifier_exceeds_its_curvature(model):
    """Two classes attain it at θ = 0: along the axis between them for the softmax."""
    y, rng = np.arange(9) % 2, np.random.default_rng(0)
    k = len(model.init()) // 3
    H = np.kron(model.curvature(ANCHOR), np.eye(k))
    for size in (0.0, 0.1, 1.0):
        theta = size * rng.normal(size=3 * k)
        found = numerical_hessian(lambda theta: model.grad(theta, ANCHOR, y), theta)
        assert np.linalg.eigvalsh(H - found)[0] > -1e-8
        if not size and k <= 2:
            highest = np.linalg.eigvalsh(found)[-1]
            assert highest == pytest.approx(np.linalg.eigvalsh(H)[-1], rel=1e-8)


def test_one_class_is_none_to_tell_apart():
    with pytest.raises(ValueError, match="classes is 1; it takes 2 or more"):
        SoftmaxRegression(features=2, classes=1)


def test_training_in_batches_with_momentum_is_pytorchs_to_twelve_digits(cancer):
    golden = GOLDEN["batches"]
    n = len(cancer[1])
    order = np.arange(n) * golden["stride"] % n
    cuts = [order[i : i + golden["batch"]] for i in range(0, n, golden["batch"])]
    assert len(cuts[-1]) < golden["batch"]  # the last batch is short, its mean is not
    batches = [(cancer[0][cut], cancer[1][cut]) for cut in cuts] * golden["epochs"]
    model = LogisticRegression(features=30)
    options = {name: golden[name] for name in ("learning_rate", "beta")}
    *_, theta = descend(model.grad, model.init(), momentum, batches=batches, **options)
    np.testing.assert_allclose(theta, golden["theta"], rtol=0, atol=1e-12)


def test_classes_that_a_plane_parts_have_no_best_weights_but_a_best_direction():
    """The weights grow like log t for ever; what settles is where they point.

    Soudry et al. (2018): θ/‖θ‖ goes to the widest margin γ, ‖θ‖ like log t / γ, and the
    loss like 1/(γ²t). Quickened: steps of 1/(loss·R²), with t the sum of them.
    """
    data, golden = iris(), GOLDEN["iris"]
    X, y = standardize(data.X), (data.y == 0).astype(int)
    model, margin = LogisticRegression(features=4), golden["margin"]
    theta, t, seen = model.init(), 0.0, []
    radius = 1 + (X**2).sum(axis=1).max()
    for step in range(1001):
        loss = model.loss(theta, X, y)
        if step in (20, 300, 1000):
            seen.append((np.log(t), np.linalg.norm(theta), theta @ golden["theta"]))
        t += 1 / (radius * loss)
        theta = theta - model.grad(theta, X, y) / (radius * loss)
    when, length, along = np.array(seen).T
    cosine = along / length
    assert cosine[0] < 0.95 < cosine[1] < 0.99 < cosine[2]
    growth = np.diff(length) / np.diff(when)
    assert growth[1] == pytest.approx(1 / margin, rel=0.05)
    assert loss * t == pytest.approx(1 / margin**2, rel=0.01)
    assert (model.predict(theta, X) == y).all()


def test_two_examples_that_a_point_parts_are_solved_in_closed_form():
    """Downhill w' = 1/(1 + eʷ), so w + eʷ = t + 1: w grows as log t, and t·loss → 1."""
    model = LogisticRegression(features=1)
    X, y, eta, steps = np.array([[-1.0], [1.0]]), np.array([0, 1]), 0.05, 8000
    walk = descend(lambda x: model.grad(x, X, y), model.init(), learning_rate=eta)
    *_, theta = (x for _, x in zip(range(steps + 1), walk, strict=False))
    t = eta * steps
    assert abs(theta[0]) < 1e-12
    assert theta[1] + np.exp(theta[1]) == pytest.approx(t + 1, rel=1e-3)
    assert t * model.loss(theta, X, y) == pytest.approx(1, abs=0.02)


def test_probabilities_are_the_sigmoid_of_the_scores_and_classes_their_side_of_half():
    model, theta = LogisticRegression(features=1), np.array([0.0, np.log(3)])
    X = np.array([[-1000.0], [-1.0], [0.0], [1.0], [1000.0]])
    p = model.probabilities(theta, X)
    np.testing.assert_allclose(p, [0, 0.25, 0.5, 0.75, 1], atol=1e-15)
    assert model.predict(theta, X).tolist() == [0, 0, 0, 1, 1]
    np.testing.assert_allclose(model.scores(theta, X), X[:, 0] * np.log(3))


# ----------------------------------------------------------------------- many classes


@pytest.fixture(scope="module")
def images():
    data = digits()
    return data.X / 16, data.y


def test_softmax_regression_has_its_optimum_where_scikit_learn_finds_it(images):
    """With a penalty λ a gradient g is no farther than ‖g‖/λ from the minimum."""
    golden = GOLDEN["digits"]
    theta, penalty = np.array(golden["theta"]), golden["penalty"]
    model = SoftmaxRegression(features=64, classes=10, penalty=penalty)
    assert np.linalg.norm(model.grad(theta, *images)) / penalty < 1e-10
    assert model.loss(theta, *images) == pytest.approx(golden["loss"], rel=1e-12)


def test_the_slopes_of_a_feature_by_the_classes_have_the_sum_zero(images):
    model = SoftmaxRegression(features=64, classes=10)
    theta = np.random.default_rng(0).normal(size=650)
    slopes = model.grad(theta, *images).reshape(65, 10)
    assert abs(slopes.sum(axis=1)).max() < 1e-14
    assert abs(slopes).max() > 0.1


def test_probabilities_have_the_sum_one_even_of_scores_in_the_thousands(images):
    model = SoftmaxRegression(features=64, classes=10)
    for size in (1.0, 1000.0):
        theta = size * np.random.default_rng(0).normal(size=650)
        p = model.probabilities(theta, images[0])
        assert p.shape == (1797, 10)
        assert (p >= 0).all()
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-14)
    assert abs(model.scores(theta, images[0])).max() > 1000
    assert np.isfinite(model.loss(theta, *images))
    assert np.isfinite(model.grad(theta, *images)).all()


def test_softmax_regression_on_two_classes_is_logistic_regression():
    rng = np.random.default_rng(0)
    X, y, theta = rng.normal(size=(30, 3)), np.arange(30) % 2, rng.normal(size=4)
    one, two = LogisticRegression(3, penalty=0.1), SoftmaxRegression(3, 2, penalty=0.2)
    pair = np.stack([-theta / 2, theta / 2], axis=1).ravel()
    assert two.loss(pair, X, y) == pytest.approx(one.loss(theta, X, y), rel=1e-13)
    np.testing.assert_allclose(
        two.probabilities(pair, X)[:, 1], one.probabilities(theta, X), rtol=1e-13
    )
    slopes = two.grad(pair, X, y).reshape(4, 2)
    np.testing.assert_allclose(slopes[:, 1], one.grad(theta, X, y), rtol=1e-12)
    assert (two.predict(pair, X) == one.predict(theta, X)).all()


def test_a_table_of_scores_worked_by_hand():
    """θ is row after row: b = (0, 1, 0), then w = (2, 0, −1), for one feature."""
    model = SoftmaxRegression(features=1, classes=3)
    theta, X = np.array([0.0, 1, 0, 2, 0, -1]), np.array([[1.0], [-3.0], [0.0]])
    assert model.scores(theta, X).tolist() == [[2, 1, -1], [-6, 1, 3], [0, 1, 0]]
    assert model.predict(theta, X).tolist() == [0, 2, 1]
    assert model.predict(model.init(), X).tolist() == [0, 0, 0]
    assert model.loss(model.init(), X, [0, 1, 2]) == pytest.approx(np.log(3))


# ------------------------------------------------------------------- what is let in

MODELS = [LinearRegression(2), LogisticRegression(2), SoftmaxRegression(2, classes=3)]
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)


@every_model
def test_a_row_too_few_or_a_column_of_targets_is_refused(model):
    X, y, theta = np.ones((6, 2)), np.arange(6) % 2, model.init()
    for ask in (model.loss, model.grad):
        with pytest.raises(ValueError, match=r"X has shape \(2,\).*X\[None, :\]"):
            ask(theta, X[0], y[:1])
        with pytest.raises(ValueError, match=r"X has shape \(6, 1\).*\(n, 2\)"):
            ask(theta, X[:, :1], y)
        with pytest.raises(ValueError, match=r"\(6, 1\)"):
            ask(theta, X, y[:, None])
        with pytest.raises(ValueError, match=r"theta has shape \(2,\)"):
            ask(theta[:2], X, y)


def test_labels_of_another_convention_are_refused_with_the_way_out():
    X, y = np.ones((4, 2)), np.array([-1, 1, 1, -1])
    model = LogisticRegression(2)
    with pytest.raises(ValueError, match=r"-1, 1.*needs 0 and 1: pass \(y \+ 1\) / 2"):
        model.loss(model.init(), X, y)
    with pytest.raises(ValueError, match=r"1, 2, 3.*softmax_cross_entropy"):
        model.grad(model.init(), X, [1, 2, 3, 1])
    three = SoftmaxRegression(2, classes=3)
    with pytest.raises(ValueError, match=r"run from 1 to 3.*labels - 1"):
        three.loss(three.init(), X, [1, 2, 3, 1])
    with pytest.raises(ValueError, match=r"theta has shape \(3,\).*3 classes.*\(9,\)"):
        three.loss(np.zeros(3), X, [0, 1, 2, 1])


@every_model
def test_single_precision_stays_single(model):
    X, theta = np.ones((6, 2), np.float32), np.ones(model.init().size, np.float32)
    y = np.arange(6) % 2
    strong = type(model)(**{**vars(model), "penalty": 0.5})
    for one in (model, strong):
        assert one.grad(theta, X, y).dtype == np.float32
        assert one.loss(theta, X, y).dtype == np.float32


@every_model
def test_what_is_given_is_never_modified(model):
    model = type(model)(**{**vars(model), "penalty": 0.5})
    rng = np.random.default_rng(0)
    X, y, theta = rng.normal(size=(6, 2)), np.arange(6) % 2, rng.normal(size=3)
    theta = np.resize(theta, model.init().shape)
    given = [a.copy() for a in (theta, X, y)]
    model.loss(theta, X, y)
    assert not np.shares_memory(model.grad(theta, X, y), theta)
    assert all((a == b).all() for a, b in zip(given, (theta, X, y), strict=True))
