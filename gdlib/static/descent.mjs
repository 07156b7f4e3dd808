// A walk downhill: drag its start, choose the learning rate, and see where it goes.

import { objectives, walk } from "./mathematics.mjs";
import { axes, clip, contours, path, ruler, say, spot, star } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const ground = ({ surface }) => objectives[surface.objective](...surface.arguments);
const points = (state) => walk(ground(state).grad, state.start, state);

export default figure({
  panels: [{
    axes: ({ surface }) => axes({ domain: surface.domain, equal: true, size: [440, 260] }),
    label: ({ surface }) => `Contours of the ${surface.title} function, and a walk on it.`,
    layers: [
      { on: ["surface"], draw: (state, a, id) => clip(a, id, contours(a, ground(state).f)) + ruler(a) },
      {
        on: ["surface", "start", "learning_rate", "rule", "steps"],
        draw: (state, a, id) => clip(a, id, state.surface.minima.map((m) => star(a, m)).join("") + path(a, points(state), state.rule)),
      },
    ],
    handle: {
      label: "Start of the walk; the arrow keys move it",
      get: ({ start }) => start,
      set: (start) => ({ start }),
      say: spot,
    },
  }],
  controls: [{
    kind: "slider", trait: "learning_rate", label: "Learning rate <i>η</i>",
    range: ({ rates }) => rates, log: true, round: (rate) => Number(rate.toPrecision(3)),
    say: (rate) => say(rate),
  }],
  say(state) {
    const { f } = ground(state), all = points(state), [first, last] = [f(all[0]), f(all.at(-1))];
    const where = `From ${spot(state.start)} with η = ${say(state.learning_rate)}, `;
    if (all.length <= state.steps) return `${where}the walk leaves the numbers after ${all.length - 1} steps.`;
    const turn = last > first ? "climbs" : "falls";
    return `${where}${state.steps} steps: f ${turn} from ${say(first)} to ${say(last)}.`;
  },
});
