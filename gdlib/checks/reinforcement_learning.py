"""Reinforcement learning: a world, a score, a gradient from playing, a baseline."""

import numpy as np

from gdlib.grading import Mistake, question

BOOK = "The book: Reinforcement learning: ascent on expected return, section"


# ==================================================================== corridor_env
def _corridor(
    right=lambda action, turned: (action == 1) != turned,
    move=lambda room, right: room + (1 if right else -1),
    wall=lambda there, n: max(0, there),
    reward=lambda there, n: -1.0,
    over=lambda there, room, n: there == n,
    finish=lambda there, reward, over: (there, reward, over),
):
    """Make a `corridor_env` in which one thing is done otherwise."""

    def corridor_env(room, action, switched):
        n = len(switched)
        there = wall(move(room, right(action, bool(switched[room]))), n)
        return finish(there, reward(there, n), bool(over(there, room, n)))

    return corridor_env


def counts_rooms_of_the_signs(room, action, switched):
    right = (action == 1) != bool(switched[(room + 1) % len(switched)])
    there = max(0, room + (1 if right else -1))
    return there, -1.0, there == len(switched)


def corridor_by_cases(room, action, switched):
    """Say it in words: four cases, and the wall."""
    way = -1 if action == 0 else 1
    if switched[room]:
        way = -way
    there = room + way
    if there < 0:
        there = 0
    return there, -1, bool(there >= len(switched))


def corridor_by_table(room, action, switched):
    """Write down where both actions lead, and look it up."""
    table = [[max(0, k - 1), k + 1] for k in range(len(switched))]
    table = [row[::-1] if s else row for row, s in zip(table, switched, strict=True)]
    there = table[room][action]
    return there, -1.0, there == len(table)


