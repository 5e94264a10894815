/**
 * What a graph does to its pictures before the first layer, part of the preprocessing. As convscope/foreign/scaling.py.
 */

import { isFloat } from "../engine/tensors/tensor.js";

/** @typedef {import("./constants.js").Constant} Constant */
/** @typedef {import("./graph.js").ForeignGraph} ForeignGraph */
/** @typedef {import("./graph.js").Op} Op */
/** @typedef {{value: string, within: string[], mean: number[], std: number[]}} Scaling y = (x − mean) / std for each
 * channel of the picture; `value` is the graph's name of y, `within` those before */

/** @param {ForeignGraph} graph @param {number} channels @returns {Scaling} */
export function scalingOf(graph, channels) {
  /** @type {Map<string, Op[]>} */
  const readers = new Map();
  for (const op of graph.ops) for (const name of op.inputs) readers.set(name, [...(readers.get(name) ?? []), op]);
  let value = graph.picture;
  /** @type {string[]} */
  const within = [];
  let [factor, offset] = [Array(channels).fill(1), Array(channels).fill(0)];
  for (;;) {
    const reading = readers.get(value) ?? [];
    const step = reading.length === 1 ? scalingStep(graph, reading[0], value, channels) : null;
    if (!step || !step.factor.every((one) => one > 0)) break;
    offset = offset.map((one, c) => one * step.factor[c] + step.offset[c]);
    factor = factor.map((one, c) => one * step.factor[c]);
    within.push(value);
    value = reading[0].output;
  }
  return { value, within, mean: offset.map((one, c) => (0 - one) / factor[c]), std: factor.map((one) => 1 / one) };
}

/**
 * The factor and the offset of each channel; null for any other operator.
 * @param {ForeignGraph} graph @param {Op} op @param {string} value @param {number} channels
 */
function scalingStep(graph, { kind, inputs, shape, attributes }, value, channels) {
  const [one, zero] = [Array(channels).fill(1), Array(channels).fill(0)];
  if (kind === "Cast" || (kind === "Transpose" && attributes.perm?.join() === "0,3,1,2"))
    return { factor: one, offset: zero };
  if (!["Add", "Sub", "Mul", "Div"].includes(kind) || inputs.length !== 2) return null;
  const first = inputs[0] === value;
  const constant = graph.constants.get(inputs[first ? 1 : 0]);
  if (!constant || !isFloat(constant) || shape.join() !== graph.shapes.get(value)?.join()) return null;
  const numbers = channelNumbers(constant, shape, channels);
  if (!numbers || (["Mul", "Div"].includes(kind) && numbers.some((n) => n === 0))) return null;
  if (kind === "Add") return { factor: one, offset: numbers };
  if (kind === "Mul") return { factor: numbers, offset: zero };
  if (kind === "Sub") return { factor: one.map((n) => (first ? n : -n)), offset: numbers.map((n) => (first ? -n : n)) };
  return first ? { factor: numbers.map((n) => 1 / n), offset: zero } : null;
}

/** One number a channel where a constant has no more than that. @param {Constant} constant @param {number[]} shape
 * @param {number} channels */
function channelNumbers(constant, shape, channels) {
  if (constant.size === 1) return /** @type {number[]} */ (Array(channels).fill(constant.values[0]));
  const place = shape.length - 1 - (shape.length === 4 && shape[1] === channels ? 2 : 0);
  const given = [...Array(Math.max(0, shape.length - constant.shape.length)).fill(1), ...constant.shape];
  const fits = given.every((n, i) => n === 1 || (i === place && n === channels));
  return fits && constant.size === channels ? Array.from(constant.values) : null;
}
