/** The page for teachers beside the static lab: the same words and the same checks, nothing to run. */

import { whenRead } from "../../engine/inflate.js";
import { languageOf, translator } from "../../kit/i18n.js";
import { fillTable } from "../../formula/table.js";
import { labLinks, teacherPage } from "./page.js";

/**
 * Start the page.
 * @param {Document} doc
 * @param {Window & typeof globalThis} win
 * @param {any} payload
 * @param {Record<string, Record<string, string>>} dictionaries
 */
function startTeacher(doc, win, payload, dictionaries) {
  fillTable(payload);
  const chosen = () => /(?:^#|&)l=(\w+)/.exec(win.location.hash)?.[1] ?? "";
  const show = () => {
    const language = languageOf(chosen(), payload.language, win.navigator.language, dictionaries);
    const t = translator(dictionaries, language);
    doc.documentElement.lang = language;
    doc.title = `${t("teach.title")} · convscope lab`;
    const link = labLinks(doc, payload.lab, language);
    const page = teacherPage({ doc, win, t, payload, language, link }, (to) => {
      win.location.hash = `l=${to}`;
    });
    doc.getElementById("page")?.replaceChildren(page);
  };
  win.addEventListener("hashchange", show);
  show();
}

if (typeof document !== "undefined" && document.getElementById("payload"))
  whenRead(document, (payload, words) => startTeacher(document, window, payload, words));
