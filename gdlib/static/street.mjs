// The street of a support vector machine against its penalty, and who holds it.
// The planes are minima, which take too long for a page: they come from gdlib.

import { axes, clip, place, ruler, say, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

// Label times score of each point: above 1 it stands beyond the street, on its own side.
export const margins = ({ points, signs, planes }, k) => {
  const [b, u, v] = planes[k];
  return points.map(([x, y], i) => signs[i] * (b + u * x + v * y));
};
export const width = ({ planes }, k) => 2 / Math.hypot(planes[k][1], planes[k][2]);
export const holders = (state, k) => margins(state, k).filter((m) => m <= 1.001).length;
export const errors = (state, k) => margins(state, k).filter((m) => m <= 0).length;

const span = (values) => {
  const [low, high] = [Math.min(...values), Math.max(...values)], pad = 0.08 * (high - low);
  return [low - pad, high + pad];
};
const across = ({ penalties }) => [Math.log10(penalties[0]), Math.log10(penalties.at(-1))];

// Two points far out on the line where the score is s.
function line({ points, planes }, k, s) {
  const [b, u, v] = planes[k], square = u * u + v * v;
  const reach = 3 * Math.max(...points.flat().map(Math.abs)) / Math.sqrt(square);
  return [-reach, reach].map((t) => [((s - b) * u) / square - t * v, ((s - b) * v) / square + t * u]);
}

const dot = (a, point, sign) => {
  const [x, y] = place(a, point).split(" ").map(Number);
  return sign > 0
    ? `<rect style="fill:var(--gd-i-ink)" x="${(x - 2.8).toFixed(1)}" y="${(y - 2.8).toFixed(1)}" width="5.6" height="5.6"/>`
    : `<circle class="gd-outline" cx="${x}" cy="${y}" r="3.2"/>`;
};
const shares = (state, count) => state.penalties.map((penalty, k) => [Math.log10(penalty), count(state, k) / state.points.length]);

export default figure({
  panels: [{
    axes: ({ points, labels }) => axes({
      domain: [0, 1].map((j) => span(points.map((point) => point[j]))), size: [340, 255], labels,
    }),
    label: "Points of two classes, the plane between them and its street; rings mark the points that hold it.",
    layers: [
      { on: [], draw: (state, a) => ruler(a) },
      {
        on: ["penalty"],
        draw(state, a, id) {
          const [left, middle, right] = [-1, 0, 1].map((s) => line(state, state.penalty, s));
          return clip(a, id, `<path class="gd-swing" d="${trail(a, [...left, ...right.reverse()])}Z"/>` +
            `<path class="gd-guide" d="${trail(a, left)}${trail(a, right)}"/><path class="gd-bold" style="stroke-width:2" d="${trail(a, middle)}"/>`);
        },
      },
      {
        on: ["penalty"],
        draw(state, a, id) {
          const m = margins(state, state.penalty);
          return clip(a, id, state.points.map((point, i) => dot(a, point, state.signs[i]) + (m[i] > 1.001 ? ""
            : `<circle fill="none" stroke="var(--gd-${m[i] > 0 ? "gray" : "vermilion"})" stroke-width="1.6" r="7" transform="translate(${place(a, point)})"/>`)).join(""));
        },
      },
    ],
  }, {
    axes: (state) => axes({
      domain: [across(state), [0, 1.02]], size: [340, 255], labels: ["log₁₀ λ (penalty)", "share of the points"],
    }),
    label: "The share of the points that hold the plane, and the share on its wrong side, against the penalty.",
    layers: [
      {
        on: [],
        draw: (state, a, id) => ruler(a) + clip(a, id,
          `<path class="gd-curve" d="${trail(a, shares(state, holders))}"/>` +
          `<path class="gd-curve" style="color:var(--gd-vermilion)" stroke-dasharray="6 3" d="${trail(a, shares(state, errors))}"/>`) +
          [["hold it", holders, -0.1], ["wrong side", errors, 0.05]].map(([name, count, lift]) => {
            const [u, share] = shares(state, count).at(-1);
            return `<text class="gd-left" transform="translate(${place(a, [u, share + lift])})" x="-4">${name}</text>`;
          }).join(""),
      },
      {
        on: ["penalty"],
        draw(state, a, id) {
          const k = state.penalty, u = Math.log10(state.penalties[k]);
          return clip(a, id, `<path class="gd-guide" d="${trail(a, [[u, 0], [u, 2]])}"/>`) + [holders, errors].map((count, i) =>
            `<circle class="gd-ball" style="color:var(--gd-${i ? "vermilion" : "i-ink"})" r="5" transform="translate(${place(a, [u, count(state, k) / state.points.length])})"/>`).join("");
        },
      },
    ],
  }],
  controls: [{
    kind: "slider", trait: "penalty", label: "Penalty <i>λ</i>", step: 1,
    range: ({ penalties }) => [0, penalties.length - 1], say: (k, { penalties }) => say(penalties[k], 2),
  }],
  say(state) {
    const k = state.penalty, wrong = errors(state, k);
    return `λ = ${say(state.penalties[k], 2)}: the street is ${say(width(state, k))} wide, ` +
      `${holders(state, k)} of ${state.points.length} hold it, and ${wrong || "none"} ${wrong > 1 ? "are" : "is"} on the wrong side.`;
  },
});
