"""Figures draw on the axes they are given, and can be read without colour or sight."""

import colorsys
import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from gdlib import optimizers, plotting
from gdlib.descent import minimize
from gdlib.linear import SoftmaxRegression
from gdlib.objectives import (
    himmelblau,
    quadratic,
    rosenbrock,
    saddle,
    sphere,
    styblinski_tang,
)
from gdlib.plotting import (
    COLORS,
    LOOKS,
    arrow,
    contours,
    curves,
    describe,
    margin,
    path,
    regions,
    rose,
    use_book_style,
)
from gdlib.svm import LinearSVM

RUN = minimize(rosenbrock(), learning_rate=1e-3, steps=20)
POINTS = np.array([[-2.0, 0.0], [-1.0, 1.0], [0.5, 0.0], [2.0, -1.0], [3.0, 1.0]])
SIDES = np.array([-1, -1, 1, 1, 1])
SVM, PLANE = LinearSVM(2), np.array([0.0, 1.0, 0.0])  # s = x₁
DRAW = {
    "contours": lambda ax: contours(rosenbrock(), ax=ax),
    "path": lambda ax: path(RUN, ax=ax),
    "curves": lambda ax: curves({"adam": RUN}, ax=ax),
    "rose": lambda ax: rose(lambda u: u[0], ax=ax),
    "arrow": lambda ax: arrow([1, 2], label="g", ax=ax),
    "regions": lambda ax: regions(SVM, PLANE, POINTS, SIDES, ax=ax),
    "margin": lambda ax: margin(SVM, PLANE, POINTS, SIDES, ax=ax),
}
every_figure = pytest.mark.parametrize("name", DRAW)


@pytest.fixture(autouse=True)
def tidy():
    """Draw without a screen, and leave no figure behind."""
    before = plt.get_backend()
    plt.switch_backend("agg")
    yield
    plt.close("all")
    plt.switch_backend(before)


@pytest.fixture
def pair():
    """Return two pairs of axes; the second is the current one."""
    _, axes = plt.subplots(1, 2)
    plt.sca(axes[1])
    return axes


def drawn(ax):
    return [*ax.lines, *ax.collections, *ax.texts]


@every_figure
def test_a_figure_is_drawn_on_the_axes_it_is_given_and_only_there(name, pair):
    assert DRAW[name](pair[0]) is pair[0]
    assert drawn(pair[0])
    assert not drawn(pair[1])
    assert plt.get_fignums() == [pair[0].figure.number]


@every_figure
def test_without_axes_a_figure_is_drawn_on_the_current_ones(name, pair):
    assert DRAW[name](None) is pair[1]
    assert drawn(pair[1])
    assert not drawn(pair[0])


@every_figure
def test_drawing_changes_no_setting_of_matplotlib(name, pair):
    before = mpl.rcParams.copy()
    DRAW[name](pair[0])
    assert mpl.rcParams == before


@pytest.mark.parametrize("name", ["contours", "curves", "rose", "regions", "margin"])
def test_axes_have_a_symbol_and_a_word(name, pair):
    ax = DRAW[name](pair[0])
    for label in (ax.get_xlabel(), ax.get_ylabel()):
        symbol, word = label.split("  ")
        assert symbol.startswith("$")
        assert word.startswith("(")
        assert word.endswith(")")


# --------------------------------------------------------------------------- contours


def stars(ax):
    return [line for line in ax.get_lines() if line.get_marker() == "*"]


@pytest.mark.parametrize("f", [rosenbrock(), himmelblau(), sphere()], ids=str)
def test_each_minimum_has_a_star(f, pair):
    (star,) = stars(contours(f, ax=pair[0]))
    assert (np.array(star.get_data()) == f.minima).all()


def test_where_there_is_no_minimum_there_is_no_star(pair):
    assert not stars(contours(saddle(), ax=pair[0]))


