// What a filter sees: a picture, nine weights, and what they say at each place of it.

import { say } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const SPAN = 6; // places of a 3 × 3 window along a side of 8 pixels
const PLACES = Array.from({ length: SPAN * SPAN }, (_, k) => [Math.floor(k / SPAN), k % SPAN]);
const WINDOW = Array.from({ length: 9 }, (_, k) => [Math.floor(k / 3), k % 3]);

// What filter k says of picture d: the map max(0, S), and the largest of each 2 × 2.
export function respond({ pictures, filters, biases }, d, k) {
  const ink = (r, c) => pictures[d][8 * r + c] / 16;
  const sums = PLACES.map(([r, c]) =>
    WINDOW.reduce((sum, [i, j], w) => sum + filters[k][w] * ink(r + i, c + j), biases[k]));
  const map = sums.map((s) => Math.max(0, s));
  const winners = WINDOW.map(([i, j]) => [[0, 0], [0, 1], [1, 0], [1, 1]]
    .map(([a, b]) => SPAN * (2 * i + a) + 2 * j + b)
    .reduce((best, place) => (map[place] > map[best] ? place : best)));
  return { sums, map, winners, pooled: winners.map((place) => map[place]) };
}

const now = (state) => respond(state, state.digit, state.filter);
const spoken = (state) => now(state).map.filter((v) => v > 0).length;
// The loudest that this filter gets, on any of the pictures: black, in a map.
const loudest = (state) => Math.max(0.1, ...state.pictures.flatMap((_, d) => respond(state, d, state.filter).map));

// A table of colored cells, its upper left corner at (x, y) of the axes, one unit each.
const shade = (color, share) => `color-mix(in srgb, var(--gd-${color}) ${Math.round(100 * Math.min(1, share))}%, var(--gd-i-paper))`;
const cells = (a, values, across, [x, y], color) => `<g shape-rendering="crispEdges">` + values.map((v, k) => {
  const [u, w] = [a.px(x + (k % across)), a.py(y - Math.floor(k / across))], side = a.px(1) - a.px(0);
  return `<rect x="${u.toFixed(1)}" y="${w.toFixed(1)}" width="${side.toFixed(1)}" height="${side.toFixed(1)}" ` +
    `style="fill:${color(v)};stroke:var(--gd-i-line);stroke-width:.5"/>`;
}).join("") + "</g>";
const words = (a, [x, y], text, size = 12.5) =>
  `<text style="font-size:${size}px;fill:var(--gd-i-ink)" x="${a.px(x).toFixed(1)}" y="${a.py(y).toFixed(1)}" dy=".32em">${text}</text>`;
const frame = (a, [x, y], side) => {
  const length = side * (a.px(1) - a.px(0));
  return `<rect x="${a.px(x).toFixed(1)}" y="${a.py(y).toFixed(1)}" width="${length.toFixed(1)}" height="${length.toFixed(1)}" ` +
    `style="fill:none;stroke:var(--gd-green);stroke-width:2.5"/>`;
};

const ink = (v) => shade("i-ink", v);
const signed = (v) => shade(v < 0 ? "vermilion" : "blue", Math.abs(v) / 2);
// One weight on a blue or red cell, in ink or in paper, whichever can be read.
const weight = (a, v, k) => {
  const text = words(a, [9.5 + (k % 3), 5 - Math.floor(k / 3)], say(Number(v.toFixed(1)), 2), 11);
  return Math.abs(v) > 1.1 ? text.replace("--gd-i-ink", "--gd-i-paper") : text;
};
// Units are pixels of the picture, from its lower left corner; it stands on the left.
const UNIT = 25.5, LEFT = 12, TOP = 8;
const sheet = () => ({
  width: 340, height: 255, domain: [[0, 8], [0, 8]],
  px: (x) => LEFT + UNIT * x, py: (y) => TOP + UNIT * (8 - y),
  at: ([u, v]) => [(u - LEFT) / UNIT, 8 - (v - TOP) / UNIT],
});

