"""The command line: `gdlib check` for students, `gdlib release` for authors."""

from __future__ import annotations

import sys
from pathlib import Path

try:
    import click
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
    from rich.table import Table
except ImportError:  # pragma: no cover
    sys.exit("The gdlib command needs click and rich: pip install 'gdlib[grade]'")

from gdlib import __version__
from gdlib.grading.notebooks import NotebookError, read_notebook
from gdlib.grading.notebooks import release as write_notebooks
from gdlib.grading.questions import questions
from gdlib.grading.results import PRACTICE
from gdlib.grading.runner import chapters_of, run

UNUSABLE = 2  # exit code for input that cannot be used
UNFINISHED = 1  # exit code for a notebook that was stopped or died


ABOUT = """Gradient Descent, a runnable book: its exercises at the command line.

\b
gdlib check work/exercises/definition.ipynb   what does my notebook earn?
gdlib release                                 write the students' notebooks anew

The notebooks you write in are where `make lab` puts them, in work/exercises/.
"""


@click.group(help=ABOUT, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gdlib")
def main():
    """Run the command line of the book."""


@main.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "--timeout",
    default=60.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Time for the whole notebook and its questions.",
)
def check(notebook: Path, timeout: float):
    """Run NOTEBOOK from the top in a fresh process, and check its answers.

    NOTEBOOK is yours, such as work/exercises/definition.ipynb. A cell that fails does
    not stop the cells after it. Numbers and sentences are those of the notebook's own
    check cells: practice, not a mark.

    The exit code is 0 if the notebook ran (whatever it earned), 1 if it did not come to
    its end, and 2 if the file cannot be used.
    """
    out = Console(highlight=False)
    try:
        asked = _asked(notebook)
    except NotebookError as error:
        _refuse(error)
    results, errors, end, last = _watch(notebook, timeout, out)
    where = end.get("where", "")
    for cell, text in errors:
        out.print(f"[bold]Code cell {cell}[/bold]: {escape(text)}", soft_wrap=True)
    if errors:
        out.print()
    _print_results(out, notebook, asked, results)
    if end["end"] == "done":
        return
    out.print()
    out.print(
        f"Time is up: {last} did not finish within {timeout:g} seconds, and was "
        f"stopped{escape(' ' * bool(where) + where)}. Look there for a loop that never "
        "ends, or give it more time with --timeout."
        if end["end"] == "late"
        else f"Python itself ended during {last}, so the rest was not checked. Look "
        "there for a call that leaves Python, or for memory that runs out.",
        style="bold",
        soft_wrap=True,
    )
    sys.exit(UNFINISHED)


def _refuse(error: Exception):
    Console(stderr=True, highlight=False).print(escape(str(error)), soft_wrap=True)
    sys.exit(UNUSABLE)


def _asked(path: Path) -> dict[str, float]:
    """Return the questions of a notebook and their points."""
    chapters = chapters_of(read_notebook(path))
    known = questions().values()
    asked = {q.id: q.points for q in known if q.chapter in chapters}
    if asked:
        return asked
    there = {question.chapter for question in known}
    if path.stem in there and not chapters:
        raise NotebookError(
            f"{path} has no check cell: this is a chapter. Its exercises are in "
            f"work/exercises/{path.stem}.ipynb, where `make lab` puts them."
        )
    raise NotebookError(
        f'{path} has no cell that says check("...") and names a question that there '
        f"is. There are questions on: {', '.join(sorted(there))}."
    )


def _watch(path: Path, timeout: float, out: Console):
    """Run the notebook behind a progress bar, and collect what it reports."""
    results, errors, end, last = {}, [], {"end": "died"}, "the start"
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        bar = progress.add_task("starting Python", total=None)
        for event in run(path, timeout=timeout):
            if "cell" in event:
                last = f"code cell {event['cell']}"
                description = f"{last} of {event['of']}"
                progress.update(
                    bar,
                    description=description,
                    total=event["of"],
                    completed=event["cell"] - 1,
                )
            elif "error" in event:
                errors.append((event["error"], event["text"]))
            elif "question" in event:
                last = f"question {event['question']}"
                progress.update(bar, description=f"asking {event['question']}")
            elif "result" in event:
                results[event["result"]["id"]] = event["result"]
            elif "end" in event:
                end = event
    return results, errors, end, last


def _print_results(out: Console, path: Path, asked: dict, results: dict):
    table = Table(title=escape(path.name), title_justify="left", show_lines=True)
    table.add_column("question", overflow="fold")
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("what we saw", overflow="fold", ratio=1)
    for id, points in asked.items():
        result = results.get(id)
        score = f"{result['score'] if result else 0:g} of {points:g}"
        table.add_row(escape(id), score, escape(_seen(result)))
    out.print(table)
    earned = sum(result["score"] for result in results.values())
    out.print(f"[bold]{earned:g} of {sum(asked.values()):g} points.[/bold] {PRACTICE}")


def _seen(result: dict | None) -> str:
    if result is None:
        return "Not reached."
    if result["blank"] or result["headline"]:
        return result["headline"]
    return "\n".join(
        f"{entry['part']}: {entry['text']}"
        for entry in result["feedback"]
        if entry["earned"] < entry["points"]
    )


@main.command()
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to. Default: exercises.",
)
@click.option(
    "--solutions",
    is_flag=True,
    help="Write the solved notebooks. They need an --out of their own.",
)
def release(sources: tuple[Path, ...], out: Path | None, solutions: bool):
    """Write the students' notebooks of SOURCES (default: all in exercises/source).

    What stands between "# BEGIN SOLUTION" and "# END SOLUTION" becomes three dots.
    """
    if solutions and out is None:
        raise click.UsageError(
            "name a folder for the solutions with --out, away from exercises/"
        )
    sources = sources or tuple(sorted(Path("exercises/source").glob("*.md")))
    if not sources:
        raise click.UsageError(
            "there is no exercises/source here; name the sources, or change to the "
            "folder of the book"
        )
    console = Console(highlight=False)
    try:
        for path in write_notebooks(
            sources, out or Path("exercises"), solved=solutions
        ):
            console.print(f"wrote {escape(str(path))}", soft_wrap=True)
    except NotebookError as error:
        _refuse(error)
    except OSError as error:
        _refuse(NotebookError(f"{error.filename} cannot be written: {error.strerror}."))


if __name__ == "__main__":
    main()
