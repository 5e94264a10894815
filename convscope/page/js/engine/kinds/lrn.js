import { phrase } from "../../kit/i18n.js";
import { channelsAround } from "../geometry.js";
import { partOf } from "../parts.js";
import { passedBack } from "../relevance_paths.js";
/** @import {KindModule, Layer} from "../types.js" */

/** @param {Layer} node */
export function responseOf({ options: { around = 5, alpha = 1e-4, beta = 0.75, k = 1 } }) {
  return { around, alpha, beta, k };
}

/**
 * What each number is divided by, before its power: k + α/n · Σ x² over the channels around it.
 * @param {Layer} node
 * @param {Float64Array} x
 */
function basesOf(node, x) {
  const { around, alpha, k } = responseOf(node);
  const area = node.input[1] * node.input[2];
  return x.map((_, i) => {
    const { first, end } = channelsAround(node, Math.floor(i / area));
    let squares = 0;
    for (let c = first; c < end; c++) squares += x[c * area + (i % area)] ** 2;
    return k + (alpha / around) * squares;
  });
}

/**
 * Local response normalisation: each number over a power of the squares of the channels around it.
 * @type {KindModule}
 */
export const lrn = {
  drawing: "response",
  explain: phrase("explain.lrn"),
  geometry: "neighbours",
  mixes: false,
  affine: false,
  curve: null,
  relevance: passedBack, // what it is divided by counts as a constant
  forward: (node, [x]) => {
    const { beta } = responseOf(node);
    const bases = basesOf(node, x);
    return x.map((v, i) => v * bases[i] ** -beta);
  },
  // Each number is in its own numerator and in the bases of all channels around it.
  backward: (node, gradient, [x]) => {
    const { around, alpha, beta } = responseOf(node);
    const bases = basesOf(node, x);
    const area = node.input[1] * node.input[2];
    const shares = x.map((v, i) => gradient[i] * v * bases[i] ** (-beta - 1));
    const back = x.map((v, i) => {
      const { first, end } = channelsAround(node, Math.floor(i / area));
      let sum = 0;
      for (let c = first; c < end; c++) sum += shares[c * area + (i % area)];
      return gradient[i] * bases[i] ** -beta - ((2 * alpha * beta) / around) * v * sum;
    });
    return [back];
  },
  // Every part is a number times itself: together the sum of squares.
  terms: (unit) => {
    const { around, alpha, beta, k } = responseOf(unit.node);
    const { first, end } = channelsAround(unit.node, unit.channel);
    const parts = Array.from({ length: end - first }, (_, i) => {
      const place = { top: unit.y, left: unit.x, size: /** @type {[number, number]} */ ([1, 1]) };
      const { values } = partOf(unit, first + i, place);
      return partOf(unit, first + i, { ...place, weights: values });
    });
    const squares = parts.reduce((sum, part) => sum + part.subtotal, 0);
    const base = k + (alpha / around) * squares;
    return { parts, numbers: { x: parts[unit.channel - first].values[0], squares, around, alpha, beta, k, base } };
  },
};
