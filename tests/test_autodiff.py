"""Reverse mode: against differences of f, against torch.autograd, and by hand."""

import gc
import json
import time
import weakref
from pathlib import Path

import numpy as np
import pytest

from gdlib import autodiff as ad
from gdlib.autodiff import Var, grad, value_and_grad
from gdlib.autodiff.tape import record
from gdlib.gradients import check_gradient
from gdlib.parameters import flatten, shapes_of, unflatten

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "autodiff.json").read_text("utf-8")
)
IDS = np.array([[0, 2, 2], [3, 0, 2]])
LABELS = np.array([2, 0, 1, 2, 2])


def weighed(y):
    """Weigh the numbers of y differently, so that each of its slopes counts."""
    return (y * np.arange(1, np.size(y) + 1).reshape(np.shape(y))).sum()


def check(f, *arrays):
    """Compare the gradient of f by all the arrays at once with its differences."""
    named = dict(enumerate(arrays))
    shapes = shapes_of(named)
    of_theta = lambda theta: f(*unflatten(theta, shapes).values())
    report = check_gradient(of_theta, grad(of_theta), flatten(named))
    assert report, report.message


def draw(*shape, low=-2.0, high=2.0, seed=0):
    return np.random.default_rng(seed).uniform(low, high, size=shape)


# --------------------------------------------------------------- differences of f agree

SMOOTH = {  # where to look, clear of kinks and poles
    "exp": (-2, 2),
    "log": (0.2, 3),
    "sqrt": (0.2, 3),
    "sin": (-4, 4),
    "cos": (-4, 4),
    "tanh": (-2, 2),
    "sigmoid": (-4, 4),
    "negative": (-2, 2),
    "relu": (0.1, 2),
    "absolute": (-2, -0.1),
    "abs": (0.1, 2),
}
SHAPES = [(), (1,), (3,), (2, 3), (2, 1, 3)]
PAIRS = [
    ((), ()),
    ((3,), (3,)),
    ((), (2, 3)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((4, 1, 3), (2, 1)),
    ((1,), (3,)),
    ((1, 1), ()),
]
OF_TWO = ["add", "subtract", "multiply", "divide", "power", "maximum", "logaddexp"]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", SMOOTH)
def test_the_slope_of_a_function_of_one_number_is_that_of_its_differences(name, shape):
    low, high = SMOOTH[name]
    check(lambda x: weighed(getattr(ad, name)(x)), draw(*shape, low=low, high=high))


@pytest.mark.parametrize("pair", PAIRS, ids=str)
@pytest.mark.parametrize("name", OF_TWO)
def test_both_slopes_of_a_broadcast_function_of_two_numbers(name, pair):
    f = getattr(ad, name)
    x = draw(*pair[0], low=0.3, seed=1)
    y = draw(*pair[1], low=0.3, seed=2)
    check(lambda x, y: weighed(f(x, y)), x, y)
    check(lambda x: weighed(f(x, y)), x)
    check(lambda y: weighed(f(x, y)), y)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x + 2,
        lambda x: 2 + x,
        lambda x: x - 2,
        lambda x: 2 - x,
        lambda x: 3 * x,
        lambda x: x * 3,
        lambda x: x / 4,
        lambda x: 4 / x,
        lambda x: x**3,
        lambda x: x**2.5,
        lambda x: x**-1,
        lambda x: x**0,
        lambda x: 2**x,
        lambda x: -x,
        lambda x: abs(x),
        lambda x: x + np.ones((2, 1)),
        lambda x: np.ones((2, 1)) - x,
        lambda x: np.full(3, 2.0) * x,
        lambda x: np.full((2, 3), 2.0) / x,
        lambda x: np.full(3, 2.0) ** x,
        lambda x: x ** np.array([0, 1, 2]),
        lambda x: [1.0, 2.0, 3.0] * x,
        lambda x: np.float64(2) * x - np.float64(1),
        lambda x: x @ np.arange(6.0).reshape(3, 2),
        lambda x: np.arange(6.0).reshape(2, 3) @ x,
        lambda x: [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]] @ x,
        lambda x: x ** [0.0, 1.0, 2.0],
    ],
)
def test_constants_may_stand_on_either_side_of_an_operator(f):
    check(lambda x: weighed(f(x)), draw(3, low=0.3))


@pytest.mark.parametrize(
    "pair",
    [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 4)),
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (4, 3, 2)),
        ((3,), (5, 3, 4)),
        ((5, 2, 3), (3,)),
    ],
    ids=str,
)
def test_both_slopes_of_a_product_of_matrices(pair):
    x, y = draw(*pair[0], seed=1), draw(*pair[1], seed=2)
    assert np.array_equal(ad.matmul(x, y), x @ y)
    check(lambda x, y: weighed(x @ y), x, y)
    check(lambda x: weighed(ad.matmul(x, y)), x)
    check(lambda y: weighed(np.matmul(x, y)), y)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 1, 4)], ids=str)
