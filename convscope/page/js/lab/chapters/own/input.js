/** How a network of chapter 13 reads pictures. */

import { SHAPE_OF } from "./collection.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../../types.js").InputSpec} InputSpec */
/** @typedef {import("./collection.js").PictureKind} PictureKind */

const MIDDLE_GREY = 127.5;
const WIDTH_OF_PHOTOS = 64; // about the standard deviation of photographs, in 0…255

/** @param {Lab} lab @param {PictureKind} kind @returns {InputSpec} */
export function inputOf({ payload }, kind) {
  const drawn = payload.learning.input;
  if (kind === "drawn") return drawn;
  return {
    ...drawn,
    shape: SHAPE_OF.photo,
    mean: [MIDDLE_GREY, MIDDLE_GREY, MIDDLE_GREY],
    std: [WIDTH_OF_PHOTOS, WIDTH_OF_PHOTOS, WIDTH_OF_PHOTOS],
    invert: "no",
    centred: false,
  };
}
