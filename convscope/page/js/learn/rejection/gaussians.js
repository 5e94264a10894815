/**
 * How pictures lie to each other, in their own statistics and in a network's features:
 * convscope/rejection/mahalanobis.py in the page. What comes out is what engine/outsider.js computes with.
 */

import { symmetricEigen } from "./symmetric.js";

/** @typedef {ArrayLike<number>[]} Rows one row of numbers a picture */
/** @typedef {Record<string, Float64Array>} Learned by the names that outsider.js knows */

const LEAST_SHRINK = 0.1; // of the variance is given to all directions alike, where there are many pictures
const NARROWEST = 0.05; // of the median standard deviation: no statistic counts as narrower
const CONSTANT = 1e-3; // of the standard deviation of all features: one that hardly varies is not blown up
const MOST_COMPARED = 512; // numbers of a picture that are compared; more features are averaged in groups
const RANK = 128; // directions in which they are

/**
 * How much of the variance of D numbers is given to all directions alike, known from n pictures: all of it where there
 * are no more pictures than numbers, for how those hang together is then chance. Python, which has hundreds, takes the
 * least (docs/log.md).
 * @param {number} n @param {number} size D
 */
export function looksShrink(n, size) {
  return Math.max(LEAST_SHRINK, Math.min(1, size / n));
}

/**
 * The same of features, in their main directions: half of it where there are as many of these as pictures.
 * @param {number} n
 * @param {number} rank
 */
export function featureShrink(n, rank) {
  return Math.max(LEAST_SHRINK, rank / (n + rank));
}

/**
 * The mean of the pictures' statistics, and what makes them equally wide in all directions.
 * @param {Rows} values @param {number} [shrink] @returns {Learned}
 */
export function looksOf(values, shrink = looksShrink(values.length, values[0].length)) {
  const centre = meanOfRows(values);
  const wide = widthOf(values, centre);
  const least = NARROWEST * Math.max(medianOf(wide), 1e-3);
  const broad = wide.map((one) => Math.max(one, least));
  const scaled = values.map((row) => Float64Array.from(row, (v, i) => (v - centre[i]) / broad[i]));
  const n = centre.length;
  const matrix = whiteningOf(scaled, shrink);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) matrix[i * n + j] /= broad[i];
  return { "picture.centre": centre, "picture.whitening": matrix };
}

/** How many features are averaged into one. @param {number} size */
export function groupOf(size) {
  return Math.ceil(size / MOST_COMPARED);
}

/**
 * Classes as Gaussians of one covariance, and all pictures as another, in the directions in which the features differ
 * most. There are no more of these than pictures: in all others the pictures say nothing.
 * @param {Rows} values features, averaged
 * @param {number[]} labels
 * @param {number} classes each has a picture
 * @param {number} [shrink]
 * @returns {Learned}
 */
export function classGaussians(values, labels, classes, shrink) {
  const centre = meanOfRows(values);
  const all = values.flatMap((row) => Array.from(row));
  const mean = all.reduce((sum, v) => sum + v, 0) / all.length;
  const spread = Math.sqrt(all.reduce((sum, v) => sum + (v - mean) ** 2, 0) / all.length);
  const wide = widthOf(values, centre).map((one) => one + CONSTANT * Math.max(spread, 1e-6));
  const scaled = values.map((row) => Float64Array.from(row, (v, i) => (v - centre[i]) / wide[i]));
  const n = centre.length;
  const rank = Math.max(1, Math.min(RANK, n, values.length));
  const directions = mainDirections(scaled, rank);
  const turned = scaled.map((row) => turn(row, directions, rank));
  const part = shrink ?? featureShrink(values.length, rank);
  const means = Array.from({ length: classes }, (_, k) => meanOfRows(turned.filter((_, i) => labels[i] === k)));
  const apart = turned.map((row, i) => row.map((v, j) => v - means[labels[i]][j]));
  const within = whiteningOf(apart, part);
  const placed = new Float64Array(classes * rank);
  means.forEach((one, k) => placed.set(turn(one, within, rank), k * rank));
  return {
    "features.centre": centre,
    "features.directions": directions.map((v, at) => v / wide[Math.floor(at / rank)]),
    "features.background": whiteningOf(turned, part),
    "features.within": within,
    "features.means": placed,
  };
}

