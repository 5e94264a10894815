/** While the first forward pass of a large network runs: a view that needs its numbers has to wait. */

import { make } from "../../kit/dom.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */

/** @param {App} app @returns {View} */
export function waitingView(app) {
  const { doc, t } = app;
  return {
    empty: true,
    element: make(doc, "section", { class: "empty" }, make(doc, "p", { class: "note" }, t("computing"))),
    refresh: () => {},
  };
}

/** A bar at the top of the page that says how much of a forward pass is done. @param {App} app */
export function progressBar(app) {
  const { doc } = app;
  const element = make(doc, "progress", { class: "computing", max: 1, value: 0, hidden: true });
  return {
    element,
    /** @param {number | null} share null: nothing is done */
    refresh: (share) => {
      element.hidden = share === null;
      element.setAttribute("aria-label", app.t("computing"));
      if (share !== null) element.setAttribute("value", String(share));
    },
  };
}
