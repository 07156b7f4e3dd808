"""What is timed: each function yields races between gdlib and somebody else."""

import subprocess
import sys
from itertools import islice

import numpy as np
from timing import Race

from gdlib.descent import backtracking, descend, minimize, search_descend
from gdlib.objectives import rosenbrock
from gdlib.optimizers import adam, gradient_descent, momentum

try:
    import torch
except ImportError:
    torch = None
try:
    from scipy.optimize._linesearch import line_search_armijo
except ImportError:
    line_search_armijo = None


def walk(x0, rule, steps, **options):
    """Return a function that takes `steps` steps of one walk down a fixed slope."""
    g = np.linspace(0.1, 1, x0.size, dtype=x0.dtype).reshape(x0.shape)
    steps_of = descend(lambda x: g, x0, rule, learning_rate=1e-3, **options)
    next(steps_of)
    return lambda: [None for _ in islice(steps_of, steps)]


def torch_steps(x0, name, steps, **options):
    """Return a function that takes `steps` steps of a torch optimizer; None without."""
    if torch is None:
        return None
    x = torch.tensor(x0, requires_grad=True)
    x.grad = torch.tensor(np.linspace(0.1, 1, x0.size, dtype=x0.dtype))
    optimizer = getattr(torch.optim, name)([x], lr=1e-3, **options)
    return lambda: [optimizer.step() for _ in range(steps)]


def small_steps():
    """G1: one step in two dimensions, of each of three rules."""
    x0, count = np.zeros(2), 2000
    checks = "0.6 to 0.8 µs of it are checks; without them it would hold"
    for rule, name, options, goal, why in (
        (gradient_descent, "SGD", {}, 0.10, checks),
        (momentum, "SGD", {"momentum": 0.9}, 0.10, checks),
        (adam, "Adam", {}, 0.11, "the rule's own expressions take 4.9 µs, checks 0.8"),
    ):
        yield Race(
            "G1",
            f"{rule.__name__}, 2 coordinates",
            walk(x0, rule, count),
            torch_steps(x0, name, count, **options),
            f"torch {name}",
            goal,
            count,
            why=why,
        )


def whole_run():
    """G2: a thousand recorded Adam steps on Rosenbrock's valley, gradient included."""
    f, count = rosenbrock(), 1000

    def theirs():
        x = torch.tensor(f.start, requires_grad=True)
        optimizer = torch.optim.Adam([x], lr=1e-3)
        history = []
        for _ in range(count):
            optimizer.zero_grad()
            height = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
            height.backward()
            history.append(x.detach().clone())
            optimizer.step()

    yield Race(
        "G2",
        "minimize, Adam on Rosenbrock",
        lambda: minimize(f, rule=adam, learning_rate=1e-3, steps=count),
        theirs if torch else None,
        "torch + autograd",
        0.025,
        count,
        why="the rule's own expressions take 4.9 µs a step, more than the goal",
    )


def long_steps():
    """G3: one Adam step on many parameters, in cache-sized blocks."""
    for size, dtype, count, goal in (
        (10**6, np.float64, 4, 0.90),
        (10**6, np.float32, 8, 1.00),
        (10**7, np.float32, 1, 0.50),
    ):
        x0 = np.zeros(size, dtype)
        yield Race(
            "G3",
            f"adam, {size // 10**6} million parameters, {np.dtype(dtype)}",
            walk(x0, adam, count),
            torch_steps(x0, "Adam", count, foreach=True),
            "torch Adam, foreach",
            goal,
            count,
            why="readable expressions allocate; with buffers, 0.55 to 0.65 of the time",
        )


def sweeps():
    """G10: 10⁴ Adam runs of 200 steps, as one array; against one, and one by one."""
    f, runs, steps = rosenbrock(), 10_000, 200
    x0 = np.random.default_rng(0).uniform(-2, 2, size=(2, runs))

    def ours():
        for _ in islice(descend(f.grad, x0, adam, learning_rate=1e-2), steps + 1):
            pass

    def torch_run(start):
        x = torch.tensor(start)
        x.grad = torch.empty_like(x)
        optimizer = torch.optim.Adam([x], lr=1e-2)
        for _ in range(steps):
            above = x[1] - x[0] * x[0]
            x.grad[0] = -2 * (1 - x[0]) - 400 * x[0] * above
            x.grad[1] = 200 * above
            optimizer.step()

    yield Race(
        "G10",
        "10 000 Adam runs at once",
        ours,
        (lambda: torch_run(x0)) if torch else None,
        "torch, one tensor",
        0.25,
        runs * steps,
        unit="run-step",
        why="readable expressions allocate; with buffers, a quarter of the time",
    )
    few = 4

    def one_by_one():
        for number in range(few):
            torch_run(x0[:, number].copy())

    yield Race(
        "G10",
        "10 000 Adam runs at once",
        ours,
        one_by_one if torch else None,
        f"torch, run by run (from {few})",
        1 / 5000,
        runs * steps,
        few * steps,
        unit="run-step",
        why="as above",
    )


def grids():
    """G11: the heights of a contour figure."""
    f = rosenbrock()
    side = np.linspace(-2, 2, 400), np.linspace(-1, 3, 400)

    def ours():
        return f(np.stack(np.meshgrid(*side)))

    def expression():
        x, y = np.meshgrid(*side)
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    yield Race(
        "G11",
        "heights on 400 × 400",
        ours,
        expression,
        "one expression",
        0.10,
        unit="grid",
        why="the goal's helper worked in place, on an open grid: here 0.4",
    )


def line_searches():
    """G14: 200 steps of gradient descent, each as long as Armijo's condition allows.

    The first η to try is one that both searches accept, so that both ask for the same
    heights and walk the same way. From 1, scipy's would come to a halt.
    """
    f, steps, first = rosenbrock(), 200, 1e-3

    def ours():
        walk = search_descend(f, f.start, backtracking(first=first))
        *_, last = islice(walk, steps + 1)
        return last

    def theirs():
        x = f.start.copy()
        for _ in range(steps):
            g = f.grad(x)
            eta, _, _ = line_search_armijo(f, x, -g, g, f(x), alpha0=first)
            x = x - eta * g
        return x

    if line_search_armijo:
        np.testing.assert_allclose(ours(), theirs(), rtol=1e-9)
    yield Race(
        "G14",
        "descent with Armijo's condition",
        ours,
        theirs if line_search_armijo else None,
        "scipy line_search_armijo",
        0.65,
        steps,
        why="3 µs are heights and slopes; the rest, loop and search",
    )


def overhead():
    """G16: what checks, schedule and history add to a bare loop."""
    f, count = rosenbrock(), 2000

    def bare():
        x, eta = f.start.copy(), np.array(1e-4)
        for _ in range(count):
            x = x - eta * f.grad(x)

    yield Race(
        "G16",
        "minimize, plain descent",
        lambda: minimize(f, learning_rate=1e-4, steps=count),
        bare,
        "bare loop",
        2.0,
        count,
        why="checks take 0.6 µs, the record and the watch the rest",
    )


def imports():
    """G17: what starting up costs beside NumPy."""

    def load(modules):
        return lambda: subprocess.run([sys.executable, "-c", modules], check=True)

    for module in ("gdlib", "gdlib.descent"):
        yield Race(
            "G17",
            f"import {module}",
            load(f"import numpy, {module}"),
            load("import numpy"),
            "import numpy",
            1.10,
            unit="start",
            why="its small modules have to be found and run",
        )


GROUPS = (
    small_steps,
    whole_run,
    long_steps,
    sweeps,
    grids,
    line_searches,
    overhead,
    imports,
)
