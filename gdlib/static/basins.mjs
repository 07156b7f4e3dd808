// Whose valley is it? A map of starts, colored by where descent comes to rest. A map is
// thousands of walks, so gdlib makes one for each rate; the page walks from one start.

import { objectives, walk } from "./mathematics.mjs";
import { axes, clip, path, ruler, say, spot, star } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const COLORS = ["blue", "orange", "green", "purple"];
const SHOWN = 60;
const grad = ({ surface }) => objectives[surface.objective](...surface.arguments).grad;
const rate = ({ rates, rate: index }) => rates[index];
const points = (state, steps) => walk(grad(state), state.start, { learning_rate: rate(state), steps });

// Which minimum the walk from `start` is at in the end, counted from 0; -1 for none.
export function arrival(state) {
  const all = points(state, state.steps), [x1, x2] = all.at(-1);
  if (all.length <= state.steps) return -1;
  return state.surface.minima.findIndex(([m1, m2]) => Math.hypot(x1 - m1, x2 - m2) < 0.01);
}

// Cells of one color as one path: each run of them in a row is a box.
function land(a, { maps, rate: index, columns }, color) {
  const cells = maps[index], rows = cells.length / columns, [left, top, width, height] = a.box;
  const edge = (i) => (left + (i * width) / columns).toFixed(1), floor = (j) => (top + height - (j * height) / rows).toFixed(1);
  const boxes = Array.from({ length: rows }, (_, j) =>
    [...cells.slice(j * columns, (j + 1) * columns).matchAll(new RegExp(`${color}+`, "g"))].map((run) =>
      `M${edge(run.index)} ${floor(j)}H${edge(run.index + run[0].length)}V${floor(j + 1)}H${edge(run.index)}Z`).join(""));
  return `<path shape-rendering="crispEdges" style="fill:color-mix(in srgb, var(--gd-${COLORS[color]}) 34%, var(--gd-i-paper))" d="${boxes.join("")}"/>`;
}

export default figure({
  panels: [{
    axes: ({ surface }) => axes({ domain: surface.domain, size: [440, 290] }),
    label: ({ surface }) => `The plane of starts of the ${surface.title} function, colored by the valley where descent ends, and a walk.`,
    layers: [
      {
        on: ["rate"],
        draw: (state, a, id) => clip(a, id, state.surface.minima.map((_, k) => land(a, state, k)).join("")) + ruler(a) +
          state.surface.minima.map((m, k) => star(a, m) +
            `<text style="fill:var(--gd-i-ink);font-weight:600" x="${(a.px(m[0]) + 14).toFixed(1)}" y="${(a.py(m[1]) - 7).toFixed(1)}">${k + 1}</text>`).join(""),
      },
      { on: ["start", "rate"], draw: (state, a, id) => clip(a, id, path(a, points(state, SHOWN))) },
    ],
    handle: {
      label: "Start of the walk; the arrow keys move it",
      get: ({ start }) => start,
      set: (start) => ({ start }),
      say: spot,
    },
  }],
  controls: [{
    kind: "slider", trait: "rate", label: "Learning rate <i>η</i>", step: 1,
    range: ({ rates }) => [0, rates.length - 1], say: (index, { rates }) => say(rates[index]),
  }],
  say(state) {
    const end = arrival(state), cells = state.maps[state.rate];
    const none = [...cells].filter((cell) => cell === ".").length / cells.length;
    const where = end < 0
      ? `the walk is at rest in none of the valleys after ${state.steps} steps`
      : `the walk comes to rest in valley ${end + 1}, at ${spot(state.surface.minima[end])}`;
    return `From ${spot(state.start)} with η = ${say(rate(state))}, ${where}. ` +
      `Of all starts on the map, ${say(100 * none, 2)} % come to rest nowhere (no color).`;
  },
});
