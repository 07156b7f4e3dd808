"""Neural networks: backpropagation, a training loop, dead units, a fair comparison."""

import numpy as np

from gdlib.datasets import digits, split
from gdlib.grading import Mistake, question
from gdlib.networks import MLP

TITLE = "The book: Neural networks and deep learning, section"


# ==================================================================== mlp_backward
def _softmax(z):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def _naive(z):
    with np.errstate(all="ignore"):
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def _down_the_columns(z):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return p / p.sum(axis=0)


def _one_hot(p, y):
    return p - np.eye(p.shape[1])[y]


def _every_row(p, y):
    d = p.copy()
    d[:, y] -= 1
    return d / len(y)


def _backward(
    soft=_softmax,
    slope=lambda p, y: _one_hot(p, y) / len(y),
    down=lambda d, W2: d @ W2.T,
    gate=lambda e, a, b1: e * (a > 0),
    column=lambda d: d.sum(axis=0),
    result=lambda grads, n: grads,
    bend=lambda a: np.maximum(a, 0),
    below=lambda h, a: h,
):
    """Make a backpropagation in which one thing is done otherwise."""

    def mlp_backward(X, y, W1, b1, W2, b2):
        a = X @ W1 + b1
        h = bend(a)
        d = slope(soft(h @ W2 + b2), y)
        e = gate(down(d, W2), a, b1)
        return result((X.T @ e, column(e), below(h, a).T @ d, column(d)), len(y))

    return mlp_backward


def mlp_backward_by_examples(X, y, W1, b1, W2, b2):
    """Add up the slopes of one example after another, as one would by hand."""
    grads = [np.zeros_like(w, dtype=float) for w in (W1, b1, W2, b2)]
    for x, label in zip(X, y, strict=True):
        a = x @ W1 + b1
        h = a * (a > 0)
        z = h @ W2 + b2
        d = np.exp(z - z.max())
        d = d / d.sum()
        d[label] -= 1
        e = np.where(a > 0, W2 @ d, 0)
        for g, part in zip(grads, (np.outer(x, e), e, np.outer(h, d), d), strict=True):
            g += part / len(y)
    return tuple(grads)


def mlp_backward_late_mean(X, y, W1, b1, W2, b2):
    """Divide by n at the very end, and not before; return a list."""
    n, h = len(X), np.maximum(X @ W1 + b1, 0)
    d = _one_hot(_softmax(h @ W2 + b2), y)
    e = np.einsum("ic,jc->ij", d, W2)
    e[h == 0] = 0
    return [g / n for g in (X.T @ e, e.sum(0), h.T @ d, d.sum(0))]