def test_contours_show_the_domain_or_the_one_they_are_given(pair):
    ax = contours(rosenbrock(), ax=pair[0])
    assert (ax.get_xlim(), ax.get_ylim()) == ((-2, 2), (-1, 3))
    ax = contours(rosenbrock(), ax=pair[1], domain=[(0, 2), (0, 1)])
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 2), (0, 1))


def test_contours_of_a_bowl_are_where_it_has_that_height(pair):
    ax = contours(sphere(), ax=pair[0], levels=[1.0, 4.0])
    for level, line in zip((1, 4), ax.collections[0].get_paths(), strict=True):
        np.testing.assert_allclose((line.vertices**2).sum(axis=1), level, rtol=0.01)


def test_the_first_coordinate_runs_to_the_right(pair):
    ax = contours(quadratic([1, 100]), ax=pair[0], levels=[1.0])
    wide, high = np.ptp(ax.collections[0].get_paths()[0].vertices, axis=0)
    assert wide == pytest.approx(10 * high, rel=0.02)


def test_so_many_levels_are_drawn_closer_near_the_bottom(pair):
    levels = contours(sphere(), ax=pair[0], levels=9).collections[0].levels
    assert len(levels) == 9
    ratio = levels[1:] / levels[:-1]
    np.testing.assert_allclose(ratio, ratio[0], rtol=0.05)
    assert ratio[0] > 2
    f = styblinski_tang()
    levels = contours(f, ax=pair[1], levels=9).collections[0].levels
    lowest = f(f.minima)[0]
    assert lowest < levels[0] < 0.99 * lowest


# ------------------------------------------------------------------- paths and curves


def test_a_path_goes_through_every_iterate_and_rings_the_first(pair):
    line, ring = path(RUN, "adam", ax=pair[0]).get_lines()
    assert (line.get_xydata() == RUN.x).all()
    assert (ring.get_xydata() == RUN.x[:1]).all()
    assert ring.get_fillstyle() == "none"
    assert line.get_color() == ring.get_color() == COLORS["adam"]
    assert line.get_label() == "Adam"


def test_a_path_takes_an_array_and_any_setting_of_a_line(pair):
    line, _ = path(RUN.x[:5], ax=pair[0], label="mine", linewidth=3).get_lines()
    assert (line.get_xydata() == RUN.x[:5]).all()
    assert (line.get_label(), line.get_linewidth()) == ("mine", 3)


def test_curves_show_height_against_step_on_a_logarithmic_axis(pair):
    runs = {"adam": RUN, "mine": np.array([4.0, 2.0, 1.0])}
    ax = curves(runs, ax=pair[0])
    first, second = ax.get_lines()
    assert ax.get_yscale() == "log"
    assert (first.get_ydata() == RUN.f).all()
    assert first.get_xdata().tolist() == list(range(21))
    assert second.get_xydata().tolist() == [[0, 4], [1, 2], [2, 1]]
    assert first.get_color() == COLORS["adam"]
    said = [text.get_text() for text in ax.get_legend().get_texts()]
    assert said == ["Adam", "mine"]


def test_curves_may_be_on_a_plain_axis(pair):
    ax = curves({"adam": RUN}, ax=pair[0], log=False, ylabel="$e$  (error)")
    assert ax.get_yscale() == "linear"
    assert ax.get_ylabel() == "$e$  (error)"


# --------------------------------------------------------------------- rose and arrow


def tips(ax, petals=72):
    return np.array([line.get_xydata()[1] for line in ax.get_lines()[:petals]])


def test_a_rose_has_its_longest_petal_along_minus_the_gradient(pair):
    g = np.array([3.0, -4.0])
    ends = tips(rose(lambda u: g @ u, ax=pair[0], petals=720), 720)
    longest = ends[np.linalg.norm(ends, axis=1).argmax()]
    np.testing.assert_allclose(longest, -g, atol=0.03)  # as long as ‖g‖, too
    uphill = ends @ g > 1e-9
    assert not uphill.any()