@question(
    "reinforcement-learning.corridor_env",
    points=4,
    needs="corridor_env",
    start=(
        "Start with a corridor without exchanged signs: action 1 adds one to the room, "
        "action 0 takes one away, and nobody walks through the wall at 0."
    ),
    well_done=(
        "That is a whole world: a learner needs nothing else of it. Give it other "
        "signs, and the best coin is another."
    ),
    hints=[
        "Where to look: with the signs of rooms 0, 1, 2 being right, exchanged, right, "
        "action 1 leads from room 0 to 1, from 1 to 0, and from 2 out, to 3.",
        f"{BOOK} An experiment.",
    ],
    mistakes=[
        Mistake(
            "signs-ignored",
            _corridor(right=lambda action, turned: action == 1),
            "You do not look at `switched`: here action 1 always leads to the right. "
            "Where the sign is exchanged it leads to the left.",
        ),
        Mistake(
            "all-exchanged",
            _corridor(right=lambda action, turned: (action == 1) == turned),
            "Your signs are exchanged where they should not be, and right where they "
            "should be exchanged. In a plain room action 1 leads to the right.",
        ),
        Mistake(
            "only-right-exchanged",
            _corridor(right=lambda action, turned: action == 1 and not turned),
            "In an exchanged room you send both actions to the left. There action 0 "
            "leads to the right.",
        ),
        Mistake(
            "next-sign",
            counts_rooms_of_the_signs,
            "You look at the sign of the next room. The one that counts hangs in the "
            "room where the agent stands.",
        ),
        Mistake(
            "through-the-wall",
            _corridor(wall=lambda there, n: there),
            "Your agent walks through the wall into room −1. To the left of room 0 "
            "there is nothing: it stays where it is.",
        ),
        Mistake(
            "around",
            _corridor(wall=lambda there, n: there % (n + 1)),
            "Your agent leaves room 0 to the left and comes out at the exit. The wall "
            "is a wall: it stays in room 0.",
        ),
        Mistake(
            "bounces",
            _corridor(wall=lambda there, n: abs(there)),
            "At the wall your agent bounces into room 1. It stays in room 0.",
        ),
        Mistake(
            "exit-shut",
            _corridor(wall=lambda there, n: min(max(0, there), n - 1)),
            "Nobody gets out of your corridor: the agent is kept in the last room. To "
            "the right of it is the exit, which counts as room {n}.",
        ),
        Mistake(
            "free-exit",
            _corridor(reward=lambda there, n: 0.0 if there == n else -1.0),
            "You make the last step free. Every step costs 1, the one that leads out "
            "too; otherwise every return is 1 too high.",
        ),
        Mistake(
            "prize",
            _corridor(reward=lambda there, n: 1.0 if there == n else 0.0),
            "You pay 1 at the exit and nothing before. Then everyone who gets out "
            "earns the same, and nobody hurries; here every step costs 1.",
        ),
        Mistake(
            "paid-to-walk",
            _corridor(reward=lambda there, n: 1.0),
            "You pay 1 for every step, so that staying in the dark is rewarded. A step "
            "costs 1: its reward is −1.",
        ),
        Mistake(
            "too-early",
            _corridor(over=lambda there, room, n: there == n - 1),
            "Your episode is over when the agent enters the last room. It is over when "
            "the agent is out, in room {n}.",
        ),
        Mistake(
            "too-late",
            _corridor(over=lambda there, room, n: room == n),
            "You ask whether the agent was out before the step. Ask where it is after "
            "it, or the episode never ends.",
        ),
        Mistake(
            "alive",
            _corridor(over=lambda there, room, n: there != n),
            "Your third answer is True while the agent is inside. It is called `over`, "
            "and is True when the agent is out.",
        ),
        Mistake(
            "order",
            _corridor(finish=lambda there, reward, over: (reward, there, over)),
            "You return the reward first. The order is: where the agent is, what it "
            "got, whether it is over.",
        ),
    ],
    right=[_corridor(), corridor_by_cases, corridor_by_table],
)
def check_corridor_env(s):
    """All moves of a short corridor, the rewards, the exit."""

    def case():
        n = int(s.rng.integers(3, 5))
        switched = np.zeros(n, dtype=bool)  # one or two of the signs, not that of 0
        switched[1 + s.rng.permutation(n - 1)[: int(s.rng.integers(1, 3))]] = True
        s.note(n=n)
        return n, switched

    def tour(n, switched, count):
        pairs = [(room, action) for room in range(n) for action in (0, 1)]
        pairs = [pairs[k] for k in s.rng.permutation(len(pairs))]
        ends = [(0, 0), (n - 1, 0 if switched[-1] else 1)]  # the wall, and the exit
        told = lambda pair: pair not in ends and not switched[pair[0]]
        order = sorted(pairs, key=told)[:count]  # ends and exchanged rooms in any case
        order = [order[k] for k in s.rng.permutation(len(order))]
        got = [
            s.unpack(
                s.call("corridor_env", room, action, switched), "room, reward, over"
            )
            for room, action in order
        ]
        want = [_corridor()(*pair, switched) for pair in order]
        there = [float(s.array(answer[0], ())) for answer in got]
        rewards = [float(s.array(answer[1], ())) for answer in got]
        return order, want, there, rewards, [answer[2] for answer in got]

    with s.part("the moves", points=2):
        n, switched = case()
        order, want, there, _, _ = tour(n, switched, 2 * n)
        for (room, action), answer, found in zip(order, want, there, strict=True):
            sign = "with exchanged signs" if switched[room] else "with plain signs"
            s.note(room=room, action=action, found=f"{found:g}", sign=sign)
            s.expect_close(
                found,
                answer[0],
                "From room {room} of {n}, {sign}, your action {action} leads to "
                "{found}. It leads elsewhere.",
                explain=False,
            )
        s.expect_untouched("After the call, `switched` has changed.")
    with s.part("the rewards"):
        _, want, there, rewards, _ = tour(*case(), 6)
        s.expect_close(
            there,
            [answer[0] for answer in want],
            "This counts once the moves are right.",
            explain=False,
        )
        s.expect_close(
            rewards,
            [answer[1] for answer in want],
            "The rewards are others: every step costs 1.",
        )
    with s.part("the exit"):
        _, want, there, _, over = tour(*case(), 6)
        s.expect_close(
            there,
            [answer[0] for answer in want],
            "This counts once the moves are right.",
            explain=False,
        )
        s.expect(
            all(isinstance(entry, (bool, np.bool_)) for entry in over),
            "The third answer, `over`, should be True or False.",
        )
        s.expect(
            [bool(entry) for entry in over] == [answer[2] for answer in want],
            "An episode is over exactly when the agent is in room {n}.",
        )


# ================================================================== score_function
def _softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def _score(
    probabilities=_softmax,
    logits=lambda W, f: f @ W,
    surprise=lambda p, a: np.eye(len(p))[a] - p,
    table=lambda f, surprise, p, a: np.outer(f, surprise),
):
    """Make a `score_function` in which one thing is done otherwise."""

    def score_function(W, features, action):
        p = probabilities(logits(W, features))
        return table(features, surprise(p, action), p, action)

    return score_function


def score_in_place(W, features, action):
    features *= -1
    p = _softmax(-features @ W)
    p[action] -= 1
    return np.outer(features, p)


def score_by_entries(W, features, action):
    """Write down each entry by itself."""
    z = [sum(f * w for f, w in zip(features, column, strict=True)) for column in W.T]
    z = np.array(z)
    p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    return [
        [f * ((1.0 if k == action else 0.0) - p[k]) for k in range(len(p))]
        for f in features
    ]


def score_through_log(W, features, action):
    """Differentiate z_a − log Σ exp z."""
    z = features @ W
    top = z.max()
    log_p = z - top - np.log(np.exp(z - top).sum())
    d = -np.exp(log_p)
    d[action] += 1
    return features[:, None] * d


