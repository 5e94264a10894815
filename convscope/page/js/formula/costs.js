/**
 * What a layer learns and computes, by the traits of its kind. Exact whole numbers, however large: they are BigInt. As
 * `parameters_how` and `macs` in convscope/formula/kinds.
 */

import { grouped } from "./fault.js";
import { both } from "./layers.js";
import { entryOf } from "./table.js";

/** @typedef {import("./layers.js").LayerPlan} LayerPlan */
/** @typedef {import("./layers.js").WholeLayer} WholeLayer */
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
  const {
    filters,
    learned_per_channel: perChannel,
    learned_per_layer: perLayer,
    learned_per_unit: perUnit,
  } = entryOf(layer.is).traits;
  if (filters) {
    const [filter, bias] = [filterShape(layer, shape), layer.bias ?? true];
    const total = BigInt(output[0]) * (product(filter) + (bias ? 1n : 0n));
    return [total, `${output[0]} × (${filter.join("×")}${bias ? " + 1" : ""}) = ${grouped(total)}`];
  }
  if (perChannel) {
    const each = perChannel - Number(layer.bias === false);
    const total = BigInt(each * shape[0]);
    return [total, `${each} × ${shape[0]} = ${grouped(total)}`];
  }
  if (layer.extra) {
    const total = BigInt(layer.extra * shape[0]);
    return [total, `${layer.extra} × ${shape[0]} = ${grouped(total)}`];
  }
  if (perUnit) return [product(output), `${output.join("×")} = ${grouped(product(output))}`];
  if (layer.per_channel) return [BigInt(shape[0]), `1 × ${shape[0]} = ${grouped(BigInt(shape[0]))}`];
  return [BigInt(perLayer), perLayer ? String(perLayer) : ""];
}

/**
 * Multiply-adds for one picture: every number of a layer with filters is one sum over its filter's weights.
 * @param {LayerPlan} layer
 * @param {Three} shape
 * @param {Three} output
 */
export function macsOf(layer, shape, output) {
  const { filters, reads } = entryOf(layer.is).traits;
  if (reads === "spread") {
    const { kernel, groups } = /** @type {WholeLayer} */ (layer);
    return (product(shape) * BigInt(output[0]) * product(both(kernel))) / BigInt(groups);
  }
  return filters ? product(output) * product(filterShape(layer, shape)) : 0n;
}

/**
 * A filter's shape: channels and kernel of a window, or all numbers of a row.
 * @param {LayerPlan} layer
 * @param {Three} shape
 */
function filterShape(layer, shape) {
  if (!["window", "spread"].includes(entryOf(layer.is).traits.reads)) return [shape[0]];
  const { kernel, groups } = /** @type {WholeLayer} */ (layer);
  return [shape[0] / groups, ...both(kernel)];
}
