"""One source, two notebooks: nothing leaks, nothing raises."""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from gdlib.grading import questions
from gdlib.grading.notebooks import (
    NotebookError,
    read_notebook,
    release,
    solution_notebook,
    student_notebook,
)
from gdlib.grading.runner import run

EXERCISES = Path(__file__).resolve().parents[1] / "exercises"
SOURCES = sorted((EXERCISES / "source").glob("*.md"))
CHECK = 'check("definition.one_step")'
STEP = "def one_step(x, g, learning_rate):\n    return x - learning_rate * g"
every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


def code_of(text):
    cells = json.loads(text)["cells"]
    return ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]


# ------------------------------------------------------------------ what is committed
def test_every_notebook_has_a_source_and_every_source_a_notebook():
    assert SOURCES
    notebooks = sorted(path.stem for path in EXERCISES.glob("*.ipynb"))
    assert notebooks == sorted(path.stem for path in SOURCES)


@every_source
def test_the_committed_notebook_is_a_fresh_generation(source):
    committed = (EXERCISES / f"{source.stem}.ipynb").read_bytes()
    assert committed == student_notebook(source).encode(), "run: gdlib release"


@every_source
@pytest.mark.parametrize("write", [student_notebook, solution_notebook])
def test_a_notebook_is_valid_and_holds_no_outputs(source, write):
    notebook = nbformat.reads(write(source), as_version=4)
    nbformat.validate(notebook)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None
    assert write(source) == write(source)


@every_source
def test_a_students_notebook_holds_no_solution(source):
    student = student_notebook(source)
    for word in ("SOLUTION", "canary", "solution"):
        assert word not in student
    blocks = re.findall(
        r"# BEGIN SOLUTION\n(.*?)# END SOLUTION", source.read_text("utf-8"), re.S
    )
    assert blocks
    for block in blocks:
        answer = [line.strip() for line in block.splitlines() if len(line.strip()) > 20]
        assert not any(line in "\n".join(code_of(student)) for line in answer)


@every_source
def test_every_solution_has_a_canary_of_its_question(source):
    text = source.read_text("utf-8")
    canaries = re.findall(r"# canary-([\w-]+)", text)
    assert len(canaries) == len(set(canaries)) == text.count("# BEGIN SOLUTION")
    asked = re.findall(r'check\("([\w.-]+)"\)', text)
    assert [id.replace(".", "-") for id in asked] == canaries
    known = [id for id, q in questions().items() if q.chapter == source.stem]
    assert sorted(asked) == sorted(known)


@every_source
def test_a_starter_has_the_signature_of_the_right_answer(source):
    names = {}
    for code in code_of(student_notebook(source)):
        if code.startswith("def "):
            exec(code, names)
    for question in questions().values():
        if question.chapter != source.stem:
            continue
        for name in question.names():
            starter = names[name].__code__
            right = question.namespace(question.right[0])[name].__code__
            count = starter.co_argcount + starter.co_kwonlyargcount
            assert starter.co_varnames[:count] == right.co_varnames[:count]


# ---------------------------------------------------------------------- in a process
def events(text, tmp_path, name, timeout=60):
    path = tmp_path / f"{name}.ipynb"
    path.write_text(text, "utf-8")
    return list(run(path, timeout=timeout))


@every_source
def test_a_blank_notebook_runs_and_is_asked_everything(source, tmp_path):
    seen = events(student_notebook(source), tmp_path, source.stem)
    assert not [event for event in seen if "error" in event]
    results = [event["result"] for event in seen if "result" in event]
    assert len(results) == sum(
        question.chapter == source.stem for question in questions().values()
    )
    assert all(result["blank"] and result["score"] == 0 for result in results)
    assert seen[-1] == {"end": "done"}


@every_source
def test_a_solved_notebook_runs_and_gets_full_marks(source, tmp_path):
    seen = events(solution_notebook(source), tmp_path, source.stem)
    assert not [event for event in seen if "error" in event]
    results = [event["result"] for event in seen if "result" in event]
    assert results
    assert all(result["score"] == result["points"] for result in results), results