def test_measured_by_the_largest_coordinate_the_longest_petal_is_a_diagonal(pair):
    g = np.array([3.0, 1.0])
    ends = tips(rose(lambda u: g @ u, norm=np.inf, ax=pair[0]))
    longest = ends[np.linalg.norm(ends, axis=1).argmax()]
    np.testing.assert_allclose(longest / longest[0], [1, 1])
    assert np.linalg.norm(longest) == pytest.approx(4)  # |−3| + |−1|


def test_measured_by_the_sum_of_coordinates_the_longest_petal_is_an_axis(pair):
    ends = tips(rose(lambda u: np.array([3.0, 1.0]) @ u, norm=1, ax=pair[0]))
    longest = ends[np.linalg.norm(ends, axis=1).argmax()]
    np.testing.assert_allclose(longest, [-3, 0], atol=1e-12)


def test_an_arrow_ends_where_it_should_and_stays_in_view(pair):
    ax = arrow([3, 4], start=(1, 1), label="−g", ax=pair[0])
    (shaft,), (name,) = ax.collections, ax.texts
    assert shaft.get_offsets().tolist() == [[1, 1]]
    assert (shaft.U.tolist(), shaft.V.tolist()) == ([3], [4])
    assert (shaft.angles, shaft.scale_units, shaft.scale) == ("xy", "xy", 1)
    assert name.get_text() == "−g"
    assert tuple(name.xy) == (4, 5)
    ax.autoscale_view()
    assert ax.get_xlim()[1] >= 4
    assert ax.get_ylim()[1] >= 5


# --------------------------------------------------------------------------- classes


def test_each_region_holds_the_points_for_which_its_class_is_predicted(pair):
    model = SoftmaxRegression(features=2, classes=3)
    theta = np.array([0.0, 1.0, 0.0, -2.0, 0.0, 2.0, 0.0, -1.0, 0.0])
    y = np.array([0, 0, 1, 2, 2])
    ax = regions(model, theta, POINTS, y, ax=pair[0])
    shades, dots = ax.collections[:3], ax.collections[3:]
    inside = np.random.default_rng(0).uniform([-2, -1], [3, 1], size=(300, 2))
    answer = model.predict(theta, inside)
    for one, shade in enumerate(shades):
        paths = shade.get_paths()
        held = np.array([any(p.contains_point(x) for p in paths) for x in inside])
        assert (held == (answer == one)).mean() > 0.97  # a grid, not a formula
    assert len({tuple(shade.get_facecolor()[0]) for shade in shades}) == 3
    for one, dot in enumerate(dots):
        assert (np.array(dot.get_offsets()) == POINTS[y == one]).all()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "$y$ = 0",
        "$y$ = 1",
        "$y$ = 2",
    ]


def test_the_plane_and_its_curbs_are_where_the_score_is_0_and_1(pair):
    theta = np.array([0.5, 1.0, -2.0])
    ax = margin(SVM, theta, POINTS, SIDES, ax=pair[0])
    for lines, levels in zip(ax.collections[:2], ([0], [-1, 1]), strict=True):
        for path_, level in zip(lines.get_paths(), levels, strict=True):
            s = SVM.scores(theta, path_.vertices)
            np.testing.assert_allclose(s, level, atol=1e-9)


def test_what_holds_the_street_has_a_ring(pair):
    ax = margin(SVM, PLANE, POINTS, SIDES, ax=pair[0])
    rings = np.array(ax.collections[2].get_offsets())
    assert (rings == POINTS[SVM.support(PLANE, POINTS, SIDES)]).all()
    assert rings.tolist() == [[-1, 1], [0.5, 0]]


def test_classes_differ_in_shape_and_shade_and_not_in_hue(pair):
    ax = margin(SVM, PLANE, POINTS, SIDES, ax=pair[0])
    one, other = ax.collections[3:]
    assert len(one.get_paths()[0].vertices) != len(other.get_paths()[0].vertices)
    shades = [dots.get_facecolor()[0] for dots in (one, other)]
    assert abs(shades[0][0] - shades[1][0]) > 0.5
    assert all(r == g == b for r, g, b, _ in shades)


