"""Any differentiable model: train it, keep it positive, know its rival and its bugs."""

import numpy as np
from numpy.linalg import norm

from gdlib.grading import Mistake, question

CHAPTER = "The book: Any differentiable model, section "


# ===================================================================== generic_fit
def _flat(params, order="C"):
    return np.concatenate([np.ravel(a, order=order) for a in params.values()])


def _named(theta, params, order="C"):
    sizes = np.cumsum([np.size(a) for a in params.values()])[:-1]
    pieces = np.split(theta, sizes)
    return {
        name: piece.reshape(np.shape(a), order=order)
        for (name, a), piece in zip(params.items(), pieces, strict=True)
    }


def _generic(sign=-1, order="C", back=_named, start=lambda params: params, few=0):
    """Make a trainer of named arrays in which one thing is done otherwise."""

    def generic_fit(grad, params, learning_rate, steps):
        params = start(params)
        theta = _flat(params, order).astype(float)
        for _ in range(steps - few):
            theta = theta + sign * learning_rate * grad(theta)
        return back(theta, params)

    return generic_fit


def fit_by_slices(grad, params, learning_rate, steps):
    """Walk through the vector with two fingers, one array after the other."""
    theta = np.hstack([np.array(params[name], float).ravel() for name in params])
    for _ in range(steps):
        theta = theta - learning_rate * np.asarray(grad(theta))
    out, first = {}, 0
    for name in params:
        size = np.size(params[name])
        out[name] = theta[first : first + size].reshape(np.shape(params[name]))
        first += size
    return out


def fit_array_by_array(grad, params, learning_rate, steps):
    """Keep the arrays apart, and flatten them for each question only."""
    now = {name: np.array(a, float) for name, a in params.items()}
    for _ in range(steps):
        g = _named(np.asarray(grad(_flat(now))), now)
        now = {name: now[name] - learning_rate * g[name] for name in now}
    return now


def fit_with_one_gradient(grad, params, learning_rate, steps):
    theta = _flat(params).astype(float)
    g = grad(theta)
    for _ in range(steps):
        theta = theta - learning_rate * g
    return _named(theta, params)


def fit_in_place(grad, params, learning_rate, steps):
    for _ in range(steps):
        g = _named(grad(_flat(params)), params)
        for name in params:
            params[name] -= learning_rate * g[name]
    return params


def fit_keeping_the_type(grad, params, learning_rate, steps):
    got = fit_by_slices(grad, params, learning_rate, steps)
    return {name: got[name].astype(np.asarray(a).dtype) for name, a in params.items()}


