/** @import {Binary} from "../types.js" */

/**
 * Unpack base64 numbers.
 * @param {Binary} binary
 * @returns {Float32Array | Uint8Array | Int32Array}
 */
export function unpack(binary) {
  const bytes = Uint8Array.from(atob(binary.data), (c) => c.charCodeAt(0));
  if (binary.dtype === "uint8") return bytes;
  const view = new DataView(bytes.buffer);
  const length = bytes.length / 4;
  const values = binary.dtype === "float32" ? new Float32Array(length) : new Int32Array(length);
  for (let i = 0; i < length; i++)
    values[i] = binary.dtype === "float32" ? view.getFloat32(4 * i, true) : view.getInt32(4 * i, true);
  return values;
}

/**
 * Return item `i` of the first axis, sharing memory: picture i of (n, C, H, W).
 * @template {Float32Array | Uint8Array | Int32Array} T
 * @param {T} values
 * @param {number[]} shape
 * @param {number} i
 * @returns {T}
 */
export function itemOf(values, shape, i) {
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  return /** @type {T} */ (values.subarray(i * size, (i + 1) * size));
}