@question(
    "reinforcement-learning.score_function",
    points=4,
    needs="score_function",
    start=(
        "Start with the probabilities: the softmax of `features @ W`. Then log π of "
        "the chosen action is its own entry minus the logarithm of a sum."
    ),
    well_done=(
        "Its mean over the actions is zero, whatever W is. On that one fact rest the "
        "reward to go and every baseline."
    ),
    hints=[
        "Where to look: with W all zeros, features [1] and two actions, the score of "
        "action 1 is [[−0.5, 0.5]].",
        f"{BOOK} The idea.",
    ],
    mistakes=[
        Mistake(
            "gradient-of-pi",
            _score(table=lambda f, d, p, a: p[a] * np.outer(f, d)),
            "This is the gradient of π, not of log π: yours has a factor π(a|s) too "
            "many. The logarithm divides it away, and with it the favor for what is "
            "done often anyway.",
        ),
        Mistake(
            "sign",
            _score(surprise=lambda p, a: p - np.eye(len(p))[a]),
            "The sign is turned: this is the gradient of −log π, the loss of a "
            "classifier. A score leads toward the action that was taken.",
        ),
        Mistake(
            "only-the-action",
            _score(surprise=lambda p, a: np.eye(len(p))[a]),
            "You have the action that was taken, and forget the sum below the line of "
            "the softmax: each column loses its own probability.",
        ),
        Mistake(
            "only-the-sum",
            _score(surprise=lambda p, a: -p),
            "You have −π for every action. The column of the one that was taken gets a "
            "1 on top.",
        ),
        Mistake(
            "one-column",
            _score(surprise=lambda p, a: np.eye(len(p))[a] * (1 - p[a])),
            "Only the column of the chosen action moves. To make one action likelier "
            "takes from the others: their columns are −φ π.",
        ),
        Mistake(
            "divided-twice",
            _score(table=lambda f, d, p, a: np.outer(f, d) / p[a]),
            "You divide by π once more. The score is ∇π/π already: φ(e − π), with no "
            "probability below the line.",
        ),
        Mistake(
            "transposed",
            _score(table=lambda f, d, p, a: np.outer(d, f)),
            "You return a table with a row for each action. W has a row for each "
            "feature and a column for each action, and so has its gradient.",
        ),
        Mistake(
            "no-features",
            _score(table=lambda f, d, p, a: np.outer(np.ones(len(f)), d)),
            "The features do not occur: every row is the same. Row i of W is "
            "multiplied by feature i before the softmax, so its gradient is too.",
        ),
        Mistake(
            "log-probability",
            _score(table=lambda f, d, p, a: np.log(p[a])),
            "This is log π itself, one number. Asked for is its derivative by each "
            "entry of W.",
        ),
        Mistake(
            "uniform",
            _score(probabilities=lambda z: np.full(len(z), 1 / len(z))),
            "You take each action as equally likely. The probabilities are the softmax "
            "of `features @ W`.",
        ),
        Mistake(
            "no-exponential",
            _score(probabilities=lambda z: z / z.sum()),
            "You divide by the sum without taking exponentials. `features @ W` may be "
            "negative; the softmax is exp(z)/Σ exp(z).",
        ),
        Mistake(
            "overflow",
            _score(probabilities=lambda z: np.exp(z) / np.exp(z).sum()),
            "Your exponential is too large for a number, and inf/inf is none. Take the "
            "largest entry away from z first: the softmax stays as it is.",
        ),
        Mistake(
            "in-place",
            score_in_place,
            "Your score is right, and `features` or W of the caller is changed. Make "
            "new arrays.",
        ),
    ],
    right=[_score(), score_by_entries, score_through_log],
)
def check_score_function(s):
    """A score, large logits, and the arguments untouched."""

    def case(size=1.0):
        d, k = 2, int(s.rng.integers(3, 5))
        W = size * s.rng.normal(size=(d, k))
        return W, s.rng.uniform(0.5, 2, size=d), int(s.rng.integers(k))

    with s.part("the score", points=2):
        W, features, action = case()
        got = s.call("score_function", W, features, action)
        hand = s.call("score_function", np.log([[1.0, 3.0]]) / 2, np.array([2.0]), 0)
        found = s.array(hand, (1, 2))
        s.note(found=", ".join(f"{entry:.4g}" for entry in found[0]))
        s.expect_close(
            found,
            [[1.5, -1.5]],
            "With π = (¼, ¾), the feature 2 and action 0 you return ({found}), and it "
            "is 2 · (1 − ¼, −¾) = (1.5, −1.5).",
            explain=False,
        )
        s.expect_close(
            got, _score()(W, features, action), "The gradient of log π is another."
        )
    with s.part("large numbers"):
        W, features, action = case()
        W[:, action] += 800.0  # its features @ W is 800 at least
        other = (action + 1) % W.shape[1]
        W[:, other] = W[:, action] + 0.1 * s.rng.uniform(1, 2, size=2)
        got = s.call("score_function", W, features, action)
        s.expect_close(
            got,
            _score()(W, features, action),
            "Where `features @ W` reaches 800, the gradient of log π is another.",
        )
    with s.part("nothing else changes"):
        W, features, action = case()
        got = s.call("score_function", W, features, action)
        s.expect_close(
            got,
            _score()(W, features, action),
            "This counts once the score is right.",
            explain=False,
        )
        s.expect_untouched("After the call, `W` or `features` has changed.")