@pytest.mark.parametrize("name", ["sum", "mean", "max", "norm", "logsumexp"])
def test_the_slopes_of_a_reduction_over_any_axes(name, shape, axis, keepdims):
    f, x = getattr(ad, name), draw(*shape)
    check(lambda x: weighed(f(x, axis=axis, keepdims=keepdims)), x)
    plain = {
        "norm": lambda x, **how: np.sqrt(np.sum(x**2, **how)),
        "logsumexp": lambda x, **how: np.log(np.sum(np.exp(x), **how)),
    }.get(name) or getattr(np, name)
    want = plain(x, axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(f(x, axis=axis, keepdims=keepdims), want, rtol=1e-14)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.reshape(3, 4),
        lambda x: x.reshape((4, -1)),
        lambda x: ad.reshape(x, 12),
        lambda x: x.T,
        lambda x: x.transpose((1, 2, 0)),
        lambda x: ad.transpose(x, (-1, 0, 1)),
        lambda x: ad.transpose(x),
        lambda x: x[1],
        lambda x: x[-1, 0],
        lambda x: x[1, 0, 1],
        lambda x: x[:, ::2],
        lambda x: x[..., 1],
        lambda x: x[:, None, 1:],
        lambda x: x[::-1],
        lambda x: x[:, np.array([0, 2, 2])],
        lambda x: x[[1, 1, 0]],
        lambda x: x[np.arange(2)[:, None], [[0, 1], [1, 1]]],
        lambda x: x[np.array([[True, False, True], [False, True, True]])],
        lambda x: x[np.int64(1)],
        lambda x: x[np.uint8(1), np.zeros(0, int)],
        lambda x: sum(row[0] for row in x),
        lambda x: ad.concatenate([x, x[:, :1] * 2], axis=1),
        lambda x: ad.concatenate([x * 2, np.ones((1, 3, 2)), x]),
        lambda x: ad.concatenate([x, x**2], axis=-1),
        lambda x: ad.stack([x[0], np.ones((3, 2)), x[1]]),
        lambda x: ad.stack([x, x**2], axis=-1),
        lambda x: ad.stack([x, x**2], axis=1),
        lambda x: ad.where(np.arange(2.0) > 0, x, x**2),
        lambda x: ad.where(np.ones((5, 1, 1, 1)) > 0, 2.0, x),
        lambda x: x[0] * x[1] + x[1] * x[:, :, :1].sum(),
        lambda x: x[0] + x.sum(axis=0) + x[1:],
    ],
)
def test_slopes_find_their_way_back_from_where_numbers_went(f):
    check(lambda x: weighed(f(x)), draw(2, 3, 2))


@pytest.mark.parametrize("shape", [(1, 2), (5, 3), (4, 1)])
def test_the_slope_of_the_cross_entropy(shape):
    labels = np.arange(shape[0]) % shape[1]
    check(lambda z: ad.softmax_cross_entropy(z, labels), draw(*shape))


# ---------------------------------------------------------------- torch.autograd agrees


def network(W1, b1, W2, b2):
    images = (np.arange(20.0).reshape(5, 4) % 7 - 3) / 4
    hidden = ad.tanh(images @ W1 + b1)
    return ad.softmax_cross_entropy(hidden @ W2 + b2, LABELS)


def attention(q, k, v):
    scores = q @ k.transpose((0, 2, 1)) / 2
    return weighed(ad.exp(scores - ad.logsumexp(scores, axis=-1, keepdims=True)) @ v)


def convolution(image, kernel):
    y = 0.0
    for i in range(3):
        for j in range(3):
            y = y + image[:, i : i + 4, j : j + 4] * kernel[i, j]
    return weighed(ad.relu(y))


def recurrence(x, W, U):
    h = np.zeros(3)
    for row in x:
        h = ad.tanh(row @ W + h @ U)
    return weighed(h)


def standardized(a):
    centered = a - a.mean(axis=0)
    return weighed(centered / ad.sqrt((centered**2).mean(axis=0)))


