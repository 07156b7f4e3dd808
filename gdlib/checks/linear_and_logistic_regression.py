"""Linear and logistic regression: three gradients, a scale, and a walk without end."""

import math

import numpy as np

from gdlib.grading import Mistake, question

CHAPTER = "The book: Linear and logistic regression, section"


def _sigmoid(s):
    return 1 / (1 + np.exp(-s))


# ===================================================================== logreg_grad
COIN = (
    "With theta = [0.0], X = [[2.0], [4.0]] and y = [0, 1], both p are 0.5, and the "
    "answer is [-0.5]"
)


def _logistic(pull, mean=True, carried=None):
    """Make a gradient that carries back another pull, r = pull(s, y)."""

    def logreg_grad(theta, X, y):
        r = pull(X @ theta, y)
        back = X.T @ r if carried is None else carried(X, r)
        return back / len(y) if mean else back

    return logreg_grad


def _probability_that_overflows(s, y):
    return np.exp(s) / (1 + np.exp(s)) - y


def logreg_grad_by_sigmoid(theta, X, y):
    """Follow the formula; a large e^(−s) makes p = 0, as it should."""
    return X.T @ (_sigmoid(X @ theta) - y) / len(y)


def logreg_grad_by_rows(theta, X, y):
    """Add up what each example says, without NumPy's table products."""
    total = [0.0] * len(theta)
    for row, label in zip(X, y, strict=True):
        s = sum(a * b for a, b in zip(row, theta, strict=True))
        p = (1 + math.tanh(s / 2)) / 2
        total = [a + (p - label) * b for a, b in zip(total, row, strict=True)]
    return np.array(total) / len(y)


def logreg_grad_by_signs(theta, X, y):
    """Turn the labels into signs, and go by the margins."""
    sign = 2 * y - 1
    a = 0.5 * (1 - np.tanh(0.5 * sign * (X @ theta)))
    return -(X.T @ (sign * a)) / len(y)


def changes_theta(theta, X, y):
    g = logreg_grad_by_sigmoid(theta, X, y)
    theta -= g
    return g


@question(
    "linear-and-logistic-regression.logreg_grad",
    points=5,
    needs="logreg_grad",
    start=(
        "Start with the scores s = Xθ, make probabilities p of them, and ask what "
        "p − y says to each column."
    ),
    well_done=(
        "Predicted minus true, carried back through the table. Put s in the place of "
        "p, and you have the gradient of linear regression, up to a factor 2."
    ),
    hints=[
        f"Where to look: two examples by hand. {COIN}. Then put theta = [1000.0]: "
        "nothing may become nan.",
        f"{CHAPTER} The mathematics.",
    ],
    mistakes=[
        Mistake(
            "sum",
            _logistic(lambda s, y: _sigmoid(s) - y, mean=False),
            "This is the sum; the loss is a mean. Divide by the {n} rows, or the "
            "learning rate that suits it depends on how many there are.",
        ),
        Mistake(
            "uphill",
            _logistic(lambda s, y: y - _sigmoid(s)),
            "Your sign is turned round: with y − p each step goes uphill. The slope of "
            "the cost along the score is p − y.",
        ),
        Mistake(
            "signs",
            _logistic(lambda s, y: -y * _sigmoid(-y * s)),
            "This is the gradient for labels −1 and 1. Here they are 0 and 1, and the "
            "rows with y = 0 have dropped out of your sum. Use p − y, or turn y into "
            "2y − 1 first.",
        ),
        Mistake(
            "overflow",
            _logistic(_probability_that_overflows),
            "Right, as long as the scores are moderate. For s = 1000 your p is "
            "inf/inf, which is nan. Divide above and below by e^s: 1/(1 + e^(−s)) is "
            "the same number, and it becomes 1.",
        ),
        Mistake(
            "linear",
            _logistic(lambda s, y: s - y),
            "You compare the score itself with the label, which is linear regression. "
            "Make a probability of it first, p = 1/(1 + e^(−s)).",
        ),
        Mistake(
            "squared-error",
            _logistic(lambda s, y: (_sigmoid(s) - y) * _sigmoid(s) * _sigmoid(-s)),
            "There is a factor p(1 − p) too many. It belongs to the squared error of "
            "p, which is not convex; the logarithm in the logistic loss cancels it.",
        ),
        Mistake(
            "mistakes-only",
            _logistic(lambda s, y: (s > 0) - y),
            "You compare the predicted class with the label, so that only mistakes "
            "pull. That is the perceptron. Here each example pulls by p − y, also when "
            "it is right.",
        ),
        Mistake(
            "turned-sigmoid",
            _logistic(lambda s, y: _sigmoid(-s) - y),
            "Your p falls as the score rises: e^(+s) stands in it. The probability of "
            "class 1 is 1/(1 + e^(−s)), so that a high score speaks for it.",
        ),
        Mistake(
            "not-carried-back",
            lambda theta, X, y: (_sigmoid(X @ theta) - y) / len(y),
            "These are the pulls on the scores, one for each row. To pull on the "
            "weights, each is multiplied by its row: X.T @ (p − y).",
        ),
        Mistake(
            "theta-moved",
            changes_theta,
            "The gradient is right, and theta has moved: a gradient says where down "
            "is, and leaves the walking to the caller. Leave out the line that "
            "changes theta.",
        ),
    ],
    right=[logreg_grad_by_sigmoid, logreg_grad_by_rows, logreg_grad_by_signs],
)
def check_logreg_grad(s):
    """Carry back moderate scores, then far ones; leave theta alone."""

    def case(scale):
        n, d = 9, 3
        X = s.rng.uniform(0.5, 1.5, size=(n, d)) * s.rng.choice([-1, 1], size=(n, d))
        y = s.rng.permutation([0, 0, 0, 0, 1, 1, 1, 1, 1])
        theta = scale * s.rng.uniform(0.4, 0.9, size=d) * s.rng.choice([-1, 1], size=d)
        first = np.flatnonzero(y == 0)[0]  # on the wrong side, so that it pulls
        X[first] *= np.sign(X[first] @ theta)
        s.note(n=n)
        return theta, X, y

    wrong = "This is not the mean of p − y times the row."
    with s.part("moderate scores", points=3):
        theta, X, y = case(1.0)
        got = s.call("logreg_grad", theta, X, y)
        s.expect_close(got, logreg_grad_by_sigmoid(theta, X, y), wrong)
    with s.part("far scores"):
        theta, X, y = case(3000.0)
        got = s.call("logreg_grad", theta, X, y)
        s.expect_close(
            got,
            logreg_grad_by_sigmoid(theta, X, y),
            "For scores of a thousand and more the gradient is off.",
        )
    with s.part("theta stays as it was"):
        theta, X, y = case(1.0)
        got = s.call("logreg_grad", theta, X, y)
        s.expect_close(
            got,
            logreg_grad_by_sigmoid(theta, X, y),
            "This counts once the gradient is right.",
            explain=False,
        )
        s.expect_untouched("After the call theta, X or y has changed.")


