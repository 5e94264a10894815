/** Softmax and its logarithm as layers: each number in proportion to the others of its place. */

import { partOf } from "./parts.js";
import { passedBack } from "./relevance_paths.js";
/** @import {KindModule, Layer} from "./types.js" */

/**
 * @typedef {object} ShareRule
 * @property {boolean} [logarithm]
 * @property {(x: number, largest: number, sum: number) => number} of a number's share, from the largest of its place
 * and the sum of all e^(x − largest) there
 * @property {(gradient: Float64Array, y: Float64Array, count: number) => Float64Array} back d score / d
 * input; number i is of place i mod count
 */

/** The largest number of each place, and the sum of e^(x − largest). @param {Layer} node @param {Float64Array} x */
function sumsOfPowers(node, x) {
  const count = node.input[1] * node.input[2];
  const largest = new Float64Array(count).fill(-Infinity);
  const sums = new Float64Array(count);
  x.forEach((v, i) => (largest[i % count] = Math.max(largest[i % count], v)));
  x.forEach((v, i) => (sums[i % count] += Math.exp(v - largest[i % count])));
  return { count, largest, sums };
}

/**
 * @param {KindModule["explain"]} explain
 * @param {ShareRule} rule
 * @returns {KindModule}
 */
export function shareLayer(explain, rule) {
  return {
    drawing: "shares",
    explain,
    geometry: "column",
    mixes: false,
    affine: false,
    curve: null,
    forward: (node, [x]) => {
      const { count, largest, sums } = sumsOfPowers(node, x);
      return x.map((v, i) => rule.of(v, largest[i % count], sums[i % count]));
    },
    backward: (node, gradient, _, y) => [rule.back(gradient, y, node.input[1] * node.input[2])],
    relevance: passedBack, // what it is divided by counts as a constant
    terms: (unit) => {
      const { node, channel, y, x } = unit;
      const place = { top: y, left: x, size: /** @type {[number, number]} */ ([1, 1]) };
      const parts = Array.from({ length: node.input[0] }, (_, c) => partOf(unit, c, place));
      const values = parts.map((part) => part.values[0]);
      const largest = values.reduce((a, b) => Math.max(a, b));
      const sum = values.reduce((all, v) => all + Math.exp(v - largest), 0);
      return { parts, numbers: { x: values[channel], largest, sum, logarithm: Number(rule.logarithm ?? false) } };
    },
  };
}
