"""How fast the convex models are, and the policies: each function yields races."""

from itertools import islice

import numpy as np
from timing import Race

from gdlib.datasets import minibatches
from gdlib.descent import descend
from gdlib.linear import LogisticRegression
from gdlib.losses import sigmoid
from gdlib.optimizers import nesterov
from gdlib.policies import SoftmaxPolicy, play, reinforce_gradient
from gdlib.worlds import CartPole

try:
    import torch
except ImportError:
    torch = None
try:
    import sklearn.linear_model as sklearn
    from sklearn._loss import HalfBinomialLoss
    from sklearn.linear_model._linear_loss import LinearModelLoss
except ImportError:
    sklearn = None

N, D, PENALTY = 20_000, 50, 1e-2


def examples():
    """Return X of shape (20000, 50), and y that is 1 where a noisy plane says so."""
    rng = np.random.default_rng(0)
    X, w = rng.normal(size=(N, D)), rng.normal(size=D) / 4
    return X, (rng.random(N) < sigmoid(X @ w)).astype(float)


def if_any(library, side):
    """Return the side to race against; None where its library is not installed."""
    return side if library else None


def full_batches():
    """G5: a gradient step of logistic regression on all of the data."""
    X, y = examples()
    model, count = LogisticRegression(D, PENALTY), 20

    def ours():
        walk = descend(lambda w: model.grad(w, X, y), model.init(), learning_rate=0.5)
        for _ in islice(walk, count + 1):
            pass

    def by_torch():
        inputs, labels = torch.from_numpy(X), torch.from_numpy(y)
        w = torch.zeros(D, dtype=torch.float64, requires_grad=True)
        b = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        step = torch.optim.SGD([w, b], lr=0.5)
        for _ in range(count):
            step.zero_grad()
            s = inputs @ w + b
            loss = torch.nn.functional.binary_cross_entropy_with_logits(s, labels)
            (loss + PENALTY / 2 * (w @ w)).backward()
            step.step()

    def by_sklearn():
        loss = LinearModelLoss(HalfBinomialLoss(), fit_intercept=True)
        theta = np.zeros(D + 1)
        for _ in range(count):
            _, g = loss.loss_gradient(theta, X, y, None, PENALTY)
            theta = theta - 0.5 * g

    def products():
        s, w = np.zeros(N), np.zeros(D)
        for _ in range(count):
            X @ w
            X.T @ s

    title = "logistic regression, all of 20000 × 50"
    why = "four fifths of it are the two products: see against those alone"
    for rival, side, goal in (
        ("torch + autograd", if_any(torch, by_torch), 0.50),
        ("scikit-learn loss_gradient", if_any(sklearn, by_sklearn), 0.55),
        ("its two products alone", products, 1.25),
    ):
        yield Race("G5", title, ours, side, rival, goal, count, why=why)


def to_the_minimum():
    """G6: from zero to within 1e-8 of the least loss, relative to it."""
    X, y = examples()
    model, start = LogisticRegression(D, PENALTY), np.zeros(D + 1)
    X1 = np.column_stack([np.ones(N), X])
    L = np.linalg.eigvalsh(X1.T @ X1 / N)[-1] / 4 + PENALTY
    options = {"learning_rate": 1.4 / L, "beta": 0.1}  # σ is steep as L says at 0 only
    walk = lambda: descend(lambda w: model.grad(w, X, y), start, nesterov, **options)
    *_, best = islice(walk(), 300)
    least = model.loss(best, X, y)
    near = lambda theta: model.loss(theta, X, y) <= least * (1 + 1e-8)
    steps = next(t for t, theta in enumerate(walk()) if near(theta))

    def ours():
        for _ in islice(walk(), steps + 1):
            pass

    def by_sklearn(tol):
        fit = sklearn.LogisticRegression(C=1 / (N * PENALTY), tol=tol).fit(X, y)
        return np.r_[fit.intercept_, fit.coef_[0]]

    enough = sklearn and next(
        tol for tol in 10.0 ** -np.arange(1, 12) if near(by_sklearn(tol))
    )
    yield Race(
        "G6",
        f"logistic regression to 1e-8, {steps} Nesterov steps",
        ours,
        if_any(sklearn, lambda: by_sklearn(enough)),
        "scikit-learn lbfgs",
        0.50,
        unit="fit",
        why="most of it are matrix products, as in G5",
    )