# ===================================================================== softmax_reg
THIRDS = (
    "With W of zeros, two classes, X = [[2.0]] and y = [1], P is [[0.5, 0.5]] and the "
    "answer is [[1.0, -1.0]]"
)


def _softmax(S):
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def _multiclass(probabilities=_softmax, pull=None, finish=None):
    """Make a softmax gradient in which one thing is done otherwise."""

    def softmax_reg(W, X, y):
        P = probabilities(X @ W)
        one = np.eye(W.shape[1])[y]
        r = P - one if pull is None else pull(P, y, one)
        G = X.T @ r
        return G / len(y) if finish is None else finish(G, len(y))

    return softmax_reg


def _unshifted(S):
    E = np.exp(S)
    return E / E.sum(axis=1, keepdims=True)


def _shifted_by_one_number(S):
    E = np.exp(S - S.max())
    return E / E.sum(axis=1, keepdims=True)


def _down_the_columns(S):
    E = np.exp(S - S.max(axis=0))
    return E / E.sum(axis=0)


def _over_the_table(S):
    E = np.exp(S - S.max())
    return E / E.sum()


def _each_on_its_own(S):
    return _sigmoid(S)


def _takes_columns(P, y, one):
    P = P.copy()
    P[:, y] -= 1
    return P


def softmax_reg_by_one_hot(W, X, y):
    """Shift, divide, subtract the one-hot rows."""
    return X.T @ (_softmax(X @ W) - np.eye(W.shape[1])[y]) / len(y)


def softmax_reg_by_index(W, X, y):
    """Subtract 1 at the right class of each row."""
    S = X @ W
    S = S - S.max(axis=1)[:, None]
    P = np.exp(S - np.log(np.exp(S).sum(axis=1))[:, None])
    P[np.arange(len(y)), y] -= 1
    return X.T @ P / len(y)


def softmax_reg_by_rows(W, X, y):
    """Add up an outer product for each example."""
    G = np.zeros(W.shape)
    for row, label in zip(X, y, strict=True):
        e = np.exp(row @ W - max(row @ W))
        p = e / e.sum()
        p[label] -= 1
        G += np.outer(row, p)
    return G / len(y)


