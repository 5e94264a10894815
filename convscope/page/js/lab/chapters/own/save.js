/** Saving: one HTML page that others open, and the model file. */

import { button, make } from "../../../kit/dom.js";
import { thousands } from "../../../kit/format.js";
import { saveFile } from "../../../kit/save_file.js";
import { seeThroughPage } from "./saved.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./learning.js").OwnLearning} OwnLearning */

/** @param {Lab} lab @param {OwnLearning} learning */
export function savePart(lab, learning) {
  const { doc, t } = lab;
  const said = make(doc, "p", { class: "note", role: "status" });
  const page = button(
    doc,
    t("own.save.page"),
    () => {
      const { result } = learning;
      if (!result) return;
      void seeThroughPage(lab, result).then((html) => {
        const name = `${fileName(result.names)}.html`;
        saveFile(doc, name, html, "text/html;charset=utf-8");
        said.textContent = t("own.saved", { name, size: thousands(html.length / 1000) });
      });
    },
    { class: "button primary" },
  );
  const model = button(doc, t("own.save.model"), () => {
    const { result } = learning;
    if (!result) return;
    const bytes = result.model();
    saveFile(doc, "model.onnx", bytes, "application/octet-stream");
    said.textContent = t("own.saved", { name: "model.onnx", size: thousands(bytes.length / 1000) });
  });
  const element = make(
    doc,
    "section",
    { class: "worked own-save", "aria-label": t("own.save") },
    make(doc, "h2", {}, t("own.save")),
    make(doc, "p", {}, learning.chance ? t("own.save.text") : t("own.save.text.frozen")),
    make(doc, "p", {}, t("own.save.model.text")),
    make(doc, "div", { class: "own-bar" }, page, model),
    said,
  );
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
