"""The loop: each iterate is the one before, less ηd. And how a walk is said to end."""

import math
from functools import partial
from itertools import islice, pairwise

import numpy as np
import pytest

from gdlib.datasets import diabetes, minibatches
from gdlib.descent import BLOCK, Trajectory, descend, minimize
from gdlib.linear import LinearRegression
from gdlib.objectives import (
    Objective,
    double_well,
    quadratic,
    rosenbrock,
    saddle,
    sphere,
    training_loss,
)
from gdlib.optimizers import (
    adagrad,
    adam,
    amsgrad,
    elementwise,
    gradient_descent,
    momentum,
    nesterov,
    rmsprop,
)
from gdlib.schedules import step_decay

RULES = [gradient_descent, momentum, nesterov, adagrad, rmsprop, adam, amsgrad]
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)


def walk(grad, x0, rule=gradient_descent, *, steps, **options):
    return list(islice(descend(grad, x0, rule, **options), steps + 1))


# --------------------------------------------------------------------------- the loop


@every_rule
def test_each_iterate_is_the_one_before_less_eta_times_d(rule):
    f = quadratic([[3.0, 1.0], [1.0, 2.0]])
    memory = ()
    xs = walk(f.grad, [4.0, -7.0], rule, learning_rate=0.125, steps=20)
    for x, after in pairwise(xs):
        d, *memory = rule(f.grad(x), *memory)
        assert (after == x - 0.125 * d).all()


def test_the_first_iterate_is_the_start():
    assert walk(lambda x: x, [1, 2], steps=0)[0].tolist() == [1, 2]


def test_a_descent_worked_by_hand():
    xs = walk(lambda x: 2 * x, [8.0], learning_rate=0.25, steps=3)
    assert [x.tolist() for x in xs] == [[8], [4], [2], [1]]


def test_the_start_is_never_modified_and_no_two_iterates_share_memory():
    x0 = np.array([1.0, 2.0])
    xs = [x0, *walk(rosenbrock().grad, x0, momentum, learning_rate=1e-3, steps=5)]
    assert x0.tolist() == [1, 2]
    for i, a in enumerate(xs):
        assert not any(np.shares_memory(a, b) for b in xs[i + 1 :])


def test_a_trajectory_keeps_its_own_copy_of_the_start():
    x0 = np.array([1.0, 2.0])
    run = minimize(sphere(), x0, steps=2)
    run.x[0] = 99
    assert x0.tolist() == [1, 2]


@every_rule
def test_running_again_gives_the_same_bits(rule):
    once, again = (
        minimize(rosenbrock(), rule=rule, learning_rate=1e-3, steps=300).x
        for _ in range(2)
    )
    assert once.tobytes() == again.tobytes()


def test_a_descent_asks_for_a_gradient_only_when_it_needs_one():
    asked = []

    def grad(x):
        asked.append(x)
        return x

    steps = descend(grad, [1.0])
    assert asked == []
    for n in range(1, 6):
        next(steps)
        assert len(asked) == n - 1


@every_rule
def test_a_partial_rule_is_the_rule_with_its_hyperparameters(rule):
    names = set(rule.__kwdefaults__ or {})
    hyper = dict.fromkeys(names, 0.3)
    f = rosenbrock()
    given = minimize(f, rule=rule, learning_rate=1e-3, steps=9, **hyper).x
    bound = minimize(f, rule=partial(rule, **hyper), learning_rate=1e-3, steps=9).x
    usual = minimize(f, rule=rule, learning_rate=1e-3, steps=9).x
    assert (given == bound).all()
    if names:
        assert (given != usual).any()


def test_a_hyperparameter_given_twice_is_the_one_given_last():
    rule = partial(momentum, beta=0.9)
    f = sphere()
    assert (
        minimize(f, rule=rule, beta=0.5).x == minimize(f, rule=momentum, beta=0.5).x
    ).all()


def test_a_rule_of_three_lines_plugs_in():
    def sign(g):
        return (np.sign(g),)

    xs = walk(lambda x: 2 * x, [3.0, -2.0], sign, learning_rate=1, steps=3)
    assert [x.tolist() for x in xs] == [[3, -2], [2, -1], [1, 0], [0, 0]]


