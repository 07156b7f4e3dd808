"""Figures: each function draws what it is given on one pair of axes, and returns them.

Titles are conclusions, axes carry a symbol and a word, and one method has one color in
the whole book. The colors are those of Okabe and Ito, which the color-blind can tell
apart; line styles and markers differ too, for print in grey.
"""

from importlib import resources
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np


class Look(NamedTuple):
    """How the lines of one method are drawn, and its name in a legend.

    Parameters
    ----------
    color, marker : str
        As matplotlib takes them.
    linestyle : str or tuple
        As matplotlib takes it: a name, or ``(offset, lengths)`` of dashes.
    label : str
        The name of the method in a legend.
    """

    color: str
    linestyle: str | tuple[int, tuple[int, ...]]
    marker: str
    label: str


LOOKS = {
    "gradient_descent": Look("#D55E00", "-", "o", "gradient descent"),
    "momentum": Look("#009E73", "--", "s", "momentum"),
    "nesterov": Look("#56B4E9", "-.", "D", "Nesterov"),
    "adagrad": Look("#E69F00", ":", "^", "AdaGrad"),
    "rmsprop": Look("#CC79A7", (0, (3, 1, 1, 1, 1, 1)), "v", "RMSprop"),
    "adam": Look("#0072B2", (0, (8, 2)), "P", "Adam"),
    "amsgrad": Look("#7A7A7A", "-.", "X", "AMSGrad"),
}
COLORS = {method: look.color for method, look in LOOKS.items()}
DOWNHILL = COLORS["gradient_descent"]  # −∇f has this color in every figure
QUIET = "#8A8A8A"  # contours, guides, and what is only there for comparison


def use_book_style():
    """Give the figures of this notebook the look of the book, as crisp SVG.

    Every page calls this once, in its first cell. In Jupyter it also switches figures
    from pixels to vectors; elsewhere it sets matplotlib's style and nothing else.
    """
    with resources.as_file(resources.files("gdlib") / "gdlib.mplstyle") as style:
        plt.style.use(style)
    try:
        from IPython import get_ipython
        from matplotlib_inline.config import InlineBackend
    except ImportError:
        return
    shell = get_ipython()
    if shell is not None and hasattr(shell, "kernel"):
        inline = InlineBackend.instance(parent=shell)
        inline.figure_formats = {"svg"}
        inline.print_figure_kwargs = {"metadata": {"Date": None, "Creator": None}}


def contours(objective, *, ax=None, domain=None, levels=14, resolution=200):
    """Draw the level sets of a 2-D objective over its domain, and star its minima.

    Parameters
    ----------
    objective : Objective
        Vectorized, of two coordinates; see `gdlib.objectives`.
    ax : matplotlib Axes, optional
        Where to draw; the current axes by default.
    domain : array-like of shape (2, 2), optional
        Lowest and highest value of each coordinate; ``objective.domain`` by default.
    levels : int or array-like of shape (k,), default=14
        How many level sets, evenly spaced in the logarithm of the height; or at which
        heights.
    resolution : int, default=200
        Points of the grid along each side.

    Returns
    -------
    matplotlib Axes
    """
    ax = plt.gca() if ax is None else ax
    domain = objective.domain if domain is None else domain
    sides = [np.linspace(*side, resolution) for side in domain]
    f = objective(np.stack(np.meshgrid(*sides)))
    if np.ndim(levels) == 0:
        rise = np.ptp(f)
        levels = f.min() + np.geomspace(rise / 1000, rise, levels)
    ax.contour(*sides, f, levels=levels, colors=QUIET, linewidths=0.7, alpha=0.75)
    if objective.minima is not None and objective.minima.size:
        ax.plot(*objective.minima, "*", color="#000000", markersize=11, zorder=4)
    ax.set(
        xlabel="$x_1$  (first coordinate)",
        ylabel="$x_2$  (second coordinate)",
        xlim=domain[0],
        ylim=domain[1],
    )
    return ax


def path(trajectory, method="gradient_descent", *, ax=None, **line):
    """Draw where a 2-D descent went: a dot for each step, a ring where it began.

    Parameters
    ----------
    trajectory : Trajectory, or ndarray of shape (steps + 1, 2)
        The iterates, one a row.
    method : str, default="gradient_descent"
        Which look of `LOOKS` to wear.
    ax : matplotlib Axes, optional
        Where to draw; the current axes by default.
    **line
        Anything else that matplotlib's ``plot`` takes, such as ``label``.

    Returns
    -------
    matplotlib Axes
    """
    ax = plt.gca() if ax is None else ax
    x = np.asarray(getattr(trajectory, "x", trajectory))
    look = LOOKS[method]
    line = {**look._asdict(), "linewidth": 1.2, "markersize": 3.5, **line}
    ax.plot(*x.T, zorder=3, **line)
    ax.plot(*x[0], "o", color=line["color"], markersize=9, fillstyle="none", zorder=3)
    return ax


