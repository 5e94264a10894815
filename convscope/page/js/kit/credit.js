/** Whom pictures or weights are from: one sentence, with the addresses that a licence such as CC BY-SA asks for. */

import { make } from "./dom.js";

/** @typedef {import("../types.js").Credit} Credit */

/**
 * A sentence in the reader's language, its two addresses as links.
 * @param {Document} doc @param {Credit} credit @param {(gaps: Record<string, string>) => string} say
 * @returns {(string | Node)[]}
 */
export function creditLine(doc, credit, say) {
  /** @type {Record<string, Node>} */
  const links = {
    "\u0001": link(doc, credit.data, credit.source, "noopener noreferrer"),
    "\u0002": link(doc, credit.licence, credit.licence_text, "license noopener noreferrer"),
  };
  const sentence = say({ authors: credit.authors, data: "\u0001", licence: "\u0002" });
  return sentence.split(/([\u0001\u0002])/).map((part) => links[part] ?? part);
}

/** @param {Document} doc @param {string} text @param {string} href @param {string} rel */
function link(doc, text, href, rel) {
  return make(doc, "a", { href, rel, target: "_blank" }, text);
}
