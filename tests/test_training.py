"""Training is the loop, fed with data: every epoch is accounted for."""

from itertools import islice, repeat

import numpy as np
import pytest

from gdlib.datasets import diabetes, minibatches
from gdlib.descent import descend, fit, minimize
from gdlib.linear import LinearRegression
from gdlib.objectives import training_loss
from gdlib.optimizers import adam, momentum


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
    with pytest.raises(ValueError, match="no examples"):
        fit(model, X[:0], y[:0])
    with pytest.raises(ValueError, match="between 1 and"):
        fit(model, X, y, batch_size=443)
    with pytest.raises(ValueError, match="epochs is -1"):
        fit(model, X, y, epochs=-1)


def test_training_is_the_same_walk_as_a_stream_of_the_whole_table(data, model):
    stream = repeat(data, 5)
    *_, last = islice(
        descend(model.grad, model.init(), batches=stream, learning_rate=0.1), 6
    )
    run = fit(model, *data, learning_rate=0.1, epochs=5)
    np.testing.assert_array_equal(run.theta, last)
