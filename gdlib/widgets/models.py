"""The interactive figures of trained models: what training did, to be looked at.

Training takes longer than a blink. So it is done here, by `gdlib.descent`, and a figure
in `gdlib/static` gets what the model was at some of the steps.
"""

from __future__ import annotations

from itertools import islice

import numpy as np
from traitlets import Int, List, Unicode

from gdlib import optimizers
from gdlib.descent import descend, fit
from gdlib.language import encode, generate
from gdlib.losses import binary_cross_entropy, sigmoid
from gdlib.networks import MLP, ConvNet
from gdlib.parameters import unflatten
from gdlib.svm import LinearSVM, dual_ascent
from gdlib.widgets.interactive import Interactive, synced


class Moons(Interactive):
    """The boundary of a network between two classes as it trains, and its two losses.

    The network, one hidden layer of ReLU, is trained here by Adam, all points a step;
    the page gets what it looked like after some of the epochs.

    Parameters
    ----------
    data, kept : Dataset
        Points of two features with labels 0 and 1: to train on, and kept aside.
    rng : numpy.random.Generator
        Source of the start.
    units : int, default=64
        How many hidden units.
    learning_rate : float, default=0.01
        That of Adam.
    epochs : sequence of int
        When to look, from 0; the last is where training ends.
    domain : array-like of shape (2, 2)
        Lowest and highest value of each feature on the map.
    columns, rows : int, default=40, 30
        Cells of a map; each holds the share of class 1 in steps of 1/35, as a digit.
    frame : int, default=0
        At which of the epochs the figure stands.
    """

    module = "moons"
    points = synced(List)
    domain = synced(List)
    maps = synced(List)
    columns = synced(Int)
    epochs = synced(List)
    losses = synced(List)
    kept = synced(List)
    right = synced(List)
    frame = synced(Int)

    def __init__(
        self,
        data,
        kept,
        *,
        rng,
        units=64,
        learning_rate=0.01,
        epochs=(0, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 600, 800, 1000),
        domain=((-2, 3), (-1.5, 2)),
        columns=40,
        rows=30,
        frame=0,
    ):
        model = MLP((2, units, 1), "relu", binary_cross_entropy)
        seen = [model.init(rng)]

        def look(epoch, theta):
            if epoch in epochs and epoch:
                seen.append(theta)

        run = {"learning_rate": learning_rate, "epochs": max(epochs), "callback": look}
        fit(model, data.X, data.y, optimizers.adam, theta0=seen[0], **run)
        sides = [
            low + (high - low) * (np.arange(count) + 0.5) / count
            for (low, high), count in zip(domain, (columns, rows), strict=True)
        ]
        cells = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
        losses, aside = (
            np.round([model.loss(theta, p.X, p.y) for theta in seen], 4)
            for p in (data, kept)
        )
        right = [
            [np.mean(model.classify(theta, p.X) == p.y) for p in (data, kept)]
            for theta in seen
        ]
        super().__init__(
            points=np.column_stack([np.round(data.X, 2), data.y]),
            maps=[_digits(sigmoid(model.predict(theta, cells))) for theta in seen],
            losses=losses,
            kept=aside,
            right=np.round(right, 4),
            epochs=epochs,
            domain=domain,
            columns=columns,
            frame=frame,
        )


def _digits(shares):
    """Write each share as a digit to base 36: 0 for none, z for all."""
    levels = np.rint(35 * shares).astype(int)
    return "".join(np.base_repr(level, 36).lower() for level in levels)


class PolicyGrid(Interactive):
    """A policy in a `gdlib.worlds.GridWorld`, improving: an arrow for each move.

    Parameters
    ----------
    updates : list of int
        When the policy was looked at.
    probabilities : array-like of shape (len(updates), side², 4)
        π(a|s) at each of them; the actions are up, right, down, left.
    returns : array-like of shape (len(updates),)
        The expected return at each of them.
    frame : int, default=0
        Which of them is shown.
    """

    module = "policy"
    updates = synced(List)
    shares = synced(List)
    returns = synced(List)
    frame = synced(Int)

    def __init__(self, updates, probabilities, returns, **traits):
        percent = np.rint(100 * np.asarray(probabilities)).astype(int)
        own = {"shares": percent.reshape(len(percent), -1), "updates": updates}
        super().__init__(**own, returns=np.round(returns, 3), **traits)


class Doubt(Interactive):
    """Logistic regression where a line parts the classes: a walk without an end.

    The line of score 0 is drawn after so many steps of gradient descent from zero, with
    the band in which the probability is between 0.1 and 0.9, and beside it the length
    of w against log t.

    Parameters
    ----------
    X : array-like of shape (n, 2)
        Two features, in cm. The walk counts them from their means.
    y : array-like of shape (n,)
        Labels 0 and 1, which a line parts.
    marks : list of int
        The steps that can be looked at, rising, from 1 on.
    names : list of two str
        What the features are called.
    at : int, default=0
        Which of the marks.
    """

    module = "doubt"
    flowers = synced(List)
    marks = synced(List)
    lines = synced(List)
    widest = synced(List)
    names = synced(List, ["x₁", "x₂"])
    at = synced(Int)

    def __init__(self, X, y, *, marks, **traits):
        X, y = np.asarray(X, dtype=float), np.asarray(y)
        mean, sign = X.mean(axis=0), np.where(y == 1, 1, -1)
        signed = sign[:, None] * np.column_stack([np.ones(len(X)), X - mean])
        rate = 4 * len(X) / np.linalg.eigvalsh(signed.T @ signed)[-1]

        def grad(theta):
            return -signed.T @ (1 / (1 + np.exp(signed @ theta))) / len(X)

        walk = enumerate(descend(grad, np.zeros(3), learning_rate=rate))
        seen = [theta for t, theta in islice(walk, marks[-1] + 1) if t in set(marks)]
        lines = np.array([*seen, _widest(signed, seen[-1])])
        lines[:, 0] -= lines[:, 1:] @ mean  # from the zero of the axes, not the mean
        lines = np.round(lines, 4).tolist()
        flowers = [[*row, int(label)] for row, label in zip(X.tolist(), y, strict=True)]
        own = {"flowers": flowers, "lines": lines[:-1], "widest": lines[-1]}
        super().__init__(marks=[int(t) for t in marks], **own, **traits)


