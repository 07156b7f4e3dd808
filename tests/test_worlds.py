"""The worlds are those of the textbooks, and of mechanics."""

import numpy as np
import pytest

from gdlib.gradients import numerical_gradient
from gdlib.policies import SoftmaxPolicy, negative_return
from gdlib.worlds import Bandit, CartPole, GridWorld, ShortCorridor

COUNTABLE = [Bandit(), ShortCorridor(), GridWorld(), GridWorld(side=3)]
every_countable = pytest.mark.parametrize("world", COUNTABLE, ids=repr)
every_world = pytest.mark.parametrize("world", [*COUNTABLE, CartPole()], ids=repr)


# --------------------------------------------------------------------- all of them


@every_world
def test_what_goes_in_and_out_has_one_entry_an_episode(world):
    u = np.random.default_rng(0).random((world.draws, 5))
    state, action = world.start(u), np.arange(5) % world.actions
    for _ in range(4):
        assert state.shape[-1] == 5
        assert world.observe(state).shape == (5, world.features)
        state, reward, over = world.step(state, action)
        assert reward.shape == over.shape == (5,)
        assert reward.dtype == float
        assert over.dtype == bool


@every_world
def test_a_step_is_a_pure_function(world):
    state = world.start(np.random.default_rng(0).random((world.draws, 5)))
    before, action = state.copy(), np.zeros(5, dtype=int)
    once, again = world.step(state, action), world.step(state, action)
    assert (state == before).all()
    assert all((a == b).all() for a, b in zip(once, again, strict=True))


@every_countable
def test_the_luck_of_the_start_is_as_likely_as_is_said(world):
    u = (np.arange(8400) + 0.5)[None, :] / 8400  # 8400 numbers evenly over [0, 1)
    rooms = world.start(u[: world.draws] if world.draws else np.empty((0, 8400)))
    counted = np.bincount(rooms, minlength=world.states) / 8400
    np.testing.assert_allclose(counted, world.starts, atol=1e-12)


@every_countable
def test_an_end_is_an_end_and_costs_nothing(world):
    """Steps that enter it are over, and so are steps from it."""
    states = np.arange(world.states)
    every = [world.step(states, np.full(len(states), a)) for a in range(world.actions)]
    ends = {int(s) for there, _, over in every for s in there[over]}
    for there, reward, over in every:
        assert all((int(s) in ends) == o for s, o in zip(there, over, strict=True))
        if world.states > 1:
            assert all(over[s] and there[s] == s and reward[s] == 0 for s in ends)


# --------------------------------------------------------------- bandit and corridor


def test_an_arm_pays_what_it_pays():
    _, reward, over = Bandit((3.0, 5.0)).step(np.zeros(3, int), np.array([1, 0, 1]))
    assert reward.tolist() == [5, 3, 5]
    assert over.all()
    assert Bandit((3.0, 5.0)).actions == 2


def test_the_corridor_is_that_of_example_13_1():
    """Left of room 0 is a wall; in 1 left is right; right of 2 is the exit."""
    corridor, rooms = ShortCorridor(), np.array([0, 1, 2])
    left, right = (corridor.step(rooms, np.full(3, a)) for a in (0, 1))
    assert left[0].tolist() == [0, 2, 1]
    assert right[0].tolist() == [1, 0, 3]
    assert right[2].tolist() == [False, False, True]
    assert left[1].tolist() == right[1].tolist() == [-1, -1, -1]
    assert (corridor.observe(rooms) == 1).all()


# ----------------------------------------------------------------------------- grid


def test_by_random_steps_the_rooms_are_worth_what_figure_4_1_says():
    """Sutton and Barto (2018), figure 4.1, k = ∞."""
    policy = SoftmaxPolicy(features=16, actions=4)

    class From(GridWorld):
        starts = None

    worth = []
    for room in range(16):
        From.starts = np.eye(16)[room]
        worth.append(-negative_return(From(), policy)(policy.init()))
    published = [
        0,
        -14,
        -20,
        -22,
        -14,
        -18,
        -20,
        -20,
        -20,
        -20,
        -18,
        -14,
        -22,
        -20,
        -14,
        0,
    ]
    np.testing.assert_allclose(worth, published, atol=1e-10)


