/**
 * What a box computes that is no layer of the formula: plain operators, one after the other, from the numbers that it
 * reads to those that it makes. These are ONNX's, by their names there.
 */

import { OPERATORS } from "./operators.js";
import { TYPES, held } from "./tensor.js";

/** @typedef {import("./tensor.js").Attributes} Attributes */
/** @typedef {import("./tensor.js").Held} Held */
/** @typedef {import("./tensor.js").Tensor} Tensor */
/** @typedef {import("./tensor.js").Typed} Typed */
/**
 * @typedef {object} Step one operator
 * @property {string} kind
 * @property {number[]} inputs values by their number: first what is read, then the constants, then what each step made;
 * −1 where none is given
 * @property {Attributes} attributes
 * @property {Typed[]} made of which the last is kept
 *
 * @typedef {object} Program
 * @property {number} opset the version of the operators
 * @property {number[][]} reads the shape of each value that is read, one a source of the node
 * @property {(Typed & {values: Held})[]} constants
 * @property {Step[]} steps of which the last makes the result
 * @property {number} work multiply-adds, roughly
 */

/**
 * The result, number by number; empty where one of the operators has none for these numbers. A value is let go when
 * nothing reads it any more.
 * @param {Program} program @param {ArrayLike<number>[]} inputs one a source @returns {Float64Array}
 */
export function runProgram({ opset, reads, constants, steps }, inputs) {
  /** @type {(Tensor | null)[]} */
  const values = [
    ...reads.map((shape, i) => held(TYPES.float, shape, inputs[i])),
    ...constants.map((constant) => ({ ...constant, size: constant.values.length })),
  ];
  const first = values.length;
  /** @type {number[]} */
  const last = [];
  steps.forEach((step, i) => step.inputs.forEach((at) => (last[at] = i)));
  try {
    steps.forEach(({ kind, inputs: given, attributes, made }, i) => {
      const read = given.map((at) => (at < 0 ? null : values[at]));
      const results = OPERATORS[kind](read, attributes, made, opset);
      const result = results[results.length - 1];
      void result.values; // now, so that no chain of them grows deep
      values[first + i] = result;
      for (const at of given) if (at >= 0 && last[at] === i) values[at] = null;
    });
  } catch (error) {
    if (error instanceof RangeError) return new Float64Array(0);
    throw error;
  }
  return Float64Array.from(values[values.length - 1]?.values ?? []);
}