EXPRESSIONS = {
    "polynomial": lambda a: weighed(2 * a**3 - a**2 / 3 + 5 - a),
    "quotient": lambda a, b: weighed(a / (1 + b**2) - 1 / (3 + a**2)),
    "outer difference": lambda a, b: weighed((a - b) ** 2),
    "powers": lambda a, b: weighed((1 + a**2) ** b + 2.0**a),
    "gaussian": lambda a: weighed(ad.exp(-(a**2) / 2)),
    "softplus": lambda a: weighed(ad.logaddexp(a, 0.0)),
    "sigmoid": lambda a: weighed(ad.sigmoid(a)),
    "tanh": lambda a: weighed(ad.tanh(a)),
    "waves": lambda a: weighed(ad.sin(a) * ad.cos(2 * a)),
    "relu": lambda a: weighed(ad.relu(a)),
    "largest": lambda a, b: weighed(ad.maximum(a, b)),
    "absolute": lambda a: weighed(abs(a) + ad.sqrt(1 + a**2)),
    "branches": lambda a: weighed(ad.where(a > 0, a**2, ad.sin(a))),
    "variance": lambda a: weighed(((a - a.mean(axis=0)) ** 2).mean(axis=0)),
    "standardized": standardized,
    "max over an axis": lambda a: weighed(a.max(axis=1)) + a.max(axis=(0, 2)).sum(),
    "norms": lambda a: weighed(ad.norm(a, axis=1)) + ad.norm(a),
    "logsumexp": lambda a: weighed(ad.logsumexp(a, axis=1)) + ad.logsumexp(a),
    "logsumexp at 1000": lambda a: weighed(ad.logsumexp(a, axis=1)),
    "attention": attention,
    "matrix chain": lambda a, b, c, d: a @ b @ c @ d,
    "stacks of matrices": lambda a, b: weighed((a @ b) ** 2),
    "cross-entropy": lambda a: ad.softmax_cross_entropy(a, LABELS),
    "cross-entropy at 1000": lambda a: ad.softmax_cross_entropy(a, LABELS),
    "network": network,
    "embedding": lambda a, b: weighed(ad.tanh(a[IDS] + b)),
    "convolution": convolution,
    "axes": lambda a: weighed(a.transpose((2, 0, 1)).reshape(4, 6).T[1::2]),
    "joined": lambda a, b, c: (
        weighed(ad.concatenate([a, b], axis=1)) + weighed(ad.stack([a, c], axis=1) ** 2)
    ),
    "recurrence": recurrence,
}


def test_every_row_of_the_golden_file_has_an_expression():
    assert GOLDEN.keys() == EXPRESSIONS.keys()


@pytest.mark.parametrize("name", GOLDEN)
def test_value_and_gradient_are_those_of_torch(name):
    row, f = GOLDEN[name], EXPRESSIONS[name]
    inputs = {i: np.array(a) for i, a in enumerate(row["inputs"])}
    value, gradients = value_and_grad(lambda x: f(*x.values()))(inputs)
    np.testing.assert_allclose(value, row["value"], rtol=1e-12, atol=1e-14)
    for i, want in enumerate(row["gradients"]):
        # What is left of numbers near a that cancel is rounding, of size ε|a|.
        size = max(np.abs(want).max(), 1.0)
        np.testing.assert_allclose(gradients[i], want, rtol=1e-12, atol=1e-14 * size)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_same_code_runs_on_plain_arrays_and_gives_a_plain_number(name):
    row = GOLDEN[name]
    value = EXPRESSIONS[name](*map(np.array, row["inputs"]))
    assert isinstance(value, np.float64)
    np.testing.assert_allclose(value, row["value"], rtol=1e-12)


# ----------------------------------------------------------------------- known by heart


def test_the_gradient_of_a_quadratic_form_is_its_matrix_times_x():
    A, x = np.diag([1.0, 10.0, 100.0]), np.array([3.0, -2.0, 1.0])
    assert np.array_equal(grad(lambda x: 0.5 * (x @ A @ x))(x), A @ x)


def test_rosenbrock_at_its_usual_start_has_the_slopes_of_the_textbook():
    def rosenbrock(x):
        x1, x2 = x
        return 100 * (x2 - x1**2) ** 2 + (1 - x1) ** 2

    value, g = value_and_grad(rosenbrock)([-1.2, 1.0])
    np.testing.assert_allclose(value, 24.2, rtol=1e-14)
    np.testing.assert_allclose(g, [-215.6, -88.0], rtol=1e-14)


def test_the_gradient_of_a_network_by_tape_is_the_one_by_hand():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 8)), rng.integers(4, size=50)
    shapes = {"W1": (8, 6), "b1": (6,), "W2": (6, 4), "b2": (4,)}
    theta = rng.normal(size=8 * 6 + 6 + 6 * 4 + 4) / 2

    def loss(theta):
        p = unflatten(theta, shapes)
        hidden = ad.relu(X @ p["W1"] + p["b1"])
        return ad.softmax_cross_entropy(hidden @ p["W2"] + p["b2"], y)

    p = unflatten(theta, shapes)
    hidden = np.maximum(X @ p["W1"] + p["b1"], 0)
    z = hidden @ p["W2"] + p["b2"]
    odds = np.exp(z - z.max(axis=1, keepdims=True))
    dz = (odds / odds.sum(axis=1, keepdims=True) - np.eye(4)[y]) / len(y)
    da = dz @ p["W2"].T * (hidden > 0)
    by_hand = [X.T @ da, da.sum(axis=0), hidden.T @ dz, dz.sum(axis=0)]
    want = np.concatenate([g.ravel() for g in by_hand])
    np.testing.assert_allclose(grad(loss)(theta), want, rtol=0, atol=1e-14)


