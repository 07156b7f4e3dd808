"""Each rule against what can be said of it on paper, and against PyTorch's numbers."""

import json
import re
from itertools import islice

import numpy as np
import pytest
from golden.make_optimizers import FILE, start_and_gradients

from gdlib import optimizers
from gdlib.descent import descend, minimize
from gdlib.objectives import quadratic
from gdlib.optimizers import (
    adagrad,
    adam,
    amsgrad,
    gradient_descent,
    momentum,
    nesterov,
    rmsprop,
)

RULES = [gradient_descent, momentum, nesterov, adagrad, rmsprop, adam, amsgrad]
G = np.array([3.0, -0.002, 700.0, -1e-6])


def directions(rule, gradients, **hyper):
    """Return the d of each step, of shape (steps, d), with no loop but this one."""
    memory, found = (), []
    for g in gradients:
        d, *memory = rule(g, *memory, **hyper)
        found.append(d)
    return np.array(found)


def last(rule, x0, grad, steps, **options):
    return next(islice(descend(grad, x0, rule, **options), steps, None))


# ------------------------------------------------------------- against another library

GOLDEN = json.loads(FILE.read_text("utf-8"))


@pytest.fixture(scope="module")
def stream():
    return start_and_gradients(GOLDEN["seed"])


@pytest.mark.parametrize(
    "case",
    GOLDEN["cases"],
    ids=lambda case: re.sub(r"\W+", "-", f"{case['rule']}-{case['settings']}"),
)
def test_a_thousand_steps_agree_with_pytorch(case, stream):
    x0, gradients = stream
    rule = getattr(optimizers, case["rule"])
    walk = descend(
        lambda x, g: g,
        x0,
        rule,
        learning_rate=case["learning_rate"],
        batches=((g,) for g in gradients),
        **case["settings"],
    )
    xs = list(walk)
    for step, expected in case["x"].items():
        np.testing.assert_allclose(xs[int(step)], expected, rtol=1e-12, atol=1e-12)


NO_PEER: dict[str, str] = {}  # rule: why torch has no golden values for it


def peer_faults(rules, golden, no_peer):
    """Return what is wrong with the golden values, and the reasons for having none."""
    make = "add it to tests/golden/make_optimizers.py, or to NO_PEER"
    alone = sorted(set(rules) - set(golden) - no_peer.keys())
    strange = sorted({*golden, *no_peer} - set(rules))
    return [
        *(f"{rule} has no golden values: {make}" for rule in alone),
        *(f"{rule} is not in RULES" for rule in strange),
        *(f"NO_PEER has {r}, and so has torch" for r in no_peer if r in golden),
        *(f"NO_PEER gives no reason for {r}" for r, why in no_peer.items() if not why),
    ]


def test_every_rule_has_golden_values_or_a_reason():
    golden = {case["rule"] for case in GOLDEN["cases"]}
    assert not peer_faults([rule.__name__ for rule in RULES], golden, NO_PEER)


def test_a_rule_without_golden_values_or_a_reason_is_noticed():
    assert not peer_faults(["adam", "ours"], {"adam"}, {"ours": "torch lacks it"})
    assert peer_faults(["adam", "ours"], {"adam"}, {}) == [
        "ours has no golden values: "
        "add it to tests/golden/make_optimizers.py, or to NO_PEER"
    ]
    assert peer_faults(["adam"], {"adam", "gone"}, {}) == ["gone is not in RULES"]
    assert peer_faults(["adam"], {"adam"}, {"adam": "torch lacks it"})
    assert peer_faults(["ours"], set(), {"ours": ""})


def test_every_rule_of_the_module_is_in_this_file():
    public = {
        name
        for name, thing in vars(optimizers).items()
        if callable(thing) and not name.startswith("_") and name != "elementwise"
    }
    listed = {rule.__name__ for rule in RULES}
    assert public == listed, "import the rule in this file, and add it to RULES"


# ---------------------------------------------------------------- gradient descent


