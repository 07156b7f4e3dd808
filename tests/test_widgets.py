"""The interactive figures: the page computes what gdlib computes, and draws it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from gdlib import (
    datasets,
    language,
    losses,
    networks,
    objectives,
    optimizers,
    plotting,
    policies,
    static,
    widgets,
    worlds,
)
from gdlib.datasets import digits
from gdlib.descent import descend, minimize
from gdlib.networks import ConvNet, max_pool, max_pool_backward
from gdlib.parameters import flatten
from gdlib.svm import LinearSVM, dual_ascent
from gdlib.widgets.figures import RULES, TWINS
from gdlib.widgets.interactive import plain

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book" / "_ext"))
from gdbook import interactives, node  # noqa: E402

ARGUMENTS = {"quadratic": [[1.0, 100.0]]}
METHODS = ["gradient_descent", "momentum", "adam"]
FIGURES = {
    "descent": lambda: widgets.Descent("quadratic", [1, 10], start=(-2.5, 0.5)),
    "rose": widgets.Rose,
    "race": widgets.Race,
    "terrain": widgets.Terrain,
    "modes": widgets.Modes,
    "phase": widgets.Phase,
    "correction": widgets.Correction,
    "sweep": lambda: widgets.Sweep(
        [0.01, 0.1, 1.0],
        [0, 5, 10],
        {method: np.linspace(0.5, 1, 9).reshape(3, 3) for method in METHODS},
    ),
    "batches": lambda: widgets.Batches(houses(), rng=np.random.default_rng(0)),
    "basins": lambda: widgets.Basins("himmelblau", rates=[0.01, 0.016]),
    "noise": lambda: widgets.NoiseFloor(rng=np.random.default_rng(0)),
    "saddle": widgets.Escape,
    "edge": lambda: widgets.Edge(
        [0.1, 0.2], [0, 5, 10], [[2, 1, 0.5], [2, 0.5, 0.1]], [[4, 9, 8], [4, 7, 5]]
    ),
    "quotient": widgets.Quotient,
    "moons": lambda: moons_film()[0],
    "odds": lambda: next_character()[0],
    "filters": lambda: widgets.Filters(*reader()),
    "street": lambda: widgets.Street(*clouds(), penalties=[0.01, 0.1, 1.0]),
    "doubt": lambda: irises(),
    "policy": lambda: widgets.PolicyGrid(
        [0, 5], np.full((2, 16, 4), 0.25), returns=[-18.29, -2.0]
    ),
}


def houses():
    c = np.random.default_rng(3).normal(size=(20, 2)) * [2, 0.2]
    return c - c.mean(axis=0)


def irises():
    data = datasets.iris()
    X, y = data.X[:100, [1, 2]], data.y[:100]
    return widgets.Doubt(X, y, marks=[1, 10, 100, 1000, 10_000])


def clouds():
    rng, y = np.random.default_rng(5), np.repeat([-1, 1], 15)
    return rng.normal(size=(30, 2)) + 1.2 * y[:, None], y


def reader():
    """Weights of a network, and the first five digits for it to look at."""
    return ConvNet().init(np.random.default_rng(0)), digits().X[:5] / 16


def next_character(prompts=("ab c", "cc")):
    model = language.Bigram("abc \n")
    theta = 2 * np.random.default_rng(3).normal(size=25)
    film = widgets.NextCharacter(
        model,
        theta,
        prompts=list(prompts),
        rng=np.random.default_rng(0),
        temperatures=[0, 0.5, 1, 2],
        length=90,
        heat=2,
    )
    return film, model, theta


def moons_film():
    rng = np.random.default_rng(0)
    few, aside = (datasets.two_moons(n, rng=rng) for n in (30, 50))
    options = {"units": 6, "epochs": [0, 2, 40], "columns": 20, "rows": 15}
    film = widgets.Moons(few, aside, rng=np.random.default_rng(1), **options)
    return film, few, aside


def ask(*questions):
    """Ask the modules of gdlib/static; each question is a module, a path, arguments."""
    message = {"folder": (ROOT / "gdlib/static").as_posix(), "questions": questions}
    done = node.run(ROOT / "tests/twin.mjs", json.dumps(plain(message)))
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


def objective(name):
    return getattr(objectives, name)(*ARGUMENTS.get(name, []))


def twin(name, part, *given):
    """One question: f or grad of an objective of the page, at a point."""
    arguments = ARGUMENTS.get(name, [])
    return ["../../tests/twins", part, [name, arguments, *given]]


# --------------------------------------------------------------------------- twins


@pytest.mark.parametrize("name", TWINS)
def test_the_page_s_functions_and_gradients_are_gdlib_s(name):
    f = objective(name)
    low, high = f.domain.T
    points = low + (high - low) * np.random.default_rng(0).random((200, 2))
    heights, slopes = ask(twin(name, "heights", points), twin(name, "slopes", points))
    assert np.allclose(heights, f(points.T), rtol=1e-12, atol=1e-12)
    assert np.allclose(slopes, f.grad(points.T).T, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", TWINS)
def test_the_page_walks_as_gdlib_walks_for_hundreds_of_steps(name, rule):
    f = objective(name)
    rate = {"adagrad": 0.3, "rmsprop": 0.001, "adam": 0.05, "amsgrad": 0.05}.get(rule)
    if rate is None:
        rate = 0.2 / abs(np.linalg.eigvalsh(hessian(f, f.start))).max()
    run = {"learning_rate": rate, "steps": 400}
    walk = minimize(f, f.start, getattr(optimizers, rule), **run)
    (points,) = ask(twin(name, "path", f.start, {"rule": rule, **run}))
    kept = len(walk.x)  # gdlib stops where f is a million times what it was
    assert len(points) >= kept > 20
    assert np.allclose(points[:kept], walk.x, rtol=1e-9, atol=1e-9)


def hessian(f, x, h=1e-5):
    return np.stack([(f.grad(x + e) - f.grad(x - e)) / (2 * h) for e in h * np.eye(2)])


def test_the_rules_of_the_page_take_the_hyperparameters_of_gdlib():
    f = objectives.beale()
    for rule, hyper in [
        ("momentum", {"beta": 0.5}),
        ("nesterov", {"beta": 0.7}),
        ("rmsprop", {"beta": 0.99, "eps": 1e-3}),
        ("adagrad", {"eps": 0.1}),
        ("adam", {"beta1": 0.5, "beta2": 0.9, "eps": 1e-2}),
        ("amsgrad", {"beta1": 0.5, "beta2": 0.9, "eps": 1e-2}),
    ]:
        run = {"learning_rate": 0.01, "steps": 100}
        walk = minimize(f, f.start, getattr(optimizers, rule), **run, **hyper)
        question = twin("beale", "path", f.start, {"rule": rule, "hyper": hyper, **run})
        assert np.allclose(ask(question)[0], walk.x, rtol=1e-9, atol=1e-9), rule


def test_a_walk_that_leaves_the_numbers_ends_there():
    run = {"rule": "gradient_descent", "learning_rate": 1.0, "steps": 200}
    (points,) = ask(twin("rosenbrock", "path", [-1.2, 1], run))
    assert 1 < len(points) < 20
    assert np.isfinite(points).all()


@pytest.mark.parametrize(("norm", "p"), [("ruler", 2), ("taxi", 1), ("king", np.inf)])
def test_the_steepest_direction_of_the_page_attains_the_dual_norm(norm, p):
    dual = {2: 2, 1: np.inf, np.inf: 1}[p]
    gradients = np.random.default_rng(1).normal(size=(20, 2))
    found = ask(
        *[["rose", "steepest", [{"gradient": g, "norm": norm}]] for g in gradients]
    )
    for g, best in zip(gradients, found, strict=True):
        assert np.isclose(np.linalg.norm(best["u"], p), 1)
        assert np.isclose(g @ best["u"], best["slope"])
        assert np.isclose(best["slope"], -np.linalg.norm(g, dual))


def test_the_petals_of_the_page_lie_on_the_circle_over_minus_the_gradient():
    g = np.array([-2.5, 5.0])
    (tips,) = ask(["rose", "petals", [{"gradient": g, "norm": "ruler"}, 90]])
    tips = np.array([tip for tip in tips if np.hypot(*tip) > 1e-9])
    assert len(tips) == 45  # the other half of the directions go up
    assert np.allclose(np.linalg.norm(tips + g / 2, axis=1), np.linalg.norm(g) / 2)


def test_what_the_page_leaves_of_an_error_is_what_descent_leaves():
    curvatures = [1.0, 10.0, 100.0]
    state = {"curvatures": curvatures, "learning_rate": 0.0199, "step": 60}
    f = objectives.quadratic(curvatures)
    walk = minimize(f, [1.0, 1.0, 1.0], learning_rate=0.0199, steps=60)
    assert np.allclose(ask(["modes", "left", [state]])[0], abs(walk.x[-1]), rtol=1e-9)


def test_the_radius_of_the_page_is_the_largest_eigenvalue_of_the_step():
    pairs = np.random.default_rng(2).uniform([0.01, 0], [4, 1], size=(50, 2))
    radii = ask(*[["phase", "radius", [pair]] for pair in pairs])
    for (stiffness, beta), radius in zip(pairs, radii, strict=True):
        step = np.array([[1 - stiffness, -beta], [stiffness, beta]])  # of (x, ηv)
        assert np.isclose(radius, abs(np.linalg.eigvals(step)).max())


def test_the_spring_of_the_page_is_momentum_on_a_parabola():
    walk = minimize(
        objectives.quadratic([0.3]), [1.0], optimizers.momentum, beta=0.8,
        learning_rate=1.0, steps=100,
    )  # fmt: skip
    (states,) = ask(["phase", "spring", [[0.3, 0.8]]])
    places, motions = np.array(states)[:101].T
    assert np.allclose(places, walk.x[:, 0], rtol=1e-9, atol=1e-12)
    assert np.allclose(motions[1:], np.diff(walk.x[:, 0]), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("size", [1, 6, 20])
def test_the_survey_of_the_page_is_descent_on_the_same_batches(size):
    figure = widgets.Batches(houses(), rng=np.random.default_rng(0), epochs=3)
    (walked,) = ask(["batches", "survey", [figure.state(), size]])
    stream = [
        (np.array(order[k : k + size]),)
        for order in figure.shuffles[0]
        for k in range(0, 20, size)
    ]
    c, curvatures = houses(), np.array([1, 100])
    grad = lambda x, rows: curvatures * (x - c[rows].mean(axis=0))
    walk = [*descend(grad, [-10.0, 1.0], learning_rate=0.01, batches=stream)]
    asked, points = zip(*walked, strict=True)
    assert np.allclose(points, walk, rtol=1e-9, atol=1e-9)
    assert asked[-1] == 60
    assert len(points) == 1 + 3 * -(-20 // size)


def test_the_first_steps_of_the_page_are_adam_s_and_uncorrected_they_are_longer():
    betas = {"beta1": 0.9, "beta2": 0.999}
    question = ["correction", "directions", [{"slope": "steady", **betas}, 50]]
    (found,) = ask(question)
    assert np.allclose(np.array(found["corrected"])[:, 1], 1, atol=1e-7)
    t = np.arange(1, 51)
    closed = (1 - 0.9**t) / np.sqrt(1 - 0.999**t)
    assert np.allclose(np.array(found["raw"])[:, 1], closed, rtol=1e-6)


@pytest.mark.parametrize(
    ("curve", "height", "speed"), [("sine", 1, 1), ("high", 1001, 1), ("fast", 1, 100)]
)
def test_the_errors_of_the_page_are_those_of_taylor_and_of_rounding(
    curve, height, speed
):
    eps = np.finfo(float).eps
    second, third = speed**2 * np.sin(speed), speed**3 * np.cos(speed)
    for method, wide, left_out, noise in [
        ("forward", 1e-3 / speed, abs(second) / 2 * 1e-3 / speed, 2),
        ("centered", 1e-2 / speed, abs(third) / 6 * (1e-2 / speed) ** 2, 1),
    ]:
        hs = [wide, 1e-13, 1e-14]
        question = [{"curve": curve}, method]
        errors = ask(*[["quotient", "error", [*question, h]] for h in hs])
        assert np.isclose(errors[0], left_out, rtol=0.01)  # what Taylor says
        for h, error in zip(hs[1:], errors[1:], strict=True):
            assert 0 < error <= noise * (height + speed) * eps / h


@pytest.mark.parametrize("power", [-2, -6, -12])
@pytest.mark.parametrize("rate", [0.1, 0.3])
def test_the_page_leaves_the_pass_when_the_logarithm_says(power, rate):
    state = {"east": 1.0, "power": power, "side": -1, "learning_rate": rate}
    (seen,) = ask(["saddle", "leave", [state]])
    assert seen["out"] == np.ceil(np.log(10.0**-power) / np.log(1 + 2 * rate))
    walk = minimize(
        objectives.saddle(),
        [1, -(10.0**power)],
        learning_rate=rate,
        steps=seen["out"],
    )
    assert np.allclose(seen["points"], walk.x, rtol=1e-9, atol=1e-15)
    (seen,) = ask(["saddle", "leave", [state | {"power": -16}]])
    assert seen["out"] is None  # the end of the slider is the ridge
    assert seen["points"][-1][1] == 0


def test_the_noisy_walk_of_the_page_is_descent_with_that_luck():
    figure = widgets.NoiseFloor(rng=np.random.default_rng(0), size=9)
    grad = lambda x, z: 100.0 * x + 20.0 / 3 * z
    stream = [(z,) for z in figure.luck]
    walk = [*descend(grad, [0.0], learning_rate=0.013, batches=stream)]
    (places,) = ask(["noise", "walk", [figure.state(), 0.013]])
    assert np.allclose(places, np.ravel(walk), rtol=1e-9, atol=1e-12)


def test_the_floor_of_the_page_is_the_balance_and_its_luck_comes_near():
    state = widgets.NoiseFloor(rng=np.random.default_rng(0), size=4).state()
    for rate in (0.002, 0.01, 0.018):
        v = 0.0
        for _ in range(2000):
            v = (1 - 100 * rate) ** 2 * v + rate**2 * 20**2 / 4
        questions = [
            ["noise", part, [state, rate]] for part in ("predicted", "simulated")
        ]
        predicted, simulated = ask(*questions)
        assert np.isclose(predicted, 100 * v / 2)
        assert abs(simulated / predicted - 1) < 0.15


def test_the_arrows_of_a_policy_lead_where_its_moves_lead():
    """Each room has four; the mean of their tips is where the agent drifts."""
    world, policy = worlds.GridWorld(), policies.SoftmaxPolicy(16, 4)
    p = policy.probabilities(np.random.default_rng(0).normal(size=64), np.eye(16))
    state = widgets.PolicyGrid([3], [p], returns=[-9.0]).state()
    (seen,) = ask(["policy", "arrows", [state]])
    pairs = np.array(seen).reshape(14, 4, 2, 2)
    for room, four in enumerate(pairs, start=1):
        row, column = divmod(room, 4)
        assert np.allclose(four[:, 0], [column + 0.5, 3.5 - row])
        lengths = np.linalg.norm(four[:, 1] - four[:, 0], axis=1)
        assert np.allclose(lengths, 0.48 * p[room], atol=0.003)  # whole percents
        for action, (tail, tip) in enumerate(four):
            there = world.step(np.array([room]), np.array([action]))[0][0]
            if there != room:  # not into the wall
                to = np.array([there % 4 + 0.5, 3.5 - there // 4])
                assert np.allclose((tip - tail) / lengths[action], to - tail)


def test_the_surest_move_of_a_policy_is_its_largest_probability():
    p = np.full((1, 16, 4), 0.25)
    p[0, 7] = [0.1, 0.1, 0.7, 0.1]  # second row, last column
    state = widgets.PolicyGrid([0], p, returns=[-18.0]).state()
    (seen,) = ask(["policy", "surest", [state]])
    assert seen == {"row": 2, "column": 4, "way": "down", "share": 70}


# ------------------------------------------------------------------------- drawing


def test_a_level_set_lies_where_the_function_has_that_height():
    n = 81
    side = np.linspace(-2, 2, n)
    x, y = np.meshgrid(side, side)
    (lines,) = ask(["drawing", "levelSet", [(x**2 + y**2).ravel(), n, 1.5]])
    assert len(lines) == 1  # a circle is one line, and closed
    points = np.array(lines[0]) * 4 / (n - 1) - 2
    assert np.allclose(points[0], points[-1])
    assert np.allclose(np.linalg.norm(points, axis=1), np.sqrt(1.5), atol=1e-3)
    around = np.unwrap(np.arctan2(*points.T[::-1]))
    assert np.isclose(abs(around[-1] - around[0]), 2 * np.pi)


def test_level_sets_that_leave_the_table_are_open_and_none_is_lost():
    x, y = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 41))
    (lines,) = ask(["drawing", "levelSet", [(x * y).ravel(), 41, 0.25]])
    assert len(lines) == 2  # the two branches of a hyperbola
    for line in lines:
        points = np.array(line) / 20 - 1
        assert np.allclose(points.prod(axis=1), 0.25, atol=1e-3)
        assert {abs(points[0]).max(), abs(points[-1]).max()} == {1.0}


def test_a_saddle_in_a_square_is_cut_without_crossing():
    (lines,) = ask(["drawing", "levelSet", [[1, 0, 0, 1], 2, 0.6]])
    assert sorted(map(len, lines)) == [2, 2]
    (a, b), (c, d) = np.array(lines)
    cross = lambda p, q: p[0] * q[1] - p[1] * q[0]
    sides = [np.sign(cross(b - a, point - a)) for point in (c, d)]
    assert sides[0] == sides[1]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.15, "0.15"),
        (-2.5, "−2.5"),
        (123456.0, "1.23 × 10⁵"),
        (1.5e-12, "1.50 × 10⁻¹²"),
        (0, "0"),
        (99999.0, "100000"),
    ],
)
def test_numbers_are_said_as_a_person_would_say_them(number, text):
    assert ask(["drawing", "say", [number]]) == [text]


def test_ticks_are_round_numbers_inside_the_axis():
    ends = [[-3, 3], [0, 1], [-0.013, 0.027], [0, 12000]]
    for (low, high), ticks in zip(
        ends, ask(*[["drawing", "ticks", [e]] for e in ends]), strict=True
    ):
        steps = np.diff(ticks)
        assert 3 <= len(ticks) <= 12
        assert low - 1e-9 <= ticks[0] <= ticks[-1] <= high + 1e-9
        assert np.allclose(steps, steps[0])
        assert round(steps[0] / 10 ** np.floor(np.log10(steps[0])), 6) in (1, 2, 5, 10)


def test_axes_place_a_point_and_find_it_again():
    for options in (
        {"domain": [[-3, 1], [-1, 1]]},
        {"domain": [[-3, 1], [-1, 1]], "equal": True},
        {"domain": [[0, 50], [1e-6, 100]], "log": True},
    ):
        (there,) = ask(
            ["../../tests/twins", "thereAndBack", [options, [[0.5, 0.25], [0.1, 0.9]]]]
        )
        assert np.allclose(there, [[0.5, 0.25], [0.1, 0.9]])


def test_the_methods_look_as_they_do_in_every_other_figure():
    (looks,) = ask(["../../tests/twins", "looks", []])
    assert {name: look["label"] for name, look in looks.items()} == {
        name: look.label for name, look in plotting.LOOKS.items()
    }
    css = (ROOT / "book/_static/book.css").read_text("utf-8").lower()
    for name, look in looks.items():
        if look["color"] != "gray":  # mixed from ink and paper
            assert f"--gd-{look['color']}: {plotting.COLORS[name].lower()}" in css


# ------------------------------------------------------------------------- widgets


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_shows_the_same_text_in_every_session(name):
    figure, again = FIGURES[name](), FIGURES[name]()
    assert repr(figure) == repr(again)
    data, _ = figure._repr_mimebundle_()
    assert data["text/html"] == again._repr_mimebundle_()[0]["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "0x" not in data["text/plain"]


@pytest.mark.parametrize("name", FIGURES)
def test_the_build_draws_a_figure_complete_without_a_script(name):
    figure = FIGURES[name]()
    page = "<head></head>" + figure._repr_mimebundle_()[0]["text/html"]
    drawn = interactives.draw(page)
    assert drawn.count('<svg class="gd-panel') in (1, 2)
    assert re.search(r'<p class="gd-say"[^>]*>[^<]{20,}</p>', drawn)
    assert "NaN" not in drawn
    assert "undefined" not in drawn
    assert drawn == interactives.draw(page)
    assert interactives.script_of(drawn) == f"interactives.{figure.module}.js"
    assert "interactives." in interactives.with_script(drawn, "_static/")
    assert interactives.with_script("<head></head>", "_static/") == "<head></head>"


@pytest.mark.parametrize("name", static.faces())
def test_a_module_and_all_it_imports_stand_in_one_text(name):
    text = static.module(name)
    assert "import {" not in text
    assert text.count("export default") == 1
    assert text.count("function walk(") <= 1
    parses(text, "--input-type=module")


def test_the_script_of_the_book_is_one_classic_script():
    text = static.script()
    assert not re.search(r"^(import|export) ", text, re.M)
    parses(text)
    called = text.rstrip().splitlines()[-2]
    assert called == f"host({{ {', '.join(static.faces())} }});"


def test_a_page_loads_the_figures_that_it_shows_and_no_other():
    boxes = [f'<div class="gd-interactive" data-name="{n}">' for n in ("rose", "modes")]
    name = interactives.script_of("".join(boxes * 2))
    assert name == "interactives.modes.rose.js"
    text = interactives.script(name)
    assert text.rstrip().splitlines()[-2] == "host({ modes, rose });"
    assert len(text) < len(static.script()) / 2
    parses(text)


def parses(text, *flags):
    """Insist that node reads a script; in front of it, a way out before it runs."""
    done = subprocess.run(
        [node.node(), *flags, "--check" if not flags else "-"],
        input=text if not flags else text.replace("export default", "const face ="),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert not done.returncode, done.stderr


def test_every_figure_has_its_class_and_every_class_its_figure():
    classes = {c.module for c in widgets.Interactive.__subclasses__()}
    assert classes == set(static.faces()) == set(FIGURES)


def test_an_array_in_a_trait_is_taken_as_a_list():
    rose = widgets.Rose(gradient=np.array([1, 2.5]))
    assert rose.gradient == [1.0, 2.5]


def test_what_moves_in_the_figure_can_be_observed_and_set_in_python():
    seen = []
    figure = widgets.Descent("quadratic", [1, 10])
    figure.observe(lambda change: seen.append(change.new), "learning_rate")
    figure.set_state({"learning_rate": 0.21})  # as the browser does
    assert seen == [0.21]
    assert figure.state()["learning_rate"] == 0.21


def test_a_function_that_the_page_cannot_compute_is_refused_with_those_it_can():
    with pytest.raises(ValueError, match=r"cannot compute 'ackley'.*rosenbrock"):
        widgets.Descent("ackley")


def test_the_best_rate_of_descent_in_a_bowl_is_near_two_over_mu_plus_l():
    best = widgets.best_rate("quadratic", [1, 10], rule="gradient_descent", steps=40)
    assert 1 / 10 < best < 2 / 10
    assert abs(np.log(best / (2 / 11))) < 0.15  # a grid point or its neighbor


@pytest.mark.parametrize("rule", RULES[:-1])
def test_a_best_rate_stays_on_the_map_and_beats_its_neighbors_by_being_lower(rule):
    f = objectives.beale()
    best = widgets.best_rate("beale", rule=rule, steps=80)
    walk = minimize(f, f.start, getattr(optimizers, rule), learning_rate=best, steps=80)
    assert (walk.x >= f.domain[:, 0]).all()
    assert (walk.x <= f.domain[:, 1]).all()
    assert walk.f[-1] < walk.f[0] / 10


# ------------------------------------------------------------------------ controls


def parabola(power=2, scale=1.0, rule=optimizers.adam):
    plt.plot([scale * t**power for t in range(5)], label=rule.__name__)


def own_controls():
    return widgets.controls(
        parabola,
        alt="A power of t.",
        power=(1, 4),
        scale=(0.1, 10.0, "log"),
        rule=[optimizers.momentum, optimizers.adam],
    )


def test_each_argument_of_a_figure_has_a_control_that_stands_at_its_default():
    figure = own_controls()
    assert {name: d.value for name, d in figure.dials.items()} == {
        "power": 2,
        "scale": 1.0,
        "rule": optimizers.adam,
    }
    names = [type(d).__name__ for d in figure.dials.values()]
    assert names == ["IntSlider", "FloatLogSlider", "Dropdown"]
    assert figure.dials["scale"].max == 1  # the logarithm of 10


def test_moving_a_control_draws_the_figure_again_and_leaves_none_open():
    figure = own_controls()
    before = figure.picture.value
    figure.dials["power"].value = 3
    after = figure.picture.value
    assert before != after
    assert after.startswith("<svg")
    figure.dials["power"].value = 2
    assert len(figure.picture.value) == len(before)
    assert not plt.get_fignums()


def test_a_still_reader_sees_the_figure_and_is_told_what_moves_in_a_notebook():
    data = own_controls()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "controls: power, scale, rule." in data["text/html"]
    drawn = interactives.draw("<head></head>" + data["text/html"])
    assert 'role="img" aria-label="A power of t."' in drawn
    assert "<figcaption>" in drawn


def test_a_figure_whose_arguments_and_controls_differ_is_refused():
    with pytest.raises(TypeError, match="draw takes power, scale, rule, and there are"):
        widgets.controls(parabola, alt="A power.", power=(1, 4))
    with pytest.raises(TypeError, match="a has no default; write a=…"):
        widgets.controls(lambda a: None, alt="Nothing.", a=(0, 1))


# -------------------------------------------------------------------------- basins


def test_the_walk_of_the_page_ends_in_the_valley_that_gdlib_s_map_shows():
    figure = widgets.Basins("himmelblau", rates=[0.005, 0.016], columns=12, rows=10)
    f, state = objectives.himmelblau(), figure.state()
    low, high = f.domain.T
    j, i = np.divmod(np.arange(120), 12)  # row by row, from the south
    cells = (np.stack([i, j], axis=1) + 0.5) / [12, 10]
    for rate in range(2):
        starts = low + (high - low) * cells
        asked = [{**state, "rate": rate, "start": start} for start in starts]
        ends = ask(*[["basins", "arrival", [one]] for one in asked])
        shown = [-1 if c == "." else int(c) for c in figure.maps[rate]]
        assert np.mean(np.equal(ends, shown)) > 0.97  # a border may split hairs
        assert set(ends) >= ({0, 1, 2, 3} if rate == 0 else {-1, 0, 1, 3})


def test_a_valley_has_a_basin_exactly_below_two_over_its_largest_curvature():
    f = objectives.himmelblau()
    edges = [2 / np.linalg.eigvalsh(hessian(f, m))[-1] for m in f.minima.T]
    rates = np.array([0.01, 0.0145, 0.0155, 0.0185, 0.0195])
    figure = widgets.Basins("himmelblau", rates=rates, columns=40, rows=30)
    for rate, cells in zip(rates, figure.maps, strict=True):
        for k, edge in enumerate(edges):
            assert (cells.count(str(k)) > 20) == (rate < edge)


@pytest.mark.parametrize("frame", [0, 1, 2])
def test_the_map_of_the_page_is_what_the_network_says_at_that_epoch(frame):
    film, few, aside = moons_film()
    model = networks.MLP((2, 6, 1), "relu", losses.binary_cross_entropy)
    theta, run = model.init(np.random.default_rng(1)), {"learning_rate": 0.01}
    batches = [few[:2]] * film.epochs[frame]
    *_, theta = descend(model.grad, theta, optimizers.adam, batches=batches, **run)
    film.frame = frame
    (found,) = ask(["moons", "shares", [film.state()]])
    x1, x2 = np.meshgrid(
        -2 + 5 * (np.arange(20) + 0.5) / 20, np.linspace(-1.5, 2, 31)[1::2]
    )
    z = model.predict(theta, np.column_stack([x1.ravel(), x2.ravel()]))
    assert np.allclose(found, 1 / (1 + np.exp(-z)), atol=0.5 / 35 + 1e-9)
    assert np.isclose(film.losses[frame], model.loss(theta, *few[:2]), atol=1e-4)
    wrong = np.mean((model.predict(theta, aside.X) > 0) != aside.y)
    assert np.isclose(film.right[frame][1], 1 - wrong, atol=1e-4)


def test_the_walk_between_two_species_turns_to_the_widest_margin():
    figure = irises()
    states = [{**figure.state(), "at": k} for k in range(5)]
    doubts = ask(*[["doubt", "doubt", [one]] for one in states])
    turns = ask(*[["doubt", "turn", [one]] for one in states])
    assert set(ask(*[["doubt", "mistakes", [one]] for one in states])) == {0}
    for line, doubt, turn in zip(figure.lines, doubts, turns, strict=True):
        w, best = np.array(line[1:]), np.array(figure.widest[1:])
        cosine = w @ best / np.linalg.norm(w) / np.linalg.norm(best)
        assert np.isclose(doubt, np.log(9) / np.linalg.norm(w), rtol=1e-9)
        assert np.isclose(turn, np.degrees(np.arccos(cosine)), atol=1e-5)
    assert (np.diff(doubts) < 0).all()
    assert (np.diff(turns) < 0).all()
    X, y, _ = np.array(figure.flowers).T
    b, u, v = figure.widest
    margins = np.where(np.array([f[2] for f in figure.flowers]), 1, -1) * (
        b + u * X + v * y
    )
    assert abs(margins.min() - 1) < 1e-3


def test_the_street_of_the_page_is_that_of_a_machine_at_its_minimum():
    (X, y), penalties = clouds(), np.geomspace(1e-3, 10, 15)
    street = widgets.Street(X, y, penalties=penalties)
    state, X = street.state(), np.round(X, 3)
    flat, table = LinearSVM(2), np.column_stack([np.ones(30), X])
    names = ("margins", "width", "holders", "errors")
    for k, lam in enumerate(penalties):
        theta = np.array(state["planes"][k])
        margins, width, held, wrong = ask(
            *[["street", name, [state, k]] for name in names]
        )
        np.testing.assert_allclose(margins, flat.margins(theta, X, y), atol=1e-12)
        assert width == pytest.approx(flat.width(theta))
        assert held == flat.support(theta, X, y, tolerance=1e-3).sum()
        assert wrong == (flat.predict(theta, X) != y).sum()
        # The plane is what those who hold it say, each with a weight from 0 to 1.
        model = LinearSVM(3, lam, bias=False)
        best, alpha = dual_ascent(model, table, y, tolerance=1e-12, passes=5000)
        np.testing.assert_allclose(theta, best, rtol=0, atol=1e-3)
        assert held == (alpha > 0).sum()


def test_the_page_s_filters_say_what_two_loops_say_and_ties_go_to_the_first():
    figure = widgets.Filters(*reader())
    pairs = [(d, k) for d in range(5) for k in range(8)]
    seen = ask(*(["filters", "respond", [figure.state(), d, k]] for d, k in pairs))
    for (d, k), got in zip(pairs, seen, strict=True):
        image = np.reshape(figure.pictures[d], (8, 8)) / 16
        K = np.reshape(figure.filters[k], (3, 3))
        sums = np.array(
            [
                [(K * image[r : r + 3, c : c + 3]).sum() for c in range(6)]
                for r in range(6)
            ]
        )
        sums += figure.biases[k]
        maps = np.maximum(sums, 0)
        pooled = max_pool(maps[None, ..., None])[0, ..., 0]
        np.testing.assert_allclose(got["sums"], sums.ravel(), atol=1e-12)
        np.testing.assert_allclose(got["pooled"], pooled.ravel(), atol=1e-12)
        # Of several that tie, the first: as max_pool_backward hands out the slope.
        g = max_pool_backward(
            np.ones((1, 3, 3, 1)), maps[None, ..., None], pooled[None, ..., None]
        )
        assert sorted(got["winners"]) == np.flatnonzero(g).tolist()


def test_an_arrow_key_moves_the_window_by_a_place_and_a_drag_to_the_pointer():
    moves = [(3.6, 3.5), (3.4, 3.5), (3.52, 3.5), (3.3, 3.5), (5.9, 3.5), (6.6, 6.5)]
    got = ask(*(["filters", "stride", list(move)] for move in moves))
    assert got == [4.5, 2.5, 4.5, 3.5, 5.5, 6.5]


def test_the_page_s_network_is_gdlib_s_up_to_the_weights_above():
    """With weights above that are a picture of the pooled maps, logits are the maps."""
    theta, X = reader()
    figure = widgets.Filters(theta, X)
    p = {name: np.zeros(shape) for name, shape in ConvNet().shapes.items()}
    p["K"] = np.reshape(figure.filters, (8, 3, 3))
    p["b"] = np.array(figure.biases)
    p["W"][:10] = np.eye(10)  # the pooled map of filter 0, and one of filter 1
    logits = ConvNet().predict(flatten(p), X)
    seen = ask(*(["filters", "respond", [figure.state(), d, 0]] for d in range(5)))
    pooled = np.array([one["pooled"] for one in seen])
    np.testing.assert_allclose(logits[:, :9], pooled, atol=1e-12)


@pytest.mark.parametrize("heat", [0, 1, 2, 3])
def test_the_bars_of_the_next_character_are_softmax_of_logits_over_temperature(heat):
    film, model, theta = next_character(["b ", "a"])
    film.prompt, film.heat = "a", heat
    (found,) = ask(["odds", "bets", [film.state()]])
    z = model.predict(theta, language.encode("a", model.vocabulary))
    T = film.temperatures[heat]
    want = losses.softmax(z / T)[0] if T else np.eye(5)[z[0].argmax()]
    assert np.allclose(found, want, atol=0.02)  # logits come with two decimals
    (said,) = ask(["odds", "entropy", [found]])
    p = np.array(found)[np.array(found) > 0]
    assert np.isclose(said, -(p * np.log(p)).sum(), atol=1e-12)


def test_the_coldest_line_of_the_next_character_takes_the_likeliest_each_time():
    film, model, theta = next_character()
    table, before = theta.reshape(5, 5), "c"
    for after in film.lines[0][0]:
        row = table[model.vocabulary.index(before)]
        assert after == model.vocabulary[row.argmax()]
        before = after
    assert len(set(film.lines[0])) > 2


def test_a_written_line_is_broken_at_spaces_and_loses_nothing_else():
    text = (
        "alice had a dash " + "-" * 100 + " and went on, for a good while, to the end"
    )
    (lines,) = ask(["odds", "broken", [text]])
    assert max(map(len, lines)) <= 42
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert lines[0] == "alice had a dash"
