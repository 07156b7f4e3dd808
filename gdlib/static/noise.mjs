// The noise floor: a walk that is pulled to the bottom and thrown about at each step.
// Its luck is one list of numbers with mean 0 and variance 1, drawn by gdlib.

import { axes, clip, place, ruler, say, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const SHOWN = 200, SETTLED = 200, RATES = 21;
const DECADES = [-3.3, -1.6], HEIGHTS = [1e-3, 100];

// The variance at balance, ησ²/(bλ(2 − ηλ)), and the height that it costs.
export const variance = ({ curvature, sigma, size }, rate) => rate * curvature < 2
  ? (rate * sigma ** 2) / (size * curvature * (2 - rate * curvature)) : Infinity;
export const predicted = (state, rate) => (state.curvature * variance(state, rate)) / 2;

// x ← x − η(λx + ξ), from the bottom; ξ is the luck, with variance σ²/b.
export function walk({ curvature, sigma, size, luck }, rate) {
  const throws = sigma / Math.sqrt(size), places = [0];
  for (const z of luck) places.push(places.at(-1) - rate * (curvature * places.at(-1) + throws * z));
  return places;
}

// The mean height of that walk, once it has settled.
export function simulated(state, rate) {
  const late = walk(state, rate).slice(SETTLED);
  return late.reduce((sum, x) => sum + (state.curvature * x * x) / 2, 0) / late.length;
}

const wall = ({ curvature }) => 2 / curvature;
const span = (state, count) => {
  const [low, high] = [DECADES[0], Math.log10(0.995 * wall(state))];
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
};

export default figure({
  panels: [{
    axes: ({ sigma, curvature }) => axes({
      domain: [[0, SHOWN], [(-4 * sigma) / curvature, (4 * sigma) / curvature]], size: [340, 255], labels: ["t (step)", "x (north)"],
    }),
    label: "A walk that starts at the bottom, and a band of one standard deviation to each side.",
    layers: [
      { on: [], draw: (state, a) => ruler(a) + `<path class="gd-guide" d="${trail(a, [[0, 0], [SHOWN, 0]])}"/>` },
      {
        on: ["learning_rate", "size"],
        draw(state, a, id) {
          const band = Math.sqrt(variance(state, state.learning_rate)), points = walk(state, state.learning_rate).slice(0, SHOWN + 1);
          const edges = Number.isFinite(band)
            ? [band, -band].map((x) => `<path class="gd-outline" d="${trail(a, [[0, x], [SHOWN, x]])}"/>`).join("") : "";
          return clip(a, id, `${edges}<path class="gd-curve" style="color:var(--gd-vermilion);stroke-width:1.1" d="${trail(a, points.map((x, t) => [t, x]))}"/>`);
        },
      },
    ],
  }, {
    axes: () => axes({ domain: [DECADES, HEIGHTS], log: true, size: [340, 255], labels: ["log₁₀ η (learning rate)", "f (mean height)"] }),
    label: "The noise floor against the learning rate: a predicted line, simulated dots, and the setting chosen.",
    layers: [
      {
        on: [],
        draw: (state, a, id) => ruler(a) + clip(a, id,
          `<path class="gd-guide" d="${trail(a, HEIGHTS.map((y) => [Math.log10(wall(state)), y]))}"/>`),
      },
      {
        on: ["size"],
        draw: (state, a, id) => clip(a, id,
          `<path class="gd-curve" d="${trail(a, span(state, 120).map((u) => [u, predicted(state, 10 ** u)]))}"/>` +
          span(state, RATES).map((u) => `<circle style="fill:var(--gd-gray)" r="3" transform="translate(${place(a, [u, simulated(state, 10 ** u)])})"/>`).join("")),
      },
      {
        on: ["learning_rate", "size"],
        draw(state, a, id) {
          const height = Math.min(predicted(state, state.learning_rate), HEIGHTS[1]), u = Math.log10(state.learning_rate);
          return clip(a, id, `<path class="gd-guide" d="${trail(a, DECADES.map((end) => [end, height]))}"/>`) +
            `<circle class="gd-ball" style="color:var(--gd-vermilion)" r="6" transform="translate(${place(a, [u, height])})"/>`;
        },
      },
    ],
  }],
  controls: [
    {
      kind: "slider", trait: "learning_rate", label: "Learning rate <i>η</i>", log: true, range: DECADES.map((u) => 10 ** u),
      round: (rate) => Number(rate.toPrecision(3)), say: (rate) => say(rate),
    },
    {
      kind: "slider", trait: "size", label: "Asked a step, <i>b</i>", log: true, range: [1, 64],
      round: (size) => Math.round(size), say: (size) => String(size),
    },
  ],
  say(state) {
    const { learning_rate: rate, size } = state;
    if (!(rate < wall(state))) return `η = ${say(rate)} is not below 2/λ = ${say(wall(state))}: there is no floor, with any batch.`;
    return `η = ${say(rate)}, ${size} a step: the floor is predicted at ${say(predicted(state, rate))}, and this luck makes it ${say(simulated(state, rate))}.`;
  },
});
