"""Training is the loop, fed with data: every epoch is accounted for."""

import functools
from itertools import islice, repeat

import numpy as np
import pytest

from gdlib.datasets import breast_cancer, diabetes, minibatches, standardize
from gdlib.descent import descend, fit, minimize
from gdlib.language import Bigram, CharacterModel
from gdlib.linear import LinearRegression, LogisticRegression, SoftmaxRegression
from gdlib.losses import binary_cross_entropy, squared_error
from gdlib.networks import MLP, ConvNet
from gdlib.objectives import quadratic, training_loss
from gdlib.optimizers import adam, gradient_descent, momentum, nesterov
from gdlib.svm import LinearSVM


@pytest.fixture(scope="module")
def data():
    table = diabetes()
    X = table.X * np.sqrt(len(table.y))
    return X, table.y


@pytest.fixture
def model(data):
    return LinearRegression(features=data[0].shape[1])


def test_full_batch_training_is_minimization_of_the_training_loss(data, model):
    run = fit(model, *data, momentum, learning_rate=0.05, epochs=30)
    walk = minimize(
        training_loss(model, *data),
        model.init(),
        momentum,
        learning_rate=0.05,
        steps=30,
    )
    np.testing.assert_array_equal(run.theta, walk.x[-1])
    np.testing.assert_array_equal(run.loss, walk.f)
    assert run.epochs == 30
    assert run.status == "max_steps"


def test_minibatch_training_is_the_loop_over_minibatches(data, model):
    X, y = data
    run = fit(
        model,
        X,
        y,
        adam,
        learning_rate=0.1,
        epochs=3,
        batch_size=50,
        rng=np.random.default_rng(7),
    )
    rng = np.random.default_rng(7)
    stream = minibatches(X, y, size=50, epochs=3, rng=rng)
    walk = list(
        descend(model.grad, model.init(), adam, learning_rate=0.1, batches=stream)
    )
    assert len(walk) == 1 + 3 * 9  # 442 examples are eight batches of 50 and one of 42
    np.testing.assert_array_equal(run.theta, walk[-1])
    np.testing.assert_array_equal(
        run.loss, [model.loss(theta, X, y) for theta in walk[::9]]
    )


def test_the_same_rng_trains_the_same_model_and_another_does_not(data, model):
    def theta(seed):
        rng = np.random.default_rng(seed)
        return fit(
            model, *data, epochs=2, batch_size=32, learning_rate=0.01, rng=rng
        ).theta

    assert (theta(1) == theta(1)).all()
    assert (theta(1) != theta(2)).any()


def test_training_reaches_least_squares(data, model):
    X, y = data
    run = fit(model, X, y, adam, learning_rate=1.0, epochs=3000, tolerance=1e-9)
    table = np.column_stack([np.ones(len(y)), X])
    best, *_ = np.linalg.lstsq(table, y)
    residual = y - table @ best
    assert run.loss[-1] == pytest.approx(np.mean(residual**2), rel=1e-9)


def test_a_flat_gradient_ends_the_training_as_converged(data, model):
    run = fit(model, *data, learning_rate=0.1, epochs=100_000, tolerance=1e-6)
    assert run.status == "converged"
    assert run.grad_norm[-1] <= 1e-6 < run.grad_norm[-2]


def test_the_schedule_counts_steps_and_not_epochs(data, model):
    asked = []

    def schedule(t):
        asked.append(t)
        return 0.01 / (1 + t)

    run = fit(model, *data, learning_rate=schedule, epochs=2, batch_size=221)
    assert sorted(set(asked)) == [0, 1, 2, 3]
    np.testing.assert_allclose(run.learning_rate, [0.01 / 2, 0.01 / 4])


def test_validation_returns_the_theta_that_does_best_on_it(data, model):
    X, y = data
    kept = (X[:40], y[:40])
    run = fit(
        model,
        X[40:60],
        y[40:60],
        learning_rate=0.05,
        epochs=400,
        validation=kept,
    )
    assert run.validation.argmin() not in (
        0,
        400,
    )  # twenty rows are soon learned by heart
    assert model.loss(run.theta, *kept) == run.validation.min()


