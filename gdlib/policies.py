"""Descent on behavior: a policy π that chooses actions at random, and learns which.

    J(θ) = E[r₀ + γr₁ + γ²r₂ + …],    ∇J(θ) = E[Σₜ ∇log π(aₜ|sₜ) Σ_{u≥t} γᵘrᵤ]

Nobody can differentiate the world. But the probability of what happened depends on θ in
the choices alone, and so does the gradient of J: an action is made likelier in
proportion to all the reward that came after it. That is REINFORCE (Williams, 1992). It
costs only playing, and is right on average; how far off it is in one game, a baseline
can lessen.

More reward is better, so one would climb. Every gradient here is of −J, so that the
descent of every other chapter serves: ``descend(lambda theta: reinforce_gradient(...),
...)``, or ``minimize(negative_return(world, policy))`` where states can be counted.

A world is anything with the methods that `gdlib.worlds` describes.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gdlib.faults import check_places
from gdlib.losses import softmax
from gdlib.objectives import Objective


@dataclass(frozen=True)
class SoftmaxPolicy:
    """π(a|s) = softmax(Wᵀφ)ₐ for what is seen of the state, φ; θ is W, row after row.

    It is `gdlib.linear.SoftmaxRegression` without an intercept, with actions for
    classes.

    Parameters
    ----------
    features : int
        d, how many numbers are seen of a state.
    actions : int
        k, how many actions there are to choose from.

    Examples
    --------
    >>> policy = SoftmaxPolicy(features=1, actions=2)
    >>> theta = np.log([1.0, 3.0])
    >>> policy.probabilities(theta, [[1.0]])
    array([[0.25, 0.75]])
    >>> policy.act(theta, [[1.0], [1.0]], np.array([0.2, 0.3]))
    array([0, 1])
    >>> policy.score_function(theta, [[1.0]], [1])
    array([[-0.25,  0.25]])
    """

    features: int
    actions: int

    def init(self, rng=None):
        """Return the starting θ, of shape (dk,): zeros, each action equally likely."""
        return np.zeros(self.features * self.actions)

    def probabilities(self, theta, observed):
        """Return π(a|s) of shape (n, k), for what is seen of n states, (n, d)."""
        theta, observed = np.asarray(theta), np.asarray(observed)
        d, k = self.features, self.actions
        if theta.shape != (d * k,):
            raise ValueError(
                f"theta has shape {theta.shape}; {d} features and {k} actions need "
                f"({d * k},)"
            )
        if observed.ndim != 2 or observed.shape[1] != d:
            raise ValueError(
                f"what is seen has shape {observed.shape}; the policy needs (n, {d}): "
                "one state a row, as world.observe(state) has it"
            )
        return softmax(observed @ theta.reshape(d, k))

    def act(self, theta, observed, u):
        """Return n actions, for n numbers u drawn uniformly from [0, 1).

        Laid end to end, the probabilities reach from 0 to 1; u falls into one of them.
        """
        reach = np.cumsum(self.probabilities(theta, observed)[:, :-1], axis=1)
        return (np.asarray(u)[:, None] >= reach).sum(axis=1)

    def score_function(self, theta, observed, action):
        """Return ∇ log π(a|s) by θ, a row for each of n pairs, of shape (n, dk).

        ∂/∂W log π(a|s) = φ (eₐ − π)ᵀ: towards what was done, away from what is usual.
        """
        p, action = self.probabilities(theta, observed), np.asarray(action)
        if action.shape != (len(p),):
            raise ValueError(
                f"actions have shape {action.shape}, but {len(p)} states need "
                f"({len(p)},): one action each"
            )
        check_places("action", action, self.actions, f"{self.actions} actions")
        surprise = np.eye(self.actions)[action] - p
        each = np.asarray(observed)[:, :, None] * surprise[:, None, :]
        return each.reshape(len(p), -1)


class Episodes(NamedTuple):
    """What happened in n episodes, step by step; the last row is the last step of any.

    Parameters
    ----------
    observed : ndarray of shape (steps, n, d)
        What was seen of the state before each step.
    actions : ndarray of shape (steps, n)
        What was done.
    rewards : ndarray of shape (steps, n)
        What came of it; 0 where the episode was over.
    alive : ndarray of bool, of shape (steps, n)
        Whether the episode was not over before that step.
    """

    observed: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    alive: np.ndarray


def play(world, policy, theta, *, episodes, steps, rng):
    """Play many episodes at once, and write down what happened.

    Parameters
    ----------
    world : object
        From `gdlib.worlds`, or your own.
    policy : SoftmaxPolicy
        How to act.
    theta : ndarray of shape (dk,)
        The parameters of the policy.
    episodes : int
        How many, n. They are as n times one episode, each in turn, with the same `rng`.
    steps : int
        After how many steps to stop those that are not over.
    rng : numpy.random.Generator
        Source of the luck: of the starts, and of the actions.

    Returns
    -------
    Episodes

    Examples
    --------
    >>> from gdlib.worlds import ShortCorridor
    >>> policy, rng = SoftmaxPolicy(features=1, actions=2), np.random.default_rng(0)
    >>> runs = play(
    ...     ShortCorridor(), policy, policy.init(), episodes=9000, steps=200, rng=rng
    ... )
    >>> runs.rewards.sum(axis=0).mean().round()
    np.float64(-12.0)
    """
    for name, count in (("episodes", episodes), ("steps", steps)):
        if isinstance(count, bool) or not isinstance(count, (int, np.integer)):
            raise TypeError(f"{name} is {count!r}; it must be a whole number")
        if count < 1:
            raise ValueError(f"{name} is {count}; it must be 1 or more")
    u = rng.random((episodes, world.draws + steps)).T.copy()  # each has its own stretch
    state, alive = world.start(u[: world.draws]), np.ones(episodes, dtype=bool)
    rows = []
    for luck in u[world.draws :]:
        observed = world.observe(state)
        action = policy.act(theta, observed, luck)
        state, reward, over = world.step(state, action)
        rows.append((observed, action, reward * alive, alive))
        alive = alive & ~over
        if not alive.any():
            break
    return Episodes(*map(np.stack, zip(*rows, strict=True)))


def rewards_to_go(rewards, discount=1.0):
    """Sum what came after each action: Σ_{u≥t} γᵘrᵤ, of the shape of `rewards`.

    It is γᵗGₜ in the letters of the textbooks: the return Gₜ = rₜ + γrₜ₊₁ + … counts
    from t, and J counts from 0.

    Parameters
    ----------
    rewards : ndarray of shape (steps, n)
        One episode a column.
    discount : float, default=1.0
        γ, what a reward is worth that comes a step later, 0 ≤ γ ≤ 1.

    Returns
    -------
    ndarray of shape (steps, n)

    Examples
    --------
    >>> rewards_to_go(np.array([[1.0], [2.0], [4.0]]), discount=0.5)[:, 0]
    array([3., 2., 1.])
    """
    rewards = np.asarray(rewards)
    if not 0 <= discount <= 1:
        raise ValueError(f"discount is {discount!r}; it must lie in 0 ≤ discount ≤ 1")
    worth = discount ** np.arange(len(rewards))[:, None] * rewards
    return np.cumsum(worth[::-1], axis=0)[::-1]


def mean_of_the_others(to_go):
    """Return a baseline: what the other episodes still got, on average, at each step.

    Parameters
    ----------
    to_go : ndarray of shape (steps, n)
        What `rewards_to_go` returns, for n ≥ 2 episodes.

    Returns
    -------
    ndarray of shape (steps, n)
        Independent of the actions of the episode itself, as a baseline must be: the
        mean over all n would make every gradient n/(n − 1) times too short.
    """
    n = to_go.shape[1]
    if n < 2:
        raise ValueError("there is one episode and no other; play at least 2")
    return (to_go.sum(axis=1, keepdims=True) - to_go) / (n - 1)


def reinforce_gradient(policy, theta, runs, *, discount=1.0, baseline=0.0):
    """Estimate the gradient of −J from episodes that were played with θ.

    −(1/n) Σᵢ Σₜ ∇log π(aₜ|sₜ) (Σ_{u≥t} γᵘrᵤ − b). On average over episodes it is the
    gradient, whatever b is, if b does not look at the action aₜ or what came of it.

    Parameters
    ----------
    policy : SoftmaxPolicy
        How the actions were chosen.
    theta : ndarray of shape (dk,)
        With which parameters.
    runs : Episodes
        What `play` returns.
    discount : float, default=1.0
        γ in J, 0 ≤ γ ≤ 1.
    baseline : float, ndarray of shape (steps, 1) or (steps, n), or callable
        b, 0 by default; or a function that takes the rewards to go, of shape
        (steps, n), and returns it, such as `mean_of_the_others`.

    Returns
    -------
    ndarray of shape (dk,)

    References
    ----------
    .. [1] R. J. Williams, "Simple statistical gradient-following algorithms for
       connectionist reinforcement learning", Machine Learning 8 (1992), 229–256.
    """
    to_go = rewards_to_go(runs.rewards, discount)
    advantage = to_go - (baseline(to_go) if callable(baseline) else baseline)
    lived = runs.alive
    scores = policy.score_function(theta, runs.observed[lived], runs.actions[lived])
    return -(advantage[lived] @ scores) / lived.shape[1]


def negative_return(world, policy, *, discount=1.0):
    """Return −J as an objective of θ: exact, by linear algebra, no luck involved.

    For states that can be counted. With P the moves under π, V = (I − γP)⁻¹ E[r] is
    what is still to come from each state, D = (I − γPᵀ)⁻¹ μ how often one is there, and

        J = μ·V,    ∂J/∂W = Σₛ D(s) φ(s) Σₐ π(a|s) (Q(s, a) − V(s)) eₐᵀ,

    with Q(s, a) = r + γV(s') the same for an action (the policy gradient theorem [1]_).

    Parameters
    ----------
    world : object
        With ``states`` and ``starts`` (μ), such as `gdlib.worlds.ShortCorridor`.
    policy : SoftmaxPolicy
        How to act.
    discount : float, default=1.0
        γ, 0 ≤ γ ≤ 1.

    Returns
    -------
    Objective
        θ ↦ −J(θ), to be descended on. It raises ValueError at a θ under which some
        episodes never end, if γ = 1.

    References
    ----------
    .. [1] R. S. Sutton, D. McAllester, S. Singh, Y. Mansour, "Policy gradient methods
       for reinforcement learning with function approximation", NIPS 12 (2000).

    Examples
    --------
    >>> from gdlib.worlds import ShortCorridor
    >>> cost = negative_return(ShortCorridor(), SoftmaxPolicy(features=1, actions=2))
    >>> cost([0.0, 0.0])  # left or right by a fair coin: twelve steps
    np.float64(12.0)
    """
    states = np.arange(world.states)
    observed = world.observe(states)
    answers = [
        world.step(states, np.full_like(states, a)) for a in range(world.actions)
    ]
    there, reward, over = (np.stack(part, 1) for part in zip(*answers, strict=True))
    moves = discount * np.eye(world.states)[there] * ~over[:, :, None]  # (s, a, s')

    def look_ahead(theta):
        p = policy.probabilities(theta, observed)
        stay = np.eye(world.states) - np.einsum("sa,sat->st", p, moves)
        try:
            return p, stay, np.linalg.solve(stay, (p * reward).sum(axis=1))
        except np.linalg.LinAlgError:
            raise ValueError(
                f"with the probabilities {p.round(3).tolist()} some episodes never "
                "end; begin where every action is possible, or pass discount=0.99"
            ) from None

    def cost(theta):
        return -(world.starts @ look_ahead(theta)[2])

    def grad(theta):
        p, stay, value = look_ahead(theta)
        visits = np.linalg.solve(stay.T, world.starts)
        advantage = reward + moves @ value - value[:, None]
        return -(observed.T @ (visits[:, None] * p * advantage)).ravel()

    return Objective(cost, grad, start=policy.init(), name="−J")
