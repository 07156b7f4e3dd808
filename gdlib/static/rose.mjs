// A race of directions: how fast each falls, for three ways of paying for a step.

import { arrow, axes, clip, ruler, say, spot, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const lengths = {
  ruler: (u) => Math.hypot(...u),
  taxi: (u) => Math.abs(u[0]) + Math.abs(u[1]),
  king: (u) => Math.max(Math.abs(u[0]), Math.abs(u[1])),
};
const circle = (count) => Array.from({ length: count }, (_, i) => (2 * Math.PI * i) / count)
  .map((angle) => [Math.cos(angle), Math.sin(angle)]);

// The tips of the petals: along u, as long as one fare takes us down.
export function petals({ gradient, norm }, count) {
  return circle(count).map((u) => {
    const slope = (gradient[0] * u[0] + gradient[1] * u[1]) / lengths[norm](u);
    return u.map((ui) => ui * Math.max(0, -slope));
  });
}

// A steepest direction of length 1, and the slope along it (C1 and C4).
export function steepest({ gradient: [g1, g2], norm }) {
  const u = {
    ruler: () => [-g1, -g2].map((v) => v / (Math.hypot(g1, g2) || 1)),
    taxi: () => (Math.abs(g1) >= Math.abs(g2) ? [-Math.sign(g1), 0] : [0, -Math.sign(g2)]),
    king: () => [-Math.sign(g1), -Math.sign(g2)],
  }[norm]();
  return { u, slope: g1 * u[0] + g2 * u[1] };
}

const compass = ([x, y]) => {
  const names = ["east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east"];
  return names[(Math.round(Math.atan2(y, x) / (Math.PI / 4)) + 8) % 8];
};

export default figure({
  panels: [{
    axes: () => axes({ domain: [[-6, 6], [-6, 6]], equal: true, size: [440, 320], labels: ["u₁ (east)", "u₂ (north)"] }),
    label: "Petals in every direction that goes down; a long petal loses height fast.",
    layers: [
      { on: [], draw: (state, a) => ruler(a) },
      {
        on: ["gradient", "norm"],
        draw(state, a, id) {
          const { u, slope } = steepest(state);
          const fan = petals(state, 72).filter((tip) => Math.hypot(...tip) > 1e-9);
          return clip(a, id,
            `<path class="gd-petals" d="${fan.map((tip) => trail(a, [[0, 0], tip])).join("")}"/>` +
            `<path class="gd-outline" d="${trail(a, petals(state, 360))}Z"/>` +
            `<path class="gd-bold" d="${trail(a, [[0, 0], u.map((ui) => (-slope * ui) / (Math.hypot(...u) || 1))])}"/>` +
            arrow(a, [0, 0], state.gradient.map((v) => -v)));
        },
      },
    ],
    handle: {
      label: "Tip of minus the gradient; the arrow keys turn it",
      get: ({ gradient }) => gradient.map((v) => -v),
      set: (tip) => ({ gradient: tip.map((v) => -Math.round(v * 100) / 100) }),
      say: spot,
    },
  }],
  controls: [{
    kind: "choice", trait: "norm", label: "Pay",
    options: [["ruler", "by the ruler"], ["taxi", "like a taxi, by the block"], ["king", "like a king, for the longer side"]],
  }],
  say(state) {
    const { u, slope } = steepest(state);
    if (!slope) return "Flat ground: no direction goes down.";
    const [g1, g2] = state.gradient.map(Math.abs);
    const tie = state.norm === "taxi" && g1 === g2 ? " (the other axis is as steep)" : "";
    const way = { ruler: "along −∇f", taxi: "along one axis", king: "a full step on every axis that falls" }[state.norm];
    return `−∇f = ${spot(state.gradient.map((v) => -v))}. Steepest: ${way}, to the ${compass(u)}${tie}; the slope is ${say(slope)}.`;
  },
});
