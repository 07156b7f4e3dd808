"""The question engine: fair to right answers, kind and exact with wrong ones."""

import re
import subprocess
import sys
import textwrap
import warnings
from html import unescape

import numpy as np
import pytest

from gdlib.grading import Mistake, check, questions
from gdlib.grading.plain import NotPlainError, alike, close, describe, numbers, plain
from gdlib.grading.practice import AGAIN, forget, judge
from gdlib.grading.questions import Question, find, seed_for
from gdlib.grading.rooms import LocalRoom, Oracle, OracleStop, Reply
from gdlib.grading.sentences import about_difference, about_shape
from gdlib.grading.session import Session


def make(judge_, *, points=1, needs="double", **more):
    """Make a question that is not in the book."""
    more = {
        name: tuple(value) if name != "start" else value for name, value in more.items()
    }
    return Question("test.question", points, needs, judge_, **more)


def ask(question, seed=1, **namespace):
    return judge(question, lambda quiet: LocalRoom(namespace, quiet=quiet), seed=seed)


def doubles(s):
    with s.part("twice"):
        x = s.rng.normal(size=3)
        s.expect_close(s.call("double", x), 2 * x, "It is not 2x.")


DOUBLE = make(doubles)


def sentence(double):
    (entry,) = ask(DOUBLE, double=double).feedback
    return entry.text


# ---------------------------------------------------------------------------- seeds
def test_same_assignment_student_and_question_give_the_same_seed():
    assert seed_for(7, "ada", "a.b") == seed_for(7, "ada", "a.b")


def test_any_change_of_the_three_gives_another_seed():
    seeds = {
        seed_for(*key)
        for key in [
            (7, "ada", "a.b"),
            (8, "ada", "a.b"),
            (7, "bob", "a.b"),
            (7, "ada", "a.c"),
        ]
    }
    assert len(seeds) == 4


def test_a_part_draws_the_same_numbers_however_the_parts_before_it_went():
    drawn = []

    def judge_(s):
        with s.part("first"):
            s.rng.normal()
            s.call("double", 1.0)
            s.rng.normal(size=99)
        with s.part("second"):
            drawn.append(s.rng.normal())

    question = make(judge_, points=2)
    ask(question, double=lambda x: 2 * x)
    ask(question, double=lambda x: 1 / 0)
    assert len(set(drawn)) == 1


def test_two_parts_draw_different_numbers():
    s = Session(LocalRoom({}), 1)
    draws = []
    for name in ("first", "second"):
        with s.part(name):
            draws.append(s.rng.normal())
    assert draws[0] != draws[1]


# --------------------------------------------------------------------------- rights
@pytest.mark.parametrize(
    "double",
    [
        lambda x: 2 * x,
        lambda x: (2 * x).astype(np.float32),
        lambda x: [2 * entry for entry in x],
        lambda x: tuple(2 * x),
        lambda x: (2 * x).view(type("Mine", (np.ndarray,), {})),
        lambda x: np.ma.masked_array(2 * x),
        lambda x: (2 * x).astype(complex).real,
        lambda x: (2 * x).astype(np.longdouble),
    ],
    ids=[
        "array",
        "float32",
        "list",
        "tuple",
        "subclass",
        "masked",
        "view",
        "longdouble",
    ],
)
def test_the_right_numbers_earn_full_marks_in_any_dress(double):
    assert ask(DOUBLE, double=double).full


def test_a_zero_dimensional_array_is_a_number():
    def judge_(s):
        with s.part("a number"):
            s.expect_close(s.call("double", 3.0), 6.0, "It is not 6.")

    question = make(judge_)
    for six in (6, 6.0, np.float64(6), np.array(6.0), np.int8(6)):
        assert ask(question, double=lambda x, six=six: six).full


def test_numerical_warnings_cost_nothing_and_do_not_spill():
    def double(x):
        np.array([1e308]) * 10
        warnings.warn("look at me", stacklevel=1)
        return 2 * x

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ask(DOUBLE, double=double).full


def test_a_room_is_deaf_to_overflow_whatever_the_notebook_has_set():
    def f():
        return np.array([1e308]) * np.array([10.0])

    with np.errstate(all="raise"):
        assert LocalRoom({"f": f}).call("f").value == np.inf


def test_prints_of_the_student_pass_through_once(capsys):
    def double(x):
        print("here")
        return 3 * x

    question = make(doubles, mistakes=[Mistake("triples", lambda x: 3 * x, "Three.")])
    assert ask(question, double=double).feedback[0].mistake == "triples"
    assert capsys.readouterr().out == "here\n"


