"""Where tests/golden/objectives.json comes from: SymPy and mpmath.

Run by hand, once, with an interpreter that has both (SymPy 1.14, mpmath 1.3):

    python tests/golden/make_objectives.py

The formulas are those of the sources, multiplied out where the sources do; SymPy takes
the derivatives and mpmath works with fifty digits. Each line has the value and gradient
at the customary start and at another point; then, for each place that is told to be a
minimum, the minimum that Newton's method finds from there, its height, and the smallest
and largest eigenvalue of the Hessian there. The tests read the file and need neither.
"""

import json
from pathlib import Path

import mpmath as mp
import sympy as sp

FILE = Path(__file__).with_name("objectives.json")
mp.mp.dps = 50

x = sp.symbols("x1:7", real=True)
x1, x2, x3, x4, x5, x6 = x
R = sp.Rational
sin, cos, exp, sqrt, pi, E = sp.sin, sp.cos, sp.exp, sp.sqrt, sp.pi, sp.E
six = range(1, 7)

BARD = [14, 18, 22, 25, 29, 32, 35, 39, 37, 58, 73, 96, 134, 210, 439]
KOWALIK = [1957, 1947, 1735, 1600, 844, 627, 456, 342, 323, 235, 246]
PLACES = [40_000, 20_000, 10_000, 5000, 2500, 1670, 1250, 1000, 833, 714, 625]


def squares(*residuals):
    return sum(r**2 for r in residuals)


def bard():
    for i, y in enumerate(BARD, 1):
        yield R(y, 100) - x1 - i / ((16 - i) * x2 + min(i, 16 - i) * x3)


def kowalik():
    for n, y in zip(PLACES, KOWALIK, strict=True):
        u = R(n, 10_000)
        yield R(y, 10_000) - x1 * (u**2 + u * x2) / (u**2 + u * x3 + x4)


def brown_dennis():
    for t in (R(i, 5) for i in range(1, 21)):
        yield (x1 + t * x2 - exp(t)) ** 2 + (x3 + x4 * sin(t) - cos(t)) ** 2


def helical():
    turns = sp.atan(x2 / x1) / (2 * pi) + sp.Piecewise((0, x1 > 0), (R(1, 2), True))
    yield from (10 * (x3 - 10 * turns), 10 * (sqrt(x1**2 + x2**2) - 1), x3)


def goldstein_price():
    a = 19 - 14 * x1 + 3 * x1**2 - 14 * x2 + 6 * x1 * x2 + 3 * x2**2
    b = 18 - 32 * x1 + 12 * x1**2 + 48 * x2 - 36 * x1 * x2 + 27 * x2**2
    return (1 + (x1 + x2 + 1) ** 2 * a) * (30 + (2 * x1 - 3 * x2) ** 2 * b)


def chain(d):
    return sum(
        100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(d - 1)
    )


def ackley(d=2):
    r = sqrt(sum(z**2 for z in x[:d]) / d)
    ripple = sum(cos(2 * pi * z) for z in x[:d]) / d
    return -20 * exp(-r / 5) - exp(ripple) + 20 + E


def griewank(d):
    waves = sp.prod(cos(z / sqrt(i)) for i, z in enumerate(x[:d], 1))
    return sum(z**2 for z in x[:d]) / 4000 - waves + 1


def zakharov(d):
    s = sum(R(i, 2) * z for i, z in enumerate(x[:d], 1))
    return sum(z**2 for z in x[:d]) + s**2 + s**4


def dixon_price(d):
    chain = (i * (2 * x[i - 1] ** 2 - x[i - 2]) ** 2 for i in range(2, d + 1))
    return (x1 - 1) ** 2 + sum(chain)


def trid(d):
    return sum((z - 1) ** 2 for z in x[:d]) - sum(x[i] * x[i - 1] for i in range(1, d))


