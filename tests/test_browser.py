"""The built pages in a browser: no stranger is asked, nobody is locked out, all moves.

Chromium is needed (`apt-get install chromium`); where there is none, these tests are
skipped, and a machine that runs them for every change (CI) fails instead. Screenshots
are left in _build/screenshots.
"""

import http.server
import os
import re
import shutil
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from gdlib import objectives, optimizers
from gdlib.descent import minimize

sync_api = pytest.importorskip("playwright.sync_api")

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build/html"
SHOTS = ROOT / "_build/screenshots"
ALL = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html"))
PAGES = [page for page in ALL if not page.startswith("_static/")]
CONTENT = [page for page in PAGES if page.startswith("book/")]
MOVING = [p for p in CONTENT if "data-trait" in (SITE / p).read_text("utf-8")]
VIEWS = {
    "desktop-light": {"viewport": {"width": 1440, "height": 900}},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
AXE = ROOT / "node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="module")
def browser():
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("no Chromium on this machine: `apt-get install chromium` brings one")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address():
    """The site, served as it would be on the web."""
    handler = partial(Quiet, directory=SITE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(browser, address):
    """Return a function that opens a page and notes what goes wrong on it."""
    contexts = []

    def visit(page, *, source=address, **view):
        context = browser.new_context(**{**VIEWS["desktop-light"], **view})
        contexts.append(context)
        tab = context.new_page()
        tab.faults, tab.requests = [], []
        tab.on("console", lambda m: m.type == "error" and tab.faults.append(m.text))
        tab.on("pageerror", lambda error: tab.faults.append(str(error)))
        tab.on("request", lambda request: tab.requests.append(request.url))
        tab.goto(source + page)
        return tab

    yield visit
    for context in contexts:
        context.close()


def figures(tab, name):
    return tab.locator(f'.gd-interactive[data-name="{name}"]')


def traits(figure):
    return figure.evaluate("box => box.model.traits")


def drawn(figure, selector):
    """Return the corners of what the figure draws, in units of its sheet."""
    d = figure.locator(selector).first.get_attribute("d")
    numbers = re.findall(r"-?[\d.]+", d.replace("h0", ""))
    return np.array(numbers, dtype=float).reshape(-1, 2)


def settle(tab):
    tab.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                 "requestAnimationFrame(done)))")  # fmt: skip


# ---------------------------------------------------------------------- every page


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_whole_quiet_and_open_to_everybody(page, view, visit, address):
    tab = visit(page, **VIEWS[view])
    if page == "index.html":  # only leads to the first page
        tab.wait_for_url("**/book/intro.html")
    tab.wait_for_load_state("networkidle")
    SHOTS.mkdir(parents=True, exist_ok=True)
    name = page.removesuffix(".html").replace("/", "-")
    tab.screenshot(path=SHOTS / f"{name}-{view}.png", full_page=True)
    assert not tab.faults
    assert [url for url in tab.requests if not url.startswith(address)] == []
    wider = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, f"{wider} pixels to scroll sideways"
    assert axe_faults(tab) == []


def axe_faults(tab):
    """Return what axe-core finds, in words."""
    tab.add_script_tag(path=AXE)
    found = tab.evaluate("axe.run().then(result => result.violations)")
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {one['html'][:120]}"
        for rule in found
        for one in rule["nodes"]
    ]


@pytest.mark.parametrize("page", CONTENT)
def test_a_page_can_be_read_from_a_file(page, visit):
    tab = visit(page, source=f"{SITE.as_uri()}/")
    assert not tab.faults
    assert {url.split(":")[0] for url in tab.requests} <= {"file", "data"}


@pytest.mark.parametrize("page", CONTENT)
def test_every_control_is_reached_by_tab_and_shows_that_it_was(page, visit):
    tab = visit(page)
    boxes = tab.locator(".gd-interactive")
    for k in range(boxes.count()):
        inside = boxes.nth(k).locator('input, select, button, [tabindex="0"]')
        inside.first.focus()
        reached = 1
        while (
            tab.evaluate(
                "() => { const before = document.activeElement; "
                "return !!before.closest('.gd-interactive') }"
            )
            and reached < inside.count()
        ):
            tab.keyboard.press("Tab")
            reached += 1
        assert reached == inside.count()


# -------------------------------------------------------------------- the figures