def test_walls_hold_and_the_four_directions_are_four():
    grid, middle = GridWorld(), np.array([5])
    there = [int(grid.step(middle, np.array([a]))[0][0]) for a in range(4)]
    assert there == [1, 6, 9, 4]  # up, right, down, left
    corners = np.array([3, 12])
    assert grid.step(corners, np.array([0, 2]))[0].tolist() == [3, 12]
    assert grid.step(corners, np.array([1, 3]))[0].tolist() == [3, 12]
    assert grid.step(corners, np.array([3, 0]))[0].tolist() == [2, 8]


def test_each_room_looks_different():
    assert (GridWorld(side=3).observe(np.arange(9)) == np.eye(9)).all()


# ------------------------------------------------------------------------ cart and pole


def energy(state):
    """Return that of a cart of 1 kg with a pole of 0.1 kg and 1 m, piece by piece."""
    _, speed, lean, spin = state
    along = np.linspace(0, 1, 2001)[1::2]  # middles of 1000 pieces of the pole
    sideways, upwards = speed + along * spin * np.cos(lean), along * spin * np.sin(lean)
    moving = 0.1 * np.mean(sideways**2 + upwards**2) / 2
    return 1.0 * speed**2 / 2 + moving + 0.1 * 9.8 * 0.5 * np.cos(lean)


def momentum(state):
    """Return theirs, along the track."""
    _, speed, lean, spin = state
    along = np.linspace(0, 1, 2001)[1::2]
    return 1.0 * speed + 0.1 * np.mean(speed + along * spin * np.cos(lean))


def test_the_cart_obeys_newton_force_is_change_of_momentum_and_of_energy():
    """F = dp/dt and F·ẋ = dE/dt: two laws for the two accelerations."""
    rng = np.random.default_rng(0)
    for state in rng.normal(size=(50, 4)):
        action = int(rng.integers(2))
        force = [-10.0, 10.0][action]
        there = CartPole().step(state[:, None], np.array([action]))[0][:, 0]
        rates = (there - state) / 0.02
        np.testing.assert_allclose(rates[[0, 2]], state[[1, 3]], atol=1e-12)
        assert numerical_gradient(momentum, state) @ rates == pytest.approx(force)
        power = numerical_gradient(energy, state) @ rates
        assert power == pytest.approx(force * state[1], rel=1e-5, abs=1e-5)


def test_seen_in_a_mirror_left_is_right():
    rng = np.random.default_rng(0)
    state, action = rng.normal(size=(4, 30)), rng.integers(2, size=30)
    here, mirrored = CartPole().step(state, action), CartPole().step(-state, 1 - action)
    np.testing.assert_allclose(here[0], -mirrored[0], atol=1e-15)
    assert (here[2] == mirrored[2]).all()


def test_it_is_over_beyond_twelve_degrees_or_two_point_four_meters():
    lean = np.radians([0, 11.9, 12.1, -11.9, -12.1, 0, 0, 0, 0])
    place = np.array([0, 0, 0, 0, 0, 2.39, 2.41, -2.39, -2.41])
    state = np.stack([place, 0 * place, lean, 0 * place])
    _, reward, over = CartPole().step(state, np.zeros(9, dtype=int))
    assert over.tolist() == [False, False, True, False, True, False, True, False, True]
    assert (reward == 1).all()


def test_a_start_is_within_five_hundredths_of_rest():
    u = np.array([[0.0], [0.25], [0.5], [1.0]])
    np.testing.assert_allclose(CartPole().start(u)[:, 0], [-0.05, -0.025, 0, 0.05])
