/** @import {Binary, Numbers32, ScaledBytes} from "../types.js" */

/**
 * Give an object a value that is made when it is first asked for.
 * @template T
 * @param {Record<string | number, T>} object @param {string | number} key @param {() => T} make
 */
export function lazily(object, key, make) {
  const keep = (/** @type {T} */ value) =>
    Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true });
  const get = () => {
    const value = make();
    keep(value);
    return value;
  };
  Object.defineProperty(object, key, { get, set: keep, configurable: true, enumerable: true });
}

/**
 * Unpack base64 numbers; those that are numbers already are themselves.
 * @param {Binary | ScaledBytes | Numbers32} binary
 * @returns {Float32Array | Uint8Array | Int32Array}
 */
export function unpack(binary) {
  if ("values" in binary) return binary.values;
  if (binary.dtype === "int8") return unscaled(binary);
  const bytes = bytesOf(binary.data);
  return READERS[binary.dtype](bytes, new DataView(bytes.buffer));
}

/** Whether this machine has numbers as a payload has them. */
const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** What every pattern of 16 bits stands for, once it was needed. @type {Float32Array | null} */
let HALVES = null;

/** @type {Record<Binary["dtype"], (bytes: Uint8Array, view: DataView) => Float32Array | Uint8Array | Int32Array>} */
const READERS = {
  uint8: (bytes) => bytes,
  int32: (bytes, view) => new Int32Array(bytes.length / 4).map((_, i) => view.getInt32(4 * i, true)),
  float32: (bytes, view) => {
    if (LITTLE) return new Float32Array(bytes.buffer);
    const values = new Float32Array(bytes.length / 4);
    for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(4 * i, true);
    return values;
  },
  float16: halvesIn,
};

/** Numbers in half precision, little-endian. @param {Uint8Array} bytes */
export function halvesIn(bytes) {
  const values = new Float32Array(bytes.length / 2);
  HALVES ??= Float32Array.from({ length: 65536 }, (_, bits) => halfOf(bits));
  for (let i = 0; i < values.length; i++) values[i] = HALVES[bytes[2 * i] | (bytes[2 * i + 1] << 8)];
  return values;
}

/**
 * The number that 16 bits stand for in half precision (IEEE 754 binary16): a sign, 5 bits of exponent, 10 of fraction.
 * @param {number} bits
 */
export function halfOf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * POWERS[exponent] * (1 + fraction / 1024) : (sign * fraction) / 2 ** 24;
}

/** 2^(e − 15) for each exponent as it is stored. */
const POWERS = Float64Array.from({ length: 31 }, (_, e) => 2 ** (e - 15));

/** Numbers that were rounded to 8 bits. @param {ScaledBytes} binary */
function unscaled(binary) {
  const steps = new Int8Array(bytesOf(binary.data).buffer);
  const factors = unpack({ dtype: "float32", shape: [], data: binary.factors });
  const row = steps.length / factors.length;
  const values = new Float32Array(steps.length);
  for (let r = 0, i = 0; r < factors.length; r++) {
    for (const end = i + row; i < end; i++) values[i] = steps[i] * factors[r];
  }
  return values;
}

/**
 * Float32 numbers as a payload has them.
 * @param {Float32Array} values
 * @param {number[]} [shape]
 * @returns {Binary}
 */
export function packFloats(values, shape = [values.length]) {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return { dtype: "float32", shape, data: base64Of(new Uint8Array(view.buffer)) };
}

/**
 * Bytes as a payload has them.
 * @param {Uint8Array} bytes
 * @param {number[]} shape
 * @returns {Binary}
 */
export function packBytes(bytes, shape) {
  return { dtype: "uint8", shape, data: base64Of(bytes) };
}

/** The bytes that base64 stands for. @param {string} base64 */
export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * Bytes of numbers in half precision as a payload has them.
 * @param {Uint8Array} bytes
 * @param {number[]} shape
 * @returns {Binary}
 */
export function packHalves(bytes, shape) {
  return { dtype: "float16", shape, data: base64Of(bytes) };
}

/** @param {Uint8Array} bytes */
export function base64Of(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
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
