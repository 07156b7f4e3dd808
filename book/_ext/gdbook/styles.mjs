// Drop the rules that no page can match. Reads {css, own, tags, scripts} on standard
// input: the theme's stylesheet and ours, the start tags of all pages, and the scripts
// that they load. Writes what is left of the theme's.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.cwd() + "/package.json");
const { PurgeCSS } = require("purgecss");
const { css, own, tags, scripts } = JSON.parse(readFileSync(0, "utf8"));

const used = `${tags} ${scripts}`;
const [purged] = await new PurgeCSS().purge({
  content: [{ raw: used, extension: "html" }],
  css: [{ raw: css }],
  // A word of a script may be a class that it sets.
  defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
  // The browser sets these, and no script has to name them.
  dynamicAttributes: ["open", "hidden", "checked", "disabled"],
  keyframes: true,
  variables: true,
  // What our own rules, a drawing or a script read.
  safelist: { variables: `${own} ${used}`.match(/--[\w-]+/g) ?? [] },
});
process.stdout.write(purged.css);