def test_patience_ends_a_training_that_no_longer_helps(data, model):
    X, y = data
    run = fit(
        model,
        X[40:60],
        y[40:60],
        learning_rate=0.05,
        epochs=4000,
        validation=(X[:40], y[:40]),
        patience=10,
    )
    assert run.status == "stalled"
    assert run.epochs == run.validation.argmin() + 10
    assert "10 epochs" in run.message


def test_divergence_keeps_the_history_and_a_finite_theta(data, model):
    run = fit(model, *data, learning_rate=10.0, epochs=1000)
    assert run.status == "diverged"
    assert run.epochs < 1000
    assert np.isfinite(run.theta).all()
    assert "smaller learning rate" in run.message


def test_clipping_shortens_a_long_gradient_and_keeps_its_direction(data, model):
    g = model.grad(model.init(), *data)
    run = fit(model, *data, learning_rate=1.0, epochs=1, clip=0.5)
    np.testing.assert_allclose(run.theta, -0.5 * g / np.linalg.norm(g))
    assert run.grad_norm[0] == pytest.approx(np.linalg.norm(g))


def test_a_callback_sees_every_epoch_and_can_end_the_training(data, model):
    seen = []
    run = fit(
        model,
        *data,
        epochs=50,
        learning_rate=0.01,
        callback=lambda epoch, theta: seen.append(epoch) or epoch == 3,
    )
    assert seen == [0, 1, 2, 3]
    assert run.epochs == 3


def test_no_epochs_leave_the_start(data, model):
    theta0 = np.arange(11.0)
    run = fit(model, *data, theta0=theta0, epochs=0)
    np.testing.assert_array_equal(run.theta, theta0)
    assert run.loss.shape == (1,)


def test_progress_is_told_when_asked_for_and_nowhere_else(data, model, capsys):
    fit(model, *data, epochs=3, learning_rate=0.01)
    assert capsys.readouterr() == ("", "")
    fit(model, *data, epochs=20_000, learning_rate=0.01, progress=True)
    assert "/20000" in capsys.readouterr().err


def test_bad_data_are_answered_at_the_door(data, model):
    X, y = data
    with pytest.raises(ValueError, match="each row needs its target"):
        fit(model, X, y[:-1])
    with pytest.raises(ValueError, match="no examples in the training data"):
        fit(model, X[:0], y[:0])
    with pytest.raises(ValueError, match="no examples in the validation data"):
        fit(model, X, y, validation=(X[:0], y[:0]))
    with pytest.raises(ValueError, match=r"the validation data have 9 rows .* 8 in y"):
        fit(model, X, y, validation=(X[:9], y[:8]))
    with pytest.raises(ValueError, match="epochs is -1"):
        fit(model, X, y, epochs=-1)


@pytest.mark.parametrize("size", [0, -1, 2.5, True, "32", 443])
def test_a_batch_is_a_whole_number_of_examples_from_one_to_all(data, model, size):
    with pytest.raises(ValueError, match=f"size is {size!r}; .*(whole|between 1 and)"):
        fit(model, *data, batch_size=size)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_gap_in_the_data_is_found_before_it_spoils_theta(data, model, wrong):
    X, y = data[0].copy(), data[1].copy()
    y[7] = wrong
    with pytest.raises(ValueError, match=f"y of the training .* {wrong} at position 7"):
        fit(model, X, y)
    X[3, 2] = wrong
    with pytest.raises(
        ValueError, match=f"X of the validation .* {wrong} .* 3, 2; lea"
    ):
        fit(model, *data, validation=(X, data[1]))


# ------------------------------------------------------------ too little to learn from

CLASSIFIERS = {
    "logistic": (LogisticRegression(2), np.array([0.0, 1.0])),
    "softmax": (SoftmaxRegression(2, classes=3), np.array([2, 1])),
    "svm": (LinearSVM(2), np.array([-1, 1])),
    "mlp": (MLP((2, 3)), np.array([0, 2])),
    "one score": (MLP((2, 1), output_loss=binary_cross_entropy), np.array([1, 0])),
    "images": (ConvNet(filters=1, classes=2, side=4), np.array([1, 0])),
    "bigram": (Bigram("abc"), np.array([2, 0])),
    "characters": (CharacterModel("abc", context=2, hidden=2), np.array([1, 0])),
}