@question(
    "neural-networks.mlp_backward",
    points=5,
    needs="mlp_backward",
    start="Write the forward pass first, and keep a and h; then go back line by line.",
    well_done=(
        "These lines train every network there is, one copy of the last two for each "
        "layer more."
    ),
    hints=[
        "Where to look: the shapes. Each slope has the shape of what it belongs to, "
        "and there is one way to multiply the pieces so that it comes out.",
        f"{TITLE} The mathematics.",
    ],
    mistakes=[
        Mistake(
            "not-transposed",
            _backward(down=lambda d, W2: d @ W2),
            "On the way down the slope of the logits meets W2 untransposed. Forward, "
            "W2 turns m numbers into k; backward it must turn k into m, and that is "
            "`W2.T`. If m = k, NumPy does not even complain.",
        ),
        Mistake(
            "no-gate",
            _backward(gate=lambda e, a, b1: e),
            "The slope passes through the relu as if it were not there. A unit whose "
            "sum is negative handed on nothing, so it gets nothing: multiply by "
            "`a > 0`.",
        ),
        Mistake(
            "gate-on-slope",
            _backward(gate=lambda e, a, b1: np.maximum(e, 0)),
            "You cut off the slope where the slope is negative. What decides is the "
            "sum on the way up: multiply by `a > 0`, and let negative slopes pass.",
        ),
        Mistake(
            "gate-without-bias",
            _backward(gate=lambda e, a, b1: e * (a - b1 > 0)),
            "You ask whether X @ W1 is positive. The relu asked about the whole sum, "
            "X @ W1 + b1: with a bias the two differ.",
        ),
        Mistake(
            "tanh",
            _backward(gate=lambda e, a, b1: e * (1 - np.maximum(a, 0) ** 2)),
            "This takes 1 − h², the slope of tanh. The slope of relu is 1 where the "
            "sum is positive and 0 elsewhere.",
        ),
        Mistake(
            "no-bend",
            _backward(bend=lambda a: a, gate=lambda e, a, b1: e),
            "There is no relu in this network, neither on the way up nor on the way "
            "down: these are the slopes of two layers of sums. Put h = max(0, a) "
            "between them.",
        ),
        Mistake(
            "sums-below",
            _backward(below=lambda h, a: a),
            "The slope by W2 is made with the sums a. What W2 was multiplied with on "
            "the way up is what came out of the relu, h.",
        ),
        Mistake(
            "every-row",
            _backward(slope=_every_row),
            "`p[:, y] -= 1` takes 1 away in every row, at all columns that y names. "
            "One entry of each row is meant: `p[np.arange(n), y] -= 1`.",
        ),
        Mistake(
            "sum",
            _backward(slope=_one_hot),
            "These are the slopes of the sum over the examples. The loss is their "
            "mean: divide by n = {n}, once, where the slope of the logits is made.",
        ),
        Mistake(
            "mean-twice",
            _backward(result=lambda grads, n: tuple(g / n for g in grads)),
            "You take the mean twice: the 1/n is in the slope of the logits already, "
            "and each product hands it on. What you return is n = {n} times too small.",
        ),
        Mistake(
            "bias-mean",
            _backward(column=lambda d: d.mean(axis=0)),
            "The weights are right, and for the biases you take a mean over rows that "
            "have been divided by n before. A bias touches every row alike, so its "
            "slope is the sum over them.",
        ),
        Mistake(
            "no-label",
            _backward(slope=lambda p, y: p / len(y)),
            "The labels do not come in: this is p, and the slope of the cross-entropy "
            "by the logits is p minus 1 at the right class.",
        ),
        Mistake(
            "sign",
            _backward(slope=lambda p, y: -_one_hot(p, y) / len(y)),
            "Label minus p is the direction in which to move. The slope is p minus "
            "label; descent puts the minus in front by itself.",
        ),
        Mistake(
            "columns",
            _backward(soft=_down_the_columns),
            "Your probabilities add up to one down the columns, over the examples. "
            "They should do so for each example, over its classes: `axis=1`.",
        ),
        Mistake(
            "overflow",
            _backward(soft=_naive),
            "For moderate logits all is right. At a logit of a thousand e^z is "
            "infinite and the quotient nan: take the largest of each row away first.",
        ),
        Mistake(
            "order",
            _backward(result=lambda g, n: (g[2], g[3], g[0], g[1])),
            "The upper layer comes first in what you return. Asked for are the slopes "
            "by W1, b1, W2, b2, in this order.",
        ),
    ],
    right=[_backward(), mlp_backward_by_examples, mlp_backward_late_mean],
)
def check_mlp_backward(s):
    """Look at the upper layer, the lower layer, and logits of a thousand.

    With m = k a W2 that is not transposed brings numbers, and can be named.
    """
    names = "dW1, db1, dW2, db2"

    def draw(n, d, m, k, size=1.0):
        given = [s.rng.normal(size=shape) for shape in ((n, d), (d, m), m, (m, k), k)]
        X, W1, b1, W2, b2 = given
        y = s.rng.permutation(np.arange(n) % k)
        s.note(n=n)
        return X, y, W1, b1, size * W2, b2

    def compare(given, which):
        got = s.unpack(s.call("mlp_backward", *given), names)
        want = _backward()(*given)
        for i in which:
            name = ("W1", "b1", "W2", "b2")[i]
            s.expect_close(got[i], want[i], f"The slope by {name} is not right.")

    with s.part("the upper layer", points=2):
        compare(draw(7, 4, 3, 3), [2, 3])
    with s.part("the lower layer", points=2):
        compare(draw(16, 3, 5, 5), [0, 1])
    with s.part("logits of a thousand"):
        compare(draw(16, 3, 4, 4, size=1000.0), [2, 3, 0, 1])


# ======================================================================= train_mlp
NET = MLP((64, 64, 10), "relu")


def _epoch(order, size):
    return [order[k : k + size] for k in range(0, len(order), size)]