# ------------------------------------------------------------- what came back instead
@pytest.mark.parametrize(
    ("double", "words"),
    [
        (lambda x: print(end="") or None, ["None", "return"]),
        (lambda x: "2x", ['the text "2x"', "an array of shape (3,)"]),
        (lambda x: {"x": 2 * x}, ["a dictionary"]),
        (lambda x: 4.0, ["a single number", "(3,)"]),
        (lambda x: (2 * x)[:, None], ["(3, 1)", "(3,)", "extra axis"]),
        (lambda x: 2 * x[:, None] + 0 * x, ["(3, 3)", "table"]),
        (lambda x: 2 * x[:2], ["(2,)", "1 entry is missing"]),
        (lambda x: [[1, 2], [3]], ["a list of 2 things"]),
        (lambda x: (2 * x, x), ["a tuple of 2 things", "shape (3,) is needed"]),
        (lambda x: (y for y in x), ["generator", "yield"]),
        (lambda x: map(float, x), ["map", "list(...)"]),
        (lambda x: np.array([None, x, 1], dtype=object), ["array of objects"]),
        (lambda x: np.array(["a", "b", "c"]), ["other than numbers"]),
        (lambda x: lambda: 2 * x, ["a function, not its result"]),
        (lambda x: object(), ["an object", "can be judged"]),
        (lambda x: x > 0, ["an array of shape (3,)"]),
        (lambda x: 2j * x, ["complex"]),
        (lambda x: x * np.nan, ["3 of its 3 entries are not finite", "0/0"]),
        (lambda x: x * np.inf, ["3 of its 3 entries are not finite (inf)."]),
        (lambda x: -2 * x, ["right size and the wrong sign"]),
        (lambda x: 8 * x, ["right way", "4 times as long"]),
        (lambda x: -1 * x, ["opposite way", "0.5 times as long"]),
        (lambda x: 0 * x, ["Every entry of it is zero"]),
        (lambda x: 2 * x[::-1], ["another order"]),
        (lambda x: 2 * x + 1, ["off by the same amount"]),
        (lambda x: 2 * x * [1, 1, 3], ["2 of its 3 entries are right"]),
        (lambda x: np.round(2 * x, 3), ["within one percent"]),
    ],
)
def test_what_came_back_is_put_into_a_sentence(double, words):
    text = sentence(double)
    for word in words:
        assert word in text
    assert text.endswith((".", "?"))


def test_a_flattened_table_is_recognised():
    assert "came in one line" in about_shape("f", np.ones(6), np.ones((2, 3)))
    assert "transposed" in about_shape("f", np.ones((3, 2)), np.ones((2, 3)))
    assert "2 rows are missing" in about_shape("f", np.ones((4, 2)), np.ones((6, 2)))
    assert "1 row is too many" in about_shape("f", np.ones((7, 2)), np.ones((6, 2)))


def test_no_sentence_gives_the_value_away():
    rng = np.random.default_rng(0)
    for _ in range(50):
        want = rng.normal(size=4)
        got = want * rng.choice([-1, 1, 2.5], size=4) + rng.choice([0, 0.1], size=4)
        text = about_difference(got, want) + about_shape("f", got[:2], want)
        assert not any(f"{entry:.3f}" in text for entry in want)


def test_a_walk_is_told_the_first_row_that_is_off():
    want = np.arange(12.0).reshape(6, 2) + 1
    got = want.copy()
    got[3:] += np.pi
    assert "Rows 0 to 2 are right; row 3" in about_difference(got, want, "row")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            [7.0, 8.0],
            " Its fractions are cut off, as they are in an array of integers.",
        ),
        ([0.0, 0.0], " It is still zero."),
        ([7.0, 9.0], ""),
    ],
)
def test_the_first_row_that_is_off_is_told_what_became_of_it(row, words):
    want = np.arange(12.0).reshape(6, 2) + 1
    want[3:] += 0.5
    got = want.copy()
    got[3] = row
    told = "Rows 0 to 2 are right; row 3 is the first that is not." + words
    assert about_difference(got, want, "row") == told


