"""Training: the same loop, fed with data, and somebody watching.

    θ ← θ − ηₜ d(∇J_batch(θ))

Batch, stochastic and mini-batch training differ in `batch_size` alone. After every
epoch (one pass over the data) `fit` looks at the loss on all the data, and on data kept
aside if there are any, and writes down what it sees.
"""

import math
import sys
import time
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from gdlib.datasets import minibatches
from gdlib.descent.loop import descend
from gdlib.faults import (
    check_classes,
    check_columns,
    check_count,
    check_data,
    gradient_at,
    hyperparameter,
    schedule_of,
)
from gdlib.optimizers import gradient_descent, momentum, nesterov
from gdlib.parameters import clip_by_global_norm

# η·L beyond which a rule is lost in a bowl, whatever its β; others know no such end.
REACH = [(gradient_descent, 2), (momentum, 4), (nesterov, 2)]


@dataclass(frozen=True, repr=False)
class History:
    """What training left behind: row e is how things stood after e epochs.

    Parameters
    ----------
    theta : ndarray of shape (p,)
        The parameters to use: those with the least validation loss where there are
        validation data, the last ones otherwise.
    loss : ndarray of shape (epochs + 1,)
        Training loss over all the data.
    validation : ndarray of shape (epochs + 1,), or None
        Loss over the validation data.
    grad_norm : ndarray of shape (epochs,)
        Length of the gradient of the last batch of each epoch.
    learning_rate : ndarray of shape (epochs,)
        η at the last step of each epoch.
    status : str
        "max_steps" (all epochs done), "converged" (the gradient of all the data was as
        flat as was asked), "stalled" (the validation loss did not improve for
        `patience` epochs) or "diverged".
    message : str
        The same in a sentence.
    """

    theta: np.ndarray
    loss: np.ndarray
    validation: np.ndarray | None
    grad_norm: np.ndarray
    learning_rate: np.ndarray
    status: str
    message: str

    @property
    def epochs(self):
        """Number of epochs done."""
        return len(self.loss) - 1

    def __repr__(self):
        return (
            f"History({self.epochs} epochs, loss from {self.loss[0]:.6g} to "
            f"{self.loss[-1]:.6g}, {self.status})"
        )


def fit(
    model,
    X,
    y,
    rule=gradient_descent,
    *,
    theta0=None,
    learning_rate=0.1,
    epochs=100,
    batch_size=None,
    rng=None,
    tolerance=0.0,
    validation=None,
    patience=None,
    clip=None,
    callback=None,
    progress=None,
    **options,
):
    """Train a model: descend on its loss, batch after batch, epoch after epoch.

    Parameters
    ----------
    model : object
        With ``init(rng)``, ``loss(theta, X, y)`` and ``grad(theta, X, y)``. It may say
        more, and the data are held to it: ``classifies`` (True: y must have two
        classes), ``least`` (how many examples) and ``curvature(X)``, a matrix that no
        Hessian of the loss exceeds.
    X : ndarray of shape (n, d)
        Inputs, one example a row.
    y : ndarray of shape (n,), or what the model's loss takes
        Targets in the same order.
    rule : callable, default=gradient_descent
        An update rule from `gdlib.optimizers`, or your own.
    theta0 : ndarray of shape (p,), optional
        Where to start; ``model.init(rng)`` by default.
    learning_rate : float or callable, default=0.1
        η, or a schedule ``t -> η`` of the step (not of the epoch).
    epochs : int, default=100
        Passes over the data at most.
    batch_size : int, optional
        Examples a step; all of them by default. 1 is stochastic descent.
    rng : numpy.random.Generator, optional
        For the start and the shuffles; seeded with 0 by default.
    tolerance : float, default=0
        Stop where the gradient of the last batch of an epoch is no longer than this;
        meant for ``batch_size=None``, where that batch is all the data.
    validation : tuple of arrays (X, y), optional
        Data kept aside. The θ that does best on them is the one returned.
    patience : int, optional
        Stop after this many epochs without a better validation loss.
    clip : float, optional
        Shorten a gradient that is longer than this to this length.
    callback : callable, optional
        ``callback(epoch, theta)`` after each epoch; training ends if it returns True.
    progress : bool, optional
        Write a line that counts the epochs to the terminal. By default only where
        there is one, and only if training lasts longer than two seconds.
    **options
        What `descend` takes: ``weight_decay``, and the hyperparameters of `rule`.

    Returns
    -------
    History
        With ``theta`` of shape (p,) and what was seen after each epoch. Training that
        diverged keeps its history, and the last finite θ.

    Raises
    ------
    TypeError, ValueError
        As `descend` and `gdlib.datasets.minibatches`; and for data that are too few,
        not finite, or of one class.

    Warns
    -----
    UserWarning
        If columns of X are unscaled and a fixed learning rate is too large for them: of
        a rule without a rate for each coordinate, and a model with a ``curvature``.

    Examples
    --------
    >>> from gdlib.linear import LinearRegression
    >>> X = np.array([[-1.0], [0.0], [1.0]])
    >>> run = fit(LinearRegression(1), X, np.array([1.0, 3.0, 5.0]), epochs=200)
    >>> run.theta.round(6)
    array([3., 2.])
    """
    check_data(X, y, least=getattr(model, "least", 1))
    if validation is not None:
        check_data(*validation, of="validation")
    if getattr(model, "classifies", False):
        check_classes(y)
    check_count("epochs", epochs)
    hyperparameter("tolerance", tolerance)
    n = len(y)
    rng = np.random.default_rng(0) if rng is None else rng
    size = n if batch_size is None else batch_size
    theta0 = model.init(rng) if theta0 is None else theta0
    eta = schedule_of(learning_rate)
    reach = None if callable(learning_rate) or clip else _reach(rule)
    if reach and hasattr(model, "curvature"):
        check_columns(X, model.curvature, float(learning_rate), reach)
    lengths = {}

    def watched(theta, *batch):
        g = gradient_at(model.grad, theta, batch, first=False)
        lengths["last"] = float(np.linalg.norm(g))
        return g if clip is None else clip_by_global_norm(g, clip)

    if size == n:
        batches = repeat((X, y), epochs)
    else:
        batches = minibatches(X, y, size=size, epochs=epochs, rng=rng)
    per_epoch = math.ceil(n / size)
    watch = _Watch(model, (X, y), validation, patience)
    line = _Progress(epochs, progress)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        walk = descend(
            watched, theta0, rule, learning_rate=eta, batches=batches, **options
        )
        for step, theta in enumerate(walk):
            if step % per_epoch:
                continue
            epoch = step // per_epoch
            slope = lengths.get("last", np.nan)
            watch.look(theta, slope, eta(step - 1) if step else None)
            line.tell(epoch, watch.losses[-1])
            if callback is not None and callback(epoch, theta):
                watch.ended(
                    "max_steps", f"stopped by the callback after {epoch} epochs"
                )
            elif epoch and slope <= tolerance:
                watch.ended(
                    "converged", f"converged after {epoch} epochs: ‖∇J‖ = {slope:.3g}"
                )
            if watch.status:
                break
    line.close()
    return watch.history()


