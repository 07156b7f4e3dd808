// Logistic regression where a line parts the classes: the line turns, and the band in
// which the model doubts gets narrower, for ever. gdlib makes the walk, at a few steps.

import { axes, clip, place, ruler, say, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const DOUBT = Math.log(9); // |s| below it: a probability between 0.1 and 0.9
const SCALE = [340, 255];

const length = ([, ...w]) => Math.hypot(...w);
const now = ({ lines, at }) => lines[at];

// How far from the line, to either side, the model is less sure than nine in ten.
export const doubt = (state) => DOUBT / length(now(state));

// By how many degrees the line has still to turn.
export function turn(state) {
  const [, a, b] = now(state), [, c, d] = state.widest;
  return (Math.abs(Math.atan2(a * d - b * c, a * c + b * d)) * 180) / Math.PI;
}

// How many flowers are on the wrong side.
export const mistakes = (state) => state.flowers.filter(([x, y, label]) => {
  const [b, u, v] = now(state);
  return (b + u * x + v * y) * (label ? 1 : -1) <= 0;
}).length;

// Two far points of the line on which the score is `s`.
function ends([b, u, v], s = 0) {
  const size = u * u + v * v, [x, y] = [(u * (s - b)) / size, (v * (s - b)) / size], far = 15 / Math.sqrt(size);
  return [[x - v * far, y + u * far], [x + v * far, y - u * far]];
}

const domain = ({ flowers }) => [0, 1].map((i) => {
  const column = flowers.map((one) => one[i]);
  return [Math.min(...column) - 0.3, Math.max(...column) + 0.3];
});
const log = Math.log10;
const size = ({ lines, marks }) => lines.map((line, i) => [log(marks[i]), length(line)]);

export default figure({
  panels: [{
    axes: (state) => axes({ domain: domain(state), size: SCALE, equal: true, labels: state.names }),
    label: "Flowers of two species, the line that parts them after so many steps with its band of doubt, and the line of the widest margin.",
    layers: [
      {
        on: [],
        draw: (state, a, id) => ruler(a) + clip(a, id, `<path class="gd-guide" d="${trail(a, ends(state.widest))}"/>`) +
          state.flowers.map(([x, y, label]) => `<circle r="2.6" transform="translate(${place(a, [x, y])})" ` +
            `style="stroke:var(--gd-i-ink);stroke-width:.8;fill:${label ? "var(--gd-i-ink)" : "none"}"/>`).join(""),
      },
      {
        on: ["at"],
        draw: (state, a, id) => clip(a, id, `<path class="gd-curve" style="color:var(--gd-vermilion)" d="${trail(a, ends(now(state)))}"/>` +
          [DOUBT, -DOUBT].map((s) => `<path class="gd-outline" d="${trail(a, ends(now(state), s))}"/>`).join("")),
      },
    ],
  }, {
    axes: (state) => axes({
      domain: [[0, log(state.marks.at(-1)) + 0.2], [0, 1.1 * length(state.lines.at(-1))]], size: SCALE, labels: ["log₁₀ t (steps)", "‖w‖ (length)"],
    }),
    label: "The length of w against the logarithm of the number of steps: it rises without leveling off.",
    layers: [
      { on: [], draw: (state, a) => ruler(a) + `<path class="gd-outline" d="${trail(a, size(state))}"/>` },
      {
        on: ["at"],
        draw: (state, a) => `<circle class="gd-ball" style="color:var(--gd-vermilion)" r="5" transform="translate(${place(a, size(state)[state.at])})"/>`,
      },
    ],
  }],
  controls: [{
    kind: "player", trait: "at", label: "Steps <i>t</i>", verb: "Walk", pace: 6,
    range: ({ marks }) => [0, marks.length - 1], say: (at, { marks }) => String(marks[at]),
  }],
  say(state) {
    const wrong = mistakes(state), steps = state.marks[state.at];
    return `After ${steps} step${steps > 1 ? "s" : ""} ${wrong || "no"} flower${wrong === 1 ? " is" : "s are"} on the wrong side. ` +
      `‖w‖ is ${say(length(now(state)))}, the line has ${say(turn(state), 2)}° to turn, and the band of doubt is ${say(2 * doubt(state), 2)} cm wide.`;
  },
});