def epochs():
    """G7: one shuffled epoch of logistic regression in mini-batches."""
    X, y = examples()
    model, rng = LogisticRegression(D), np.random.default_rng(0)

    def ours(size):
        batches = minibatches(X, y, size=size, epochs=1, rng=rng)
        for _ in descend(model.grad, model.init(), learning_rate=0.1, batches=batches):
            pass

    def train(batches):
        layer = torch.nn.Linear(D, 1, dtype=torch.float64)
        entropy = torch.nn.BCEWithLogitsLoss()
        step = torch.optim.SGD(layer.parameters(), lr=0.1)
        for inputs, labels in batches:
            step.zero_grad()
            entropy(layer(inputs)[:, 0], labels).backward()
            step.step()

    def by_torch(size):
        inputs, labels = torch.from_numpy(X), torch.from_numpy(y)
        order = torch.randperm(N)
        inputs, labels = inputs[order], labels[order]
        train(zip(inputs.split(size), labels.split(size), strict=True))

    def by_loader(size):
        data = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(y))
        train(torch.utils.data.DataLoader(data, batch_size=size, shuffle=True))

    def by_sklearn():
        fit = sklearn.SGDClassifier(
            loss="log_loss", penalty=None, learning_rate="constant", eta0=0.1
        )
        fit.partial_fit(X, y, classes=[0, 1])

    for size, rivals in (
        (32, [("torch", 0.055), ("torch DataLoader", 0.033), ("scikit-learn", 1.2)]),
        (128, [("torch", 0.09), ("scikit-learn", 0.5)]),
    ):
        for rival, goal in rivals:
            side = {
                "torch": if_any(torch, lambda size=size: by_torch(size)),
                "torch DataLoader": if_any(torch, lambda size=size: by_loader(size)),
                "scikit-learn": if_any(sklearn, by_sklearn),
            }[rival]
            rival += ", one by one" if rival == "scikit-learn" else ""
            title = f"logistic regression, epoch in batches of {size}"
            ours_now = lambda size=size: ours(size)
            why = "a dozen NumPy calls on a few rows; a fifth of the time is checks"
            yield Race("G7", title, ours_now, side, rival, goal, unit="epoch", why=why)


def rollouts():
    """G13: play with a pole and take a gradient, 64 episodes at once and one by one."""
    world, policy, steps = CartPole(), SoftmaxPolicy(features=4, actions=2), 50
    steady = np.array([[0.0, 0], [0, 0], [-20, 20], [-10, 10]])  # lasts for that long
    rng = np.random.default_rng(0)

    def ours():
        runs = play(world, policy, steady.ravel(), episodes=64, steps=steps, rng=rng)
        assert runs.alive.all()
        reinforce_gradient(policy, steady.ravel(), runs)

    def one_by_one():
        layer = torch.nn.Linear(4, 2, bias=False)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(steady.T))
        state, said, rewards = world.start(rng.random((4, 1))), [], []
        for _ in range(steps):
            seen = torch.tensor(state[:, 0], dtype=torch.float32)
            choice = torch.distributions.Categorical(torch.softmax(layer(seen), dim=0))
            action = choice.sample()
            said.append(choice.log_prob(action))
            state, reward, _ = world.step(state, np.array([action.item()]))
            rewards.append(float(reward[0]))
        to_go = torch.tensor(rewards).flip(0).cumsum(0).flip(0)
        (-(torch.stack(said) * to_go).sum()).backward()

    yield Race(
        "G13",
        "REINFORCE on the pole, 64 at once",
        ours,
        if_any(torch, one_by_one),
        "torch, one by one",
        1 / 300,
        64 * steps,
        steps,
        unit="step",
        why="two fifths are the physics of the pole, two fifths the softmax",
    )


GROUPS = (full_batches, to_the_minimum, epochs, rollouts)
