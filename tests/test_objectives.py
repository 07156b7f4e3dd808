"""What is printed about the test functions is true of them."""

import inspect
import json
from pathlib import Path

import numpy as np
import pytest

from gdlib import objectives
from gdlib.descent import minimize
from gdlib.gradients import numerical_gradient
from gdlib.linear import LinearRegression
from gdlib.objectives import Objective, quadratic

GOLDEN = json.loads(
    (Path(__file__).parent / "golden/objectives.json").read_text("utf-8")
)

# name: f(start), ∇f(start), f at a minimum, and L at each minimum in the order of
# `minima`, each to the digits that were published or worked out by hand.
FACTS = {
    # classic
    "sphere": (13, [6, -4], 0, [2]),
    "rosenbrock": (24.2, [-215.6, -88], 0, [1001.6]),
    "himmelblau": (170, [-14, -22], 0, [82.28, 80.55, 133.79, 105.42]),
    "beale": (14.203125, [0, 27.75], 0, [48.98]),
    "booth": (1802, [-178, -182], 0, [18]),
    "double_well": (0.495025, [-0.099, 1], -0.25, [2, 2]),
    "rastrigin": (None, None, 0, [396.78]),
    "styblinski_tang": (0, [2.5, 2.5], 2 * -39.16616570377142, [34.58]),
    # standard
    "matyas": (49.04, [7.04, -6.96], 0, [1]),
    "three_hump_camel": (1.0828125, [2.08125, 1.5], 0, [4.41421]),
    "six_hump_camel": (0.044025, [1.9625, 0.292], -1.03162845348988, [16.493] * 2),
    "goldstein_price": (2738.743301, None, 3, [965.17]),
    "mccormick": (1, [-0.5, 3.5], -1.91322295498104, [4]),
    "branin": (24.12996441, None, 0.397887357729738, [22.292, 11.086, 11.330]),
    "levy_13": (52.5, [-13.5, 13 - 60.75 * np.pi], 0, [2 + 18 * np.pi**2]),
    "easom": (None, None, -1, [3]),
    "bohachevsky": (6.475, None, 0, [4 + 6.4 * np.pi**2]),
    # scalable
    "chained_rosenbrock": (532.4, [-215.6, 792, -655.6, -88], 0, [1567.6]),
    "ackley": (9.10803009, None, 0, [np.inf]),
    "griewank": (None, None, 0, [1.0005]),
    "zakharov": (13.3125, [-5.25, 5.5], 0, [4.5]),
    "dixon_price": (209, [-46, 320], 0, [36.2337, 36.2337]),
    "trid": (2, [-2, -2], -2, [3]),
    # least squares, and fits
    "freudenstein_roth": (400.5, [30, -1272], 0, [3729.1]),
    "powell_badly_scaled": (1.13526171734838, None, 0, [1.65844e10]),
    "brown_badly_scaled": (999998000003, [-2e6, -4e-6], 0, [2e12]),
    "helical_valley": (2500, [0, -5000 / np.pi, -1000], 0, [707.17]),
    "powell_singular": (215, [306, -144, -2, -310], 0, [202]),
    "wood": (19192, [-12008, -2080, -10808, -1880], 0, [1005.9]),
    "jennrich_sampson": (4171.306162, None, 124.362182355615, [135786]),
    "bard": (41.68169586, None, 8.21487730657898e-3, [33.563]),
    "kowalik_osborne": (0.005313172272, None, 3.07505603849238e-4, [8.8476]),
    "brown_dennis": (7926693.337, None, 85822.2016263563, [93031.8]),
}
# κ and the largest stable step 2/L at each minimum, where a table of them exists.
CONDITION = {
    "sphere": ([1], [1]),
    "rosenbrock": ([2508], [1.997e-3]),
    "himmelblau": ([3.2, 1.242, 1.892, 3.674], [0.0243, 0.02483, 0.01495, 0.01897]),
    "beale": ([162.5], [0.0408]),
    "booth": ([9], [0.1111]),
    "double_well": ([2, 2], [1, 1]),
    "rastrigin": ([1], [5.04e-3]),
    "styblinski_tang": ([1], [0.0578]),
    "matyas": ([25], [2]),
    "three_hump_camel": ([2.784], [0.4531]),
    "six_hump_camel": ([2.147, 2.147], [0.1213, 0.1213]),
    "goldstein_price": ([2.396], [2.072e-3]),
    "mccormick": ([2.309], [0.5]),
    "branin": ([25.88, 6.4, 6.685], [0.08972, 0.1804, 0.1765]),
    "levy_13": ([89.83], [0.01113]),
    "easom": ([1], [2 / 3]),
    "chained_rosenbrock": ([3180], [1.276e-3]),
    "griewank": ([1.999], [1.999]),
    "zakharov": ([2.25], [4 / 9]),
    "dixon_price": ([20.51, 20.51], [0.0552, 0.0552]),
    "trid": ([3], [2 / 3]),
    "powell_badly_scaled": ([6.881e17], [1.206e-10]),
    "brown_badly_scaled": ([1e12], [1e-12]),
    "helical_valley": ([493.6], [2.828e-3]),
    "wood": ([1398], [1.988e-3]),
    "brown_dennis": ([75.59], [2.15e-5]),
}
# The heights of the local minima that are listed, in their order.
LOCAL = {
    "three_hump_camel": [0.298638442236859] * 2,
    "six_hump_camel": [-0.215463824383719] * 2 + [2.10425031031126] * 2,
    "goldstein_price": [30, 84, 840],
    "mccormick": [-1.91322295498104 + np.pi],
    "chained_rosenbrock": [3.70142861043002],
    "freudenstein_roth": [48.98425367924],
}
ENDLESS = ["saddle", "monkey_saddle"]
SMOOTH = [name for name in FACTS if name != "ackley"]  # it has a kink at its minimum
# Curved so differently across and along that a step of 10⁻⁶ leaves the bowl.
NARROW = {"powell_badly_scaled", "brown_badly_scaled"}
ROUND = [name for name in SMOOTH if name not in NARROW]
SQUARES = [
    name
    for name in FACTS
    if isinstance(getattr(objectives, name)(), objectives.LeastSquares)
]


