/**
 * Links to what stands beside the chapters: the words, the page for a network of the reader's own, and in a static site
 * the page for teachers.
 */

import { make } from "../kit/dom.js";

/** @typedef {import("./types.js").Lab} Lab */

/**
 * @param {Lab} lab
 * @param {(id: string) => (event: MouseEvent) => void} follow
 * @param {boolean} all not the words alone
 */
export function sideLinks({ doc, t, payload, state }, follow, all) {
  const look = `l=${state.l ?? doc.documentElement.lang}${state.h ? `&h=${state.h}` : ""}`;
  return make(
    doc,
    "p",
    { class: "side-links" },
    make(doc, "a", { href: "#c=glossary", on: { click: follow("glossary") } }, t("glossary.title")),
    all ? make(doc, "a", { href: "#c=certificate", on: { click: follow("certificate") } }, t("cert.title")) : null,
    all && payload.open ? make(doc, "a", { href: `${payload.open}#${look}` }, t("open.link")) : null,
    all && payload.teacher ? make(doc, "a", { href: `${payload.teacher}#${look}` }, t("teach.link")) : null,
  );
}
