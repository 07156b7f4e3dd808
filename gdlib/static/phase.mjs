// Momentum on one curvature is a spring with friction: where it rests, and how it gets
// there. The map has a place for every pair of ηλ and β; the portrait shows the walk.

import { rules } from "./mathematics.mjs";
import { axes, clip, place, ruler, say, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const STEPS = 120;
const moved = ["stiffness", "beta", "kappa"];

// The larger |root| of z² − (1 + β − ηλ)z + β: what a step leaves, in the long run.
export function radius([stiffness, beta]) {
  const trace = 1 + beta - stiffness, inside = trace * trace - 4 * beta;
  if (inside < 0) return Math.sqrt(beta);
  return (Math.abs(trace) + Math.sqrt(inside)) / 2;
}

// x and what a step adds to it, on f(x) = ½λx² from x = 1, at rest.
export function spring([stiffness, beta], rule = "momentum") {
  let x = 1, memory = [];
  const states = [[x, 0]];
  for (let t = 0; t < STEPS && Math.abs(x) < 1e6; t++) {
    let d;
    [d, ...memory] = rules[rule](stiffness * x, memory, { beta });
    x -= d;
    states.push([x, -d]);
  }
  return states;
}

// The two ends of a valley whose curvatures differ by a factor of kappa: steep and flat.
const ends = ({ stiffness, beta, kappa }) => [[stiffness, beta], [stiffness / kappa, beta]];
const worst = (state) => Math.max(...ends(state).map(radius)); // between the ends it is less

const edge = (branch) => Array.from({ length: 61 }, (_, k) => k / 60)
  .map((beta) => [branch(beta), beta]);
const kind = (point) => {
  const rho = radius(point), [stiffness, beta] = point;
  if (rho > 1) return "it flies away";
  if (stiffness < (1 - Math.sqrt(beta)) ** 2) return "it creeps home on one side";
  if (stiffness > (1 + Math.sqrt(beta)) ** 2) return "it jumps from side to side";
  return "it swings home";
};

export default figure({
  panels: [{
    axes: () => axes({ domain: [[0, 4], [0, 1]], size: [340, 255], labels: ["ηλ (stiffness)", "β (memory)"] }),
    label: "The map of ηλ and β: where momentum creeps, swings, jumps and flies away.",
    layers: [
      {
        on: [],
        draw(state, a, id) {
          const lost = [...edge((b) => 2 * (1 + b)), [4, 0]];
          const swing = [...edge((b) => (1 - Math.sqrt(b)) ** 2), ...edge((b) => (1 + Math.sqrt(b)) ** 2).reverse()];
          const word = (x, y, text) => `<text x="${a.px(x).toFixed(1)}" y="${a.py(y).toFixed(1)}">${text}</text>`;
          return clip(a, id, `<path class="gd-lost" d="${trail(a, lost)}Z"/><path class="gd-swing" d="${trail(a, swing)}Z"/>`) +
            ruler(a) + word(1.1, 0.55, "swings") + word(3.35, 0.25, "flies away") + word(0.3, 0.03, "creeps") + word(1.72, 0.03, "jumps");
        },
      },
      {
        on: moved,
        draw: (state, a) => `<path class="gd-bold" d="${trail(a, ends(state))}"/>` +
          `<circle class="gd-ball" style="color:var(--gd-gray)" r="5" transform="translate(${place(a, ends(state)[1])})"/>`,
      },
    ],
    handle: {
      label: "ηλ of the steep direction, and β; the arrow keys move them",
      get: ({ stiffness, beta }) => [stiffness, beta],
      set: ([stiffness, beta]) => ({
        stiffness: Math.max(0.005, Math.round(stiffness * 1000) / 1000), beta: Math.min(0.999, Math.round(beta * 1000) / 1000),
      }),
      say: ([stiffness, beta]) => `ηλ = ${say(stiffness)}, β = ${say(beta)}`,
    },
  }, {
    axes: () => axes({ domain: [[-1.25, 1.25], [-1.25, 1.25]], size: [340, 255], labels: ["x (where it is)", "x − previous x (how it moves)"] }),
    label: "The phase portrait: place against motion, from x = 1 at rest.",
    layers: [
      { on: [], draw: (state, a) => ruler(a) + `<path class="gd-guide" d="${trail(a, [[-1.25, 0], [1.25, 0]])}${trail(a, [[0, -1.25], [0, 1.25]])}"/>` },
      {
        on: moved,
        draw: (state, a, id) => clip(a, id, ends(state).map((end, i) => {
          const states = spring(end), dots = states.map((p) => `M${place(a, p)}h0`).join("");
          return `<g class="gd-walk" style="color:var(--gd-${["green", "gray"][i]})"><path d="${trail(a, states)}"/><path class="gd-dots" d="${dots}"/></g>`;
        }).reverse().join("")),
      },
    ],
  }],
  controls: [{
    kind: "slider", trait: "kappa", label: "Condition number <i>κ</i>", log: true, range: [1, 1000],
    round: (kappa) => Number(kappa.toPrecision(2)), say: (kappa) => say(kappa),
  }],
  say(state) {
    const { stiffness, beta, kappa } = state, rho = worst(state);
    const home = rho < 1 && rho > 0 ? `, a thousandth of the way after about ${Math.ceil(Math.log(1e-3) / Math.log(rho))}` : "";
    const flat = kappa > 1 ? ` Along the flat end, ηλ = ${say(stiffness / kappa)}, ${kind(ends(state)[1])}.` : "";
    return `ηλ = ${say(stiffness)}, β = ${say(beta)}: ${kind([stiffness, beta])}.${flat} In the long run a step leaves ${say(rho)}${home}.`;
  },
});
