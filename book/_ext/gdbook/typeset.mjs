// Typeset formulas with MathJax. Reads {tex: {macros}, fonts, formulas: [[tex, display]]}
// on standard input; writes {css, html: [...], errors: [[index, message]]}.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.cwd() + "/package.json");
const job = JSON.parse(readFileSync(0, "utf8"));

const mathjax = await require("mathjax").init({
  loader: { load: ["adaptors/liteDOM", "input/tex-full", "output/chtml", "a11y/assistive-mml"] },
  options: { enableAssistiveMml: true },
  tex: {
    // No noerrors, no noundefined: a formula that fails must fail loudly.
    packages: ["base", "ams", "boldsymbol", "braket", "cancel", "color", "configmacros",
      "enclose", "extpfeil", "html", "mathtools", "newcommand", "textmacros", "upgreek"],
    macros: job.macros,
    formatError: (_, error) => { throw error; },
  },
  chtml: { fontURL: job.fonts, adaptiveCSS: true, matchFontHeight: false },
});

const { adaptor } = mathjax.startup;
const html = [], errors = [];
job.formulas.forEach(([tex, display], index) => {
  try {
    const node = mathjax.tex2chtml(tex, { display });
    if (display) adaptor.setAttribute(node, "tabindex", "0");
    // The glyphs are hidden from assistive technology, so nothing in them takes focus.
    html.push(adaptor.outerHTML(node).replaceAll("<a href=", '<a tabindex="-1" href='));
  } catch (error) {
    html.push("");
    errors.push([index, error.message]);
  }
});
const css = adaptor.textContent(mathjax.chtmlStylesheet());
process.stdout.write(JSON.stringify({ css, html, errors }));
