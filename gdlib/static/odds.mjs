// The bets of a language model on the next character, at a temperature, and what it writes.
// Logits and lines come from gdlib; what the temperature makes of the logits is done here.

import { axes, ruler, say } from "./drawing.mjs";
import { figure } from "./figure.mjs";

const SHOWN = 10, WIDE = 42; // bars; characters in a line
const chosen = ({ prompts, prompt }) => prompts.indexOf(prompt);
const warmth = ({ temperatures, heat }) => temperatures[heat];
const safe = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const shown = (text) => text.replace(/\n/g, "¶");
const named = (c) => ({ " ": "␣", "\n": "¶" })[c] ?? c;

// softmax(z / T), and at T = 0 all on the largest.
export function bets(state) {
  const z = state.logits[chosen(state)], T = warmth(state), top = Math.max(...z);
  const weights = z.map((one) => (T ? Math.exp((one - top) / T) : Number(one === top)));
  const total = weights.reduce((sum, one) => sum + one, 0);
  return weights.map((one) => one / total);
}
export const entropy = (p) => -p.reduce((sum, one) => sum + (one > 0 ? one * Math.log(one) : 0), 0);

// The likeliest first: a name and a share each, and last what is left for all the others.
function ranked(state) {
  const z = state.logits[chosen(state)], p = bets(state);
  const order = z.map((_, i) => i).sort((i, j) => z[j] - z[i] || i - j).slice(0, SHOWN);
  const bars = order.map((i) => [named(state.vocabulary[i]), p[i]]);
  return [...bars, ["others", Math.max(0, 1 - bars.reduce((sum, [, share]) => sum + share, 0))]];
}

// Broken at spaces where there are any, and nowhere wider than the sheet.
export function broken(text) {
  const lines = [""];
  for (const word of text.split(" ").flatMap((w) => w.match(new RegExp(`.{1,${WIDE}}`, "gu")) ?? [""])) {
    const last = lines.at(-1), longer = last ? `${last} ${word}` : word;
    if (longer.length > WIDE) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

const moved = ["prompt", "heat"];

export default figure({
  panels: [{
    axes: () => axes({ domain: [[0.4, SHOWN + 1.8], [0, 1]], size: [340, 255], labels: ["the next character", "p (probability)"] }),
    label: "The probabilities of the next character as bars, the likeliest first.",
    layers: [
      { on: [], draw: (state, a) => ruler({ ...a, domain: [[-40, -39], a.domain[1]] }) },
      {
        on: moved,
        draw: (state, a) => ranked(state).map(([name, share], k) => {
          const x = a.px(k + 1 + (k === SHOWN ? 0.3 : 0)), wide = 0.36 * (a.px(2) - a.px(1)), color = k === SHOWN ? "gray" : "blue";
          return `<path class="gd-bar" style="color:var(--gd-${color})" d="M${(x - wide).toFixed(1)} ${a.py(0).toFixed(1)}V${a.py(share).toFixed(1)}h${(2 * wide).toFixed(1)}V${a.py(0).toFixed(1)}Z"/>` +
            `<text x="${x.toFixed(1)}" y="${a.height - 24}">${safe(name)}</text>`;
        }).join(""),
      },
    ],
  }, {
    axes: () => axes({ domain: [[0, 1], [0, 1]], size: [340, 255] }),
    label: "What the model writes after the prompt at this temperature.",
    layers: [{
      on: moved,
      draw: (state) => broken(shown(state.prompt + state.lines[chosen(state)][state.heat])).map((line, k) =>
        `<text class="gd-start" style="font:12px ui-monospace,monospace;fill:var(--gd-i-ink)" x="16" y="${26 + 19 * k}">${safe(line)}</text>`).join(""),
    }],
  }],
  controls: [
    {
      kind: "choice", trait: "prompt", label: "After",
      options: ({ prompts }) => prompts.map((prompt) => [prompt, shown(prompt).replace(/ $/, "␣")]),
    },
    {
      kind: "slider", trait: "heat", label: "Temperature <i>T</i>", step: 1,
      range: ({ temperatures }) => [0, temperatures.length - 1], say: (heat, { temperatures }) => say(temperatures[heat]),
    },
  ],
  say(state) {
    const p = bets(state), S = entropy(p), [[name, share]] = ranked(state);
    return `T = ${say(warmth(state))}: the likeliest is ${name}, with ${say(100 * share, 2)} %. ` +
      `Entropy ${say(S, 2)} nats, as if among ${say(Math.exp(S), 2)} ${S > 0.05 ? "equally likely characters" : "character"}.`;
  },
});
