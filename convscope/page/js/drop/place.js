/** The page before it has a network: where a file is dropped or chosen, what is read, and that nothing leaves. */

import { make, refill } from "../kit/dom.js";
import { thousands } from "../kit/format.js";

/** @typedef {import("../kit/i18n.js").Translate} Translate */

/**
 * @param {Document} doc @param {Translate} t @param {any} payload its bounds @param {Element} brand
 * @param {Element[]} settings @param {(files: File[]) => void} take
 */
export function dropPlace(doc, t, payload, brand, settings, take) {
  const said = make(doc, "p", { class: "drop-said", role: "status" });
  const choose = fileChoice(doc, t("drop.choose"), take, "button primary");
  const zone = make(
    doc,
    "div",
    { class: "drop-zone" },
    make(doc, "p", { class: "drop-here" }, t("drop.here")),
    choose,
    make(doc, "p", { class: "note" }, t("drop.beside")),
    said,
  );
  const { bytes, constants } = payload.foreign.bounds;
  const [most, weights] = [bytes, constants].map((bound) => thousands(bound / 1e6));
  const element = make(
    doc,
    "div",
    { class: "drop-page" },
    make(
      doc,
      "header",
      { class: "masthead" },
      make(doc, "div", { class: "titles" }, brand, make(doc, "h1", {}, t("drop.title"))),
      make(doc, "div", { class: "settings" }, settings),
    ),
    make(
      doc,
      "main",
      { id: "view", tabindex: -1 },
      make(doc, "p", { class: "lead" }, t("drop.lead")),
      zone,
      make(
        doc,
        "ul",
        { class: "drop-facts" },
        ...[t("drop.stays"), t("drop.reads"), t("drop.ends"), t("drop.most", { n: most, weights })].map((text) =>
          make(doc, "li", {}, text),
        ),
      ),
    ),
  );
  return {
    element,
    /** @param {string} text what is done now; "" where nothing is */
    busy: (text) => {
      zone.classList.toggle("busy", text !== "");
      if (text) {
        said.classList.remove("refused");
        refill(said, make(doc, "progress", {}), " ", text);
      } else if (!said.classList.contains("refused")) refill(said);
    },
    /** @param {string} line */
    fail: (line) => {
      said.classList.add("refused");
      refill(said, line);
    },
  };
}

/**
 * A button that opens the browser's choice of files.
 * @param {Document} doc @param {string} text @param {(files: File[]) => void} take @param {string} look its classes
 */
export function fileChoice(doc, text, take, look) {
  const input = make(doc, "input", {
    type: "file",
    class: "unseen",
    multiple: "",
    accept: ".onnx,.txt,.names,.json",
    on: {
      change: () => {
        const files = Array.from(input.files ?? []);
        input.value = "";
        take(files);
      },
    },
  });
  return make(doc, "label", { class: `file-choice ${look}` }, input, text);
}
