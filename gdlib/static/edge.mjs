// The loss and its sharpness as a network trains, for one learning rate of several.
// Training takes too long for a page, so the curves come from gdlib.

import { axes, clip, ruler, say, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const line = (a, ys, steps, look) => `<path class="${look}" d="${trail(a, ys.map((y, k) => [steps[k], y]))}"/>`;
const others = (state, a, curves) =>
  curves.map((ys) => `<g style="color:var(--gd-gray);opacity:.45">${line(a, ys, state.steps, "gd-curve")}</g>`).join("");
const chosen = (state, a, curves) =>
  `<g style="color:var(--gd-vermilion)">${line(a, curves[state.rate], state.steps, "gd-curve")}</g>`;
export const border = ({ rates, rate }) => 2 / rates[rate];

export default figure({
  panels: [{
    axes: ({ steps, losses }) => axes({
      domain: [[0, steps.at(-1)], [0.9 * Math.min(...losses.flat()), 1.2 * Math.max(...losses.flat())]],
      log: true, size: [340, 255], labels: ["t (step)", "J (loss)"],
    }),
    label: "The training loss at each learning rate, on a logarithmic axis; one is highlighted.",
    layers: [
      { on: [], draw: (state, a, id) => ruler(a) + clip(a, id, others(state, a, state.losses)) },
      { on: ["rate"], draw: (state, a, id) => clip(a, id, chosen(state, a, state.losses)) },
    ],
  }, {
    axes: ({ steps, sharpness }) => axes({
      domain: [[0, steps.at(-1)], [0, 1.15 * Math.max(...sharpness.flat())]],
      size: [340, 255], labels: ["t (step)", "largest curvature"],
    }),
    label: "The largest eigenvalue of the Hessian during training, and the border 2/η.",
    layers: [
      { on: [], draw: (state, a, id) => ruler(a) + clip(a, id, others(state, a, state.sharpness)) },
      {
        on: ["rate"],
        draw: (state, a, id) => clip(a, id, chosen(state, a, state.sharpness) +
          `<path class="gd-guide" d="${trail(a, [[0, border(state)], [state.steps.at(-1), border(state)]])}"/>`),
      },
    ],
  }],
  controls: [{
    kind: "slider", trait: "rate", label: "Learning rate <i>η</i>", step: 1,
    range: ({ rates }) => [0, rates.length - 1], say: (index, { rates }) => say(rates[index]),
  }],
  say(state) {
    const seen = state.sharpness[state.rate], end = `and ends at ${say(seen.at(-1))}`;
    return `η = ${say(state.rates[state.rate])}, so the border 2/η is ${say(border(state))}. ` +
      `The largest curvature starts at ${say(seen[0])}, has its peak at ${say(Math.max(...seen))} ${end}. ` +
      `The loss ends at ${say(state.losses[state.rate].at(-1), 2)}.`;
  },
});
