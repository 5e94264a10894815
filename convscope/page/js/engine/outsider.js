/** How foreign a picture is: the same score as the model file's output `outsider` (convscope/rejection). */

import { unpack } from "./binary.js";
/** @import {Rejection, Shape} from "../types.js" */
/** @import {Result} from "./types.js" */

/**
 * @typedef {object} Outsider
 * @property {number} score the root of the sum of the parts' squares
 * @property {boolean} refused whether it is above the threshold
 * @property {string} part the name of the largest part, "picture", "features" or "background"
 */

const EDGE_SCALES = 3;
const LIGHT_LEVELS = 9;
const GRID_CELLS = 4;
const LOG_FLOOR = 0.01;
const COLOUR_PAIRS = [
  [0, 1],
  [1, 2],
  [0, 2],
];

/** @typedef {Record<"picture" | "features" | "background", number>} Distances */

/**
 * Return what tells how foreign a picture (C, H, W) in 0…255 is, with what the network made of it.
 * @param {Rejection} rejection
 * @param {Shape} shape
 * @returns {(picture: ArrayLike<number>, result: Pick<Result, "input" | "outputs">) => Outsider}
 */
export function outsiderOf(rejection, shape) {
  const measure = distancesOf(rejection, shape);
  return (picture, result) => {
    const distances = measure(picture, result);
    const scored = rejection.parts.map(({ name, middle, spread }) => ({
      part: name,
      score: Math.max(0, (distances[/** @type {keyof Distances} */ (name)] - middle) / spread),
    }));
    const { part } = scored.reduce((a, b) => (b.score > a.score ? b : a));
    const score = Math.hypot(...scored.map((one) => one.score));
    return { score, part, refused: score > rejection.threshold };
  };
}

/**
 * Return what measures how far a picture lies from those that a network was trained on.
 * @param {Pick<Rejection, "features" | "group" | "tensors">} known
 * @param {Shape} shape
 * @returns {(picture: ArrayLike<number>, result: Pick<Result, "input" | "outputs">) => Distances}
 */
export function distancesOf({ features: at, group, tensors }, shape) {
  const learned = Object.fromEntries(Object.entries(tensors).map(([name, one]) => [name, unpack(one)]));
  return (picture, { input, outputs }) =>
    distancesBy(learned, group, statisticsOf(picture, shape), at < 0 ? input : outputs[at]);
}

/**
 * The same by a picture's statistics and features.
 * @param {Record<string, ArrayLike<number>>} learned
 * @param {number} group how many features, one after the other, are averaged into one
 * @param {ArrayLike<number>} statistics
 * @param {ArrayLike<number>} features
 * @returns {Distances}
 */
export function distancesBy(learned, group, statistics, features) {
  const looks = off(statistics, learned["picture.centre"]);
  return {
    picture: Math.sqrt(squares(times(looks, learned["picture.whitening"]))),
    ...featureDistances(features, group, learned),
  };
}

/**
 * The squared distance of features to the nearest class, less that to all pictures as one; and the latter's root.
 * @param {ArrayLike<number>} features (F)
 * @param {number} group how many of them, one after the other, are averaged into one
 * @param {Record<string, ArrayLike<number>>} learned
 */
function featureDistances(features, group, learned) {
  const centre = learned["features.centre"];
  const averages = Float64Array.from({ length: centre.length }, (_, i) => {
    let sum = 0;
    for (let j = i * group; j < (i + 1) * group; j++) sum += features[j];
    return sum / group;
  });
  const turned = times(off(averages, centre), learned["features.directions"]);
  const inside = times(turned, learned["features.within"]);
  const means = learned["features.means"];
  let nearest = Infinity;
  for (let k = 0; k < means.length; k += inside.length) {
    let apart = 0;
    for (let i = 0; i < inside.length; i++) apart += (inside[i] - means[k + i]) ** 2;
    nearest = Math.min(nearest, apart);
  }
  const common = squares(times(turned, learned["features.background"]));
  return { features: nearest - common, background: Math.sqrt(common) };
}

/** Values less others. @param {ArrayLike<number>} values @param {ArrayLike<number>} others */
function off(values, others) {
  return Float64Array.from(values, (value, i) => value - others[i]);
}

/** Values (n) · a matrix (n, m), row by row. @param {Float64Array} values @param {ArrayLike<number>} matrix */
function times(values, matrix) {
  const made = new Float64Array(matrix.length / values.length);
  values.forEach((value, i) => {
    for (let j = 0; j < made.length; j++) made[j] += value * matrix[i * made.length + j];
  });
  return made;
}