@question(
    "any-differentiable-model.generic_fit",
    points=4,
    needs="generic_fit",
    start=(
        "Start with one long vector: np.concatenate of all arrays, each of them "
        "`.ravel()`ed."
    ),
    well_done=(
        "That is all a trainer knows: one vector in, one gradient out. What the "
        "vector means is the model's business."
    ),
    hints=[
        "Where to look: with [[1, 2]] for `a` and 3 for `b` the vector is 1, 2, 3, and "
        "what you return has an `a` of shape (1, 2) and a `b` of shape ().",
        CHAPTER + "The idea.",
    ],
    mistakes=[
        Mistake(
            "ascent",
            _generic(sign=1),
            "Your parameters walk uphill: θ + ηg. Subtract.",
        ),
        Mistake(
            "flat",
            _generic(back=lambda theta, params: theta),
            "You return the long vector. Cut it up again: each name gets its array "
            "back, in its old shape.",
        ),
        Mistake(
            "shapes-lost",
            _generic(
                back=lambda theta, params: {
                    name: np.ravel(a) for name, a in _named(theta, params).items()
                }
            ),
            "Each name has its numbers, and they stand in a row. Reshape every piece "
            "to the shape its array came with.",
        ),
        Mistake(
            "columns-first",
            _generic(order="F", back=lambda t, p: _named(t, p, "F")),
            "You read the tables column after column. The gradient that you were lent "
            "expects them row after row, as `.ravel()` does by itself.",
        ),
        Mistake(
            "alphabet",
            _generic(start=lambda params: {k: params[k] for k in sorted(params)}),
            "You sorted the names. The vector keeps the order in which the dictionary "
            "holds them.",
        ),
        Mistake(
            "one-gradient",
            fit_with_one_gradient,
            "You asked for the gradient once, before the loop. It belongs to the place "
            "where you stand: ask again at each step.",
        ),
        Mistake(
            "in-place",
            fit_in_place,
            "The caller's own arrays are changed, and whole numbers cannot hold a "
            "fraction. Train a copy.",
        ),
        Mistake(
            "whole-numbers",
            fit_keeping_the_type,
            "An array that came with whole numbers goes back with whole numbers, and "
            "its fractions are gone. Make the vector one of floats, and leave it so.",
        ),
        Mistake(
            "one-short",
            _generic(few=1),
            "You took one step too few: {steps} were asked for.",
        ),
    ],
    right=[_generic(), fit_by_slices, fit_array_by_array],
)
def check_generic_fit(s):
    """A table, a row and a number, in no alphabetical order; whole numbers; copies."""

    def problem(steps, whole=False):
        shapes = {"weights": (3, 2), "bias": (2,), "amount": ()}
        draw = s.rng.integers if whole else s.rng.uniform
        params = {name: np.array(draw(2, 9, size)) for name, size in shapes.items()}
        curvature, goal = s.rng.uniform(0.5, 2, 9), s.rng.normal(size=9)
        oracle = s.oracle(lambda x: curvature * (x - goal), shape=(9,), limit=100)
        eta = s.rng.uniform(0.1, 0.3)
        s.note(steps=steps)
        got = s.call("generic_fit", oracle, params, eta, steps)
        end = goal + (1 - eta * curvature) ** steps * (_flat(params) - goal)
        return got, _named(end, params)

    def judge(got, want, text):
        s.expect(
            isinstance(got, dict) and got.keys() == want.keys(),
            "Return a dictionary with the names that came in, and an array for each.",
        )
        for name, array in want.items():
            s.expect_close(got[name], array, text)

    with s.part("the walk", points=2):
        got, want = problem(int(s.rng.integers(3, 7)))
        judge(got, want, "After {steps} steps the parameters are others.")
    with s.part("whole numbers"):
        got, want = problem(2, whole=True)
        judge(got, want, "From whole numbers you do not get where two steps lead.")
    with s.part("params stay as they were"):
        got, want = problem(2)
        judge(got, want, "This counts once the walk is right.")
        s.expect_untouched("After the call the arrays in `params` have changed.")


# ================================================================ reparam_positive
def _by_log(move, back=np.exp, into=np.log, sign=-1):
    """Make a descent over z with a rule for the slope by z, of J'(k) and k."""

    def reparam_positive(slope, k0, learning_rate, steps):
        z = into(np.array(k0, dtype=float))
        for _ in range(steps):
            k = np.exp(z)
            z = z + sign * learning_rate * move(slope(k), k)
        return back(z)

    return reparam_positive


def descends_bare(slope, k0, learning_rate, steps):
    k = np.array(k0, dtype=float)
    for _ in range(steps):
        k = k - learning_rate * slope(k)
    return k


def clips(slope, k0, learning_rate, steps):
    k = np.array(k0, dtype=float)
    for _ in range(steps):
        k = np.maximum(k - learning_rate * slope(k), 1e-8)
    return k


def first_order(slope, k0, learning_rate, steps):
    k = np.array(k0, dtype=float)
    for _ in range(steps):
        k = k - learning_rate * k**2 * slope(k)
    return k


def by_softplus(slope, k0, learning_rate, steps):
    z = np.log(np.expm1(np.array(k0, dtype=float)))
    for _ in range(steps):
        z = z - learning_rate * slope(np.log1p(np.exp(z))) / (1 + np.exp(-z))
    return np.log1p(np.exp(z))


def asks_at_z(slope, k0, learning_rate, steps):
    z = np.log(np.array(k0, dtype=float))
    for _ in range(steps):
        z = z - learning_rate * np.exp(z) * slope(z)
    return np.exp(z)


def by_factors(slope, k0, learning_rate, steps):
    """Never write z: a step of z multiplies k."""
    k = np.asarray(k0, dtype=float)
    for _ in range(steps):
        k = k * np.exp(-learning_rate * k * slope(k))
    return k