def test_gradient_descent_on_a_quadratic_has_a_closed_form():
    A = np.array([[3.0, 1.0], [1.0, 2.0]])
    eta, x0 = 0.3, np.array([4.0, -7.0])
    walk = descend(quadratic(A).grad, x0, learning_rate=eta)
    for t, x in enumerate(islice(walk, 30)):
        exact = np.linalg.matrix_power(np.eye(2) - eta * A, t) @ x0
        np.testing.assert_allclose(x, exact, rtol=1e-13, atol=1e-14)


def test_at_two_over_L_plus_mu_each_step_shrinks_by_kappa_minus_1_over_kappa_plus_1():
    kappa = 100.0
    f = quadratic([1, kappa])
    x = minimize(f, [1, 1], learning_rate=2 / (1 + kappa), steps=100).x
    shrunk = np.linalg.norm(x[-1]) / np.linalg.norm(x[0])
    assert shrunk == pytest.approx(((kappa - 1) / (kappa + 1)) ** 100, rel=1e-13)
    assert shrunk == pytest.approx(0.13532626, rel=1e-7)


def test_gradient_descent_is_stable_just_below_two_over_L_and_not_just_above():
    below = last(gradient_descent, [1.0], lambda x: x, 2000, learning_rate=1.99)
    above = last(gradient_descent, [1.0], lambda x: x, 2000, learning_rate=2.01)
    assert abs(below[0]) == pytest.approx(0.99**2000, rel=1e-9)
    assert abs(above[0]) == pytest.approx(1.01**2000, rel=1e-9)


def test_at_one_over_L_gradient_descent_solves_a_parabola_in_one_step():
    x = last(gradient_descent, [7.0], lambda x: 4 * x, 1, learning_rate=0.25)
    assert x[0] == 0


# ------------------------------------------------------------------------- momentum


def test_with_beta_zero_momentum_and_nesterov_are_gradient_descent():
    gradients = np.random.default_rng(0).normal(size=(5, 4))
    for rule in (momentum, nesterov):
        assert (directions(rule, gradients, beta=0.0) == gradients).all()


def test_the_velocity_is_the_sum_of_past_gradients_each_beta_fainter():
    gradients = np.random.default_rng(0).normal(size=(8, 3))
    weights = 0.7 ** np.arange(8)[::-1]
    v = directions(momentum, gradients, beta=0.7)[-1]
    np.testing.assert_allclose(v, weights @ gradients, rtol=1e-13)


def test_on_a_steady_slope_momentum_reaches_a_terminal_velocity():
    for rule in (momentum, nesterov):
        d = directions(rule, [G] * 1000, beta=0.9)
        np.testing.assert_allclose(d[-1], G / (1 - 0.9), rtol=1e-14)
    np.testing.assert_allclose(directions(momentum, [G] * 2, beta=0.9)[1], 1.9 * G)


def test_heavy_ball_is_stable_just_below_two_times_one_plus_beta_over_L():
    L, beta = 4.0, 0.9
    limit = 2 * (1 + beta) / L
    near = last(
        momentum, [1.0], lambda x: L * x, 20_000, learning_rate=0.999 * limit, beta=beta
    )
    far = last(
        momentum, [1.0], lambda x: L * x, 2000, learning_rate=1.001 * limit, beta=beta
    )
    assert abs(near[0]) < 1e-3
    assert abs(far[0]) > 1e10


def test_optimal_heavy_ball_approaches_its_rate():
    mu, L = 1.0, 100.0
    root = np.sqrt(L / mu)
    run = minimize(
        quadratic([mu, L]),
        [1, 1],
        momentum,
        learning_rate=(2 / (np.sqrt(L) + np.sqrt(mu))) ** 2,
        beta=((root - 1) / (root + 1)) ** 2,
        steps=400,
    )
    distance = np.linalg.norm(run.x, axis=1)
    rate = (distance[400] / distance[200]) ** (1 / 200)
    assert rate == pytest.approx((root - 1) / (root + 1), rel=1e-2)