@pytest.fixture
def walk(visit):
    tab = visit("book/definition.html")
    figure = figures(tab, "descent")
    figure.scroll_into_view_if_needed()
    return tab, figure


def gdlib_walk(state):
    ground = state["surface"]
    f = getattr(objectives, ground["objective"])(*ground["arguments"])
    run = {"learning_rate": state["learning_rate"], "steps": state["steps"]}
    return f, minimize(f, state["start"], getattr(optimizers, state["rule"]), **run).x


def on_the_sheet(figure, points):
    """Where points of the plane lie on the sheet, seen from two that are drawn."""
    low, high = figure.evaluate("""box => {
      const [x, y] = [...box.querySelectorAll('.gd-axes path')].slice(1).reduce(
        (all, tick) => { const [, u, v, way] = tick.getAttribute('d')
            .match(/M(-?[\\d.]+) (-?[\\d.]+)([vh])/);
          all[way === 'v' ? 0 : 1].push([Number(way === 'v' ? u : v),
            Number(tick.nextSibling.textContent.replace('−', '-'))]); return all; },
        [[], []]);
      return [[x[0], y[0]], [x.at(-1), y.at(-1)]]; }""")
    places = np.empty_like(points)
    for axis in (0, 1):
        (p, a), (q, b) = low[axis], high[axis]
        places[:, axis] = p + (points[:, axis] - a) * (q - p) / (b - a)
    return places


def agrees(figure):
    """Whether the walk that is drawn is the one that gdlib walks."""
    _, points = gdlib_walk(traits(figure))
    seen = drawn(figure, ".gd-walk path")
    expected = on_the_sheet(figure, points)
    near = np.abs(expected).max(axis=1) < 9000  # beyond, a line is not drawn exactly
    assert near.sum() >= 3
    return np.allclose(seen[near], expected[near], atol=0.3)


def test_the_walk_that_is_drawn_is_the_one_that_gdlib_walks(walk):
    _, figure = walk
    assert agrees(figure)


def test_the_arrow_keys_move_the_start_and_the_walk_follows(walk):
    tab, figure = walk
    figure.locator(".gd-handle").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        tab.keyboard.press(key)
    settle(tab)
    assert np.allclose(traits(figure)["start"], [-2.4, 0.55])
    assert agrees(figure)
    assert "(−2.4, 0.55)" in figure.locator(".gd-say").text_content()
    said = figure.locator(".gd-handle").get_attribute("aria-valuetext")
    assert said == "(−2.4, 0.55)"


def test_the_start_can_be_dragged_and_the_walk_follows(walk):
    tab, figure = walk
    box = figure.locator(".gd-ring").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = figure.locator(".gd-walk path").first.get_attribute("d")
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 80, y + 40, steps=8)
    tab.mouse.up()
    settle(tab)
    start = traits(figure)["start"]
    assert start[0] > -2.3
    assert start[1] < 0.45
    assert agrees(figure)
    assert figure.locator(".gd-walk path").first.get_attribute("d") != before
    tab.mouse.move(x, y)  # let go, it stays
    settle(tab)
    assert traits(figure)["start"] == start


def test_the_slider_changes_the_learning_rate_by_keyboard(walk):
    tab, figure = walk
    slider = figure.locator("input[type=range]")
    slider.focus()
    for _ in range(40):
        tab.keyboard.press("ArrowRight")
    settle(tab)
    rate = traits(figure)["learning_rate"]
    assert 0.2 < rate <= 0.25
    assert slider.get_attribute("aria-valuetext") == f"{rate:.3g}"
    assert "climbs" in figure.locator(".gd-say").text_content()
    assert agrees(figure)


NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
AGAIN = """box => {
  const { traits } = box.model;
  for (const trait in traits) box.model.set(trait, traits[trait]);
}"""


def test_what_the_build_drew_is_what_the_browser_draws_again(visit):
    for page in CONTENT:
        tab = visit(page)
        boxes = tab.locator(".gd-interactive[data-name]")
        for k in range(boxes.count()):
            layers = boxes.nth(k).locator("[data-layer]")
            built = pictures(layers)
            boxes.nth(k).evaluate(AGAIN)
            settle(tab)
            for before, after in zip(built, pictures(layers), strict=True):
                # The last digit of a power may differ between two engines.
                assert NUMBER.sub("#", before) == NUMBER.sub("#", after)
                if boxes.nth(k).get_attribute("data-name") == "quotient":
                    continue  # it draws rounding, and each engine has its own
                numbers = [NUMBER.findall(text) for text in (before, after)]
                assert np.allclose(*np.array(numbers, dtype=float), atol=0.2)


