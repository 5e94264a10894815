/**
 * What a layer learns and computes. Exact whole numbers, however large: they are BigInt. As convscope/formula/costs.py.
 */

import { grouped } from "./fault.js";
import { both } from "./layers.js";

/** @typedef {import("./layers.js").LayerPlan} LayerPlan */
/** @typedef {[number, number, number]} Three channels, rows, columns */

/** @param {number[]} numbers */
const product = (numbers) => numbers.reduce((a, b) => a * BigInt(b), 1n);

/**
 * How many numbers are learned, and the sum that says so.
 * @param {LayerPlan} layer
 * @param {Three} shape
 * @param {Three} output
 * @returns {[bigint, string]}
 */
export function parametersOf(layer, shape, output) {
  if (layer.is === "conv") {
    const kernel = kernelShape(layer, shape);
    const total = BigInt(output[0]) * (product(kernel) + (layer.bias ? 1n : 0n));
    return [total, `${output[0]} × (${kernel.join("×")}${layer.bias ? " + 1" : ""}) = ${grouped(total)}`];
  }
  if (layer.is === "fc") {
    const total = BigInt(output[0]) * BigInt(shape[0] + 1);
    return [total, `${output[0]} × (${shape[0]} + 1) = ${grouped(total)}`];
  }
  if (layer.is === "bn") return [BigInt(2 * shape[0]), `2 × ${shape[0]} = ${grouped(2 * shape[0])}`];
  return layer.is === "prelu" ? [1n, "1"] : [0n, ""];
}

/**
 * Multiply-adds for one picture: every output of a conv or fc is one sum over its filter's weights.
 * @param {LayerPlan} layer
 * @param {Three} shape
 * @param {Three} output
 */
export function macsOf(layer, shape, output) {
  if (layer.is === "conv") return product(output) * product(kernelShape(layer, shape));
  return layer.is === "fc" ? product(output) * BigInt(shape[0]) : 0n;
}

/** @param {LayerPlan} layer @param {Three} shape */
function kernelShape(layer, shape) {
  return [Math.floor(shape[0] / (layer.groups ?? 1)), ...both(layer.kernel ?? 1)];
}