def test_an_embedding_that_is_looked_up_n_times_has_the_sum_of_n_slopes():
    ids = np.array([1, 4, 1, 1, 0])
    slopes = draw(5, 3)
    got = grad(lambda E: (E[ids] * slopes).sum())(np.zeros((5, 3)))
    np.testing.assert_allclose(got, np.eye(5)[ids].T @ slopes, rtol=1e-15)


def test_equal_logits_lose_the_logarithm_of_the_number_of_classes():
    loss, g = value_and_grad(ad.softmax_cross_entropy)(np.full((2, 10), 7.0), [3, 9])
    np.testing.assert_allclose(loss, np.log(10), rtol=1e-15)
    np.testing.assert_allclose(g, (0.1 - np.eye(10)[[3, 9]]) / 2, rtol=1e-15)


# ------------------------------------------------------------------- kinks and extremes


@pytest.mark.parametrize(
    ("f", "x", "want"),
    [
        (lambda x: ad.relu(x).sum(), [0.0, -0.0], [0, 0]),
        (lambda x: ad.absolute(x).sum(), [0.0, -3.0], [0, -1]),
        (lambda x: ad.maximum(x, 0.0).sum(), [0.0, 2.0, -2.0], [0.5, 1, 0]),
        (lambda x: ad.maximum(0.0, x).sum(), [0.0, 2.0, -2.0], [0.5, 1, 0]),
        (lambda x: ad.maximum(x[0], x[1]), [4.0, 4.0], [0.5, 0.5]),
        (lambda x: ad.maximum(x, x).sum(), [1.0, 2.0], [1, 1]),
        (lambda x: x.max(), [1.0, 1.0, 0.0], [0.5, 0.5, 0]),
        (lambda x: x.max(), [2.0, 2.0, 2.0, 2.0], [0.25] * 4),
        (lambda x: ad.norm(x), [0.0, 0.0], [0, 0]),
        (lambda x: ad.norm(x), [3.0, 4.0], [0.6, 0.8]),
        (lambda x: (x**0).sum(), [0.0, 2.0], [0, 0]),
        (lambda x: (x**1).sum(), [0.0, 2.0], [1, 1]),
        (lambda x: (x**2).sum(), [0.0, -2.0], [0, -4]),
        (lambda x: x[0] ** x[1], [0.0, 2.0], [0, 0]),
        (lambda x: x[0] ** x[1], [0.0, 0.0], [0, 0]),
        (lambda x: (ad.relu(1 - x)).sum(), [1.0, 0.5], [0, -1]),
    ],
)
def test_slopes_at_a_kink_follow_the_conventions_of_the_module(f, x, want):
    assert np.array_equal(grad(f)(np.array(x)), want)


def test_ties_are_shared_within_each_row_of_a_maximum():
    x = np.array([[1.0, 1.0, 0.0], [3.0, 2.0, 3.0]])
    got = grad(lambda x: (x.max(axis=1) * np.array([1.0, 10.0])).sum())(x)
    assert np.array_equal(got, [[0.5, 0.5, 0], [5, 0, 5]])


def test_a_square_root_is_infinitely_steep_at_zero_and_says_so():
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        g = grad(lambda x: ad.sqrt(x).sum())(np.array([0.0, 4.0]))
    assert np.array_equal(g, [np.inf, 0.25])


def test_where_needs_its_argument_made_safe():
    x = np.array([0.0, 2.0])
    with np.errstate(divide="ignore", invalid="ignore"):
        trap = grad(lambda x: ad.where(x > 0, ad.log(x), 0.0).sum())(x)
    assert np.isnan(trap[0])

    def safe(x):
        inside = ad.where(x > 0, x, 1.0)
        return ad.where(x > 0, ad.log(inside), 0.0).sum()

    assert np.array_equal(grad(safe)(x), [0, 0.5])


def test_nothing_overflows_at_a_thousand():
    x = np.array([-1000.0, 0.0, 1000.0])
    assert np.array_equal(grad(lambda x: ad.sigmoid(x).sum())(x), [0, 0.25, 0])
    assert np.array_equal(ad.sigmoid(x), [0, 0.5, 1])
    assert np.array_equal(grad(ad.logsumexp)(x), [0, 0, 1])
    assert np.array_equal(grad(lambda x: ad.logaddexp(x, 0.0).sum())(x), [0, 0.5, 1])
    assert ad.logsumexp(x - 2000) == -1000
    z = np.array([[1e4, -1e4, -np.inf], [-np.inf, 0.0, 0.0]])
    loss, g = value_and_grad(ad.softmax_cross_entropy)(z, [0, 1])
    np.testing.assert_allclose(loss, np.log(2) / 2, rtol=1e-15)
    assert np.array_equal(g, [[0, 0, 0], [0, -0.25, 0.25]])


