// Pictures as text: functions from numbers to SVG, the same in a page and in the build.

const fixed = (number) => String(Math.round(number * 10) / 10);

// How the lines of one method are drawn: gdlib.plotting.LOOKS, as variables of the page.
export const looks = {
  gradient_descent: { color: "vermilion", dash: "", label: "gradient descent" },
  momentum: { color: "green", dash: "6 3", label: "momentum" },
  nesterov: { color: "sky", dash: "7 3 2 3", label: "Nesterov" },
  adagrad: { color: "orange", dash: "2 3", label: "AdaGrad" },
  rmsprop: { color: "purple", dash: "6 2 2 2 2 2", label: "RMSprop" },
  adam: { color: "blue", dash: "10 3", label: "Adam" },
  amsgrad: { color: "gray", dash: "7 3 2 3", label: "AMSGrad" },
};

// A number as a person would say it: three digits, no exponent where none is needed.
export function say(number, digits = 3) {
  if (number === 0) return "0";
  const size = Math.abs(number);
  if (!Number.isFinite(number)) return "beyond all numbers";
  const text = size >= 1e5 || size < 1e-4
    ? number.toExponential(digits - 1).replace(/e([+-])(\d+)/, (_, sign, power) =>
        ` × 10${[...(sign === "-" ? "-" : "") + power].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("")}`)
    : String(Number(number.toPrecision(digits)));
  return text.replace(/-/g, "−");
}

// Coordinates of a point, as on a map: to the third decimal.
export const spot = (point) => `(${point.map((v) => say(Math.round(v * 1000) / 1000, 4)).join(", ")})`;

// The next number of the row …, 1, 2, 5, 10, 20, … .
export function round(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((m) => m * power >= rough * 0.999);
}

