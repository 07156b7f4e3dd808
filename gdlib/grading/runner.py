"""Run a notebook in a process of its own, and check it there.

`run` starts the process and reads what it reports; `python -m gdlib.grading.runner` is
that process. It takes the cells in order and goes on after one that fails. A question
is asked where its check cell stands and once more at the end, and the better answer
counts: what was earned before a loop that never ends is not lost. If the process does
not finish in time, it says in which line it is, and is stopped with everything it
started.

The checks run beside the student's code here, as they do in a notebook. So this is a
student's own check, or a look at work you trust: it gives no mark that code could not
forge.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import json
import linecache
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from gdlib.grading.notebooks import read_notebook
from gdlib.grading.practice import DEF, judge
from gdlib.grading.questions import questions, seed_for
from gdlib.grading.results import Result
from gdlib.grading.rooms import Fault, LocalRoom, Unread, student_line
from gdlib.grading.sentences import about_syntax, where_in

CHECK = re.compile(r"""\bcheck\(\s*["'](([A-Za-z_][\w-]*)\.[\w-]+)""")
GRACE = 1.0  # seconds in which a process whose time is up may say where it is


def chapters_of(notebook: dict) -> list[str]:
    """Return the chapters that the check cells name."""
    code = (c["source"] for c in notebook["cells"] if c.get("cell_type") == "code")
    named = [chapter for source in code for _, chapter in CHECK.findall(source)]
    return list(dict.fromkeys(named))


# ------------------------------------------------------------------ starting process
def run(path: Path, *, timeout: float = 60.0) -> Iterator[dict]:
    """Run and check a notebook, and yield what happens as it happens.

    Parameters
    ----------
    path : Path
        An .ipynb file that can be read (see `read_notebook`).
    timeout : float
        Seconds for everything.

    Yields
    ------
    dict
        ``{"cell": k, "of": n}`` before a cell runs, ``{"error": k, "text": …}`` if it
        failed, ``{"question": id}`` before a question, ``{"result": …}`` after it if
        that is better than what was known; at the end ``{"end": "done"}``,
        ``"late"`` (time is up; with ``"where"``, a place in the student's code, if
        that is known) or ``"died"``.
    """
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gdlib.grading.runner"),
            *(str(Path(path).resolve()), str(time.time() + timeout)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(path).resolve().parent,
        env={**os.environ, "MPLBACKEND": "Agg", "PYTHONUTF8": "1"},
        start_new_session=os.name == "posix",
    )
    lines: queue.Queue = queue.Queue()
    reader = threading.Thread(target=_read, args=(process.stdout, lines), daemon=True)
    reader.start()
    deadline = time.monotonic() + timeout + GRACE
    last = {"end": "died"}
    try:
        while True:
            try:
                event = lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                last = {"end": "late"}
                break
            if event is None:
                break
            if event.get("end"):
                last = event
                break
            yield event
    finally:
        _stop(process)
        reader.join(1)
    yield last


def _read(stream, lines: queue.Queue):
    """Put each event of the process into the queue, and None when it ends."""
    with contextlib.suppress(OSError, ValueError):
        for line in stream:
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict):
                    lines.put(event)
    lines.put(None)


def _stop(process: subprocess.Popen):
    """Stop the process and everything it started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


# ------------------------------------------------------------------- inside process
def main(path: str, deadline: float):
    """Run a notebook's cells and questions until a time, and report on stdout."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)  # what the notebook prints goes nowhere

    def report(**event):
        channel.write(json.dumps(event) + "\n")

    left = deadline - time.time()
    watch = threading.Timer(left, _say_where, (report, threading.get_ident()))
    watch.daemon = True
    watch.start()

    notebook = read_notebook(Path(path))
    asked = {
        id: question
        for id, question in questions().items()
        if question.chapter in chapters_of(notebook)
    }
    best: dict[str, Result] = {}
    unread: dict[str, Unread] = {}
    shell = _Shell()

    def ask(id: str):
        report(question=id)
        names = {**shell.names, **unread}
        result = judge(
            asked[id],
            lambda quiet: LocalRoom(names, quiet=quiet),
            seed=seed_for("practice", "", id),
        )
        known = best.get(id)
        if known is None or (result != known and result.score >= known.score):
            best[id] = result
            report(result=asdict(result))

    cells = [c["source"] for c in notebook["cells"] if c.get("cell_type") == "code"]
    for k, source in enumerate(cells, start=1):
        report(cell=k, of=len(cells))
        defined = DEF.findall(source)
        for name in defined:
            unread.pop(name, None)
        try:
            if shell.run(source, k):
                for id, _ in CHECK.findall(source):
                    if id in asked:
                        ask(id)
        except BaseException as error:
            report(error=k, text=_sentence(error, k))
            if isinstance(error, SyntaxError):
                why = Unread(f"Code cell {k} could not be read, see above.")
                unread |= dict.fromkeys(defined, why)
    for id in asked:
        ask(id)
    report(end="done")


def _say_where(report, thread: int):
    """Report that time is up, and the student's line in which it ran out."""
    frames = traceback.walk_stack(sys._current_frames()[thread])
    fault = Fault("late", "", "", *student_line(frames))
    report(end="late", where=where_in(fault, "") if fault.line else "")


class _Shell:
    """As much of IPython as a notebook needs to run by itself."""

    def __init__(self):
        self.names = {"__name__": "__main__", "get_ipython": lambda: self}
        try:
            from IPython.core.inputtransformer2 import TransformerManager
        except ImportError:
            self._transform = str
        else:
            self._transform = lambda code: TransformerManager().transform_cell(code)

    def run(self, source: str, k: int) -> bool:
        """Run one cell, unless it only asks for checks; return whether it does."""
        code = self._transform(source)
        name = f"<cell {k}>"
        linecache.cache[name] = (len(code), None, code.splitlines(True), name)
        tree = ast.parse(code, name)
        if tree.body and all(map(_is_check, tree.body)):
            return True
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        ready = compile(tree, name, "exec", flags=flags)
        value = eval(ready, self.names)
        if inspect.iscoroutine(value):
            asyncio.run(value)
        return False

    def run_line_magic(self, name, line, *_, **__):
        """Run the code of %time and %timeit; other magics do nothing here."""
        if name in ("time", "timeit", "prun"):
            exec(line, self.names)

    def run_cell_magic(self, name, line, cell, *_, **__):
        """Run the code below %%time and its like; other magics do nothing here."""
        if name in ("time", "timeit", "capture", "prun"):
            exec(self._transform(cell), self.names)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


def _is_check(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Name)
        and statement.value.func.id == "check"
        and all(isinstance(a, ast.Constant) for a in statement.value.args)
    )


def _sentence(error: BaseException, k: int) -> str:
    """Say why a cell stopped."""
    try:
        message = " ".join(str(error).split())[:200]
    except BaseException:
        message = ""
    if isinstance(error, SyntaxError):
        return f"Python cannot read {about_syntax(error)}. None of this cell ran."
    if isinstance(error, SystemExit):
        return "It left Python with `exit`; the next cells ran all the same."
    if isinstance(error, EOFError):
        return "It asks a question with `input()`, and nobody is there to answer."
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == f"<cell {k}>":
            line = trace.tb_lineno
        trace = trace.tb_next
    where = f"Line {line} stopped" if line else "It stopped"
    name = type(error).__name__
    said = f"{name}, {message}" if message else name
    return f"{where} with {said}{'' if said.endswith('.') else '.'}"


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