def test_a_sum_of_no_exponentials_is_minus_infinity():
    with np.errstate(divide="ignore"):
        assert ad.logsumexp(np.full(3, -np.inf)) == -np.inf


# ----------------------------------------------------------------------------- the tape


def steps_of(f, x):
    """Count the steps that f(x) writes on the tape, inputs included."""
    counted = []

    def watched(x):
        y = f(x)
        counted.append(len(y.tape))
        return y

    grad(watched)(x)
    return counted[0]


def test_a_chain_of_a_hundred_thousand_steps_needs_no_recursion():
    def f(x):
        for _ in range(100_000):
            x = x * (1 + 1e-5)
        return x

    start = time.process_time()
    value, g = value_and_grad(f)(2.0)
    assert time.process_time() - start < 10  # it takes half a second
    np.testing.assert_allclose(g, value / 2, rtol=1e-9)
    np.testing.assert_allclose(g, (1 + 1e-5) ** 100_000, rtol=1e-9)


@pytest.mark.parametrize("kind", [int, np.int64, lambda i: slice(int(i), int(i) + 1)])
def test_thousands_of_parts_of_a_long_array_make_one_array_of_slopes(kind):
    n = 1_000_000
    places = np.arange(0, n, 250)

    def f(x):
        total = 0.0
        for i in places:
            total = total + x[kind(i)].sum()
        return total

    start = time.process_time()
    g = grad(f)(np.ones(n))
    assert time.process_time() - start < 1  # thousands of long arrays take seconds
    assert np.array_equal(np.flatnonzero(g), places)


def test_the_tape_is_as_long_as_the_program_whatever_the_number_of_inputs():
    f = lambda x: (ad.tanh(x) * x).sum()
    assert steps_of(f, np.ones(3)) == steps_of(f, np.ones(3000)) == 4


def test_what_is_made_of_constants_is_a_plain_array_and_not_on_the_tape():
    seen = {}

    def f(x):
        seen["made"] = ad.exp(ad.sum(ad.maximum(np.ones(3), 2.0)) * 2) + ad.relu(-1.0)
        return (x * seen["made"]).sum()

    assert steps_of(f, np.ones(2)) == 3  # x, the product, the sum
    assert isinstance(seen["made"], np.float64)


def test_a_constant_that_no_slope_needs_is_not_kept():
    alive = {}

    class Watched(np.ndarray):
        pass

    def f(x):
        shift, factor = np.ones(3).view(Watched), np.ones(3).view(Watched)
        alive["shift"], alive["factor"] = weakref.ref(shift), weakref.ref(factor)
        y = ((x + shift) * factor).sum()
        del shift, factor
        alive["at the end"] = alive["shift"]() is None, alive["factor"]() is None
        return y

    grad(f)(np.ones(3))
    assert alive["at the end"] == (True, False)


def test_nothing_is_left_of_a_tape_that_was_read_even_before_the_collector_comes():
    gc.collect()
    gc.disable()
    try:
        grad(lambda x: ((x @ x) * ad.exp(x[0]) + ad.stack([x, x]).sum()) / 2)(
            np.ones(5)
        )
        left = [thing for thing in gc.get_objects() if isinstance(thing, Var)]
    finally:
        gc.enable()
    assert not left


def test_asking_twice_gives_the_same_gradient_and_the_first_is_not_touched():
    f = grad(lambda x: (x**2 * x.sum()).sum())
    first = f(np.array([1.0, 2.0]))
    kept = first.copy()
    assert np.array_equal(f(np.array([1.0, 2.0])), kept)
    assert not np.array_equal(f(np.array([5.0, 2.0])), kept)
    assert np.array_equal(first, kept)


def test_a_gradient_is_an_array_of_its_own_that_may_be_written_to():
    c = np.array([1.0, 2.0])
    x = np.array([3.0, 4.0])
    for f in (lambda x: x.sum(), lambda x: x @ c, lambda x: (x + c).sum()):
        g = grad(f)(x)
        assert not np.shares_memory(g, c)
        g += 1
    assert np.array_equal(c, [1, 2])
    assert np.array_equal(x, [3, 4])
    both = grad(lambda p: (p["a"] + p["b"]).sum())({"a": c, "b": x})
    assert not np.shares_memory(both["a"], both["b"])


def test_a_slope_that_two_share_is_not_added_to_in_place():
    def f(p):
        part = 100 * p["a"][0]
        both = p["a"] + p["b"]
        return (both * both).sum() + part

    g = grad(f)({"a": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0])})
    assert np.array_equal(g["a"], [108, 12])
    assert np.array_equal(g["b"], [8, 12])


