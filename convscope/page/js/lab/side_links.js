/** Links to what stands beside the chapters: the words, and in a static site the page for teachers. */

import { make } from "../kit/dom.js";

/** @typedef {import("./types.js").Lab} Lab */

/** @param {Lab} lab @param {(id: string) => (event: MouseEvent) => void} follow @param {boolean} all not the words alone */
export function sideLinks({ doc, t, payload, state }, follow, all) {
  return make(
    doc,
    "p",
    { class: "side-links" },
    make(doc, "a", { href: "#c=glossary", on: { click: follow("glossary") } }, t("glossary.title")),
    all ? make(doc, "a", { href: "#c=certificate", on: { click: follow("certificate") } }, t("cert.title")) : null,
    all && payload.teacher
      ? make(doc, "a", { href: `${payload.teacher}#l=${state.l ?? doc.documentElement.lang}` }, t("teach.link"))
      : null,
  );
}
