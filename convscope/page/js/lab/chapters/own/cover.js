/** Chapter 13 in small: drawings of a few classes come in one after another. */

import { make } from "../../../kit/dom.js";
import { paintPicture } from "../../../kit/palette.js";
import { SHAPE_OF } from "./collection.js";
import { shapeByHand } from "./shapes.js";

/** @typedef {import("../../types.js").Lab} Lab */

const COVER_CLASSES = 3;
const COVER_EACH = 5;

/** @param {Lab} lab @returns {import("../../types.js").Moving} */
export function ownCover({ doc }) {
  const [, side] = SHAPE_OF.drawn;
  const canvases = Array.from({ length: COVER_CLASSES * COVER_EACH }, (_, i) => {
    const canvas = make(doc, "canvas", { class: "pixels" });
    paintPicture(
      canvas,
      shapeByHand([0, 1, 3][i % COVER_CLASSES], Math.floor(i / COVER_CLASSES), 0, side),
      0,
      SHAPE_OF.drawn,
    );
    return canvas;
  });
  const inRows = Array.from({ length: COVER_CLASSES }, (_, k) => canvases.filter((_, i) => i % COVER_CLASSES === k));
  return {
    element: make(
      doc,
      "span",
      { class: "cover-rows cover-own" },
      ...inRows.map((row) => make(doc, "span", { class: "cover-own-row" }, ...row)),
    ),
    steps: canvases.length,
    lasts: 3000,
    draw: (share) => canvases.forEach((canvas, i) => canvas.classList.toggle("to-come", i >= share * canvases.length)),
  };
}
