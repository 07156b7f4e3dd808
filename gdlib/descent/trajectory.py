"""What a descent leaves behind: where it went, how high it was, and how it ended."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, repr=False)
class Trajectory:
    """Where a descent went, and how it ended: row t is where it was after t steps.

    Parameters
    ----------
    x : ndarray of shape (steps + 1, d), or (steps + 1, d, runs)
        The iterates.
    f : ndarray of shape (steps + 1,), or (steps + 1, runs)
        The objective there.
    status : str, or ndarray of str of shape (runs,)
        "converged" (the gradient is as flat as was asked), "max_steps" (it was still
        going), "diverged" (|f| grew a million times, or left the numbers) or "stalled"
        (a step too small to change x, where the gradient is not flat).
    message : str
        The same in a sentence, with the numbers and what to do.
    """

    x: np.ndarray
    f: np.ndarray
    status: str | np.ndarray
    message: str

    @property
    def steps(self):
        """Number of steps taken."""
        return len(self.x) - 1

    def __repr__(self):
        if self.f.ndim > 1:
            return f"Trajectory({self.steps} steps of {self.f.shape[1]} runs)"
        return (
            f"Trajectory({self.steps} steps, f from {self.f[0]:.6g} to "
            f"{self.f[-1]:.6g}, {self.status})"
        )


def ended(objective, x, tolerance, learning_rate):
    """Look back on a walk and say how it ended.

    Parameters
    ----------
    objective : Objective
        What was descended on.
    x : ndarray of shape (steps + 1, d), or (steps + 1, d, runs)
        The iterates, whether they are finite or not.
    tolerance : float
        Largest ‖∇f‖ that counts as flat.
    learning_rate : float, ndarray of shape (runs,), or callable
        What the walk was taken with, to name the cause if it diverged.

    Returns
    -------
    Trajectory
    """
    f = heights(objective, x)
    if x.ndim > 2:
        return _sweep(objective, x, f, tolerance)
    return _single(objective, x, f, tolerance, learning_rate)


def _single(objective, x, f, tolerance, learning_rate):
    """Cut the history of one run where it left the numbers, and say how it ended."""
    gone = _diverged(x, f)
    if gone.any():
        end = int(gone.argmax())
        lost = not (np.isfinite(x[end]).all() and np.isfinite(f[end]))
        kept = max(1, end if lost else end + 1)
        why = _divergence(objective, x[: end + 1], f[: end + 1], kept, learning_rate)
        said = (
            f"diverged at step {end}; the last x written down is {x[kept - 1]}. {why}"
        )
        return Trajectory(x[:kept], f[:kept], "diverged", said)
    steps, slope = len(x) - 1, float(length(slope_at(objective, x[-1])))
    status = str(_status(x, slope, tolerance))
    message = {
        "converged": f"converged after {steps} steps: ‖∇f‖ = {slope:.3g}",
        "stalled": (
            f"stalled: after {steps} steps x no longer changes, at ‖∇f‖ = {slope:.3g}; "
            "the step is lost in the rounding of x. If that is flat enough, pass it as "
            "`tolerance`; if not, raise the learning rate"
        ),
        "max_steps": f"stopped after {steps} steps, as asked: ‖∇f‖ = {slope:.3g}",
    }[status]
    return Trajectory(x, f, status, message)


def _sweep(objective, x, f, tolerance):
    """Say how each run of a sweep ended; their histories stay whole."""
    slopes = length(slope_at(objective, x[-1]))
    status = np.where(
        _diverged(x, f).any(axis=0), "diverged", _status(x, slopes, tolerance)
    )
    names, counts = np.unique(status, return_counts=True)
    tally = ", ".join(f"{n} {name}" for name, n in zip(names, counts, strict=True))
    return Trajectory(
        x, f, status, f"{len(x) - 1} steps of {len(status)} runs: {tally}"
    )


def _status(x, slope, tolerance):
    """Status of runs that did not diverge, from their last two rows and last slope."""
    moved = (x[-1] != x[-2]).any(axis=0) if len(x) > 1 else np.True_
    return np.where(
        slope <= tolerance, "converged", np.where(moved, "max_steps", "stalled")
    )


def _diverged(x, f):
    """Mark rows of shape (steps + 1,) or (steps + 1, runs) that left the numbers."""
    finite = np.isfinite(x).reshape(len(x), -1, *x.shape[2:]).all(axis=1)
    return ~finite | ~np.isfinite(f) | (abs(f) > 1e6 * np.maximum(1, abs(f[0])))


def _divergence(objective, x, f, kept, learning_rate):
    """Name the cause: f that is not defined, a bad gradient, no floor, or η·L > 2."""
    if np.isfinite(x[-1]).all() and np.isnan(f[-1]):
        return f"At {x[-1]} f is nan: the step left the domain of f. Make it shorter"
    g = np.array([slope_at(objective, row) for row in x[:kept]]).reshape(kept, -1)
    if kept < len(x) and not np.isfinite(g[-1]).all():
        return f"There the gradient is {g[-1]}: look for the fault in grad"
    if f[-1] < 0:
        return "f falls without end that way: there is no minimum to find there"
    if np.isscalar(learning_rate):
        moves = np.diff(x[:kept].reshape(kept, -1), axis=0)
        bend = length(np.diff(g, axis=0).T) / length(moves.T)
        steep = bend[learning_rate * bend > 2]
        if steep.size:  # where the trouble began: far out, L may be anything
            L = steep[steep < 1.1 * steep[0]].max()
            return (
                f"On the way the slope changes by L ≈ {L:.3g} a unit, so η·L = "
                f"{learning_rate * L:.3g} > 2: try a learning rate below {2 / L:.3g}"
            )
    return "Try a smaller learning rate: descent needs η·L < 2"


def heights(objective, x):
    """Return f at every row of x, of shape (steps + 1,), or (steps + 1, runs)."""
    shape = (len(x), *x.shape[2:])
    if getattr(objective, "vectorized", False):
        f = np.asarray(objective(np.moveaxis(x, 1, 0)))
    else:
        points = np.moveaxis(x, 1, -1).reshape(-1, x.shape[1]) if x.ndim > 1 else x
        f = np.array([_height(objective, point) for point in points]).reshape(shape)
    if f.shape != shape:
        raise ValueError(
            f"for {shape} points f gave an array of shape {f.shape}; a height is one "
            "number a point: is a sum over the coordinates, .sum(axis=0), missing?"
        )
    return f


def _height(objective, x):
    try:
        f = np.asarray(objective(x), dtype=float)
    except OverflowError:  # Python's own numbers raise where NumPy's say inf
        return np.inf
    if f.size != 1:
        raise ValueError(
            f"f returned an array of shape {f.shape}; a height is one number: is a "
            ".sum() missing?"
        )
    return f.item()


def slope_at(objective, x):
    """∇f(x), infinite where Python's own numbers overflow."""
    try:
        return objective.grad(x)
    except OverflowError:
        return np.full_like(x, np.inf)


def length(g):
    """Length of each gradient: ‖g‖ over the first axis."""
    return np.linalg.norm(np.atleast_1d(g), axis=0)
