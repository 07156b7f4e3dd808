"""Policy gradients: exact in a small world, and right on average in any."""

import itertools

import numpy as np
import pytest

from gdlib.descent import descend, minimize
from gdlib.gradients import check_gradient, numerical_gradient
from gdlib.optimizers import adam
from gdlib.policies import (
    Episodes,
    SoftmaxPolicy,
    mean_of_the_others,
    negative_return,
    play,
    reinforce_gradient,
    rewards_to_go,
)
from gdlib.worlds import Bandit, CartPole, GridWorld, ShortCorridor

COIN = SoftmaxPolicy(features=1, actions=2)  # all that the corridor allows
BEST = 2 - np.sqrt(2)


def logits(right):
    """Return the θ of COIN that goes right with this probability."""
    return np.log([1 - right, right])


# --------------------------------------------------------------------------- a policy


def test_the_score_function_is_the_gradient_of_the_logarithm_of_the_probability():
    policy, rng = SoftmaxPolicy(features=3, actions=4), np.random.default_rng(0)
    theta, observed = rng.normal(size=12), rng.normal(size=(5, 3))
    action = rng.integers(4, size=5)
    scores = policy.score_function(theta, observed, action)
    assert scores.shape == (5, 12)
    for i, a in enumerate(action):
        log_p = lambda t, i=i, a=a: np.log(policy.probabilities(t, observed)[i, a])
        np.testing.assert_allclose(
            scores[i], numerical_gradient(log_p, theta), atol=1e-9
        )


def test_on_average_over_its_own_actions_the_score_is_zero():
    policy, rng = SoftmaxPolicy(features=3, actions=4), np.random.default_rng(0)
    theta, observed = rng.normal(size=12), rng.normal(size=(1, 3))
    p = policy.probabilities(theta, observed)[0]
    scores = policy.score_function(theta, observed.repeat(4, axis=0), np.arange(4))
    np.testing.assert_allclose(p @ scores, 0, atol=1e-15)


def test_an_action_is_as_likely_as_its_probability():
    policy = SoftmaxPolicy(features=1, actions=3)
    theta, u = np.log([0.2, 0.5, 0.3]), (np.arange(1000) + 0.5) / 1000
    actions = policy.act(theta, np.ones((1000, 1)), u)
    assert np.bincount(actions).tolist() == [200, 500, 300]
    assert policy.act(theta, [[1.0]], [0.0]) == 0
    assert policy.act(theta, [[1.0]], [np.nextafter(1, 0)]) == 2
    ten = SoftmaxPolicy(features=1, actions=10)  # ten tenths add up to less than 1
    assert ten.act(ten.init(), [[1.0]], [np.nextafter(1, 0)]) == 9


def test_probabilities_add_up_whatever_the_scores():
    policy = SoftmaxPolicy(features=2, actions=3)
    for size in (1.0, 1000.0):
        theta = size * np.random.default_rng(0).normal(size=6)
        p = policy.probabilities(theta, [[1.0, 2.0], [-3.0, 4.0]])
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-14)
    assert (policy.probabilities(policy.init(), [[1.0, 2.0]]) == 1 / 3).all()


def test_a_wrong_shape_is_answered_with_the_right_one():
    policy, seen = SoftmaxPolicy(features=2, actions=3), np.ones((4, 2))
    with pytest.raises(ValueError, match=r"theta has shape \(2, 3\).*need \(6,\)"):
        policy.probabilities(np.zeros((2, 3)), seen)
    with pytest.raises(ValueError, match=r"shape \(2,\); the policy needs \(n, 2\)"):
        policy.probabilities(np.zeros(6), seen[0])
    with pytest.raises(ValueError, match=r"shape \(2, 4\); the policy needs \(n, 2\)"):
        policy.act(np.zeros(6), seen.T, np.zeros(4))
    with pytest.raises(ValueError, match=r"shape \(4, 1\), but 4 states need \(4,\)"):
        policy.score_function(np.zeros(6), seen, np.zeros((4, 1), dtype=int))


@pytest.mark.parametrize("wrong", [3, -1])
def test_an_action_that_there_is_not_is_refused(wrong):
    """NumPy would count −1 from the end, and make another action likelier."""
    policy, seen = SoftmaxPolicy(features=2, actions=3), np.ones((4, 2))
    said = rf"action is {wrong} at position 2; 3 actions are whole numbers from 0 to 2"
    with pytest.raises(ValueError, match=said):
        policy.score_function(np.zeros(6), seen, [0, 1, wrong, 2])
    with pytest.raises(TypeError, match="action has dtype float64"):
        policy.score_function(np.zeros(6), seen, np.zeros(4))