def by_entries(slope, k0, learning_rate, steps):
    """With lists of plain numbers."""
    z = [float(np.log(k)) for k in k0]
    for _ in range(steps):
        k = [float(np.exp(entry)) for entry in z]
        g = slope(np.array(k))
        z = [a - learning_rate * b * c for a, b, c in zip(z, k, g, strict=True)]
    return [float(np.exp(entry)) for entry in z]


@question(
    "any-differentiable-model.reparam_positive",
    points=4,
    needs="reparam_positive",
    start=(
        "Start with z = log k0. In the loop: make k of z, ask for the slope there, and "
        "bring it to z with the chain rule."
    ),
    well_done=(
        "No `if`, no clipping, and no learning rate can make it negative. The price is "
        "in C1: a k of 0.01 moves ten thousand times less."
    ),
    hints=[
        "Where to look: for J = k the slope is 1 everywhere. From k = 2 with η = 0.5 "
        "the slope by z is 2, so z falls by 1, and k is 2/e = 0.736.",
        CHAPTER + "The mathematics.",
    ],
    mistakes=[
        Mistake(
            "no-chain-rule",
            _by_log(lambda g, k: g),
            "You step z by the slope that belongs to k. The chain rule has a factor "
            "between them: dk/dz, and for k = exp(z) that is k.",
        ),
        Mistake(
            "divided",
            _by_log(lambda g, k: g / k),
            "You divide by k. That would be dz/dk; the slope by z is the slope by k "
            "times dk/dz.",
        ),
        Mistake(
            "squared",
            _by_log(lambda g, k: g * k**2),
            "You have k twice in the slope by z. One belongs there; the second comes "
            "by itself, when the step in z becomes one in k.",
        ),
        Mistake(
            "bare",
            descends_bare,
            "You descend on k itself. Nothing keeps it positive then: walk over z, and "
            "make k of it.",
        ),
        Mistake(
            "clipped",
            clips,
            "You cut k off at a small number. That is another method, projection, and "
            "it sits on the edge. Walk over z = log k, where there is no edge.",
        ),
        Mistake(
            "first-order",
            first_order,
            "Yours is what the step in z does to k to first order only. A long step "
            "makes it negative all the same: go through exp.",
        ),
        Mistake(
            "z-returned",
            _by_log(lambda g, k: g * k, back=lambda z: z),
            "You return z. Asked for is k = exp(z).",
        ),
        Mistake(
            "z-starts-at-k",
            _by_log(lambda g, k: g * k, into=lambda k: k),
            "Your z starts at k0 itself, so that your k starts at exp(k0). The z of "
            "k0 is its logarithm.",
        ),
        Mistake(
            "asks-at-z",
            asks_at_z,
            "You ask for the slope at z. `slope` knows k only: give it exp(z).",
        ),
        Mistake(
            "softplus",
            by_softplus,
            "This is descent through the softplus, done well. Asked for is the "
            "exponential, k = exp(z), whose factor is k.",
        ),
        Mistake(
            "ascent",
            _by_log(lambda g, k: g * k, sign=1),
            "Your z walks uphill. Subtract η times the slope.",
        ),
    ],
    right=[_by_log(lambda g, k: g * k), by_factors, by_entries],
)
def check_reparam_positive(s):
    """One step, several, and one so long that a bare k would cross zero."""

    def ask(k0, eta, steps, text, lowest):
        a = s.rng.uniform(2, 4, 3)
        oracle = s.oracle(
            lambda k: a * (k - lowest), name="slope", shape=(3,), limit=50
        )
        got = s.call("reparam_positive", oracle, k0, eta, steps)
        want = k0
        for _ in range(steps):
            want = want * np.exp(-eta * want * a * (want - lowest))
        got = s.array(got, (3,))
        s.note(least=got.min())
        s.expect(steps > 1 or got.min() > 0, "A k came out at {least:.3g}.")
        s.expect_close(got, want, text)

    with s.part("one step"):
        k0 = s.rng.uniform(0.4, 0.9, 3)
        ask(k0, 0.2, 1, "After one step k is another.", s.rng.uniform(1.5, 2))
    with s.part("several steps", points=2):
        k0, steps = s.rng.uniform(1.5, 2.5, 3), int(s.rng.integers(3, 8))
        s.note(steps=steps)
        ask(k0, 0.05, steps, "After {steps} steps k is another.", 0.3)
    with s.part("a long step"):
        k0 = s.rng.uniform(1.0, 1.5, 3)
        ask(k0, 1.0, 1, "After a long step k is another.", 0.02)