# ------------------------------------------------------------------------- exceptions
def raiser(line):
    """Return a function whose second line is `line`."""
    names = {"np": np}
    exec(f"def double(x):\n    {line}\n    return 2 * x\n", names)
    return names["double"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("y = etha * x", ["line 2 of `double`", "`etha` means nothing here"]),
        ("y = z; z = 1", ["`z` is used before it has a value", "on this way"]),
        ("if x > 0: pass", ["one yes or no", "np.linalg.norm"]),
        ("x + np.ones(4)", ["shapes (3,) and (4,)"]),
        ("np.ones((2, 2)) @ x", ["matrix product"]),
        ("float(x)", ["a whole array stands where one number fits"]),
        ("y = np.ones(3, int); y -= 0.5 * x", ["whole numbers", "dtype=float"]),
        ("y = x * 1; y[0] = x", ["`x[i]` is a row"]),
        ("for t in 3: pass", ["`for t in range(n):`"]),
        ("for t in 3.0: pass", ["treated as a list"]),
        ("x ^ 2", ["`x**2`"]),
        ("2.0 ^ 2", ["`x**2`"]),
        ("x[3]", ["no index 3 where the length is 3"]),
        ("[1][3]", ["past the end"]),
        ("0.1 * print", ["`*` has no meaning"]),
        ("0.1 * double", ["Call it, as in `grad(x)`"]),
        ("x[0, 0]", ["more indices"]),
        ("[1.0] * 0.5", ["Python list cannot be multiplied"]),
        ("[1.0] - x[0] + [1.0].shape", ["np.array"]),
        ("[1.0] - [2.0]", ["between a list and a list"]),
        ("y = [].append(1); y.sum()", ["is None", "list.append"]),
        ("x(0)", ["square brackets"]),
        ("1 / 0", ["divided by zero"]),
        ("len(3.0)", ["a single number"]),
        ("(3.0)[0]", ["single number was treated as a list"]),
        ("return double(x)", ["kept calling itself"]),
        ("assert False", ["an `assert` of your own"]),
        ("raise SystemExit", ["`return`"]),
        ("import os; os.open('/nowhere', 0)", ["FileNotFoundError"]),
        ("raise ValueError", ["ValueError."]),
        ("import numpy as np; np.linalg.inv(np.zeros((2, 2)))", ["LinAlgError"]),
    ],
)
def test_an_exception_becomes_a_sentence(line, words):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # Python itself spots some
        text = sentence(raiser(line))
    for word in words:
        assert word in text
    assert "Traceback" not in text
    assert "gdlib" not in text
    assert text.endswith((".", "?"))


def test_a_wrong_number_of_arguments_points_to_the_def_line():
    for double in (lambda x, y: x, lambda: 0, lambda *, x: x):
        assert "is called with 1 argument, and your `def` line" in sentence(double)


def test_an_exception_that_cannot_be_printed_is_still_a_sentence():
    class RudeError(Exception):
        def __str__(self):
            raise RuntimeError

    def double(x):
        raise RudeError

    assert "RudeError" in sentence(double)


def test_addresses_are_left_out_so_that_the_text_is_the_same_each_time():
    def double(x):
        raise ValueError(f"bad {object()!r}")

    assert "0x" not in sentence(double)


def test_an_interrupt_gives_a_sentence_and_ends_the_check():
    calls = []

    def judge_(s):
        for k in range(3):
            with s.part(f"part {k}"):
                s.call("double", 1.0)

    def double(x):
        calls.append(x)
        raise KeyboardInterrupt

    result = ask(make(judge_, points=3), double=double)
    assert len(calls) == 1
    assert "You stopped `double`" in result.feedback[0].text
    assert [entry.earned for entry in result.feedback] == [0, 0, 0]


# --------------------------------------------------------------------- not yet begun
def empty(x): ...


def passes(x):
    """Say what it will do."""
    pass


def not_implemented(x):
    raise NotImplementedError


def dots_in_use(x):
    y = ...
    return 2 * y


def returns_dots(x):
    y = ...
    return y


@pytest.mark.parametrize(
    "double", [empty, passes, not_implemented, dots_in_use, returns_dots, None, ...]
)
def test_a_blank_answer_gets_nothing_and_a_kind_word(double):
    result = ask(make(doubles, start="Start with 2 * x."), double=double)
    assert (result.score, result.blank) == (0, True)
    assert result.headline == "Nothing here yet. Start with 2 * x."
    assert result.feedback[0].mistake is None


def test_a_name_that_is_not_there_is_blank_too():
    assert ask(DOUBLE).headline.startswith("Nothing here yet.")


def test_a_name_that_is_nearly_right_is_pointed_out():
    for name in ("Double", "doubel", "_double_"):
        result = ask(DOUBLE, **{name: lambda x: 2 * x})
        if name != "_double_":
            assert f"there is `{name}`" in result.headline
        assert result.blank