p, t = float(mp.pi), 2**-0.5
six_hump = (4 - R(21, 10) * x1**2 + x1**4 / 3) * x1**2 + x1 * x2
six_hump += (4 * x2**2 - 4) * x2**2
branin = (x2 - R(51, 40) / pi**2 * x1**2 + 5 / pi * x1 - 6) ** 2
branin += 10 * (1 - 1 / (8 * pi)) * cos(x1) + 10
levy = sin(3 * pi * x1) ** 2 + (x1 - 1) ** 2 * (1 + sin(3 * pi * x2) ** 2)
levy += (x2 - 1) ** 2 * (1 + sin(2 * pi * x2) ** 2)
bohachevsky = x1**2 + 2 * x2**2 - R(3, 10) * cos(3 * pi * x1)
bohachevsky += -R(4, 10) * cos(4 * pi * x2) + R(7, 10)
wood = squares(10 * (x2 - x1**2), 1 - x1, sqrt(90) * (x4 - x3**2), 1 - x3)
wood += squares(sqrt(10) * (x2 + x4 - 2), (x2 - x4) / sqrt(10))

# name, arguments, formula, start, another point, near each minimum.
FUNCTIONS = [
    ("matyas", [], R(26, 100) * (x1**2 + x2**2) - R(48, 100) * x1 * x2,
     (8, -6), (0.3, -1.7), [(0, 0)]),
    ("three_hump_camel", [],
     2 * x1**2 - R(105, 100) * x1**4 + x1**6 / 6 + x1 * x2 + x2**2,
     (-1.5, 1.5), (0.3, -1.7), [(0, 0), (1.75, -0.87), (-1.75, 0.87)]),
    ("six_hump_camel", [], six_hump, (-1.5, 0.8), (0.3, -1.7),
     [(0.09, -0.71), (-0.09, 0.71), (1.7, -0.8), (-1.7, 0.8), (1.6, 0.57),
      (-1.6, -0.57)]),
    ("goldstein_price", [], goldstein_price(), (-0.5, 0.25), (0.3, -1.7),
     [(0, -1), (-0.6, -0.4), (1.8, 0.2), (1.2, 0.8)]),
    ("mccormick", [],
     sin(x1 + x2) + (x1 - x2) ** 2 - R(3, 2) * x1 + R(5, 2) * x2 + 1,
     (0, 0), (0.3, -1.7), [(-0.5, -1.5), (2.6, 1.6)]),
    ("branin", [], branin, (2.5, 7.5), (0.3, -1.7),
     [(-p, 12.275), (p, 2.275), (3 * p, 2.475)]),
    ("levy_13", [], levy, (-3.5, 4.25), (0.3, -1.7), [(1, 1)]),
    ("easom", [], -cos(x1) * cos(x2) * exp(-((x1 - pi) ** 2) - (x2 - pi) ** 2),
     (2, 2), (4.1, 2.7), [(p, p)]),
    ("bohachevsky", [], bohachevsky, (1.5, -1.25), (0.3, -1.7), [(0, 0)]),
    ("monkey_saddle", [], x1**3 - 3 * x1 * x2**2, (1, 1e-3), (0.3, -1.7), []),
    ("chained_rosenbrock", [], chain(4), (-1.2, 1, -1.2, 1), (0.3, -1.7, 2, 0.5),
     [(1, 1, 1, 1), (-0.7757, 0.6131, 0.3821, 0.146)]),
    ("ackley", [], ackley(), (2.5, 1.5), (0.3, -1.7), []),
    ("griewank", [], griewank(2), (5, -7), (0.3, -1.7), [(0, 0)]),
    ("griewank", [5], griewank(5), (5, -7, 5, -7, 5), (0.3, -1.7, 2, 0.5, 9),
     [(0, 0, 0, 0, 0)]),
    ("zakharov", [], zakharov(2), (-3, 2), (0.3, -1.7), [(0, 0)]),
    ("zakharov", [6], zakharov(6), (-3, 2) * 3, (0.3, -1.7, 2) * 2, [(0,) * 6]),
    ("dixon_price", [], dixon_price(2), (-2, 2), (0.3, -1.7), [(1, t), (1, -t)]),
    ("dixon_price", [4], dixon_price(4), (-2, 2, -2, 2), (0.3, -1.7, 2, 0.5),
     [(1, t, 0.59, 0.54), (1, t, 0.59, -0.54)]),
    ("trid", [], trid(2), (0, 0), (0.3, -1.7), [(2, 2)]),
    ("trid", [6], trid(6), (0,) * 6, (0.3, -1.7, 2) * 2, [(6, 10, 12, 12, 10, 6)]),
    ("freudenstein_roth", [],
     squares(-13 + x1 + ((5 - x2) * x2 - 2) * x2, -29 + x1 + ((x2 + 1) * x2 - 14) * x2),
     (0.5, -2), (0.3, -1.7), [(5, 4), (11.41, -0.9)]),
    ("powell_badly_scaled", [],
     squares(10**4 * x1 * x2 - 1, exp(-x1) + exp(-x2) - R(10001, 10000)),
     (0, 1), (0.3, -1.7), [(1.098e-5, 9.106)]),
    ("brown_badly_scaled", [], squares(x1 - 10**6, x2 - R(2, 10**6), x1 * x2 - 2),
     (1, 1), (0.3, -1.7), [(1e6, 2e-6)]),
    ("jennrich_sampson", [],
     squares(*(2 + 2 * i - (exp(i * x1) + exp(i * x2)) for i in range(1, 11))),
     (0.3, 0.4), (0.2, -0.1), [(0.2578, 0.2578)]),
    ("helical_valley", [], squares(*helical()), (-1, 0, 0), (0.3, -1.7, 2),
     [(1, 0, 0)]),
    ("bard", [], squares(*bard()), (1, 1, 1), (0.3, 1.7, 2), [(0.08, 1.13, 2.34)]),
    ("powell_singular", [],
     squares(x1 + 10 * x2, sqrt(5) * (x3 - x4), (x2 - 2 * x3) ** 2,
             sqrt(10) * (x1 - x4) ** 2),
     (3, -1, 0, 1), (0.3, -1.7, 2, 0.5), [(0, 0, 0, 0)]),
    ("wood", [], wood, (-3, -1, -3, -1), (0.3, -1.7, 2, 0.5), [(1, 1, 1, 1)]),
    ("kowalik_osborne", [], squares(*kowalik()), (0.25, 0.39, 0.415, 0.39),
     (0.3, 0.7, 2, 0.5), [(0.1928, 0.1913, 0.1231, 0.1361)]),
    ("brown_dennis", [], squares(*brown_dennis()), (25, 5, -5, -1), (0.3, -1.7, 2, 0.5),
     [(-11.594, 13.204, -0.403, 0.237)]),
]  # fmt: skip