def test_a_number_may_be_indexed_between_its_other_uses():
    assert grad(lambda x: x[None].sum() + 2 * x + x[..., None].sum())(3.0) == 4


def test_steps_that_do_not_lead_to_the_output_do_not_matter():
    def f(x):
        wasted = ad.exp(x) * 3
        y = x[0] * 2
        wasted = wasted + y
        return y

    assert np.array_equal(grad(f)(np.ones(2)), [2, 0])


def test_a_function_that_does_not_look_at_x_is_flat():
    value, g = value_and_grad(lambda x: 3)(np.ones(2))
    assert value == 3
    assert np.array_equal(g, [0, 0])
    g = grad(lambda p: p["a"] * 2)({"a": 1.0, "b": np.ones((2, 2), np.float32)})
    assert np.array_equal(g["b"], np.zeros((2, 2)))
    assert g["b"].dtype == np.float32


def test_branches_and_loops_are_those_of_python():
    def collatz(x):
        for _ in range(3):
            x = x / 2 if x < 10 else 3 * x + 1
        return x

    assert grad(collatz)(8.0) == 1 / 8
    assert grad(collatz)(16.0) == 27


# ----------------------------------------------------------------- what goes in and out


def test_further_arguments_are_constants():
    f = lambda x, y, *, scale: scale * ((x - y) ** 2).sum()
    g = grad(f)(np.array([3.0, 5.0]), np.array([1.0, 1.0]), scale=2.0)
    assert np.array_equal(g, [8, 16])


def test_a_dict_of_arrays_has_a_dict_of_gradients_in_its_order():
    f = lambda p: (p["W"] @ p["b"]).sum()
    value, g = value_and_grad(f)({"b": np.array([1.0, 2.0]), "W": np.ones((3, 2))})
    assert value == 9
    assert list(g) == ["b", "W"]
    assert np.array_equal(g["b"], [3, 3])
    assert np.array_equal(g["W"], [[1, 2]] * 3)


def test_a_gradient_by_theta_goes_through_unflatten():
    arrays = {"W": draw(3, 2), "b": draw(2, seed=1)}
    X = draw(5, 3, seed=2)
    named = lambda p: ad.tanh(X @ p["W"] + p["b"]).sum()
    of_theta = lambda theta: named(unflatten(theta, shapes_of(arrays)))
    want = flatten(grad(named)(arrays))
    np.testing.assert_allclose(grad(of_theta)(flatten(arrays)), want, rtol=1e-15)


@pytest.mark.parametrize("name", GOLDEN)
def test_float32_comes_out_where_float32_went_in_and_stays_so_on_the_way(name):
    inputs = {i: np.array(a, np.float32) for i, a in enumerate(GOLDEN[name]["inputs"])}
    kinds = set()

    def f(x):
        y = EXPRESSIONS[name](*x.values())
        kinds.update(value.dtype for value in x.values())
        return y

    gradients = grad(f)(inputs)
    assert {g.dtype for g in gradients.values()} == kinds == {np.dtype(np.float32)}
    for g, want in zip(gradients.values(), GOLDEN[name]["gradients"], strict=True):
        size = max(np.abs(want).max(), 1.0)
        np.testing.assert_allclose(g, want, rtol=2e-3, atol=2e-4 * size)


@pytest.mark.parametrize(
    "f",
    [*(getattr(ad, name) for name in SMOOTH)]
    + [lambda x, name=name: getattr(ad, name)(x, 1.5) for name in OF_TWO]
    + [lambda x, name=name: getattr(ad, name)(2, x) for name in OF_TWO]
    + [lambda x: x / 3 + 2 * x - 1, lambda x: x**2 + 2**x, lambda x: x[[0, 0]]]
    + [ad.mean, ad.max, ad.norm, ad.logsumexp, lambda x: ad.where(x > 1, x, 0.0)]
    + [
        lambda x: ad.stack([x, x]),
        lambda x: ad.softmax_cross_entropy(x[:, None], [0, 0]),
    ],
)
def test_no_function_turns_float32_into_float64(f):
    seen = []

    def watched(x):
        spy = record(x.value, (x, lambda g: seen.append(g.dtype) or g))
        y = f(spy)
        seen.append(y.dtype)
        return ad.sum(y)

    grad(watched)(np.array([0.5, 0.25], np.float32))
    assert seen == [np.float32, np.float32]


def test_whole_numbers_and_lists_are_taken_as_float64():
    for x in ([1, 2], (1, 2), np.array([1, 2]), np.array([1, 2], np.float16)):
        value, g = value_and_grad(lambda x: (x**2).sum())(x)
        assert g.dtype == value.dtype == np.float64
        assert np.array_equal(g, [2, 4])


