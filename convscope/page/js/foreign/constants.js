/** Numbers that do not depend on the picture: out of a file's tensors, unpacked when they are first needed. */

import { halfOf, lazily } from "../engine/binary.js";
import { FOREIGN, refused } from "./fault.js";

/** @typedef {import("./messages.js").TensorMessage} TensorMessage */
/** @typedef {Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array | Uint16Array | Uint32Array}
 * Held */
/**
 * @typedef {object} Constant
 * @property {number} type TensorProto.DataType; floats of any precision are float32 here
 * @property {number[]} shape
 * @property {number} size
 * @property {Held} values int64 as float64
 */

/** TensorProto.DataType */
export const TYPES = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, half: 10, double: 11 };
const BRAIN = 16; // bfloat16

/** @type {Record<number, {size: number, made: (n: number) => Held, read: (view: DataView, at: number) => number}>} */
const MACHINE = {
  1: { size: 4, made: (n) => new Float32Array(n), read: (view, at) => view.getFloat32(at, true) },
  2: { size: 1, made: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) },
  3: { size: 1, made: (n) => new Int8Array(n), read: (view, at) => view.getInt8(at) },
  4: { size: 2, made: (n) => new Uint16Array(n), read: (view, at) => view.getUint16(at, true) },
  5: { size: 2, made: (n) => new Int16Array(n), read: (view, at) => view.getInt16(at, true) },
  6: { size: 4, made: (n) => new Int32Array(n), read: (view, at) => view.getInt32(at, true) },
  7: { size: 8, made: (n) => new Float64Array(n), read: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { size: 1, made: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) },
  10: { size: 2, made: (n) => new Float32Array(n), read: (view, at) => halfOf(view.getUint16(at, true)) },
  11: { size: 8, made: (n) => new Float32Array(n), read: (view, at) => view.getFloat64(at, true) },
  12: { size: 4, made: (n) => new Uint32Array(n), read: (view, at) => view.getUint32(at, true) },
  13: { size: 8, made: (n) => new Float64Array(n), read: (view, at) => Number(view.getBigUint64(at, true)) },
  16: { size: 2, made: (n) => new Float32Array(n), read: brainOf },
};

/** The product of sizes. @param {number[]} shape */
export function sizeOfShape(shape) {
  return shape.reduce((a, b) => a * b, 1);
}

/** A shape as it is said, "?" for a size that is no number. @param {number[]} shape */
export function shapeSaid(shape) {
  return shape.map((n) => (Number.isFinite(n) ? n : "?")).join("×");
}

/** Whether a type is of floating-point numbers that become float32 here. @param {number} type */
export function isOtherFloat(type) {
  return type === TYPES.half || type === TYPES.double || type === BRAIN;
}

/** A bfloat16: the upper half of a float32. @param {DataView} view @param {number} at */
function brainOf(view, at) {
  const whole = new DataView(new ArrayBuffer(4));
  whole.setUint16(2, view.getUint16(at, true), true);
  return whole.getFloat32(0, true);
}

/**
 * Refuse a tensor whose numbers are not as many as its shape says, or of a type or rank that is not read.
 * @param {TensorMessage} tensor
 */
export function checkTensor({ name, dims, type, raw, numbers }) {
  if (dims.length > FOREIGN.bounds.rank || dims.some((n) => n < 0))
    throw refused("foreign.tensor", { where: name, got: `(${dims.join(", ")})` });
  const machine = MACHINE[type];
  if (!machine) throw refused("foreign.tensor", { where: name, got: `type ${type}` });
  const count = sizeOfShape(dims);
  if (raw ? raw.length !== count * machine.size : numbers.length !== count)
    throw refused("foreign.tensor", { where: name, got: `(${dims.join(", ")})` });
}

/** @param {TensorMessage} tensor that was checked @returns {Constant} */
export function constantOf({ dims, type, raw, numbers }) {
  return later(isOtherFloat(type) ? TYPES.float : type, dims, (count) => {
    const { size, made, read } = MACHINE[type];
    const values = made(count);
    if (!raw) {
      const bits = type === TYPES.half || type === BRAIN; // which stand as whole numbers
      const view = new DataView(new ArrayBuffer(8));
      numbers.forEach((number, i) => {
        if (bits) view.setUint16(0, number, true);
        values[i] = bits ? read(view, 0) : number;
      });
      return values;
    }
    if (IN_MEMORY_ORDER && type === TYPES.float) {
      new Uint8Array(values.buffer).set(raw);
      return values;
    }
    const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
    for (let i = 0; i < count; i++) values[i] = read(view, i * size);
    return values;
  });
}

/** Whether this machine has numbers as a file has them. */
const IN_MEMORY_ORDER = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * A constant whose numbers are made when they are first asked for.
 * @param {number} type @param {number[]} shape @param {(count: number) => Held} make
 * @returns {Constant}
 */
export function later(type, shape, make) {
  const constant = { type, shape, size: sizeOfShape(shape) };
  lazily(/** @type {any} */ (constant), "values", () => make(constant.size));
  return /** @type {Constant} */ (constant);
}

/** @param {number} type @param {number[]} shape @param {ArrayLike<number>} values @returns {Constant} */
export function held(type, shape, values) {
  return later(type, shape, (count) => {
    const made = MACHINE[type].made(count);
    for (let i = 0; i < count; i++) made[i] = values[i];
    return made;
  });
}

/** The same numbers in another shape. @param {Constant} constant @param {number[]} shape @returns {Constant} */
export function withShape(constant, shape) {
  return later(constant.type, shape, () => constant.values);
}

/** Whether it holds floating-point numbers. @param {Constant} constant */
export function isFloat(constant) {
  return constant.type === TYPES.float;
}