def test_nesterov_looks_ahead():
    """The textbook form keeps θ and takes the gradient at θ − ηβv.

    Our x is that point ahead, so the two must walk the same road.
    """
    beta, eta = 0.8, 0.05
    grad = quadratic([[3.0, 1.0], [1.0, 2.0]]).grad
    theta, v = np.array([2.0, -1.0]), np.zeros(2)
    walk = descend(grad, theta, nesterov, learning_rate=eta, beta=beta)
    for x in islice(walk, 200):
        ahead = theta - eta * beta * v
        np.testing.assert_allclose(x, ahead, atol=1e-15)
        v = beta * v + grad(ahead)
        theta = theta - eta * v


# --------------------------------------------------------------------------- adaptive


def test_adagrad_on_a_steady_slope_takes_steps_of_one_over_root_t():
    d = directions(adagrad, [G] * 50, eps=0.0)
    expected = np.sign(G) / np.sqrt(np.arange(1, 51))[:, None]
    np.testing.assert_allclose(d, expected, rtol=1e-14)


def test_adagrad_travels_the_sum_of_one_over_root_k():
    x = last(adagrad, np.zeros(4), lambda x: G, 100, learning_rate=0.3, eps=0.0)
    far = 0.3 * sum(k**-0.5 for k in range(1, 101))
    np.testing.assert_allclose(x, -far * np.sign(G), rtol=1e-14)


def test_the_first_step_of_rmsprop_is_the_sign_over_root_one_minus_beta():
    for beta, long in ((0.99, 10.0), (0.9, np.sqrt(10)), (0.0, 1.0)):
        d = directions(rmsprop, [G], beta=beta, eps=0.0)[0]
        np.testing.assert_allclose(d, long * np.sign(G), rtol=1e-14)


def test_rmsprop_on_a_steady_slope_forgets_its_zero_start():
    d = directions(rmsprop, [G] * 400, eps=0.0)
    np.testing.assert_allclose(d[-1], np.sign(G), rtol=1e-14)


def test_adam_and_amsgrad_on_a_steady_slope_move_by_the_sign():
    for rule in (adam, amsgrad):
        d = directions(rule, [G] * 300, eps=0.0)
        np.testing.assert_allclose(d, np.tile(np.sign(G), (300, 1)), rtol=1e-13)


def test_epsilon_stands_outside_the_root():
    """Where |g| = ε the first step is g/(g + ε) = ½; inside the root √ε would rule."""
    eps = 1e-6
    g = np.array([eps])
    assert directions(adagrad, [g], eps=eps)[0, 0] == pytest.approx(0.5, rel=1e-12)
    assert directions(adam, [g], eps=eps)[0, 0] == pytest.approx(0.5, rel=1e-12)
    assert directions(amsgrad, [g], eps=eps)[0, 0] == pytest.approx(0.5, rel=1e-12)
    beta_zero = directions(rmsprop, [g], beta=0.0, eps=eps)[0, 0]
    assert beta_zero == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("rule", [adagrad, rmsprop, adam, amsgrad])
def test_an_adaptive_direction_does_not_change_with_the_unit_of_f(rule):
    gradients = np.random.default_rng(0).normal(size=(20, 3))
    one = directions(rule, gradients, eps=0.0)
    np.testing.assert_allclose(directions(rule, 1e6 * gradients, eps=0.0), one)


def test_adam_without_beta1_is_rmsprop_that_corrects_its_bias():
    gradients = np.random.default_rng(1).normal(size=(30, 4))
    beta = 0.97
    corrected = directions(rmsprop, gradients, beta=beta, eps=0.0)
    t = np.arange(1, 31)[:, None]
    np.testing.assert_allclose(
        directions(adam, gradients, beta1=0.0, beta2=beta, eps=0.0),
        corrected * np.sqrt(1 - beta**t),
        rtol=1e-13,
    )