/**
 * The directions (D, rank) in which rows (M, D) differ most, by the smaller of their two products.
 * @param {Float64Array[]} rows @param {number} rank
 */
function mainDirections(rows, rank) {
  const n = rows[0].length;
  const found = new Float64Array(n * rank);
  if (n <= rows.length) {
    const { vectors } = symmetricEigen(productOf(rows), n);
    for (let r = 0; r < rank; r++) for (let i = 0; i < n; i++) found[i * rank + r] = vectors[r * n + i];
    return found;
  }
  const m = rows.length;
  const { vectors } = symmetricEigen(
    Float64Array.from({ length: m * m }, (_, at) => inner(rows[Math.floor(at / m)], rows[at % m])),
    m,
  );
  for (let r = 0; r < rank; r++) {
    const direction = new Float64Array(n);
    rows.forEach((row, k) => row.forEach((v, i) => (direction[i] += v * vectors[r * m + k])));
    const length = Math.sqrt(inner(direction, direction));
    // of rows that say nothing in this direction nothing is compared
    if (length > 1e-9) direction.forEach((v, i) => (found[i * rank + r] = v / length));
  }
  return found;
}

/**
 * The matrix (D, D) that makes centred numbers (M, D) equally wide in all directions, shrunk towards a multiple of one.
 * @param {Float64Array[]} rows @param {number} shrink
 */
function whiteningOf(rows, shrink) {
  const n = rows[0].length;
  const { values, vectors } = symmetricEigen(
    productOf(rows).map((v) => v / rows.length),
    n,
  );
  const kept = values.map((v) => Math.max(v, 0));
  const mean = Math.max(kept.reduce((sum, v) => sum + v, 0) / n, 1e-6);
  const found = new Float64Array(n * n);
  kept.forEach((v, j) => {
    const wide = Math.sqrt((1 - shrink) * v + shrink * mean);
    for (let i = 0; i < n; i++) found[i * n + j] = vectors[j * n + i] / wide;
  });
  return found;
}

/** rowsᵀ · rows, (D, D). @param {Float64Array[]} rows */
function productOf(rows) {
  const n = rows[0].length;
  const sums = new Float64Array(n * n);
  for (const row of rows) for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sums[i * n + j] += row[i] * row[j];
  return sums;
}

/** A row (n) · a matrix (n, columns). @param {Float64Array} row @param {Float64Array} matrix @param {number} columns */
function turn(row, matrix, columns) {
  const made = new Float64Array(columns);
  row.forEach((v, i) => {
    for (let j = 0; j < columns; j++) made[j] += v * matrix[i * columns + j];
  });
  return made;
}

/** @param {Float64Array} a @param {Float64Array} b */
function inner(a, b) {
  return a.reduce((sum, v, i) => sum + v * b[i], 0);
}

/** @param {Rows} rows @returns {Float64Array} */
function meanOfRows(rows) {
  const sums = new Float64Array(rows[0].length);
  for (const row of rows) for (let i = 0; i < sums.length; i++) sums[i] += row[i] / rows.length;
  return sums;
}

/** The standard deviations of columns. @param {Rows} rows @param {Float64Array} centre */
function widthOf(rows, centre) {
  return centre.map((mean, i) => Math.sqrt(rows.reduce((sum, row) => sum + (row[i] - mean) ** 2, 0) / rows.length));
}

/** @param {ArrayLike<number>} values */
export function medianOf(values) {
  const ordered = Array.from(values).sort((a, b) => a - b);
  const half = ordered.length >> 1;
  return ordered.length % 2 ? ordered[half] : (ordered[half - 1] + ordered[half]) / 2;
}
