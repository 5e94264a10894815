/** Tensors, as plain operators read and make them: type, shape, and numbers, made when they are first needed. */

import { lazily } from "../binary.js";

/** @typedef {Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array | Uint16Array |
 * Uint32Array} Held */
/**
 * @typedef {object} Tensor
 * @property {number} type TensorProto.DataType; floats of any precision are float32 here
 * @property {number[]} shape
 * @property {number} size
 * @property {Held} values int64 as float64
 */
/** @typedef {{type: number, shape: number[]}} Typed */
/** @typedef {Record<string, any>} Attributes */
/** @typedef {(inputs: (Tensor | null)[], attributes: Attributes, made: Typed[], opset: number) => Tensor[]} Operator of
 * known sizes: `made` is what it makes; throws a RangeError for what it cannot compute, at once or with the numbers */

/** TensorProto.DataType */
export const TYPES = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, half: 10, double: 11, brain: 16 };

/** @type {Record<number, new (count: number) => Held>} */
const ARRAYS = {
  1: Float32Array,
  2: Uint8Array,
  3: Int8Array,
  4: Uint16Array,
  5: Int16Array,
  6: Int32Array,
  9: Uint8Array,
  10: Float32Array,
  11: Float32Array,
  12: Uint32Array,
  16: Float32Array,
};

/** Zeros of a type. @param {number} type @param {number} count @returns {Held} */
export function room(type, count) {
  return new (ARRAYS[type] ?? Float64Array)(count);
}

/** The product of sizes. @param {number[]} shape */
export function sizeOfShape(shape) {
  return shape.reduce((a, b) => a * b, 1);
}

/** Whether a type is of floating-point numbers that become float32 here. @param {number} type */
export function isOtherFloat(type) {
  return type === TYPES.half || type === TYPES.double || type === TYPES.brain;
}

/** Whether it holds floating-point numbers. @param {Typed} tensor */
export function isFloat({ type }) {
  return type === TYPES.float;
}

/**
 * A tensor whose numbers are made when they are first asked for.
 * @param {number} type @param {number[]} shape @param {(count: number) => Held} make
 * @returns {Tensor}
 */
export function later(type, shape, make) {
  const tensor = { type, shape, size: sizeOfShape(shape) };
  lazily(/** @type {any} */ (tensor), "values", () => make(tensor.size));
  return /** @type {Tensor} */ (tensor);
}

/** @param {number} type @param {number[]} shape @param {ArrayLike<number>} values @returns {Tensor} */
export function held(type, shape, values) {
  return later(type, shape, (count) => {
    const made = room(type, count);
    for (let i = 0; i < count; i++) made[i] = values[i];
    return made;
  });
}

/** The same numbers in another shape. @param {Tensor} tensor @param {number[]} shape @returns {Tensor} */
export function withShape(tensor, shape) {
  return later(tensor.type, shape, () => tensor.values);
}

/** The input, which must be there. @param {Tensor | null | undefined} tensor @returns {Tensor} */
export function needed(tensor) {
  if (!tensor) throw new RangeError("an input is missing");
  return tensor;
}