def hessian(grad, x, h=1e-5):
    """Return the Hessian at x, of shape (d, d), by central differences of ∇f."""
    steps = h * np.eye(len(x))
    H = np.array([(grad(x + s) - grad(x - s)) / (2 * h) for s in steps])
    return (H + H.T) / 2


def named(name):
    return getattr(objectives, name)()


def curvatures(f, x):
    """Return the eigenvalues of the Hessian at a minimum, the smallest first."""
    if isinstance(f, objectives.LeastSquares) and f(x) < 1e-12:
        # 2 JᵀJ; a difference would lose the small ones of 10¹⁷ in rounding
        return 2 * np.linalg.svd(f.jacobian(x), compute_uv=False)[::-1] ** 2
    return np.linalg.eigvalsh(hessian(f.grad, x))


def test_every_test_function_has_its_facts():
    functions = {
        name
        for name, thing in inspect.getmembers(objectives, inspect.isfunction)
        if not name.startswith("_")
    }
    assert functions - {"quadratic", "training_loss", *ENDLESS} == set(FACTS)
    assert functions < set(objectives.__all__)


@pytest.mark.parametrize("name", FACTS)
def test_value_and_gradient_at_the_start_are_the_published_ones(name):
    f, (value, slope, _, _) = named(name), FACTS[name]
    if value is not None:
        assert f(f.start) == pytest.approx(value, rel=published(value), abs=1e-13)
    if slope is not None:
        np.testing.assert_allclose(f.grad(f.start), slope, rtol=1e-13, atol=1e-13)


def published(value):
    """Return to how much of itself a printed number is known: 1e-13 if it is short."""
    digits = len(f"{value:.15g}".replace(".", "").strip("0-"))
    return 1e-13 if digits <= 8 or digits == 15 else 10.0 ** (1 - digits)