def curves(runs, *, ax=None, log=True, ylabel="$f(x_t)$  (height)"):
    """Draw height against step for several runs, to see which comes down, and how.

    Parameters
    ----------
    runs : dict of str to (Trajectory, or ndarray of shape (steps + 1,))
        What to draw under which label; a key of `LOOKS` gives a run that look.
    ax : matplotlib Axes, optional
        Where to draw; the current axes by default.
    log : bool, default=True
        Whether the heights are on a logarithmic axis.
    ylabel : str, optional
        Symbol and word for the height, with its unit if it has one.

    Returns
    -------
    matplotlib Axes
    """
    ax = plt.gca() if ax is None else ax
    for label, run in runs.items():
        heights = np.asarray(getattr(run, "f", run))
        look = LOOKS.get(label)
        extra = (
            {"label": label}
            if look is None
            else {"color": look.color, "linestyle": look.linestyle, "label": look.label}
        )
        ax.plot(np.arange(len(heights)), heights, **extra)
    if log:
        ax.set_yscale("log")
    ax.set(xlabel="$t$  (step)", ylabel=ylabel)
    ax.legend()
    return ax


def rose(slope, *, norm=2, ax=None, petals=72):
    """Draw how fast each direction goes down: a long petal loses height fast.

    Parameters
    ----------
    slope : callable
        Takes directions of shape (2, k), returns the k slopes of f along them.
    norm : {1, 2, inf}, default=2
        How a step is measured: every direction is scaled to length 1 in this norm.
    ax : matplotlib Axes, optional
        Where to draw; the current axes by default.
    petals : int, default=72
        How many directions to draw.

    Returns
    -------
    matplotlib Axes
    """
    ax = plt.gca() if ax is None else ax
    for tip in _petals(slope, norm, petals).T:
        ax.plot([0, tip[0]], [0, tip[1]], color=QUIET, linewidth=1, linestyle="-")
    outline = _petals(slope, norm, 720)
    longest = outline[:, np.linalg.norm(outline, axis=0).argmax()]
    ax.plot(*outline, color=QUIET, linewidth=1.2, linestyle="-")
    ax.plot(*np.outer(longest, [0, 1]), color="#000000", linewidth=2.4, linestyle="-")
    ax.set_aspect("equal")
    ax.set(xlabel="$u_1$  (east)", ylabel="$u_2$  (north)")
    return ax