class _Watch:
    """Look at the losses after each epoch, and notice when training should end."""

    def __init__(self, model, data, validation, patience):
        self.model, self.data, self.kept = model, data, validation
        self.patience = patience
        self.losses, self.kept_losses, self.slopes, self.rates = [], [], [], []
        self.theta, self.best, self.best_epoch = None, np.inf, 0
        self.status = self.message = ""

    def look(self, theta, slope, rate):
        """Write down how things stand with θ after one more epoch."""
        epoch = len(self.losses)
        loss = float(self.model.loss(theta, *self.data))
        if rate is not None:
            self.slopes.append(slope)
            self.rates.append(float(rate))
        self.losses.append(loss)
        start = self.losses[0]
        if self.theta is None:
            self.theta = theta
        if not (np.isfinite(theta).all() and loss <= 1e6 * max(1.0, abs(start))):
            self.kept_losses.append(np.nan)
            return self.ended(
                "diverged",
                f"diverged in epoch {epoch}: the loss went from {start:.3g} to "
                f"{loss:.3g}. Try a smaller learning rate, or scale the columns of X; "
                "theta is the last that was better",
            )
        if self.kept is None:
            self.theta = theta
            return None
        self.kept_losses.append(float(self.model.loss(theta, *self.kept)))
        if self.kept_losses[-1] < self.best:
            self.theta, self.best, self.best_epoch = theta, self.kept_losses[-1], epoch
        elif self.patience is not None and epoch - self.best_epoch >= self.patience:
            self.ended(
                "stalled",
                f"stalled: no better validation loss for {self.patience} epochs; theta "
                f"is that of epoch {self.best_epoch}",
            )
        return None

    def ended(self, status, message):
        """Note how it ended."""
        self.status, self.message = status, message

    def history(self):
        """Return what was written down."""
        epochs = len(self.losses) - 1
        return History(
            self.theta,
            np.array(self.losses),
            None if self.kept is None else np.array(self.kept_losses),
            np.array(self.slopes),
            np.array(self.rates),
            self.status or "max_steps",
            self.message or f"stopped after {epochs} epochs, as asked",
        )


class _Progress:
    """One line on the terminal that counts the epochs of a long training."""

    def __init__(self, epochs, wanted):
        self.epochs, self.wanted = epochs, wanted
        self.start = self.last = time.monotonic()
        self.shown = False

    def tell(self, epoch, loss):
        """Rewrite the line, ten times a second at most."""
        now = time.monotonic()
        patient = 0.0 if self.wanted else 2.0
        quiet = self.wanted is False or (
            self.wanted is None and not sys.stderr.isatty()
        )
        if quiet or now - self.start < patient or now - self.last < 0.1:
            return
        left = (now - self.start) / max(epoch, 1) * (self.epochs - epoch)
        line = f"epoch {epoch}/{self.epochs}  loss {loss:.4g}  {left:.0f} s left"
        print(f"\r{line:<60}", end="", file=sys.stderr, flush=True)
        self.last, self.shown = now, True

    def close(self):
        """End the line, if there is one."""
        if self.shown:
            print(file=sys.stderr)


def _reach(rule):
    """Return the η·L beyond which a rule is lost, or None where there is no end."""
    rule = getattr(rule, "func", rule)  # inside a functools.partial
    return next((reach for known, reach in REACH if known is rule), None)