@question(
    "linear-and-logistic-regression.softmax_reg",
    points=5,
    needs="softmax_reg",
    start=(
        "Start with the scores, S = XW, a row for each example and a column for each "
        "class, and make each row a list of probabilities."
    ),
    well_done=(
        "Each row of your gradient adds up to zero: what one class is pulled up, the "
        "others are pulled down."
    ),
    hints=[
        f"Where to look: one example by hand. {THIRDS}. Then multiply W by 1000: take "
        "the largest score of each row away before you call np.exp.",
        f"{CHAPTER} The mathematics.",
    ],
    mistakes=[
        Mistake(
            "no-shift",
            _multiclass(_unshifted),
            "Right for moderate scores. For a score of 1000 e^s is inf, and inf/inf is "
            "nan. Take the largest score of its row away first; the quotient does not "
            "notice.",
        ),
        Mistake(
            "one-shift",
            _multiclass(_shifted_by_one_number),
            "You take the largest score of the whole table away. A row whose scores "
            "are all far below it becomes 0/0. Take each row's own maximum: "
            "`S.max(axis=1, keepdims=True)`.",
        ),
        Mistake(
            "down-the-columns",
            _multiclass(_down_the_columns),
            "Your probabilities add to 1 down each column, over the examples. One "
            "example has one probability for each class: they add to 1 along its row.",
        ),
        Mistake(
            "over-the-table",
            _multiclass(_over_the_table),
            "You divide by the sum over the whole table, so that all examples share "
            "one unit of probability. Each row has its own.",
        ),
        Mistake(
            "sigmoids",
            _multiclass(_each_on_its_own),
            "You made a probability of each score on its own. With softmax the classes "
            "compete: e^s divided by the sum of its row.",
        ),
        Mistake(
            "label-subtracted",
            _multiclass(pull=lambda P, y, one: P - y[:, None]),
            "You subtract the label itself, as if class 2 were twice class 1. The "
            "label says in which column the 1 stands: subtract one-hot rows, "
            "`np.eye(k)[y]`.",
        ),
        Mistake(
            "nothing-subtracted",
            _multiclass(pull=lambda P, y, one: P),
            "You carry P back and never look at y. The pull is P minus 1 at the right "
            "class of each row.",
        ),
        Mistake(
            "columns-taken",
            _multiclass(pull=_takes_columns),
            "`P[:, y] -= 1` takes 1 from whole columns, of every row. One entry of "
            "each row is meant: `P[np.arange(n), y] -= 1`.",
        ),
        Mistake(
            "uphill",
            _multiclass(pull=lambda P, y, one: one - P),
            "Your sign is turned round: with y − p each step goes uphill.",
        ),
        Mistake(
            "sum",
            _multiclass(finish=lambda G, n: G),
            "This is the sum over the examples; the loss is their mean. Divide by the "
            "{n} rows.",
        ),
        Mistake(
            "all-entries",
            lambda W, X, y: softmax_reg_by_one_hot(W, X, y) / W.shape[1],
            "You divide by the number of entries of P. The loss is a mean over the "
            "{n} examples, each of which counts once, however many classes there are.",
        ),
        Mistake(
            "transposed",
            _multiclass(finish=lambda G, n: G.T / n),
            "The numbers are right, and they lie on their side: the gradient has the "
            "shape of W, a row for each feature. X.T @ (…) has it.",
        ),
    ],
    right=[softmax_reg_by_one_hot, softmax_reg_by_index, softmax_reg_by_rows],
)
def check_softmax_reg(s):
    """Carry back moderate scores, then far ones; leave W alone."""

    def case(scale):
        n, d, k = 8, 2, 4
        X = s.rng.uniform(0.6, 1.4, size=(n, d)) * s.rng.choice([-1, 1], size=(n, d))
        X *= np.linspace(0.5, 2, n)[:, None]
        W = scale * s.rng.normal(size=(d, k))
        y = s.rng.permutation([0, 1, 1, 2, 2, 3, 3, 3])
        s.note(n=n)
        return W, X, y

    with s.part("moderate scores", points=3):
        W, X, y = case(0.8)
        got = s.call("softmax_reg", W, X, y)
        s.expect_close(
            got,
            softmax_reg_by_one_hot(W, X, y),
            "This is not Xᵀ(P − one-hot)/n.",
            rows="feature",
        )
    with s.part("far scores"):
        W, X, y = case(2000.0)
        near, A, _ = case(0.8)
        A[:, 0] = np.resize([1, -1], len(A))  # scores near 400, and near −400
        near[0] += 400
        far = s.call("softmax_reg", W, X, y)
        got = s.call("softmax_reg", near, A, y)
        s.expect_close(
            got,
            softmax_reg_by_one_hot(near, A, y),
            "For scores of a few hundred, either sign, the gradient is off.",
        )
        s.expect_close(
            far,
            softmax_reg_by_one_hot(W, X, y),
            "For scores of a thousand and more the gradient is off.",
        )
    with s.part("W stays as it was"):
        W, X, y = case(0.8)
        got = s.call("softmax_reg", W, X, y)
        s.expect_close(
            got,
            softmax_reg_by_one_hot(W, X, y),
            "This counts once the gradient is right.",
            explain=False,
        )
        s.expect_untouched("After the call W, X or y has changed.")


