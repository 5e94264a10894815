/**
 * A linear layer fitted to features: multinomial logistic regression with an L2 penalty, at its optimum, in float64, as
 * convscope/transfer/head.py fits it. The objective is half the squared length of the weights plus `strength` times the
 * sum of the losses.
 */

import { choleskyOf, solveUpper } from "./cholesky.js";
import { innerProduct, minimise } from "./descent.js";

/**
 * @typedef {object} LinearLayer scores (K) = weight · features + bias
 * @property {Float64Array} weight (K, F)
 * @property {Float64Array} bias (K)
 */
/**
 * @typedef {object} Rotated features standardised, and turned into the directions in which the pictures differ: inner
 * products are as before, and so is the optimum of a penalised linear classifier, at a cost that no longer grows with F
 * @property {Float64Array[]} rows a picture each, (r) or (F) where there are no more features than pictures
 * @property {Float64Array} mean (F)
 * @property {Float64Array} scale (F)
 * @property {Float64Array | null} factor (n, n), Cholesky's of the inner products; null where nothing is turned
 * @property {Float64Array[]} basis the standardised features, (F) each
 */

const CONSTANT_SHARE = 1e-3; // of the mean deviation is added to each: a feature that hardly varies is not blown up
const NOTHING = 1e-10; // of the mean squared length is added to each: pictures that are the same give no new direction

/**
 * The directions of features, one row (F) a picture; `columns` are those that are taken of each.
 * @param {ArrayLike<number>[]} features @param {[number, number][]} columns from, to
 * @returns {Rotated}
 */
export function rotatedOf(features, columns) {
  const n = features.length;
  const width = columns.reduce((sum, [from, to]) => sum + to - from, 0);
  const basis = features.map((row) => {
    const taken = new Float64Array(width);
    let at = 0;
    for (const [from, to] of columns) for (let i = from; i < to; i++) taken[at++] = row[i];
    return taken;
  });
  const [mean, scale] = [new Float64Array(width), new Float64Array(width)];
  for (const row of basis) for (let i = 0; i < width; i++) mean[i] += row[i] / n;
  for (const row of basis) for (let i = 0; i < width; i++) scale[i] += (row[i] - mean[i]) ** 2 / n;
  let middle = 0;
  for (let i = 0; i < width; i++) {
    scale[i] = Math.sqrt(scale[i]);
    middle += scale[i] / width;
  }
  for (let i = 0; i < width; i++) scale[i] += CONSTANT_SHARE * Math.max(middle, 1e-12);
  for (const row of basis) for (let i = 0; i < width; i++) row[i] = (row[i] - mean[i]) / scale[i];
  if (n >= width) return { rows: basis, mean, scale, factor: null, basis };
  const products = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) products[i * n + j] = products[j * n + i] = innerProduct(basis[i], basis[j]);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += products[i * n + i];
  for (let i = 0; i < n; i++) products[i * n + i] += NOTHING * Math.max(trace / n, 1);
  const factor = choleskyOf(products, n);
  const rows = Array.from({ length: n }, (_, i) => factor.slice(i * n, (i + 1) * n));
  return { rows, mean, scale, factor, basis };
}

/**
 * The layer on features as they are that gives the scores of one on rows turned as these.
 * @param {Rotated} turned @param {LinearLayer} fitted @returns {LinearLayer}
 */
export function unfold({ rows, mean, scale, factor, basis }, { weight, bias }) {
  const [n, width, classes] = [rows.length, mean.length, bias.length];
  const made = { weight: new Float64Array(classes * width), bias: bias.slice() };
  for (let k = 0; k < classes; k++) {
    const own = weight.slice((k * weight.length) / classes, ((k + 1) * weight.length) / classes);
    const into = made.weight.subarray(k * width, (k + 1) * width);
    if (factor) {
      solveUpper(factor, n, own, 1);
      for (let j = 0; j < n; j++) for (let i = 0; i < width; i++) into[i] += own[j] * basis[j][i];
    } else into.set(own);
    for (let i = 0; i < width; i++) {
      into[i] /= scale[i];
      made.bias[k] -= into[i] * mean[i];
    }
  }
  return made;
}