# ======================================================================= reinforce
def _to_go(rewards):
    return np.cumsum(rewards[::-1])[::-1]


def _reinforce(
    worth=lambda r, g: g ** np.arange(len(r)) * r,
    sums=_to_go,
    weight=lambda G, r, g: G,
    total=lambda scores, G: scores.T @ G,
):
    """Make a `reinforce` in which one thing is done otherwise."""

    def reinforce(scores, rewards, discount):
        G = weight(sums(worth(rewards, discount)), rewards, discount)
        return total(scores, G)

    return reinforce


def textbook_return(scores, rewards, discount):
    G, back = 0.0, []
    for r in rewards[::-1]:
        G = r + discount * G
        back.append(G)
    return scores.T @ np.array(back[::-1])


def reinforce_in_place(scores, rewards, discount):
    rewards *= discount ** np.arange(len(rewards))
    return scores.T @ _to_go(rewards)


def reinforce_by_pairs(scores, rewards, discount):
    """Go through all pairs of an action and a reward that came after it."""
    g = np.zeros(scores.shape[1])
    for t in range(len(rewards)):
        for u in range(t, len(rewards)):
            g = g + scores[t] * discount**u * rewards[u]
    return g


def reinforce_backwards(scores, rewards, discount):
    """Walk from the end, with G = r + γG, and put γᵗ back."""
    G, g = 0.0, 0.0
    for t in reversed(range(len(rewards))):
        G = rewards[t] + discount * G
        g = g + discount**t * G * scores[t]
    return g


def reinforce_by_matrix(scores, rewards, discount):
    """Let each reward blame the actions before it."""
    blame = np.cumsum(scores, axis=0)
    return (discount ** np.arange(len(rewards)) * rewards) @ blame