@pytest.mark.parametrize(
    "case",
    GOLDEN,
    ids=lambda case: "-".join(map(str, [case["name"], *case["arguments"]])),
)
def test_values_gradients_and_minima_are_those_of_fifty_digits(case):
    f = getattr(objectives, case["name"])(*case["arguments"])
    assert (case["points"][0]["x"] == f.start).all()
    for point in case["points"]:
        x, g = np.array(point["x"]), np.array(point["grad"])
        assert f(x) == pytest.approx(point["value"], rel=1e-13)
        np.testing.assert_allclose(f.grad(x), g, rtol=1e-13, atol=1e-14 * abs(g).max())
    places = np.hstack([f.minima, f.local_minima])
    if case["minima"]:
        assert len(case["minima"]) == places.shape[1]
    for known, x in zip(case["minima"], places.T, strict=False):
        np.testing.assert_allclose(x, known["x"], rtol=1e-15, atol=1e-15)
        assert f(x) == pytest.approx(known["value"], rel=1e-12, abs=1e-12)
        low, high = known["eigenvalues"]
        measured = curvatures(f, x)
        assert measured[-1] == pytest.approx(high, rel=1e-5)
        assert measured[0] == pytest.approx(low, rel=1e-5, abs=1e-7 * high)


def test_the_functions_of_several_valleys_are_all_in_the_golden_file():
    names = {case["name"] for case in GOLDEN}
    hand = {"sphere", "rastrigin", "rosenbrock", "himmelblau", "beale", "booth"}
    hand |= {"double_well", "styblinski_tang"}
    assert set(FACTS) | {"monkey_saddle"} == names | hand


def test_rastrigin_is_a_bowl_with_a_cosine():
    f = objectives.rastrigin()
    assert f([0.5, 0.0]) == pytest.approx(0.25 + 20)  # top of a ripple: 10 + 10
    assert f([3.0, -1.0]) == pytest.approx(10)  # whole numbers: the bowl alone
    np.testing.assert_allclose(f.grad([3, -1]), [6, -2], atol=1e-12)
    trap = np.array([0.994958637652335, 0.0])
    assert f(trap) == pytest.approx(0.99495905709329, rel=1e-12)
    assert abs(f.grad(trap)).max() < 1e-10


@pytest.mark.parametrize("name", FACTS)
def test_at_each_minimum_f_is_lowest_and_flat(name):
    f, (_, _, lowest, curvature) = named(name), FACTS[name]
    d = len(f.start)
    assert f.minima.shape == (d, len(curvature))
    assert f.minimum == pytest.approx(lowest, rel=1e-12, abs=1e-12)
    for x, L in zip(f.minima.T, curvature, strict=True):
        assert f(x) == pytest.approx(f.minimum, rel=1e-12, abs=1e-12)
        assert abs(f.grad(x)).max() <= 1e-9 * (1 if np.isinf(L) else max(1, L))
        around = x[:, None] + 0.01 * np.random.default_rng(0).normal(size=(d, 200))
        assert (f(around) >= f(x)).all()


@pytest.mark.parametrize("name", LOCAL)
def test_at_each_local_minimum_f_is_flat_and_curves_upwards(name):
    f = named(name)
    assert f.local_minima.shape == (len(f.start), len(LOCAL[name]))
    for x, height in zip(f.local_minima.T, LOCAL[name], strict=True):
        assert f(x) == pytest.approx(height, rel=1e-12)
        assert height > f.minimum + 0.1
        eigenvalues = np.linalg.eigvalsh(hessian(f.grad, x))
        assert eigenvalues[0] > 0.1
        assert abs(f.grad(x)).max() <= 1e-9 * eigenvalues[-1]


@pytest.mark.parametrize("name", FACTS)
def test_no_minimum_is_listed_twice(name):
    f = named(name)
    places = np.hstack([f.minima, f.local_minima]).T
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    assert (apart + np.eye(len(places)) > 0.1).all()


@pytest.mark.parametrize("name", [*FACTS, *ENDLESS])
def test_only_those_in_the_table_list_local_minima(name):
    assert named(name).local_minima.shape[1] == len(LOCAL.get(name, []))


@pytest.mark.parametrize("name", FACTS)
def test_nothing_in_the_domain_is_lower_than_the_minima(name):
    f = named(name)
    low, high = f.domain.T
    inside = np.random.default_rng(0).uniform(low, high, size=(20_000, len(low))).T
    assert f(inside).min() >= FACTS[name][2] - 1e-12
    assert ((low <= f.start) & (f.start <= high)).all()
    for points in (f.minima, f.local_minima):
        assert ((low[:, None] <= points) & (points <= high[:, None])).all()