# ---------------------------------------------------------------- the short corridor


@pytest.mark.parametrize("p", [0.05, 0.3, 0.5, BEST, 0.8, 0.95])
def test_the_corridor_by_algebra_is_the_corridor_by_hand(p):
    """J(p) = −2(2 − p)/(p(1 − p)) for the probability p of going right."""
    by_hand = -2 * (2 - p) / (p * (1 - p))
    cost = negative_return(ShortCorridor(), COIN)
    assert -cost(logits(p)) == pytest.approx(by_hand, rel=1e-12)


def test_going_mostly_right_or_mostly_left_is_as_bad_as_the_textbook_says():
    """ε-greedy with ε = 0.1: figure 13.1 of Sutton and Barto (2018), −44 and −82."""
    cost = negative_return(ShortCorridor(), COIN)
    assert -cost(logits(0.95)) == pytest.approx(-44.21, abs=0.005)
    assert -cost(logits(0.05)) == pytest.approx(-82.11, abs=0.005)


def test_descent_finds_the_best_coin_for_the_corridor():
    cost = negative_return(ShortCorridor(), COIN)
    run = minimize(cost, logits(0.05), learning_rate=0.02, steps=2000, tolerance=1e-10)
    assert run.status == "converged"
    right = COIN.probabilities(run.x[-1], [[1.0]])[0, 1]
    assert right == pytest.approx(2 - np.sqrt(2), abs=1e-9)
    assert run.f[-1] == pytest.approx(6 + 4 * np.sqrt(2), rel=1e-12)


def test_a_policy_that_never_gets_out_is_refused():
    with pytest.raises(ValueError, match=r"\[0\.0, 1\.0\].*never end.*discount=0\.99"):
        negative_return(ShortCorridor(), COIN)([0.0, 800.0])
    discounted = negative_return(ShortCorridor(), COIN, discount=0.99)
    assert discounted([0.0, 800.0]) == pytest.approx(100)  # 1 + γ + γ² + …


# ------------------------------------------------------------------- exact gradients


@pytest.mark.parametrize("discount", [1.0, 0.9, 0.0])
@pytest.mark.parametrize(
    "world", [Bandit(), ShortCorridor(), GridWorld(), GridWorld(side=3)], ids=repr
)
def test_the_policy_gradient_theorem_agrees_with_differences(world, discount):
    policy = SoftmaxPolicy(world.features, world.actions)
    cost = negative_return(world, policy, discount=discount)
    rng = np.random.default_rng(0)
    for _ in range(3):
        theta = rng.normal(size=policy.init().shape)
        report = check_gradient(cost, cost.grad, theta, rng=rng)
        assert report, report.message
        difference = cost.grad(theta) - numerical_gradient(cost, theta)
        assert abs(difference).max() <= 1e-7 * max(1, np.linalg.norm(cost.grad(theta)))


def test_descent_on_the_grid_approaches_the_shortest_ways_out():
    """Over the 14 rooms the nearest exit is 2 steps away on average."""
    policy = SoftmaxPolicy(16, 4)
    run = minimize(negative_return(GridWorld(), policy), learning_rate=1.0, steps=1000)
    assert run.f[0] == pytest.approx(256 / 14)  # the sum of figure 4.1, over 14 rooms
    assert 2 < run.f[-1] < 2.02
    assert (np.diff(run.f) < 0).all()


def test_exact_softmax_descent_closes_the_gap_like_one_over_t():
    """Mei et al. (2020): gap ≤ 5/(c²t) with η = 2/5 and c the least π(best arm).

    And t·gap → k/(η(k + 1)) for k other arms: close to the end each has u = πΔ with
    u' = −ηu(u + Σu), which the u of all arms, equal by then, solve as 1/(η(k + 1)t).
    """
    policy = SoftmaxPolicy(features=1, actions=3)
    cost = negative_return(Bandit((1.0, 0.8, 0.1)), policy)
    run = minimize(cost, learning_rate=2 / 5, steps=6000)
    gap, t = 1 + run.f[1:], np.arange(1, 6001)
    odds = np.exp(run.x[1:])
    c = np.minimum.accumulate(odds[:, 0] / odds.sum(axis=1))
    assert (gap <= 5 / (c**2 * t)).all()
    assert t[-1] * gap[-1] == pytest.approx(5 / 3, rel=0.015)
    assert t[599] * gap[599] == pytest.approx(5 / 3, rel=0.1)  # and closer ever since
    two = minimize(
        negative_return(Bandit((1.0, 0.0)), SoftmaxPolicy(1, 2)),
        learning_rate=2 / 5,
        steps=2000,
    )
    assert 2000 * (1 + two.f[-1]) == pytest.approx(5 / 4, rel=0.01)


