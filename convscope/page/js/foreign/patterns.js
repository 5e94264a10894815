/**
 * Operators that together are one layer with a name; which these are is handed over by Python (`patterns`). As
 * convscope/foreign/patterns.py.
 */

import { ENDS } from "../engine/tensors/quantising.js";
import { TYPES } from "../engine/tensors/tensor.js";
import { layerOfOperator, byChannel } from "./layers.js";
import { FOREIGN } from "./fault.js";
import { knownAs, layerWith, madeOf, shortest } from "./known.js";
import { normalisedLayers } from "./norm_patterns.js";

/** @typedef {import("./fault.js").Pattern} Pattern */
/** @typedef {import("./graph.js").ForeignGraph} ForeignGraph */
/** @typedef {import("./graph.js").Op} Op */
/** @typedef {import("./known.js").Known} Known */
/** @typedef {Map<string, Known | null>} Merged by the value that each makes; null for the values within a layer */
/** @typedef {{graph: ForeignGraph, makers: Map<string, Op>, readers: Map<string, number>}} Within */

const EITHER_ORDER = new Set(["Add", "Mul"]); // whose arguments may stand in either order
const FAR = 1e30; // from where on a clip's end is none
const CLOSE = 1e-5; // of a constant, that float32 or half precision wrote

/** The layers that several operators are together. @param {ForeignGraph} graph @returns {Merged} */
export function mergedLayers(graph) {
  const makers = new Map(graph.ops.map((op) => [op.output, op]));
  /** @type {Map<string, number>} */
  const readers = new Map();
  for (const name of graph.ops.flatMap((op) => op.inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const within = { graph, makers, readers };
  /** @type {Merged} */
  const found = new Map([
    ...[...scaledPairs(within), ...biasedPairs(within), ...shuffled(within)],
    ...[...roundedPairs(within), ...normalisedLayers(within)],
  ]);
  for (const op of graph.ops.slice().reverse()) {
    if (found.has(op.output)) continue;
    for (const [pattern, kind] of FOREIGN.patterns) {
      const match = { x: "", within: /** @type {string[]} */ ([]) };
      if (!fits(within, match, pattern, op.output)) continue;
      const inner = match.within.slice(1);
      if (inner.some((name) => name !== match.x && readers.get(name) !== 1)) continue;
      found.set(op.output, knownAs(layerWith(kind), [match.x]));
      for (const name of inner) found.set(name, null);
      break;
    }
  }
  return found;
}

/**
 * Whether a value is what a pattern says; `match` gathers what the pattern reads and the values of its operators, the
 * last first.
 * @param {Within} given @param {{x: string, within: string[]}} match @param {Pattern} pattern @param {string} name
 * @returns {boolean}
 */
function fits(given, match, pattern, name) {
  const { graph, makers } = given;
  if (typeof pattern === "number") return isNumber(graph, name, pattern);
  if (pattern === "x") {
    if (graph.constants.has(name) || (match.x && match.x !== name)) return false;
    match.x = name;
    return true;
  }
  const [op, [kind, ...wanted]] = [makers.get(name), pattern];
  if (!op || op.kind !== kind) return false;
  const { alpha = 0.2, beta = 0.5, min = -Infinity, max = Infinity } = op.attributes;
  if (kind === "HardSigmoid" && (Math.abs(alpha - 1 / 6) > CLOSE || beta !== 0.5)) return false;
  /** @type {(string | number)[]} */
  const read = op.inputs.map(graph.value);
  if (kind === "Clip" && read.length === 1) read.push(min, max);
  for (const order of EITHER_ORDER.has(kind) ? [read, read.slice().reverse()] : [read]) {
    const before = { x: match.x, within: match.within.slice() };
    match.within.push(name);
    const all =
      order.length === wanted.length &&
      wanted.every((one, i) => {
        const other = order[i];
        if (typeof other === "string") return fits(given, match, one, other);
        return typeof one === "number" && Math.abs(other - one) <= CLOSE;
      });
    if (all) return true;
    Object.assign(match, before);
  }
  return false;
}

/** @param {ForeignGraph} graph @param {string} name @param {number} number */
function isNumber(graph, name, number) {
  const constant = graph.constants.get(name);
  return constant?.size === 1 && Math.abs(constant.values[0] - number) <= CLOSE;
}

/** The operator whose value one of its inputs is. @param {Within} within @param {Op} op */
function operatorBefore({ makers }, op) {
  const name = op.inputs.find((one) => makers.has(one));
  return name === undefined ? undefined : makers.get(name);
}

/** Layers whose bias stands apart: MatMul and Add, a convolution and Add. @param {Within} within @returns {Merged} */
function biasedPairs(within) {
  const { graph, readers } = within;
  /** @type {Merged} */
  const found = new Map();
  for (const op of graph.ops) {
    const constants = op.inputs.filter((name) => graph.constants.has(name));
    const product = operatorBefore(within, op);
    if (op.kind !== "Add" || constants.length !== 1 || !product || !["MatMul", "Conv"].includes(product.kind)) continue;
    const bias = graph.constants.get(constants[0]);
    const layer = layerOfOperator(graph, product);
    const maps = op.shape.length === 4;
    const channels = maps ? op.shape[1] : op.shape[op.shape.length - 1];
    if (!layer || !bias || (readers.get(product.output) ?? 0) > 1) continue;
    if (product.kind === "Conv" && "bias" in layer.tensors) continue;
    const one = bias.size === 1 ? () => bias.values[0] : (/** @type {number} */ c) => bias.values[c];
    const numbers = maps ? byChannel(bias, op.shape) : one;
    if (!numbers || ![1, channels].includes(bias.size) || op.shape.join() !== product.shape.join()) continue;
    const whole = layer.layer && { ...layer.layer, ...(product.kind === "Conv" ? { bias: true } : {}) };
    const tensors = { ...layer.tensors, bias: madeOf([channels], numbers) };
    found.set(op.output, knownAs(whole, layer.sources, tensors, [...layer.learned, ...constants]));
    found.set(product.output, null);
  }
  return found;
}

/**
 * Shuffles of channels: a reshape to (1, groups, C/groups, H, W), the two in front swapped, and a reshape back.
 * @param {Within} within @returns {Merged}
 */
function shuffled({ graph, makers, readers }) {
  /** @type {Merged} */
  const found = new Map();
  for (const op of graph.ops) {
    const swap = op.kind === "Reshape" ? makers.get(op.inputs[0]) : undefined;
    const split = swap?.kind === "Transpose" ? makers.get(swap.inputs[0]) : undefined;
    if (!swap || !split || split.kind !== "Reshape" || split.shape.length !== 5) continue;
    const before = graph.shapes.get(split.inputs[0]);
    const whole =
      before?.join() === op.shape.join() &&
      split.shape.slice(3).join() === op.shape.slice(2).join() &&
      swap.attributes.perm?.join() === "0,2,1,3,4";
    if (!whole || readers.get(swap.output) !== 1 || readers.get(split.output) !== 1) continue;
    const layer = layerWith("channel_shuffle", { groups: split.shape[1] });
    found.set(op.output, knownAs(layer, split.inputs.slice(0, 1)));
    found.set(swap.output, null).set(split.output, null);
  }
  return found;
}

/** Products with a number a channel and the sums after them, one layer. @param {Within} within @returns {Merged} */
function scaledPairs(within) {
  const { graph, readers } = within;
  /** @type {Merged} */
  const found = new Map();
  for (const op of graph.ops) {
    const product = operatorBefore(within, op);
    if (op.kind !== "Add" || product?.kind !== "Mul" || (readers.get(product.output) ?? 0) > 1) continue;
    const [first, second] = [layerOfOperator(graph, product), layerOfOperator(graph, op)];
    if (!first || !second || !isScale(first) || !isScale(second)) continue;
    const tensors = { weight: first.tensors.weight, bias: second.tensors.bias };
    found.set(op.output, knownAs(layerWith("scale"), first.sources, tensors, [...first.learned, ...second.learned]));
    found.set(product.output, null);
  }
  return found;
}

/** Whether it is a factor and a sum by channel. @param {Known} known */
function isScale({ layer }) {
  return layer?.is === layerWith("scale").is;
}

/**
 * Pairs that round values to a few bits and bring them back, with one scale for all: what holds them between the ends
 * of these bits. The rounding itself is left out, and its step kept.
 * @param {Within} within @returns {Merged}
 */
function roundedPairs({ graph, makers, readers }) {
  /** @type {Merged} */
  const found = new Map();
  /** @type {Map<string, Op[]>} */
  const reading = new Map();
  for (const op of graph.ops) {
    if (op.kind === "DequantizeLinear") reading.set(op.inputs[0], [...(reading.get(op.inputs[0]) ?? []), op]);
  }
  for (const [value, pairs] of reading) {
    const first = makers.get(value);
    if (first?.kind !== "QuantizeLinear" || readers.get(value) !== pairs.length) continue;
    const clips = pairs.map((second) => heldBetween(graph, first, second));
    if (clips.some((clip) => clip === null)) continue;
    pairs.forEach((second, i) => found.set(second.output, clips[i]));
    found.set(value, null);
  }
  return found;
}

/** What a pair is but for its rounding; null for one whose halves differ, or with scales by channel.
 * @param {ForeignGraph} graph @param {Op} first @param {Op} second */
function heldBetween(graph, first, second) {
  const [one, other] = [scaleOf(graph, first), scaleOf(graph, second)];
  if (!one || !other || one.scale !== other.scale || one.zero !== other.zero || one.type !== other.type) return null;
  if (graph.constants.has(first.inputs[0])) return null;
  const [low, high] = ENDS[one.type].map((end) => shortest(Math.fround(Math.fround(end - one.zero) * one.scale)));
  if (!(-FAR < low && low < high && high < FAR)) return null;
  return knownAs(layerWith("clip", { low, high }), first.inputs.slice(0, 1), {}, [], one.scale);
}

/** The only scale of a half, and where its zero is. @param {ForeignGraph} graph @param {Op} op */
function scaleOf(graph, op) {
  const scale = graph.constants.get(op.inputs[1]);
  const zero = op.inputs[2] ? graph.constants.get(op.inputs[2]) : null;
  const type = zero ? zero.type : op.inputs[2] || op.attributes.output_dtype ? 0 : TYPES.uint8;
  if (!scale || scale.size !== 1 || (zero && zero.size !== 1) || !ENDS[type]) return null;
  return { scale: Math.fround(scale.values[0]), zero: zero ? zero.values[0] : 0, type };
}
