"""Time gdlib: `make bench`, or `python tests/benchmarks/run.py`.

Where torch can be imported each time is a ratio to torch's, and held to its goal; where
not, that column says so. The table goes to the standard output, the progress beside it:

    python tests/benchmarks/run.py > tests/benchmarks/RESULTS.md
"""

import argparse

from timing import machine, one_thread_on_one_core, run, table


def main():
    """Run every race, and print the table."""
    parser = argparse.ArgumentParser(description="Time gdlib.")
    parser.add_argument("--rounds", type=int, default=11, help="9 or more (11)")
    rounds = max(9, parser.parse_args().rounds)
    one_thread_on_one_core()
    from races import GROUPS, np, torch  # only now: they read how many threads to use

    if torch:
        torch.set_num_threads(1)
    results = [run(race, rounds) for group in GROUPS for race in group()]
    versions = f"NumPy {np.__version__}, "
    versions += f"torch {torch.__version__}" if torch else "no torch"
    print("# Benchmarks\n")
    print(f"{machine(versions)}.\n")
    print(
        "CPU time on one thread, for one unit of work; the ratio is ours to theirs "
        f"within a round, the median of {rounds} rounds.\n"
    )
    print(table(results))


if __name__ == "__main__":
    main()