def inputs(name, n):
    """Return n rows as the model reads them."""
    width = {"images": 16, "bigram": 1}.get(name, 2)
    kind = int if name in ("bigram", "characters") else float
    return np.ones((n, width), dtype=kind)


@pytest.mark.parametrize("n", [1, 5])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_one_class_alone_is_nothing_to_learn_from(name, n):
    model, labels = CLASSIFIERS[name]
    with pytest.raises(
        ValueError, match=f"one class only, {labels[0]}, .*n = {n}; .*an"
    ):
        fit(model, inputs(name, n), np.full(n, labels[0]), epochs=1)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_two_classes_are_learned_one_example_at_a_time_and_judged_on_one(name):
    """A batch of one example, or validation data of one class, are no mistake."""
    model, labels = CLASSIFIERS[name]
    X, kept = inputs(name, 2), (inputs(name, 1), labels[:1])
    run = fit(model, X, labels, epochs=2, batch_size=1, validation=kept)
    assert run.epochs == 2


def test_a_straight_line_needs_two_points():
    with pytest.raises(ValueError, match=r"one example in the training .* 2 or more"):
        fit(LinearRegression(1), np.ones((1, 1)), np.ones(1))
    line = MLP((1, 1), output_loss=squared_error)  # a network may learn one by heart
    assert fit(line, np.ones((1, 1)), np.ones(1), epochs=1).epochs == 1


def test_a_constant_target_is_one_to_predict():
    X = np.array([[-1.0], [1.0]])
    run = fit(LinearRegression(1), X, np.full(2, 3.0), learning_rate=0.5, epochs=1)
    assert run.theta.tolist() == [3, 0]


# ------------------------------------------------------------------- unscaled columns

RAW = breast_cancer()
TASKS = {
    "linear": (LinearRegression(30), 2),
    "logistic": (LogisticRegression(30), 1 / 4),
    "softmax": (SoftmaxRegression(30, classes=2), 1 / 2),
}


def steepest(X, bend):
    """L, from the singular values of X with a column of ones, and κ."""
    s = np.linalg.svd(np.column_stack([np.ones(len(X)), X]), compute_uv=False)
    return bend * s[0] ** 2 / len(X), (s[0] / s[-1]) ** 2


@pytest.mark.parametrize("name", TASKS)
def test_unscaled_columns_and_too_large_a_rate_are_noticed(name):
    model, bend = TASKS[name]
    L, kappa = steepest(RAW.X, bend)
    largest = RAW.features.index("worst area")
    with pytest.warns(UserWarning, match="cannot be trusted") as caught:
        fit(model, RAW.X, RAW.y, learning_rate=2.01 / L, epochs=1)
    said = str(caught[0].message)
    assert f"learning_rate is {2.01 / L:g}, and beyond 2/L ≈ {2 / L:.3g} " in said
    assert f"Column {largest} is the largest, and κ ≈ {kappa:.2g}." in said
    assert "gdlib.datasets.standardize" in said
    assert caught[0].filename == __file__
    fit(model, RAW.X, RAW.y, learning_rate=1.99 / L, epochs=1)
    fit(model, standardize(RAW.X), RAW.y, learning_rate=2.01 / L, epochs=1)


def test_a_column_that_never_changes_is_named():
    """A year is 2020 in every row, and no other column is large enough to matter."""
    X = np.column_stack([np.arange(-2.0, 3.0), np.full(5, 2020), np.zeros(5)])
    with pytest.warns(
        UserWarning, match=r"Column 1 is 2020 in every row.*leave it out"
    ):
        fit(LinearRegression(3), X, np.arange(5.0), epochs=1)


def test_bytes_are_measured_as_numbers():
    """As uint8, 16² is 0, and the columns would look small."""
    X = np.array([[16], [240]], dtype=np.uint8)
    with pytest.warns(UserWarning, match="Column 0 is the largest"):
        fit(LinearRegression(1), X, np.arange(2.0), epochs=1)


