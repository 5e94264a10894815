/** What is wrong between this page and its server, and the way on. */

import { button, make, refill } from "../kit/dom.js";

/** @typedef {import("./types.js").Lab} Lab */

/** @param {Lab} lab */
export function troubleView(lab) {
  const { doc, t, win } = lab;
  const element = make(doc, "div", { class: "trouble", role: "alert", hidden: true });
  let shown = "";
  return {
    element,
    /** @param {Error | null} error an ApiError tells by its status whether loading the page anew helps */
    refresh: (error) => {
      const status = error && "status" in error ? error.status : null;
      const words = wordsOf(lab, error, status);
      if (words === shown) return;
      shown = words;
      element.hidden = !words;
      refill(
        element,
        words ? make(doc, "p", {}, words) : null,
        status === 403 ? button(doc, t("bench.reload"), () => win.location.reload(), { class: "primary" }) : null,
      );
    },
  };
}

/** @param {Lab} lab @param {Error | null} error @param {unknown} status */
function wordsOf({ t }, error, status) {
  if (!error) return "";
  if (status === 0) return t("bench.trouble.gone");
  return status === 403 ? t("bench.trouble.restarted") : t("mnist.trouble", { what: error.message });
}