@pytest.mark.parametrize("name", SMOOTH)
def test_the_curvature_at_each_minimum_is_the_published_one(name):
    f = named(name)
    for i, (x, L) in enumerate(zip(f.minima.T, FACTS[name][3], strict=True)):
        eigenvalues = curvatures(f, x)
        assert eigenvalues[-1] == pytest.approx(L, rel=2e-4)
        if name in CONDITION:
            kappa, limit = CONDITION[name]
            assert len(kappa) == len(limit) == f.minima.shape[1]
            assert eigenvalues[-1] / eigenvalues[0] == pytest.approx(kappa[i], rel=1e-3)
            assert 2 / eigenvalues[-1] == pytest.approx(limit[i], rel=1e-3)


@pytest.mark.parametrize("name", ROUND)
def test_near_each_minimum_descent_is_stable_below_two_over_L_and_not_above(name):
    f = named(name)
    for x in f.minima.T:
        eigenvalues, vectors = np.linalg.eigh(hessian(f.grad, x))
        near = x + 1e-6 * vectors[:, -1]
        below, above = (
            minimize(f, near, learning_rate=factor * 2 / eigenvalues[-1], steps=100).x
            for factor in (0.97, 1.03)
        )
        assert np.linalg.norm(below[-1] - x) < 1e-7
        assert np.linalg.norm(above[:101] - x, axis=1).max() > 1e-5


@pytest.mark.parametrize("name", [*FACTS, *ENDLESS])
def test_one_call_serves_a_point_a_sweep_and_a_grid(name):
    f = named(name)
    grid = np.random.default_rng(0).normal(size=(len(f.start), 3, 4))
    heights, slopes = f(grid), f.grad(grid)
    assert heights.shape == (3, 4)
    assert slopes.shape == grid.shape
    for i, j in np.ndindex(3, 4):
        point = grid[:, i, j]
        assert heights[i, j] == pytest.approx(f(point), rel=1e-13)
        g = f.grad(point)
        np.testing.assert_allclose(
            slopes[:, i, j], g, rtol=1e-12, atol=1e-14 * abs(g).max()
        )
    row = grid.reshape(len(grid), 12)
    assert (f(row) == heights.ravel()).all()
    assert (f.grad(row) == slopes.reshape(row.shape)).all()


@pytest.mark.parametrize("name", [*FACTS, *ENDLESS])
def test_integers_and_lists_are_points_too(name):
    f = named(name)
    x = np.resize([2.0, -1.0, 4.0], len(f.start))
    whole = x.astype(int)
    assert f(list(whole)) == f(whole) == f(x)
    assert f.grad(list(whole)) == pytest.approx(f.grad(x), rel=1e-15)
    assert (x == whole).all()


@pytest.mark.parametrize("name", SQUARES)
def test_a_sum_of_squares_is_made_of_its_residuals_and_their_jacobian(name):
    f = named(name)
    x = f.start + 0.1 * np.random.default_rng(0).uniform(size=len(f.start))
    r, J = f.residuals(x), f.jacobian(x)
    assert f(x) == pytest.approx(np.linalg.norm(r) ** 2, rel=1e-14)
    measured = [
        numerical_gradient(lambda x, i=i: f.residuals(x)[i], x) for i in range(len(r))
    ]
    rounding = 1e-8 * abs(J).max() + 1e-10 * abs(r).max()
    np.testing.assert_allclose(J, measured, rtol=1e-7, atol=rounding)
    many = np.stack([x, f.start, x], axis=1)
    assert f.residuals(many).shape == (len(r), 3)
    assert f.jacobian(many).shape == (*J.shape, 3)
    np.testing.assert_allclose(f.jacobian(many)[..., 2], J, rtol=1e-15)


@pytest.mark.parametrize(
    "name", ["freudenstein_roth", "helical_valley", "powell_singular", "wood"]
)
def test_where_the_residuals_vanish_the_hessian_is_two_JtJ(name):
    f = named(name)
    for x in f.minima.T:
        J = f.jacobian(x)
        H = hessian(f.grad, x)
        np.testing.assert_allclose(H, 2 * J.T @ J, atol=1e-6 * abs(H).max())


@pytest.mark.parametrize(
    "make",
    ["sphere", "rastrigin", "styblinski_tang", "ackley", "griewank", "zakharov"],
)
def test_separable_functions_come_in_any_dimension(make):
    f = getattr(objectives, make)(5)
    assert f.start.shape == (5,)
    assert f.minima.shape == (5, 1)
    assert f.domain.shape == (5, 2)
    assert f(f.minima[:, 0]) == pytest.approx(5 / 2 * FACTS[make][2], abs=1e-12)
    assert f.minimum == pytest.approx(5 / 2 * FACTS[make][2], abs=1e-12)