# ============================================================ matrix_factorization
def _factors(
    by_U=lambda R, U, V: R @ V,
    by_V=lambda R, U, V: R.T @ U,
    factor=lambda R: 2 / R.size,
    result=lambda U, V: (U, V),
):
    """Make a factorization by descent in which one thing is done otherwise."""

    def matrix_factorization(A, U, V, learning_rate, steps):
        for _ in range(steps):
            R = U @ V.T - A
            eta = learning_rate * factor(R)
            U, V = U - eta * by_U(R, U, V), V - eta * by_V(R, U, V)
        return result(U, V)

    return matrix_factorization


def one_after_the_other(A, U, V, learning_rate, steps):
    for _ in range(steps):
        U = U - learning_rate * 2 / A.size * (U @ V.T - A) @ V
        V = V - learning_rate * 2 / A.size * (U @ V.T - A).T @ U
    return U, V


def factors_in_place(A, U, V, learning_rate, steps):
    for _ in range(steps):
        R = (U @ V.T - A) * 2 / A.size
        by_U, by_V = R @ V, R.T @ U
        U -= learning_rate * by_U
        V -= learning_rate * by_V
    return U, V


def first_factor_only(A, U, V, learning_rate, steps):
    for _ in range(steps):
        U = U - learning_rate * 2 / A.size * (U @ V.T - A) @ V
    return U, V


def decomposition(A, U, V, learning_rate, steps):
    left, sigma, right = np.linalg.svd(A)
    r = U.shape[1]
    return left[:, :r] * sigma[:r], right[:r].T


def factors_by_entries(A, U, V, learning_rate, steps):
    """Go through the table as ratings come in, and add up their slopes."""
    rows, columns = A.shape
    for _ in range(steps):
        by_U, by_V = np.zeros(U.shape), np.zeros(V.shape)
        for i in range(rows):
            for j in range(columns):
                off = 2 * (U[i] @ V[j] - A[i, j]) / (rows * columns)
                by_U[i] += off * V[j]
                by_V[j] += off * U[i]
        U, V = U - learning_rate * by_U, V - learning_rate * by_V
    return U, V


def factors_by_einsum(table, left, right, eta, count):
    """Name the indices."""
    left, right = np.array(left, float), np.array(right, float)
    for _ in range(count):
        off = 2 * (np.einsum("ir,jr->ij", left, right) - table) / table.size
        by_left = np.einsum("ij,jr->ir", off, right)
        right = right - eta * np.einsum("ij,ir->jr", off, left)
        left = left - eta * by_left
    return [left, right]


