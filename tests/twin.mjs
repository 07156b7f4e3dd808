// Answers questions about the modules of gdlib/static, for tests/test_widgets.py: a
// list of [module, function path, arguments] on standard input, the results as JSON.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { folder, questions } = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const [name, path, given] of questions) {
  const module = await import(pathToFileURL(`${folder}/${name}.mjs`));
  answers.push(path.split(".").reduce((thing, key) => thing[key], module)(...given));
}
process.stdout.write(JSON.stringify(answers));