# ======================================================================== ridge_gd
RIDGE = (
    "With X = [[-1.0], [1.0]], y = [1.0, 3.0], penalty 1, learning_rate 0.25 and one "
    "step, theta goes from [0, 0] to [1.0, 0.5]; after two it is [1.5, 0.625]"
)


def _ridge(
    bend=2.0,
    decay=lambda w, lam, n: lam * w,
    spares=True,
    mean=True,
    sign=-1,
    counts=lambda steps: steps,
    result=lambda theta: theta,
    intercept=True,
):
    """Make a ridge regression in which one thing is done otherwise."""

    def ridge_gd(X, y, penalty, learning_rate, steps):
        n = len(y)
        T = np.column_stack([np.ones(n), X])
        theta = np.zeros(T.shape[1])
        for _ in range(counts(steps)):
            g = bend * T.T @ (T @ theta - y) / (n if mean else 1)
            shrink = decay(theta, penalty, n)
            if spares:
                shrink[0] = 0
            if not intercept:
                g[0] = 0
            theta = theta + sign * learning_rate * (g + shrink)
        return result(theta)

    return ridge_gd


def _updates_in_turn(X, y, penalty, learning_rate, steps):
    b, w = 0.0, np.zeros(X.shape[1])
    for _ in range(steps):
        b = b - learning_rate * 2 * np.mean(b + X @ w - y)
        r = b + X @ w - y
        w = w - learning_rate * (2 * X.T @ r / len(y) + penalty * w)
    return np.concatenate([[b], w])


def _shrinks_afterwards(X, y, penalty, learning_rate, steps):
    T = np.column_stack([np.ones(len(y)), X])
    theta = np.zeros(T.shape[1])
    for _ in range(steps):
        theta = theta - learning_rate * 2 * T.T @ (T @ theta - y) / len(y)
        theta[1:] *= 1 - learning_rate * penalty
    return theta


def ridge_by_two_names(X, y, penalty, learning_rate, steps):
    """Keep intercept and weights apart until the end."""
    b, w = 0.0, np.zeros(X.shape[1])
    for _ in range(steps):
        r = b + X @ w - y
        db, dw = 2 * r.mean(), 2 * X.T @ r / len(y) + penalty * w
        b, w = b - learning_rate * db, w - learning_rate * dw
    return np.concatenate([[b], w])


def ridge_by_matrix(X, y, penalty, learning_rate, steps):
    """Write the step as θ ← θ − η(Aθ − c)."""
    T = np.column_stack([np.ones(len(y)), X])
    A = 2 / len(y) * T.T @ T + penalty * np.diag([0.0] + [1.0] * X.shape[1])
    c = 2 / len(y) * T.T @ y
    theta = 0 * c
    for _ in range(steps):
        theta = theta - learning_rate * (A @ theta - c)
    return theta