@question(
    "any-differentiable-model.matrix_factorization",
    points=5,
    needs="matrix_factorization",
    start=(
        "Start with the residual R = UVᵀ − A, and ask of one entry Uᵢₐ in which "
        "entries of R it occurs."
    ),
    well_done=(
        "From a random start it found what the singular value decomposition finds. "
        "The table had to be full for that one; yours would not mind holes."
    ),
    hints=[
        "Where to look: for a 1 × 1 table, A = 3, U = 1, V = 2 and η = 0.1: R = −1, "
        "the slopes are −4 and −2, and you get U = 1.4 and V = 2.2.",
        CHAPTER + "The mathematics.",
    ],
    mistakes=[
        Mistake(
            "one-after-the-other",
            one_after_the_other,
            "Your V is stepped with the U that has moved already. It arrives too, but "
            "it is not gradient descent: both slopes belong to one place. Compute "
            "both, then step.",
        ),
        Mistake(
            "sum",
            _factors(factor=lambda R: 2.0),
            "You took the sum of the squares. The loss is their mean: divide by the "
            "number of entries of A.",
        ),
        Mistake(
            "no-two",
            _factors(factor=lambda R: 1 / R.size),
            "Your slopes are half as long as they should be: the slope of a square is "
            "twice the thing.",
        ),
        Mistake(
            "rows",
            _factors(factor=lambda R: 2 / len(R)),
            "You divide by the number of rows. A mean over a table divides by the "
            "number of its entries.",
        ),
        Mistake(
            "ascent",
            _factors(factor=lambda R: -2 / R.size),
            "Your residual or your step has its sign turned round: this walks uphill. "
            "With R = UVᵀ − A, subtract.",
        ),
        Mistake(
            "in-place",
            factors_in_place,
            "The walk is right, and the caller's U and V walked along. `U - ...` makes "
            "a new array, `U -= ...` does not.",
        ),
        Mistake(
            "only-U",
            first_factor_only,
            "Only U moves. V has a slope as well: Rᵀ times U.",
        ),
        Mistake(
            "product",
            _factors(result=lambda U, V: U @ V.T),
            "You return the product. Asked for are the two factors, `return U, V`.",
        ),
        Mistake(
            "swapped",
            _factors(result=lambda U, V: (V, U)),
            "Both factors are right and stand in the wrong order: U first.",
        ),
        Mistake(
            "svd",
            decomposition,
            "That is the optimum at once, by decomposition, and for a full table you "
            "should take it. Asked for here is where `steps` steps of descent lead.",
        ),
    ],
    right=[_factors(), factors_by_entries, factors_by_einsum],
)
def check_matrix_factorization(s):
    """A few steps to the digit, then all the way to Eckart and Young."""

    def table(sigma):
        left = np.linalg.qr(s.rng.normal(size=(5, 4)))[0]
        right = np.linalg.qr(s.rng.normal(size=(4, 4)))[0]
        return (left * sigma) @ right

    def ask(A, steps, eta):
        U, V = s.rng.normal(0, 0.6, (5, 2)), s.rng.normal(0, 0.6, (4, 2))
        got = s.call("matrix_factorization", A, U, V, eta, steps)
        new_U, new_V = s.unpack(got, "U, V")
        want = _factors()(A, U, V, eta, steps)
        return s.array(new_U, (5, 2)), s.array(new_V, (4, 2)), *want

    with s.part("the steps", points=2):
        steps = int(s.rng.integers(2, 5))
        s.note(steps=steps)
        U, V, want_U, want_V = ask(table([3, 2, 1, 0.5]), steps, 0.5)
        s.expect_close(U, want_U, "After {steps} steps U is another.")
        s.expect_close(V, want_V, "After {steps} steps V is another.")
    with s.part("the optimum", points=2):
        sigma = s.rng.uniform([2.8, 1.8, 0.3, 0.1], [3.2, 2.2, 0.6, 0.2])
        A = table(sigma)
        U, V, want_U, want_V = ask(A, 400, 1.0)
        gap = ((U @ V.T - A) ** 2).sum() / (sigma[2:] ** 2).sum() - 1
        s.note(gap=gap)
        s.expect(
            gap < 1e-4,
            "After 400 steps your squared error is above that of the decomposition by "
            "{gap:.2g} times itself. Descent gets there.",
        )
        s.expect_close(U @ V.T, want_U @ want_V.T, "UVᵀ is not the best.", rtol=1e-4)
        off = U.T @ U - V.T @ V - (want_U.T @ want_U - want_V.T @ want_V)
        s.expect(
            norm(off) < 1e-2,
            "The product UVᵀ is the best there is, but the steps from your start lead "
            "to other factors of it.",
        )
    with s.part("U and V stay as they were"):
        U, V, want_U, want_V = ask(table([3, 2, 1, 0.5]), 2, 0.5)
        s.expect_close(U, want_U, "This counts once the steps are right.")
        s.expect_close(V, want_V, "This counts once the steps are right.")
        s.expect_untouched("After the walk U or V of the caller has changed.")


# ============================================================== when_not_to_use_gd
def _chooser(
    gradient=lambda n, p: 4 * n * p,
    hessian=lambda n, p: 2 * n * p * p,
    solve=lambda p: 2 * p**3 / 3,
    direct=lambda n, p: 2 * n * p * p,
    linear_only=True,
    pick=min,
    result=lambda name, cost: (name, cost),
    times=True,
):
    """Make a chooser in which one price or one rule is another."""

    def when_not_to_use_gd(n, p, linear, gd_steps, newton_steps):
        g = gradient(n, p)
        costs = {
            "gd": (gd_steps if times else 1) * g,
            "newton": (newton_steps if times else 1) * (g + hessian(n, p) + solve(p)),
        }
        if linear or not linear_only:
            costs["lstsq"] = direct(n, p)
        name = pick(costs, key=costs.get)
        return result(name, costs[name])

    return when_not_to_use_gd


