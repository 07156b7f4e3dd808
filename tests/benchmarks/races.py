"""What is timed: each function yields races between gdlib and somebody else."""

import subprocess
import sys
from itertools import islice

import numpy as np
from timing import Race

from gdlib.descent import descend, minimize
from gdlib.objectives import rosenbrock
from gdlib.optimizers import adam, gradient_descent, momentum

try:
    import torch
except ImportError:
    torch = None


def walk(x0, rule, steps, **options):
    """Return a function that takes `steps` steps of one walk down a fixed slope."""
    g = np.linspace(0.1, 1, x0.size, dtype=x0.dtype).reshape(x0.shape)
    steps_of = descend(lambda x: g, x0, rule, learning_rate=1e-3, **options)
    next(steps_of)
    return lambda: [None for _ in islice(steps_of, steps)]


def torch_steps(x0, name, steps, parts=1, **options):
    """Return a function that takes `steps` steps of a torch optimizer; None without."""
    if torch is None:
        return None
    slopes = np.linspace(0.1, 1, x0.size, dtype=x0.dtype)
    arrays = []
    for start, slope in zip(
        np.array_split(x0, parts), np.array_split(slopes, parts), strict=True
    ):
        arrays.append(torch.tensor(start, requires_grad=True))
        arrays[-1].grad = torch.tensor(slope)
    optimizer = getattr(torch.optim, name)(arrays, lr=1e-3, **options)
    return lambda: [optimizer.step() for _ in range(steps)]


def small_steps():
    """G1: one step in two dimensions, of each of three rules."""
    x0, count = np.zeros(2), 2000
    for rule, name, options, goal in (
        (gradient_descent, "SGD", {}, 0.10),
        (momentum, "SGD", {"momentum": 0.9}, 0.10),
        (adam, "Adam", {}, 0.11),
    ):
        yield Race(
            "G1",
            f"{rule.__name__}, 2 coordinates",
            walk(x0, rule, count),
            torch_steps(x0, name, count, **options),
            f"torch {name}",
            goal,
            count,
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
    )


def long_steps():
    """G3, G4: one Adam step on many parameters, in cache-sized blocks."""
    for goal_id, size, dtype, count, goal, parts, foreach in (
        ("G3", 10**6, np.float64, 4, 0.90, 1, True),
        ("G3", 10**6, np.float32, 8, 1.00, 1, True),
        ("G4", 9610, np.float32, 300, 0.12, 4, False),
    ):
        x0 = np.zeros(size, dtype)
        yield Race(
            goal_id,
            f"adam, {size} {np.dtype(dtype).name}",
            walk(x0, adam, count),
            torch_steps(x0, "Adam", count, parts, foreach=foreach),
            "torch Adam, foreach" if foreach else "torch Adam, 4 arrays",
            goal,
            count,
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
    )


def imports():
    """G17: what starting up costs beside NumPy."""

    def load(modules):
        return lambda: subprocess.run([sys.executable, "-c", modules], check=True)

    yield Race(
        "G17",
        "import gdlib.descent",
        load("import gdlib, gdlib.descent"),
        load("import numpy"),
        "import numpy",
        1.10,
        unit="start",
    )


GROUPS = (small_steps, whole_run, long_steps, sweeps, grids, overhead, imports)
