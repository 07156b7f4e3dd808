// The twin of gdlib: the same functions, rules and loop, for pages that have no Python.
//
// Every formula here stands in gdlib too, with its source and its proof, and a test
// walks both for hundreds of steps and holds them together to 1e-9. Change one, change
// both.

const sum = (terms) => terms.reduce((total, term) => total + term, 0);
const { sqrt } = Math;

// gdlib.objectives: each takes its arguments and returns f and its gradient at a point.
export const objectives = {
  quadratic: (curvatures) => ({
    f: (x) => sum(x.map((xi, i) => (curvatures[i] * xi * xi) / 2)),
    grad: (x) => x.map((xi, i) => curvatures[i] * xi),
  }),
  saddle: () => ({
    f: ([a, b]) => a * a - b * b,
    grad: ([a, b]) => [2 * a, -2 * b],
  }),
  rosenbrock: () => ({
    f: ([a, b]) => 100 * (b - a * a) ** 2 + (1 - a) ** 2,
    grad: ([a, b]) => [-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)],
  }),
  himmelblau: () => ({
    f: ([a, b]) => (a * a + b - 11) ** 2 + (a + b * b - 7) ** 2,
    grad: ([a, b]) => {
      const u = a * a + b - 11, v = a + b * b - 7;
      return [4 * a * u + 2 * v, 2 * u + 4 * b * v];
    },
  }),
  beale: () => ({
    f: ([a, b]) =>
      sum([1.5, 2.25, 2.625].map((c, i) => (c - a + a * b ** (i + 1)) ** 2)),
    grad: ([a, b]) => {
      const r = [1.5, 2.25, 2.625].map((c, i) => c - a + a * b ** (i + 1));
      return [
        sum(r.map((ri, i) => 2 * ri * (b ** (i + 1) - 1))),
        sum(r.map((ri, i) => 2 * ri * a * (i + 1) * b ** i)),
      ];
    },
  }),
  six_hump_camel: () => ({
    f: ([a, b]) =>
      (4 - 2.1 * a ** 2 + a ** 4 / 3) * a ** 2 + a * b + (4 * b ** 2 - 4) * b ** 2,
    grad: ([a, b]) => [
      8 * a - 8.4 * a ** 3 + 2 * a ** 5 + b,
      a - 8 * b + 16 * b ** 3,
    ],
  }),
  styblinski_tang: () => ({
    f: (x) => sum(x.map((xi) => xi ** 4 - 16 * xi ** 2 + 5 * xi)) / 2,
    grad: (x) => x.map((xi) => 2 * xi ** 3 - 16 * xi + 2.5),
  }),
};

// gdlib.optimizers. A rule is elementwise, so the twin looks at one coordinate at a
// time: from its slope g and what it remembers to the direction and what it remembers.
export const rules = {
  gradient_descent: (g) => [g],
  momentum(g, [v = 0], { beta = 0.9 }) {
    v = beta * v + g;
    return [v, v];
  },
  nesterov(g, [v = 0], { beta = 0.9 }) {
    v = beta * v + g;
    return [g + beta * v, v];
  },
  adagrad(g, [s = 0], { eps = 1e-10 }) {
    s = s + g * g;
    return [g / (sqrt(s) + eps), s];
  },
  rmsprop(g, [s = 0], { beta = 0.9, eps = 1e-8 }) {
    s = beta * s + (1 - beta) * (g * g);
    return [g / (sqrt(s) + eps), s];
  },
  adam(g, [m = 0, v = 0, t = 0], { beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }) {
    t = t + 1;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * (g * g);
    const mHat = m / (1 - beta1 ** t), vHat = v / (1 - beta2 ** t);
    return [mHat / (sqrt(vHat) + eps), m, v, t];
  },
  amsgrad(g, [m = 0, v = 0, w = 0, t = 0], { beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }) {
    t = t + 1;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * (g * g);
    w = Math.max(w, v);
    const mHat = m / (1 - beta1 ** t), wHat = w / (1 - beta2 ** t);
    return [mHat / (sqrt(wHat) + eps), m, v, w, t];
  },
};

// gdlib.descent.minimize: the points of a walk, the start included. It ends early when
// it leaves the numbers.
export function walk(grad, start, { rule = "gradient_descent", learning_rate, steps, hyper = {} }) {
  let x = start, memory = start.map(() => []);
  const points = [x];
  while (points.length <= steps) {
    const told = grad(x).map((g, i) => rules[rule](g, memory[i], hyper));
    memory = told.map(([, ...rest]) => rest);
    x = x.map((xi, i) => xi - learning_rate * told[i][0]);
    if (!x.every(Number.isFinite)) break;
    points.push(x);
  }
  return points;
}