def _widest(signed, theta):
    """Return the shortest θ with all margins ≥ 1, held by the examples nearest to θ."""
    order = np.argsort(signed @ theta)
    for held in range(1, signed.shape[1] + 1):
        near = signed[order[:held]]
        pull = np.linalg.lstsq(near @ near.T, np.ones(held), rcond=None)[0]
        best = pull @ near
        if (pull > 0).all() and (signed @ best).min() > 1 - 1e-9:
            return best
    raise ValueError(
        "the walk is too short to show which examples hold the widest margin, or no "
        "line parts the classes: raise the last of the marks"
    )


class Street(Interactive):
    """The street of a support vector machine against λ, and the points that hold it.

    Parameters
    ----------
    X : array-like of shape (n, 2)
        Points of the plane, which are rounded to three decimals.
    y : array-like of shape (n,)
        Their labels, −1 and 1.
    penalties : array-like of shape (k,)
        The λ, from small to large; each gets the minimum of its J, with an intercept
        that is penalized as the weights are.
    labels : list of two str, optional
        Names of the axes.
    penalty : int, default=0
        Which of the penalties.
    """

    module = "street"
    points = synced(List)
    signs = synced(List)
    labels = synced(List, ["x₁", "x₂"])
    penalties = synced(List)
    planes = synced(List)
    penalty = synced(Int)

    def __init__(self, X, y, *, penalties, **traits):
        X, y = np.round(X, 3), np.asarray(y)
        table = np.column_stack([np.ones(len(y)), X])
        planes = [
            dual_ascent(LinearSVM(3, lam, bias=False), table, y, tolerance=1e-9)[0]
            for lam in penalties
        ]
        own = {
            "points": X,
            "signs": y,
            "penalties": [float(f"{lam:.3g}") for lam in penalties],
            "planes": [[float(f"{v:.6g}") for v in plane] for plane in planes],
        }
        super().__init__(**own, **traits)


class Filters(Interactive):
    """What the filters of a small convolutional network see in a few pictures.

    The page convolves, bends and pools by itself; the weights were trained by gdlib.

    Parameters
    ----------
    theta : ndarray of shape (810,)
        Parameters of `gdlib.networks.ConvNet`; the filters are rounded to two decimals.
    X : ndarray of shape (k, 64)
        The pictures, 8 × 8 pixels with ink from 0 to 1 in sixteenths.
    digit, filter : int, default=0
        Which picture, and which filter.
    at : list of two ints, default=[0, 2]
        Row and column of the upper left corner of the window.
    """

    module = "filters"
    pictures = synced(List)
    filters = synced(List)
    biases = synced(List)
    digit = synced(Int)
    filter = synced(Int)
    at = synced(List, [0, 2])

    def __init__(self, theta, X, **traits):
        p = unflatten(np.asarray(theta), ConvNet().shapes)
        own = {
            "pictures": np.rint(16 * np.asarray(X)).astype(int),
            "filters": p["K"].reshape(-1, 9).round(2),
            "biases": p["b"].round(2),
        }
        super().__init__(**own, **traits)


WARM = [*(k / 10 for k in range(16)), 2.0, 3.0]
"""The temperatures of `NextCharacter`, from always the likeliest to hardly a choice."""


class NextCharacter(Interactive):
    """The bets of a language model on the next character, as the temperature turns.

    Parameters
    ----------
    model : CharacterModel or Bigram
        Or any model that `gdlib.language.generate` can let write.
    theta : ndarray of shape (p,)
        Its parameters.
    prompts : list of str
        What came before: each as many characters as the model sees, or more.
    rng : numpy.random.Generator
        Source of the noise: one draw for a prompt, the same at each temperature.
    temperatures : sequence of float
        Where the slider can stand, rising.
    length : int, default=200
        How many characters are written after each prompt.
    heat : int, default=5
        At which of the temperatures the slider stands.
    """

    module = "odds"
    vocabulary = synced(List)
    prompts = synced(List)
    prompt = synced(Unicode)
    logits = synced(List)
    lines = synced(List)
    temperatures = synced(List)
    heat = synced(Int)

    def __init__(
        self,
        model,
        theta,
        *,
        prompts,
        rng,
        temperatures=WARM,
        length=200,
        heat=5,
    ):
        seed, known = int(rng.integers(2**32)), model.vocabulary
        codes = [encode(prompt, known)[-model.context :] for prompt in prompts]
        logits = model.predict(theta, np.array(codes)).astype(float)
        lines = [
            [
                generate(
                    model,
                    theta,
                    np.random.default_rng([seed, k]),
                    prompt=prompt,
                    temperature=temperature,
                    length=length,
                )[len(prompt) :]
                for temperature in temperatures
            ]
            for k, prompt in enumerate(prompts)
        ]
        super().__init__(
            vocabulary=list(known),
            prompts=prompts,
            prompt=prompts[0],
            logits=np.round(logits, 2),
            lines=lines,
            temperatures=temperatures,
            heat=heat,
        )
