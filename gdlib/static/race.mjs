// A race of the rules on one ground, each at a learning rate of its own.

import { objectives, walk } from "./mathematics.mjs";
import { axes, clip, contours, looks, path, place, ruler, say, spot, star, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const here = ({ surfaces, surface }) => surfaces.find((one) => one.objective === surface);
const ground = (state) => objectives[state.surface](...here(state).arguments);

// The walks of the chosen rules, as they would go if `speed` scaled every rate.
export function runs(state) {
  const { f, grad } = ground(state), { rates, minimum } = here(state);
  return state.rules.map((rule) => {
    const points = walk(grad, state.start, { rule, learning_rate: state.speed * rates[rule], steps: state.steps });
    return { rule, points, above: points.map((x) => Math.max(f(x) - minimum, 1e-12)) };
  });
}

const upTo = (points, step) => points.slice(0, step + 1);
const ball = (a, point, rule) =>
  `<circle class="gd-ball" style="color:var(--gd-${looks[rule].color})" r="5" transform="translate(${place(a, point)})"/>`;
const moved = ["surface", "start", "rules", "speed", "step"];

export default figure({
  panels: [{
    axes: (state) => axes({ domain: here(state).domain, size: [340, 255] }),
    label: (state) => `Contours of the ${here(state).title} function, and one walk for each rule.`,
    layers: [
      {
        on: ["surface"],
        draw: (state, a, id) => clip(a, id, contours(a, ground(state).f) + here(state).minima.map((m) => star(a, m)).join("")) + ruler(a),
      },
      {
        on: moved,
        draw: (state, a, id) => clip(a, id, runs(state).map(({ rule, points }) =>
          path(a, upTo(points, state.step), rule, { dots: false }) + ball(a, upTo(points, state.step).at(-1), rule)).join("")),
      },
    ],
    handle: {
      label: "Start of the race; the arrow keys move it",
      get: ({ start }) => start,
      set: (start) => ({ start }),
      say: spot,
    },
  }, {
    axes: ({ steps }) => axes({ domain: [[0, steps], [1e-9, 1e4]], log: true, size: [340, 255], labels: ["t (step)", "f − min f (height)"] }),
    label: "Height above the lowest point at each step, on a logarithmic axis.",
    layers: [
      { on: [], draw: (state, a) => ruler(a) },
      {
        on: moved,
        draw: (state, a, id) => clip(a, id,
          runs(state).map(({ rule, above }) => {
            const { color, dash } = looks[rule];
            return `<path class="gd-curve" style="color:var(--gd-${color})" stroke-dasharray="${dash}" d="${trail(a, above.map((h, t) => [t, h]))}"/>`;
          }).join("") +
          `<path class="gd-guide" d="${trail(a, [[state.step, 1e-9], [state.step, 1e4]])}"/>`),
      },
    ],
  }],
  controls: [
    {
      kind: "choice", trait: "surface", label: "Ground",
      options: ({ surfaces }) => surfaces.map((one) => [one.objective, one.title]),
      also: (state) => ({ start: here(state).start, step: state.steps }),
    },
    {
      kind: "slider", trait: "speed", label: "All rates times", log: true, range: [1 / 16, 16],
      round: (speed) => Number(speed.toPrecision(3)), say: (speed) => say(speed),
    },
    {
      kind: "player", trait: "step", label: "step", verb: "Race", range: ({ steps }) => [0, steps],
      pace: 30, say: (step) => String(step),
    },
    {
      kind: "toggles", trait: "rules", label: "Runners",
      options: ({ surfaces }) => Object.keys(surfaces[0].rates).map((rule) => [rule, looks[rule].label, looks[rule].color]),
    },
  ],
  say(state) {
    const told = runs(state).map(({ rule, points, above }) => ({
      name: looks[rule].label,
      height: state.step < points.length ? above[state.step] : Infinity,
    })).sort((p, q) => p.height - q.height);
    if (!told.length) return "Nobody runs: choose a runner.";
    return `Above the lowest point after ${state.step} steps: ${told.map(({ name, height }) =>
      `${name} ${height === 1e-12 ? "nothing to speak of" : say(height, 2)}`).join(", ")}.`;
  },
});
