// Three surveyors look for a well: each asks some houses, then moves it by their mean
// answer. Same learning rate, same number of questions, other batch sizes.

import { axes, clip, contours, place, ruler, say, star, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const strokes = { whole: ["vermilion", ""], some: ["i-ink", "6 3"], one: ["gray", ""] };
const height = ({ curvatures }) => (x) => x.reduce((sum, xi, i) => sum + (curvatures[i] * xi * xi) / 2, 0);

// The walk that asks `size` houses a step, with the number of questions at each point.
export function survey(state, size) {
  const { houses, curvatures, learning_rate: rate } = state, walked = [[0, state.start]];
  let x = state.start, asked = 0;
  for (const order of state.shuffles[state.shuffle - 1])
    for (let k = 0; k < order.length; k += size) {
      const batch = order.slice(k, k + size);
      x = x.map((xi, i) => {
        const mean = batch.reduce((sum, house) => sum + houses[house][i], 0) / batch.length;
        return xi - rate * curvatures[i] * (xi - mean);
      });
      asked += batch.length;
      walked.push([asked, x]);
    }
  return walked;
}

const three = (state) => Object.entries({ one: 1, some: state.size, whole: state.houses.length })
  .map(([name, size]) => ({ name, size, walked: survey(state, size) }));
const until = (walked, budget) => walked.filter(([asked]) => asked <= budget);
const line = (a, name, points, width) => {
  const [color, dash] = strokes[name];
  return `<path class="gd-curve" style="color:var(--gd-${color});stroke-width:${width}" stroke-dasharray="${dash}" d="${trail(a, points)}"/>`;
};
const moved = ["learning_rate", "size", "shuffle", "asked"];
const most = ({ shuffles }) => shuffles[0].flat().length;

export default figure({
  panels: [{
    axes: ({ domain }) => axes({ domain, size: [340, 255], labels: ["x₁ (east)", "x₂ (north)"] }),
    label: "The valley from above, with the ways of the three surveyors.",
    layers: [
      { on: [], draw: (state, a, id) => clip(a, id, contours(a, height(state))) + ruler(a) },
      {
        on: moved,
        draw: (state, a, id) => clip(a, id, star(a, [0, 0]) + three(state).map(({ name, walked }) => {
          const points = until(walked, state.asked).map(([, x]) => x);
          return line(a, name, points, 1.2) + `<circle class="gd-ball" style="color:var(--gd-${strokes[name][0]})" r="5" transform="translate(${place(a, points.at(-1))})"/>`;
        }).join("")),
      },
    ],
  }, {
    axes: (state) => axes({
      domain: [[0, most(state)], [1e-3, 200]], log: true, size: [340, 255], labels: ["questions asked", "f (height)"],
    }),
    label: "The height of the three against the number of questions, on a logarithmic axis.",
    layers: [
      { on: [], draw: (state, a) => ruler(a) },
      {
        on: moved,
        draw: (state, a, id) => clip(a, id, three(state).map(({ name, walked }) =>
          line(a, name, walked.map(([asked, x]) => [asked, height(state)(x)]), 1.5)).join("") +
          `<path class="gd-guide" d="${trail(a, [[state.asked, 1e-3], [state.asked, 200]])}"/>`),
      },
    ],
  }],
  controls: [
    {
      kind: "slider", trait: "learning_rate", label: "Learning rate <i>η</i>", log: true, range: [5e-4, 0.02],
      round: (rate) => Number(rate.toPrecision(2)), say: (rate) => say(rate),
    },
    { kind: "slider", trait: "size", label: "The middle one asks", range: ({ houses }) => [2, houses.length / 2], step: 1, say: (size) => String(size) },
    { kind: "player", trait: "asked", label: "questions", verb: "Ask", range: (state) => [0, most(state)], pace: 120, say: (asked) => String(asked) },
    { kind: "slider", trait: "shuffle", label: "Shuffle", range: ({ shuffles }) => [1, shuffles.length], step: 1, say: (shuffle) => String(shuffle) },
  ],
  say(state) {
    const told = three(state).map(({ size, walked }) => {
      const [, x] = until(walked, state.asked).at(-1), moves = until(walked, state.asked).length - 1;
      return `${size} a move: ${moves} moves, f = ${say(height(state)(x))}`;
    });
    return `η = ${say(state.learning_rate)}, ${state.asked} questions. ${told.join("; ")}.`;
  },
});
