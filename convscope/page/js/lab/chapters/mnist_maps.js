/** A training's snapshot as pictures: the first kernels, and one picture's maps. */

import { make } from "../../kit/dom.js";
import { unpack } from "../../engine/binary.js";
import { largest, paint, paintPicture } from "../../kit/palette.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").LiveSnapshot} LiveSnapshot */

const MOST_MAPS = 16;

/** @param {Lab} lab @param {LiveSnapshot} snapshot */
export function snapshotMaps(lab, snapshot) {
  const { doc, t } = lab;
  const found = [];
  for (const binary of Object.values(snapshot.tensors)) {
    const values = unpack(binary);
    const [filters, depth, rows, columns] = binary.shape;
    if (binary.shape.length !== 4) continue;
    const limit = largest(values) || 1;
    found.push(
      make(doc, "h3", {}, t("training.kernels")),
      make(
        doc,
        "div",
        { class: "kernels", role: "img", "aria-label": t("training.kernels") },
        ...Array.from({ length: Math.min(filters, 64) }, (_, f) =>
          snapshotCanvas(lab, "kernel", values, f * depth * rows * columns, rows, columns, limit, "weights"),
        ),
      ),
    );
  }
  const picture = make(doc, "canvas", { class: "pixels map" });
  if (snapshot.picture) {
    paintPicture(picture, unpack(snapshot.picture), 0, snapshot.picture.shape.slice(-3));
    found.push(make(doc, "h3", {}, t("training.picture")), make(doc, "div", { class: "kernels maps-row" }, picture));
  }
  for (const [name, binary] of Object.entries(snapshot.maps)) {
    const values = unpack(binary);
    const [channels, height, width] = binary.shape.slice(-3);
    const n = Math.min(channels, MOST_MAPS);
    found.push(
      make(doc, "h3", {}, t("training.maps", { node: name, n })),
      make(
        doc,
        "div",
        { class: "kernels maps-row small-maps", role: "img", "aria-label": name },
        ...Array.from({ length: n }, (_, c) =>
          snapshotCanvas(
            lab,
            "map",
            values,
            c * height * width,
            height,
            width,
            largest(values, c * height * width, height * width) || 1,
            "activations",
          ),
        ),
      ),
    );
  }
  return found;
}

/**
 * @param {Lab} lab
 * @param {string} kind
 * @param {ArrayLike<number>} values
 * @param {number} start
 * @param {number} rows
 * @param {number} columns
 * @param {number} limit
 * @param {"weights" | "activations"} scale
 */
function snapshotCanvas(lab, kind, values, start, rows, columns, limit, scale) {
  const canvas = make(lab.doc, "canvas", { class: `pixels ${kind}` });
  paint(canvas, values, start, rows, columns, limit, scale, lab.dark());
  return canvas;
}