@question(
    "reinforcement-learning.reinforce",
    points=5,
    needs="reinforce",
    start=(
        "Start with the rewards to go for γ = 1: for each step, the sum of its own "
        "reward and all later ones. Then multiply by the scores and add up."
    ),
    well_done=(
        "Unbiased after one episode, in a world of which it knows nothing. All that is "
        "left to wish for is less noise."
    ),
    hints=[
        "Where to look: the scores 1, 10 with the rewards 1, 4 and γ = 0.5 give "
        "rewards to go 3 and 2, so the estimate is 1 · 3 + 10 · 2 = 23.",
        f"{BOOK} The mathematics.",
    ],
    mistakes=[
        Mistake(
            "full-return",
            _reinforce(sums=lambda w: np.full(len(w), w.sum())),
            "You multiply every score by the return of the whole episode. That is "
            "right on average, and noisier: an action cannot have caused the rewards "
            "before it. Sum from step t on.",
        ),
        Mistake(
            "discount-from-t",
            textbook_return,
            "Your discount counts from the action, γ^(u−t). In J it counts from the "
            "start of the episode, γ^u: your G of step t needs another factor γ^t.",
        ),
        Mistake(
            "gamma-t-twice",
            _reinforce(weight=lambda G, r, g: G * g ** np.arange(len(G))),
            "Your rewards carry γ^u, and then the sum of step t gets γ^t on top. Once "
            "is enough: γ^u counts from the start already.",
        ),
        Mistake(
            "discount-of-t",
            _reinforce(
                worth=lambda r, g: r, weight=lambda G, r, g: G * g ** np.arange(len(G))
            ),
            "You sum the rewards without discount and multiply by γ^t in the end. Each "
            "reward has a power of its own, that of the step at which it is paid.",
        ),
        Mistake(
            "no-discount",
            _reinforce(worth=lambda r, g: r),
            "The discount does not occur. A reward at step u is worth γ^u of one at "
            "the start; here γ is {discount:.2f}.",
        ),
        Mistake(
            "counts-from-one",
            _reinforce(worth=lambda r, g: g ** np.arange(1, len(r) + 1) * r),
            "Your powers begin with γ¹. The first reward is not discounted: steps "
            "count from 0.",
        ),
        Mistake(
            "so-far",
            _reinforce(sums=np.cumsum),
            "You sum the rewards up to step t. Those were earned before the action, or "
            "with it; what it can have caused comes from t on.",
        ),
        Mistake(
            "strictly-after",
            _reinforce(sums=lambda w: _to_go(w) - w),
            "You leave out the reward of the step itself. It is paid for this action, "
            "so it belongs to what came of it.",
        ),
        Mistake(
            "own-reward",
            _reinforce(sums=lambda w: w),
            "You multiply each score by the reward of the same step only. An action is "
            "answerable for all that comes after it.",
        ),
        Mistake(
            "descent",
            _reinforce(total=lambda scores, G: -scores.T @ G),
            "This is the gradient of −J. Here asked for is that of J itself, the way "
            "up.",
        ),
        Mistake(
            "mean-over-steps",
            _reinforce(total=lambda scores, G: scores.T @ G / len(G)),
            "You divide by the number of steps. J is a sum over the episode; a mean is "
            "taken over episodes, and here there is one.",
        ),
        Mistake(
            "each-step",
            _reinforce(total=lambda scores, G: scores * G[:, None]),
            "You return the contribution of each step. The estimate is their sum, one "
            "number for each parameter.",
        ),
        Mistake(
            "sums-apart",
            _reinforce(total=lambda scores, G: scores.sum(axis=0) * G.sum()),
            "You sum the scores, sum the rewards to go, and multiply. Each score goes "
            "with its own step: multiply first.",
        ),
        Mistake(
            "in-place",
            reinforce_in_place,
            "The estimate is right, and the rewards of the caller are changed: `*=` "
            "writes into them. Make a new array.",
        ),
    ],
    right=[_reinforce(), reinforce_by_pairs, reinforce_backwards, reinforce_by_matrix],
)
def check_reinforce(s):
    """Without discount, with it, and the episode untouched."""

    def case(discount):
        steps = int(s.rng.integers(4, 7))
        s.note(discount=discount)
        return s.rng.normal(size=(steps, 3)), s.rng.uniform(-2, 3, size=steps)

    def by_hand(discount, answer):
        scores, rewards = np.array([[1.0], [10.0]]), np.array([1.0, 4.0])
        found = s.array(s.call("reinforce", scores, rewards, discount), (1,))[0]
        s.note(found=f"{found:.4g}", answer=answer)
        s.expect_close(
            found,
            answer,
            f"With the scores 1, 10, the rewards 1, 4 and γ = {discount:g} you return "
            "{found}, and it is {answer}.",
            explain=False,
        )

    with s.part("no discount", points=2):
        scores, rewards = case(1.0)
        got = s.call("reinforce", scores, rewards, 1.0)
        by_hand(1.0, 45)
        s.expect_close(
            got, _reinforce()(scores, rewards, 1.0), "With γ = 1 the sum is another."
        )
    with s.part("discount", points=2):
        discount = round(float(s.rng.uniform(0.5, 0.8)), 2)
        scores, rewards = case(discount)
        got = s.call("reinforce", scores, rewards, discount)
        by_hand(0.5, 23)
        s.expect_close(
            got,
            _reinforce()(scores, rewards, discount),
            "With γ = {discount:.2f} the sum is another.",
        )
    with s.part("nothing else changes"):
        discount = round(float(s.rng.uniform(0.5, 0.8)), 2)
        scores, rewards = case(discount)
        got = s.call("reinforce", scores, rewards, discount)
        s.expect_close(
            got,
            _reinforce()(scores, rewards, discount),
            "This counts once the estimate is right.",
            explain=False,
        )
        s.expect_untouched("After the call, `scores` or `rewards` has changed.")


# =============================================================== baseline_variance
def _length(v):
    return float(np.sqrt(np.sum(np.square(v))))


def _baseline(
    paid=lambda r, b: r - b,
    mean=lambda p, table: p @ table,
    bias=lambda mean, plain, p, scores, b: _length(mean - plain),
    variance=lambda p, table, mean: float(p @ ((table - mean) ** 2).sum(axis=1)),
):
    """Make a `baseline_variance` in which one thing is done otherwise."""

    def baseline_variance(scores, probabilities, rewards, baseline):
        p = probabilities
        table = scores * paid(rewards, baseline)[:, None]
        m = mean(p, table)
        plain = mean(p, scores * rewards[:, None])
        return bias(m, plain, p, scores, baseline), variance(p, table, m)

    return baseline_variance


def subtracts_in_place(scores, probabilities, rewards, baseline):
    before = _baseline()(scores, probabilities, rewards, baseline)
    rewards -= baseline
    return before


def order_exchanged(scores, probabilities, rewards, baseline):
    return _baseline()(scores, probabilities, rewards, baseline)[::-1]