@pytest.mark.parametrize("make", ["chained_rosenbrock", "dixon_price", "trid"])
@pytest.mark.parametrize("d", [2, 3, 7])
def test_chains_come_in_any_length(make, d):
    f = getattr(objectives, make)(d)
    assert f.start.shape == (d,)
    assert f.domain.shape == (d, 2)
    assert f.minima.shape == (d, 2 if make == "dixon_price" else 1)
    for x in f.minima.T:
        assert f(x) == pytest.approx(f.minimum, rel=1e-14, abs=1e-12)
        assert abs(f.grad(x)).max() < 1e-12
        assert np.linalg.eigvalsh(hessian(f.grad, x))[0] > 0.1


def test_a_dixon_price_of_one_coordinate_is_a_parabola():
    f = objectives.dixon_price(1)
    assert f.minima.tolist() == [[1]]
    assert f([4]) == 9


def test_trid_of_six_has_the_published_minimum_and_condition():
    f = objectives.trid(6)
    assert f.minimum == -50
    assert f.minima[:, 0].tolist() == [6, 10, 12, 12, 10, 6]
    eigenvalues = curvatures(f, f.minima[:, 0])
    assert eigenvalues[-1] / eigenvalues[0] == pytest.approx(19.2, rel=1e-3)


def test_a_chain_of_two_is_rosenbrocks_valley():
    two, one = objectives.chained_rosenbrock(2, 7.0), objectives.rosenbrock(7.0)
    x = np.random.default_rng(0).normal(size=(2, 9))
    np.testing.assert_allclose(two(x), one(x), rtol=1e-14)
    np.testing.assert_allclose(two.grad(x), one.grad(x), rtol=1e-13)
    with pytest.raises(ValueError, match="d is 1; a chain needs at least 2"):
        objectives.chained_rosenbrock(1)


def test_the_second_minimum_is_listed_only_where_it_is_known():
    assert objectives.chained_rosenbrock(4).local_minima.shape == (4, 1)
    assert objectives.chained_rosenbrock(4, 99.0).local_minima.shape == (4, 0)
    assert objectives.chained_rosenbrock(5).local_minima.shape == (5, 0)


@pytest.mark.parametrize("d", [1, 2, 9])
def test_ackley_has_a_kink_at_its_minimum(d):
    f = objectives.ackley(d)
    assert f.minima.shape == (d, 1)
    assert f(np.zeros(d)) == 0
    assert (f.grad(np.zeros(d)) == 0).all()
    near = np.random.default_rng(0).normal(size=d) * 1e-8
    assert np.linalg.norm(f.grad(near)) == pytest.approx(4 / np.sqrt(d), rel=1e-5)


def test_mccormick_falls_without_end_outside_its_domain():
    f = objectives.mccormick()
    (x,) = f.minima.T
    assert f(x - np.pi) == pytest.approx(f.minimum - np.pi, rel=1e-12)
    assert abs(f.grad(x - np.pi)).max() < 1e-12


def test_branin_repeats_its_minimum_beyond_the_domain():
    x = np.array([-3 * np.pi, 6 + 15 + 9 * 5.1 / 4])  # x₂ = bx₁² − cx₁ + 6
    f = objectives.branin()
    assert f(x) == pytest.approx(f.minimum, rel=1e-12)


def test_the_helix_breaks_where_its_angle_does_and_nowhere_else():
    f = objectives.helical_valley()
    sides = np.array([[1e-9, -1e-9], [-1, -1], [0, 0]])
    assert f(sides) == pytest.approx([100**2 / 16, 9 * 100**2 / 16], rel=1e-6)
    for angle in np.pi * np.array([0.0, 0.5, 1.0]):  # here the stairs go on
        ends = angle + np.array([-1e-9, 1e-9])
        low, high = f([np.cos(ends), np.sin(ends), 0 * ends])
        assert low == pytest.approx(high, abs=1e-4)


@pytest.mark.parametrize("name", ENDLESS)
def test_what_falls_without_end_has_no_minimum(name):
    f = named(name)
    assert f.minima.shape == (2, 0)
    assert f.minimum is None


