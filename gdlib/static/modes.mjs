// What one learning rate does to every curvature at once: a factor 1 − ηλ for each.

import { axes, clip, ruler, say, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const FLOOR = 1e-6, ROOF = 1e3;
const factor = ({ learning_rate }, curvature) => 1 - learning_rate * curvature;

// What is left of an error of 1 along each curvature after `step` steps.
export const left = (state) => state.curvatures.map((c) => Math.abs(factor(state, c)) ** state.step);

const colors = (size) => (size > 1 ? "vermilion" : "blue");
const moved = ["curvatures", "learning_rate", "step"];

export default figure({
  panels: [{
    axes: ({ curvatures }) => axes({
      domain: [[0, 1.08 * Math.max(...curvatures)], [0, 2]], size: [340, 255],
      labels: ["λ (curvature)", "|1 − ηλ| (kept by a step)"],
    }),
    label: "The factor that one step leaves of the error, for each curvature.",
    layers: [
      { on: ["curvatures"], draw: (state, a) => ruler(a) + `<path class="gd-guide" d="${trail(a, [[0, 1], [a.domain[0][1], 1]])}"/>` },
      {
        on: moved,
        draw(state, a, id) {
          const bend = 1 / state.learning_rate, end = a.domain[0][1];
          const line = [[0, 1], [Math.min(bend, end), Math.abs(factor(state, Math.min(bend, end)))], [end, Math.abs(factor(state, end))]];
          return clip(a, id, `<path class="gd-outline" d="${trail(a, line)}"/>` + state.curvatures.map((c) => {
            const size = Math.abs(factor(state, c));
            return `<circle class="gd-ball" style="color:var(--gd-${colors(size)})" r="5.5" cx="${a.px(c).toFixed(1)}" cy="${a.py(size).toFixed(1)}"/>`;
          }).join(""));
        },
      },
    ],
  }, {
    axes: ({ curvatures }) => axes({
      domain: [[0.4, curvatures.length + 0.6], [FLOOR, ROOF]], log: true, size: [340, 255],
      labels: ["directions, from flat to steep", "what is left of the error"],
    }),
    label: "What is left of an error of 1 in each direction, as bars on a logarithmic axis.",
    layers: [
      {
        on: ["curvatures"],
        draw: (state, a) => ruler({ ...a, domain: [[-2, -1], a.domain[1]] }) +
          state.curvatures.map((c, i) => {
            const named = state.curvatures.length < 5 || i % 3 === 0;
            return named ? `<text x="${a.px(i + 1).toFixed(1)}" y="${a.height - 24}">λ = ${say(c)}</text>` : "";
          }).join("") +
          `<path class="gd-guide" d="${trail(a, [[0.4, 1], [a.domain[0][1], 1]])}"/>`,
      },
      {
        on: moved,
        draw: (state, a, id) => clip(a, id, left(state).map((size, i) => {
          const [x, top] = [a.px(i + 1), a.py(Math.max(size, FLOOR * 0.1))], wide = 0.3 * (a.px(2) - a.px(1));
          return `<path class="gd-bar" style="color:var(--gd-${colors(Math.abs(factor(state, state.curvatures[i])))})" ` +
            `d="M${(x - wide).toFixed(1)} ${a.py(FLOOR).toFixed(1)}V${Math.max(top, -50).toFixed(1)}h${(2 * wide).toFixed(1)}V${a.py(FLOOR).toFixed(1)}Z"/>`;
        }).join("")),
      },
    ],
  }],
  controls: [
    {
      kind: "slider", trait: "learning_rate", label: "Learning rate <i>η</i>",
      range: ({ curvatures }) => [0.1 / Math.max(...curvatures), 2.1 / Math.max(...curvatures)],
      round: (rate) => Number(rate.toPrecision(3)), say: (rate) => say(rate),
    },
    { kind: "player", trait: "step", label: "step", verb: "Walk", range: ({ steps }) => [0, steps], pace: 30, say: (step) => String(step) },
  ],
  say(state) {
    const rest = left(state), worst = rest.indexOf(Math.max(...rest)), c = state.curvatures[worst];
    const grows = state.curvatures.filter((one) => Math.abs(factor(state, one)) > 1);
    const end = grows.length
      ? `η is above 2/λ for λ = ${grows.map((one) => say(one)).join(", ")}: that error grows.`
      : `Slowest is λ = ${say(c)}, which keeps ${say(Math.abs(factor(state, c)), 4)} a step.`;
    return `η = ${say(state.learning_rate)}, after ${state.step} steps: ${say(Math.max(...rest), 2)} of the error is left. ${end}`;
  },
});
