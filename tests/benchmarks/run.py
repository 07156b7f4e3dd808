"""Time gdlib: `make bench`, or `python tests/benchmarks/run.py`.

Each time is a ratio to somebody else's, and held to its goal. Where torch, scikit-learn
or scipy is not installed, its rows say so. The table goes to the standard output, the
progress beside it:

    python tests/benchmarks/run.py > tests/benchmarks/RESULTS.md

With goals, as in `run.py G8 G9`, only their races are run.
"""

import argparse
import importlib

from timing import machine, one_thread_on_one_core, run, table

MODULES = "races", "convex", "models", "autodiff"
PEERS = {"NumPy": "numpy", "torch": "torch", "scikit-learn": "sklearn"}


def versions():
    """Return what of the peers is installed, in words."""
    said = []
    for name, module in PEERS.items():
        try:
            said.append(f"{name} {importlib.import_module(module).__version__}")
        except ImportError:
            said.append(f"no {name}")
    return ", ".join(said)


def groups():
    """Return the functions that yield races, in the order of their goals.

    The documentation of each begins with its goal, as in "G3, G4: …".
    """
    found = [
        group for name in MODULES for group in importlib.import_module(name).GROUPS
    ]
    return sorted(found, key=lambda group: number(goal_of(group)))


def goal_of(group):
    """Return the first goal that a group is for."""
    return group.__doc__.split(":")[0].split(",")[0]


def number(goal):
    """Return 12 for "G12"."""
    return int(goal.removeprefix("G"))


def main():
    """Run every race, and print the table."""
    parser = argparse.ArgumentParser(description="Time gdlib.")
    parser.add_argument("--rounds", type=int, default=9, help="9 or more (9)")
    parser.add_argument("goals", nargs="*", help="such as G8; all of them by default")
    asked = parser.parse_args()
    rounds = max(9, asked.rounds)
    one_thread_on_one_core()  # before NumPy is loaded: it reads how many to use
    peers = versions()
    if "no torch" not in peers:
        importlib.import_module("torch").set_num_threads(1)
    results = [
        run(race, rounds)
        for group in groups()
        if not asked.goals or goal_of(group) in asked.goals
        for race in group()
    ]
    print("# Benchmarks\n")
    print(f"{machine(peers)}.\n")
    print(
        "CPU time on one thread, for one unit of work; the ratio is ours to theirs "
        f"within a round, the median of {rounds} rounds.\n"
    )
    print(table(results))


if __name__ == "__main__":
    main()