def pictures(layers):
    """Return what is drawn in each layer, without the names that must differ."""
    html = layers.evaluate_all("all => all.map(layer => layer.innerHTML)")
    return [re.sub(r"\bgd-(?:live-)?\d+-\d+-\d+\b", "", text) for text in html]


def shown(figure):
    """Return what a figure shows: its picture, and its sentence."""
    return figure.evaluate(
        "box => [...box.querySelectorAll('.gd-panel, .gd-say')].map(part => "
        "part.outerHTML).join()"
    )


def answers(tab, figure, key):
    """Whether a figure shows something else after a key, or after the key back."""
    back = {"ArrowRight": "ArrowLeft", "ArrowDown": "ArrowUp", " ": " "}[key]
    for press in (key, back, back):  # what stands at its end moves the other way
        before = shown(figure)
        tab.keyboard.press(press)
        settle(tab)
        if shown(figure) != before:
            return True
    return False


@pytest.mark.parametrize("page", MOVING)
def test_all_that_can_be_moved_answers_to_the_keyboard(page, visit):
    tab = visit(page)
    silent = []
    for figure in tab.locator(".gd-interactive[data-name]").all():
        for what, key in [
            ("input[type=range]", "ArrowRight"),
            (".gd-handle", "ArrowRight"),
            ("select", "ArrowDown"),
            ("input[type=checkbox]", " "),
        ]:
            for control in figure.locator(what).all():
                control.focus()
                if not answers(tab, figure, key):
                    silent.append(control.evaluate("part => part.outerHTML"))
    assert not silent


@pytest.mark.parametrize("page", MOVING)
def test_every_ring_can_be_dragged_and_its_figure_follows(page, visit):
    tab = visit(page)
    for figure in tab.locator(".gd-interactive[data-name]:has(.gd-handle)").all():
        grip = figure.locator(".gd-handle")
        grip.scroll_into_view_if_needed()
        box, before = grip.bounding_box(), shown(figure)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        tab.mouse.move(x, y)
        tab.mouse.down()
        tab.mouse.move(x + 30, y + 12, steps=3)
        tab.mouse.up()
        settle(tab)
        assert shown(figure) != before
        now = grip.bounding_box()
        assert abs(now["x"] - box["x"]) > 5, "the ring goes with the pointer"


def test_the_rose_turns_and_says_where_the_taxi_goes(visit):
    tab = visit("book/definition.html")
    figure = figures(tab, "rose")
    figure.locator(".gd-handle").focus()
    for _ in range(8):
        tab.keyboard.press("ArrowRight")
    settle(tab)
    g = np.array(traits(figure)["gradient"])
    assert g[0] < -2.5
    seen = drawn(figure, ".gd-bold")
    taxi = np.where(abs(g) == abs(g).max(), -g, 0)
    assert np.allclose(seen, on_the_sheet(figure, np.array([[0, 0], taxi])), atol=0.3)
    figure.locator("select").select_option("ruler")
    settle(tab)
    seen = drawn(figure, ".gd-bold")
    assert np.allclose(seen, on_the_sheet(figure, np.array([[0, 0], -g])), atol=0.3)


def test_the_race_is_run_and_every_runner_is_gdlib_s(visit):
    tab = visit("book/intro.html")
    figure = figures(tab, "race")
    figure.locator("select").select_option("beale")
    settle(tab)
    state = traits(figure)
    ground = next(s for s in state["surfaces"] if s["objective"] == "beale")
    assert state["start"] == ground["start"]
    f = objectives.beale()
    told = figure.locator(".gd-say").text_content()
    for rule in state["rules"]:
        run = {"learning_rate": ground["rates"][rule], "steps": state["steps"]}
        last = minimize(f, state["start"], getattr(optimizers, rule), **run).f[-1]
        assert said(last) in told, f"{rule}: {last:.2g} is not in: {told}"


