// The first steps of Adam with and without its correction for the zero start.

import { axes, clip, ruler, say, trail } from "./drawing.mjs";
import { rules } from "./mathematics.mjs";
import { figure } from "./figure.mjs";

const slopes = {
  steady: () => 1,
  alternating: (t) => (t % 2 ? 1 : -1),
  rare: (t) => (t % 10 === 1 ? 1 : 0),
  shrinking: (t) => 0.97 ** t,
};

// The directions d of `count` steps on these slopes, corrected and as the means stand.
export function directions({ slope, beta1, beta2 }, count) {
  let memory = [], m = 0, v = 0;
  const corrected = [], raw = [];
  for (let t = 1; t <= count; t++) {
    const g = slopes[slope](t);
    let d;
    [d, ...memory] = rules.adam(g, memory, { beta1, beta2 });
    corrected.push([t, d]);
    [m, v] = [beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g];
    raw.push([t, m / (Math.sqrt(v) + 1e-8)]);
  }
  return { corrected, raw };
}

const moved = ["slope", "beta1", "beta2"];
const decay = (trait, label) => ({
  kind: "slider", trait, label, range: [0, 0.999], step: 0.001, round: (b) => Math.round(b * 1000) / 1000, say: (b) => say(b),
});

export default figure({
  panels: [{
    axes: (state) => {
      const { corrected, raw } = directions(state, state.steps), all = [...corrected, ...raw].map(([, d]) => d);
      const top = Math.max(1.2, 1.1 * Math.max(...all)), foot = Math.min(0, 1.1 * Math.min(...all));
      return axes({ domain: [[0, state.steps], [foot, top]], size: [440, 250], labels: ["t (step)", "d (step, in units of η)"] });
    },
    label: "The direction of each step, with the correction and without it.",
    layers: [
      {
        on: moved,
        draw(state, a, id) {
          const { corrected, raw } = directions(state, state.steps);
          const [t, height] = raw[Math.floor(0.72 * raw.length)];
          return ruler(a) + clip(a, id,
            `<path class="gd-guide" d="${trail(a, [[0, 1], [state.steps, 1]])}"/>` +
            `<path class="gd-curve" style="color:var(--gd-gray)" stroke-dasharray="5 3" d="${trail(a, raw)}"/>` +
            `<path class="gd-curve" style="color:var(--gd-blue)" d="${trail(a, corrected)}"/>`) +
            `<text x="${a.px(t).toFixed(1)}" y="${(a.py(height) - 9).toFixed(1)}">without the correction</text>`;
        },
      },
    ],
  }],
  controls: [
    {
      kind: "choice", trait: "slope", label: "Slopes",
      options: [["steady", "1, 1, 1, …"], ["alternating", "1, −1, 1, −1, …"], ["rare", "1, then nine zeros, …"], ["shrinking", "3 % smaller each time"]],
    },
    decay("beta1", "<i>β</i>₁ (memory of g)"), decay("beta2", "<i>β</i>₂ (memory of g²)"),
  ],
  say(state) {
    const { corrected, raw } = directions(state, state.steps), largest = (all) => Math.max(...all.map(([, d]) => Math.abs(d)));
    const [when] = raw.find(([, d]) => Math.abs(d) === largest(raw));
    return `First step: ${say(corrected[0][1])} η corrected, ${say(raw[0][1])} η without. Longest: ${say(largest(corrected))} η corrected, ${say(largest(raw))} η without, at step ${when}.`;
  },
});
