// A landscape to turn, its map, and a ball that gradient descent rolls down both.

import { objectives, walk } from "./mathematics.mjs";
import { axes, clip, contours, path, place, ruler, say, spot, star } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const SQUARES = 24; // along each side of the landscape
const RAISED = Math.PI / 4.6; // from how high we look at it

const here = ({ surfaces, surface }) => surfaces.find((one) => one.objective === surface);
const ground = (state) => objectives[state.surface](...here(state).arguments);
const points = (state) => walk(ground(state).grad, state.start, state);
const reached = (state) => points(state).slice(0, state.step + 1);

// How high to draw f: from 0 to 1, bent so that half of the land lies below a third.
export function relief(f, [[x0, x1], [y0, y1]]) {
  const n = SQUARES + 1, z = [];
  for (let j = 0; j < n; j++)
    for (let i = 0; i < n; i++)
      z.push(f([x0 + ((x1 - x0) * i) / SQUARES, y0 + ((y1 - y0) * j) / SQUARES]));
  const low = Math.min(...z), rise = Math.max(...z) - low;
  const middle = z.toSorted((p, q) => p - q)[z.length >> 1];
  const bend = Math.min(1, Math.log(0.33) / Math.log((middle - low) / rise));
  const height = (value) => Math.max(0, (value - low) / rise) ** bend;
  return { table: z.map(height), height };
}

// From coordinates in [−½, ½]² and a height to the sheet, and how far away that is.
const view = (turn) => {
  const [c, s] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  return (u, v, h) => {
    const along = c * u - s * v, away = s * u + c * v;
    return [220 + 270 * along, 208 - 270 * (away * Math.sin(RAISED) + (0.6 * h - 0.16) * Math.cos(RAISED)), away];
  };
};

function landscape(state) {
  const { table } = relief(ground(state).f, here(state).domain), look = view(state.turn), n = SQUARES + 1;
  const corner = (i, j) => look(i / SQUARES - 0.5, j / SQUARES - 0.5, table[j * n + i]);
  const squares = [];
  for (let j = 0; j < SQUARES; j++)
    for (let i = 0; i < SQUARES; i++) {
      const corners = [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)];
      const height = (table[j * n + i] + table[(j + 1) * n + i + 1]) / 2;
      squares.push({
        away: corners[0][2] + corners[2][2],
        shade: Math.round(9 * height),
        d: `M${corners.map(([x, y]) => `${Math.round(x)} ${Math.round(y)}`).join("L")}Z`,
      });
    }
  return squares.sort((p, q) => q.away - p.away)
    .map(({ shade, d }) => `<path class="h${shade}" d="${d}"/>`).join("");
}

function lifted(state) {
  const { domain } = here(state), { f } = ground(state);
  const { height } = relief(f, domain), look = view(state.turn);
  const inside = reached(state).map((x) => {
    const [u, v] = x.map((xi, i) => (xi - domain[i][0]) / (domain[i][1] - domain[i][0]) - 0.5);
    return Math.abs(u) > 0.55 || Math.abs(v) > 0.55 ? null : look(u, v, height(f(x))).slice(0, 2);
  });
  const stop = inside.indexOf(null), seen = stop < 0 ? inside : inside.slice(0, stop);
  if (!seen.length) return "";
  const [x, y] = seen.at(-1);
  return `<g class="gd-walk" style="color:var(--gd-vermilion)"><path d="M${seen.map((p) => p.map((v) => v.toFixed(1)).join(" ")).join("L")}"/></g>` +
    `<circle class="gd-ball" style="color:var(--gd-vermilion)" r="7" cx="${x.toFixed(1)}" cy="${(y - 4).toFixed(1)}"/>`;
}

const rolled = ["surface", "start", "learning_rate", "step"];

export default figure({
  panels: [{
    axes: () => ({ width: 440, height: 330 }),
    label: (state) => `The ${here(state).title} function as a landscape, and a ball on it.`,
    drag: ([dx], { turn }) => ({ turn: ((turn + dx / 2 + 540) % 360) - 180 }),
    layers: [
      { on: ["surface", "turn"], draw: (state) => `<g class="gd-land">${landscape(state)}</g>` },
      { on: [...rolled, "turn"], draw: lifted },
    ],
  }, {
    axes: (state) => axes({ domain: here(state).domain, size: [340, 255] }),
    label: "The same landscape as a map, with the way of the ball.",
    layers: [
      {
        on: ["surface"],
        draw: (state, a, id) => clip(a, id, contours(a, ground(state).f) + here(state).minima.map((m) => star(a, m)).join("")) + ruler(a),
      },
      {
        on: rolled,
        draw: (state, a, id) => clip(a, id, path(a, reached(state)) +
          `<circle class="gd-ball" style="color:var(--gd-vermilion)" r="6" transform="translate(${place(a, reached(state).at(-1))})"/>`),
      },
    ],
    handle: {
      label: "Where the ball starts; the arrow keys move it",
      get: ({ start }) => start,
      set: (start) => ({ start }),
      say: spot,
    },
  }],
  controls: [
    {
      kind: "choice", trait: "surface", label: "Ground",
      options: ({ surfaces }) => surfaces.map((one) => [one.objective, one.title]),
      also: (state) => ({ start: here(state).start, learning_rate: here(state).rate, step: state.steps }),
    },
    {
      kind: "slider", trait: "learning_rate", label: "Learning rate <i>η</i>", log: true,
      range: (state) => [here(state).rate / 30, here(state).rate * 30],
      round: (rate) => Number(rate.toPrecision(3)), say: (rate) => say(rate),
    },
    {
      kind: "player", trait: "step", label: "step", verb: "Roll", range: ({ steps }) => [0, steps],
      pace: 20, say: (step) => String(step),
    },
    { kind: "slider", trait: "turn", label: "Turn", range: [-180, 180], step: 5, say: (turn) => `${Math.round(turn)}°` },
  ],
  say(state) {
    const { f } = ground(state), way = reached(state), [first, last] = [f(way[0]), f(way.at(-1))];
    if (way.length <= state.step) return `The ball leaves the numbers after ${way.length - 1} steps: η = ${say(state.learning_rate)} is too long a step for this ground.`;
    return `From ${spot(state.start)}, where f = ${say(first)}, to ${spot(way.at(-1))}, where f = ${say(last)}, in ${state.step} steps.`;
  },
});