def _train(
    orders=lambda rng, n, epochs: (rng.permutation(n) for _ in range(epochs)),
    cut=_epoch,
    labels=lambda y, rows: y[rows],
    step=lambda theta, g, eta, rows: theta - eta * g,
):
    """Make a training loop in which one thing is done otherwise."""

    def train_mlp(X, y, theta, learning_rate, epochs, batch_size, seed):
        rng = np.random.default_rng(seed)
        for order in orders(rng, len(y), epochs):
            for rows in cut(order, batch_size):
                g = NET.grad(theta, X[rows], labels(y, rows))
                theta = step(theta, g, learning_rate, rows)
        return theta

    return train_mlp


def _one_order(rng, n, epochs):
    return [rng.permutation(n)] * epochs


def _whole_batches(order, size):
    return [rows for rows in _epoch(order, size) if len(rows) == size]


def _in_place(theta, g, eta, rows):
    theta -= eta * g
    return theta


def trains_on_all(X, y, theta, learning_rate, epochs, batch_size, seed):
    for _ in range(epochs):
        for _ in range(0, len(y), batch_size):
            theta = theta - learning_rate * NET.grad(theta, X, y)
    return theta


def asks_at_the_start(X, y, theta, learning_rate, epochs, batch_size, seed):
    rng, start = np.random.default_rng(seed), theta
    for _ in range(epochs):
        for rows in _epoch(rng.permutation(len(y)), batch_size):
            theta = theta - learning_rate * NET.grad(start, X[rows], y[rows])
    return theta


def shuffles_the_pictures(X, y, theta, learning_rate, epochs, batch_size, seed):
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        rng.shuffle(X)
        for rows in _epoch(np.arange(len(y)), batch_size):
            theta = theta - learning_rate * NET.grad(theta, X[rows], y[rows])
    return theta


def starts_anew(X, y, theta, learning_rate, epochs, batch_size, seed):
    rng = np.random.default_rng(seed)
    theta = NET.init(rng)
    for _ in range(epochs):
        for rows in _epoch(rng.permutation(len(y)), batch_size):
            theta = theta - learning_rate * NET.grad(theta, X[rows], y[rows])
    return theta


def train_by_shuffled_copies(X, y, theta, learning_rate, epochs, batch_size, seed):
    """Shuffle copies of X and y together, and walk through them."""
    rng, theta = np.random.default_rng(seed), np.array(theta)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        A, b = X[order], y[order]
        while len(b):
            theta -= learning_rate * NET.grad(theta, A[:batch_size], b[:batch_size])
            A, b = A[batch_size:], b[batch_size:]
    return theta