def baseline_by_loops(scores, probabilities, rewards, baseline):
    """Add up, action by action, with plain numbers."""
    mean = moved = square = 0.0
    for ell, p, r, b in zip(scores, probabilities, rewards, baseline, strict=True):
        g = (r - b) * ell
        mean, moved = mean + p * g, moved + p * b * ell
        square += p * (g @ g)
    return np.linalg.norm(moved), square - mean @ mean


def baseline_by_covariance(scores, probabilities, rewards, baseline):
    """Take the trace of the covariance matrix."""
    table = (rewards - baseline)[:, None] * scores
    mean = np.average(table, axis=0, weights=probabilities)
    away = table - mean
    covariance = away.T @ (probabilities[:, None] * away)
    bias = np.linalg.norm(probabilities @ (scores * baseline[:, None]))
    return bias, np.trace(covariance)


@question(
    "reinforcement-learning.baseline_variance",
    points=5,
    needs="baseline_variance",
    start=(
        "Start with a table: row a is the estimate that action a gives, its score "
        "times (reward − baseline). Its mean weighs each row by the probability of a."
    ),
    well_done=(
        "A number that calms, and a number that warns. A baseline with a bias may look "
        "calmer than any honest one; that is how it deceives."
    ),
    hints=[
        "Where to look: with the scores [1], [−1], probabilities ½, ½, rewards 3, 1 "
        "and baseline 2, 2 both estimates are 1: bias 0, variance 0. With baseline "
        "3, 1 both are 0: bias 1, variance 0.",
        f"{BOOK} The mathematics.",
    ],
    mistakes=[
        Mistake(
            "no-baseline",
            _baseline(paid=lambda r, b: r),
            "The baseline does not occur in your estimates. Take it away from the "
            "reward before you multiply by the score.",
        ),
        Mistake(
            "added",
            _baseline(paid=lambda r, b: r + b),
            "You add the baseline. What counts is how much better than usual it was: "
            "reward minus baseline.",
        ),
        Mistake(
            "first-entry",
            _baseline(paid=lambda r, b: r - b[0]),
            "You use the first entry of the baseline for every action. Each action has "
            "its own; that is what makes a bias possible.",
        ),
        Mistake(
            "averaged",
            _baseline(paid=lambda r, b: r - b.mean()),
            "You average the baseline over the actions first. That takes the very "
            "dependence away which is to be found out.",
        ),
        Mistake(
            "unweighted",
            _baseline(
                mean=lambda p, table: table.mean(axis=0),
                variance=lambda p, table, m: float(
                    ((table - m) ** 2).sum(axis=1).mean()
                ),
            ),
            "You treat all actions as equally likely. Their probabilities are given, "
            "and each mean is weighted by them.",
        ),
        Mistake(
            "mean-square",
            _baseline(
                variance=lambda p, table, m: float(p @ (table**2).sum(axis=1)),
            ),
            "Your variance is the mean square of the estimates. Take their mean away "
            "before you square, or the square of its length afterwards.",
        ),
        Mistake(
            "deviation",
            _baseline(
                variance=lambda p, table, m: float(
                    np.sqrt(p @ ((table - m) ** 2).sum(axis=1))
                ),
            ),
            "You took a root of the variance. It is the mean square distance itself.",
        ),
        Mistake(
            "each-parameter",
            _baseline(variance=lambda p, table, m: p @ (table - m) ** 2),
            "You give a variance for each parameter. Asked for is their sum, the mean "
            "square distance of the whole vector.",
        ),
        Mistake(
            "mean-of-parameters",
            _baseline(
                variance=lambda p, table, m: float(
                    p @ ((table - m) ** 2).mean(axis=1),
                )
            ),
            "You average over the parameters. The square of a distance is the sum over "
            "them.",
        ),
        Mistake(
            "parameters-added",
            _baseline(
                variance=lambda p, table, m: float(
                    p @ (table.sum(axis=1) - m.sum()) ** 2
                ),
            ),
            "You add up the parameters of each estimate before you take the variance. "
            "Errors of two parameters could cancel so; square first.",
        ),
        Mistake(
            "bias-squared",
            _baseline(bias=lambda m, plain, p, ell, b: _length(m - plain) ** 2),
            "Your bias is the square of a length. Asked for is the length of the "
            "change of the mean.",
        ),
        Mistake(
            "bias-vector",
            _baseline(bias=lambda m, plain, p, ell, b: m - plain),
            "You return the change of the mean as a vector. Asked for is its length, "
            "one number.",
        ),
        Mistake(
            "bias-of-the-baseline",
            _baseline(bias=lambda m, plain, p, ell, b: abs(float(p @ b))),
            "Your bias is the mean of the baseline. A large baseline need not shift "
            "anything: what counts is the mean of baseline times score.",
        ),
        Mistake(
            "mean-gradient",
            _baseline(bias=lambda m, plain, p, ell, b: _length(m)),
            "You return the length of the mean itself. The bias is how far it is from "
            "the mean without baseline.",
        ),
        Mistake(
            "order",
            order_exchanged,
            "You return the variance first. The order is: bias, variance.",
        ),
        Mistake(
            "in-place",
            subtracts_in_place,
            "Both numbers are right, and the rewards of the caller are changed: `-=` "
            "writes into them. Make a new array.",
        ),
    ],
    right=[_baseline(), baseline_by_loops, baseline_by_covariance],
)
def check_baseline_variance(s):
    """An honest baseline, one that looks at the action, and nothing changed."""

    def case():
        k, d = 4, 3
        p = s.rng.uniform(0.5, 2, size=k)
        p /= p.sum()
        scores = s.rng.normal(size=(k, d))
        return scores - p @ scores, p, s.rng.uniform(1, 4, size=k)

    def numbers(case, baseline):
        got = s.call("baseline_variance", *case, baseline)
        bias, variance = s.unpack(got, "bias, variance")
        return float(s.array(bias, ())), float(s.array(variance, ()))

    with s.part("one number for all actions", points=2):
        data, b = case(), np.full(4, s.rng.uniform(1, 3))
        bias, variance = numbers(data, b)
        want = _baseline()(*data, b)
        s.expect_close(variance, want[1], "The variance is another.")
        s.expect_close(
            bias,
            0.0,
            "A baseline that is the same for all actions has no bias.",
            atol=1e-9,
        )
    with s.part("one for each action", points=2):
        data, b = case(), s.rng.uniform(1, 3, size=4)
        bias, variance = numbers(data, b)
        want = _baseline()(*data, b)
        s.expect_close(
            bias, want[0], "This baseline looks at the action; its bias is another."
        )
        s.expect_close(variance, want[1], "The variance is another.")
    with s.part("nothing else changes"):
        data, b = case(), s.rng.uniform(1, 3, size=4)
        got = numbers(data, b)
        s.expect_close(
            got,
            _baseline()(*data, b),
            "This counts once both numbers are right.",
            explain=False,
        )
        s.expect_untouched("After the call, an argument has changed.")


