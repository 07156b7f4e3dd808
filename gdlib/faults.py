"""What is said at the door: what came, what was needed, what to do.

A descent meets bad input in four places: where it starts, in the gradient it is given,
in its numbers, and in the data. Each function here lets good input through, as the loop
needs it, and answers bad input with one sentence, before anything is lost.
"""

import warnings

import numpy as np

RANGES = {
    "beta": (0, 1, "0 ≤ beta < 1: at 1 nothing is ever forgotten"),
    "beta1": (0, 1, "0 ≤ beta1 < 1: at 1 the gradient never enters"),
    "beta2": (0, 1, "0 ≤ beta2 < 1: at 1 the gradient never enters"),
    "eps": (0, np.inf, "0 ≤ eps < ∞"),
    "weight_decay": (0, np.inf, "0 ≤ weight_decay < ∞"),
    "tolerance": (0, np.inf, "0 ≤ tolerance < ∞"),
}
REAL = "iuf"  # the kinds of dtype that are real numbers


def starting_point(x0):
    """Return a copy of x0, of its shape (d,) or (d, runs), float64 unless float32."""
    if x0 is None:
        raise TypeError(
            "x0 is None and the objective has no start; pass x0=[1.0, 2.0], say"
        )
    x = _array(x0)
    if x is None:
        raise TypeError(
            f"x0 is {x0!r:.60}, which is no array of real numbers; a descent needs "
            "some, such as [1.0, 2.0]"
        )
    x = x.astype(np.float32 if x.dtype == np.float32 else np.float64)
    if not x.size:
        raise ValueError("x0 is empty; a descent needs at least one coordinate to move")
    if not np.isfinite(x).all():
        raise ValueError(f"x0 is {_first_bad(x)}; start at a number")
    return x


def schedule_of(eta, dtype=float):
    """Return t ↦ ηₜ, each an array of `dtype` and shape () or (runs,), each checked."""
    if not callable(eta):
        fixed = _rate(eta, "learning_rate is", dtype)
        if not (fixed > 0).all():
            raise ValueError(f"learning_rate is {eta}; it must be positive: {_MINUS}")
        return lambda t: fixed
    return lambda t: _rate(eta(t), f"at step {t} the schedule gave", dtype)


_MINUS = "the minus sign of the step is already in x ← x − ηd"


def _rate(eta, said, dtype):
    rate = _array(eta)
    if rate is None:
        raise TypeError(
            f"{said} {eta!r}; a learning rate is a number, an array with one number a "
            "run, or a function of the step that returns them"
        )
    if not (np.isfinite(rate) & (rate >= 0)).all():
        raise ValueError(f"{said} {eta}; it must be positive and finite: {_MINUS}")
    return rate.astype(dtype)


def hyperparameter(name, value, dtype=float):
    """Return `value`, of shape () or (runs,), in the dtype of the descent."""
    low, high, words = RANGES.get(name, (None, None, ""))
    number = _array(value)
    if low is not None and (
        number is None or not ((number >= low) & (number < high)).all()
    ):
        raise ValueError(f"{name} is {value!r}; it must lie in {words}")
    if number is None:
        return value  # a rule of the reader's own may take anything
    if not number.ndim:
        return number.item()
    return number.astype(dtype) if number.dtype.kind == "f" else number


