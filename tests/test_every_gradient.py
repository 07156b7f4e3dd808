"""One table: every gradient of the package against differences of its function.

The table finds by itself what is public: constructors of objectives, losses, and models
(classes with `init`, `loss` and `grad`). What cannot be built from nothing, or wants
particular data, has a line below; what is new and has none fails here until it gets it.
"""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import gdlib
from gdlib import linear, losses, objectives
from gdlib.gradients import check_gradient, numerical_gradient

N, D = 12, 3
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(N, D)), RNG.normal(size=N)
SIGNS = np.where(Y > 0, 1, -1)
BITS = (SIGNS + 1) // 2
CLASSES = np.arange(N) % 4
CODES = RNG.integers(3, size=(N, 2))
FEW = 200  # so many components are measured one by one

# What a constructor of an objective is given, where it needs something.
OBJECTIVES = {
    "quadratic": [([[3, 1], [1, 2]],), ([2, 50, 9], [1, -2, 0])],
    "training_loss": [(linear.LinearRegression(features=D), X, Y)],
    "sphere": [(), (7,)],
    "rastrigin": [(), (5,)],
    "styblinski_tang": [(), (4,)],
    "rosenbrock": [(), (3.0,)],
    "chained_rosenbrock": [(), (7, 3.0)],
    "ackley": [(), (5,)],
    "griewank": [(), (5,)],
    "zakharov": [(), (6,)],
    "dixon_price": [(), (5,)],
    "trid": [(), (6,)],
}
# So high elsewhere (10¹², and almost level) that differences drown in its rounding:
FROM_THE_MINIMUM = {"brown_badly_scaled"}  # x is counted from there
# What a loss is to predict, where it is not any numbers at all.
TARGETS = {
    "logistic": SIGNS,
    "hinge": SIGNS,
    "squared_hinge": SIGNS,
    "binary_cross_entropy": BITS,
    "softmax_cross_entropy": CLASSES,
}
# The arguments of a model, and the X and y that it is trained on.
MODELS = {
    "LinearRegression": [({"features": D}, X, Y)],
    "LogisticRegression": [
        ({"features": D}, X, BITS),
        ({"features": D, "penalty": 0.3}, X, BITS),
    ],
    "SoftmaxRegression": [
        ({"features": D, "classes": 4}, X, CLASSES),
        ({"features": D, "classes": 4, "penalty": 0.3}, X, CLASSES),
    ],
    "LinearSVM": [
        ({"features": D}, X, SIGNS),
        ({"features": D, "bias": False, "penalty": 2.0}, X, SIGNS),
        ({"features": D, "cost": losses.squared_hinge}, X, SIGNS),
    ],
    "MLP": [
        ({"sizes": (D, 5, 4)}, X, CLASSES),
        ({"sizes": (D, 6, 5, 4), "activation": "relu"}, X, CLASSES),
        ({"sizes": (D, 5, 1), "output_loss": losses.squared_error}, X, Y),
        ({"sizes": (D, 1), "output_loss": losses.binary_cross_entropy}, X, BITS),
    ],
    "ConvNet": [
        ({"filters": 2, "classes": 4, "side": 6}, RNG.normal(size=(N, 36)), CLASSES)
    ],
    "FallWithDrag": [({}, np.linspace(0, 2, N), Y)],
    "LogisticGrowth": [({}, np.linspace(0, 8, N), Y)],
    "GaussianMixture": [
        ({"components": 2, "features": D}, X, Y),
        ({"components": 3}, X[:, :1], X),
    ],
    "MatrixFactorization": [({"rows": 3, "columns": 3, "rank": 2}, CODES, Y)],
    "Bigram": [({"vocabulary": "abcd"}, CODES[:, :1], CLASSES)],
    "CharacterModel": [
        (
            {"vocabulary": "abcd", "context": 2, "embedding": 3, "hidden": 5},
            CODES,
            CLASSES,
        )
    ],
}


def public(module, kind):
    """Return the public classes or functions that a module or its parts define."""
    return [
        (name, thing)
        for name, thing in inspect.getmembers(module, kind)
        if f"{thing.__module__}.".startswith(f"{module.__name__}.")
        and not name.startswith("_")
    ]


def model_classes():
    """Return every class of the package with `init`, `loss` and `grad`, by name."""
    found = {}
    for info in pkgutil.iter_modules(gdlib.__path__):
        if info.ispkg or info.name in {"plotting", "widgets", "cli", "__main__"}:
            continue  # those load matplotlib and more, and hold no model
        module = importlib.import_module(f"gdlib.{info.name}")
        for name, kind in public(module, inspect.isclass):
            if all(hasattr(kind, method) for method in ("init", "loss", "grad")):
                found[name] = kind
    return found


def all_objectives():
    for name, make in public(objectives, inspect.isfunction):
        for arguments in OBJECTIVES.get(name, [()]):
            f = make(*arguments)
            shape = (1 + D,) if f.start is None else f.start.shape
            origin = f.minima[:, 0] if name in FROM_THE_MINIMUM else np.zeros(shape)
            value = lambda x, f=f, origin=origin: f(origin + x)
            slope = lambda x, f=f, origin=origin: f.grad(origin + x)
            yield f"objective-{name}-{shape[0]}", value, slope, shape


def all_losses():
    found = {k: v for k, v in vars(losses).items() if isinstance(v, losses.Loss)}
    for name, make in public(losses, inspect.isfunction):
        parameters = inspect.signature(make).parameters.values()
        if all(p.default is not p.empty for p in parameters):
            made = make()
            if isinstance(made, losses.Loss):
                found[name] = made
    for name, loss in found.items():
        y = TARGETS.get(name, Y)
        shape = (N, 4) if y is CLASSES else (N,)
        value = lambda z, loss=loss, y=y: loss.value(z, y)
        slope = lambda z, loss=loss, y=y: loss.slope(z, y)
        yield f"loss-{name}", value, slope, shape


def all_models():
    for name, kind in model_classes().items():
        for settings, inputs, y in MODELS.get(name, []):
            model = kind(**settings)
            loss = lambda theta, m=model, X=inputs, y=y: m.loss(theta, X, y)
            grad = lambda theta, m=model, X=inputs, y=y: m.grad(theta, X, y)
            shape = model.init(np.random.default_rng(0)).shape
            yield f"model-{name}-{shape[0]}", loss, grad, shape


TABLE = [*all_objectives(), *all_losses(), *all_models()]
every = pytest.mark.parametrize(
    ("f", "grad", "shape"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)


@every
def test_a_gradient_is_the_limit_of_differences(f, grad, shape):
    rng = np.random.default_rng(1)
    for _ in range(5):
        x = rng.normal(size=shape)
        report = check_gradient(f, grad, x, rng=rng, directions=10)
        assert report, report.message
        assert report.error <= 1e-7
    if x.size <= FEW:
        worst = abs(grad(x) - numerical_gradient(f, x)).max()
        assert worst <= 1e-7 * np.linalg.norm(grad(x))


@every
def test_a_gradient_half_a_thousandth_too_long_is_caught(f, grad, shape):
    x = np.random.default_rng(2).normal(size=shape)
    report = check_gradient(f, lambda x: 1.0005 * grad(x), x)
    assert not report
    assert "gradient wrong" in report.message


def test_every_model_has_a_line_in_the_table():
    assert not set(model_classes()) - set(MODELS)


def test_the_table_holds_objectives_losses_and_models():
    kinds = [row[0].split("-")[0] for row in TABLE]
    assert kinds.count("objective") >= 46
    assert kinds.count("loss") >= 7
    assert kinds.count("model") >= 1