def said(height):
    """A height in two digits, as the page says it."""
    if height >= 1e-4:
        return str(float(f"{height:.2g}")).removesuffix(".0")
    digits, power = f"{height:.1e}".split("e")
    small = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits} × 10{small}"


def test_the_button_lets_time_pass_and_at_rest_it_stands_at_the_end(visit):
    tab = visit("book/intro.html")
    figure = figures(tab, "terrain")
    figure.get_by_role("button", name="Roll").click()
    tab.wait_for_function(
        "box => box.model.get('step') > 2 && box.model.get('step') < 60",
        arg=figure.element_handle(),
    )
    figure.get_by_role("button", name="Pause").click()
    stopped = traits(figure)["step"]
    tab.wait_for_timeout(150)
    assert traits(figure)["step"] == stopped


def test_who_asks_for_less_motion_is_shown_the_end_at_once(visit):
    tab = visit("book/intro.html", reduced_motion="reduce")
    figure = figures(tab, "terrain")
    for end in (0, 60):  # the ball lies at its end, and the button starts it again
        figure.get_by_role("button", name="Roll").click()
        settle(tab)
        assert traits(figure)["step"] == end


def test_the_landscape_turns_under_the_mouse(visit):
    tab = visit("book/intro.html")
    figure = figures(tab, "terrain")
    figure.locator(".gd-say").scroll_into_view_if_needed()
    box = figure.locator(".gd-turns").bounding_box()
    before, height = traits(figure)["turn"], box["y"] + box["height"] / 2
    tab.mouse.move(box["x"] + 100, height)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 180, height, steps=4)
    tab.mouse.up()
    assert traits(figure)["turn"] == before + 40


def test_a_finger_moves_the_ring_and_scrolls_beside_it(visit):
    tab = visit("book/definition.html", has_touch=True, **VIEWS["phone-dark"])
    figure = figures(tab, "descent")
    figure.scroll_into_view_if_needed()
    style = "e => getComputedStyle(e).touchAction"
    assert figure.locator(".gd-handle").evaluate(style) == "none"
    assert figure.locator(".gd-panel").evaluate(style) == "auto"
    reach = figure.locator(".gd-reach").bounding_box()
    assert reach["width"] >= 24  # WCAG 2.5.8


def test_without_scripts_a_page_shows_its_figures_and_no_dead_controls(visit):
    tab = visit("book/definition.html", java_script_enabled=False)
    figure = figures(tab, "descent")
    assert figure.locator(".gd-panel").is_visible()
    assert figure.locator(".gd-walk path").count() == 2
    assert not figure.locator("input").is_visible()
    assert not figure.locator(".gd-handle").is_visible()


def test_on_paper_a_figure_stands_without_its_controls(visit):
    tab = visit("book/definition.html")
    tab.emulate_media(media="print")
    figure = figures(tab, "descent")
    assert figure.locator(".gd-panel").is_visible()
    assert not figure.locator("input").is_visible()


def test_a_page_with_nothing_to_move_loads_no_script_for_it(visit):
    tab = visit("book/notation.html")
    assert not [url for url in tab.requests if "interactives." in url]


def test_the_search_finds_a_word_of_the_book(visit):
    tab = visit("search.html?q=learning")
    tab.wait_for_selector("#search-results li a")
    assert not tab.faults


# --------------------------------------------------------------------- the questions


def question(tab, number):
    return tab.locator(f"fieldset#question-{number}")


def told(field):
    """Return the answers that a question shows, in their order."""
    answers = field.locator(".gd-quiz-answer").all()
    return [one.text_content().strip() for one in answers if one.is_visible()]


LISTEN = """field => {
  window.heard = [];
  const seen = new MutationObserver(changes => {
    for (const { target } of changes)
      if (target.closest("[aria-live=polite]") && target.checkVisibility())
        window.heard.push(target.textContent);
  });
  seen.observe(field, { subtree: true, childList: true, attributeFilter: ["hidden"] });
}"""  # notes what a live region comes to show, as a screen reader would


@pytest.fixture
def asked(visit):
    tab = visit("book/definition.html")
    assert tab.locator("fieldset.gd-quiz").count() == 5
    field = question(tab, 1)
    field.scroll_into_view_if_needed()
    return tab, field