def test_a_name_that_became_a_number_is_told_so():
    result = ask(DOUBLE, double=3.0)
    assert "no longer a function" in result.feedback[0].text
    assert not result.blank


def test_a_case_without_a_return_is_not_a_function_without_one():
    def judge_(s):
        for x in (1.0, -1.0):
            with s.part(f"x = {x}"):
                s.expect_close(s.call("double", x), 2 * x, "It is not 2x.")

    def double(x):
        if x > 0:
            return 2 * x

    fine, text = (e.text for e in ask(make(judge_, points=2), double=double).feedback)
    assert fine == ""
    assert "in this case it met no `return`" in text
    assert "Printing" not in text


def test_forgetting_return_is_not_the_same_as_not_beginning():
    def double(x):
        2 * x

    result = ask(DOUBLE, double=double)
    assert not result.blank
    assert "came to its end without a `return`" in result.feedback[0].text


# ------------------------------------------------------------------- the room's door
def test_a_student_never_holds_the_trusted_arrays():
    def judge_(s):
        x = np.arange(3.0)
        with s.part("spoiled"):
            s.call("double", x)
            assert (x == [0, 1, 2]).all()
            s.expect_close(s.after[0], [9, 9, 9], "after shows what became of it")
            s.expect_untouched("x has changed.")

    def double(x):
        x[:] = 9
        return x

    assert ask(make(judge_), double=double).feedback[0].text == "x has changed."


class Liar:
    def __eq__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        raise AssertionError("this code must not run")


class LyingArray(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)

    def __array_finalize__(self, other):
        pass

    def __sub__(self, other):
        return np.zeros(self.shape)


class LyingFloat(float):
    def __eq__(self, other):
        return True

    def __float__(self):
        return 42.0


@pytest.mark.parametrize(
    "double",
    [lambda x: Liar(), lambda x: x.view(LyingArray), lambda x: [LyingFloat(1)] * 3],
)
def test_an_object_that_says_it_equals_everything_fools_nobody(double):
    assert ask(DOUBLE, double=double).score == 0


def test_values_are_copied_into_exact_types():
    class Text(str):
        pass

    got = plain([np.float32(1.5), Text("a"), (LyingFloat(2.5),), {1: np.bool_(True)}])
    assert got == [1.5, "a", (2.5,), {1: True}]
    kinds = [type(entry) for entry in (got[0], got[1], got[2][0], got[3][1])]
    assert kinds == [float, str, float, bool]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        assert type(plain(np.matrix([[1, 2]]))) is np.ndarray


def test_a_copy_shares_no_memory():
    x = np.ones(3)
    assert not np.shares_memory(plain(x), x)
    assert not np.shares_memory(plain([x])[0], x)


def test_a_list_that_holds_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(NotPlainError, match="too deep"):
        plain(loop)


def test_what_is_too_large_is_refused():
    with pytest.raises(NotPlainError, match="too large"):
        plain(np.broadcast_to(0.0, (5_000_000,)))
    with pytest.raises(NotPlainError, match="1,000,000"):
        plain([0] * 1_000_001)


