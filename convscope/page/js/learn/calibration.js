/**
 * How sure a trained network may be, from pictures that it did not learn from: the temperature and the record of
 * convscope/calibration, fitted here.
 */

import { LANES } from "./memory.js";
/** @import {Maps} from "./types.js" */

/**
 * @typedef {object} Reliability how good probabilities are
 * @property {number} nll mean of −ln p of the true class, in nats
 * @property {number} ece expected calibration error, 0…1
 *
 * @typedef {object} Calibration what pictures held out of training say of the probabilities: docs/model-file.md
 * @property {number} temperature 0.05 … 20, a number of 32 bits
 * @property {number} n pictures
 * @property {Reliability} before at temperature 1
 * @property {Reliability} after
 * @property {number[]} misses 1 − p of the true class, ascending; of more than 1,000 every ⌈i·n/1000⌉-th
 */

const FEWEST_HELD = 30; // pictures; fewer say too little
const COLDEST = 0.05;
const HOTTEST = 20; // temperatures
const CONFIDENCE_BINS = 15;
const MISSES_KEPT = 1000;

/**
 * Return the calibration by scores (n, K) and true classes (n); null where there are too few, or a score is no number.
 * @param {Float32Array} scores
 * @param {ArrayLike<number>} labels
 * @returns {Calibration | null}
 */
export function calibrate(scores, labels) {
  const n = labels.length;
  if (n < FEWEST_HELD || !scores.every(Number.isFinite)) return null;
  const shifted = belowLargest(scores, n);
  const temperature = fitTemperature(shifted, labels);
  const misses = Float64Array.from(labels, (label, i) => -Math.expm1(logShares(shifted, n, i, temperature)[label]));
  misses.sort();
  const m = Math.min(n, MISSES_KEPT);
  const kept = Array.from({ length: m }, (_, i) => Number(misses[Math.ceil(((i + 1) * n) / m) - 1].toPrecision(6)));
  const [before, after] = [1, temperature].map((t) => reliabilityOf(shifted, labels, t));
  return { temperature, n, before, after, misses: kept };
}

/**
 * Return the temperature, 0.05 … 20, of 32 bits, whose softmax has the least cross-entropy against smoothed targets:
 * 1 − 1/(n + 2) for the true class, the rest shared by the others. It is 1 where that makes the plain cross-entropy
 * worse. In β = 1/T the loss is convex: Newton's steps, kept within the bracket.
 * @param {Float64Array} z (n, K), each row's largest is 0
 * @param {ArrayLike<number>} labels
 */
function fitTemperature(z, labels) {
  const n = labels.length;
  const classes = z.length / n;
  const off = 1 / (n + 2);
  let wanted = 0;
  for (let i = 0; i < n; i++) {
    const row = z.subarray(i * classes, (i + 1) * classes);
    const own = row[labels[i]];
    const others = row.reduce((sum, value) => sum + value, 0) - own;
    wanted += ((1 - off) * own + (off * others) / Math.max(1, classes - 1)) / n;
  }
  let [low, high, beta] = [1 / HOTTEST, 1 / COLDEST, 1];
  for (let turn = 0; turn < 200; turn++) {
    const [slope, curvature] = slopeAt(z, n, beta, wanted);
    if (slope === 0) break;
    if (slope > 0) high = beta;
    else low = beta;
    const newton = curvature > 0 ? beta - slope / curvature : 0;
    const following = low < newton && newton < high ? newton : Math.sqrt(low * high);
    if (Math.abs(following - beta) <= 1e-12 * beta) break;
    beta = following;
  }
  const fitted = Math.min(Math.fround(HOTTEST), Math.max(Math.fround(COLDEST), Math.fround(1 / beta)));
  return reliabilityOf(z, labels, fitted).exact <= reliabilityOf(z, labels, 1).exact ? fitted : 1;
}

/**
 * The loss' first and second derivative by β.
 * @param {Float64Array} z
 * @param {number} n
 * @param {number} beta
 * @param {number} wanted
 */
function slopeAt(z, n, beta, wanted) {
  const classes = z.length / n;
  let [slope, curvature] = [-wanted, 0];
  for (let i = 0; i < n; i++) {
    let [sum, first, second] = [0, 0, 0];
    for (let k = i * classes; k < (i + 1) * classes; k++) {
      const share = Math.exp(beta * z[k]);
      sum += share;
      first += share * z[k];
      second += share * z[k] * z[k];
    }
    const mean = first / sum;
    slope += mean / n;
    curvature += (second / sum - mean * mean) / n;
  }
  return [slope, curvature];
}

/** Scores less the largest of their picture. @param {Float32Array} scores @param {number} n */
function belowLargest(scores, n) {
  const classes = scores.length / n;
  const shifted = Float64Array.from(scores);
  for (let i = 0; i < n; i++) {
    const row = shifted.subarray(i * classes, (i + 1) * classes);
    const largest = Math.max(...row);
    row.forEach((value, k) => (row[k] = value - largest));
  }
  return shifted;
}

/**
 * ln softmax(z / T) of picture i.
 * @param {Float64Array} z
 * @param {number} n
 * @param {number} i
 * @param {number} temperature
 */
function logShares(z, n, i, temperature) {
  const classes = z.length / n;
  const row = z.subarray(i * classes, (i + 1) * classes).map((value) => value / temperature);
  const norm = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
  return row.map((value) => value - norm);
}

/**
 * Mean of −ln p of the true class, and how far confidence and accuracy lie apart in bins of confidence.
 * @param {Float64Array} z @param {ArrayLike<number>} labels @param {number} temperature
 */
function reliabilityOf(z, labels, temperature) {
  const n = labels.length;
  const gaps = new Float64Array(CONFIDENCE_BINS);
  let exact = 0;
  for (let i = 0; i < n; i++) {
    const logs = logShares(z, n, i, temperature);
    exact -= logs[labels[i]] / n;
    const best = logs.indexOf(Math.max(...logs));
    const confidence = Math.exp(logs[best]);
    const bin = Math.min(CONFIDENCE_BINS - 1, Math.max(0, Math.ceil(confidence * CONFIDENCE_BINS) - 1));
    gaps[bin] += Number(best === labels[i]) - confidence;
  }
  const ece = gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / n;
  const rounded = (/** @type {number} */ value) => Number(value.toFixed(8));
  return { nll: rounded(exact), ece: rounded(ece), exact };
}

/**
 * Collects the scores of so many pictures while a network is measured on them.
 * @param {{logits: Maps}} network @param {number} n
 */
export function watchScores({ logits }, n) {
  const classes = logits.channels;
  const scores = new Float32Array(n * classes);
  let at = 0;
  return {
    scores,
    /** @param {number} pictures of the batch that stands there */
    add: (pictures) => {
      for (let i = 0; i < pictures; i++, at += classes)
        for (let k = 0; k < classes; k++)
          scores[at + k] = logits.block.values[(Math.floor(i / LANES) * classes + k) * LANES + (i % LANES)];
    },
  };
}