# ----------------------------------------------------------------------- REINFORCE


def every_path(world, steps):
    """Return all sequences of actions from all starts, and how likely each start is."""
    rooms = np.flatnonzero(world.starts)
    choices = itertools.product(rooms, *[range(world.actions)] * steps)
    state, *actions = np.array(list(choices)).T
    start, alive, rows = world.starts[state], np.ones(len(state), dtype=bool), []
    for a in actions:
        there, reward, over = world.step(state, a)
        rows.append((world.observe(state), a, reward * alive, alive))
        state, alive = there, alive & ~over
    return start, Episodes(*map(np.stack, zip(*rows, strict=True)))


def likelihood(policy, theta, runs):
    """Return the probability of each sequence, what comes after its end included."""
    steps, n = runs.actions.shape
    p = policy.probabilities(theta, runs.observed.reshape(steps * n, -1))
    chosen = p[np.arange(steps * n), runs.actions.ravel()]
    return chosen.reshape(steps, n).prod(axis=0)


def one_by_one(runs):
    """Split many episodes into lists of one."""
    return [
        Episodes(*(part[:, [i]] for part in runs)) for i in range(runs.alive.shape[1])
    ]


CASES = {
    "corridor": (ShortCorridor(), COIN, 7),
    "grid": (GridWorld(side=3), SoftmaxPolicy(9, 4), 3),
    "bandit": (Bandit(), SoftmaxPolicy(1, 3), 1),
}
BASELINES = {
    "none": 0.0,
    "number": -7.5,
    "by step": lambda to_go: np.arange(len(to_go))[:, None] ** 2.0,
}


@pytest.mark.parametrize("baseline", BASELINES.values(), ids=BASELINES)
@pytest.mark.parametrize("discount", [1.0, 0.7])
@pytest.mark.parametrize("case", CASES)
def test_on_average_over_all_that_can_happen_reinforce_is_the_gradient(
    case, discount, baseline
):
    world, policy, steps = CASES[case]
    theta = np.random.default_rng(0).normal(size=policy.init().shape)
    start, runs = every_path(world, steps)
    worth = discount ** np.arange(steps) @ runs.rewards

    def cost(theta):
        return -(start * likelihood(policy, theta, runs) @ worth)

    options = {"discount": discount, "baseline": baseline}
    each = [reinforce_gradient(policy, theta, r, **options) for r in one_by_one(runs)]
    average = start * likelihood(policy, theta, runs) @ np.array(each)
    exact = numerical_gradient(cost, theta)
    assert np.linalg.norm(exact) > 0.01
    np.testing.assert_allclose(average, exact, rtol=0, atol=1e-8)


def pair(first, second):
    return Episodes(
        *(np.concatenate(two, 1) for two in zip(first, second, strict=True))
    )


def test_the_mean_of_the_others_leaves_the_mean_and_the_mean_of_all_halves_it():
    theta, (_, runs) = logits(0.3), every_path(ShortCorridor(), 4)
    possible = zip(likelihood(COIN, theta, runs), one_by_one(runs), strict=True)
    mean = {"none": 0.0, "others": 0.0, "all": 0.0}
    baselines = {
        "none": 0.0,
        "others": mean_of_the_others,
        "all": lambda to_go: to_go.mean(axis=1, keepdims=True),
    }
    for (p, first), (q, second) in itertools.product(possible, repeat=2):
        both = pair(first, second)
        for name, baseline in baselines.items():
            g = reinforce_gradient(COIN, theta, both, baseline=baseline)
            mean[name] = mean[name] + p * q * g
    np.testing.assert_allclose(mean["others"], mean["none"], rtol=1e-12)
    np.testing.assert_allclose(mean["all"], mean["none"] / 2, rtol=1e-12)


def estimates(world, policy, theta, *, batches, episodes, rng, **options):
    """Return independent estimates of the gradient, of shape (batches, dk)."""
    runs = [
        play(world, policy, theta, episodes=episodes, steps=400, rng=rng)
        for _ in range(batches)
    ]
    return np.array([reinforce_gradient(policy, theta, r, **options) for r in runs])


@pytest.mark.parametrize("baseline", [0.0, -12.0, mean_of_the_others])
def test_played_many_times_reinforce_is_the_exact_gradient_within_its_error(baseline):
    theta = logits(0.4)
    exact = negative_return(ShortCorridor(), COIN).grad(theta)
    found = estimates(
        ShortCorridor(), COIN, theta, batches=100, episodes=50,
        rng=np.random.default_rng(0), baseline=baseline,
    )  # fmt: skip
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert (abs(found.mean(axis=0) - exact) < 3 * error).all()
    assert (error < abs(exact) / 4).all()  # so that this says something


