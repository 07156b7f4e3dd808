"""Differences find gradients, and find out wrong ones."""

import numpy as np
import pytest

from gdlib.gradients import check_gradient, numerical_gradient
from gdlib.objectives import beale, booth, rosenbrock


def network(theta):
    """Return the loss of a small network of 195 numbers, and its slope."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 4)), rng.normal(size=20)
    W1, w2 = theta[:156].reshape(4, 39), theta[156:]
    hidden = np.tanh(X @ W1)
    error = hidden @ w2 - y
    back = 2 * error[:, None] / 20 * w2 * (1 - hidden**2)
    slopes = [(X.T @ back).ravel(), hidden.T @ error * 2 / 20]
    return np.mean(error**2), np.concatenate(slopes)


def loss(theta):
    return network(theta)[0]


def slope(theta):
    return network(theta)[1]


THETA = np.random.default_rng(1).normal(size=195) / 3


# ----------------------------------------------------------------------- differences


@pytest.mark.parametrize(
    ("h", "magnitude"),
    [(1e-2, 9e-5), (1e-3, 9e-7), (1e-4, 9e-9), (1e-5, 2.6e-10), (1e-8, 3e-7)],
)
def test_the_error_of_a_central_difference_is_h_squared_and_then_rounding(h, magnitude):
    error = np.linalg.norm(numerical_gradient(loss, THETA, h=h) - slope(THETA))
    error /= np.linalg.norm(slope(THETA))
    assert magnitude / 12 < error < magnitude * 12


def test_the_default_h_is_as_good_as_the_best():
    exact = slope(THETA)
    error = {
        h: np.linalg.norm(numerical_gradient(loss, THETA, h=h) - exact)
        for h in (None, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
    }
    assert error[None] <= 2 * min(error.values())
    assert error[None] <= 1e-9 * np.linalg.norm(exact)


def test_a_central_difference_of_a_parabola_is_exact():
    g = numerical_gradient(lambda x: 3 * x[0] ** 2 - x[1], [2.0, 5.0], h=0.5)
    assert (g == [12, -1]).all()


def test_h_grows_with_x_so_that_large_numbers_keep_their_digits():
    g = numerical_gradient(lambda x: x @ x, [1e8, 1.0])
    assert g[0] == pytest.approx(2e8, rel=1e-9)


def test_a_numerical_gradient_has_the_shape_of_x():
    x = np.arange(6.0).reshape(2, 3)
    g = numerical_gradient(lambda x: (x**3).sum(), x)
    np.testing.assert_allclose(g, 3 * x**2, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("x", [[1, 2], (1, 2), np.array([1, 2]), np.float32([1, 2])])
def test_integers_and_lists_are_measured_as_real_numbers(x):
    f = lambda x: x[0] ** 2 * x[1]
    np.testing.assert_allclose(numerical_gradient(f, x), [4, 1], rtol=1e-9)
    assert check_gradient(f, lambda x: np.array([2 * x[0] * x[1], x[0] ** 2]), x)


def test_x_is_not_modified():
    x = np.array([1.0, 2.0])

    def f(z):
        z *= 2
        return z @ z

    numerical_gradient(f, x)
    assert check_gradient(f, lambda z: np.multiply(z, 8, out=z), x)
    assert (x == [1, 2]).all()


# -------------------------------------------------------------------------- the check


def test_a_right_gradient_passes_with_an_error_near_rounding():
    report = check_gradient(loss, slope, THETA)
    assert report
    assert report.passed
    assert report.component is None
    assert report.error < 1e-9
    assert str(report) == report.message == "gradient agrees with differences of f"


@pytest.mark.parametrize("i", [0, 77, 194])
def test_one_wrong_component_among_195_is_found_and_named(i):
    def wrong(theta):
        g = slope(theta)
        g[i] += 1e-3
        return g

    report = check_gradient(loss, wrong, THETA)
    assert not report
    assert report.component == (i,)
    assert f"component {i} is" in report.message


def test_a_component_of_a_matrix_is_named_by_row_and_column():
    x = np.random.default_rng(0).normal(size=(3, 4))
    wrong = lambda x: 2 * x + np.outer([0, 0, 1], [0, 1, 0, 0])
    report = check_gradient(lambda x: (x**2).sum(), wrong, x)
    assert report.component == (2, 1)
    assert "component 2, 1" in report.message


def test_a_scale_that_is_off_by_half_a_thousandth_is_caught():
    report = check_gradient(loss, lambda x: 1.0005 * slope(x), THETA)
    assert not report
    assert "(ratio 1.0005)" in report.message
    assert 1e-5 < report.error < 1e-3


def test_a_forgotten_factor_shows_in_the_ratio():
    report = check_gradient(lambda x: x @ x, lambda x: x, [1.0, 2.0, 3.0])
    assert "component 2 is 3, differences of f give 6 (ratio 0.5)" in report.message


def test_a_slope_where_there_is_none_has_an_infinite_ratio():
    report = check_gradient(lambda x: 7.0, lambda x: np.array([0.0, 1.0]), [1.0, 2.0])
    assert report.component == (1,)
    assert "ratio inf" in report.message


ABS = (lambda x: abs(x).sum(), np.sign)
RELU = (lambda x: np.maximum(x, 0).sum(), lambda x: (x > 0) * 1.0)
BENT = (lambda x: (abs(x) + 1000 * x**2).sum(), lambda x: np.sign(x) + 2000 * x)
MAX = (lambda x: x.max(), lambda x: np.eye(len(x))[x.argmax()])
HINGE = (lambda x: max(0, 1 - x.sum()), lambda x: -np.ones(len(x)) * (x.sum() < 1))


@pytest.mark.parametrize(
    ("pair", "x", "jump"),
    [
        (ABS, [1e-7, 2.0], "from -1 to 1"),
        (ABS, [3.0, -2e-6], "from -1 to 1"),
        (BENT, [1e-7, 2.0], "from -"),
        (RELU, [0.0, 1.0], "from 0 to 1"),
        (RELU, [-5.0, 1e-6], "from 0 to 1"),
        (MAX, [1.0, 1.0], "from 0 to 1"),
        (MAX, [0.0, 2.0, 2.0 + 1e-7], "from 0 to 1"),
        (HINGE, [0.5, 0.5], "from -1 to 0"),
    ],
)
def test_a_kink_is_reported_as_a_kink_and_not_as_a_wrong_gradient(pair, x, jump):
    report = check_gradient(*pair, x)
    assert not report
    assert "non-differentiable point" in report.message
    assert jump in report.message
    assert "gradient wrong" not in report.message


@pytest.mark.parametrize("pair", [ABS, RELU, MAX, HINGE])
def test_beside_its_kink_a_function_passes(pair):
    assert check_gradient(*pair, [0.3, -0.2, 0.7])


@pytest.mark.parametrize("steep", [1.0, 1e3, 1e6])
def test_a_wrong_gradient_of_a_bent_function_is_no_kink(steep):
    report = check_gradient(lambda x: steep * x @ x, lambda x: steep * x, [1e-3, 2e-3])
    assert "gradient wrong" in report.message


def test_a_kink_too_small_to_matter_does_not_excuse_a_wrong_gradient():
    f = lambda x: (x + 1e-6 * abs(x)).sum()
    report = check_gradient(f, lambda x: np.array([0.5]), [0.0])
    assert "gradient wrong" in report.message


def test_a_wrong_gradient_of_a_straight_function_is_no_kink():
    rng = np.random.default_rng(0)
    for w in rng.normal(size=(300, 3)):
        report = check_gradient(lambda x, w=w: x @ w, lambda x, w=w: 1.01 * w, w[::-1])
        assert "gradient wrong" in report.message


@pytest.mark.parametrize("f", [rosenbrock(), booth(), beale()], ids=str)
def test_at_a_minimum_where_the_gradient_is_zero_the_check_passes(f):
    x = f.minima[:, 0]
    assert check_gradient(f, f.grad, x)
    assert not check_gradient(f, lambda x: f.grad(x) + 1e-3, x)


def test_a_constant_has_the_gradient_zero():
    assert check_gradient(lambda x: 3.0, np.zeros_like, [1.0, 2.0])


def test_a_large_offset_costs_digits_but_no_false_alarm():
    f = lambda x: 1e9 + x @ x
    assert check_gradient(f, lambda x: 2 * x, [1.0, 2.0])
    assert not check_gradient(f, lambda x: 2.5 * x, [1.0, 2.0])


def test_nan_never_passes():
    x = [1.0, 2.0]
    report = check_gradient(lambda x: x @ x, lambda x: x * [np.nan, 2], x)
    assert not report
    assert "component 0 is nan" in report.message
    assert not check_gradient(lambda x: np.nan, lambda x: 2 * x, x)


def test_the_generator_decides_the_directions():
    asked = []
    f = lambda x: asked.append(x.copy()) or x @ x
    for seed in (1, 1, 2):
        check_gradient(f, lambda x: 2 * x, [1.0, 2.0], rng=np.random.default_rng(seed))
    thirds = np.array(asked).reshape(3, -1)
    distance = np.linalg.norm(np.array(asked) - [1.0, 2.0], axis=1).reshape(3, -1)
    h = 2 * np.finfo(float).eps ** (1 / 3)  # ∛ε times the larger of the coordinates
    np.testing.assert_allclose(distance[:, 1:], h, rtol=1e-6)
    assert (thirds[0] == thirds[1]).all()
    assert (thirds[0] != thirds[2]).any()


def test_a_right_gradient_costs_two_evaluations_a_direction_whatever_its_length():
    asked = []
    counted = lambda x: asked.append(0) or loss(x)
    check_gradient(counted, slope, THETA, directions=3)
    assert len(asked) == 1 + 2 * 3


@pytest.mark.parametrize(
    ("grad", "said"),
    [
        (lambda x: x[:, None], r"shape \(2, 1\), but x has shape \(2,\)"),
        (lambda x: 1.0, r"shape \(\), but x has shape \(2,\)"),
        (lambda x: None, r"None; is a `return` missing"),
    ],
)
def test_a_gradient_of_another_shape_is_refused(grad, said):
    with pytest.raises(ValueError, match=said):
        check_gradient(lambda x: x @ x, grad, [1.0, 2.0])