def test_a_plane_shows_two_features_and_no_more():
    for draw in (regions, margin):
        with pytest.raises(ValueError, match=r"\(5, 3\); a plane shows two features"):
            draw(SVM, PLANE, np.ones((5, 3)), SIDES)


# --------------------------------------------------------------- for every reader


def luminance(color):
    """Return how bright a colour is, of white 1: the measure that WCAG prescribes."""
    rgb = np.array(mpl.colors.to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def look_faults(rules, looks):
    """Return the rules without a look, and the looks without a rule."""
    bare, idle = sorted(set(rules) - set(looks)), sorted(set(looks) - set(rules))
    return [
        *(f"{r} has no look: add it to LOOKS in gdlib/plotting.py" for r in bare),
        *(f"{look} in LOOKS is no rule of gdlib/optimizers.py" for look in idle),
    ]


def test_every_rule_has_a_look_and_every_look_a_rule():
    public = {n for n, f in vars(optimizers).items() if callable(f) and n[0] != "_"}
    assert not look_faults(public - {"elementwise"}, LOOKS)


def test_a_rule_without_a_look_is_noticed():
    assert look_faults([*LOOKS, "sign_descent"], LOOKS) == [
        "sign_descent has no look: add it to LOOKS in gdlib/plotting.py"
    ]
    assert look_faults(set(LOOKS) - {"adam"}, LOOKS)


def test_two_methods_differ_in_more_than_hue():
    """In print without colour, a line is told by its style or by its lightness."""
    for a, b in itertools.combinations(LOOKS.values(), 2):
        assert a.color != b.color
        assert a.marker != b.marker
        assert a.label != b.label
        light, dark = sorted([luminance(a.color), luminance(b.color)], reverse=True)
        assert a.linestyle != b.linestyle or light > 2 * dark, (a, b)


def test_no_two_colors_are_close():
    for a, b in itertools.combinations(COLORS.values(), 2):
        ra, rb = (np.array(mpl.colors.to_rgb(c)) for c in (a, b))
        assert np.linalg.norm(ra - rb) > 0.2


def test_lines_stand_out_from_a_white_and_from_a_black_page():
    """3:1 is what WCAG asks of graphics; lightest and darkest come near it."""
    for color in [*COLORS.values(), plotting.QUIET]:
        on_white = 1.05 / (luminance(color) + 0.05)
        on_black = (luminance(color) + 0.05) / 0.05
        assert min(on_white, on_black) > 2, color
        assert colorsys.rgb_to_hls(*mpl.colors.to_rgb(color))[1] < 0.7


def test_a_description_has_title_axes_and_the_ends_of_each_line(pair):
    ax = curves({"adam": np.array([100.0, 10.0, 0.5])}, ax=pair[0])
    ax.plot([0, 1], [5, 6])  # no label: not for the text
    ax.set_title("Adam arrives")
    said = describe(ax)
    assert said == (
        "Adam arrives. Horizontal: t (step). Vertical: f(x_t) (height), logarithmic. "
        'Line "Adam" from (0, 100) to (2, 0.5).'
    )


def test_a_description_has_no_markup_and_finds_a_title_on_any_side(pair):
    pair[0].set_title("$f$ falls", loc="left")
    said = describe(contours(sphere(), ax=pair[0]))
    assert said.startswith("f falls. Horizontal: x_1 (first coordinate)")
    assert "$" not in said
    assert "  " not in said


def test_the_style_of_the_book_can_be_put_on():
    with mpl.rc_context():
        plt.rcdefaults()
        before = mpl.rcParams.copy()
        use_book_style()
        assert mpl.rcParams != before
        _, ax = plt.subplots()
        DRAW["curves"](ax).figure.canvas.draw()