def test_the_value_is_a_number_of_the_dtype_of_x():
    for dtype in (np.float32, np.float64):
        for f in (lambda x: x[0], lambda x: ad.where(x[0] > 0, x[0], x[1])):
            value, g = value_and_grad(f)(np.array([2.0, 3.0], dtype))
            assert isinstance(value, dtype)
            assert value == 2
            assert np.array_equal(g, [1, 0])


def test_an_input_may_be_the_output():
    assert value_and_grad(lambda x: x)(3.0) == (3, 1)
    assert grad(lambda p: p["a"])({"a": 1.0, "b": 2.0}) == {"a": 1, "b": 0}
    assert grad(lambda p: p["b"])({"a": 1.0, "b": 2.0}) == {"a": 0, "b": 1}


def test_a_number_has_a_number_as_its_slope():
    g = grad(lambda x: x**3)(2)
    assert isinstance(g, np.float64)
    assert g == 12


NAMESAKES = {
    "sum": lambda np, x: np.sum(x, axis=0)[1],
    "mean": lambda np, x: np.mean(x),
    "max": lambda np, x: np.max(x, axis=1, keepdims=True)[0, 0],
    "where": lambda np, x: np.where(np.greater(x, 1), x, -x)[0, 1],
    "stack": lambda np, x: np.stack([x, x])[1, 0, 1],
    "concatenate": lambda np, x: np.concatenate([x, x], axis=1)[1, 3],
    "reshape": lambda np, x: np.reshape(x, (4,))[2],
    "transpose": lambda np, x: np.transpose(x)[0, 1],
    "matmul": lambda np, x: np.matmul(x, x)[0, 1],
    "norm": lambda np, x: np.linalg.norm(x),
    "power": lambda np, x: np.power(x, 3)[0, 0],
    "absolute": lambda np, x: np.abs(x)[0, 1],
    "divide": lambda np, x: np.true_divide(1.0, x)[0, 1],
}


@pytest.mark.parametrize("name", NAMESAKES)
def test_a_function_of_numpy_is_told_from_its_namesake_by_no_one(name):
    f = lambda x: NAMESAKES[name](np, x)
    check(f, np.array([[0.5, 2.0], [1.5, 3.0]]))
    assert isinstance(grad(f)(np.ones((2, 2)) * [1, 2]), np.ndarray)


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin", "cos", "tanh"])
def test_a_ufunc_of_numpy_applied_to_a_variable_has_its_slope(name):
    x = np.array([0.5, 2.0])
    ours, theirs = getattr(ad, name), getattr(np, name)
    want = grad(lambda x: ours(x).sum())(x)
    assert np.array_equal(grad(lambda x: theirs(x).sum())(x), want)
    assert np.array_equal(ours(x), theirs(x))


def test_comparisons_give_plain_arrays_from_either_side():
    seen = []

    def f(x):
        one = np.ones(3)
        pairs = [(x < one, one > x), (x <= one, one >= x), (x > one, one < x)]
        pairs += [(x >= one, one <= x), (x == one, one == x), (x != one, one != x)]
        seen.extend(pairs)
        return x[x > 1].sum()

    assert np.array_equal(grad(f)(np.array([0.0, 1.0, 2.0])), [0, 0, 1])
    wants = [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [0, 1, 0], [1, 0, 1]]
    for pair, want in zip(seen, wants, strict=True):
        for got in pair:
            assert type(got) is np.ndarray
            assert np.array_equal(got, want)


def test_what_has_no_slope_is_plain():
    def f(x):
        assert np.shape(x) == x.shape == (2, 3)
        assert np.size(x) == x.size == 6
        assert np.ndim(x) == x.ndim == 2
        assert x.dtype == float
        assert len(x) == 2
        assert np.argmax(x) == 5
        assert np.array_equal(np.ones_like(x), np.ones((2, 3)))
        assert np.isfinite(x).all()
        assert repr(x[0]) == "Var([0. 1. 2.])"
        return x.sum()

    grad(f)(np.arange(6.0).reshape(2, 3))


def test_adding_in_place_to_a_name_makes_a_new_variable():
    def f(x):
        y = x
        y += 1
        y *= x
        return y.sum()

    x = np.array([1.0, 2.0])
    assert np.array_equal(grad(f)(x), [3, 5])
    assert np.array_equal(x, [1, 2])


# -------------------------------------------------------------------------- at the door


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (np.array([True]), "x is array.*dtype bool; a gradient needs real numbers"),
        (np.array([1j]), "dtype complex128"),
        (np.array([1, None]), "dtype object"),
        (None, "x is None"),
        ("abc", "x is 'abc'"),
        ([[1.0], [1.0, 2.0]], "dtype object"),
        ({"a": 1.0, "b": "no"}, r"x\['b'\] is 'no'"),
    ],
)
def test_only_real_numbers_have_slopes(x, said):
    with pytest.raises(TypeError, match=said):
        grad(lambda x: 1.0)(x)


