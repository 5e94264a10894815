/**
 * Which features and which penalty: what predicts best the pictures that were left out, fold by fold, as
 * convscope/transfer/choice.py chooses.
 */

import { choleskyOf, solveBoth } from "./cholesky.js";
import { classWeights, fitPath, lossOf, rotatedOf, linearScores } from "./head.js";

/** @typedef {import("./head.js").Rotated} Rotated */
/** @typedef {[number, number][]} Columns of a row of features: from, to */
/** @typedef {{strength: number, loss: number}} Tried mean loss in nats on pictures left out */

const STRENGTHS = [1e-3, 1e-2, 1e-1, 1, 10]; // of the losses beside the penalty, weakest first
const PENALTIES = [0.01, 0.1]; // of ridge regression, which compares features
const LOOSE = 2e-4; // the slope at which a fit that only compares ends

/**
 * The best of several choices of features and its strength. Features are compared by ridge regression, which says of
 * every picture what it would be without its whole fold at no further cost: by the mean square of those errors, every
 * class counting the same.
 * @param {ArrayLike<number>[]} features a row a picture @param {Columns[]} candidates
 * @param {number[]} labels @param {number} classes @param {number[]} fold of each picture @param {boolean} balanced
 * whether classes count the same when strengths are compared
 */
export function chooseHead(features, candidates, labels, classes, fold, balanced) {
  let best = { candidate: -1, error: Infinity, turned: /** @type {Rotated | null} */ (null) };
  candidates.forEach((columns, candidate) => {
    const turned = rotatedOf(features, columns);
    const error = ridgeError(turned.rows, labels, classes, fold);
    if (error < best.error) best = { candidate, error, turned };
  });
  const { candidate, error, turned } = best;
  if (!turned) throw new RangeError("no features to choose from");
  const tried = strengthsTried(turned.rows, labels, classes, fold, balanced);
  const strength = tried.reduce((a, b) => (b.loss < a.loss ? b : a)).strength;
  return { candidate, error, strength, tried };
}

/**
 * The mean square by which ridge regression misses ±1 for each class of pictures left out, at its best penalty. With
 * inverse C, solving C_gg e = weights_g gives the errors e of fold g left out (Pahikkala, Boberg & Salakoski 2006).
 * @param {Float64Array[]} rows @param {number[]} labels @param {number} classes @param {number[]} fold
 */
function ridgeError(rows, labels, classes, fold) {
  const n = rows.length;
  const kernel = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < rows[i].length; k++) sum += rows[i][k] * rows[j][k];
      kernel[i * n + j] = kernel[j * n + i] = sum;
    }
  let trace = 0;
  for (let i = 0; i < n; i++) trace += kernel[i * n + i];
  const unit = Math.max(trace / n, 1e-12);
  const even = classWeights(labels, classes, true);
  const total = even.reduce((a, b) => a + b, 0);
  const groups = [...new Set(fold)].map((k) => fold.flatMap((one, i) => (one === k ? [i] : [])));
  return Math.min(
    ...PENALTIES.map((penalty) => {
      const matrix = Float64Array.from(kernel, (one) => one / unit + 1);
      for (let i = 0; i < n; i++) matrix[i * n + i] += penalty / even[i];
      const inverse = identityOf(n);
      solveBoth(choleskyOf(matrix, n), n, inverse, n);
      const weights = new Float64Array(n * classes);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++)
          for (let k = 0; k < classes; k++)
            weights[i * classes + k] += labels[j] === k ? inverse[i * n + j] : -inverse[i * n + j];
      let sum = 0;
      for (const group of groups) {
        const m = group.length;
        const part = Float64Array.from({ length: m * m }, (_, at) => {
          return inverse[group[Math.floor(at / m)] * n + group[at % m]];
        });
        const errors = Float64Array.from({ length: m * classes }, (_, at) => {
          return weights[group[Math.floor(at / classes)] * classes + (at % classes)];
        });
        solveBoth(choleskyOf(part, m), m, errors, classes);
        errors.forEach((one, at) => (sum += (even[group[Math.floor(at / classes)]] * one * one) / classes));
      }
      return sum / total;
    }),
  );
}

/**
 * What each strength makes of pictures whose fold was left out, up to the first that is worse than the one before it.
 * @param {Float64Array[]} rows @param {number[]} labels @param {number} classes @param {number[]} fold
 * @param {boolean} balanced @returns {Tried[]}
 */
function strengthsTried(rows, labels, classes, fold, balanced) {
  const weights = classWeights(labels, classes, balanced);
  const total = weights.reduce((a, b) => a + b, 0);
  const paths = [...new Set(fold)].map((k) => {
    const [own, out] = splitBy(fold, k);
    const some = own.map((i) => labels[i]);
    const theirs = classWeights(some, classes, balanced);
    const others = own.map((i) => rows[i]);
    return { out, path: fitPath(others, some, classes, STRENGTHS, theirs, LOOSE) };
  });
  /** @type {Tried[]} */
  const tried = [];
  for (const strength of STRENGTHS) {
    let loss = 0;
    for (const { out, path } of paths) {
      const layer = path.next().value;
      if (layer) for (const i of out) loss += (weights[i] * lossOf(linearScores(layer, rows[i]), labels[i])[0]) / total;
    }
    tried.push({ strength, loss });
    if (tried.length > 1 && loss > tried[tried.length - 2].loss) break;
  }
  return tried;
}

/**
 * The pictures of all other folds, and those of this one.
 * @param {number[]} fold
 * @param {number} k
 * @returns {[number[], number[]]}
 */
export function splitBy(fold, k) {
  const all = fold.map((_, i) => i);
  return [all.filter((i) => fold[i] !== k), all.filter((i) => fold[i] === k)];
}

/** @param {number} n */
function identityOf(n) {
  const made = new Float64Array(n * n);
  for (let i = 0; i < n; i++) made[i * n + i] = 1;
  return made;
}