@question(
    "neural-networks.train_mlp",
    points=5,
    needs="train_mlp",
    start=(
        "Make the generator, then two loops: over the epochs, and inside over the "
        "pieces of a fresh order."
    ),
    well_done=(
        "The loop is the same for two moons and for a model of language; only `net` "
        "and the patience change."
    ),
    hints=[
        "Where to look: print the row numbers of each step for n = 5 and batch_size = "
        "2. Each number comes once an epoch, and the next epoch has another order.",
        f"{TITLE} The code.",
    ],
    mistakes=[
        Mistake(
            "not-shuffled",
            _train(orders=lambda rng, n, epochs: [np.arange(n)] * epochs),
            "You walk through the examples in the order of the file. Neighbors in a "
            "file are alike, and so would the batches be: draw `rng.permutation(n)` "
            "for each epoch.",
        ),
        Mistake(
            "one-order",
            _train(orders=_one_order),
            "The first epoch is right, and every other repeats its order: the "
            "generator is made anew, or the order drawn, only before the loop. Make "
            "the generator once, and draw an order in each epoch.",
        ),
        Mistake(
            "with-replacement",
            _train(
                orders=lambda rng, n, e: (rng.integers(n, size=n) for _ in range(e))
            ),
            "You draw each row number for itself, so that some examples come twice an "
            "epoch and a third of them not at all. `rng.permutation(n)` gives each "
            "exactly once.",
        ),
        Mistake(
            "labels-left",
            _train(labels=lambda y, rows: y[: len(rows)]),
            "The pictures are shuffled and the labels are not: each picture is trained "
            "on the label of another. Take the same rows of both.",
        ),
        Mistake(
            "pictures-shuffled",
            shuffles_the_pictures,
            "`rng.shuffle(X)` shuffles the pictures of the caller, in place, and "
            "leaves the labels where they are. Draw an order of row numbers, and take "
            "those rows of both.",
        ),
        Mistake(
            "own-start",
            starts_anew,
            "You draw a start of your own. The start is given: it is `theta`, and the "
            "generator is for the orders only.",
        ),
        Mistake(
            "short-batch-dropped",
            _train(cut=_whole_batches),
            "The last piece of an epoch is shorter than the others and you leave it "
            "out. It gets its step too: `range(0, n, batch_size)` finds it.",
        ),
        Mistake(
            "one-step-an-epoch",
            _train(cut=lambda order, size: [order[:size]]),
            "You take one step an epoch, with the first piece, and never look at the "
            "other examples. An epoch is a pass over all of them.",
        ),
        Mistake(
            "all-at-once",
            trains_on_all,
            "Every step asks all examples. It asks for `X[rows]` and `y[rows]`, the "
            "examples of this piece.",
        ),
        Mistake(
            "divided-again",
            _train(step=lambda theta, g, eta, rows: theta - eta * g / len(rows)),
            "You divide the gradient by the size of the batch. `net.grad` is a mean "
            "already; your steps are that much too short.",
        ),
        Mistake(
            "ascent",
            _train(step=lambda theta, g, eta, rows: theta + eta * g),
            "You walk uphill: θ + ηg. The gradient points to where the loss grows.",
        ),
        Mistake(
            "stale-gradient",
            asks_at_the_start,
            "All gradients are asked at the start. Ask where you stand now, at the "
            "theta that the last step left.",
        ),
        Mistake(
            "one-epoch",
            _train(orders=lambda rng, n, epochs: [rng.permutation(n)]),
            "You stop after the first epoch; is the `return` inside the loop? It "
            "belongs below it, as far to the left as the `for`.",
        ),
        Mistake(
            "in-place",
            _train(step=_in_place),
            "The walk is right, and it took the start with it: `theta -= ...` changes "
            "the array that the caller still holds. `theta = theta - ...` makes a new "
            "one.",
        ),
    ],
    right=[_train(), train_by_shuffled_copies],
)
def check_train_mlp(s):
    """Compare one epoch, three epochs, and what the trained network reads."""
    data = digits()
    X, X_test, y, y_test = split(data.X / 16, data.y, test=0.5)

    def train(n, eta, epochs, size):
        few = s.rng.choice(len(y), size=n, replace=False)
        theta, seed = NET.init(s.rng), int(s.rng.integers(1000))
        given = X[few], y[few], theta, eta, epochs, size, seed
        got = s.array(s.call("train_mlp", *given), theta.shape)
        return got, _train()(*given)

    with s.part("one epoch"):
        got, want = train(20, 0.2, 1, 6)
        s.expect_close(
            got,
            want,
            "After one epoch of 4 steps theta is elsewhere. The order counts: it is "
            "the first `permutation(n)` of `np.random.default_rng(seed)`.",
            explain=False,
        )
    with s.part("three epochs", points=2):
        got, want = train(20, 0.2, 3, 6)
        s.expect_close(
            got, want, "After three epochs theta is elsewhere.", explain=False
        )
        s.expect_untouched(
            "After the call, X, y or theta has changed. Leave the arrays of the caller "
            "alone."
        )
    with s.part("it reads"):
        got, _ = train(len(y), 0.2, 10, 30)
        share = np.mean(NET.classify(got, X_test) == y_test)
        s.note(share=f"{share:.0%}")
        s.expect(
            share > 0.86,
            "Ten epochs on half of the digits, and of the other half it reads {share}; "
            "a loop that works gets above 86 %.",
        )
    with s.part("the start stays as it was"):
        got, want = train(10, 0.1, 1, 10)
        s.expect_close(
            got, want, "This counts once the steps are right.", explain=False
        )
        s.expect_untouched(
            "After the call, theta has changed. Make a new array in each step."
        )


# ======================================================================= dead_relu
DEAD = (
    "Of these {m} units another share is dead: those in whose column of sums nothing "
    "is above zero."
)


def _dead(judge):
    """Make a count of the dead from what it does with the sums."""
    return lambda X, W, b: judge(X @ W + b)


def dead_relu_by_units(X, W, b):
    """Look at one unit after the other."""
    dead = 0
    for w, bias in zip(np.transpose(W), b, strict=True):
        dead += max(float(x @ w + bias) for x in X) <= 0
    return dead / len(b)


def dead_relu_by_activations(X, W, b):
    """Bend first: a dead unit puts out zeros only."""
    h = np.maximum(np.asarray(X) @ W + b, 0)
    return float(np.mean(h.sum(axis=0) == 0))