def test_the_monkey_saddle_is_level_at_the_origin_in_every_second_difference():
    f = objectives.monkey_saddle()
    assert f([2, 1]) == 8 - 6
    assert f.grad([2, 1]) == pytest.approx([9, -12])
    np.testing.assert_allclose(hessian(f.grad, np.zeros(2)), 0, atol=1e-12)
    turn = np.array([[np.cos(a), np.sin(a)] for a in np.pi / 3 * np.arange(6)]).T
    assert f(turn) == pytest.approx([1, -1, 1, -1, 1, -1])  # three ways down
    assert minimize(f, learning_rate=0.1, steps=1000).status == "diverged"


def test_the_saddle_falls_without_end():
    f = objectives.saddle()
    assert f.minima.shape == (2, 0)
    assert f([0, 0]) == 0
    assert (f.grad([0, 0]) == 0).all()
    assert f([3, 100]) == 9 - 10_000
    assert f.grad([3, 100]) == pytest.approx([6, -200])
    assert minimize(f, learning_rate=0.1, steps=1000).status == "diverged"


def test_a_quadratic_has_its_minimum_where_the_equations_are_solved():
    A, b = [[3.0, 1.0], [1.0, 2.0]], [9.0, 8.0]  # 3·2 + 3 = 9 and 2 + 2·3 = 8
    f = quadratic(A, b)
    np.testing.assert_allclose(f.minima[:, 0], [2, 3], rtol=1e-14)
    assert f([2, 3]) == pytest.approx(-(9 * 2 + 8 * 3) / 2)  # −½ bᵀx*
    assert f.minimum == pytest.approx(-21)
    assert f([0, 0]) == 0
    assert f([1, 0]) == pytest.approx(1.5 - 9)
    np.testing.assert_allclose(f.grad(np.zeros(2)), [-9, -8])
    np.testing.assert_allclose(hessian(f.grad, f.start), A, atol=1e-9)


def test_a_quadratic_takes_many_points_at_once():
    f = quadratic([[3.0, 1.0], [1.0, 2.0]], [9.0, 8.0])
    x = np.random.default_rng(0).normal(size=(2, 6, 2))
    assert f(x).shape == (6, 2)
    assert f(x)[4, 1] == pytest.approx(f(x[:, 4, 1]), rel=1e-13)
    np.testing.assert_allclose(f.grad(x)[:, 4, 1], f.grad(x[:, 4, 1]), rtol=1e-13)


@pytest.mark.parametrize("A", [[1, 0], [1, -1], [[1, 1], [1, 1]], [-2, -3]])
def test_a_quadratic_that_is_no_bowl_has_no_minimum(A):
    assert quadratic(A).minima.shape == (2, 0)
    assert quadratic(A).minimum is None


def test_a_curvature_that_is_zero_but_for_rounding_is_zero():
    A = [[1, 2, 4], [2, 5, 10], [4, 10, 20]]  # its last row is twice the second
    assert quadratic(A).minima.shape == (3, 0)


@pytest.mark.parametrize(
    ("A", "b", "said"),
    [
        ([[1, 2, 3], [4, 5, 6]], None, r"shape \(2, 3\).*square"),
        ([[1, 2], [0, 1]], None, r"not symmetric.*A \+ A\.T"),
        ([1, 2], [1, 2, 3], r"b has shape \(3,\).*needs \(2,\)"),
    ],
)
def test_a_quadratic_says_what_is_wrong_with_its_matrix(A, b, said):
    with pytest.raises(ValueError, match=said):
        quadratic(A, b)


def test_an_objective_of_ones_own_needs_two_functions():
    f = Objective(lambda x: x @ x, lambda x: 2 * x, name="mine")
    assert f([3, 4]) == 25
    assert repr(f) == "Objective(mine)"
    assert f.minima is None
    assert f.minimum is None


def test_a_training_loss_is_an_objective_of_the_parameters():
    X, y = np.array([[1.0], [2.0]]), np.array([3.0, 5.0])  # the line 1 + 2x
    model = LinearRegression(features=1)
    f = objectives.training_loss(model, X, y)
    assert f([1, 2]) == 0
    assert f([0, 0]) == pytest.approx((9 + 25) / 2)
    np.testing.assert_allclose(f.grad(np.array([0.0, 0.0])), [-8, -13])
    assert repr(f) == "Objective(loss of LinearRegression)"
