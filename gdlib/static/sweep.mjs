// Methods at learning rates of their own: how each learns, and where its hill stands.
// Training takes too long for a page, so the curves come from gdlib, one for each rate.

import { axes, clip, looks, place, ruler, say, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const methods = ({ curves }) => Object.keys(curves);
const stroke = (method) => `style="color:var(--gd-${looks[method].color})" stroke-dasharray="${looks[method].dash}"`;
const score = (state, method) => state.curves[method][state[method]].at(-1);
const nearest = ({ rates }, rate) => rates.reduce((best, one, i) =>
  Math.abs(Math.log(one / rate)) < Math.abs(Math.log(rates[best] / rate)) ? i : best, 0);
const moved = ["gradient_descent", "momentum", "adam"];

export default figure({
  panels: [{
    axes: ({ epochs }) => axes({ domain: [[0, epochs.at(-1)], [0.45, 1]], size: [340, 255], labels: ["epoch", "share right (median)"] }),
    label: "The share of right answers as each method trains, at the learning rates chosen.",
    layers: [
      { on: [], draw: (state, a) => ruler(a) },
      {
        on: moved,
        draw: (state, a, id) => clip(a, id, methods(state).map((method) => {
          const points = state.curves[method][state[method]].map((share, k) => [state.epochs[k], share]);
          return `<path class="gd-curve" ${stroke(method)} d="${trail(a, points)}"/>`;
        }).join("")),
      },
    ],
  }, {
    axes: ({ rates }) => axes({
      domain: [[Math.log10(rates[0]), Math.log10(rates.at(-1))], [0.45, 1]], size: [340, 255],
      labels: ["log₁₀ η (learning rate)", "share right in the end"],
    }),
    label: "The share right at the end against the learning rate, with the chosen rates as dots.",
    layers: [
      {
        on: [],
        draw: (state, a, id) => ruler(a) + clip(a, id, methods(state).map((method) => {
          const points = state.curves[method].map((curve, i) => [Math.log10(state.rates[i]), curve.at(-1)]);
          return `<path class="gd-curve" ${stroke(method)} d="${trail(a, points)}"/>`;
        }).join("") + `<path class="gd-guide" d="${trail(a, [[Math.log10(state.shared), 0], [Math.log10(state.shared), 1]])}"/>`),
      },
      {
        on: moved,
        draw: (state, a) => methods(state).map((method) => {
          const point = [Math.log10(state.rates[state[method]]), score(state, method)];
          return `<circle class="gd-ball" ${stroke(method)} r="6" transform="translate(${place(a, point)})"/>`;
        }).join(""),
      },
    ],
  }],
  controls: (state) => [
    ...methods(state).map((method) => ({
      kind: "slider", trait: method, label: `<i>η</i> of ${looks[method].label}`, step: 1,
      range: ({ rates }) => [0, rates.length - 1], say: (index, { rates }) => say(rates[index], 2),
    })),
    {
      kind: "press", name: "shared", label: `All at ${say(state.shared)}, nearly`,
      sets: (now) => Object.fromEntries(methods(now).map((method) => [method, nearest(now, now.shared)])),
    },
  ],
  say(state) {
    const told = methods(state).map((method) => ({ method, share: score(state, method) })).sort((p, q) => q.share - p.share);
    return `${told.map(({ method, share }) =>
      `${looks[method].label} at η = ${say(state.rates[state[method]], 2)}: ${(100 * share).toFixed(1)} %`).join("; ")}.`;
  },
});
