/** Keeping the progress in this browser, once the reader asks for it; a page from a file may be refused that. */

import { button, make, refill } from "../../kit/dom.js";
import { joinedProgress, progressIn, progressOf, progressText } from "./progress.js";

/** @typedef {import("../types.js").Lab} Lab */

const PLACE = "convscope-tasks";

/** What is kept here; null where nothing is, or where nothing can be. @param {Lab} lab */
function keptText(lab) {
  try {
    return lab.win.localStorage.getItem(PLACE);
  } catch {
    return null;
  }
}

/** Keep a text, or null to forget it; whether that could be done. @param {Lab} lab @param {string | null} text */
function keepText(lab, text) {
  try {
    if (text === null) lab.win.localStorage.removeItem(PLACE);
    else lab.win.localStorage.setItem(PLACE, text);
    return true;
  } catch {
    return false;
  }
}

/** Where the address says nothing of tasks, begin with what was kept. @param {Lab} lab */
export function takeUpKept(lab) {
  const kept = progressOf(keptText(lab));
  if (kept && !lab.state.tk) lab.state = { ...lab.state, tk: progressText(kept) };
}

/** The line that offers to keep it. @param {Lab} lab */
export function keepingLine(lab) {
  const { doc, t } = lab;
  const element = make(doc, "div", { class: "tasks-keep" });
  let shown = "";
  let refused = false;
  const start = () => {
    refused = !keepText(lab, progressText(progressIn(lab)));
    if (refused) lab.say(t("tasks.keep.refused"));
    refresh();
  };
  const forget = () => {
    keepText(lab, null);
    refresh();
  };
  const refresh = () => {
    const kept = progressOf(keptText(lab));
    const now = progressIn(lab);
    const mine = kept !== null && kept.seed === now.seed;
    if (mine) {
      const both = progressText(joinedProgress(now, kept));
      if (both !== keptText(lab)) keepText(lab, both);
    }
    const key = [lab.t("language"), kept ? (mine ? "mine" : progressText(kept)) : "none", refused].join();
    if (key === shown) return;
    shown = key;
    if (mine) refill(element, t("tasks.kept"), " ", button(doc, t("tasks.forget"), forget, { class: "link" }));
    else if (kept)
      refill(
        element,
        t("tasks.other", { seed: kept.seed }),
        " ",
        button(doc, t("tasks.other.take"), () => lab.tune({ tk: progressText(kept) }), { class: "link" }),
        " ",
        button(doc, t("tasks.other.replace"), start, { class: "link" }),
      );
    else
      refill(
        element,
        button(doc, t("tasks.keep"), start, { class: "link" }),
        refused ? make(doc, "span", { class: "note" }, ` ${t("tasks.keep.refused")}`) : null,
      );
  };
  return { element, refresh };
}
