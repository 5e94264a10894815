/** The page for teachers beside the static lab: the same words and the same checks, nothing to run. */

import { whenRead } from "../../engine/inflate.js";
import { languageOf, translator } from "../../kit/i18n.js";
import { fillTable } from "../../formula/table.js";
import { languageChoice, themeButton } from "../../kit/appearance.js";
import { addressOf, stateOf } from "../address.js";
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
  const dark = win.matchMedia("(prefers-color-scheme: dark)");
  /** What the address says of how it looks, as the lab's does: l the language, h dark or light. */
  const chosen = () => stateOf(win.location.hash);
  const show = () => {
    const { l = "", h = "" } = chosen();
    const language = languageOf(l, payload.language, win.navigator.language, dictionaries);
    const isDark = ["light", "dark"].includes(h) ? h === "dark" : dark.matches;
    doc.documentElement.dataset.theme = isDark ? "dark" : "light";
    const t = translator(dictionaries, language);
    doc.documentElement.lang = language;
    doc.title = `${t("teach.title")} · convscope lab`;
    const look = { l: language, ...(h && { h }) };
    const link = labLinks(doc, payload.lab, look);
    const turn = (/** @type {Record<string, string>} */ change) => {
      win.location.hash = addressOf({ ...chosen(), ...change });
    };
    const theme = themeButton(doc, t, isDark, () => turn({ h: isDark ? "light" : "dark" }));
    const page = teacherPage(
      { doc, win, t, payload, language, link },
      languageChoice(doc, t, (l) => turn({ l })),
      theme,
    );
    doc.getElementById("page")?.replaceChildren(page);
  };
  win.addEventListener("hashchange", show);
  dark.addEventListener("change", show);
  show();
}

if (typeof document !== "undefined" && document.getElementById("payload"))
  whenRead(document, (payload, words) => startTeacher(document, window, payload, words));