def test_replacing_functions_of_numpy_does_not_help():
    program = """
        import numpy as np
        from gdlib.grading import check
        yes = lambda *a, **k: True
        np.allclose = np.isclose = np.array_equal = np.all = np.any = yes
        np.testing.assert_allclose = yes
        np.linalg.norm = lambda *a, **k: 1.0
        def one_step(x, g, learning_rate): return x
        def steepest(g, p): return g
        for name in ("one_step", "steepest"):
            print(check("definition." + name).score)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["0", "0"]


def test_any_object_with_a_call_can_be_the_room():
    class Far:
        """A room that sends everything as text, as a pipe would."""

        def call(self, name, args, kwargs):
            import json

            sent = json.dumps([arg.tolist() for arg in args])
            (x,) = json.loads(sent)
            return Reply([2 * entry for entry in x], tuple(json.loads(sent)))

    assert judge(DOUBLE, lambda quiet: Far(), seed=3).full


# --------------------------------------------------------------------------- oracles
def lend(function, oracle):
    return LocalRoom({"f": function}).call("f", (oracle,))


def test_an_oracle_remembers_every_point_as_it_was():
    oracle = Oracle(lambda x: 2 * x)

    def f(grad):
        x = np.ones(2)
        grad(x)
        x += 1
        return grad(x)

    assert (lend(f, oracle).value == 4).all()
    assert oracle.count == 2
    assert np.array_equal(oracle.points, [[1, 1], [2, 2]])


def test_an_oracle_keeps_the_first_thousand_points_and_counts_on():
    oracle = Oracle(lambda x: x)

    def f(grad):
        for k in range(1500):
            grad(np.array([k]))

    lend(f, oracle)
    assert oracle.count == 1500
    assert np.array_equal(np.ravel(oracle.points), np.arange(1000))


def test_an_oracles_answer_can_be_spoiled_without_spoiling_the_next():
    memory = np.ones(2)
    oracle = Oracle(lambda x: memory)

    def f(grad):
        g = grad(np.zeros(2))
        g *= 100
        return grad(np.zeros(2))

    assert (lend(f, oracle).value == 1).all()


def test_a_loop_without_end_is_stopped_by_its_oracle_even_behind_except():
    def f(grad):
        while True:
            try:
                grad(np.zeros(2))
            except Exception:
                continue

    reply = lend(f, Oracle(lambda x: x, limit=300))
    assert reply.error.kind == "oracle"
    assert "called 300 times" in reply.error.message


def test_an_oracle_can_say_in_the_words_of_the_question_why_it_stops():
    def judge_(s):
        with s.part("steps"):
            grad = s.oracle(lambda x: x, limit=9, beyond="Count your steps.")
            s.call("walk", grad, 1.0)

    text = ask(make(judge_, needs="walk"), walk=asks_for_ever).feedback[0].text
    assert text == "Count your steps."


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda grad: grad(np.ones((3, 1))), "shape (3, 1)"),
        (lambda grad: grad("x"), 'the text "x"'),
        (lambda grad: grad(1, 2), "takes one thing"),
        (lambda grad: grad(), "takes one thing"),
        (lambda grad: grad(None), "None"),
        (lambda grad: grad(object()), "an object"),
    ],
)
def test_an_oracle_asked_something_strange_says_so(f, words):
    reply = lend(f, Oracle(lambda x: x, shape=(3,)))
    assert words in reply.error.message
    assert reply.error.message.endswith(".")


def test_an_oracle_stop_is_no_exception_that_code_would_catch_by_habit():
    assert not issubclass(OracleStop, Exception)


# ---------------------------------------------------------------------------- parts
def two_parts(s):
    with s.part("sum", points=2):
        x = s.rng.normal(size=3)
        total, _ = s.unpack(s.call("f", x), "total, mean")
        s.expect_close(total, x.sum(), "It is not the sum.")
    with s.part("mean"):
        x = s.rng.normal(size=3)
        _, mean = s.unpack(s.call("f", x), "total, mean")
        s.expect_close(mean, x.mean(), "It is not the mean.")


TWO = make(
    two_parts,
    points=3,
    needs="f",
    mistakes=[
        Mistake("no-division", lambda x: (x.sum(), x.sum()), "Divide by n."),
        Mistake("square", lambda x: (x @ x, x.mean()), "A sum of squares."),
        Mistake("both", lambda x: (x @ x, x.sum()), "Two slips at once."),
    ],
)


def test_a_part_that_fails_costs_its_own_points_only():
    result = ask(TWO, f=lambda x: (x.sum(), 0.0))
    assert [entry.earned for entry in result.feedback] == [2, 0]
    assert (result.score, result.points) == (2, 3)


def test_one_thing_where_two_are_asked_is_told_so():
    text = ask(TWO, f=lambda x: x.sum()).feedback[0].text
    assert "should be `return total, mean`" in text


def test_the_mistake_that_explains_most_is_named():
    assert [e.mistake for e in ask(TWO, f=lambda x: (x @ x, x.sum())).feedback] == [
        "both",
        "both",
    ]


def test_a_mistake_in_one_part_is_named_beside_an_unknown_one_in_another():
    def f(x):
        return x.sum() if x[0] > 1e9 else x @ x, 17.0

    assert [e.mistake for e in ask(TWO, f=f).feedback] == [None, None]

    def g(x, calls=[]):  # noqa: B006  the evidence of both parts differs
        calls.append(1)
        return (x @ x, x.mean()) if len(calls) % 2 else (x.sum(), 17.0)

    assert [e.mistake for e in ask(TWO, f=g).feedback] == ["square", None]


def silent(s):
    with s.part("walk"):
        x = s.rng.normal(size=2)
        grad = s.oracle(lambda x: 2 * x, limit=50)
        s.call("walk", grad, x)
        s.expect(False, "Nothing is right here.")


def spoils(grad, x):
    x += 1


def asks(grad, x):
    grad(x)


def asks_elsewhere(grad, x):
    grad(2 * x)


def asks_twice(grad, x):
    grad(x)
    grad(x)


def asks_often(grad, x):
    for _ in range(40):
        grad(x)


def asks_for_ever(grad, x):
    while True:
        grad(x)


def answers(grad, x):
    return 1.0


def does_nothing(grad, x):
    x * 1


SILENT = [spoils, asks, asks_elsewhere, asks_twice, asks_often, asks_for_ever, answers]


@pytest.mark.parametrize("walk", [*SILENT, does_nothing], ids=lambda f: f.__name__)
def test_value_arguments_questions_and_fault_are_all_evidence(walk):
    """Mistakes that differ in one of them only are told apart."""
    mistakes = [Mistake(f.__name__, f, f"It {f.__name__}.") for f in SILENT]

    def judge_(s):
        with s.part("value", points=0):
            s.call("number")
        silent(s)

    namespaces = [{"walk": m.code, "number": float} for m in mistakes]
    mistakes = [
        Mistake(m.id, names, m.text)
        for m, names in zip(mistakes, namespaces, strict=True)
    ]
    question = make(judge_, needs=("walk", "number"), mistakes=mistakes)
    _, entry = ask(question, walk=walk, number=float).feedback
    assert entry.mistake == (walk.__name__ if walk in SILENT else None)


@pytest.mark.parametrize("kind", [ValueError, KeyError])
def test_the_kind_of_exception_is_evidence(kind):
    def judge_(s):
        with s.part("fine", points=0):
            s.call("double", 1.0)
        with s.part("raises"):
            s.call("double", -1.0)

    def failing(kind):
        def double(x):
            if x < 0:
                raise kind
            return 2 * x

        return double

    mistakes = [
        Mistake(k.__name__, failing(k), "It breaks.") for k in (KeyError, ValueError)
    ]
    question = make(judge_, mistakes=mistakes)
    assert ask(question, double=failing(kind)).feedback[1].mistake == kind.__name__


def test_the_same_exception_alone_is_no_evidence():
    """Two functions that break down alike may be wrong in different ways."""

    def judge_(s):
        with s.part("floats"):
            s.expect_close(s.call("double", np.ones(2)), [2, 2], "It is not 2x.")
        with s.part("whole numbers"):
            s.expect_close(s.call("double", np.ones(2, int)), [2, 2], "It is not 2x.")

    def adds_in_place(x):
        x += 1.0 * x
        return x

    def adds_wrongly_in_place(x):
        x += 3.0 * x
        return x

    mistakes = [Mistake("in-place", adds_in_place, "In place.")]
    question = make(judge_, points=2, mistakes=mistakes)
    for double, named in ((adds_in_place, "in-place"), (adds_wrongly_in_place, None)):
        assert ask(question, double=double).feedback[1].mistake == named


def test_one_reason_is_told_once():
    def judge_(s):
        for k in range(3):
            with s.part(f"part {k}"):
                x = s.rng.normal(size=2 + k)
                s.expect_close(s.call("double", x), 2 * x, f"Case {k} is wrong.")

    for double in (lambda x: x, lambda x: x[:1], lambda x: 1 / 0, lambda x: None or []):
        first, *others = ask(make(judge_, points=3), double=double).feedback
        assert first.text != AGAIN
        assert [entry.text for entry in others] == [AGAIN, AGAIN]


def test_agreeing_with_a_mistake_by_accident_is_not_making_it():
    """This answer looks like the mistake on the first numbers only."""
    first = []

    def double(x):
        first.append(x) if not first else None
        return 3 * x if np.array_equal(x, first[0]) else 5 * x

    question = make(doubles, mistakes=[Mistake("triples", lambda x: 3 * x, "Three.")])
    assert ask(question, double=double).feedback[0].mistake is None
    assert ask(question, double=lambda x: 3 * x).feedback[0].mistake == "triples"


def test_the_numbers_of_the_case_fill_the_sentence():
    def judge_(s):
        with s.part("mean"):
            x = s.rng.normal(size=7)
            s.note(n=len(x))
            s.expect_close(s.call("double", x), x.mean(), "It is not the mean of {n}.")

    for text in (
        "You summed {n} of them.",
        lambda facts: f"You summed {facts['n']} of them.",
    ):
        question = make(judge_, mistakes=[Mistake("sum", np.sum, text)])
        assert ask(question, double=np.sum).feedback[0].text == "You summed 7 of them."
    assert (
        ask(question, double=np.max)
        .feedback[0]
        .text.startswith("It is not the mean of 7.")
    )


def test_parts_must_add_up_to_the_declared_points():
    with pytest.raises(ValueError, match="add to 1 points, but it declares 5"):
        ask(make(doubles, points=5), double=lambda x: x)


def test_a_question_calls_students_only_inside_its_parts():
    with pytest.raises(RuntimeError, match="inside"):
        Session(LocalRoom({}), 1).call("f")


def test_a_fault_of_the_question_itself_is_not_blamed_on_the_student():
    def judge_(s):
        with s.part("broken"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(make(judge_), double=lambda x: x)


def test_a_value_the_question_cannot_read_is_described():
    def judge_(s):
        with s.part("entry"):
            s.expect(s.call("double", 1.0)["key"] == 2, "It is not 2.")

    assert (
        "returned a single number" in ask(make(judge_), double=float).feedback[0].text
    )


# ------------------------------------------------------------------- check and hints
def notebook(code):
    """Run code as a notebook's cells would, and return its names."""
    names = {}
    exec("import numpy as np\nfrom gdlib.grading import check\n" + code, names)
    return names


