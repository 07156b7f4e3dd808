"""How long a check takes, diagnosis included: one row a question, in milliseconds.

The goal is 100 ms. *First* asks every known mistake of the question too; after that
their answers to the practice numbers are remembered. Each number is the best of three
rounds for the slowest answer.

    python tests/benchmarks/checks.py
"""

import time

import numpy as np

from gdlib.grading import check, diagnosis, questions

GOAL = 100.0


def milliseconds(question, code):
    """Time one check."""
    start = time.perf_counter()
    check(question.id, question.namespace(code))
    return 1e3 * (time.perf_counter() - start)


def first_and_later(question, code):
    """Time a check without and with the mistakes' answers remembered."""
    diagnosis._evidence.cache_clear()
    return milliseconds(question, code), milliseconds(question, code)


def row(question):
    """Return the slowest first and later checks of a wrong answer, and a right one."""
    rounds = [
        [first_and_later(question, mistake.code) for mistake in question.mistakes]
        for _ in range(3)
    ]
    first, later = np.min(rounds, axis=0).max(axis=0)
    right = [[milliseconds(question, c) for c in question.right] for _ in range(3)]
    return first, later, np.min(right, axis=0).max()


def main():
    """Print the table."""
    print(f"{'question':<28}{'first':>8}{'later':>8}{'right':>8}   goal {GOAL:g} ms")
    for question in questions().values():
        times = row(question)
        verdict = "" if max(times) < GOAL else "   too slow"
        print(f"{question.id:<28}{''.join(f'{t:8.1f}' for t in times)}{verdict}")


if __name__ == "__main__":
    main()