@question(
    "linear-and-logistic-regression.ridge_gd",
    points=4,
    needs="ridge_gd",
    start=(
        "Start with theta of zeros, put a column of ones in front of X, and write one "
        "step without the penalty."
    ),
    well_done=(
        "The intercept goes free, so a ridge regression of temperatures predicts the "
        "same in Celsius and in Kelvin."
    ),
    hints=[
        f"Where to look: two steps by hand. {RIDGE}.",
        f"{CHAPTER} The code.",
    ],
    mistakes=[
        Mistake(
            "intercept-penalized",
            _ridge(spares=False),
            "You shrink the intercept too. Then the answer depends on where the scale "
            "of y begins: add a thousand to every y, and the predictions bend toward "
            "zero. λ goes to w only.",
        ),
        Mistake(
            "twice",
            _ridge(decay=lambda w, lam, n: 2 * lam * w),
            "The penalty is ½λ‖w‖², and its gradient is λw. You took 2λw, which "
            "belongs to λ‖w‖².",
        ),
        Mistake(
            "penalty-over-n",
            _ridge(decay=lambda w, lam, n: lam * w / n),
            "You divide the penalty by n = {n}. The mean is over the squared errors; "
            "½λ‖w‖² stands beside it, and is not in it.",
        ),
        Mistake(
            "no-penalty",
            _ridge(decay=lambda w, lam, n: 0 * w),
            "This is plain least squares: `penalty` has no say. Add λw to the gradient "
            "of the weights.",
        ),
        Mistake(
            "grows",
            _ridge(decay=lambda w, lam, n: -lam * w),
            "The penalty pushes the weights outward: its gradient is +λw, and the step "
            "takes it away like the rest.",
        ),
        Mistake(
            "signs",
            _ridge(decay=lambda w, lam, n: lam * np.sign(w)),
            "You pull each weight by its sign, with the same force whatever its size. "
            "That is the lasso, λ‖w‖₁. Here the pull is λw.",
        ),
        Mistake(
            "half",
            _ridge(bend=1.0),
            "The factor 2 of the square is missing: the gradient of the mean squared "
            "error is 2Xᵀ(ŷ − y)/n.",
        ),
        Mistake(
            "sum",
            _ridge(mean=False),
            "You add up over the {n} rows; the loss is their mean. With this learning "
            "rate the sum overshoots.",
        ),
        Mistake(
            "uphill",
            _ridge(sign=1),
            "You add the gradient, and walk uphill. Subtract it.",
        ),
        Mistake(
            "solved",
            lambda X, y, penalty, learning_rate, steps: ridge_by_matrix(
                X, y, penalty, 0.5 / np.square(X).sum(axis=1).max() / 2, 6000
            ),
            "This is the minimum itself, where the walk ends. Asked for is the place "
            "after `steps` steps, which for three steps is another one.",
        ),
        Mistake(
            "one-short",
            _ridge(counts=lambda steps: steps - 1),
            "You take one step too few: `range({steps})` makes {steps} steps.",
        ),
        Mistake(
            "no-intercept",
            _ridge(intercept=False),
            "Your intercept stays at zero. It has a gradient as well, twice the mean "
            "of the errors.",
        ),
        Mistake(
            "weights-only",
            _ridge(result=lambda theta: theta[1:]),
            "You return the weights alone. Asked for is theta, with the intercept in "
            "front.",
        ),
        Mistake(
            "in-turn",
            _updates_in_turn,
            "You move b first, and then compute the gradient of w with the new b. Both "
            "belong to the same place: compute both, then move both.",
        ),
        Mistake(
            "shrunk-afterwards",
            _shrinks_afterwards,
            "You step first and shrink afterwards, which also shrinks the step that "
            "you have taken. Here λw is part of the gradient, at the old w.",
        ),
    ],
    right=[_ridge(), ridge_by_two_names, ridge_by_matrix],
)
def check_ridge_gd(s):
    """Walk a few steps, then to the end; leave the data alone."""

    def case():
        n, d = 7, 2
        X = s.rng.normal(size=(n, d)) + np.array([0.5, -0.3])
        y = s.rng.uniform(2, 4) + X @ s.rng.uniform(1, 2, size=d)
        y = y + 0.1 * s.rng.normal(size=n)
        return X, y, s.rng.uniform(0.5, 0.9)

    with s.part("three steps", points=2):
        X, y, penalty = case()
        s.note(n=len(y), steps=3)
        got = s.call("ridge_gd", X, y, penalty, 0.06, 3)
        s.expect_close(
            got,
            ridge_by_matrix(X, y, penalty, 0.06, 3),
            "This is not where three steps from zero lead.",
        )
    with s.part("the end of the walk"):
        X, y, penalty = case()
        s.note(n=len(y), steps=2000)
        L = np.linalg.eigvalsh(
            2 / len(y) * (T := np.column_stack([np.ones(len(y)), X])).T @ T
        )[-1]
        got = s.call("ridge_gd", X, y, penalty, 1 / (L + penalty), 2000)
        A = 2 / len(y) * T.T @ T + penalty * np.diag([0.0, 1.0, 1.0])
        s.expect_close(
            got,
            np.linalg.solve(A, 2 / len(y) * T.T @ y),
            "After many steps theta is not the minimum of the loss with its penalty.",
        )
    with s.part("X and y stay as they were"):
        X, y, penalty = case()
        s.note(n=len(y), steps=2)
        got = s.call("ridge_gd", X, y, penalty, 0.06, 2)
        s.expect_close(
            got,
            ridge_by_matrix(X, y, penalty, 0.06, 2),
            "This counts once the steps are right.",
            explain=False,
        )
        s.expect_untouched("After the call X or y has changed.")


# =============================================================== separable_forever
TWO = (
    "With X = [[1.0, 3.0], [1.0, 1.0]], y = [1, 0] and learning_rate 1, theta is "
    "[0.0, 0.5] after the first step, which gives the second example the score 0.5: "
    "not yet. The answer is 5"
)


def _parted(test, first=0, shift=0, otherwise=-1, sign=-1, mean=True):
    """Make a detector that stops on another test."""

    def separable_forever(X, y, learning_rate, steps):
        theta = np.zeros(X.shape[1])
        for t in range(steps + 1):
            s = X @ theta
            g = X.T @ (_sigmoid(s) - y) / (len(y) if mean else 1)
            if t >= first and test(s, y, g):
                return t + shift
            theta = theta + sign * learning_rate * g
        return otherwise

    return separable_forever