def always_direct_if_linear(n, p, linear, gd_steps, newton_steps):
    if linear:
        return "lstsq", 2 * n * p * p
    return _chooser()(n, p, linear, gd_steps, newton_steps)


def choose_by_sorting(n, p, linear, gd_steps, newton_steps):
    """Put prices and names in pairs, and sort them."""
    offers = [
        (gd_steps * 4 * n * p, "gd"),
        (newton_steps * (4 * n * p + 2 * n * p**2 + p**3 * 2 / 3), "newton"),
    ]
    if linear:
        offers.append((2 * n * p**2, "lstsq"))
    cost, name = sorted(offers)[0]
    return [name, float(cost)]


def choose_by_comparing(n, p, linear, gd_steps, newton_steps):
    """Compare one by one, in units of a gradient."""
    unit = 4.0 * n * p
    newton = newton_steps * (1 + p / 2 + p * p / (6 * n))
    best = ("gd", gd_steps) if gd_steps < newton else ("newton", newton)
    if linear and p / 2 < best[1]:
        best = ("lstsq", p / 2)
    return best[0], best[1] * unit


@question(
    "any-differentiable-model.when_not_to_use_gd",
    points=4,
    needs="when_not_to_use_gd",
    start="Start with three prices, each in a line of its own; then take the least.",
    well_done=(
        "In units of a gradient: descent costs its steps, lstsq half a step a column, "
        "and a Newton step little more. All else is how many steps there are."
    ),
    hints=[
        "Where to look: for n = 100, p = 10, a linear model, 50 steps of descent and 5 "
        "of Newton: 200 000 for gd, 123 333 for newton, 20 000 for lstsq.",
        CHAPTER + "When it fails.",
    ],
    mistakes=[
        Mistake(
            "lstsq-for-all",
            _chooser(linear_only=False),
            "You choose lstsq for a model that is not linear. There is no table to "
            "solve then: it is out of the race.",
        ),
        Mistake(
            "linear-means-lstsq",
            always_direct_if_linear,
            "You take lstsq whenever the model is linear. With very many columns half "
            "a step for each is more than descent needs: compare there too.",
        ),
        Mistake(
            "per-step",
            _chooser(times=False),
            "You compare the price of one step. What counts is the whole bill: steps "
            "times the price of each.",
        ),
        Mistake(
            "dearest",
            _chooser(pick=max),
            "You take the dearest of them: `max` where `min` belongs.",
        ),
        Mistake(
            "no-hessian",
            _chooser(hessian=lambda n, p: 0),
            "Your Newton step gets its matrix for nothing. Filling it in takes 2np², "
            "as much as a direct solution.",
        ),
        Mistake(
            "no-solve",
            _chooser(solve=lambda p: 0),
            "Your Newton step fills in the matrix and does not solve with it: add ⅔p³.",
        ),
        Mistake(
            "no-gradient",
            lambda n, p, linear, gd_steps, newton_steps: min(
                [("gd", gd_steps * 4 * n * p)]
                + [("newton", newton_steps * (2 * n * p * p + 2 * p**3 / 3))]
                + [("lstsq", 2 * n * p * p)] * bool(linear),
                key=lambda offer: offer[1],
            ),
            "Your Newton step divides the gradient by a matrix, and nobody has paid "
            "for the gradient: add 4np.",
        ),
        Mistake(
            "half-gradient",
            _chooser(gradient=lambda n, p: 2 * n * p),
            "Your gradient costs 2np. That is the prediction alone; the way back costs "
            "as much again.",
        ),
        Mistake(
            "examples-squared",
            _chooser(direct=lambda n, p: 2 * n * n * p),
            "You squared the number of examples. It is the columns that are compared "
            "in pairs: 2np².",
        ),
        Mistake(
            "name-only",
            _chooser(result=lambda name, cost: name),
            "You return the name. Return the price with it: `return name, cost`.",
        ),
        Mistake(
            "cost-first",
            _chooser(result=lambda name, cost: (cost, name)),
            "The other way round: the name first, then its price.",
        ),
    ],
    right=[_chooser(), choose_by_sorting, choose_by_comparing],
)
def check_when_not_to_use_gd(s):
    """A line in few columns, a curve in few, and many columns."""

    def judge(n, p, linear, gd_steps, newton_steps):
        want, price = _chooser()(n, p, linear, gd_steps, newton_steps)
        got = s.call("when_not_to_use_gd", n, p, linear, gd_steps, newton_steps)
        name, cost = s.unpack(got, "name, cost")
        s.note(n=n, p=p, linear="linear" if linear else "not linear", want=want)
        s.note(gd_steps=gd_steps, newton_steps=newton_steps, name=name)
        case = (
            "For n = {n}, p = {p}, a model that is {linear}, {gd_steps} steps of "
            "descent and {newton_steps} of Newton "
        )
        s.expect(
            isinstance(name, str) and name in ("gd", "newton", "lstsq"),
            'The name is one of "gd", "newton" and "lstsq", spelt like this.',
        )
        s.expect(
            name == want, case + 'you choose "{name}", and it is not the cheapest.'
        )
        s.expect_close(cost, price, case + "the price of the cheapest is another.")

    def size(low, high):
        return int(s.rng.integers(low, high))

    with s.part("few columns, a line"):
        judge(size(200, 900), size(12, 20), True, size(300, 900), size(3, 5))
    with s.part("few columns, a curve", points=2):
        judge(size(200, 900), size(8, 20), False, size(300, 900), size(3, 7))
        judge(size(20, 60), size(4, 9), False, size(150, 400), size(3, 5))
    with s.part("many columns"):
        judge(size(2000, 4000), size(900, 1500), False, size(100, 150), size(6, 9))
        judge(size(2000, 4000), size(900, 1500), True, size(100, 150), size(6, 9))