# ============================================================== ascent_not_descent
def _ascent(
    slope=lambda p, r: p * (r - p @ r),
    move=lambda theta, eta, g: theta + eta * g,
    score=lambda p, r: p @ r,
    count=lambda steps: steps,
    keep=lambda J: J,
    softmax=_softmax,
):
    """Make an `ascent_not_descent` in which one thing is done otherwise."""

    def ascent_not_descent(rewards, theta, learning_rate, steps):
        J = [score(softmax(theta), rewards)]
        for _ in range(count(steps)):
            p = softmax(theta)
            theta = move(theta, learning_rate, slope(p, rewards))
            J.append(score(softmax(theta), rewards))
        return keep(np.array(J))

    return ascent_not_descent


def climbs_in_place(rewards, theta, learning_rate, steps):
    J = []
    for _ in range(steps + 1):
        p = _softmax(theta)
        J.append(p @ rewards)
        theta += learning_rate * p * (rewards - p @ rewards)
    return np.array(J)


def stuck_at_the_first_slope(rewards, theta, learning_rate, steps):
    p, J = _softmax(theta), []
    g = p * (rewards - p @ rewards)
    for _ in range(steps + 1):
        J.append(_softmax(theta) @ rewards)
        theta = theta + learning_rate * g
    return np.array(J)


def ascent_by_scores(rewards, theta, learning_rate, steps):
    """Take the mean of score times reward, arm by arm."""
    theta, k, J = np.array(theta, dtype=float), len(rewards), []
    for t in range(steps + 1):
        p = np.exp(theta) / np.exp(theta).sum()
        J.append(sum(p * rewards))
        if t < steps:
            g = sum(p[a] * rewards[a] * (np.eye(k)[a] - p) for a in range(k))
            theta = theta + learning_rate * g
    return J


def ascent_by_matrix(rewards, theta, learning_rate, steps):
    """Use the derivative of the softmax, diag(p) − ppᵀ, and descend on −J."""
    values = []
    for _ in range(steps + 1):
        p = _softmax(theta)
        values.append(float(p @ rewards))
        down = -(np.diag(p) - np.outer(p, p)) @ rewards
        theta = theta - learning_rate * down
    return np.array(values)