def test_a_baseline_cuts_the_variance():
    options = {"batches": 100, "episodes": 20}
    for world, policy in ((ShortCorridor(), COIN), (Bandit(), SoftmaxPolicy(1, 3))):
        spread = {}
        for baseline in (0.0, mean_of_the_others):
            rng = np.random.default_rng(1)
            found = estimates(
                world, policy, policy.init(), rng=rng, baseline=baseline, **options
            )
            spread[baseline] = found.var(axis=0).sum()
        assert spread[mean_of_the_others] < 0.6 * spread[0.0]


def test_rewards_to_go_are_discounted_from_the_start():
    """γᵗGₜ, with Gₜ = rₜ + γGₜ₊₁ as the textbooks have it."""
    rewards, discount = np.random.default_rng(0).normal(size=(6, 2)), 0.8
    G, expected = np.zeros(2), []
    for t in reversed(range(6)):
        G = rewards[t] + discount * G
        expected.append(discount**t * G)
    np.testing.assert_allclose(rewards_to_go(rewards, discount), expected[::-1])
    assert rewards_to_go(np.ones((4, 1)))[:, 0].tolist() == [4, 3, 2, 1]
    for wrong in (-0.1, 1.5, np.nan):
        with pytest.raises(ValueError, match="0 ≤ discount ≤ 1"):
            rewards_to_go(rewards, wrong)


def test_one_episode_has_no_others():
    with pytest.raises(ValueError, match="play at least 2"):
        mean_of_the_others(np.ones((3, 1)))


# -------------------------------------------------------------------------- playing


@pytest.mark.parametrize(
    "world", [CartPole(), GridWorld(), ShortCorridor(), Bandit()], ids=repr
)
def test_sixty_four_episodes_at_once_are_sixty_four_one_after_another(world):
    policy = SoftmaxPolicy(world.features, world.actions)
    theta = np.random.default_rng(5).normal(size=policy.init().shape)
    rng = np.random.default_rng(3)
    many = play(
        world, policy, theta, episodes=64, steps=60, rng=np.random.default_rng(3)
    )
    for i in range(64):
        one = play(world, policy, theta, episodes=1, steps=60, rng=rng)
        steps = len(one.rewards)
        assert not many.alive[steps:, i].any()
        for all_of_them, alone in zip(many, one, strict=True):
            np.testing.assert_allclose(
                all_of_them[:steps, i], alone[:, 0], rtol=1e-12, atol=1e-12
            )


def test_an_episode_ends_once_and_gets_nothing_afterwards():
    runs = play(
        ShortCorridor(), COIN, logits(0.5), episodes=50, steps=30,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    assert runs.alive[0].all()
    assert (runs.alive[1:] <= runs.alive[:-1]).all()
    assert (runs.rewards == -1.0 * runs.alive).all()
    assert 0 < runs.alive[-1].sum() < 50  # some are out, some are stopped


def test_playing_stops_when_all_are_over_or_after_so_many_steps():
    rng = np.random.default_rng(0)
    policy = SoftmaxPolicy(1, 3)
    runs = play(Bandit(), policy, policy.init(), episodes=8, steps=50, rng=rng)
    assert runs.rewards.shape == (1, 8)
    runs = play(ShortCorridor(), COIN, logits(0.5), episodes=8, steps=2, rng=rng)
    assert runs.observed.shape == (2, 8, 1)
    for wrong in (0, -3):
        with pytest.raises(ValueError, match="must be 1 or more"):
            play(Bandit(), policy, policy.init(), episodes=wrong, steps=5, rng=rng)
    with pytest.raises(TypeError, match=r"steps is 2\.5; it must be a whole number"):
        play(Bandit(), policy, policy.init(), episodes=5, steps=2.5, rng=rng)


def test_a_pole_is_balanced_after_two_dozen_steps_of_descent():
    world, policy = CartPole(), SoftmaxPolicy(features=4, actions=2)
    rng, lengths = np.random.default_rng(0), []

    def grad(theta):
        runs = play(world, policy, theta, episodes=64, steps=200, rng=rng)
        lengths.append(runs.alive.sum(axis=0).mean())
        return reinforce_gradient(policy, theta, runs, baseline=mean_of_the_others)

    walk = descend(grad, policy.init(), adam, learning_rate=0.2)
    *_, _theta = itertools.islice(walk, 31)
    assert lengths[0] < 30
    assert np.mean(lengths[-5:]) > 180  # of 200