@pytest.mark.parametrize(
    ("f", "error", "said"),
    [
        (lambda x: None, TypeError, "returned None; is a `return` missing"),
        (lambda x: (x.sum(), 1.0), TypeError, "returned a tuple; it must return one"),
        (lambda x: "high", TypeError, "returned a str"),
        (lambda x: True, TypeError, "returned True, which is not a real number"),
        (
            lambda x: (1j * x).sum(),
            TypeError,
            "returned 3j, which is not a real number",
        ),
        (lambda x: 2 * x, ValueError, r"shape \(2,\).*return the sum or the mean"),
        (lambda x: x[:1], ValueError, r"shape \(1,\)"),
        (lambda x: np.ones(3), ValueError, r"shape \(3,\)"),
    ],
)
def test_a_gradient_belongs_to_a_function_that_returns_one_number(f, error, said):
    with pytest.raises(error, match=said):
        grad(f)(np.array([1.0, 2.0]))


def plain(x):
    total = np.zeros(2)
    total[:] = x
    return total.sum()


def added_to(x):
    total = np.zeros(2)
    total += x
    return total.sum()


def assigned(x):
    x[0] = 1.0
    return x.sum()


@pytest.mark.parametrize(
    ("f", "said"),
    [
        (plain, "cannot become a plain number or array"),
        (
            lambda x: np.array([x[0], x[1]]).sum(),
            "Use functions of gdlib.autodiff.*stack",
        ),
        (lambda x: float(x[0]), "its slope would be lost"),
        (lambda x: x[x[0]], "cannot become a plain number"),
        (assigned, "no assignment in place"),
        (added_to, "no assignment in place"),
        (
            lambda x: np.cosh(x).sum(),
            "NumPy's cosh takes no Var; gdlib.autodiff has.* exp",
        ),
        (lambda x: np.add.reduce(x), "NumPy's add.reduce takes no Var"),
        (lambda x: np.linalg.det(x), "NumPy's det takes no Var"),
        (
            lambda x: grad(lambda y: (y * y).sum())(x).sum(),
            "x is a Var.*gradient around",
        ),
        (lambda x: hash(x), "unhashable"),
    ],
)
def test_what_would_lose_a_slope_says_so(f, said):
    with pytest.raises(TypeError, match=said):
        grad(f)(np.array([1.0, 2.0]))


def test_two_gradients_do_not_mix():
    old = []

    def keeps(x):
        old.append(x)
        return x.sum()

    grad(keeps)(np.ones(2))
    for f in (lambda x: (x * old[0]).sum(), lambda x: ad.stack([x, old[0]]).sum()):
        with pytest.raises(ValueError, match="another gradient came in"):
            grad(f)(np.ones(2))
    with pytest.raises(ValueError, match="another gradient came in"):
        grad(lambda x: old[0].sum())(np.ones(2))
    inner = lambda x: (x * grad(lambda y: (y * x).sum())(np.ones(2))).sum()
    with pytest.raises(ValueError, match="another gradient came in"):
        grad(inner)(np.ones(2))
    assert np.array_equal(grad(lambda x: (x * old[0].value).sum())(np.ones(2)), [1, 1])


@pytest.mark.parametrize(
    ("logits", "labels", "said"),
    [
        (np.zeros((2, 3)), [0, 3], "labels run from 0 to 3; with 3 classes"),
        (np.zeros((2, 3)), [-1, 2], "labels run from -1 to 2"),
        (np.zeros((2, 3)), [0.0, 1.0], "float64; they need"),
        (np.zeros((2, 3)), [0, 1, 2], r"labels \(3,\)"),
        (np.zeros((2, 3)), [[0], [1]], r"labels \(2, 1\)"),
        (np.zeros(3), [0], r"logits have shape \(3,\)"),
        (np.zeros((0, 3)), np.zeros(0, int), r"logits have shape \(0, 3\)"),
        (np.array([[0, 0], [-np.inf, -np.inf]]), [0, 1], "row 1 of the logits is −∞"),
    ],
)
def test_labels_are_classes_and_every_row_has_one_that_is_possible(
    logits, labels, said
):
    with pytest.raises(ValueError, match=said):
        ad.softmax_cross_entropy(logits, labels)


def test_mistakes_of_shape_are_named_by_numpy_where_they_happen():
    with pytest.raises(ValueError, match="broadcast"):
        grad(lambda x: (x + np.ones(3)).sum())(np.ones(2))
    with pytest.raises(ValueError, match="matmul"):
        grad(lambda x: np.ones((2, 3)) @ x)(np.ones(2))
    with pytest.raises(IndexError, match="out of bounds"):
        grad(lambda x: x[2])(np.ones(2))
