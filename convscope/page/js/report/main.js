/** The report: reads what was gathered, and writes it out from top to bottom; nothing moves but language and light. */

import { make, refill } from "../kit/dom.js";
import { languageOf, translator } from "../kit/i18n.js";
import { networkSection, repeatSection } from "./closing.js";
import { copiesSection } from "./copies.js";
import { curvesSection } from "./curves.js";
import { classesSection, figuresSection } from "./figures.js";
import { healthSection } from "./health.js";
import { errorsSection, matrixSection } from "./matrix.js";
import { outsidersSection } from "./outsiders.js";
import { opening, understoodSection } from "./opening.js";
import { questionsSection } from "./questions.js";
import { robustnessSection } from "./robustness.js";
import { subsetsSection } from "./subsets.js";
import { surenessSection } from "./sureness.js";

/** Start the report. @param {Document} doc @param {Window} win */
function startReport(doc, win) {
  const block = (/** @type {string} */ id) => JSON.parse(doc.getElementById(id)?.textContent || "null");
  /** @type {import("./types.js").Report} */
  const report = block("payload");
  const dictionaries = block("dictionary");
  const decided = new Map();
  const page = /** @type {HTMLElement} */ (doc.getElementById("page"));
  const night = win.matchMedia("(prefers-color-scheme: dark)");
  let chosen = "";
  let theme = "auto";

  const draw = () => {
    const language = languageOf(chosen, report.language, win.navigator.language, dictionaries);
    const dark = theme === "auto" ? night.matches : theme === "dark";
    const app = { doc, report, decided, t: translator(dictionaries, language) };
    doc.documentElement.lang = language;
    doc.documentElement.dataset.theme = dark ? "dark" : "light";
    doc.title = `${report.title} · convscope`;
    const sections = [
      understoodSection(app),
      figuresSection(app),
      classesSection(app),
      matrixSection(app),
      errorsSection(app),
      questionsSection(app),
      copiesSection(app),
      surenessSection(app),
      outsidersSection(app),
      robustnessSection(app),
      subsetsSection(app),
      curvesSection(app),
      healthSection(app),
      networkSection(app),
      repeatSection(app),
    ].filter((one) => one !== null);
    const contents = sections.map(
      (one) => /** @type {[string, string]} */ ([one.id, one.querySelector("h2")?.textContent ?? ""]),
    );
    const speak = (/** @type {string} */ value) => {
      chosen = value;
      draw();
    };
    const light = () => {
      theme = dark ? "light" : "dark";
      draw();
      doc.querySelector(".icon")?.dispatchEvent(new Event("focus"));
    };
    refill(page, opening(app, contents, dark, speak, light), make(doc, "main", {}, ...sections));
  };
  draw();
  night.addEventListener("change", draw);
  /** Paper is white, and shows what is folded, but for a table of many sheets. */
  win.addEventListener("beforeprint", () => {
    doc.documentElement.dataset.theme = "light";
    /** @type {NodeListOf<HTMLDetailsElement>} */
    const folds = doc.querySelectorAll("details:not([data-print])");
    for (const folded of Array.from(folds)) folded.open = true;
  });
  win.addEventListener("afterprint", draw);
}

startReport(document, window);
