/** What the address says of the convolution chapter: picture, kernel, how it slides, and the output looked at. */

import { largest } from "../../kit/palette.js";
import { numberIn, numbersIn, wholeIn } from "../address.js";
import { convolveSlices, flippedKernel, productsAt, readCounts, restAtEdge } from "../sums/convolution.js";
import { LECTURE_SIDE, firstKernel, firstPicture, levelOf, slicesOf } from "./convolution_pictures.js";

/** @typedef {import("../types.js").Lab} Lab */

/** How large picture and kernel can be. */
export const PICTURE_SIDES = { min: 3, max: 28 };
export const KERNEL_SIDES = { min: 1, max: 7 };

/** @param {number[]} flat @returns {number[][]} */
export function squared(flat) {
  const side = Math.round(Math.sqrt(flat.length));
  return Array.from({ length: side }, (_, y) => flat.slice(y * side, (y + 1) * side));
}

/** Rows and columns as an address has them, 28 or 28x20. @param {string | undefined} text @returns {number[]} */
function sidesOfText(text) {
  const found = /^(\d{1,2})(?:x(\d{1,2}))?$/.exec(text ?? "");
  const within = (/** @type {string} */ one) => Math.max(PICTURE_SIDES.min, Math.min(PICTURE_SIDES.max, Number(one)));
  return found ? [within(found[1]), within(found[2] ?? found[1])] : [LECTURE_SIDE, LECTURE_SIDE];
}

/** Rows and columns for the address; none for the lecture's. @param {number} rows @param {number} columns */
export function sidesText(rows, columns) {
  if (rows === LECTURE_SIDE && columns === LECTURE_SIDE) return null;
  return rows === columns ? String(rows) : `${rows}x${columns}`;
}

/**
 * Picture and kernel have a slice a channel; `picture` and `kernel` are the first one's.
 * @param {Lab["state"]} state
 */
function convolutionOf(state) {
  const channels = state.rgb === "1" ? 3 : 1;
  const [rows, columns] = sidesOfText(state.size);
  const sides = Array.from({ length: KERNEL_SIDES.max }, (_, i) => i + 1);
  const weights = numbersIn(
    state,
    "k",
    sides.map((side) => channels * side * side),
    firstKernel(3, channels).flat(2),
  );
  const side = Math.round(Math.sqrt(weights.length / channels));
  const letters = new RegExp(`^[mlhp0]{${channels * rows * columns}}$`);
  const slices = letters.test(state.x ?? "")
    ? slicesOf(
        [...state.x].map((v) => levelOf(v) ?? 0),
        rows,
        columns,
      )
    : firstPicture([rows, columns], channels);
  const kernels = slicesOf(weights, side, side);
  const slide = {
    stride: wholeIn(state, "s", 1, 4, 1),
    pad: wholeIn(state, "p", 0, 3, 0),
    dilation: wholeIn(state, "d", 1, 3, 1),
    mean: state.n !== "sum",
  };
  const at = /^\d{1,2}\.\d{1,2}$/.test(state.at ?? "") ? state.at.split(".").map(Number) : [0, 0];
  const [bias, flip] = [numberIn(state, "b", -5, 5, 0), state.f === "1"];
  return { channels, slices, kernels, picture: slices[0], kernel: kernels[0], slide, bias, flip, at };
}

/** What the chapter shows: the output, the windows looked at, and how often each pixel is read. @param {Lab} lab */
export function convolvingOf(lab) {
  const chosen = convolutionOf(lab.state);
  const { kernels, slices, slide, bias, flip, picture, kernel } = chosen;
  const laid = flip ? kernels.map(flippedKernel) : kernels; // as it lies on the picture
  const output = convolveSlices(slices, laid, slide, bias);
  const most = [output.length, output[0]?.length ?? 0];
  const at = [0, 1].map((axis) => Math.max(0, Math.min(most[axis] - 1, chosen.at[axis])));
  const windows = most[0] && most[1] ? slices.map((one, c) => productsAt(one, laid[c], slide, at[0], at[1])) : [];
  const weights = kernels.flat(2);
  const limit = slide.mean ? largest(weights) : weights.reduce((sum, w) => sum + Math.abs(w), 0);
  return {
    ...chosen,
    laid,
    at,
    output: windows.length ? output : [],
    windows,
    counts: readCounts(picture, kernel, slide),
    rest: [picture.length, picture[0].length].map((size) => restAtEdge(size, kernel.length, slide)),
    limit: limit + Math.abs(bias) || 1,
  };
}

/** @typedef {ReturnType<typeof convolvingOf>} Convolving */

/**
 * Why a pixel is read by no window: it lies in a gap between windows, or in the rest at the edge for which no further
 * step fits; "" if it is read. Rows and columns count from the picture's first, the padding's are below 0 or beyond.
 * @param {Convolving} now @param {number} y @param {number} x @returns {"" | "gap" | "rest"}
 */
export function unreadOf({ picture, kernel, slide, rest, output }, y, x) {
  if (!output.length) return "rest";
  const end = (/** @type {number} */ size, /** @type {number} */ axis) => size + slide.pad - rest[axis];
  if (y >= end(picture.length, 0) || x >= end(picture[0].length, 1)) return "rest";
  const reads = (/** @type {number} */ place, /** @type {number} */ outputs) => {
    for (let k = 0; k < kernel.length; k++) {
      const start = place + slide.pad - k * slide.dilation;
      if (start >= 0 && start % slide.stride === 0 && start / slide.stride < outputs) return true;
    }
    return false;
  };
  return reads(y, output.length) && reads(x, output[0].length) ? "" : "gap";
}