# ================================================================= debug_the_model
WORDS = ("fine", "uphill", "sum", "unit", "frozen", "stale")


def _trainer(bug, grad, eta, n):
    """Make one step of a trainer with a bug, or with none."""
    first = []

    def step(theta):
        g = grad(theta)
        first.append(g)
        d = {
            "fine": g,
            "uphill": -g,
            "sum": n * g,
            "unit": g / norm(g),
            "frozen": np.where(np.arange(g.size) < g.size // 2, 0, g),
            "stale": first[0],
        }[bug]
        return theta - eta * d

    return step


def _detective(
    direction=lambda theta, new, eta: (theta - new) / eta,
    same=lambda a, b: np.allclose(a, b, rtol=1e-6, atol=1e-9),
    twice=True,
    frozen=lambda d, g: (d == 0).any(),
    tests=("uphill", "sum", "unit", "frozen"),
    times=lambda n: n,
):
    """Make a detective who looks in one place otherwise."""

    def debug_the_model(step, grad, theta, learning_rate, n):
        new, g = step(theta), grad(theta)
        d = direction(theta, new, learning_rate)
        if same(d, g):
            if not twice:
                return "fine"
            d = direction(new, step(new), learning_rate)
            return "fine" if same(d, grad(new)) else "stale"
        found = {
            "uphill": same(d, -g),
            "sum": same(d, times(n) * g),
            "unit": same(d, g / norm(g)),
            "frozen": frozen(d, g),
        }
        return next((word for word in tests if found[word]), "stale")

    return debug_the_model


def same_length(a, b):
    return bool(np.isclose(norm(a), norm(b)))


def same_angle(a, b):
    return bool(np.isclose(a @ b, norm(a) * norm(b)))


def looks_twice_at_one_place(step, grad, theta, learning_rate, n):
    first = _detective(twice=False)(step, grad, theta, learning_rate, n)
    if first != "fine":
        return first
    again = (theta - step(theta)) / learning_rate
    return "fine" if np.allclose(again, grad(theta)) else "stale"


def compares_with_the_old_gradient(step, grad, theta, learning_rate, n):
    first = _detective(twice=False)(step, grad, theta, learning_rate, n)
    if first != "fine":
        return first
    new = step(theta)
    again = (new - step(new)) / learning_rate
    return "fine" if np.allclose(again, grad(theta)) else "stale"


def detective_by_ratios(step, grad, theta, learning_rate, n):
    """Divide entry by entry, at two places."""
    a = np.asarray(theta, float)
    b = np.asarray(step(a))
    c = np.asarray(step(b))
    one = (a - b) / (learning_rate * np.asarray(grad(a)))
    two = (b - c) / (learning_rate * np.asarray(grad(b)))
    if np.ptp(one) > 1e-6:
        return "frozen"
    if np.ptp(two) > 1e-6:
        return "stale"
    for word, ratio in {"fine": 1, "uphill": -1, "sum": n}.items():
        if abs(one[0] - ratio) < 1e-6:
            return word
    return "unit"


@question(
    "any-differentiable-model.debug_the_model",
    points=5,
    needs="debug_the_model",
    start=(
        "Start with what the trainer took for its gradient: (theta − step(theta)) / "
        "learning_rate. Then compare that with grad(theta)."
    ),
    well_done=(
        "Six trainers, one question: what did it take for the gradient? Ask it of "
        "yours before you ask why the loss is so high."
    ),
    hints=[
        "Where to look: let d be what it took, and g the gradient. Compare d with g, "
        "−g, n·g and g/‖g‖; look for zeros in d; and if d = g, go on and look again.",
        CHAPTER + "In practice.",
    ],
    mistakes=[
        Mistake(
            "rate-forgotten",
            _detective(direction=lambda theta, new, eta: theta - new),
            "You compare the step with the gradient. The step is η times what the "
            "trainer took for a gradient: divide by learning_rate first.",
        ),
        Mistake(
            "sign",
            _detective(direction=lambda theta, new, eta: (new - theta) / eta),
            "Your difference is new minus old. A step goes *against* the gradient, so "
            "a trainer in order looks uphill to you.",
        ),
        Mistake(
            "one-look",
            _detective(twice=False),
            "One step cannot tell a stale gradient from a fresh one: at the start they "
            "are the same. Go where the step leads, and look once more.",
        ),
        Mistake(
            "one-place",
            looks_twice_at_one_place,
            "You look twice at the same place, where even a stale gradient is right. "
            "The second look has to be where the first step led.",
        ),
        Mistake(
            "old-gradient",
            compares_with_the_old_gradient,
            "At the second place you compare with the gradient of the first. That "
            "makes the stale trainer look fine, and a good one stale.",
        ),
        Mistake(
            "lengths",
            _detective(same=same_length),
            "You compare lengths. −g is as long as g: compare the vectors.",
        ),
        Mistake(
            "angles",
            _detective(same=same_angle),
            "You compare directions. A gradient that is n times too long, or cut to "
            "length 1, points the same way: compare the vectors.",
        ),
        Mistake(
            "all-zero",
            _detective(frozen=lambda d, g: (d == 0).all()),
            "You call it frozen if nothing moves. Here half of the parameters move, "
            "and the other half stand still.",
        ),
        Mistake(
            "no-unit",
            _detective(tests=("uphill", "sum", "frozen")),
            "A gradient that was divided by its length passes you by. Compare with "
            "g/‖g‖ as well.",
        ),
        Mistake(
            "no-sum",
            _detective(times=lambda n: 1 / n),
            "You look for a gradient n times too *short*. Who sums where a mean "
            "belongs gets one n times too long.",
        ),
    ],
    right=[_detective(), detective_by_ratios],
)
def check_debug_the_model(s):
    """Six trainers in a drawn order; each has a bowl of its own."""

    def judge(*bugs):
        for bug in s.rng.permutation(bugs):
            n, eta = int(s.rng.integers(20, 60)), s.rng.uniform(0.01, 0.04)
            a, goal = s.rng.uniform(1, 3, 6), s.rng.uniform(2, 4, 6)

            def grad(x, a=a, goal=goal):
                return a * (x - goal)

            theta = goal + s.rng.choice([-1, 1], 6) * s.rng.uniform(0.5, 1.5, 6)
            trainer = s.oracle(
                _trainer(bug, grad, eta, n), name="step", shape=(6,), limit=50
            )
            lent = s.oracle(grad, shape=(6,), limit=50)
            word = s.call("debug_the_model", trainer, lent, theta, eta, n)
            s.note(bug=bug, word=word)
            s.expect(
                isinstance(word, str) and word in WORDS,
                "Answer with one of six words: fine, uphill, sum, unit, frozen, stale.",
            )
            s.expect(word == bug, 'You say "{word}" of a trainer that is "{bug}".')

    with s.part("sign and length", points=2):
        judge("fine", "uphill", "sum", "unit")
    with s.part("half of the parameters"):
        judge("fine", "frozen", "uphill")
    with s.part("the second step", points=2):
        judge("fine", "stale", "sum", "stale")
