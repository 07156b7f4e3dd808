// A difference quotient against its h: how far off it is, and what it sees at that scale.

import { axes, clip, ruler, say, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const curves = {
  sine: { f: (x) => Math.sin(x), slope: Math.cos(1) },
  high: { f: (x) => 1000 + Math.sin(x), slope: Math.cos(1) },
  fast: { f: (x) => Math.sin(100 * x), slope: 100 * Math.cos(100) },
};
const FLOOR = 1e-14;
const colors = { forward: "vermilion", centered: "blue" };

// The quotient at x = 1, and how far it is from the slope there.
export function quotient({ curve }, method, h) {
  const { f } = curves[curve];
  return method === "forward" ? (f(1 + h) - f(1)) / h : (f(1 + h) - f(1 - h)) / (2 * h);
}
export const error = (state, method, h) => Math.abs(quotient(state, method, h) - curves[state.curve].slope);

const grid = Array.from({ length: 321 }, (_, i) => -16 + i / 20);
const dot = (state) => [Math.log10(state.h), Math.max(FLOOR, error(state, state.method, state.h))];
const trace = (state, method) => grid.map((k) => [k, Math.max(FLOOR, error(state, method, 10 ** k))]);

// The heights from x − 2.2h to x + 2.2h, in units in which the tangent has slope 1.
const seen = ({ curve, h }) => {
  const { f, slope } = curves[curve];
  return Array.from({ length: 441 }, (_, i) => {
    const s = (i - 220) / 100;
    return [s, (f(1 + s * h) - f(1)) / (h * slope)];
  });
};
const moved = ["curve", "method", "h"];

export default figure({
  panels: [{
    axes: () => axes({ domain: [[-16, 0], [FLOOR, 1e3]], log: true, size: [340, 255], labels: ["log₁₀ h (width of the difference)", "error of the slope"] }),
    label: "The error of the slope against h on logarithmic axes, with the chosen h as a dot.",
    layers: [
      { on: [], draw: (state, a) => ruler(a) },
      {
        on: ["curve", "method"],
        draw: (state, a, id) => clip(a, id, Object.keys(colors).map((method) =>
          `<path class="gd-curve" style="color:var(--gd-${colors[method]});stroke-width:${method === state.method ? 1.6 : 0.7}" ` +
          `stroke-dasharray="${method === "forward" ? "" : "6 3"}" d="${trail(a, trace(state, method))}"/>`).join("")),
      },
      {
        on: moved,
        draw: (state, a) => {
          const [k, size] = dot(state);
          return `<circle class="gd-ball" style="color:var(--gd-${colors[state.method]})" r="6" cx="${a.px(k).toFixed(1)}" cy="${a.py(size).toFixed(1)}"/>`;
        },
      },
    ],
  }, {
    axes: () => axes({ domain: [[-2.2, 2.2], [-2.6, 2.6]], size: [340, 255], labels: ["(x − 1) / h", "f(x) − f(1), enlarged as much"] }),
    label: "The curve around x = 1, as wide as h, with its tangent and the line of the difference.",
    layers: [
      { on: [], draw: (state, a, id) => ruler(a) + clip(a, id, `<path class="gd-guide" d="${trail(a, [[-3, -3], [3, 3]])}"/>`) },
      { on: ["curve", "h"], draw: (state, a, id) => clip(a, id, `<path class="gd-curve" style="color:var(--gd-gray)" d="${trail(a, seen(state))}"/>`) },
      {
        on: moved,
        draw(state, a, id) {
          const all = seen(state), left = all[state.method === "forward" ? 220 : 120], right = all[320];
          return clip(a, id, `<path class="gd-curve" style="color:var(--gd-${colors[state.method]})" d="${trail(a, [left, right])}"/>` +
            [left, right].map(([s, rise]) =>
              `<circle class="gd-ball" style="color:var(--gd-${colors[state.method]})" r="4.5" cx="${a.px(s).toFixed(1)}" cy="${a.py(Math.max(-99, Math.min(99, rise))).toFixed(1)}"/>`).join(""));
        },
      },
    ],
  }],
  controls: [
    { kind: "choice", trait: "curve", label: "Curve", options: [["sine", "sin x"], ["high", "1000 + sin x"], ["fast", "sin 100x"]] },
    { kind: "choice", trait: "method", label: "Difference", options: [["forward", "forward"], ["centered", "centered"]] },
    {
      kind: "slider", trait: "h", label: "<i>h</i>", log: true, range: [1e-16, 1], step: 0.05,
      round: (h) => Number(h.toPrecision(6)), say: (h) => say(h),
    },
  ],
  say(state) {
    const { slope } = curves[state.curve], off = error(state, state.method, state.h);
    const digits = Math.max(0, Math.floor(-Math.log10(off / Math.abs(slope))));
    const right = off ? `off by ${say(off, 2)}: ${digits} ${digits === 1 ? "digit is" : "digits are"} right` : "right to the last digit";
    return `h = ${say(state.h)}, ${state.method}: the quotient is ${say(quotient(state, state.method, state.h), 8)}, ${right}.`;
  },
});