def test_a_rule_may_remember_what_it_likes():
    def optimistic(g, before=0.0):
        return 2 * g - before, g

    xs = walk(lambda x: x, [1.0], optimistic, learning_rate=0.5, steps=2)
    assert xs[1] == 0  # 1 − ½·2
    assert xs[2] == 0.5  # 0 − ½·(0 − 1)


# -------------------------------------------------------------------------- schedules


def test_a_schedule_is_asked_for_steps_0_1_2_and_so_on():
    asked = []

    def schedule(t):
        asked.append(t)
        return 1 / (t + 1)

    xs = walk(lambda x: np.ones(1), [0.0], learning_rate=schedule, steps=5)
    assert asked == [0, 1, 2, 3, 4]
    travelled = [0, 1, 1 + 1 / 2, 1 + 1 / 2 + 1 / 3]
    np.testing.assert_allclose(-np.ravel(xs)[:4], travelled)


def test_step_decay_drops_after_exactly_so_many_steps():
    rate = step_decay(1.0, every=2, factor=0.5)
    xs = walk(lambda x: np.ones(1), [0.0], learning_rate=rate, steps=6)
    assert (-np.diff(np.ravel(xs))).tolist() == [1, 1, 0.5, 0.5, 0.25, 0.25]


def test_a_schedule_may_end_at_zero_and_then_x_rests():
    rate = lambda t: max(0.0, 0.5 - 0.25 * t)
    xs = walk(lambda x: np.ones(1), [0.0], learning_rate=rate, steps=4)
    assert np.ravel(xs).tolist() == [0, -0.5, -0.75, -0.75, -0.75]


# ----------------------------------------------------------------------- weight decay


def test_decay_alone_shrinks_x_by_one_minus_eta_lambda():
    for rule in RULES:
        xs = walk(
            np.zeros_like, [8.0], rule, learning_rate=0.5, weight_decay=1, steps=3
        )
        assert np.ravel(xs).tolist() == [8, 4, 2, 1]


def test_for_plain_descent_decay_is_the_gradient_of_half_lambda_x_squared():
    f, decay = rosenbrock(), 0.1
    apart = minimize(f, learning_rate=1e-3, weight_decay=decay).x
    within = walk(
        lambda x: f.grad(x) + decay * x, f.start, learning_rate=1e-3, steps=100
    )
    np.testing.assert_allclose(apart, within, rtol=1e-13)


def test_for_adam_decay_is_not_the_gradient_of_half_lambda_x_squared():
    f, decay = rosenbrock(), 0.1
    apart = minimize(f, rule=adam, learning_rate=1e-2, weight_decay=decay).x
    within = walk(
        lambda x: f.grad(x) + decay * x, f.start, adam, learning_rate=1e-2, steps=100
    )
    assert abs(apart[-1] - within[-1]).max() > 1e-3


def test_decay_does_not_enter_the_memory_of_the_rule():
    """AdamW: x ← (1 − ηλ)x − ηd, with the d of gradients alone."""
    gradients = np.random.default_rng(0).normal(size=(50, 3))
    eta, decay, x = 0.1, 0.3, np.ones(3)
    xs = list(
        descend(
            lambda x, g: g,
            x,
            adam,
            learning_rate=eta,
            weight_decay=decay,
            batches=((g,) for g in gradients),
        )
    )
    memory = ()
    for g, after in zip(gradients, xs[1:], strict=True):
        d, *memory = adam(g, *memory)
        x = (1 - eta * decay) * x - eta * d
        np.testing.assert_allclose(after, x, rtol=1e-13)


# ---------------------------------------------------------------------------- batches


def test_a_batch_of_all_the_data_is_full_batch_descent():
    data = diabetes()
    model = LinearRegression(features=10)
    stream = minibatches(
        data.X, data.y, size=442, epochs=30, rng=np.random.default_rng(0)
    )
    start = model.init()
    stochastic = list(descend(model.grad, start, learning_rate=0.3, batches=stream))
    f = training_loss(model, data.X, data.y)
    whole = minimize(f, start, learning_rate=0.3, steps=30).x
    np.testing.assert_allclose(stochastic, whole, rtol=1e-12)


