/** The receptive field in words and numbers: the recurrence that gave it, line by line. */

import { make } from "../../kit/dom.js";
import { fieldSteps } from "../windows.js";

/** @typedef {import("../types.js").App} App */

/**
 * @param {App} app
 * @param {number} index
 * @param {number[] | null} box what the unit really sees
 * @param {boolean} open whether the recurrence is unfolded
 */
export function fieldNote(app, index, box, open) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const lines = fieldSteps(app, index).map((step) =>
    make(
      doc,
      "tr",
      {},
      make(doc, "th", { scope: "row" }, step.name),
      make(doc, "td", { class: "figure" }, `${step.before} + (${step.extent} − 1)·${step.jump}`),
      make(doc, "td", { class: "figure" }, `= ${step.after}`),
    ),
  );
  const [, height, width] = app.payload.input.shape;
  const seenText =
    box === null
      ? t("field.none")
      : box[0] === box[2] && box[1] === box[3]
        ? t("field.pixel", { y: box[0] + 1, x: box[1] + 1 })
        : t("field.box", {
            rows: box[2] - box[0] + 1,
            columns: box[3] - box[1] + 1,
            top: box[0] + 1,
            bottom: box[2] + 1,
            left: box[1] + 1,
            right: box[3] + 1,
          });
  const clipped =
    box !== null && (box[2] - box[0] + 1 < node.field.size[0] || box[3] - box[1] + 1 < node.field.size[1]);
  return [
    make(doc, "h3", {}, t("field.title")),
    make(doc, "p", {}, seenText),
    node.flat || !lines.length
      ? box && box[2] - box[0] + 1 === height && box[3] - box[1] + 1 === width
        ? make(doc, "p", { class: "note" }, t("field.whole"))
        : null
      : make(
          doc,
          "details",
          { open },
          make(doc, "summary", {}, t("field.how", { size: node.field.size.join("×") })),
          make(doc, "p", { class: "note" }, t("field.rule")),
          make(doc, "table", { class: "recurrence" }, make(doc, "tbody", {}, ...lines)),
        ),
    clipped && !node.flat ? make(doc, "p", { class: "note" }, t("field.clipped")) : null,
  ];
}