@question(
    "neural-networks.dead_relu",
    points=4,
    needs="dead_relu",
    start="Make the table of sums, one row an example, one column a unit.",
    well_done=(
        "Print this beside the loss, for each layer: it is the only sign of life that "
        "a curve does not show."
    ),
    hints=[
        "Where to look: the one that you can do by hand. It has two rows and three "
        "columns, and one column of it has nothing above zero.",
        f"{TITLE} When it fails.",
    ],
    mistakes=[
        Mistake(
            "share-of-zeros",
            _dead(lambda a: np.mean(a <= 0)),
            "This is the share of all entries that are silent, and half of them should "
            "be. Dead is a unit that is silent on every example: first `all` down a "
            "column, then the mean over the columns.",
        ),
        Mistake(
            "ever-silent",
            _dead(lambda a: np.mean((a <= 0).any(axis=0))),
            "You count the units that are silent on some example. That is what a relu "
            "is for; dead is one that is silent on all: `all`, not `any`.",
        ),
        Mistake(
            "alive",
            _dead(lambda a: np.mean((a > 0).any(axis=0))),
            "This is the share of the living. Asked for are the others: 1 minus that.",
        ),
        Mistake(
            "count",
            _dead(lambda a: float(np.sum((a <= 0).all(axis=0)))),
            "This counts the dead. The share divides by the number of units, m = {m}.",
        ),
        Mistake(
            "percent",
            _dead(lambda a: 100 * np.mean((a <= 0).all(axis=0))),
            "This is in percent. Asked for is a number from 0 to 1.",
        ),
        Mistake(
            "over-n",
            _dead(lambda a: np.sum((a <= 0).all(axis=0)) / len(a)),
            "You divide the number of dead units by the number of examples, n = {n}. "
            "It is a share of the units, of which there are m = {m}.",
        ),
        Mistake(
            "no-bias",
            lambda X, W, b: np.mean((X @ W <= 0).all(axis=0)),
            "The biases do not come in. A large negative bias is the commonest way to "
            "die: the sum is X @ W + b.",
        ),
        Mistake(
            "zero-lives",
            _dead(lambda a: np.mean((a < 0).all(axis=0))),
            "A unit whose sum is exactly zero puts out zero, and its slope is zero: it "
            "is not active. Silent is ≤ 0, not < 0.",
        ),
        Mistake(
            "on-average",
            _dead(lambda a: np.mean(a.mean(axis=0) <= 0)),
            "You judge a unit by its mean sum. One example on which it is active keeps "
            "it alive, however silent it is on the others.",
        ),
    ],
    right=[
        _dead(lambda a: np.mean((a <= 0).all(axis=0))),
        _dead(lambda a: 1 - (a > 0).any(axis=0).mean()),
        dead_relu_by_units,
        dead_relu_by_activations,
    ],
)
def check_dead_relu(s):
    """Count in a mixed layer, with a unit at zero, and in other sizes.

    The sizes are such that no two of the counts above agree.
    """

    def draw(n, dead, rare, often, always):
        """Draw units that are dead, active once, silent once, and never silent."""
        X = s.rng.uniform(0.5, 1.5, size=(n, 3))
        W = s.rng.uniform(0.2, 1.0, size=(3, dead + rare + often + always))
        W[:, dead + rare + often :] *= -1  # without their bias they are silent
        sums = np.sort(X @ W, axis=0)
        ends = np.cumsum([dead, rare, often])
        none, one, all_but_one, every = np.split(sums, ends, axis=1)
        near = s.rng.uniform(0.1, 0.3, size=sums.shape[1])
        b = -np.concatenate(
            [
                none[-1] + near[:dead],
                one[-2:].mean(axis=0),
                all_but_one[:2].mean(axis=0),
                every[0] - near[ends[-1] :],
            ]
        )
        order = s.rng.permutation(len(b))
        return X, W[:, order], b[order]

    def count(X, W, b, dead, sentence):
        n, m = len(X), len(b)
        s.note(n=n, m=m)
        s.expect_close(s.call("dead_relu", X, W, b), dead / m, sentence)

    with s.part("a mixed layer", points=2):
        kinds = s.rng.choice([(2, 3, 2, 4), (3, 1, 2, 5), (4, 1, 2, 6)])
        count(*draw(9, *kinds), kinds[0], DEAD)
    with s.part("a sum of exactly zero"):
        X, W, b = draw(7, 2, 1, 3, 4)
        place = int(s.rng.integers(11))
        W, b = np.insert(W, place, 0, axis=1), np.insert(b, place, 0)
        count(X, W, b, 3, "One of these units has the sum 0 on every example.")
    with s.part("other sizes"):
        kinds = s.rng.choice([(5, 2, 1, 1), (6, 2, 1, 1), (7, 1, 1, 2)])
        count(*draw(4, *kinds), kinds[0], DEAD)