def _all_right(s, y, g):
    return ((2 * y - 1) * s > 0).all()


def _looks_before_it_steps(X, y, learning_rate, steps):
    theta = np.zeros(X.shape[1])
    for t in range(1, steps + 1):
        if _all_right(X @ theta, y, None):
            return t
        theta = theta - learning_rate * X.T @ (_sigmoid(X @ theta) - y) / len(y)
    return -1


def _goes_by_the_last(X, y, learning_rate, steps):
    theta = np.zeros(X.shape[1])
    for _ in range(steps):
        theta = theta - learning_rate * X.T @ (_sigmoid(X @ theta) - y) / len(y)
    return steps if _all_right(X @ theta, y, None) else -1


def separable_by_margins(X, y, learning_rate, steps):
    """Go by the rows with their signs turned."""
    Z = np.where(y == 1, 1, -1)[:, None] * X
    theta = np.zeros(X.shape[1])
    for t in range(1, steps + 1):
        theta = theta + learning_rate * Z.T @ (1 / (1 + np.exp(Z @ theta))) / len(y)
        if (Z @ theta).min() > 0:
            return t
    return -1


def separable_by_scores(X, y, learning_rate, steps):
    """Ask each class for itself on which side of zero its scores are."""
    theta, t = 0 * X[0], 0
    while t < steps:
        s = X @ theta
        theta = theta - learning_rate * (_sigmoid(s) - y) @ X / len(y)
        t += 1
        s = X @ theta
        if (s[y == 1] > 0).all() and (s[y == 0] < 0).all():
            return t
    return -1


