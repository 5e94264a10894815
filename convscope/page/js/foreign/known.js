/** What a reader of operators finds: a layer of the formula, with its weights. As convscope/foreign/known.py. */

import { layerOf } from "../formula/layers.js";
import { later, TYPES } from "../engine/tensors/tensor.js";

/** @typedef {import("../formula/layers.js").LayerPlan} LayerPlan */
/** @typedef {import("./constants.js").Constant} Constant */
/** @typedef {import("../engine/tensors/tensor.js").Held} Held */
/** @typedef {import("./graph.js").ForeignGraph} ForeignGraph */
/** @typedef {import("./graph.js").Op} Op */
/**
 * @typedef {object} Known
 * @property {LayerPlan | null} layer null for one that computes otherwise, and has nothing that it learned
 * @property {string[]} sources the values that it reads
 * @property {Record<string, Constant>} tensors by the formula's names
 * @property {string[]} learned the constants that it learned
 * @property {string} [label] where it is not the operator's
 * @property {number} rounded the steps to whose multiples the file rounds what it makes, and the layer does not
 */

/**
 * @param {LayerPlan | null} layer @param {string[]} sources @param {Record<string, Constant>} [tensors]
 * @param {string[]} [learned] @param {number} [rounded] @returns {Known}
 */
export function knownAs(layer, sources, tensors = {}, learned = [], rounded = 0) {
  return { layer, sources, tensors, learned, rounded };
}

/**
 * A layer, its arguments checked as those of a formula: throws a PlanFault for one that no formula has.
 * @param {string} kind @param {Record<string, number | boolean | string | number[]>} [given]
 */
export function layerWith(kind, given = {}) {
  return layerOf(kind, Object.fromEntries(Object.entries(given).map(([name, value]) => [name, asArgument(value)])));
}

/** @param {number | boolean | string | number[]} value @returns {import("../formula/fault.js").Value} */
function asArgument(value) {
  if (Array.isArray(value)) return { is: "tuple", of: value.map(asArgument) };
  if (typeof value === "boolean") return { is: "bool", of: value };
  if (typeof value === "string") return { is: "str", of: value };
  return Number.isInteger(value) ? { is: "int", of: value } : { is: "float", of: value };
}

export const LARGEST_FLOAT = 3.4028234663852886e38; // that a float32 holds

/**
 * The number of the fewest digits that a file holds as `value`, a float32: 0.001 for 0.0010000000474974513.
 * @param {number} value
 */
export function shortest(value) {
  for (let digits = 1; digits <= 9 && Number.isFinite(value); digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value && Math.abs(short) <= LARGEST_FLOAT) return short;
  }
  return value;
}

/** An attribute, as short as a file holds it. @param {Op} op @param {string} name @param {number} usual */
export function attributeNumber(op, name, usual) {
  return shortest(Number(op.attributes[name] ?? usual));
}

/** The constant that an operator reads; throws a RangeError where it is none. @param {ForeignGraph} graph
 * @param {string | undefined} name */
export function constantNamed(graph, name) {
  const constant = graph.constants.get(name ?? "");
  if (!constant) throw new RangeError(`${name} depends on the picture`);
  return constant;
}

/** The shape of what depends on the picture. @param {ForeignGraph} graph @param {string} name */
export function shapeNamed(graph, name) {
  const shape = graph.shapes.get(name);
  if (!shape) throw new RangeError(`${name} is a constant`);
  return shape;
}

/** Its only number. @param {Constant} constant */
export function onlyNumber(constant) {
  if (constant.size !== 1) throw new RangeError(constant.shape.join("×"));
  return constant.values[0];
}

/** Float numbers made later. @param {number[]} shape @param {(i: number) => number} of @returns {Constant} */
export function madeOf(shape, of) {
  return later(TYPES.float, shape, (count) => {
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) out[i] = of(i);
    return out;
  });
}
