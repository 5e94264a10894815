/**
 * From where on a picture is none of the classes, learned in the page: convscope/rejection/fitting.py, for networks of
 * which several were trained, each without a part of the pictures.
 */

import { packFloats } from "../../engine/binary.js";
import { statisticsOf } from "../../engine/outsider.js";
import { classGaussians, groupOf, looksOf, medianOf } from "./gaussians.js";
/** @import {Engine} from "../../engine/engine.js" */
/** @import {Rejection, Shape} from "../../types.js" */
/** @import {Distances} from "../../engine/outsider.js" */

/** @typedef {{pixels: ArrayLike<number>, label: number}} Labelled */
/** @typedef {{threshold: number, parts: Rejection["parts"]}} Bound */

export const REJECTION_LEVEL = 0.95; // of the pictures of the classes that are answered
/**
 * Below each part's bound, the unit in which parts are compared. Python takes 97.5 % of hundreds of pictures; of forty
 * that is the worst one, which may be anything.
 */
const UNIT_OF_FEW = 0.75;
const ROUNDING = 1e-4; // by how much the scores of float32 may be larger
/** So many pictures held out it takes: with fewer, none of them is the one of which 95 % are no larger. */
export const REJECTION_LEAST = Math.ceil(REJECTION_LEVEL / (1 - REJECTION_LEVEL) - 1e-9);

/**
 * What pictures that a network was trained on say of others, before there is a bound.
 * @param {Engine} engine
 * @param {Shape} shape
 * @param {Labelled[]} own
 * @param {number} classes
 */
export function knownTo(engine, shape, own, classes) {
  const at = featuresNode(engine);
  const size = at < 0 ? shape.reduce((a, b) => a * b, 1) : engine.nodes[at].output.reduce((a, b) => a * b, 1);
  const group = groupOf(size);
  const values = own.map(({ pixels }) => {
    const { input, outputs } = engine.forward(pixels);
    return averagesOf(at < 0 ? input : outputs[at], group);
  });
  const looks = looksOf(own.map(({ pixels }) => statisticsOf(pixels, shape)));
  const labels = own.map(({ label }) => label);
  const learned = { ...looks, ...classGaussians(values, labels, classes) };
  return { features: at, group, tensors: packLearned(learned) };
}

/**
 * The same by the pictures' statistics and features, in numbers of 32 bits.
 * @param {ArrayLike<number>[]} statistics @param {ArrayLike<number>[]} features @param {number[]} labels
 * @param {number} classes
 */
export function knownBy(statistics, features, labels, classes) {
  const group = groupOf(features[0].length);
  const averages = features.map((row) => averagesOf(row, group));
  const learned = { ...looksOf(statistics), ...classGaussians(averages, labels, classes) };
  const single = Object.entries(learned).map(([name, values]) => [name, Float32Array.from(values)]);
  return { group, learned: /** @type {Record<string, Float32Array>} */ (Object.fromEntries(single)) };
}

/** @typedef {ReturnType<typeof knownTo>} Known */

/**
 * The bound that leaves 95 % of all pictures of the classes below, on average, by the distances of some that the
 * network did not learn from; null for too few of them.
 * @param {Distances[]} held
 * @param {number} [unit] the share of the pictures that lies within a part's unit
 * @returns {Bound | null}
 */
export function boundOf(held, unit = UNIT_OF_FEW) {
  if (held.length < REJECTION_LEAST) return null;
  const parts = /** @type {const} */ (["picture", "features"]).map((name) => {
    const values = held.map((one) => one[name]);
    const middle = medianOf(values);
    return { name, middle: Math.fround(middle), spread: Math.fround(Math.max(conformal(values, unit) - middle, 1e-6)) };
  });
  const threshold = conformal(
    held.map((one) => scoreOf(one, parts)),
    REJECTION_LEVEL,
  );
  return { parts, threshold: Math.fround(Math.max(1, threshold) * (1 + ROUNDING)) };
}

/** The root of the sum of the parts' squares. @param {Distances} distances @param {Rejection["parts"]} parts */
export function scoreOf(distances, parts) {
  const of = (/** @type {string} */ name) => distances[/** @type {keyof Distances} */ (name)];
  return Math.hypot(...parts.map(({ name, middle, spread }) => Math.max(0, (of(name) - middle) / spread)));
}

/** The ⌈(n+1)·level⌉-th smallest of n, or the largest. @param {number[]} values @param {number} level */
function conformal(values, level) {
  const rank = Math.ceil((values.length + 1) * level - 1e-9);
  return [...values].sort((a, b) => a - b)[Math.min(values.length, rank) - 1];
}

/** The node that the last layer with weights reads, −1 for the picture. @param {Engine} engine */
function featuresNode({ nodes }) {
  const learned = nodes.filter((node) => Object.keys(node.tensors).length);
  return learned[learned.length - 1]?.sources[0] ?? -1;
}

/** Means of groups of numbers; a rest is left out. @param {ArrayLike<number>} values @param {number} group */
function averagesOf(values, group) {
  return Float64Array.from({ length: Math.floor(values.length / group) }, (_, i) => {
    let sum = 0;
    for (let j = i * group; j < (i + 1) * group; j++) sum += values[j];
    return sum / group;
  });
}

/** @param {Record<string, ArrayLike<number>>} learned @returns {Rejection["tensors"]} */
export function packLearned(learned) {
  return Object.fromEntries(
    Object.entries(learned).map(([name, values]) => [name, packFloats(Float32Array.from(values))]),
  );
}
