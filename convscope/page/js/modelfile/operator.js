/** An ONNX operator and a constant, as plain values: what the pieces of a model file are made of. */

/** @import {Layer} from "../engine/types.js" */
/** @import {Real} from "./json.js" */

export const FLOAT = 1; // TensorProto.DataType
export const UINT8 = 2;
export const FLOAT16 = 10;
const INT64 = 7;

/**
 * @typedef {object} Operator one ONNX node; its name is that of its output
 * @property {string} kind
 * @property {string[]} inputs
 * @property {string} output
 * @property {Record<string, number | number[] | Real>} [attributes] whole numbers, rows of them, and float32
 *
 * @typedef {{type: number, shape: number[], bytes: Uint8Array}} Tensor
 * @typedef {{operators: Operator[], tensors?: Record<string, Tensor>}} Piece one layer's operators in the order that
 * they are computed, the last of which makes what bears its name, and the constants that they read
 * @typedef {(node: Layer, inputs: string[]) => Piece} Written
 */

/** A constant of float32. @param {number[]} shape @param {ArrayLike<number>} values @returns {Tensor} */
export function floats(shape, values) {
  const made = Float32Array.from(values); // of the machine's byte order, which is little wherever a browser runs
  return { type: FLOAT, shape, bytes: new Uint8Array(made.buffer) };
}

/** A row of int64. @param {...number} values @returns {Tensor} */
export function integers(...values) {
  const made = BigInt64Array.from(values, BigInt);
  return { type: INT64, shape: [values.length], bytes: new Uint8Array(made.buffer) };
}

/**
 * A layer that is one operator, and reads weights of its own.
 * @param {string} kind
 * @param {string[]} [weights]
 * @param {(node: Layer) => Operator["attributes"]} [attributes]
 * @returns {Written}
 */
export function single(kind, weights = [], attributes) {
  return (node, inputs) => {
    const own = weights.map((weight) => `${node.name}.${weight}`);
    return {
      operators: [{ kind, inputs: [...inputs, ...own], output: node.name, attributes: attributes?.(node) }],
    };
  };
}