def check_count(name, value):
    """Insist that `value` is a whole number, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise ValueError(f"{name} is {value!r}; it must be a whole number, 0 or more")


def check_table(X, d):
    """Insist that X has shape (n, d): one example a row, one feature a column."""
    if X.ndim == 2 and X.shape[1] == d:
        return
    fix = "one example a row"
    if X.ndim == 1:
        fix = "X[:, None]" if d == 1 else "X[None, :] for a single example"
    raise ValueError(f"X has shape {X.shape}; the model needs (n, {d}): {fix}")


def check_data(X, y, *, least=1, of="training"):
    """Insist on n ≥ `least` examples, each with its target, and all of them finite."""
    n = len(y)
    if len(X) != n:
        raise ValueError(
            f"the {of} data have {len(X)} rows in X and {n} in y; each row needs its "
            "target"
        )
    if n < least:
        came = "is one example" if n else "are no examples"
        raise ValueError(f"there {came} in the {of} data; give {least} or more rows")
    for name, data in ("X", _array(X)), ("y", _array(y)):
        if data is not None and not np.isfinite(data).all():
            raise ValueError(
                f"{name} of the {of} data is {_first_bad(data)}; leave that example "
                "out, or fill the gap"
            )


def check_classes(y):
    """Insist on two classes: of one alone the best score is ∞, whatever X says."""
    y = np.asarray(y)
    if (y == y.flat[0]).all():
        raise ValueError(
            f"y has one class only, {y.flat[0]}, in all of n = {len(y)}; a classifier "
            "learns what tells classes apart: give it examples of another, too"
        )


def check_places(name, places, size, what):
    """Insist on whole numbers from 0 to size − 1: to NumPy, −1 is the last one."""
    if places.dtype.kind not in "iu":
        error, came = TypeError, f"has dtype {places.dtype}"
    elif places.size and not 0 <= places.min() <= places.max() < size:
        error, came = (
            ValueError,
            f"is {_first(places, (places < 0) | (places >= size))}",
        )
    else:
        return
    raise error(f"{name} {came}; {what} are whole numbers from 0 to {size - 1}")


def check_columns(X, curvature, rate, reach):
    """Warn of unscaled columns, if with this learning rate descent is lost on them.

    That is where η·L > `reach`, with L the largest eigenvalue of ``curvature(X)``.
    Standardized columns have the mean square 1. Those up to 4 are taken for scaled: if
    η is too large for them, standardizing is not what helps, and nothing more is done.
    """
    X = np.asarray(X)
    with np.errstate(over="ignore", invalid="ignore"):
        sizes = np.square(X, dtype=float).mean(axis=0)
        if not (sizes > 4).any() or not np.isfinite(H := curvature(X)).all():
            return
    spectrum = np.linalg.eigvalsh(H)
    L = spectrum[-1]
    if rate * L <= reach:
        return
    constant = np.flatnonzero((X[:1] == X).all(axis=0))
    if constant.size:
        i = constant[sizes[constant].argmax()]
        why = f"Column {i} is {X[0, i]:g} in every row and tells nothing: leave it out"
    else:
        kappa = L / spectrum[spectrum > len(H) * np.finfo(float).eps * L][0]
        why = f"Column {sizes.argmax()} is the largest, and κ ≈ {kappa:.2g}"
    warnings.warn(
        f"learning_rate is {rate:g}, and beyond {reach}/L ≈ {reach / L:.3g} descent on "
        f"these columns cannot be trusted. {why}. Standardize the columns, as "
        "gdlib.datasets.standardize does",
        stacklevel=3,
    )


def check_objective(objective):
    """Insist that `objective` is a function with its gradient."""
    if not (callable(objective) and callable(getattr(objective, "grad", None))):
        raise TypeError(
            f"minimize needs a function with its gradient and got {objective!r}; wrap "
            "yours as gdlib.objectives.Objective(f, grad)"
        )


def gradient_at(grad, x, batch, *, first):
    """Return ``grad(x, *batch)``, of the shape and dtype of x; first, look closer."""
    before = x.copy() if first else None
    g = grad(x, *batch)
    if first and not np.array_equal(x, before):
        raise ValueError(
            "grad changed the x it was given; inside it write z = x - 1, say, and not "
            "x -= 1, which works on the caller's own array"
        )
    if type(g) is np.ndarray and g.shape == x.shape and g.dtype == x.dtype:
        return g
    if g is None:
        raise TypeError("grad returned None; is a `return` missing at its end?")
    slopes = _array(g)
    if slopes is None:
        raise TypeError(
            f"grad returned {type(g).__name__} {g!r:.60}; it must return an array of "
            f"real numbers of the shape of x, {x.shape}"
        )
    if slopes.shape != x.shape:
        raise ValueError(_shape_message(g, slopes.shape, x.shape))
    return slopes.astype(x.dtype)


def _shape_message(g, came, needed):
    said = f"grad returned shape {came}, but x has shape {needed}. "
    if isinstance(g, tuple):
        return said + (
            f"It is a tuple of {len(g)}: does it return more than the gradient, or is "
            "there a comma at the end of its `return`?"
        )
    if len(needed) == 1 and came in {(*needed, 1), (1, *needed)}:
        return said + (
            f"NumPy would stretch the difference into a {needed[0]} × {needed[0]} "
            "table without complaint; return g.ravel(), or drop the extra axis where "
            "it came in"
        )
    return said + "A gradient has one slope a coordinate of x: give it x's shape"


def direction_of(rule, g, memory, hyper):
    """Return ``d, *memory`` as the rule answers, d of the shape and dtype of g."""
    answer = rule(g, *memory, **hyper)
    if not isinstance(answer, (tuple, list)) or not answer:
        raise TypeError(
            f"{_name(rule)} returned {type(answer).__name__}; a rule returns a "
            "tuple: the direction, then what it remembers, as in `return (g,)` or "
            "`return v, v`"
        )
    d = np.asarray(answer[0], g.dtype)
    if d.shape != g.shape:
        raise ValueError(
            f"{_name(rule)} returned a direction of shape {d.shape} for a gradient of "
            f"shape {g.shape}; they must agree"
        )
    return d, *answer[1:]


def _first_bad(x):
    """Say where x is no number first, as "nan at position 2"."""
    return _first(x, ~np.isfinite(x))


def _first(x, bad):
    """Say which of the bad ones in x comes first, and where."""
    where = np.argwhere(bad)[0].tolist()
    return f"{x[tuple(where)]} at position {', '.join(map(str, where)) or 0}"


def _array(value):
    """`value` as an array of real numbers; None where it is none."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of unequal length
        return None
    return array if array.dtype.kind in REAL else None


def _name(rule):
    return getattr(getattr(rule, "func", rule), "__name__", "the rule")