@every_source
@pytest.mark.parametrize("write", [student_notebook, solution_notebook])
def test_a_notebook_runs_in_jupyter_and_its_checks_show_cards(source, write, tmp_path):
    """Every cell, in a kernel, with an error in none; cards where checks are."""
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.reads(write(source), as_version=4)
    nbclient.NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    checks = [c for c in notebook.cells if c.source.startswith("check(")]
    assert checks
    for cell in checks:
        (output,) = cell.outputs
        assert output.data["text/html"].startswith('<div role="group"')
        full = "Full marks" in output.data["text/plain"]
        assert full == (write is solution_notebook)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        pytest.param(q, code, id=f"{q.id}-{k}")
        for q in questions().values()
        for k, code in enumerate(q.right)
    ],
)
def test_what_gets_full_marks_can_be_played_with(question, code):
    """Lists for arrays, other names for the arguments: the play cells take them all."""
    import matplotlib.pyplot as plt

    names = {"__name__": "notebook"}
    for cell in code_of(student_notebook(EXERCISES / f"source/{question.chapter}.md")):
        if not cell.startswith("check("):
            exec(cell, names)
        if cell.startswith("def "):
            names |= {
                name: answer
                for name, answer in question.namespace(code).items()
                if name in names
            }
    plt.close("all")


@every_source
def test_the_first_paragraph_says_how_to_start_and_how_to_stop(source):
    cells = json.loads(student_notebook(source))["cells"]
    opening = "".join(cells[0]["source"])
    assert "restarts, run its first cell" in opening
    assert "■" in opening


def test_the_line_is_told_when_it_was_looked_for_and_not_before(capsys):
    """The last play of the chapter: its output answers, its text asks."""
    source = EXERCISES / "source" / "definition.md"
    names = {}
    cells = code_of(solution_notebook(source))
    for cell in (cells[0], *(c for c in cells if c.startswith("def ")), cells[-1]):
        exec(cell, names)
    told = " ".join(capsys.readouterr().out.split())
    for words in ("0.19 converged", "0.2 max_steps", "0.21 diverged", "2/L = 0.2:"):
        assert words in told
    text = re.sub("```.*?```", "", source.read_text("utf-8"), flags=re.S)
    assert "0.19" not in text
    assert "2/L" not in text


def test_every_run_by_hand_of_stop_rule_tells_both_things_it_returns():
    text = (EXERCISES / "source" / "definition.md").read_text("utf-8")
    by_hand = text[text.rindex("By hand") :]
    runs = re.findall(r"it returns `\[[\d.]+\]`( and `\"\w+\"`)?", by_hand)
    assert len(runs) == 2
    assert all(runs)


def test_an_edit_that_does_not_parse_is_told_in_jupyter():
    nbclient = pytest.importorskip("nbclient")
    broken = STEP.replace("* g", "* g)")
    cells = ["from gdlib.grading import check", STEP, broken, CHECK]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells]
    )
    nbclient.NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    text = notebook.cells[-1].outputs[0].data["text/plain"]
    assert "could not be read, line 2" in " ".join(text.split())
    assert "Full marks" not in text


# -------------------------------------------------------------------- faulty sources
HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  name: python3
---

# Title