def test_amsgrad_is_adam_while_v_grows_and_slower_after_a_large_gradient():
    growing = 1.1 ** np.arange(20)[:, None]
    assert (directions(amsgrad, growing) == directions(adam, growing)).all()
    spike = np.array([[100.0]] + [[1.0]] * 50)
    hyper = {"beta1": 0.0, "beta2": 0.9, "eps": 0.0}
    # v peaks at (1 − β₂)·100² and stays there; its correction goes to 1.
    d = directions(amsgrad, spike, **hyper)
    assert d[-1, 0] == pytest.approx(1 / np.sqrt(1000 * (1 / (1 - 0.9**51))), rel=1e-12)
    assert directions(adam, spike, **hyper)[-1, 0] > 5 * d[-1, 0]


def project_and_walk(rule, steps, start=0.0, **hyper):
    """Reddi, Kale & Kumar's game on [−1, 1]: f = 3x every third step, else −x."""
    x, memory = np.array([start]), ()
    for t in range(1, steps + 1):
        g = np.array([3.0 if t % 3 == 1 else -1.0])
        d, *memory = rule(g, *memory, **hyper)
        x = np.clip(x - 0.1 / np.sqrt(t) * d, -1, 1)
    return x[0]


def test_adam_goes_to_the_worst_point_where_amsgrad_goes_to_the_best():
    hyper = {"beta1": 0.0, "beta2": 1 / (1 + 3**2), "eps": 0.0}
    assert project_and_walk(adam, 3000, **hyper) > 0.999
    assert project_and_walk(amsgrad, 3000, **hyper) < -0.99


# ------------------------------------------------------------------------- any rule


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_pure(rule):
    gradients = np.random.default_rng(0).normal(size=(6, 5))
    before = gradients.copy()
    memory = ()
    for g in gradients:
        held = [np.copy(m) for m in memory]
        d, *after = rule(g, *memory)
        again = rule(g, *memory)[0]
        assert (d == again).all()
        assert all((m == h).all() for m, h in zip(memory, held, strict=True))
        memory = after
    assert (gradients == before).all()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_turns_around_with_the_gradient(rule):
    gradients = np.random.default_rng(0).normal(size=(9, 4))
    assert (directions(rule, -gradients) == -directions(rule, gradients)).all()


def looks_sideways(rule):
    """Whether a component goes elsewhere in company than it would alone."""
    gradients = np.random.default_rng(0).normal(size=(9, 4))
    together = directions(rule, gradients)
    alone = [directions(rule, component) for component in gradients.T]
    return not np.array_equal(np.transpose(alone), together)


def marked(rules):
    """Return the rules that say that their components never look at one another."""
    return [rule for rule in rules if getattr(rule, "elementwise", False)]


@pytest.mark.parametrize("rule", marked(RULES))
def test_an_elementwise_rule_does_not_look_sideways(rule):
    assert not looks_sideways(rule)


def test_a_rule_may_look_sideways_if_it_is_not_marked_as_elementwise():
    def normalized(g):
        return (g / np.linalg.norm(g),)

    assert looks_sideways(normalized)
    assert marked([normalized, adam]) == [adam]
    assert marked([optimizers.elementwise(normalized)]) == [normalized]


@pytest.mark.parametrize("rule", RULES)
def test_a_sweep_over_hyperparameters_is_each_run_on_its_own(rule):
    gradients = np.random.default_rng(0).normal(size=(7, 2, 3))
    names = {"beta", "beta1", "beta2", "eps"} & set(rule.__kwdefaults__ or {})
    values = {name: np.array([0.0, 0.5, 0.9]) for name in names}
    swept = directions(rule, gradients, **values)
    for run in range(3):
        one = {name: value[run] for name, value in values.items()}
        alone = directions(rule, gradients[..., run], **one)
        np.testing.assert_allclose(swept[..., run], alone, rtol=1e-14)


@pytest.mark.parametrize("rule", RULES)
def test_float32_gradients_give_float32_directions(rule):
    gradients = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)
    assert directions(rule, gradients).dtype == np.float32
    np.testing.assert_allclose(
        directions(rule, gradients),
        directions(rule, gradients.astype(float)),
        rtol=1e-5,
        atol=1e-6,
    )