@question(
    "linear-and-logistic-regression.separable_forever",
    points=4,
    needs="separable_forever",
    start=(
        "Start with your gradient from exercise 1 and a loop; after each step look at "
        "the margins, (2y − 1)·s."
    ),
    well_done=(
        "When it returns a step, it has found a proof: from there on the loss can be "
        "made as small as you like, and no walk will arrive. When it returns −1 it has "
        "proved nothing yet."
    ),
    hints=[
        f"Where to look: two examples. {TWO}.",
        f"{CHAPTER} The mathematics.",
    ],
    mistakes=[
        Mistake(
            "zero-counts",
            _parted(lambda s, y, g: ((2 * y - 1) * s >= 0).all()),
            "At theta = 0 all margins are 0, and you count that as parted. A margin of "
            "0 is on the plane, on neither side: ask for > 0.",
        ),
        Mistake(
            "some-right",
            _parted(lambda s, y, g: ((2 * y - 1) * s > 0).any()),
            "You stop as soon as one example is right. One on the other side is enough "
            "to give the loss a floor: all margins must be positive, `.all()`.",
        ),
        Mistake(
            "scores-for-margins",
            _parted(lambda s, y, g: (s > 0).all()),
            "You ask that all scores be positive, so that everybody is in class 1. For "
            "class 0 the right side is the other one: look at (2y − 1)·s.",
        ),
        Mistake(
            "labels-for-signs",
            _parted(lambda s, y, g: (y * s > 0).all()),
            "The product y·s is 0 wherever y is 0, and so never positive. Turn the "
            "labels into signs first, 2y − 1.",
        ),
        Mistake(
            "class-1-only",
            _parted(lambda s, y, g: (s[y == 1] > 0).all(), first=1),
            "You look at the examples of class 1 only. Those of class 0 need a "
            "negative score.",
        ),
        Mistake(
            "flat",
            _parted(lambda s, y, g: np.linalg.norm(g) <= 0.05),
            "You stop where the gradient is short. That is what fit calls converged, "
            "and a walk without a minimizer gets there too. The proof is in the "
            "margins.",
        ),
        Mistake(
            "low-loss",
            _parted(
                lambda s, y, g: np.logaddexp(0, -(2 * y - 1) * s).mean() < 0.3, first=1
            ),
            "You stop at a low loss. How low is low depends on the data; a plane parts "
            "the classes when all margins are positive, and that needs no threshold.",
        ),
        Mistake(
            "counts-from-zero",
            _parted(_all_right, shift=-1),
            "Right place, and the count is one short: the first place after the start "
            "is step 1.",
        ),
        Mistake(
            "looks-before",
            _looks_before_it_steps,
            "You look at the margins before the step, and so you see each place one "
            "count late, and never the last one. Step first, then look.",
        ),
        Mistake(
            "sum",
            _parted(_all_right, mean=False),
            "Your steps are {n} times as long as they should be: the gradient is a "
            "mean, so divide X.T @ (p − y) by the number of rows.",
        ),
        Mistake(
            "last-only",
            _goes_by_the_last,
            "You look at the margins after the last step only. Asked for is the first "
            "step at which all are positive.",
        ),
        Mistake(
            "uphill",
            _parted(_all_right, sign=1),
            "You walk uphill, and away from every plane that parts the classes. The "
            "step is θ − ηg.",
        ),
        Mistake(
            "says-steps",
            lambda X, y, learning_rate, steps: (
                steps
                if (t := separable_by_margins(X, y, learning_rate, steps)) < 0
                else t
            ),
            "Where no plane was found you return the number of steps, which looks as "
            "if one had been found at the last. Return −1.",
        ),
    ],
    right=[_parted(_all_right), separable_by_margins, separable_by_scores],
)
def check_separable_forever(s):
    """Find the step for separable rows; find none too early, or where there is none."""
    eta, limit = 0.5, 900
    s.note(n=16)

    def case(more):
        """Draw rows of which `more` has twelve and the other class four."""
        while True:
            y = s.rng.permutation([more] * 12 + [1 - more] * 4)
            x = np.where(y == 1, 1, -1) * s.rng.uniform(0.3, 1.5, size=16)
            X = np.column_stack([np.ones(16), x + 2 * (2 * more - 1)])
            X = np.column_stack([X, s.rng.uniform(-0.3, 0.3, size=16)])
            want = separable_by_margins(X, y, eta, limit)
            if 8 < want < limit // 2:
                return X, y, want

    def ask(X, y, steps):
        return s.array(s.call("separable_forever", X, y, eta, steps), ())

    with s.part("a plane exists", points=2):
        A, B = case(1), case(0)
        got = [ask(*rows[:2], limit) for rows in (A, B)]
        got += [ask(A[0], np.ones(16, int), limit)]
        for k, want in enumerate((A[2], B[2], 1)):
            s.note(got=f"{float(got[k]):g}")
            s.expect(
                got[k] == want,
                "A plane parts the classes, and you return {got}, which is not the "
                "first step after which all margins are positive."
                if k < 2
                else "All examples are of class 1, and after the first step all scores "
                "are positive: the answer is 1, and yours is {got}.",
            )
    with s.part("no plane, or not yet", points=2):
        A, B = case(1), case(0)
        twin = np.vstack([B[0], B[0][:1]]), np.append(B[1], 1 - B[1][0])
        there = [ask(*rows) for rows in (A, B)]
        early = [ask(X, y, want - 1) for X, y, want in (A, B)]
        never = ask(*twin, limit // 3)
        ones = ask(A[0], np.ones(16, int), limit)
        s.expect(
            there == [A[2], B[2]] and ones == 1,
            "With exactly as many steps as are needed, the walk finds a plane.",
        )
        s.expect(
            early == [-1, -1],
            "With one step less than is needed, none is found yet: −1.",
        )
        s.expect(
            never == -1,
            "Two examples at one place have different labels, so no plane exists: −1.",
        )


# ===================================================================== standardize
def _scaled(
    center=lambda train, test: (train.mean(axis=0),) * 2,
    spread=lambda train, test: (train.std(axis=0),) * 2,
    mend=lambda d: np.where(d == 0, 1, d),
    result=lambda a, b: (a, b),
):
    """Make a standardize in which one thing is done otherwise."""

    def standardize(train, test):
        (m1, m2), (d1, d2) = center(train, test), spread(train, test)
        return result((train - m1) / mend(d1), (test - m2) / mend(d2))

    return standardize


def _both(train, test):
    return np.concatenate([train, test])


def standardize_by_columns(train, test):
    """Treat one column after the other."""
    a, b = np.zeros(np.shape(train)), np.zeros(np.shape(test))
    for j in range(train.shape[1]):
        mean, deviation = np.mean(train[:, j]), np.std(train[:, j])
        a[:, j] = (train[:, j] - mean) / (deviation or 1.0)
        b[:, j] = (test[:, j] - mean) / (deviation or 1.0)
    return a, b


def scales_in_place(train, test):
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation = np.where(deviation == 0, 1, deviation)
    train -= mean
    train /= deviation
    test -= mean
    test /= deviation
    return train, test


@question(
    "linear-and-logistic-regression.standardize",
    points=4,
    needs="standardize",
    start=(
        "Start with the mean and the standard deviation of each column of `train`: "
        "`axis=0` runs down the rows."
    ),
    well_done=(
        "The test rows went through a formula that had never seen them, as the rows "
        "of tomorrow will."
    ),
    hints=[
        "Where to look: train = [[1.0], [3.0]] has mean 2 and deviation 1, so it "
        "becomes [[-1], [1]], and a test row [[4.0]] becomes [[2]].",
        f"{CHAPTER} When it fails.",
    ],
    mistakes=[
        Mistake(
            "test-by-itself",
            _scaled(
                lambda a, b: (a.mean(axis=0), b.mean(axis=0)),
                lambda a, b: (a.std(axis=0), b.std(axis=0)),
            ),
            "You scale the test rows by their own mean and deviation. Then one patient "
            "is a different number in another company, and a single test row is always "
            "zero. Use those of train for both.",
        ),
        Mistake(
            "together",
            _scaled(
                lambda a, b: (_both(a, b).mean(axis=0),) * 2,
                lambda a, b: (_both(a, b).std(axis=0),) * 2,
            ),
            "You take mean and deviation over train and test together. So the test "
            "rows have moved the origin before they are tested: a leak. Use train "
            "alone.",
        ),
        Mistake(
            "variance",
            _scaled(spread=lambda a, b: (a.var(axis=0),) * 2),
            "You divide by the variance, which is the deviation squared. Take its "
            "root, `.std(axis=0)`.",
        ),
        Mistake(
            "not-divided",
            _scaled(spread=lambda a, b: (np.ones(a.shape[1]),) * 2),
            "The columns are centered and keep their units. Divide each by its "
            "standard deviation.",
        ),
        Mistake(
            "not-centered",
            _scaled(center=lambda a, b: (0.0, 0.0)),
            "You divide and do not center. Take the mean of each column away first.",
        ),
        Mistake(
            "one-for-all",
            _scaled(
                lambda a, b: (a.mean(),) * 2,
                lambda a, b: (np.full(a.shape[1], a.std()),) * 2,
            ),
            "You take one mean and one deviation for the whole table. Columns have "
            "different units: each needs its own, `axis=0`.",
        ),
        Mistake(
            "n-minus-one",
            _scaled(spread=lambda a, b: (a.std(axis=0, ddof=1),) * 2),
            "You divide by n − 1 under the root. Here the deviation is that of the {n} "
            "rows themselves: `.std(axis=0)`, as NumPy has it.",
        ),
        Mistake(
            "range",
            _scaled(
                lambda a, b: (a.min(axis=0),) * 2,
                lambda a, b: (np.ptp(a, axis=0),) * 2,
            ),
            "You squeeze each column into 0 to 1, by its lowest and highest entry. "
            "Asked for is mean 0 and deviation 1.",
        ),
        Mistake(
            "constant",
            _scaled(mend=lambda d: d),
            "A column that never changes has deviation 0, and 0/0 is nan, which the "
            "first gradient spreads over all weights. Divide such a column by 1.",
        ),
        Mistake(
            "nearly-zero",
            _scaled(mend=lambda d: d + 1e-9),
            "You add a little to the deviation, so that nothing is divided by 0. But a "
            "column that is constant in train and off by 1 in test becomes a thousand "
            "million. Divide such a column by 1.",
        ),
        Mistake(
            "order",
            _scaled(result=lambda a, b: (b, a)),
            "The other way round: train first, test second.",
        ),
        Mistake(
            "in-place",
            scales_in_place,
            "The numbers are right, and the tables of the caller are gone: `-=` and "
            "`/=` write into them. Make new arrays.",
        ),
    ],
    right=[_scaled(), standardize_by_columns],
)
def check_standardize(s):
    """Scale two tables by one of them; mind a constant column; leave both alone."""

    def case(constant=False):
        d = 3
        place = s.rng.uniform(5, 9, size=d) * [1, 10, 100]
        unit = s.rng.uniform(1.5, 3.0, size=d) * [1, 5, 30]
        train = place + unit * s.rng.normal(size=(6, d))
        test = place + unit * (1 + s.rng.normal(size=(4, d)))
        if constant:
            train[:, 1] = 4.0
            test[:, 1] = [4.0, 4.5, 3.0, 4.0]
        s.note(n=6)
        return train, test

    def judge(train, test, said, **how):
        got = s.unpack(s.call("standardize", train, test), "train, test")
        for table, want, name in zip(
            got, standardize_by_columns(train, test), ("train", "test"), strict=True
        ):
            s.expect_close(table, want, f"{said} Look at {name}.", rows="row", **how)

    with s.part("train and test", points=2):
        judge(*case(), "This is not (x − mean)/deviation, both from train.")
    with s.part("a column that never changes"):
        judge(
            *case(constant=True),
            "One column of train is 4 throughout; it becomes 0, and in test x − 4.",
        )
    with s.part("the tables stay as they were"):
        judge(*case(), "This counts once the numbers are right.", explain=False)
        s.expect_untouched(
            "After the call train or test has changed. Make new arrays instead."
        )
