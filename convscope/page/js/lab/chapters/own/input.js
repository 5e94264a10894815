/** How the networks of chapter 13 read pictures, and how pictures are brought to that. */

import { resample } from "../../../engine/resize.js";
import { SHAPE_OF } from "./collection.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../../types.js").InputSpec} InputSpec */
/** @typedef {import("../../../types.js").Shape} Shape */
/** @typedef {import("./collection.js").PictureKind} PictureKind */

const MIDDLE_GREY = 127.5;
const WIDTH_OF_PHOTOS = 64; // about the standard deviation of photographs, in 0…255
const MIDDLE_CUT = "crop-bilinear-antialias"; // the middle of a photograph, as lite0 learned from it
/** What a network from random weights reads of a photograph. @type {Shape} */
const SCRATCH_SHAPE = [3, 32, 32];

/**
 * What a network that learns from random weights reads.
 * @param {Lab} lab
 * @param {PictureKind} kind
 * @returns {InputSpec}
 */
export function inputOf({ payload }, kind) {
  const drawn = payload.learning.input;
  if (kind === "drawn") return drawn;
  return {
    ...drawn,
    shape: SCRATCH_SHAPE,
    mean: [MIDDLE_GREY, MIDDLE_GREY, MIDDLE_GREY],
    std: [WIDTH_OF_PHOTOS, WIDTH_OF_PHOTOS, WIDTH_OF_PHOTOS],
    invert: "no",
    centred: false,
    resize: MIDDLE_CUT,
  };
}

/**
 * What pictures are brought to when they are collected or tried.
 * @param {Lab} lab
 * @param {PictureKind} kind
 * @returns {InputSpec}
 */
export function collectedInput(lab, kind) {
  return { ...inputOf(lab, kind), shape: SHAPE_OF[kind] };
}

/** A collected picture in another size. @param {Uint8Array} pixels @param {Shape} from @param {Shape} to */
export function inSize(pixels, [channels, height, width], [, rows, columns]) {
  if (height === rows && width === columns) return pixels;
  const made = new Uint8Array(channels * rows * columns);
  for (let c = 0; c < channels; c++) {
    const plane = pixels.subarray(c * height * width, (c + 1) * height * width);
    made.set(resample(plane, height, width, rows, columns), c * rows * columns);
  }
  return made;
}

const THUMB_SIDE = 64;

/** @type {WeakMap<Uint8Array, {pixels: Uint8Array, shape: Shape}>} */
const THUMBS = new WeakMap();

/** A picture as small as it is shown among others. @param {Uint8Array} pixels @param {Shape} shape */
export function thumbnailOf(pixels, shape) {
  const [channels, height, width] = shape;
  if (Math.max(height, width) <= THUMB_SIDE) return { pixels, shape };
  /** @type {Shape} */
  const small = [channels, THUMB_SIDE, THUMB_SIDE];
  const made = THUMBS.get(pixels) ?? { pixels: inSize(pixels, shape, small), shape: small };
  THUMBS.set(pixels, made);
  return made;
}