def test_columns_whose_squares_are_no_numbers_end_as_diverged():
    X = np.array([[-1e300], [1e300]])
    run = fit(LinearRegression(1), X, np.arange(2.0), epochs=9)
    assert run.status == "diverged"


@pytest.mark.parametrize(
    ("rule", "reach", "best"),
    [
        (gradient_descent, 2, {}),
        (momentum, 4, {"beta": 0.99}),
        (nesterov, 2, {"beta": 0}),
    ],
)
def test_what_is_said_of_a_rate_is_true_whatever_beta(rule, reach, best):
    """In a bowl ½Lx² no β saves a rule beyond its reach, and just below it one does."""
    X, y, L = np.array([[-8.0], [8.0]]), np.zeros(2), 128.0  # L is 2⟨x²⟩
    line, bowl = LinearRegression(1), quadratic([L])
    beyond, below = 1.01 * reach / L, 0.99 * reach / L
    for beta in (0, 0.5, 0.9, 0.99):
        kept = rule if rule is gradient_descent else functools.partial(rule, beta=beta)
        run = minimize(bowl, [1], kept, learning_rate=beyond, steps=5000)
        assert run.status == "diverged"
        with pytest.warns(UserWarning, match=f"beyond {reach}/L"):
            fit(line, X, y, kept, learning_rate=beyond, epochs=1)
    run = minimize(bowl, [1], rule, learning_rate=below, steps=5000, **best)
    assert abs(run.x[-1]) < 1e-6
    fit(line, X, y, rule, learning_rate=below, epochs=1)


def test_where_no_rate_is_too_large_nothing_is_said(data, model):
    """Adam has a rate for each coordinate, a clipped step a length, a schedule ends."""
    X, y = RAW.X, RAW.y
    logistic = LogisticRegression(30)
    fit(logistic, X, y, adam, learning_rate=0.1, epochs=1)
    fit(logistic, X, y, learning_rate=0.1, clip=1.0, epochs=1)
    fit(logistic, X, y, learning_rate=lambda t: 0.1, epochs=1)
    fit(MLP((30, 2)), X, y, learning_rate=1e-9, epochs=1)
    fit(model, *data, learning_rate=10.0, epochs=1)  # the columns are not to blame


# -------------------------------------------------------------- a gradient of one's own


class Own:
    """A model whose gradient is what the test says."""

    def __init__(self, grad):
        self.init = lambda rng: np.zeros(3)
        self.loss = lambda theta, X, y: 1.0
        self.grad = lambda theta, X, y: grad(theta)


@pytest.mark.parametrize("clip", [None, 1.0])
@pytest.mark.parametrize(
    ("grad", "error", "said"),
    [
        (lambda theta: None, TypeError, "`return` missing"),
        (lambda theta: (1.0, theta), TypeError, "returned tuple"),
        (lambda theta: "steep", TypeError, "'steep'"),
        (lambda theta: theta[:, None], ValueError, r"shape \(3, 1\)"),
    ],
)
def test_what_is_no_gradient_is_answered_in_training_too(grad, error, said, clip):
    with pytest.raises(error, match=said):
        fit(Own(grad), np.ones((4, 1)), np.ones(4), clip=clip)


def test_a_validation_loss_that_is_never_a_number_leaves_a_theta(data):
    own = Own(lambda theta: np.ones(3))
    own.loss = lambda theta, X, y: np.nan if len(y) == 5 else 1.0
    X, y = data
    run = fit(own, X, y, epochs=3, validation=(X[:5], y[:5]))
    assert run.theta.tolist() == [0, 0, 0]


def test_training_is_the_same_walk_as_a_stream_of_the_whole_table(data, model):
    stream = repeat(data, 5)
    *_, last = islice(
        descend(model.grad, model.init(), batches=stream, learning_rate=0.1), 6
    )
    run = fit(model, *data, learning_rate=0.1, epochs=5)
    np.testing.assert_array_equal(run.theta, last)
