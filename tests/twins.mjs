// What tests/test_widgets.py asks of the page's mathematics, many points at once.

import { objectives, walk } from "../gdlib/static/mathematics.mjs";
import * as drawing from "../gdlib/static/drawing.mjs";

export const heights = (name, given, points) => points.map(objectives[name](...given).f);
export const slopes = (name, given, points) => points.map(objectives[name](...given).grad);
export const path = (name, given, start, run) =>
  walk(objectives[name](...given).grad, start, run);
export const looks = () => drawing.looks;
export const thereAndBack = (options, points) => {
  const a = drawing.axes(options);
  return points.map(([x, y]) => a.at([a.px(x), a.py(y)]));
};
