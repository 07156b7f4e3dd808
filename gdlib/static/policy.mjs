// A policy in a square of rooms, improving: an arrow for each move, as long as it is
// likely. Training is done by gdlib, and handed over as shares in percent.

import { axes, clip, place, ruler, say, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const WAYS = [[0, 1], [1, 0], [0, -1], [-1, 0]]; // up, right, down, left
const NAMES = ["up", "right", "down", "left"];

const side = ({ shares }) => Math.sqrt(shares[0].length / 4);
const center = (room, n) => [(room % n) + 0.5, n - 0.5 - Math.floor(room / n)];
const isExit = (room, n) => room % (n * n - 1) === 0;

// The arrows of a frame, as pairs of points; the sides of a room have length 1.
export function arrows(state) {
  const n = side(state), found = [];
  for (let room = 0; room < n * n; room++) {
    if (isExit(room, n)) continue;
    const [x, y] = center(room, n);
    WAYS.forEach(([dx, dy], way) => {
      const length = (0.48 * state.shares[state.frame][4 * room + way]) / 100;
      found.push([[x, y], [x + dx * length, y + dy * length]]);
    });
  }
  return found;
}

// The room, not an exit, in which one move is likeliest.
export function surest(state) {
  const n = side(state), now = state.shares[state.frame];
  const best = now.map((share, k) => (isExit(Math.floor(k / 4), n) ? -1 : share));
  const k = best.indexOf(Math.max(...best)), room = Math.floor(k / 4);
  return { row: Math.floor(room / n) + 1, column: (room % n) + 1, way: NAMES[k % 4], share: now[k] };
}

// A needle: wide in the middle of the room, pointed where it leads.
function needle(a, [[x, y], [u, v]]) {
  const wide = 0.075, length = Math.hypot(u - x, v - y) || 1;
  const [s, c] = [(wide * (v - y)) / length, (wide * (u - x)) / length];
  return `M${place(a, [x + s, y - c])}L${place(a, [u, v])}L${place(a, [x - s, y + c])}Z`;
}

const box = (a, [x, y], [u, v]) => `M${place(a, [x, y])}L${place(a, [u, y])}L${place(a, [u, v])}L${place(a, [x, v])}Z`;

export default figure({
  panels: [{
    axes: (state) => axes({ domain: [[0, side(state)], [0, side(state)]], size: [340, 255], equal: true }),
    label: "A square of rooms; in each, four arrows as long as the moves are likely.",
    layers: [
      {
        on: [],
        draw(state, a) {
          const n = side(state), ends = [...Array(n + 1).keys()];
          const walls = ends.map((k) => trail(a, [[k, 0], [k, n]]) + trail(a, [[0, k], [n, k]])).join("");
          const exits = [0, n * n - 1].map((room) => center(room, n).map((v) => v - 0.5));
          return `<path class="gd-bar" style="color:var(--gd-gray)" d="${exits.map(([x, y]) => box(a, [x, y], [x + 1, y + 1])).join("")}"/>` +
            `<path class="gd-outline" d="${walls}"/>`;
        },
      },
      { on: ["frame"], draw: (state, a) => `<path style="fill:var(--gd-vermilion)" d="${arrows(state).map((pair) => needle(a, pair)).join("")}"/>` },
    ],
  }, {
    axes: ({ updates, returns }) => axes({
      domain: [[0, updates.at(-1)], [1.05 * Math.min(...returns), 0]], size: [340, 255],
      labels: ["update", "J (expected return)"],
    }),
    label: "The expected return against the update, with a dot at the one shown.",
    layers: [
      {
        on: [],
        draw: ({ updates, returns }, a, id) => ruler(a) + clip(a, id,
          `<path class="gd-outline" d="${trail(a, returns.map((J, k) => [updates[k], J]))}"/>`),
      },
      {
        on: ["frame"],
        draw: ({ updates, returns, frame }, a) =>
          `<circle class="gd-ball" style="color:var(--gd-vermilion)" r="6" transform="translate(${place(a, [updates[frame], returns[frame]])})"/>`,
      },
    ],
  }],
  controls: [{
    kind: "player", trait: "frame", label: "update", verb: "Train", range: ({ updates }) => [0, updates.length - 1], pace: 6,
    say: (frame, { updates }) => String(updates[frame]),
  }],
  say(state) {
    const { updates, returns, frame } = state, { row, column, way, share } = surest(state);
    return `Update ${updates[frame]}: the expected return is ${say(returns[frame])}. ` +
      `The surest move is ${way} in row ${row}, column ${column}, with ${share} %.`;
  },
});
