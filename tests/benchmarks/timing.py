"""How to time on a machine that does other things too.

CPU time, not the clock on the wall; one thread, on one core; all contenders in one
process, one after the other, in the other order each round; the ratio is taken within a
round, and the median of the rounds is what counts.
"""

import os
import platform
import resource
import statistics
import sys
import time
from dataclasses import dataclass


def one_thread_on_one_core():
    """Keep to one core. Call it before any import of a library, which then obeys."""
    for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def cpu_seconds():
    """Return the CPU time so far, of this process and of those it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@dataclass(frozen=True)
class Race:
    """Two ways to do one thing: ours `count` times a call, theirs `their_count` times.

    `theirs` is None where their library, the first word of `rival`, is not installed.
    `why` is a clause for the table, shown where the goal is missed.
    """

    goal_id: str
    title: str
    ours: object
    theirs: object
    rival: str
    goal: float
    count: int = 1
    their_count: int | None = None
    unit: str = "step"
    why: str = ""


@dataclass(frozen=True)
class Result:
    """Seconds of CPU for one unit of work, and the median ratio of ours to theirs."""

    race: Race
    ours: float
    theirs: float | None
    ratio: float | None

    @property
    def factor(self):
        """The ratio as a multiple of the goal; None where there was no race."""
        return None if self.ratio is None else self.ratio / self.race.goal

    @property
    def verdict(self):
        """Whether the goal holds, and if not by what factor it is missed."""
        if self.factor is None:
            return "–"
        return "yes" if self.factor <= 1 else f"no: {self.factor:.4g} × the goal"

    @property
    def reason(self):
        """Why the goal is missed; empty where it is not."""
        if self.factor is None or self.factor <= 1:
            return ""
        return self.race.why


def run(race, rounds, progress=sys.stderr):
    """Let both run in turn, `rounds` times, and return the Result."""
    sides = [(race.ours, race.count)]
    if race.theirs is not None:
        sides.append((race.theirs, race.their_count or race.count))
    for side, _ in sides:
        side()  # warm up
    seconds = []
    for number in range(rounds):
        order = list(enumerate(sides))[:: -1 if number % 2 else 1]
        took = [0.0] * len(sides)
        for index, (side, count) in order:
            start = cpu_seconds()
            side()
            took[index] = (cpu_seconds() - start) / count
        seconds.append(took)
        print(f"\r{race.title}: round {number + 1}/{rounds}   ", end="", file=progress)
    print(file=progress)
    ours, *theirs = (statistics.median(column) for column in zip(*seconds, strict=True))
    if not theirs:
        return Result(race, ours, None, None)
    ratio = statistics.median(mine / other for mine, other in seconds)
    return Result(race, ours, theirs[0], ratio)


def readable(seconds):
    """Return a time with three digits and a unit that suits it."""
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


HEADER = (
    "goal",
    "what",
    "ours",
    "against",
    "theirs",
    "ratio",
    "goal",
    "holds",
    "why not",
)


def table(results):
    """Return the results as a Markdown table."""
    rows = [HEADER]
    for result in results:
        race, missing = result.race, result.theirs is None
        library = race.rival.split()[0].rstrip(",")
        rows.append(
            (
                race.goal_id,
                race.title,
                f"{readable(result.ours)} per {race.unit}",
                race.rival,
                f"{library} not installed" if missing else readable(result.theirs),
                "–" if missing else f"{result.ratio:.3g}",
                f"≤ {race.goal:.3g}",
                result.verdict,
                result.reason,
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def machine(versions):
    """Return in words what the numbers were taken on."""
    try:
        with open("/proc/cpuinfo", encoding="utf8") as file:
            flags = set(file.read().split())
    except OSError:
        flags = set()
    vectors = {"avx512f": " with AVX-512", "avx2": " with AVX2"}
    with_vectors = next((vectors[flag] for flag in vectors if flag in flags), "")
    kind = platform.machine().replace("_", "-") + with_vectors
    return (
        f"One of {os.cpu_count()} cores, {kind}; {platform.system()}, "
        f"Python {platform.python_version()}, {versions}"
    )