@question(
    "reinforcement-learning.ascent_not_descent",
    points=4,
    needs="ascent_not_descent",
    start=(
        "Start without steps: return a list with one number, J = π·r for π = "
        "softmax(θ). Then add the loop."
    ),
    well_done=(
        "Print t times the gap in the end: with three arms and η = 2/5 it creeps to "
        "5/3, whatever the arms pay."
    ),
    hints=[
        "Where to look: with the rewards 1, 0, θ = (0, 0) and η = 2 the gradient is "
        "(¼, −¼), one step leads to (½, −½), and J goes from 0.5 to 0.7311.",
        f"{BOOK} The mathematics.",
    ],
    mistakes=[
        Mistake(
            "descent",
            _ascent(move=lambda theta, eta, g: theta - eta * g),
            "Your J falls: you walk against the gradient, as for a loss. More reward "
            "is better, so here the step goes with it; or descend on −J, and turn the "
            "gradient too.",
        ),
        Mistake(
            "no-usual",
            _ascent(slope=lambda p, r: p * r),
            "Your slope is π r. Making one arm likelier makes the others rarer: the "
            "derivative of the softmax gives π (r − J).",
        ),
        Mistake(
            "no-probability",
            _ascent(slope=lambda p, r: r - p @ r),
            "Your slope lacks the factor π: it is r − J, or r, which moves the softmax "
            "exactly as r − J does. An arm that is hardly ever pulled hardly changes "
            "J: its slope is π (r − J).",
        ),
        Mistake(
            "mean-reward",
            _ascent(slope=lambda p, r: p * (r - r.mean())),
            "You compare with the plain mean of the rewards. The usual reward is the "
            "one that this policy earns, J = π·r.",
        ),
        Mistake(
            "squared-probability",
            _ascent(slope=lambda p, r: p * (1 - p) * r),
            "Your slope is π(1 − π) r, the derivative of each arm's own probability "
            "only. Its θ changes the probabilities of the others as well.",
        ),
        Mistake(
            "same-slope",
            stuck_at_the_first_slope,
            "You compute the gradient once, at the start. The policy has changed after "
            "a step, and so has the slope: compute it inside the loop.",
        ),
        Mistake(
            "recorded-early",
            _ascent(keep=lambda J: np.append(J[0], J[:-1])),
            "Your walk is right, and J is written down one step late: the start is "
            "there twice and the end is missing. Compute J after the step.",
        ),
        Mistake(
            "start-missing",
            _ascent(keep=lambda J: J[1:]),
            "The first entry is missing: J at the start, before any step.",
        ),
        Mistake(
            "one-short",
            _ascent(count=lambda steps: steps - 1),
            "You take one step too few: the answer has steps + 1 entries, the start "
            "and one after each step.",
        ),
        Mistake(
            "last-only",
            _ascent(keep=lambda J: J[-1]),
            "You return the last J. Asked for is the whole way, the start included.",
        ),
        Mistake(
            "losses",
            _ascent(keep=lambda J: -J),
            "You return −J. The walk is right; write down J itself.",
        ),
        Mistake(
            "gaps",
            lambda r, theta, eta, steps: max(r) - _ascent()(r, theta, eta, steps),
            "You return the gap to the best arm. Write down J itself.",
        ),
        Mistake(
            "best-arm",
            _ascent(score=lambda p, r: r[np.argmax(p)]),
            "You write down what the likeliest arm pays. The agent draws its arm: J is "
            "the mean over all of them, π·r.",
        ),
        Mistake(
            "in-place",
            climbs_in_place,
            "The numbers are right, and θ of the caller has been walked along: `+=` "
            "writes into it. `theta = theta + …` makes a new one.",
        ),
    ],
    right=[_ascent(), ascent_by_scores, ascent_by_matrix],
)
def check_ascent_not_descent(s):
    """One step, several, and the start untouched."""

    def case():
        k = int(s.rng.integers(3, 5))
        rewards = s.rng.uniform(0, 1, size=k)
        return rewards, s.rng.normal(size=k), float(s.rng.uniform(0.5, 2))

    def walk(steps):
        rewards, theta, eta = case()
        got = s.call("ascent_not_descent", rewards, theta, eta, steps)
        return got, _ascent()(rewards, theta, eta, steps)

    with s.part("one step"):
        got, want = walk(1)
        rewards, theta = np.array([1.0, 0.0]), np.zeros(2)
        call = s.call("ascent_not_descent", rewards, theta, 2.0, 1)
        found = s.array(call, (2,))
        s.note(found=", ".join(f"{J:.4f}" for J in found))
        s.expect_close(
            found,
            [0.5, 1 / (1 + np.exp(-1))],
            "With the rewards 1, 0, θ = (0, 0) and η = 2 your J goes {found}; by hand "
            "it goes 0.5, 0.7311.",
            explain=False,
        )
        s.expect_close(got, want, "The J before and after one step are others.")
    with s.part("the whole way", points=2):
        got, want = walk(int(s.rng.integers(5, 8)))
        s.expect_close(got, want, "Along the way J is another.", rows="entry")
    with s.part("nothing else changes"):
        got, want = walk(4)
        s.expect_close(
            got, want, "This counts once the way up is right.", explain=False
        )
        s.expect_untouched("After the call, `theta` or `rewards` has changed.")