/** The sum of squares. @param {Float64Array} values */
function squares(values) {
  return values.reduce((sum, v) => sum + v * v, 0);
}

/**
 * The picture's own statistics, in the order of convscope/rejection/layout.py.
 * @param {ArrayLike<number>} picture
 * @param {Shape} shape
 * @returns {number[]}
 */
export function statisticsOf(picture, [channels, height, width]) {
  const size = height * width;
  const planes = Array.from({ length: channels }, (_, c) =>
    Float64Array.from({ length: size }, (_, i) => picture[c * size + i] / 255),
  );
  /** @type {number[]} */
  const found = [];
  let [scaled, h, w] = [planes, height, width];
  for (let scale = 0; scale < EDGE_SCALES; scale++) {
    if (scale > 0) [scaled, h, w] = [scaled.map((plane) => halvedPlane(plane, h, w)), h >> 1, w >> 1];
    if (Math.min(h, w) < 3) break;
    const edges = scaled.map((plane) => edgeSums(plane, h, w));
    found.push(...edges.flatMap((one) => one.map((edge) => Math.log(LOG_FLOOR + edge.size))));
    found.push(...edges.flatMap((one) => one.map((edge) => Math.log(LOG_FLOOR + Math.sqrt(edge.square)))));
  }
  for (const plane of planes) found.push(...levelShares(plane));
  for (const plane of planes) found.push(...gridMeans(plane, height, width));
  if (channels === 3) {
    const colours = COLOUR_PAIRS.map(([a, b]) => planes[a].map((v, i) => v - planes[b][i]));
    found.push(...colours.map((colour) => Math.log(LOG_FLOOR + meanOf(colour.map(Math.abs)))));
    found.push(...colours.map(meanOf));
  }
  return found;
}

/**
 * The means of 2×2 pixels; a last row or column alone is left out.
 * @param {Float64Array} plane
 * @param {number} h
 * @param {number} w
 */
function halvedPlane(plane, h, w) {
  const columns = w >> 1;
  return Float64Array.from({ length: (h >> 1) * columns }, (_, i) => {
    const at = 2 * Math.floor(i / columns) * w + 2 * (i % columns);
    return (plane[at] + plane[at + 1] + plane[at + w] + plane[at + w + 1]) / 4;
  });
}

/**
 * The mean absolute value and the mean square of three filters of 3×3, within the borders.
 * @param {Float64Array} plane @param {number} h @param {number} w
 */
function edgeSums(plane, h, w) {
  const sums = [0, 1, 2].map(() => ({ size: 0, square: 0 }));
  const n = (h - 2) * (w - 2);
  for (let y = 1; y < h - 1; y++)
    for (let x = 1; x < w - 1; x++) {
      const at = y * w + x;
      const [v, left, above] = [plane[at], plane[at - 1], plane[at - w]];
      const made = [v - left, v - above, 4 * v - left - plane[at + 1] - above - plane[at + w]];
      made.forEach((edge, i) => {
        sums[i].size += Math.abs(edge) / n;
        sums[i].square += (edge * edge) / n;
      });
    }
  return sums;
}

/** The roots of the shares of nine levels from dark to light. @param {Float64Array} plane */
function levelShares(plane) {
  const shares = new Float64Array(LIGHT_LEVELS);
  for (const v of plane)
    for (let level = 0; level < LIGHT_LEVELS; level++)
      shares[level] += Math.max(0, 1 - Math.abs(v * (LIGHT_LEVELS - 1) - level)) / plane.length;
  return shares.map(Math.sqrt);
}

/** The means of a grid of 4×4 cells. @param {Float64Array} plane @param {number} h @param {number} w */
function gridMeans(plane, h, w) {
  const found = [];
  for (let i = 0; i < GRID_CELLS; i++)
    for (let j = 0; j < GRID_CELLS; j++) {
      const [top, bottom] = [Math.floor((i * h) / GRID_CELLS), Math.ceil(((i + 1) * h) / GRID_CELLS)];
      const [left, right] = [Math.floor((j * w) / GRID_CELLS), Math.ceil(((j + 1) * w) / GRID_CELLS)];
      let sum = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += plane[y * w + x];
      found.push(sum / ((bottom - top) * (right - left)));
    }
  return found;
}

/** @param {Float64Array} values */
function meanOf(values) {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}
