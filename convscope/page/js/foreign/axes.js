/**
 * What each axis of a value is, a letter an axis, so that maps are maps however their axes stand: "n" the pictures, "c"
 * the channels, "h" and "w" rows and columns, "l" places in one row. As convscope/foreign/axes.py.
 */

import { sizeOfShape } from "../engine/tensors/tensor.js";

/** As the formula's layers have them, by their rank. @type {Record<number, string>} */
export const PLAIN_AXES = { 2: "nc", 3: "ncl", 4: "nchw" };

/** Where nothing says more. @type {Record<number, string>} */
export const GUESSED_AXES = { 2: "nc", 3: "nlc", 4: "nchw" };

/** In which order the axes are taken so that pictures come first, channels second, the others as they stand. @param
 * {string} axes */
export function orderOfAxes(axes) {
  const others = [...axes].flatMap((letter, i) => ("nc".includes(letter) ? [] : [i]));
  return [axes.indexOf("n"), axes.indexOf("c"), ...others];
}

/** The shape of a value as maps (N, C, H, W), or as rows of numbers. @param {number[]} shape @param {string} axes */
export function mapsShape(shape, axes) {
  const laid = orderOfAxes(axes).map((i) => shape[i]);
  return laid.length === 3 ? [...laid, 1] : laid;
}

/** The axes after they were turned. @param {string} axes @param {number[]} order */
export function turnedAxes(axes, order) {
  return order.map((i) => axes[i]).join("");
}

/** Whether rows and columns stand in one order. @param {string} axes @param {string} other */
export function sameMaps(axes, other) {
  const places = (/** @type {string} */ of) => of.replace(/[nc]/g, "");
  return places(axes) === places(other);
}

/** Which axes of the maps an axis is: of places in one row both the rows and the only column. @param {string} axes
 * @param {number} axis */
export function axisOfMaps(axes, axis) {
  const at = orderOfAxes(axes).indexOf((axis + axes.length) % axes.length);
  return axes.length === 3 && at === 2 ? [2, 3] : [at];
}

/** The axes of a result whose rows and columns became places in one row; "" for another. @param {number[]} shape
 * @param {string} axes @param {number[]} made */
export function columnAxes(shape, axes, made) {
  if (axes.length !== 4) return "";
  const [n, channels, ...rest] = mapsShape(shape, axes);
  const places = sizeOfShape(rest);
  if (axes[1] === "c" && made.join() === [n, channels, places].join()) return "ncl";
  return axes[3] === "c" && made.join() === [n, places, channels].join() ? "nlc" : "";
}

/** Whether a result is the maps as one row of numbers, channel by channel. @param {number[]} shape @param {string} axes
 * @param {number[]} made */
export function isRow(shape, axes, made) {
  const count = sizeOfShape(shape.slice(1));
  const apart = axes[1] === "c" || count === shape[axes.indexOf("c")] || count === 1;
  return axes[0] === "n" && apart && made.join() === [shape[0], count].join();
}
