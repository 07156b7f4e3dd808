// A mountain pass and the time to leave it: the distance from the ridge on a log scale.

import { objectives, walk } from "./mathematics.mjs";
import { axes, clip, contours, path, ruler, say, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const { f, grad } = objectives.saddle();
const RIDGE = -16; // the end of the slider stands for the ridge itself
const FLOOR = 1e-16, LONGEST = 400;

const epsilon = ({ power, side }) => (power <= RIDGE ? 0 : side * 10 ** power);
const said = (power) => (power <= RIDGE ? "0, on the ridge" : say(10 ** power, 2));
const moved = ["east", "power", "side", "learning_rate"];

// The walk until it is out, |x₂| ≥ 1, and no longer than LONGEST steps.
export function leave(state) {
  const points = walk(grad, [state.east, epsilon(state)], { learning_rate: state.learning_rate, steps: LONGEST });
  const out = points.findIndex(([, x2]) => Math.abs(x2) >= 1);
  return { points: out < 0 ? points : points.slice(0, out + 1), out: out < 0 ? null : out };
}

export default figure({
  panels: [{
    axes: () => axes({ domain: [[-1.6, 1.6], [-1.2, 1.2]], equal: true, size: [340, 255] }),
    label: "Contours of the pass x₁² − x₂², and a walk that starts near its ridge.",
    layers: [
      {
        on: [],
        draw: (state, a, id) => clip(a, id, contours(a, f) + `<path class="gd-guide" d="${trail(a, [[a.domain[0][0], 0], [a.domain[0][1], 0]])}"/>`) + ruler(a),
      },
      { on: moved, draw: (state, a, id) => clip(a, id, path(a, leave(state).points)) },
    ],
    handle: {
      label: "Start of the walk; the arrow keys move it",
      get: (state) => [state.east, epsilon(state)],
      set: ([x1, x2]) => ({
        east: Math.round(x1 * 1000) / 1000, side: x2 < 0 ? -1 : 1,
        power: Math.min(0, Math.max(RIDGE, Math.round(100 * Math.log10(Math.abs(x2))) / 100)),
      }),
      say: ([x1, x2]) => `start (${say(x1)}, ${say(x2, 2)})`,
    },
  }, {
    axes: () => axes({ domain: [[0, LONGEST], [FLOOR, 10]], log: true, size: [340, 255], labels: ["t (step)", "distance from the ridge"] }),
    label: "The distance from the ridge at each step, on a logarithmic axis.",
    layers: [
      { on: [], draw: (state, a) => ruler(a) + `<path class="gd-guide" d="${trail(a, [[0, 1], [LONGEST, 1]])}"/>` },
      {
        on: moved,
        draw(state, a, id) {
          const line = leave(state).points.map(([, x2], t) => [t, Math.max(Math.abs(x2), FLOOR)]);
          return clip(a, id, path(a, line, "gradient_descent", { dots: false }));
        },
      },
    ],
  }],
  controls: [
    { kind: "slider", trait: "power", label: "Distance <i>ε</i> from the ridge", range: [RIDGE, 0], step: 0.25, say: said },
    { kind: "slider", trait: "learning_rate", label: "Learning rate <i>η</i>", range: [0.02, 0.5], step: 0.01, say: (rate) => say(rate) },
  ],
  say(state) {
    const { out } = leave(state), from = `From ε = ${said(state.power)} with η = ${say(state.learning_rate)}, `;
    if (state.power <= RIDGE) return `${from}the walk comes to rest on the pass and stays there.`;
    if (out === null) return `${from}the walk is still within 1 of the ridge after ${LONGEST} steps.`;
    return `${from}the walk is 1 away from the ridge after ${out} steps.`;
  },
});