// Round numbers between two ends, about `count` of them.
export function ticks([low, high], count = 5) {
  const step = round((high - low) / count);
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

// A pair of axes: where a point of the plane lies on the sheet, and back.
//   domain   [[low, high], [low, high]];  size  [width, height] of the sheet
//   log      whether the vertical axis is logarithmic;  equal  one scale for both axes
export function axes({ domain, size = [440, 300], labels = ["x₁", "x₂"], log = false, equal = false }) {
  const [width, height] = size, left = 56, right = 16, top = 10, bottom = 40;
  const lift = log ? Math.log10 : (v) => v, drop = log ? (v) => 10 ** v : (v) => v;
  let [[x0, x1], [y0, y1]] = [domain[0], domain[1].map(lift)];
  if (equal) {
    const scale = Math.max((x1 - x0) / (width - left - right), (y1 - y0) / (height - top - bottom));
    const grow = (low, high, pixels) => {
      const middle = (low + high) / 2, half = (scale * pixels) / 2;
      return [middle - half, middle + half];
    };
    [x0, x1] = grow(x0, x1, width - left - right);
    [y0, y1] = grow(y0, y1, height - top - bottom);
  }
  const kx = (width - left - right) / (x1 - x0), ky = (height - top - bottom) / (y1 - y0);
  const px = (x) => left + (x - x0) * kx, py = (y) => height - bottom - (lift(y) - y0) * ky;
  return {
    width, height, px, py, labels, log,
    domain: [[x0, x1], [drop(y0), drop(y1)]],
    box: [left, top, width - left - right, height - top - bottom],
    at: ([u, v]) => [x0 + (u - left) / kx, drop(y0 + (height - bottom - v) / ky)],
  };
}

// The ticks, their numbers and the names of a pair of axes.
export function ruler(a) {
  const [left, top, width, height] = a.box, foot = top + height;
  const lifted = a.domain[1].map((y) => (a.log ? Math.log10(y) : y));
  const marks = ticks(lifted, a.log ? 4 : 5).filter((v) => !a.log || Number.isInteger(Math.round(v * 1e6) / 1e6));
  const right = ticks(a.domain[0]).map((x) =>
    `<path d="M${fixed(a.px(x))} ${foot}v4"/><text x="${fixed(a.px(x))}" y="${foot + 16}">${say(x)}</text>`);
  const up = marks.map((v) => {
    const y = fixed(a.py(a.log ? 10 ** v : v));
    const name = a.log ? `10<tspan dy="-5" font-size="8">${say(v)}</tspan>` : say(v);
    return `<path d="M${left} ${y}h-4"/><text class="gd-left" x="${left - 7}" y="${y}" dy=".32em">${name}</text>`;
  });
  return `<g class="gd-axes"><path d="M${left} ${top}V${foot}H${left + width}"/>${right.join("")}${up.join("")}` +
    `<text class="gd-name" x="${left + width / 2}" y="${a.height - 4}">${a.labels[0]}</text>` +
    `<text class="gd-name" transform="translate(11 ${top + height / 2})rotate(-90)">${a.labels[1]}</text></g>`;
}

// Cut off what leaves the axes. Each picture on a page has its own `id`.
export function clip(a, id, inside) {
  const [x, y, width, height] = a.box;
  return `<clipPath id="${id}"><rect x="${x}" y="${y}" width="${width}" height="${height}"/></clipPath>` +
    `<g clip-path="url(#${id})">${inside}</g>`;
}

// Far outside the sheet a line is drawn no more exactly than this, or SVG gives up.
const near = (v) => Math.max(-9999, Math.min(9999, v));
export const place = (a, [x, y]) => `${fixed(near(a.px(x)))} ${fixed(near(a.py(y)))}`;
export const trail = (a, points) => "M" + points.map((point) => place(a, point)).join("L");

// A walk: a line in the color of its method, a dot for each step.
export function path(a, points, method = "gradient_descent", { dots = true } = {}) {
  const { color, dash } = looks[method];
  const spots = points.slice(1).map((p) => `M${place(a, p)}h0`).join("");
  return `<g class="gd-walk" style="color:var(--gd-${color})">` +
    `<path d="${trail(a, points)}" stroke-dasharray="${dash}"/>` +
    (dots && spots ? `<path class="gd-dots" d="${spots}"/>` : "") + "</g>";
}

export const star = (a, point) => {
  const tip = (i) => {
    const r = i % 2 ? 3 : 7.5, angle = (Math.PI * i) / 5 - Math.PI / 2;
    return `${fixed(a.px(point[0]) + r * Math.cos(angle))} ${fixed(a.py(point[1]) + r * Math.sin(angle))}`;
  };
  return `<path class="gd-star" d="M${Array.from({ length: 10 }, (_, i) => tip(i)).join("L")}Z"/>`;
};

export function arrow(a, from, to, className = "gd-arrow") {
  const [u, v] = [a.px(from[0]), a.py(from[1])], [x, y] = [a.px(to[0]), a.py(to[1])];
  const length = Math.hypot(x - u, y - v) || 1, [c, s] = [(x - u) / length, (y - v) / length];
  const back = Math.min(11, length), wing = 4.5;
  const tip = [[x, y], [x - back * c - wing * s, y - back * s + wing * c],
    [x - back * c + wing * s, y - back * s - wing * c]];
  return `<g class="${className}"><path d="M${fixed(u)} ${fixed(v)}L${fixed(x - 0.7 * back * c)} ${fixed(y - 0.7 * back * s)}"/>` +
    `<path class="gd-tip" d="M${tip.map((p) => p.map(fixed).join(" ")).join("L")}Z"/></g>`;
}

// The level sets of f over the domain of `a`, evenly spaced in the logarithm of height,
// as gdlib.plotting.contours draws them.
export function contours(a, f, { levels = 14, resolution = 64 } = {}) {
  const [[x0, x1], [y0, y1]] = a.domain, n = resolution;
  const z = Array.from({ length: n * n }, (_, k) =>
    f([x0 + ((k % n) * (x1 - x0)) / (n - 1), y0 + (Math.floor(k / n) * (y1 - y0)) / (n - 1)]));
  const low = Math.min(...z), rise = Math.max(...z) - low;
  const heights = Array.from({ length: levels }, (_, i) => low + rise * 1000 ** (i / (levels - 1) - 1));
  const dx = (x1 - x0) / (n - 1), dy = (y1 - y0) / (n - 1);
  const lines = heights.flatMap((height) => levelSet(z, n, height));
  return `<path class="gd-contours" d="${lines.map((line) =>
    trail(a, line.map(([i, j]) => [x0 + i * dx, y0 + j * dy]))).join("")}"/>`;
}

// Marching squares: the lines along which a table of n columns has the value `height`,
// in units of columns and rows. An edge of the grid is cut where its ends lie on either
// side; the cuts of a square are joined, and the joints walked from end to end.
export function levelSet(z, n, height) {
  const rows = z.length / n, joints = new Map();
  const cut = (edge) => {
    const k = edge >> 1, other = k + (edge & 1 ? n : 1);
    const s = (height - z[k]) / (z[other] - z[k]), i = k % n, j = Math.floor(k / n);
    return edge & 1 ? [i, j + s] : [i + s, j];
  };
  const join = (a, b) => {
    for (const [from, to] of [[a, b], [b, a]]) joints.set(from, [...(joints.get(from) ?? []), to]);
  };
  for (let j = 0; j < rows - 1; j++)
    for (let i = 0; i < n - 1; i++) {
      const k = j * n + i, corners = [k, k + 1, k + n + 1, k + n];
      const above = corners.map((c) => z[c] > height);
      const sides = [2 * k, 2 * (k + 1) + 1, 2 * (k + n), 2 * k + 1]; // S, E, N, W
      const cuts = sides.filter((_, s) => above[s] !== above[(s + 1) % 4]);
      if (cuts.length === 2) join(...cuts);
      if (cuts.length === 4) {
        const middle = corners.reduce((total, c) => total + z[c], 0) / 4 > height;
        const [s, e, north, w] = cuts;
        if (middle === above[0]) join(s, e), join(north, w);
        else join(s, w), join(north, e);
      }
    }
  const lines = [];
  const follow = (edge) => {
    const line = [cut(edge)];
    for (let next; (next = joints.get(edge)?.pop()) !== undefined; edge = next) {
      const back = joints.get(next);
      back.splice(back.indexOf(edge), 1);
      line.push(cut(next));
    }
    lines.push(line);
  };
  for (const [edge, ends] of joints) if (ends.length === 1) follow(edge);
  for (const [edge, ends] of joints) if (ends.length) follow(edge);
  return lines;
}
