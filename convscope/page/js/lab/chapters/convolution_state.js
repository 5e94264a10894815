/** What the address says of the convolution chapter: picture, kernel, how it slides, and the output looked at. */

import { largest } from "../../kit/palette.js";
import { numbersIn, wholeIn } from "../address.js";
import { productsAt, readCounts, slideKernel } from "../sums/convolution.js";

/** @typedef {import("../types.js").Lab} Lab */

const SIDE = 9;

/** The lecture's X: −1, and +1 on both diagonals from (1, 1) to (7, 7). @returns {number[][]} */
export function lectureX() {
  return Array.from({ length: SIDE }, (_, y) =>
    Array.from({ length: SIDE }, (_, x) => (y > 0 && y < SIDE - 1 && (x === y || x === SIDE - 1 - y) ? 1 : -1)),
  );
}

/** The lecture's kernel: +1 on the diagonal, −1 elsewhere; of any size. @param {number} size @returns {number[][]} */
export function diagonalKernel(size) {
  return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => (x === y ? 1 : -1)));
}

/** @param {number[]} flat @returns {number[][]} */
export function squared(flat) {
  const side = Math.round(Math.sqrt(flat.length));
  return Array.from({ length: side }, (_, y) => flat.slice(y * side, (y + 1) * side));
}

/** @param {number[][]} kernel */
export function kernelText(kernel) {
  return kernel.flat().join("_");
}

/** What a pixel can be, and its letter in an address. @type {[string, number][]} */
export const LEVELS = [
  ["m", -1],
  ["l", -0.5],
  ["0", 0],
  ["h", 0.5],
  ["p", 1],
];

/** The level of a letter; null for any other text. @param {string | undefined} letter */
export function levelOf(letter) {
  return LEVELS.find(([one]) => one === letter)?.[1] ?? null;
}

/** Pixels as text, a letter each; none for the lecture's X. @param {number[][]} picture */
export function pictureText(picture) {
  const written = (/** @type {number[][]} */ pixels) =>
    pixels
      .flat()
      .map((v) => LEVELS.find(([, level]) => level === v)?.[0] ?? "0")
      .join("");
  const text = written(picture);
  return text === written(lectureX()) ? "" : text;
}

/** @param {Lab["state"]} state */
export function convolutionOf(state) {
  const kernel = squared(numbersIn(state, "k", [1, 4, 9, 16, 25], diagonalKernel(3).flat()));
  const picture = /^[mlhp0]{81}$/.test(state.x ?? "") ? squared([...state.x].map((v) => levelOf(v) ?? 0)) : lectureX();
  const slide = {
    stride: wholeIn(state, "s", 1, 4, 1),
    pad: wholeIn(state, "p", 0, 3, 0),
    dilation: wholeIn(state, "d", 1, 3, 1),
    mean: state.n !== "sum",
  };
  const at = /^\d{1,2}\.\d{1,2}$/.test(state.at ?? "") ? state.at.split(".").map(Number) : [0, 0];
  return { kernel, picture, slide, at };
}

/** What the chapter shows: the output, the window looked at, and how often each pixel is read. @param {Lab} lab */
export function convolvingOf(lab) {
  const { kernel, picture, slide, at } = convolutionOf(lab.state);
  const output = slideKernel(picture, kernel, slide);
  const seen = [0, 1].map((axis) => Math.max(0, Math.min(output.length - 1, at[axis])));
  const window = output.length ? productsAt(picture, kernel, slide, seen[0], seen[1]) : [];
  const most = slide.mean ? largest(kernel.flat()) : kernel.flat().reduce((sum, w) => sum + Math.abs(w), 0);
  return {
    kernel,
    picture,
    slide,
    at: seen,
    output,
    window,
    counts: readCounts(picture, kernel, slide),
    limit: most || 1,
  };
}

/** @typedef {ReturnType<typeof convolvingOf>} Convolving */
