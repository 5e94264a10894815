/** A view whose data the page does not hold: what is missing and how to get it. */

import { make } from "../../kit/dom.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */

/**
 * What to say where the payload holds nothing for a view.
 * @param {App} app
 * @param {string} title
 * @param {string} text
 * @param {string} [command]
 * @returns {View}
 */
export function emptyView(app, title, text, command) {
  const { doc } = app;
  return {
    empty: true,
    element: make(
      doc,
      "section",
      { class: "empty" },
      make(doc, "h2", {}, title),
      make(doc, "p", {}, text),
      command ? make(doc, "pre", {}, make(doc, "code", {}, command)) : null,
    ),
  };
}