WRONG = "def one_step(x, g, learning_rate): return x + learning_rate * g\n"
RIGHT = "def one_step(x, g, learning_rate): return x - learning_rate * g\n"
CHECK = "check('definition.one_step')"


@pytest.fixture(autouse=True)
def _fresh_session():
    forget()


def test_check_finds_the_functions_of_the_notebook_that_calls_it():
    assert notebook(RIGHT + f"r = {CHECK}")["r"].full
    assert notebook(f"r = {CHECK}")["r"].blank


def test_check_takes_a_namespace_instead():
    result = check("definition.one_step", {"one_step": lambda x, g, learning_rate: x})
    assert result.id == "definition.one_step"
    assert result.points == questions()["definition.one_step"].points
    with pytest.raises(TypeError, match="by name"):
        check("definition.one_step", lambda x: x)


def test_hints_come_one_at_a_time_and_start_over_when_it_is_right():
    hints = questions()["definition.one_step"].hints
    names = notebook(WRONG + f"rs = [{CHECK} for _ in range(4)]\n")
    assert [r.hint for r in names["rs"]] == ["", hints[0], *[" ".join(hints)] * 2]
    names = notebook(RIGHT + f"{CHECK}\n" + WRONG + f"r = {CHECK}")
    assert names["r"].hint == ""


