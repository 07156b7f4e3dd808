"""The command line: friendly with every file it is given."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gdlib.cli import main
from gdlib.grading import questions
from gdlib.grading.notebooks import solution_notebook

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "exercises" / "source" / "definition.md"
ASKED = [q for q in questions().values() if q.chapter == "definition"]
TOTAL = f"{sum(q.points for q in ASKED):g}"
STEP = "def one_step(x, g, learning_rate):\n    return x - learning_rate * g"


def gdlib(*arguments):
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done
    return done.exit_code, " ".join(done.output.replace("│", " ").split())


def write(path, *cells, ask=True):
    cells += ('check("definition.one_step")',) * ask
    made = [{"cell_type": "code", "source": source} for source in cells]
    path.write_text(json.dumps({"cells": made}), "utf-8")
    return path


# ---------------------------------------------------------------------------- check
def test_a_blank_notebook_earns_nothing_and_is_told_where_to_start():
    code, out = gdlib("check", ROOT / "exercises" / "definition.ipynb")
    assert code == 0
    assert f"0 of {TOTAL} points." in out
    assert out.count("Nothing here yet.") == len(ASKED)


def test_a_solved_notebook_earns_everything(tmp_path):
    path = tmp_path / "any name.ipynb"
    path.write_text(solution_notebook(SOURCE), "utf-8")
    code, out = gdlib("check", path)
    assert code == 0
    assert f"{TOTAL} of {TOTAL} points." in out


def test_a_wrong_answer_gets_its_sentence(tmp_path):
    path = write(tmp_path / "definition.ipynb", STEP.replace("-", "+"))
    code, out = gdlib("check", path)
    assert code == 0
    assert "You walk uphill" in out
    assert "the step:" in out


def test_a_syntax_error_is_reported_with_its_cell_and_the_rest_counts(tmp_path):
    path = write(tmp_path / "definition.ipynb", "x = 1", "def f(:\n    pass", STEP)
    code, out = gdlib("check", path)
    assert code == 0
    assert "Code cell 2: Python cannot read line 1, `def f(:`" in out
    assert f"5 of {TOTAL} points." in out


def test_a_failing_cell_is_reported_with_its_line(tmp_path):
    path = write(tmp_path / "definition.ipynb", "a = 1\nb = a / 0\n", STEP)
    code, out = gdlib("check", path)
    assert code == 0
    assert "Code cell 1: Line 2 stopped with ZeroDivisionError" in out


def test_an_endless_cell_is_stopped_and_named(tmp_path):
    path = write(tmp_path / "definition.ipynb", STEP, "while True: pass")
    code, out = gdlib("check", path, "--timeout", "2")
    assert code == 1
    assert "Time is up: code cell 2 did not finish within 2 seconds" in out
    assert "Not reached." in out


def test_an_endless_function_is_stopped_and_its_question_named(tmp_path):
    endless = "def descend(grad, x0, learning_rate, steps):\n    while [1]: pass"
    path = write(tmp_path / "definition.ipynb", STEP, endless)
    code, out = gdlib("check", path, "--timeout", "3")
    assert code == 1
    assert "Time is up: question definition.descend" in out
    assert "stopped in line 2 of `descend`, `while [1]: pass`." in out
    assert f"5 of {TOTAL} points." in out


def test_a_notebook_that_ends_python_is_reported(tmp_path):
    path = write(tmp_path / "definition.ipynb", STEP, "import os; os._exit(0)")
    code, out = gdlib("check", path)
    assert code == 1
    assert "Python itself ended during code cell 2" in out


def test_the_check_cells_decide_the_chapter(tmp_path):
    path = write(tmp_path / "homework.ipynb", STEP)
    code, out = gdlib("check", path)
    assert code == 0
    assert f"5 of {TOTAL} points." in out


def test_a_notebook_without_questions_is_refused(tmp_path):
    for cell in ("x = 1", 'check("shopping.list")'):
        path = write(tmp_path / "shopping.ipynb", cell, ask=False)
        code, out = gdlib("check", path)
        assert code == 2
        assert 'no cell that says check("...")' in out
        chapters = re.search(r"There are questions on: (.+)\.", out)[1].split(", ")
        assert chapters == sorted({q.chapter for q in questions().values()})


def test_a_chapter_is_not_taken_for_its_exercises(tmp_path):
    code, out = gdlib("check", write(tmp_path / "definition.ipynb", STEP, ask=False))
    assert code == 2
    assert "this is a chapter" in out
    assert "work/exercises/definition.ipynb" in out


def test_a_question_whose_cell_failed_to_parse_is_not_called_blank(tmp_path):
    path = write(tmp_path / "definition.ipynb", STEP.replace("* g", "* g)"))
    code, out = gdlib("check", path)
    assert code == 0
    assert "Code cell 1: Python cannot read line 2" in out
    assert "Code cell 1 could not be read, see above." in out
    assert out.count("Nothing here yet.") == 3


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("missing.ipynb", None, "There is no file"),
        ("missing.ipynb", None, "into work/, as work/exercises/definition.ipynb"),
        ("empty.ipynb", b"", "is empty"),
        ("text.ipynb", b"hello", "not JSON"),
        ("list.ipynb", b"[1, 2]", "no list of cells"),
        ("cut.ipynb", b'{"cells": [', "ends too early"),
        ("code.py", b"x = 1", "Python file"),
        ("[bold]x.ipynb", b"", "[bold]x.ipynb"),
    ],
)
def test_an_unusable_file_is_refused_in_a_sentence(tmp_path, name, data, words):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    code, out = gdlib("check", tmp_path / name)
    assert code == 2
    assert words in out
    assert "Traceback" not in out


def test_a_student_who_writes_markup_gets_it_back_as_text(tmp_path):
    wrong = "def one_step(x, g, learning_rate):\n    return '[red]boo[/red]'"
    code, out = gdlib("check", write(tmp_path / "definition.ipynb", wrong))
    assert code == 0
    assert "[red]boo[/red]" in out


def test_nobody_answers_input_even_if_somebody_types(tmp_path):
    path = write(tmp_path / "definition.ipynb", "x = input()", STEP)
    command = [sys.executable, "-m", "gdlib", "check", str(path)]
    done = subprocess.run(command, input="yes\n", capture_output=True, text=True)
    assert done.returncode == 0
    assert "nobody is there to answer" in " ".join(done.stdout.split())


# -------------------------------------------------------------------------- release
def test_release_writes_what_is_committed(tmp_path):
    code, out = gdlib("release", SOURCE, "--out", tmp_path)
    assert code == 0
    assert "wrote" in out
    made = (tmp_path / "definition.ipynb").read_bytes()
    assert made == (ROOT / "exercises" / "definition.ipynb").read_bytes()


def test_release_without_arguments_takes_all_sources(tmp_path, monkeypatch):
    (tmp_path / "exercises" / "source").mkdir(parents=True)
    text = SOURCE.read_text("utf-8")
    (tmp_path / "exercises" / "source" / "definition.md").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert gdlib("release")[0] == 0
    assert (tmp_path / "exercises" / "definition.ipynb").exists()


def test_release_outside_the_book_says_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out = gdlib("release")
    assert code == 2
    assert "there is no exercises/source here" in out


def test_solutions_are_written_only_where_one_says(tmp_path):
    code, out = gdlib("release", SOURCE, "--solutions")
    assert code == 2
    assert "--out" in out
    assert gdlib("release", SOURCE, "--solutions", "--out", tmp_path)[0] == 0
    assert "canary" in (tmp_path / "definition.ipynb").read_text("utf-8")


def test_release_of_a_faulty_source_is_refused_in_a_sentence(tmp_path):
    source = tmp_path / "definition.md"
    text = SOURCE.read_text("utf-8").replace("# END SOLUTION", "", 1)
    source.write_text(text, "utf-8")
    code, out = gdlib("release", source, "--out", tmp_path)
    assert code == 2
    assert "without # END SOLUTION" in out
    assert not (tmp_path / "definition.ipynb").exists()


# ----------------------------------------------------------------------------- help
def test_help_names_every_command_with_an_example():
    code, out = gdlib("--help")
    assert code == 0
    for name in main.commands:
        assert f"gdlib {name}" in out
        assert gdlib(name, "--help")[0] == 0
    assert "work/exercises/definition.ipynb" in out
    assert "make lab" in out


def test_the_package_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "gdlib", "--version"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "gdlib" in done.stdout