def test_a_question_shows_no_answer_before_a_choice(asked):
    tab, _ = asked
    for number in range(1, 6):
        field = question(tab, number)
        assert told(field) == []
        assert not field.get_by_text("Answers").count()
        assert field.get_by_role("radio").count() >= 2
        assert f"{number}." in field.locator("legend").text_content()


def test_the_answer_of_a_question_to_a_click_stands_below_its_option(asked):
    _, field = asked
    option = field.locator(".gd-quiz-option").nth(0)
    option.locator("label").click(position={"x": 60, "y": 12})
    assert option.get_by_role("radio").is_checked()
    assert len(told(field)) == 1
    assert told(option)[0].startswith("(a) Not this one. This walks uphill")
    label, answer = (
        option.locator(part).bounding_box() for part in ("label", ".gd-quiz-answer")
    )
    assert 0 <= answer["y"] - (label["y"] + label["height"]) < 16
    assert not option.locator(".gd-quiz-answer .gd-quiz-letter").is_visible()


def test_a_question_can_be_tried_again_and_nothing_moves_under_the_mouse(asked):
    tab, field = asked
    labels = field.locator("label")
    labels.nth(2).click()
    labels.nth(0).click()
    before = labels.nth(1).bounding_box()["y"]
    labels.nth(1).click()
    settle(tab)
    assert abs(labels.nth(1).bounding_box()["y"] - before) <= 1
    assert len(told(field)) == 1
    assert told(field)[0].startswith("(b) Yes. ")


def test_a_question_is_answered_by_keyboard_and_the_answer_is_read_out(asked):
    tab, field = asked
    field.evaluate(LISTEN)
    radios = field.get_by_role("radio")
    tab.locator("#check-yourself > p").evaluate(
        "p => { p.tabIndex = -1; p.focus({ preventScroll: true }); }"
    )
    tab.keyboard.press("Tab")
    assert radios.nth(0).evaluate("r => r === document.activeElement")
    assert radios.nth(0).evaluate("r => getComputedStyle(r).outlineStyle") == "solid"
    tab.keyboard.press("Space")
    settle(tab)
    tab.keyboard.press("ArrowDown")
    settle(tab)
    assert radios.nth(1).is_checked()
    heard = [words.strip() for words in tab.evaluate("heard")]
    assert [words.split(". ")[0] for words in heard] == ["(a) Not this one", "(b) Yes"]
    tab.keyboard.press("Tab")  # one stop for each question
    second = question(tab, 2).get_by_role("radio").nth(0)
    assert second.evaluate("r => r === document.activeElement")


def test_every_choice_of_every_question_is_answered_and_one_is_right(asked):
    tab, _ = asked
    for number in range(1, 6):
        field = question(tab, number)
        verdicts = []
        for label in field.locator("label").all():
            label.click()
            (words,) = told(field)
            verdicts.append(words.split(". ")[0][4:])
        assert sorted(set(verdicts)) == ["Not this one", "Yes"]
        assert verdicts.count("Yes") == 1


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_with_answered_questions_is_open_to_everybody(view, visit):
    tab = visit("book/definition.html", **VIEWS[view])
    for number in range(1, 6):
        labels = question(tab, number).locator("label")
        labels.nth(number % 3).click()
        boxes = [label.bounding_box() for label in labels.all()]
        assert all(box["height"] >= 24 and box["width"] >= 24 for box in boxes)
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert axe_faults(tab) == []
    assert not tab.faults


def test_without_scripts_the_answers_of_a_question_are_in_a_fold(visit):
    tab = visit("book/definition.html", java_script_enabled=False)
    field = question(tab, 1)
    assert told(field) == []
    field.get_by_text("Answers").click()
    assert [words[:3] for words in told(field)] == ["(a)", "(b)", "(c)"]
    assert "Yes." in told(field)[1]


@pytest.mark.parametrize("scripts", [True, False])
def test_on_paper_all_answers_of_a_question_stand_below_its_options(visit, scripts):
    tab = visit("book/definition.html", java_script_enabled=scripts)
    tab.emulate_media(media="print")
    field = question(tab, 1)
    last = field.locator("label").nth(2).bounding_box()
    for answer in field.locator(".gd-quiz-answer").all():
        box = answer.bounding_box()
        assert box["height"] > 10
        assert box["y"] >= last["y"] + last["height"]
        assert answer.locator(".gd-quiz-letter").is_visible()