def test_a_check_that_was_not_begun_uses_up_no_hint():
    names = notebook(f"{CHECK}; {CHECK}\n" + WRONG + f"r = {CHECK}")
    assert names["r"].hint == ""


BROKEN = "def one_step(x, g, learning_rate):\n    return x - learning_rate * g)"


def test_a_version_that_python_could_not_read_is_not_judged_by_the_one_before():
    for before in (RIGHT, ""):
        result = notebook(before + f"In = [{RIGHT!r}, {BROKEN!r}]\nr = {CHECK}")["r"]
        assert (result.score, result.blank) == (0, True)
        assert "`def one_step` could not be read" in result.headline
        assert "line 2, `return x - learning_rate * g)`: unmatched" in result.headline
    result = notebook(RIGHT + f"In = [{BROKEN!r}, {RIGHT!r}, '1 +']\nr = {CHECK}")["r"]
    assert result.full
    assert notebook(RIGHT + f"In = 'mine'\nr = {CHECK}")["r"].full


def test_a_namespace_of_ones_own_counts_no_failures():
    for _ in range(3):
        result = check(
            "definition.one_step", {"one_step": lambda x, g, learning_rate: x}
        )
        assert result.hint == ""


def test_the_text_is_the_same_each_time():
    assert str(notebook(WRONG + f"r = {CHECK}")["r"]) == str(
        (forget(), notebook(WRONG + f"r = {CHECK}")["r"])[1]
    )


def test_another_seed_draws_other_numbers():
    seen = []

    def one_step(x, g, learning_rate):
        if np.shape(x) == (4,):
            seen.append(x[0])
        return x - learning_rate * g

    for seed in ("practice", 1, 2):
        assert check("definition.one_step", {"one_step": one_step}, seed=seed).full
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    ("id", "near"),
    [
        ("definition.onestep", "definition.one_step"),
        ("one_step", "definition.one_step"),
        ("definitions.descend", "definition.descend"),
        ("definition", "definition.one_step"),
        ("", "definition.one_step"),
        (None, "definition.one_step"),
        ("zzz", "definition.one_step"),
    ],
)
def test_an_unknown_id_names_the_near_ones(id, near):
    with pytest.raises(ValueError, match="there is no question") as caught:
        check(id)
    assert near in str(caught.value)