def test_a_descent_ends_with_its_batches():
    model = LinearRegression(features=1)
    stream = [(np.ones((1, 1)), np.array([1.0]))] * 7
    assert len(list(descend(model.grad, model.init(), batches=stream))) == 8


def test_an_epoch_of_small_batches_goes_where_the_loop_goes():
    data, model = diabetes(), LinearRegression(features=10)
    options = {"size": 100, "epochs": 2}
    streams = [
        minibatches(data.X, data.y, rng=np.random.default_rng(3), **options)
        for _ in range(2)
    ]
    xs = descend(model.grad, model.init(), learning_rate=0.2, batches=streams[0])
    theta = next(xs)
    for X, y in streams[1]:
        theta = theta - 0.2 * model.grad(theta, X, y)
        assert (next(xs) == theta).all()
    assert next(xs, None) is None


# ------------------------------------------------------------------------------ dtypes


@every_rule
def test_float32_stays_float32(rule):
    grad = lambda x: 2 * x
    for options in (
        {},
        {"weight_decay": np.float64(0.1)},
        {"learning_rate": np.float64(0.1)},
        {"learning_rate": lambda t: np.float64(0.1)},
        {"learning_rate": np.full(2, 0.1), "weight_decay": np.full(2, 0.1)},
        {name: np.float64(0.5) for name in rule.__kwdefaults__ or {}},
        {name: np.full(2, 0.5) for name in rule.__kwdefaults__ or {}},
    ):
        for x in walk(grad, np.ones(2, np.float32), rule, steps=3, **options):
            assert x.dtype == np.float32
    long = walk(grad, np.ones(BLOCK + 5, np.float32), rule, steps=2)
    assert {x.dtype for x in long} == {np.dtype(np.float32)}


def test_a_float32_run_is_the_float64_run_to_seven_digits():
    for rule in RULES:
        wide, narrow = (
            minimize(sphere(), np.array([3, -2], dtype), rule, steps=50).x
            for dtype in (np.float64, np.float32)
        )
        assert narrow.dtype == np.float32
        np.testing.assert_allclose(narrow, wide, rtol=1e-4, atol=1e-4)


def test_in_a_float32_run_the_rule_meets_float32_only():
    def spy(g, v=0.0, *, beta):
        assert {np.asarray(a).dtype for a in (g, beta)} == {np.dtype(np.float32)}
        return momentum(g, v, beta=beta)

    x0, beta = np.ones(2, np.float32), np.array([0.5, 0.9])
    walk(lambda x: x, x0, spy, beta=beta, steps=3)


def test_a_rule_that_answers_in_float64_does_not_widen_a_float32_run():
    wide = lambda g: (g.astype(float),)
    xs = walk(lambda x: x, np.ones(2, np.float32), wide, steps=3)
    assert {x.dtype for x in xs} == {np.dtype(np.float32)}


def test_a_float64_gradient_of_a_float32_x_is_let_in():
    xs = walk(lambda x: x.astype(float), np.ones(2, np.float32), steps=2)
    assert xs[-1].dtype == np.float32


@pytest.mark.parametrize("x0", [[1, 2], (1, 2), np.array([1, 2]), np.float16([1, 2])])
def test_integers_lists_and_half_precision_become_float64(x0):
    xs = walk(lambda x: 2 * x, x0, steps=1)
    assert xs[0].dtype == np.float64
    np.testing.assert_allclose(xs[1], [0.8, 1.6])


def test_integer_gradients_move_a_real_x():
    assert walk(lambda x: [1, 2], [0.0, 0.0], steps=1)[1].tolist() == [-0.1, -0.2]


# ------------------------------------------------------------------------------ blocks


def unmarked(rule):
    """Return the same rule, without the mark: then it is given all of x at once."""

    def whole(g, *memory, **hyper):
        assert g.size > BLOCK  # so this is not the blocked way
        return rule(g, *memory, **hyper)

    return whole