"""


def source_of(tmp_path, *lines, fence="{code-cell} ipython3"):
    path = tmp_path / "tiny.md"
    code = "\n".join(lines)
    path.write_text(f"{HEAD}```{fence}\n{code}\n```\n", "utf-8")
    return path


ANSWER = [
    "def f(x):",
    "    # BEGIN SOLUTION",
    "    # canary-tiny-f",
    "    return x",
    "    # END SOLUTION",
]


def test_dots_stand_where_the_answer_stood_and_run(tmp_path):
    path = source_of(tmp_path, *ANSWER, "y = 1")
    (student,) = code_of(student_notebook(path))
    assert student == "def f(x):\n    ...  # your code here\ny = 1"
    (solved,) = code_of(solution_notebook(path))
    assert solved == "def f(x):\n    # canary-tiny-f\n    return x\ny = 1"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (ANSWER[:-1], "line 2: # BEGIN SOLUTION without # END SOLUTION"),
        (ANSWER[:1] + ANSWER[3:], "line 3: # END SOLUTION without"),
        (ANSWER[:2] + ANSWER[1:], "line 3: # BEGIN SOLUTION while the one in line 2"),
        (ANSWER[:2] + ANSWER[3:], "without a canary"),
        (ANSWER[:3] + ANSWER[4:], "no answer between"),
        (["f = 1  # BEGIN SOLUTION", *ANSWER[2:]], "a line of its own"),
        ([*ANSWER[:2], "    # canary-other-f", *ANSWER[3:]], "without a canary"),
    ],
)
@pytest.mark.parametrize("write", [student_notebook, solution_notebook])
def test_a_faulty_source_is_refused_with_its_line(tmp_path, lines, words, write):
    with pytest.raises(NotebookError, match=re.escape(words)) as caught:
        write(source_of(tmp_path, *lines))
    assert str(caught.value).startswith("tiny: cell 1")


def test_a_marker_in_the_text_is_refused(tmp_path):
    path = source_of(tmp_path, "x = 1")
    path.write_text(path.read_text("utf-8") + "\n# BEGIN SOLUTION\n", "utf-8")
    with pytest.raises(NotebookError, match="is text, and has a solution marker"):
        student_notebook(path)


def test_a_source_without_code_is_refused(tmp_path):
    with pytest.raises(NotebookError, match="no code cell"):
        student_notebook(source_of(tmp_path, "x = 1", fence="python"))


def test_a_missing_or_unreadable_source_is_refused(tmp_path):
    with pytest.raises(NotebookError, match="cannot be read"):
        student_notebook(tmp_path / "none.md")
    (tmp_path / "latin.md").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(NotebookError, match="UTF-8"):
        student_notebook(tmp_path / "latin.md")


def test_nothing_is_written_when_one_source_is_faulty(tmp_path):
    good = source_of(tmp_path, *ANSWER)
    out = tmp_path / "out"
    with pytest.raises(NotebookError):
        list(release([good, tmp_path / "none.md"], out))
    assert not out.exists()


# ---------------------------------------------------------------------- read_notebook
def test_reading_accepts_what_editors_write(tmp_path):
    text = json.dumps({"cells": [{"cell_type": "code", "source": ["a\n", "b"]}]})
    path = tmp_path / "ß -x.ipynb"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_text(text, encoding)
        assert read_notebook(path)["cells"][0]["source"] == "a\nb"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"{", "not JSON"),
        (b"\x00\x01\x02\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no list of cells"),
        (b"{}", "no list of cells"),
        (b'{"cells": 3}', "no list of cells"),
        (b'{"worksheets": []}', "old format"),
        (b'{"cells": [3]}', "damaged"),
        (b'{"cells": [{"source": [3]}]}', "damaged"),
    ],
)
def test_what_is_no_notebook_is_named(tmp_path, data, words):
    path = tmp_path / "a.ipynb"
    path.write_bytes(data)
    with pytest.raises(NotebookError, match=words) as caught:
        read_notebook(path)
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_missing_file_names_its_neighbours(tmp_path):
    (tmp_path / "here.ipynb").write_text("{}", "utf-8")
    with pytest.raises(NotebookError, match=r"there are: here\.ipynb"):
        read_notebook(tmp_path / "there.ipynb")
    with pytest.raises(NotebookError, match="folder"):
        read_notebook(tmp_path)
    (tmp_path / "a.py").write_text("x = 1", "utf-8")
    with pytest.raises(NotebookError, match="Python file"):
        read_notebook(tmp_path / "a.py")


# --------------------------------------------------------------------------- a runner
def notebook_of(*cells):
    cells = (*cells, CHECK)
    made = [{"cell_type": "code", "source": source} for source in cells]
    return json.dumps({"cells": made})


def step_score(seen):
    results = [event["result"] for event in seen if "result" in event]
    return [r["score"] for r in results if r["id"] == "definition.one_step"][-1]


FINE = {
    "magics": ["%matplotlib inline\n!echo hello\n%pip list", STEP],
    "timed cell": ["%%time\n" + STEP],
    "timed line": ["%time y = 3", STEP, "assert y == 3"],
    "await": ["import asyncio\nx = await asyncio.sleep(0, 7)", STEP, "assert x == 7"],
    "chdir": ["import os\nos.chdir('/')", STEP],
    "show": ["import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()", STEP],
    "display": ["from IPython.display import display\ndisplay(3)", STEP],
    "noise": ["print('x' * 10**6)\nimport sys; sys.stderr.write('y' * 10**6)", STEP],
    "protocol": ['print(\'{"end": "done"}\', flush=True)', STEP],
    "thread": ["import threading as t\nt.Thread(target=t.Event().wait).start()", STEP],
    "own check": ["def check(*a): 1 / 0", "check('definition.one_step')", STEP],
    "help": [STEP, "one_step?"],
}
FAULTY = {
    "errors": [STEP, "1 / 0"],
    "unknown name": ["print(undefined)", STEP],
    "syntax": ["def f(:", STEP],
    "input": ["input('?')", STEP],
    "exit": ["import sys\nsys.exit()", STEP],
    "rude": ["class R(Exception):\n    __str__ = None\nraise R", STEP],
}


@pytest.mark.parametrize("cells", FINE.values(), ids=FINE)
def test_what_works_in_a_notebook_works_here(cells, tmp_path):
    seen = events(notebook_of(*cells), tmp_path, "definition", timeout=30)
    assert not [event for event in seen if "error" in event]
    assert step_score(seen) == 5
    assert seen[-1] == {"end": "done"}


@pytest.mark.parametrize("cells", FAULTY.values(), ids=FAULTY)
def test_a_cell_that_fails_is_reported_and_the_rest_counts(cells, tmp_path):
    seen = events(notebook_of(*cells), tmp_path, "definition", timeout=30)
    (error,) = [event for event in seen if "error" in event]
    assert error["error"] == 1 + (cells[0] == STEP)
    assert error["text"].endswith(".")
    assert step_score(seen) == 5
    assert seen[-1] == {"end": "done"}


def test_a_cell_that_ends_python_ends_the_run(tmp_path):
    seen = events(notebook_of(STEP, "import os\nos._exit(3)"), tmp_path, "definition")
    assert seen[-1] == {"end": "died"}
    assert seen[-2] == {"cell": 2, "of": 3}


def test_the_time_limit_stops_everything_the_notebook_started(tmp_path):
    child = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(p.pid))\n"
        "while True: pass"
    )
    seen = events(notebook_of(STEP, child), tmp_path, "definition", timeout=3)
    assert seen[-1]["end"] == "late"
    assert "in line 4" in seen[-1]["where"]
    pid = (tmp_path / "pid").read_text("utf-8")
    status = Path(f"/proc/{pid}/status")
    if Path("/proc/self").exists():
        assert not status.exists() or "zombie" in status.read_text("utf-8")


ENDLESS = "def descend(*_):\n    t = 0\n    while t < 1:\n        t = 0\ndescend()"


WAITS = "def wait():\n    import threading\n    threading.Event().wait()\nwait()"


@pytest.mark.parametrize(
    ("endless", "where"),
    [
        (ENDLESS, "in line [34] of `descend`, `(while t < 1:|t = 0)`"),
        (WAITS, r"in line 3 of `wait`, `threading.Event\(\).wait\(\)`"),
    ],
)
def test_what_was_earned_in_time_is_kept_and_the_last_line_named(
    endless, where, tmp_path
):
    text = notebook_of(STEP, CHECK, endless)
    seen = events(text, tmp_path, "definition", timeout=6)
    assert step_score(seen) == 5
    assert seen[-1]["end"] == "late"
    assert re.fullmatch(where, seen[-1]["where"])


def test_a_process_that_cannot_say_where_it_is_is_stopped_all_the_same(tmp_path):
    hold = "import ctypes\nctypes.PyDLL(None).sleep(60)"  # with the lock held
    if sys.platform == "win32":
        pytest.skip("another sleep")
    seen = events(notebook_of(hold), tmp_path, "definition", timeout=2)
    assert seen[-1] == {"end": "late"}


@pytest.mark.parametrize(
    ("cells", "score"),
    [
        ([STEP, CHECK, STEP.replace("-", "+")], 5),
        ([STEP.replace("-", "+"), CHECK, STEP], 5),
        ([CHECK, STEP.replace("-", "+")], 0),
    ],
)
def test_a_question_counts_after_its_check_cell_or_at_the_end(cells, score, tmp_path):
    seen = events(notebook_of(*cells), tmp_path, "definition")
    results = [e["result"] for e in seen if "result" in e]
    (*_, last) = [r for r in results if r["id"] == "definition.one_step"]
    assert last["score"] == score
    assert not last["blank"]


def test_a_version_that_does_not_parse_is_named_by_its_cell(tmp_path):
    broken = STEP.replace("* g", "* g)")
    for cells, readable in (((STEP, broken), False), ((broken, STEP), True)):
        seen = events(notebook_of(*cells), tmp_path, "definition")
        result = next(e["result"] for e in seen if "result" in e)
        assert result["score"] == 5 * readable
        if not readable:
            said = "Code cell 2 could not be read, see above."
            assert result["headline"] == said


def test_the_runner_needs_no_jupyter():
    program = (
        "import sys; sys.modules['IPython'] = None; sys.modules['nbformat'] = None;"
        "from gdlib.grading.runner import _Shell; s = _Shell();"
        "s.run('x = 1', 1); print(s.names['x'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1"