def test_two_modules_cannot_share_an_id():
    from gdlib.grading import question

    def elsewhere(s):
        pass

    with pytest.raises(ValueError, match="rename one"):
        question("definition.one_step", points=1, needs="f")(elsewhere)


def test_checks_need_numpy_and_nothing_else():
    program = (
        "import sys; from gdlib.grading import check;"
        "check('definition.one_step', {'one_step': lambda x, g, learning_rate: x});"
        "heavy = {'IPython', 'matplotlib', 'jupytext', 'nbformat', 'click', 'rich'};"
        "print(*heavy & {m.split('.')[0] for m in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


# ---------------------------------------------------------------------------- cards
def results():
    yield notebook(RIGHT + f"r = {CHECK}")["r"]
    yield notebook(WRONG + f"r = {CHECK}")["r"]
    yield notebook(f"r = {CHECK}")["r"]


def test_card_and_text_say_the_same():
    for result in results():
        tags_gone = re.sub("<[^>]*>", " ", result._repr_html_())
        card = " ".join(unescape(tags_gone).split())
        for word in re.findall(r"\w+", str(result)):
            assert word in card + " done open"
        assert str(result).endswith("(Practice: graded runs draw new numbers.)")
        assert repr(result) == str(result)


def test_a_card_is_well_formed_and_brings_its_own_style():
    from xml.etree import ElementTree

    for result in results():
        card = ElementTree.fromstring(result._repr_html_())
        assert card.get("role") == "group"
        assert card.get("aria-label")
        assert not list(card.iter("script"))
        assert not list(card.iter("link"))
        for head in card.iter("th"):
            assert head.get("scope") in ("col", "row")
        text = "".join(card.itertext())
        for icon in card.iter("span"):
            assert icon.get("aria-hidden") == "true"
            text = text.replace(icon.text, "")
        assert "points" in text


def test_a_card_escapes_what_a_student_wrote():
    card = ask(DOUBLE, double=lambda x: "<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in card


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def test_icons_can_be_seen_on_light_and_on_dark_pages():
    from gdlib.grading.results import _LOOKS

    for look in _LOOKS.values():
        for page in ("#ffffff", "#121212"):
            light, dark = sorted((luminance(look.color), luminance(page)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 3


# ------------------------------------------------------------------------- plain data
def test_close_is_relative_to_the_largest_entry():
    assert close(np.array([1e6, 0.1]), np.array([1e6, 0.0]))
    assert not close(np.array([1e6, 0.1]), np.array([1e6, 0.0]), atol=0)
    assert not close(np.ones(2), np.ones((2, 1)))


def test_nan_and_infinity_are_equal_to_themselves_only():
    special = np.array([np.nan, np.inf, -np.inf, 1.0])
    assert close(special, special)
    for k in range(4):
        other = special.copy()
        other[k] = 0.0
        assert not close(special, other)
        assert not close(other, special)


def test_truth_values_are_compared_as_they_are():
    yes, no = np.array([True, False]), np.array([True, True])
    assert alike(yes, yes.copy())
    assert not alike(yes, no)


def test_members_of_a_tuple_are_measured_each_by_itself():
    big, small = np.array([1e4, 1e4]), np.array([1e-3, 2e-3])
    assert not alike((big, small), (big, 2 * small))
    assert alike((big, small), (big * (1 + 1e-9), small * (1 - 1e-9)))
    assert alike([big, small], [big, 2 * small])  # one table: one measure


def test_alike_compares_structures():
    assert alike([1, np.ones(2), "a"], (1.0, [1, 1], "a"))
    assert not alike([1, "a"], [1, "b"])
    assert not alike([1, "a"], [1])
    assert not alike(None, 0.0)
    assert alike({"a": 1}, {"a": 1.0})
    assert not alike({"a": 1}, {"b": 1})


def test_numbers_reads_lists_and_refuses_the_rest():
    assert numbers([[1, 2], [3, 4]]).shape == (2, 2)
    for value in (None, "1", ["a"], [[1], [2, 3]], {"a": 1}, [None]):
        assert numbers(value) is None


def test_describe_never_shows_a_number():
    for value in (3.25, [3.25], (3.25, 1), np.full((2, 3), 3.25), {"a": 3.25}):
        assert "3.25" not in describe(value)


def test_find_returns_the_registered_question():
    assert find("definition.one_step") is questions()["definition.one_step"]