# ===================================================================== tune_fairly
def _choose(means):
    return np.where(np.isnan(means), -np.inf, means).argmax(axis=1)


def _tune(
    best=lambda v, t: _choose(v.mean(axis=2)),
    table=lambda v, t: t,
    spread=lambda x: x.std(axis=1, ddof=1),
):
    """Make a report in which one thing is done otherwise."""

    def tune_fairly(validation, test):
        with np.errstate(all="ignore"):
            chosen = best(validation, test)
            runs = table(validation, test)[np.arange(len(chosen)), chosen]
            return chosen, runs.mean(axis=1), spread(runs)

    return tune_fairly


def _shared(v, t):
    total = v.mean(axis=(0, 2))
    return np.full(len(v), np.where(np.isnan(total), -np.inf, total).argmax())


def _skips_nan(v, t):
    return np.nanmean(v, axis=2).argmax(axis=1)


def chooses_for_each_seed(validation, test):
    filled = np.where(np.isnan(validation), -np.inf, validation)
    picks = filled.argmax(axis=1)
    runs = np.take_along_axis(test, picks[:, None], axis=1)[:, 0]
    return picks[:, 0], runs.mean(axis=1), runs.std(axis=1, ddof=1)


def spreads_over_rates(validation, test):
    best = _choose(validation.mean(axis=2))
    mean = test[np.arange(len(best)), best].mean(axis=1)
    return best, mean, np.nanstd(test.reshape(len(test), -1), axis=1, ddof=1)


def tune_fairly_by_loops(validation, test):
    """Go through rules and rates by hand, with the formula of the deviation."""
    best, mean, spread = [], [], []
    for kept, judged in zip(validation, test, strict=True):
        top, place = -1.0, 0
        for rate, runs in enumerate(kept):
            if all(run == run for run in runs) and sum(runs) / len(runs) > top:
                top, place = sum(runs) / len(runs), rate
        runs = judged[place]
        middle = sum(runs) / len(runs)
        best.append(place)
        mean.append(middle)
        squares = sum((run - middle) ** 2 for run in runs)
        spread.append((squares / (len(runs) - 1)) ** 0.5)
    return best, mean, spread