def bits(xs):
    return [x.tobytes() for x in xs]


@pytest.mark.parametrize("size", [BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
@every_rule
def test_block_by_block_is_the_same_to_the_last_bit(rule, size):
    rng = np.random.default_rng(size)
    x0, scale = rng.normal(size=size), rng.normal(size=size) ** 2
    grad = lambda x: scale * x
    options = {"steps": 3, "weight_decay": 0.01}
    widths = []

    @elementwise
    def spy(g, *memory, **hyper):
        widths.append(g.size)
        return rule(g, *memory, **hyper)

    blocked = walk(grad, x0, spy, **options)
    assert max(widths) <= BLOCK
    assert sum(widths) == 3 * size
    whole = unmarked(rule) if size > BLOCK else rule
    assert bits(blocked) == bits(walk(grad, x0, whole, **options))


@every_rule
def test_a_long_sweep_in_blocks_is_the_same_to_the_last_bit(rule):
    runs = BLOCK + 3
    rng = np.random.default_rng(0)
    x0 = rng.normal(size=(2, runs))
    options = {name: rng.uniform(0.1, 0.9, runs) for name in rule.__kwdefaults__ or {}}
    options |= {
        "learning_rate": rng.uniform(1e-4, 1e-3, runs),
        "weight_decay": rng.uniform(0, 1, runs),
        "steps": 3,
    }
    grad = rosenbrock().grad
    blocked = walk(grad, x0, rule, **options)
    assert bits(blocked) == bits(walk(grad, x0, unmarked(rule), **options))


def test_a_block_of_a_sweep_holds_no_more_than_a_block_of_a_run():
    seen = []

    @elementwise
    def spy(g):
        seen.append(g.shape)
        return (g,)

    walk(lambda x: x, np.ones((4, BLOCK)), spy, steps=1)
    assert seen == [(4, BLOCK // 4)] * 4


def test_a_rule_that_looks_sideways_is_given_all_of_x():
    def normalized(g):
        return (g / np.linalg.norm(g),)

    x0 = np.ones(2 * BLOCK)
    x = walk(lambda x: x, x0, normalized, learning_rate=1, steps=1)[1]
    np.testing.assert_allclose(x, 1 - 1 / math.sqrt(2 * BLOCK))


def test_a_partial_of_an_elementwise_rule_goes_block_by_block():
    widths = []

    @elementwise
    def spy(g, v=0.0, *, beta=0.9):
        widths.append(g.size)
        return momentum(g, v, beta=beta)

    walk(lambda x: x, np.ones(2 * BLOCK), partial(spy, beta=0.5), steps=1)
    assert widths == [BLOCK, BLOCK]


# ------------------------------------------------------------------------------ sweeps


@every_rule
def test_a_sweep_is_each_run_on_its_own(rule):
    rng = np.random.default_rng(0)
    x0 = rng.uniform(-1, 1, size=(2, 6))
    rates = np.geomspace(1e-5, 3e-4, 6)
    f = rosenbrock()
    swept = minimize(f, x0, rule, learning_rate=rates, steps=40)
    assert swept.x.shape == (41, 2, 6)
    assert swept.f.shape == (41, 6)
    for run in range(6):
        alone = minimize(f, x0[:, run], rule, learning_rate=rates[run], steps=40)
        np.testing.assert_allclose(swept.x[..., run], alone.x, rtol=1e-9)
        np.testing.assert_allclose(swept.f[:, run], alone.f, rtol=1e-9)


def test_ten_thousand_adam_runs_are_one_call():
    rng = np.random.default_rng(0)
    x0 = rng.uniform(-2, 2, size=(2, 10_000))
    f = rosenbrock()
    together = next(islice(descend(f.grad, x0, adam, learning_rate=0.01), 200, None))
    for run in (0, 1, 4999, 9999):
        alone = minimize(f, x0[:, run], adam, learning_rate=0.01, steps=200)
        np.testing.assert_allclose(together[:, run], alone.x[-1], rtol=1e-10)


def test_a_sweep_says_how_each_run_ended():
    rates = np.array([0.01, 0.5, 0.99, 1.5])
    run = minimize(
        sphere(1), np.ones((1, 4)), learning_rate=rates, steps=60, tolerance=1e-9
    )
    assert run.status.tolist() == ["max_steps", "converged", "max_steps", "diverged"]
    assert run.message == "60 steps of 4 runs: 1 converged, 1 diverged, 2 max_steps"
    assert repr(run) == "Trajectory(60 steps of 4 runs)"


def test_a_run_that_diverges_does_not_end_the_sweep():
    rates = np.array([0.25, 1e200])
    run = minimize(sphere(1), np.ones((1, 2)), learning_rate=rates, steps=100)
    assert run.steps == 100
    assert run.x[:, 0, 0].tolist() == [2.0**-t for t in range(101)]
    assert run.status.tolist() == ["max_steps", "diverged"]


def test_a_sweep_of_which_every_run_diverges_ends_soon():
    run = minimize(sphere(1), np.ones((1, 2)), learning_rate=1e200, steps=10_000)
    assert run.steps < 100
    assert len(run.x) == len(run.f)
    assert run.status.tolist() == ["diverged"] * 2


def test_a_sweep_stops_once_every_run_is_flat():
    rates = np.array([0.5, 0.25])
    run = minimize(sphere(), np.ones((2, 2)), learning_rate=rates, tolerance=0.1)
    # 2·√2·½ᵗ ≤ 0.1 first at t = 5, in the slower of the two.
    assert run.steps == 5
    assert run.status.tolist() == ["converged"] * 2


# ------------------------------------------------------------------ how a walk ends


def test_a_trajectory_holds_every_iterate_and_its_height():
    f = rosenbrock()
    run = minimize(f, learning_rate=1e-3, steps=17)
    assert isinstance(run, Trajectory)
    assert run.steps == 17
    assert run.x.shape == (18, 2)
    assert (run.x[0] == f.start).all()
    assert run.f.tolist() == [f(x) for x in run.x]
    assert (run.x == walk(f.grad, f.start, learning_rate=1e-3, steps=17)).all()


def test_max_steps_means_still_on_the_way():
    run = minimize(sphere(), learning_rate=0.01, steps=5, tolerance=1e-6)
    assert run.status == "max_steps"
    slope = 2 * 0.98**5 * math.sqrt(13)
    assert run.message == f"stopped after 5 steps, as asked: ‖∇f‖ = {slope:.3g}"


def test_converged_means_the_first_point_that_is_flat_enough():
    run = minimize(sphere(1), [1.0], learning_rate=0.25, steps=100, tolerance=0.01)
    # The gradient is 2·2⁻ᵗ: 0.0156 at t = 7, 0.0078 at t = 8.
    assert run.status == "converged"
    assert run.steps == 8
    assert run.x[-1] == 2.0**-8
    assert run.message == "converged after 8 steps: ‖∇f‖ = 0.00781"


def test_flat_is_a_length_of_the_gradient_no_greater_than_the_tolerance():
    x0 = [1.5, 2.0]  # where ∇f = (3, 4), of length 5
    assert minimize(sphere(), x0, tolerance=5, steps=9).steps == 0
    assert minimize(sphere(), x0, tolerance=4.9, steps=9).steps == 1


def test_the_last_step_allowed_may_be_the_one_that_converges():
    for steps, status in ((7, "max_steps"), (8, "converged"), (9, "converged")):
        run = minimize(
            sphere(1), [1.0], learning_rate=0.25, steps=steps, tolerance=0.01
        )
        assert (run.status, run.steps) == (status, min(steps, 8))


def test_from_a_flat_start_no_step_is_taken():
    for tolerance in (0.0, 1e-3):
        run = minimize(sphere(), [0, 0], momentum, tolerance=tolerance, steps=50)
        assert run.status == "converged"
        assert (run.x == 0).all()
    assert run.steps == 0


def test_a_run_of_no_steps_is_the_start():
    run = minimize(sphere(), [1, 0], steps=0)
    assert run.steps == 0
    assert run.x.tolist() == [[1, 0]]
    assert (run.f.tolist(), run.status) == ([1], "max_steps")


def test_stalled_means_the_step_is_lost_in_the_rounding_of_x():
    f = Objective(lambda x: x[0], lambda x: np.ones(1))
    run = minimize(f, [1e17], learning_rate=1, steps=10)
    assert run.status == "stalled"
    assert "x no longer changes" in run.message
    assert "raise the learning rate" in run.message


def test_a_ridge_is_a_stationary_point_and_counts_as_converged():
    run = minimize(double_well(), [0.0, 1.0], learning_rate=0.5, tolerance=1e-9)
    assert run.status == "converged"
    assert run.f[-1] == pytest.approx(0)  # and not −¼, its two minima


def test_a_diverging_run_keeps_its_history_and_names_step_x_and_cause():
    run = minimize(quadratic([1, 10]), [1.0, 1.0], learning_rate=0.25, steps=1000)
    assert run.status == "diverged"
    # The steep coordinate is multiplied by 1 − 2.5 each step: f ≥ 10⁶·f₀ at t = 18.
    assert run.steps == 18
    assert run.x[:, 1].tolist() == [(-1.5) ** t for t in range(19)]
    assert np.isfinite(run.f).all()
    assert run.message.startswith("diverged at step 18; the last x written down is [")
    assert str(run.x[-1]) in run.message
    assert "L ≈ 10 a unit" in run.message
    assert "η·L = 2.5 > 2" in run.message
    assert "try a learning rate below 0.2" in run.message


def test_a_run_that_leaves_the_numbers_in_one_step_keeps_the_last_that_was_in_them():
    f = Objective(lambda x: (x**4).sum(), lambda x: 4 * x**3)
    run = minimize(f, [1e3], learning_rate=1e200, steps=50)
    assert run.status == "diverged"
    assert run.x.tolist() == [[1e3]]
    assert run.f.tolist() == [1e12]
    assert "diverged at step 1; the last x written down is [1000.]" in run.message
    assert "Try a smaller learning rate" in run.message


def test_the_advice_is_taken_where_the_trouble_began():
    """On Rosenbrock's walls L grows as x²: at the end it says nothing of the start."""
    run = minimize(rosenbrock(), learning_rate=0.01, steps=100)
    advised = float(run.message.rsplit(" ", 1)[1])
    assert 1e-4 < advised < 2e-3
    assert (
        minimize(rosenbrock(), learning_rate=advised, steps=100).status == "max_steps"
    )


def test_a_function_without_a_floor_is_not_blamed_on_the_learning_rate():
    run = minimize(saddle(), learning_rate=0.1, steps=1000)
    assert run.status == "diverged"
    assert "f falls without end" in run.message
    assert "smaller" not in run.message


def test_a_gradient_that_is_nan_is_not_blamed_on_the_learning_rate():
    f = Objective(lambda x: x @ x, lambda x: np.where(x < 0.5, np.nan, 2 * x))
    run = minimize(f, [1.0, 1.0], learning_rate=0.2, steps=100)
    assert run.status == "diverged"
    assert run.steps == 2
    assert "the gradient is [nan nan]: look for the fault in grad" in run.message


def test_a_step_out_of_the_domain_of_f_is_named():
    f = Objective(lambda x: float(np.sqrt(x[0])), lambda x: np.array([1.0]))
    run = minimize(f, [1.0], learning_rate=0.4, steps=10)
    assert run.status == "diverged"
    assert run.x.ravel().tolist() == pytest.approx([1, 0.6, 0.2])
    assert "f is nan: the step left the domain of f" in run.message


def test_python_numbers_that_overflow_are_a_divergence_too():
    f = Objective(
        lambda x: float(x[0]) ** 4, lambda x: np.array([4 * float(x[0]) ** 3])
    )
    run = minimize(f, [10.0], learning_rate=1.0, steps=100)
    assert run.status == "diverged"
    assert np.isfinite(run.x).all()


def test_oscillation_at_two_over_L_is_neither_divergence_nor_standstill():
    for steps in (51, 52):
        run = minimize(sphere(1), [1.0], learning_rate=1.0, steps=steps)
        assert run.status == "max_steps"
        assert run.x[:, 0].tolist() == ([1, -1] * 27)[: steps + 1]


def test_while_one_coordinate_moves_a_run_is_not_stalled():
    f = Objective(lambda x: x[0], lambda x: np.array([1.0, 0.0]))
    assert minimize(f, [0.0, 7.0], learning_rate=0.1, steps=5).status == "max_steps"


def test_a_run_that_starts_low_may_climb():
    """A millionfold of next to nothing is no divergence."""
    f = Objective(lambda x: x[0], lambda x: -np.ones(1))
    run = minimize(f, [1e-8], learning_rate=0.1, steps=5)
    assert run.status == "max_steps"
    assert run.f[-1] > 1e6 * run.f[0]


def test_a_coordinate_that_f_does_not_look_at_may_diverge_too():
    f = Objective(lambda x: x[0] ** 2, lambda x: np.array([2 * x[0], np.inf]))
    run = minimize(f, [1.0, 1.0], learning_rate=0.1, steps=5)
    assert run.status == "diverged"
    assert run.x.tolist() == [[1, 1]]


def test_a_start_where_f_is_not_defined_is_kept_and_named():
    f = Objective(lambda x: np.nan, lambda x: 2 * x)
    run = minimize(f, [1.0], steps=5)
    assert run.status == "diverged"
    assert run.x.tolist() == [[1]]
    assert "diverged at step 0" in run.message
    assert "f is nan" in run.message


def test_to_have_diverged_is_to_have_been_lost_even_if_found_again():
    rate = lambda t: 1e4 if t == 0 else 0.5
    alone = minimize(sphere(1), [1.0], learning_rate=rate, steps=5)
    swept = minimize(sphere(1), [[1.0]], learning_rate=rate, steps=5)
    assert alone.status == "diverged"
    assert swept.status.tolist() == ["diverged"]
    assert swept.f[-1] == 0


def test_a_diverged_run_stops_early():
    asked = []
    f = Objective(lambda x: x @ x, lambda x: asked.append(0) or 2 * x)
    minimize(f, [1.0], learning_rate=1e200, steps=100_000)
    assert len(asked) < 100


def test_one_number_is_a_point_too():
    parabola = Objective(lambda x: x**2, lambda x: 2 * x)
    for x0 in (1.0, [1.0]):
        run = minimize(parabola, x0, learning_rate=0.25, steps=3)
        assert run.f.tolist() == [1, 1 / 4, 1 / 16, 1 / 64]


def test_an_objective_of_one_point_at_a_time_is_swept_too():
    f = rosenbrock()
    single = Objective(lambda x: f(x) + 0 * x.reshape(2)[0], f.grad)
    x0 = np.random.default_rng(0).normal(size=(2, 5))
    one, many = (minimize(g, x0, learning_rate=1e-4, steps=7) for g in (single, f))
    np.testing.assert_allclose(one.f, many.f, rtol=1e-12)


def test_steps_may_be_any_whole_number():
    for steps in (3, np.int64(3), np.uint8(3)):
        assert minimize(sphere(), steps=steps).steps == 3


def test_an_endless_descent_is_taken_as_far_as_is_wanted():
    f = sphere()
    walked = -1
    for x in descend(f.grad, f.start, learning_rate=0.1):
        walked += 1
        if np.linalg.norm(f.grad(x)) < 1e-6:
            break
    # ‖∇f‖ = 2√13·0.8ᵗ
    assert walked == math.ceil(math.log(1e-6 / (2 * math.sqrt(13))) / math.log(0.8))


def test_no_warning_escapes_from_a_diverging_run(recwarn):
    minimize(rosenbrock(), learning_rate=1.0, steps=200)
    minimize(rosenbrock(), np.ones((2, 3)) * 5, learning_rate=1.0, steps=200)
    assert not recwarn.list
