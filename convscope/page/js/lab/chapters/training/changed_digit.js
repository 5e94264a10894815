/** Eight changed versions of one digit: what augmentation shows the network in place of the same picture. */

import { make, refill } from "../../../kit/dom.js";
import { writeBatch } from "../../../learn/pictures.js";
import { paintPicture } from "../../../kit/palette.js";
import { digitsOf } from "../../training/digits.js";
import { stepper } from "../../widgets.js";
import { AUGMENTATIONS } from "./settings.js";

/** @typedef {import("../../types.js").Lab} Lab */

const VERSIONS = 8;

/** @param {Lab} lab */
export function changedDigit(lab) {
  const { doc, t } = lab;
  const rows = AUGMENTATIONS.slice(1).map(() => make(doc, "div", { class: "changed-digits" }));
  let which = 0;
  const choose = stepper(
    lab,
    t("wrong.digit"),
    {
      min: 0,
      max: 9,
      less: t("step.less", { name: t("wrong.digit") }),
      more: t("step.more", { name: t("wrong.digit") }),
    },
    () => which,
    (value) => {
      which = value;
      choose.refresh();
      void draw();
    },
  );
  const draw = async () => {
    const { training } = await digitsOf(lab);
    const n = Array.from(training.labels).indexOf(which);
    rows.forEach((row, i) => {
      const pictures = changedVersions(training, n, AUGMENTATIONS[i + 1], VERSIONS);
      refill(
        row,
        ...pictures.map((pixels) => {
          const canvas = make(doc, "canvas", { class: "pixels", "aria-hidden": "true" });
          paintPicture(canvas, pixels, 0, training.shape);
          return canvas;
        }),
      );
    });
  };
  void draw();
  return {
    element: make(
      doc,
      "section",
      { class: "worked wrong-digits", "data-widget": "versions" },
      make(doc, "h2", {}, t("wrong.versions")),
      make(doc, "p", {}, t("wrong.versions.text")),
      choose.element,
      ...[t("wrong.shifts"), t("wrong.turns")].flatMap((name, i) => [make(doc, "p", { class: "note" }, name), rows[i]]),
    ),
  };
}

/**
 * One picture as augmentation changes it, by the code that makes the training's batches.
 * @param {import("../../../learn/pictures.js").Pictures} pictures
 * @param {number} n which
 * @param {import("../../../learn/recipe.js").Augmentation} how
 * @param {number} count at most 8: the pictures of one group
 * @returns {Uint8Array[]}
 */
export function changedVersions(pictures, n, how, count) {
  const [channels, rows, columns] = pictures.shape;
  const values = new Float32Array(rows * columns * channels * 8);
  const maps = { block: { at: 0, count: values.length, values }, places: rows * columns, channels };
  const untouched = { mean: Array(channels).fill(0), std: Array(channels).fill(1) };
  const chosen = Array(count).fill(n);
  writeBatch(maps, [rows, columns], /** @type {any} */ (untouched), pictures, chosen, { how, seed: [n] });
  return chosen.map((_, lane) =>
    Uint8Array.from({ length: channels * rows * columns }, (_, i) => {
      const [channel, place] = [Math.floor(i / (rows * columns)), i % (rows * columns)];
      return Math.round(values[(place * channels + channel) * 8 + lane]);
    }),
  );
}
