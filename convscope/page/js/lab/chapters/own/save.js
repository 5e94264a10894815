/** Saving: one HTML page that others open, and the model file. */

import { button, make } from "../../../kit/dom.js";
import { thousands } from "../../../kit/format.js";
import { seeThroughPage } from "./saved.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./learning.js").OwnLearning} OwnLearning */

/** @param {Lab} lab @param {OwnLearning} learning */
export function savePart(lab, learning) {
  const { doc, t, win } = lab;
  const said = make(doc, "p", { class: "note", role: "status" });
  const page = button(
    doc,
    t("own.save.page"),
    () => {
      const { result } = learning;
      if (!result) return;
      void seeThroughPage(lab, result).then((html) => {
        const name = `${fileName(result.names)}.html`;
        hand(name, new win.Blob([html], { type: "text/html;charset=utf-8" }));
        said.textContent = t("own.saved", { name, size: thousands(html.length / 1000) });
      });
    },
    { class: "button primary" },
  );
  const element = make(
    doc,
    "section",
    { class: "worked own-save", "aria-label": t("own.save") },
    make(doc, "h2", {}, t("own.save")),
    make(doc, "p", {}, t("own.save.text")),
    make(doc, "div", { class: "own-bar" }, page),
    said,
  );
  /** @param {string} name @param {Blob} blob */
  function hand(name, blob) {
    const address = win.URL.createObjectURL(blob);
    make(doc, "a", { href: address, download: name }).click();
    win.setTimeout(() => win.URL.revokeObjectURL(address), 10_000);
  }
  const refresh = () => {
    element.hidden = !learning.result;
  };
  refresh();
  return { element, refresh };
}

/** A file's name out of the classes', that every system can hold. @param {string[]} names */
function fileName(names) {
  return (
    names
      .join("-")
      .replace(/[^\p{L}\p{N}-]+/gu, "_")
      .slice(0, 60) || "classes"
  );
}
