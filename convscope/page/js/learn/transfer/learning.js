/**
 * A new head learned from rows of features: which of them, how strongly, how well on pictures left out, and how far the
 * pictures lie apart. As convscope/training does with `--from lite0` (starting.py, left_out.py, outsiders.py).
 */

import { distancesBy } from "../../engine/outsider.js";
import { knownBy } from "../rejection/fitting.js";
import { chooseHead, splitBy } from "./choice.js";
import { classWeights, fitPath, linearScores, rotatedOf, unfold } from "./head.js";
/** @import {Columns} from "./choice.js" */
/** @import {Distances} from "../../engine/outsider.js" */

const LOOKED_AT = 250; // pictures at most: the order of the candidates is settled by then
const AT_OPTIMUM = 1e-6; // the slope of the mean loss
const SKEWED = 3; // times as many pictures as the smallest class has, from which classes are made to count the same
const LAID_OUT = 200; // pictures at most whose distances are compared: more take long and move them little

/**
 * @typedef {object} HeadAsked
 * @property {Float32Array[]} rows all features of each picture
 * @property {ArrayLike<number>[]} statistics of each picture
 * @property {number[]} labels
 * @property {number} classes
 * @property {number[]} fold of each picture: those of one are left out together
 * @property {number[][]} again other such folds, by which the pictures' distances are measured again: of few pictures
 * one distance each says little (docs/log.md)
 * @property {Columns[]} candidates choices of features
 */
/** @typedef {ReturnType<typeof learnHead>} LearnedHead */

/** @param {HeadAsked} asked */
export function learnHead({ rows, statistics, labels, classes, fold, again, candidates }) {
  const balanced = skews(labels, classes);
  const some = spreadOver(labels, classes, LOOKED_AT);
  const { candidate, strength } = chooseHead(
    some.map((i) => rows[i]),
    candidates,
    some.map((i) => labels[i]),
    classes,
    some.map((i) => fold[i]),
    balanced,
  );
  const columns = candidates[candidate];
  const turned = rotatedOf(rows, columns);
  const weights = classWeights(labels, classes, balanced);
  const fitOf = (/** @type {number[]} */ those) => {
    const share = totalOf(weights) / totalOf(those.map((i) => weights[i]));
    const scaled = Float64Array.from(those, (i) => weights[i] * share);
    const own = those.map((i) => turned.rows[i]);
    const theirs = those.map((i) => labels[i]);
    const { value } = fitPath(own, theirs, classes, [strength], scaled, AT_OPTIMUM).next();
    return /** @type {import("./head.js").LinearLayer} */ (value);
  };
  const features = rows.map((row) => taken(row, columns));
  const known = (/** @type {number[]} */ those) => {
    const few = spreadOver(
      those.map((i) => labels[i]),
      classes,
      LAID_OUT,
    ).map((at) => those[at]);
    return knownBy(
      few.map((i) => statistics[i]),
      few.map((i) => features[i]),
      few.map((i) => labels[i]),
      classes,
    );
  };
  const distancesApart = (/** @type {number[]} */ own, /** @type {number[]} */ out) => {
    const { group, learned } = known(own);
    return out.map((i) => distancesBy(learned, group, statistics[i], features[i]));
  };
  /** @type {{logits: number[], distances: Distances[]}[]} one distance for each time that it is left out */
  const leftOut = [];
  for (const k of new Set(fold)) {
    const [own, out] = splitBy(fold, k);
    const layer = fitOf(own);
    const apart = distancesApart(own, out);
    out.forEach((i, at) => (leftOut[i] = { logits: linearScores(layer, turned.rows[i]), distances: [apart[at]] }));
  }
  for (const other of again)
    for (const k of new Set(other)) {
      const [own, out] = splitBy(other, k);
      distancesApart(own, out).forEach((one, at) => leftOut[out[at]].distances.push(one));
    }
  const all = labels.map((_, i) => i);
  const { weight, bias } = unfold(turned, fitOf(all));
  const head = { weight: Float32Array.from(weight), bias: Float32Array.from(bias) };
  return { candidate, strength, balanced, head, leftOut, ...known(all) };
}

/** Some columns of a row. @param {Float32Array} row @param {Columns} columns */
export function taken(row, columns) {
  const made = new Float32Array(columns.reduce((sum, [from, to]) => sum + to - from, 0));
  let at = 0;
  for (const [from, to] of columns) {
    made.set(row.subarray(from, to), at);
    at += to - from;
  }
  return made;
}

/** Whether one class is much larger than another. @param {number[]} labels @param {number} classes */
function skews(labels, classes) {
  const counts = Array.from({ length: classes }, (_, k) => labels.filter((one) => one === k).length);
  return Math.max(...counts) >= SKEWED * Math.min(...counts);
}

/**
 * The places of at most so many pictures, as many of each class as there are or as its share, evenly spread.
 * @param {number[]} labels @param {number} classes @param {number} most
 */
function spreadOver(labels, classes, most) {
  if (labels.length <= most) return labels.map((_, i) => i);
  const each = Math.floor(most / classes);
  const chosen = Array.from({ length: classes }, (_, k) => {
    const own = labels.flatMap((label, i) => (label === k ? [i] : []));
    const n = Math.min(each, own.length);
    return Array.from({ length: n }, (_, i) => own[Math.floor((i * own.length) / n)]);
  });
  return chosen.flat().sort((a, b) => a - b);
}

/** @param {ArrayLike<number>} values */
function totalOf(values) {
  return Array.from(values).reduce((a, b) => a + b, 0);
}