@question(
    "neural-networks.tune_fairly",
    points=5,
    needs="tune_fairly",
    start="Take the mean of `validation` over the seeds: a table of rules × rates.",
    well_done=(
        "Whoever reads a table made like this can believe it. Ask the next table that "
        "you read which of these lines it left out."
    ),
    hints=[
        "Where to look: the one that you can do by hand; then put a nan into a rate "
        "that would win, and see which rate is chosen.",
        f"{TITLE} In practice.",
    ],
    mistakes=[
        Mistake(
            "by-the-test",
            _tune(best=lambda v, t: _choose(t.mean(axis=2))),
            "You choose the rate by the test data and report on the same data: the "
            "best of several lucky draws always flatters. Choose by `validation`; look "
            "at `test` once.",
        ),
        Mistake(
            "shared-rate",
            _tune(best=_shared),
            "All rules get one rate, the best on average over the rules. That compares "
            "how well the rate suits them: let each rule have its own.",
        ),
        Mistake(
            "best-seed",
            _tune(best=lambda v, t: _choose(v.max(axis=2))),
            "You choose the rate with the best single run. One lucky seed decides "
            "then; take the mean over the seeds first.",
        ),
        Mistake(
            "median",
            _tune(best=lambda v, t: _choose(np.median(v, axis=2))),
            "You choose by the median over the seeds, which does not see that some of "
            "them are lost. Asked for is the mean.",
        ),
        Mistake(
            "seed-by-seed",
            chooses_for_each_seed,
            "Each seed gets a rate of its own here. The rate is chosen once for a "
            "rule, by the mean over its seeds.",
        ),
        Mistake(
            "lowest",
            _tune(best=lambda v, t: np.nanargmin(v.mean(axis=2), axis=1)),
            "You take the lowest mean, as if these were losses. They are shares of "
            "right answers: the highest wins.",
        ),
        Mistake(
            "validation-reported",
            _tune(table=lambda v, t: v),
            "The choice is right, and then you report the numbers that it was made by. "
            "They are the winners of a contest; the test table is the one that nobody "
            "has chosen by.",
        ),
        Mistake(
            "divided-by-n",
            _tune(spread=lambda x: x.std(axis=1)),
            "Your spread divides by the number of seeds. With few seeds that is too "
            "small on average: divide by one less, `ddof=1`.",
        ),
        Mistake(
            "standard-error",
            _tune(spread=lambda x: x.std(axis=1, ddof=1) / np.sqrt(x.shape[1])),
            "This is the standard error of the mean. Asked for is the spread of single "
            "runs, which is what somebody who trains once will meet.",
        ),
        Mistake(
            "over-rates",
            spreads_over_rates,
            "Your spread is over all runs of a rule, at every rate. It should be over "
            "the seeds at the rate that was chosen.",
        ),
        Mistake(
            "nan-skipped",
            _tune(best=_skips_nan),
            "A run that diverged is left out of your mean, and so the rate at which "
            "one run in five is lost looks good: the survivors speak for it. A rate "
            "with a nan is out.",
        ),
        Mistake(
            "nan-as-zero",
            _tune(best=lambda v, t: np.nan_to_num(v).mean(axis=2).argmax(axis=1)),
            "You count a run that diverged as a 0 and keep the rate in the contest. If "
            "the others are poor it wins all the same: a rate with a nan is out.",
        ),
        Mistake(
            "nan-wins",
            _tune(best=lambda v, t: v.mean(axis=2).argmax(axis=1)),
            "`argmax` takes nan for the largest of all numbers, and so the rate that "
            "diverged wins. Put −∞ in its place before you look for the highest.",
        ),
    ],
    right=[_tune(), tune_fairly_by_loops],
)
def check_tune_fairly(s):
    """Choose among clear winners, then among rates of which one diverged."""

    def draw(rules=3, rates=5, seeds=5):
        """Give each rule a winner of its own, a lucky seed and another test winner."""
        own = s.rng.permutation(rates)[:rules]
        tables = s.rng.uniform(0.78, 0.86, size=(2, rules, rates, seeds))
        tables[0, np.arange(rules), own] += 0.1
        tables[1, np.arange(rules), own] += 0.03
        tables[0, np.arange(rules), (own + 1) % rates, 0] = 0.97
        tables[1, np.arange(rules), (own + 1) % rates] += 0.12
        tables[1, np.arange(rules), (own + 2) % rates] += 0.2
        steady = seeds // 2 + 1  # most seeds are high, and the mean is low
        tables[0, np.arange(rules), (own + 3) % rates, :steady] = 0.95
        tables[0, np.arange(rules), (own + 3) % rates, steady:] = 0.5
        tables[0, np.arange(rules), (own + 4) % rates] -= 0.1
        return tables, own

    def report(tables):
        best, mean, spread = s.unpack(
            s.call("tune_fairly", *tables), "best, mean, spread"
        )
        rules = len(tables[0])
        return [s.array(got, (rules,)) for got in (best, mean, spread)]

    def compare(tables, parts):
        got, want = report(tables), _tune()(*tables)
        sentences = (
            "The number of the chosen rate is another.",
            "The mean over the seeds of the test runs at the chosen rate is another.",
            "The standard deviation of those runs is another.",
        )
        for part in parts:
            s.expect_close(got[part], want[part], sentences[part], rows="rule")

    with s.part("the choice"):
        compare(draw()[0], [0])
    with s.part("the report", points=2):
        compare(draw(rules=2, rates=6, seeds=4)[0], [1, 2])
    with s.part("a run that diverged", points=2):
        tables, own = draw()
        tables[0, 0] -= 0.2  # here the tempting rate would win with a 0 for nan
        seed = int(s.rng.integers(5))
        for rule, height in ((0, 0.96), (1, 0.7), (2, 0.96)):  # 1 is a poor one
            loser = (own[rule] + 2) % 5
            tables[0, rule, loser] = height
            tables[:, rule, loser, seed] = np.nan
        compare(tables, [0, 1, 2])