/**
 * The classifier at each of several strengths, each begun where the last one ended.
 * @param {Float64Array[]} rows @param {number[]} labels below `classes` @param {number} classes
 * @param {number[]} strengths @param {Float64Array} weights how much each row's loss counts
 * @param {number} tolerance the largest slope that is left, of the mean loss
 * @returns {Generator<LinearLayer, void>}
 */
export function* fitPath(rows, labels, classes, strengths, weights, tolerance) {
  const width = rows[0].length;
  let point = new Float64Array(classes * (width + 1));
  for (const strength of strengths) {
    const scaled = weights.map((one) => strength * one);
    point = minimise((at) => objective(rows, labels, classes, scaled, at), point, tolerance);
    const layer = { weight: new Float64Array(classes * width), bias: new Float64Array(classes) };
    for (let k = 0; k < classes; k++) {
      layer.weight.set(point.subarray(k * (width + 1), k * (width + 1) + width), k * width);
      layer.bias[k] = point[k * (width + 1) + width];
    }
    yield layer;
  }
}

/**
 * The mean loss and its penalty as a function of weights and biases, (K, F + 1) in one row.
 * @param {Float64Array[]} rows @param {number[]} labels @param {number} classes @param {Float64Array} weights
 * @param {Float64Array} point
 */
function objective(rows, labels, classes, weights, point) {
  const width = rows[0].length;
  const [slope, scores] = [new Float64Array(point.length), new Float64Array(classes)];
  let [value, total] = [0, 0];
  rows.forEach((row, i) => {
    for (let k = 0; k < classes; k++) {
      const at = k * (width + 1);
      let sum = point[at + width];
      for (let j = 0; j < width; j++) sum += row[j] * point[at + j];
      scores[k] = sum;
    }
    const [loss, chances] = lossOf(scores, labels[i]);
    value += weights[i] * loss;
    total += weights[i];
    for (let k = 0; k < classes; k++) {
      const at = k * (width + 1);
      const pull = weights[i] * (chances[k] - (k === labels[i] ? 1 : 0));
      for (let j = 0; j < width; j++) slope[at + j] += pull * row[j];
      slope[at + width] += pull;
    }
  });
  for (let k = 0; k < classes; k++)
    for (let at = k * (width + 1); at < k * (width + 1) + width; at++) {
      value += 0.5 * point[at] * point[at];
      slope[at] += point[at];
    }
  return { value: value / total, slope: slope.map((one) => one / total) };
}

/**
 * The loss in nats and the probabilities of scores (K). @param {ArrayLike<number>} scores @param {number} label
 * @returns {[number, Float64Array]}
 */
export function lossOf(scores, label) {
  let largest = -Infinity;
  for (let k = 0; k < scores.length; k++) largest = Math.max(largest, scores[k]);
  const chances = Float64Array.from(scores, (one) => Math.exp(one - largest));
  const sum = chances.reduce((a, b) => a + b, 0);
  const loss = Math.log(sum) - (scores[label] - largest);
  return [loss, chances.map((one) => one / sum)];
}

/**
 * The scores (K) of a row.
 * @param {Record<"weight" | "bias", ArrayLike<number>>} layer @param {ArrayLike<number>} row
 */
export function linearScores({ weight, bias }, row) {
  return Array.from(bias, (offset, k) => {
    let sum = offset;
    for (let j = 0, at = k * row.length; j < row.length; j++) sum += weight[at + j] * row[j];
    return sum;
  });
}

/**
 * How much each picture counts: 1, or `balanced` so that all classes that occur count the same.
 * @param {number[]} labels @param {number} classes @param {boolean} balanced
 */
export function classWeights(labels, classes, balanced) {
  if (!balanced) return new Float64Array(labels.length).fill(1);
  const counts = Array.from({ length: classes }, (_, k) => labels.filter((one) => one === k).length);
  const there = counts.filter((count) => count > 0).length;
  return Float64Array.from(labels, (label) => labels.length / (there * counts[label]));
}
