// Draws interactive figures while the book is built: from their traits, as JSON on
// standard input, to the HTML that a page holds before any script has run.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { folder, figures } = JSON.parse(readFileSync(0, "utf8"));
const drawn = [];
for (const { name, id, traits } of figures) {
  const module = await import(pathToFileURL(`${folder}/${name}.mjs`));
  drawn.push(module.default.markup(traits, id));
}
process.stdout.write(JSON.stringify(drawn));
