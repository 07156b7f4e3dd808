"""Worlds to act in: a state s, an action a, and what comes of them, a reward r and s'.

    s₀ = start(u),    φ = observe(s),    s', r, over = step(s, a)

A world is stateless: each of these is a pure function, and takes as many episodes at
once as it is given. Actions are integers, 0 to ``actions`` − 1. What the agent sees of
a state is φ, of shape (episodes, ``features``), and may be less than all. Luck comes in
as numbers u, drawn uniformly from [0, 1), of which a start needs ``draws``; after that
nothing is left to chance, but what the agent does. Steps after the end do not count.

Where states can be counted they are integers, 0 to ``states`` − 1, ``starts`` says how
likely an episode begins in each, and `gdlib.policies.negative_return` needs no luck: it
asks the world for all of its steps at once.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Bandit:
    """A machine with an arm for each action; one pull, and the episode is over.

    Parameters
    ----------
    rewards : tuple of float, default=(1.0, 0.8, 0.1)
        What each arm pays.

    Examples
    --------
    >>> Bandit().step(np.array([0, 0]), np.array([1, 2]))
    (array([0, 0]), array([0.8, 0.1]), array([ True,  True]))
    """

    rewards: tuple[float, ...] = (1.0, 0.8, 0.1)

    states = features = 1
    draws = 0
    starts = np.ones(1)

    @property
    def actions(self):
        """Number of arms."""
        return len(self.rewards)

    def start(self, u):
        """Return the one state there is, for u of shape (0, episodes)."""
        return np.zeros(np.shape(u)[1], dtype=int)

    def observe(self, state):
        """Return a column of ones, of shape (episodes, 1): there is nothing to see."""
        return np.ones((len(state), 1))

    def step(self, state, action):
        """Return the state, the reward of the arm, and True, each of (episodes,)."""
        return state, np.array(self.rewards)[action], np.ones(len(state), dtype=bool)


@dataclass(frozen=True)
class ShortCorridor:
    """Three rooms in a row, all alike, and the exit; in the middle one, left is right.

    Example 13.1 of Sutton and Barto [1]_. Action 0 is left and 1 is right, a step costs
    1, and the agent cannot tell the rooms apart. If it always goes right it never gets
    out, nor if it always goes left: the best that it can do is to toss a coin, which
    must fall right with probability 2 − √2.

    References
    ----------
    .. [1] R. S. Sutton, A. G. Barto, "Reinforcement Learning: An Introduction", 2nd
       edition (2018), chapter 13.

    Examples
    --------
    >>> corridor = ShortCorridor()
    >>> corridor.step(np.array([0, 1, 2, 3]), np.array([1, 1, 1, 1]))
    (array([1, 0, 3, 3]), array([-1., -1., -1.,  0.]),
     array([False, False,  True,  True]))
    """

    states, features, actions = 4, 1, 2
    draws = 0
    starts = np.eye(4)[0]

    def start(self, u):
        """Return room 0 for each episode, for u of shape (0, episodes)."""
        return np.zeros(np.shape(u)[1], dtype=int)

    def observe(self, state):
        """Return a column of ones, of shape (episodes, 1): all rooms look alike."""
        return np.ones((len(state), 1))

    def step(self, state, action):
        """Return the next room, the reward, and who is out, each of (episodes,)."""
        right = (action == 1) ^ (state == 1)
        there = np.maximum(0, np.where(right, state + 1, state - 1))
        there = np.where(state == 3, 3, there)
        return there, np.where(state == 3, 0.0, -1.0), there == 3


@dataclass(frozen=True)
class GridWorld:
    """A square of rooms with an exit in two opposite corners; a step costs 1.

    Example 4.1 of Sutton and Barto (2018). The agent begins in any room but the exits,
    each as likely, and sees where it is. Actions are 0 up, 1 right, 2 down, 3 left; one
    that leads into the wall leaves it where it is. Rooms are numbered row by row.

    Parameters
    ----------
    side : int, default=4
        Rooms along each side.

    Examples
    --------
    >>> GridWorld().step(np.array([1, 3, 14]), np.array([3, 0, 1]))
    (array([ 0,  3, 15]), array([-1., -1., -1.]), array([ True, False,  True]))
    """

    side: int = 4

    actions = 4
    draws = 1

    @property
    def states(self):
        """Number of rooms."""
        return self.side**2

    features = states

    @property
    def starts(self):
        """How likely an episode begins in each room, of shape (states,)."""
        inside = np.arange(self.states) % (self.states - 1) > 0
        return inside / inside.sum()

    def start(self, u):
        """Return a room that is no exit, for u of shape (1, episodes)."""
        return 1 + (u[0] * (self.states - 2)).astype(int)

    def observe(self, state):
        """Return a 1 in the column of the room, of shape (episodes, states)."""
        return np.eye(self.states)[state]

    def step(self, state, action):
        """Return the next room, the reward, and who is out, each of (episodes,)."""
        last, edge = self.states - 1, self.side - 1
        row = np.clip(state // self.side + np.array([-1, 0, 1, 0])[action], 0, edge)
        column = np.clip(state % self.side + np.array([0, 1, 0, -1])[action], 0, edge)
        out = state % last == 0
        there = np.where(out, state, row * self.side + column)
        return there, np.where(out, 0.0, -1.0), there % last == 0


@dataclass(frozen=True)
class CartPole:
    """A pole on a cart, to be balanced by pushing the cart to the left or the right.

    A state has four coordinates, of shape (4, episodes): where the cart is (m), how
    fast it goes (m/s), how far the pole leans to the right (rad), and how fast that
    grows (rad/s). All of them are seen. Action 0 pushes the cart to the left and 1 to
    the right, with 10 N for 0.02 s; each push that is lived to see is worth 1. The
    episode is over when the pole leans more than 12°, or the cart is more than 2.4 m
    away. Cart, pole and limits are those of Barto, Sutton and Anderson [1]_, without
    friction, and with Euler's method, so that a step is the old slope times 0.02 s.

    References
    ----------
    .. [1] A. G. Barto, R. S. Sutton, C. W. Anderson, "Neuronlike adaptive elements that
       can solve difficult learning control problems", IEEE Transactions on Systems,
       Man, and Cybernetics 13 (1983), 834–846.

    Examples
    --------
    >>> resting = np.zeros((4, 1))
    >>> state, reward, over = CartPole().step(resting, np.array([1]))
    >>> state[:, 0].round(3)  # pushed right, it falls left
    array([ 0.   ,  0.195,  0.   , -0.293])
    """

    features, actions = 4, 2
    draws = 4

    def start(self, u):
        """Return a state within 0.05 of rest, for u of shape (4, episodes)."""
        return 0.1 * np.asarray(u) - 0.05

    def observe(self, state):
        """Return the state, one episode a row, of shape (episodes, 4)."""
        return state.T

    def step(self, state, action):
        """Return the state 0.02 s later, the reward 1, and which poles have fallen."""
        _, speed, lean, spin = state
        gravity, cart, pole, half = 9.8, 1.0, 0.1, 0.5  # m/s², kg, kg, m
        sin, cos = np.sin(lean), np.cos(lean)
        force = 20.0 * action - 10.0
        shared = (force + pole * half * spin**2 * sin) / (cart + pole)
        lever = half * (4 / 3 - pole * cos**2 / (cart + pole))
        twist = (gravity * sin - shared * cos) / lever  # acceleration of the lean
        push = shared - pole * half * twist * cos / (cart + pole)  # and of the cart
        state = state + 0.02 * np.array([speed, push, spin, twist])
        fallen = (abs(state[0]) > 2.4) | (abs(state[2]) > np.pi / 15)
        return state, np.ones(len(fallen)), fallen