def case(name, arguments, formula, start, other, near):
    z = x[: len(start)]
    slopes = [sp.diff(formula, v) for v in z]
    curves = [[sp.diff(slope, v) for v in z] for slope in slopes]
    f, g, H = (sp.lambdify(z, e, "mpmath") for e in (formula, slopes, curves))
    points = [
        {"x": [float(v) for v in at], "value": float(f(*at)), "grad": numbers(g(*at))}
        for at in ([mp.mpf(v) for v in start], [mp.mpf(v) for v in other])
    ]
    minima = []
    for at in near:
        at = mp.matrix([mp.mpf(v) for v in at])
        for _ in range(30 if any(g(*at)) else 0):
            at = at - mp.lu_solve(mp.matrix(H(*at)), mp.matrix(g(*at)))
        eigenvalues = sorted(mp.eigsy(mp.matrix(H(*at)), eigvals_only=True))
        ends = numbers([eigenvalues[0], eigenvalues[-1]])
        (value,) = numbers([f(*at)])
        minima.append({"x": numbers(at), "value": value, "eigenvalues": ends})
    return {"name": name, "arguments": arguments, "points": points, "minima": minima}


def numbers(values):
    return [float(mp.chop(v, tol=1e-40)) for v in values]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(case(*row)) for row in FUNCTIONS)
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
