// The boundary of a network as it trains, and its two losses. Training takes too long
// for a page, so gdlib makes a map for each of a few epochs: a digit a cell, base 36.

import { axes, clip, levelSet, place, ruler, say, trail } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const LEVELS = 35, TINTS = 8;
export const shares = ({ maps, frame }) => [...maps[frame]].map((level) => parseInt(level, 36) / LEVELS);

// Cells of one tint as one path: each run of them in a row is a box.
function ground(a, { columns }, cells) {
  const rows = cells.length / columns, [left, top, width, height] = a.box;
  const edge = (i) => (left + (i * width) / columns).toFixed(1), floor = (j) => (top + height - (j * height) / rows).toFixed(1);
  const tints = cells.map((p) => Math.min(TINTS - 1, Math.floor(p * TINTS))), boxes = Array.from({ length: TINTS }, () => "");
  for (let j = 0; j < rows; j++)
    for (let i = 0, from = 0; i < columns; i++) {
      const tint = tints[j * columns + i];
      if (i + 1 < columns && tints[j * columns + i + 1] === tint) continue;
      boxes[tint] += `M${edge(from)} ${floor(j)}H${edge(i + 1)}V${floor(j + 1)}H${edge(from)}Z`;
      from = i + 1;
    }
  return boxes.slice(1).map((d, k) =>
    `<path shape-rendering="crispEdges" style="fill:color-mix(in srgb, var(--gd-blue) ${6 * (k + 1)}%, var(--gd-i-paper))" d="${d}"/>`).join("");
}

// Where the share is one half, between the centers of the cells.
function border(a, { columns, domain: [[x0, x1], [y0, y1]] }, cells) {
  const rows = cells.length / columns;
  const lines = levelSet(cells, columns, 0.5).map((line) =>
    trail(a, line.map(([i, j]) => [x0 + ((i + 0.5) * (x1 - x0)) / columns, y0 + ((j + 0.5) * (y1 - y0)) / rows])));
  return `<path style="fill:none;stroke:var(--gd-vermilion);stroke-width:2.2" d="${lines.join("")}"/>`;
}

const dots = (a, points) => points.map(([x1, x2, y]) => y
  ? `<rect style="fill:var(--gd-i-ink)" x="-2.6" y="-2.6" width="5.2" height="5.2" transform="translate(${place(a, [x1, x2])})"/>`
  : `<circle style="fill:var(--gd-i-paper);stroke:var(--gd-i-ink);stroke-width:1.1" r="2.9" transform="translate(${place(a, [x1, x2])})"/>`).join("");

const curve = (a, { epochs }, losses, color, dash) =>
  `<path class="gd-curve" style="color:var(--gd-${color})" stroke-dasharray="${dash}" d="${trail(a, losses.map((loss, k) => [epochs[k], loss]))}"/>`;

export default figure({
  panels: [{
    axes: ({ domain }) => axes({ domain, size: [340, 255] }),
    label: "The plane of points, tinted by the share that the network gives to the lower moon, with its boundary.",
    layers: [
      { on: ["frame"], draw: (state, a, id) => clip(a, id, ground(a, state, shares(state)) + border(a, state, shares(state))) },
      { on: [], draw: (state, a, id) => clip(a, id, dots(a, state.points)) + ruler(a) },
    ],
  }, {
    axes: ({ epochs, losses, kept }) => axes({
      domain: [[0, epochs.at(-1)], [0.8 * Math.min(...losses, ...kept), 1.2 * Math.max(...losses, ...kept)]],
      log: true, size: [340, 255], labels: ["e (epoch)", "J (loss)"],
    }),
    label: "The loss on the points trained on, and, dashed, on the points kept aside.",
    layers: [
      {
        on: [],
        draw: (state, a, id) => ruler(a) +
          clip(a, id, curve(a, state, state.losses, "vermilion", "") + curve(a, state, state.kept, "blue", "6 3")),
      },
      {
        on: ["frame"],
        draw: ({ epochs, losses, kept, frame }, a) => [[losses, "vermilion"], [kept, "blue"]].map(([heights, color]) =>
          `<circle class="gd-ball" style="color:var(--gd-${color})" r="5" transform="translate(${place(a, [epochs[frame], heights[frame]])})"/>`).join(""),
      },
    ],
  }],
  controls: [{
    kind: "player", trait: "frame", label: "epoch", verb: "Train", range: ({ epochs }) => [0, epochs.length - 1],
    pace: 3, say: (frame, { epochs }) => String(epochs[frame]),
  }],
  say({ epochs, losses, kept, right, frame }) {
    const [train, aside] = right[frame].map((share) => `${say(100 * share)} % right`);
    return `After ${epochs[frame]} epochs: loss ${say(losses[frame], 2)} on the points trained on, ${train}; ` +
      `${say(kept[frame], 2)} on those kept aside (dashed), ${aside}.`;
  },
});
