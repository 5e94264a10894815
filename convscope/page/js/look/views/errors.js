/** Where the network errs: the confusion matrix, and the pictures behind a cell, worst first. */

import { button, make, refill } from "../../kit/dom.js";
import { itemOf } from "../../engine/binary.js";
import { fixed, percent, thousands } from "../../kit/format.js";
import { paintPicture } from "../../kit/palette.js";
import { rovingButtons } from "../../kit/roving.js";
import { NO_EDITS } from "../state.js";
import { confusionTable, splitName } from "./confusion.js";
import { emptyView } from "./empty.js";
import { pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */

const SIDE_BY_SIDE = 12; // classes whose matrix leaves room for the pictures beside it

/** @param {App} app @returns {View} */
export function errorsView(app) {
  const { doc, t, payload, mistakes } = app;
  const { errors } = payload;
  if (!errors || !mistakes) return emptyView(app, t("view.errors"), t("errors.none"), "convscope look MODEL DATA");
  const wrong = errors.confusion.reduce((sum, row, i) => sum + row.reduce((a, n, j) => a + (i === j ? 0 : n), 0), 0);
  const { cell } = app.state;
  const [truth, said] = cell.split(",").map(Number);
  const chosen = errors.mistakes.labels
    .map((_, i) => i)
    .filter((i) => cell === "" || (errors.mistakes.labels[i] === truth && errors.mistakes.predicted[i] === said));
  const gallery = make(doc, "div", { class: "mistakes" });
  const table = make(doc, "div", {});
  const stops = [gallery, table].map(rovingButtons);
  const title =
    cell === ""
      ? chosen.length < wrong
        ? t("errors.worst", { shown: chosen.length, n: thousands(wrong) })
        : t("errors.all")
      : t("errors.cell", { truth: payload.classes[truth] ?? "", said: payload.classes[said] ?? "" });
  const element = make(
    doc,
    "section",
    { class: "errors", "aria-label": t("view.errors") },
    make(
      doc,
      "p",
      { class: "lead" },
      t("errors.lead", {
        wrong: thousands(wrong),
        n: thousands(errors.n),
        share: percent(wrong / Math.max(1, errors.n), 2),
        split: splitName(app, errors.split),
      }),
    ),
    make(
      doc,
      "div",
      { class: errors.confusion.length > SIDE_BY_SIDE ? "errors-grid wide" : "errors-grid" },
      table,
      make(
        doc,
        "div",
        {},
        make(doc, "h3", {}, title),
        cell ? button(doc, t("errors.show.all"), () => app.tune({ cell: "" }), { class: "link" }) : null,
        gallery,
        chosen.length ? null : make(doc, "p", { class: "note" }, t("errors.left")),
      ),
    ),
  );
  const refresh = () => {
    refill(
      table,
      confusionTable(app, errors.confusion, (i, j) => app.tune({ cell: `${i},${j}` }), cell),
    );
    refill(gallery, ...chosen.map((i) => mistake(app, i)));
    for (const stop of stops) stop();
  };
  refresh();
  return { element, refresh };
}

/** @param {App} app @param {number} i */
function mistake(app, i) {
  const { doc, t, payload } = app;
  const list = /** @type {import("../types.js").ErrorsPart} */ (payload.errors).mistakes;
  const pictures = /** @type {import("../types.js").Decoded} */ (app.mistakes);
  const canvas = pixels(doc);
  paintPicture(canvas, itemOf(pictures.data, pictures.shape, i), 0, payload.input.shape);
  const [truth, said] = [payload.classes[list.labels[i]], payload.classes[list.predicted[i]]];
  const label = t("mistake.name", { truth, said, p: percent(list.probability[i]), loss: fixed(list.loss[i], 3) });
  const element = button(
    doc,
    "",
    () => app.go({ view: "network", picture: `m${i}`, edits: NO_EDITS, label: -1 }, canvas),
    { class: "mistake", title: label },
  );
  refill(
    element,
    canvas,
    make(doc, "span", {}, make(doc, "b", {}, truth), " → ", said),
    " ",
    make(doc, "span", { class: "figure small" }, t("training.loss", { loss: fixed(list.loss[i], 2) })),
  );
  return element;
}
