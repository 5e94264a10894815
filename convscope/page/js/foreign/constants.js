/** Numbers that do not depend on the picture: out of a file's tensors, unpacked when they are first needed. */

import { halfOf } from "../engine/binary.js";
import { TYPES, isOtherFloat, later, room, sizeOfShape } from "../engine/tensors/tensor.js";
import { FOREIGN, refused } from "./fault.js";

/** @typedef {import("./messages.js").TensorMessage} TensorMessage */
/** @typedef {import("../engine/tensors/tensor.js").Tensor} Constant */

/**
 * The bytes of a number, and what reads one. @type {Record<number, {size: number, read: (view: DataView, at: number) =>
 * number}>}
 */
const MACHINE = {
  1: { size: 4, read: (view, at) => view.getFloat32(at, true) },
  2: { size: 1, read: (view, at) => view.getUint8(at) },
  3: { size: 1, read: (view, at) => view.getInt8(at) },
  4: { size: 2, read: (view, at) => view.getUint16(at, true) },
  5: { size: 2, read: (view, at) => view.getInt16(at, true) },
  6: { size: 4, read: (view, at) => view.getInt32(at, true) },
  7: { size: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { size: 1, read: (view, at) => view.getUint8(at) },
  10: { size: 2, read: (view, at) => halfOf(view.getUint16(at, true)) },
  11: { size: 8, read: (view, at) => view.getFloat64(at, true) },
  12: { size: 4, read: (view, at) => view.getUint32(at, true) },
  13: { size: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  16: { size: 2, read: brainOf },
};

/** A shape as it is said, "?" for a size that is no number. @param {number[]} shape */
export function shapeSaid(shape) {
  return shape.map((n) => (Number.isFinite(n) ? n : "?")).join("×");
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
    const { size, read } = MACHINE[type];
    const values = room(type, count);
    if (!raw) {
      const bits = type === TYPES.half || type === TYPES.brain; // which stand as whole numbers
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