// An arrow key moves the window by one place; a drag, to where the pointer is.
const KEYS = [0.1, 0.02]; // how far an arrow key goes in a domain of eight, and with shift
export const stride = (to, from) => {
  const move = to - from, key = KEYS.some((step) => Math.abs(Math.abs(move) - step) < 1e-9);
  return Math.max(1.5, Math.min(6.5, key ? from + Math.sign(move) : Math.floor(to) + 0.5));
};
const middle = ({ at: [row, column] }) => [column + 1.5, 6.5 - row];

export default figure({
  panels: [{
    axes: sheet,
    label: ({ digit, filter }) => `The picture of a ${digit}, with a window of 3 by 3 on it, and the nine weights of filter ${filter}.`,
    layers: [
      { on: ["digit"], draw: ({ pictures, digit }, a) => cells(a, pictures[digit].map((v) => v / 16), 8, [0, 8], ink) + words(a, [4, -0.6], "picture") },
      {
        on: ["filter"],
        draw: ({ filters, biases, filter }, a) => cells(a, filters[filter], 3, [9, 5.5], signed) +
          filters[filter].map((v, k) => weight(a, v, k)).join("") +
          words(a, [10.5, -0.6], `filter ${filter}`) + words(a, [10.5, 1.9], `b = ${say(biases[filter], 2)}`, 11.5),
      },
      { on: ["at"], draw: ({ at: [row, column] }, a) => frame(a, [column, 8 - row], 3) },
    ],
    handle: {
      label: "Window of three by three pixels; the arrow keys move it",
      get: middle,
      set: ([x, y], state) => {
        const [u, v] = middle(state);
        return { at: [6.5 - stride(y, v), stride(x, u) - 1.5] };
      },
      say: ([x, y]) => `row ${6.5 - y}, column ${x - 1.5}`,
    },
  }, {
    axes: sheet,
    label: ({ digit, filter }) => `The map that filter ${filter} makes of a ${digit}, 6 by 6, and the pooled map, 3 by 3.`,
    layers: [
      {
        on: ["digit", "filter"],
        draw(state, a) {
          const { map, pooled, winners } = now(state), most = loudest(state), side = a.px(1) - a.px(0);
          const dots = winners.filter((place) => map[place] > 0).map((place) =>
            `<circle class="gd-ball" style="color:var(--gd-vermilion)" r="4" cx="${(a.px(place % SPAN) + side / 2).toFixed(1)}" cy="${(a.py(7 - Math.floor(place / SPAN)) + side / 2).toFixed(1)}"/>`);
          return cells(a, map, SPAN, [0, 7], (v) => ink(v / most)) + dots.join("") +
            cells(a, pooled, 3, [8, 5.5], (v) => ink(v / most)) +
            words(a, [3, -0.6], "map max(0, S)") + words(a, [9.5, -0.6], "pooled");
        },
      },
      {
        on: ["at"],
        draw: ({ at: [row, column] }, a) => frame(a, [column, 7 - row], 1) +
          frame(a, [8 + Math.floor(column / 2), 5.5 - Math.floor(row / 2)], 1),
      },
    ],
  }],
  controls: [
    { kind: "slider", trait: "digit", label: "Picture", step: 1, range: ({ pictures }) => [0, pictures.length - 1], say: (k) => String(k) },
    { kind: "slider", trait: "filter", label: "Filter", step: 1, range: ({ filters }) => [0, filters.length - 1], say: (k) => String(k) },
  ],
  say(state) {
    const { digit, filter, at: [row, column] } = state, sum = now(state).sums[SPAN * row + column];
    const answer = sum > 0 ? `and so it speaks` : `and max(0, S) makes it silent`;
    return `Filter ${filter} on picture ${digit}, window at row ${row}, column ${column}: S = ${say(sum)}, ${answer}. ` +
      `It speaks at ${spoken(state)} of 36 places. A dot is the winner of its 2 × 2 window: the slope goes there.`;
  },
});