def _petals(slope, norm, count):
    """Tips of `count` petals, of shape (2, count): along u, as long as f falls fast."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    u = np.stack([np.cos(angle), np.sin(angle)])
    fall = -slope(u / np.linalg.norm(u, norm, axis=0))
    return u * np.maximum(0, fall)


def arrow(vector, *, start=(0, 0), label=None, color=DOWNHILL, ax=None):
    """Draw a vector from a point, with its name at the tip.

    Parameters
    ----------
    vector : array-like of shape (2,)
        Where the tip is, seen from `start`.
    start : array-like of shape (2,), default=(0, 0)
        Where the arrow begins.
    label : str, optional
        What to write beside the tip.
    color : str, optional
        By default the color of −∇f.
    ax : matplotlib Axes, optional
        Where to draw; the current axes by default.

    Returns
    -------
    matplotlib Axes
    """
    ax = plt.gca() if ax is None else ax
    start = np.asarray(start, dtype=float)
    tip = start + vector
    exact = {"angles": "xy", "scale_units": "xy", "scale": 1}
    ax.quiver(*start, *vector, color=color, width=0.009, zorder=5, **exact)
    ax.update_datalim([start, tip])
    if label:
        place = {"xytext": (8, -4), "textcoords": "offset points"}
        ax.annotate(label, tip, color=color, annotation_clip=False, **place)
    return ax


def regions(model, theta, X, y, *, ax=None, resolution=200):
    """Shade where a model predicts which class, with the examples on top.

    Parameters
    ----------
    model : object
        With ``predict(theta, X)``, of shape (n,), such as those of `gdlib.linear`.
    theta : ndarray of shape (p,)
        Its parameters.
    X : ndarray of shape (n, 2)
        Examples of two features, one a row.
    y : ndarray of shape (n,)
        Their classes.
    ax : matplotlib Axes, optional
        Where to draw; the current axes by default.
    resolution : int, default=200
        Points of the grid along each side.

    Returns
    -------
    matplotlib Axes
    """
    ax = plt.gca() if ax is None else ax
    sides, grid = _plane(X, resolution)
    answer = np.asarray(model.predict(theta, grid)).reshape(resolution, resolution)
    classes = np.union1d(y, answer)
    shades = np.linspace(0.95, 0.72, len(classes))
    for one, shade in zip(classes, shades, strict=True):
        inside = (answer == one).astype(float)
        ax.contourf(*sides, inside, levels=[0.5, 1.5], colors=[str(shade)], zorder=0)
    return _examples(ax, X, y, classes)


def margin(model, theta, X, y, *, ax=None):
    """Draw the street of a support vector machine, and ring the examples that hold it.

    The line is where the score is 0, the curbs are where it is −1 and 1. An example has
    a ring if its margin is 1 or less: it stands on a curb, in the street, or beyond it
    on the wrong side.

    Parameters
    ----------
    model : object
        With ``scores(theta, X)``, of shape (n,), such as `gdlib.svm.LinearSVM`.
    theta : ndarray of shape (p,)
        Its parameters.
    X : ndarray of shape (n, 2)
        Examples of two features, one a row.
    y : ndarray of shape (n,)
        Two classes, of which the higher has the positive scores.
    ax : matplotlib Axes, optional
        Where to draw; the current axes by default.

    Returns
    -------
    matplotlib Axes
    """
    ax = plt.gca() if ax is None else ax
    sides, grid = _plane(X, 100)
    score = model.scores(theta, grid).reshape(100, 100)
    look = {"colors": ["#000000"], "zorder": 1}
    ax.contour(*sides, score, levels=[0], linewidths=1.8, **look)
    curbs = {"linewidths": 1, "linestyles": ["--"], **look}
    ax.contour(*sides, score, levels=[-1, 1], **curbs)
    X, classes = np.asarray(X), np.unique(y)
    sign = np.where(np.asarray(y) == classes[-1], 1, -1)
    held = X[sign * model.scores(theta, X) <= 1 + 1e-6]
    ax.scatter(*held.T, s=90, facecolors="none", edgecolors=QUIET, label="holds it")
    return _examples(ax, X, y, classes)


def _plane(X, resolution):
    """Return the two sides of a frame around X, and its points, (resolution², 2)."""
    X = np.asarray(X)
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(
            f"X has shape {X.shape}; a plane shows two features: choose two columns"
        )
    low, high = X.min(axis=0), X.max(axis=0)
    pad = 0.08 * np.where(high > low, high - low, 1)
    sides = np.linspace(low - pad, high + pad, resolution).T
    return sides, np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)


def _examples(ax, X, y, classes):
    """Mark examples by shape and shade: a hue belongs to a method, not to a class."""
    shades = np.linspace(1, 0.15, len(classes))
    for i, (one, shade) in enumerate(zip(classes, shades, strict=True)):
        points, dot = np.asarray(X)[np.asarray(y) == one], "os^DvPX*<>"[i % 10]
        look = {"s": 22, "facecolors": str(shade), "edgecolors": "#000000"}
        label = f"$y$ = {one:g}" if np.isreal(one) else str(one)
        ax.scatter(*points.T, marker=dot, linewidths=0.7, label=label, **look)
    ax.set(xlabel="$x_1$  (first feature)", ylabel="$x_2$  (second feature)")
    ax.legend(frameon=True)
    return ax


def describe(ax):
    """Draft a text alternative for one pair of axes: what is on them, in words.

    A figure in the book needs a text that says what it shows to somebody who cannot
    see it. This gives the facts (axes, ranges, lines with their ends); the author adds
    the point.

    Parameters
    ----------
    ax : matplotlib Axes
        A finished pair of axes.

    Returns
    -------
    str
        Sentences without markup.

    Examples
    --------
    >>> _, ax = plt.subplots()
    >>> _ = ax.plot([0, 1, 2], [4, 2, 1], label="η = 0.1")
    >>> _ = ax.set(xlabel="t (step)", ylabel="f (height)")
    >>> describe(ax)
    'Horizontal: t (step). Vertical: f (height). Line "η = 0.1" from (0, 4) to (2, 1).'
    >>> plt.close()
    """
    said = [ax.get_title(loc) for loc in ("left", "center", "right")]
    for name, axis in (("Horizontal", ax.xaxis), ("Vertical", ax.yaxis)):
        scale = ", logarithmic" if axis.get_scale() == "log" else ""
        said.append(f"{name}: {axis.get_label_text()}{scale}")
    for line in ax.get_lines():
        label, points = line.get_label(), np.stack(line.get_data(), axis=1)
        if len(points) and not label.startswith("_"):
            ends = [f"({x:.3g}, {y:.3g})" for x, y in points[[0, -1]].astype(float)]
            said.append(f'Line "{label}" from {ends[0]} to {ends[1]}')
    plain = [" ".join(part.replace("$", "").split()) for part in said if part]
    return ". ".join(plain) + "."
