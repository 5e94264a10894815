/**
 * ONNX operators as layers of the formula, where it has exactly these, with their weights as the formula names them. As
 * convscope/foreign/layers.py, which hands over the operators that are one kind (`plain`), and whose names these are.
 */

import { PlanFault } from "../formula/fault.js";
import { entryOf } from "../formula/table.js";
import { isFloat, sizeOfShape, withShape, TYPES, later } from "../engine/tensors/tensor.js";
import { FOREIGN } from "./fault.js";
import {
  LARGEST_FLOAT,
  constantNamed,
  knownAs,
  layerWith,
  madeOf,
  attributeNumber,
  onlyNumber,
  shapeNamed,
  shortest,
} from "./known.js";
import { MAP_READERS } from "./map_layers.js";
import { NORM_READERS } from "./norm_layers.js";
import { UNIT_READERS, learnedPlaces, placedReader } from "./unit_layers.js";

/** @typedef {import("./constants.js").Constant} Constant */
/** @typedef {import("./graph.js").ForeignGraph} ForeignGraph */
/** @typedef {import("./graph.js").Op} Op */
/** @typedef {import("./known.js").Known} Known */
/** @typedef {(graph: ForeignGraph, op: Op) => Known | null} Reader */

/** The layer that one operator is, null if there is none. @type {Reader} */
export function layerOfOperator(graph, op) {
  const plain = FOREIGN.plain[op.kind];
  if (graph.apart.has(op.output)) return null;
  const read = plain ? plainReader(plain) : OPERATOR_READERS[op.kind];
  return read ? knownIfAny(() => read(graph, op)) : null;
}

/** What is read, null where it has an option beyond what the formula allows. @param {() => Known | null} read */
function knownIfAny(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof PlanFault || error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

/** @param {[string, [string, number][]]} plain @returns {Reader} */
function plainReader([kind, given]) {
  return (graph, op) => {
    const names = entryOf(kind).arguments.map(({ name }) => name);
    const numbers = given.map(([name, usual]) => attributeNumber(op, name, usual));
    const named = Object.fromEntries(numbers.map((number, i) => [names[i], number]));
    return graph.constants.has(op.inputs[0]) ? null : knownAs(layerWith(kind, named), op.inputs.slice(0, 1));
  };
}

/** What stands around the maps: top, left, bottom, right. @param {ForeignGraph} graph @param {Op} op
 * @param {number[]} kernel @param {number[]} dilation @returns {number[]} */
function padsOf(graph, op, kernel, dilation) {
  const { auto_pad: given = "NOTSET", pads = [0, 0, 0, 0], strides = [1, 1] } = op.attributes;
  if (given === "NOTSET" || given === "") return pads.slice(0, 4);
  if (given === "VALID") return [0, 0, 0, 0];
  const pairs = shapeNamed(graph, op.inputs[0])
    .slice(2)
    .map((length, i) => {
      const extent = dilation[i] * (kernel[i] - 1) + 1;
      const total = Math.max(0, (Math.ceil(length / strides[i]) - 1) * strides[i] + extent - length);
      const half = Math.floor(total / 2);
      return given === "SAME_UPPER" ? [half, total - half] : [total - half, half];
    });
  return [pairs[0][0], pairs[1][0], pairs[0][1], pairs[1][1]];
}

/** @type {Reader} */
function convReader(graph, op) {
  const weight = constantNamed(graph, op.inputs[1]);
  if (weight.shape.length !== 4) return null;
  const bias = op.inputs[2] ? constantNamed(graph, op.inputs[2]) : null;
  const kernel = weight.shape.slice(2);
  const { strides = [1, 1], dilations = [1, 1], group = 1 } = op.attributes;
  const layer = layerWith("conv", {
    channels: weight.shape[0],
    kernel,
    stride: strides,
    pad: padsOf(graph, op, kernel, dilations),
    dilation: dilations,
    groups: group,
    bias: bias !== null,
  });
  const learned = op.inputs.slice(1).filter(Boolean);
  return knownAs(layer, op.inputs.slice(0, 1), bias ? { weight, bias } : { weight }, learned);
}

/** @type {Reader} */
function gemmReader(graph, op) {
  const { transA = 0, transB = 0, alpha = 1, beta = 1 } = op.attributes;
  if (transA || !graph.constants.has(op.inputs[1])) return null;
  const given = constantNamed(graph, op.inputs[1]);
  const weight = transB ? given : turnedMatrix(given);
  const bias = op.inputs[2] ? constantNamed(graph, op.inputs[2]) : null;
  const learned = op.inputs.slice(1).filter(Boolean);
  return dense(timesNumber(weight, alpha), bias && timesNumber(bias, beta), op.inputs.slice(0, 1), learned);
}

/** @type {Reader} */
function matmulReader(graph, op) {
  const weight = constantNamed(graph, op.inputs[1]);
  const rows = shapeNamed(graph, op.inputs[0]).length === 2 && weight.shape.length === 2;
  return rows ? dense(turnedMatrix(weight), null, op.inputs.slice(0, 1), op.inputs.slice(1)) : null;
}

/** @param {Constant} weight @param {Constant | null} bias @param {string[]} sources @param {string[]} learned */
function dense(weight, bias, sources, learned) {
  const units = weight.shape[0];
  if (bias && bias.size !== 1 && bias.size !== units) throw new RangeError(bias.shape.join("×"));
  const numbers = madeOf([units], (i) => (bias ? bias.values[bias.size === 1 ? 0 : i] : 0));
  return knownAs(layerWith("fc", { units }), sources, { weight, bias: numbers }, learned);
}

/** A matrix with rows and columns exchanged. @param {Constant} matrix @returns {Constant} */
function turnedMatrix(matrix) {
  const [rows, columns] = matrix.shape;
  return later(TYPES.float, [columns, rows], (count) => {
    const out = new Float32Array(count);
    const { values } = matrix;
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c];
    return out;
  });
}

/** @param {Constant} constant @param {number} factor */
function timesNumber(constant, factor) {
  return factor === 1 ? constant : madeOf(constant.shape, (i) => constant.values[i] * factor);
}

/** @type {Reader} */
function batchNormReader(graph, op) {
  const [weight, bias, mean, variance] = op.inputs.slice(1, 5).map((name) => constantNamed(graph, name));
  if (op.attributes.training_mode || op.attributes.spatial === 0) return null;
  if ([weight, bias, mean, variance].some(({ size }) => size !== op.shape[1])) return null;
  const tensors = { weight, bias, running_mean: mean, running_var: variance };
  return knownAs(
    layerWith("bn", { eps: attributeNumber(op, "epsilon", 1e-5) }),
    op.inputs.slice(0, 1),
    tensors,
    op.inputs.slice(1, 3),
  );
}

/** @param {"maxpool" | "avgpool"} kind @returns {Reader} */
function poolReader(kind) {
  return (graph, op) => {
    const {
      kernel_shape: kernel,
      strides = [1, 1],
      ceil_mode: ceil = 0,
      count_include_pad: counts = 0,
    } = op.attributes;
    const { dilations = kernel.map(() => 1) } = op.attributes;
    if (kernel.length !== 2 || graph.constants.has(op.inputs[0])) return null;
    const pads = padsOf(graph, op, kernel, dilations);
    const sizes = { kernel, stride: strides, pad: pads, ceil_mode: Boolean(ceil) };
    if (kind === "maxpool")
      return knownAs(layerWith("maxpool", { ...sizes, dilation: dilations }), op.inputs.slice(0, 1));
    if (dilations.some((/** @type {number} */ n) => n !== 1)) return null;
    const whole = Boolean(counts) || !(pads.some(Boolean) || ceil);
    return knownAs(layerWith("avgpool", { ...sizes, count_include_pad: whole }), op.inputs.slice(0, 1));
  };
}

/** @type {Reader} */
function flattenReader(graph, op) {
  const [before, after] = [shapeNamed(graph, op.inputs[0]), op.shape];
  const flat =
    before.length === 4 && after.length === 2 && after[0] === before[0] && after[1] === sizeOfShape(before.slice(1));
  return flat ? knownAs(layerWith("flatten"), op.inputs.slice(0, 1)) : null;
}

/** @type {Reader} */
function meanReader(graph, op) {
  const rank = shapeNamed(graph, op.inputs[0]).length;
  const given = op.attributes.axes ?? (op.inputs[1] ? Array.from(constantNamed(graph, op.inputs[1]).values) : null);
  const axes = new Set(given?.map((/** @type {number} */ axis) => (axis + 4) % 4));
  const whole = rank === 4 && axes.size === 2 && axes.has(2) && axes.has(3);
  return whole ? knownAs(layerWith("gap"), op.inputs.slice(0, 1)) : null;
}

/**
 * A sum or a product of values, those first that have the result's shape.
 * @param {"add" | "mul"} kind
 * @returns {Reader}
 */
function joinReader(kind) {
  return (graph, op) => {
    if (op.inputs.length < 2 || op.inputs.some((name) => graph.constants.has(name))) return null;
    const size = (/** @type {string} */ name) => sizeOfShape(shapeNamed(graph, name));
    const sources = op.inputs.slice().sort((a, b) => size(b) - size(a));
    const fits = sources.every((name) => shapeNamed(graph, name).length === op.shape.length);
    return fits && shapeNamed(graph, sources[0]).join() === op.shape.join() ? knownAs(layerWith(kind), sources) : null;
  };
}

/** @type {Reader} */
function concatReader(graph, op) {
  const axis = (op.attributes.axis + op.shape.length) % op.shape.length;
  const held = op.inputs.filter((name) => graph.constants.has(name));
  const last = op.inputs.slice(-1);
  if (axis === 2 && op.shape.length === 4 && [...held, ...last].join("\n") === op.inputs.join("\n"))
    return learnedPlaces(graph, op, held, last);
  return axis === 1 && !held.length && op.inputs.length > 1 ? knownAs(layerWith("concat"), op.inputs) : null;
}

/** @type {Reader} */
function clipReader(graph, op) {
  const { min = -Infinity, max = Infinity } = op.attributes;
  const ends = [min, max].map((end, i) =>
    op.inputs[i + 1] ? onlyNumber(constantNamed(graph, op.inputs[i + 1])) : end,
  );
  const [low, high] = ends.map((end) => shortest(Math.fround(Math.max(-LARGEST_FLOAT, Math.min(LARGEST_FLOAT, end)))));
  const sources = op.inputs.slice(0, 1);
  if (low === 0 && high === 6) return knownAs(layerWith("relu6"), sources);
  return knownAs(low === 0 && high >= LARGEST_FLOAT ? layerWith("relu") : layerWith("clip", { low, high }), sources);
}

/** @type {Reader} */
function preluReader(graph, op) {
  const slope = constantNamed(graph, op.inputs[1]);
  const [sources, learned] = [op.inputs.slice(0, 1), op.inputs.slice(1)];
  if (slope.size === 1) return knownAs(layerWith("prelu"), sources, { weight: withShape(slope, [1]) }, learned);
  const slopes = byChannel(slope, op.shape);
  if (!slopes || graph.constants.has(op.inputs[0])) return null;
  const weight = madeOf([op.shape[1], 1, 1], slopes);
  return knownAs(layerWith("prelu", { per_channel: true }), sources, { weight }, learned);
}

/** @type {Reader} */
function hardSigmoidReader(_, op) {
  const { alpha = 0.2, beta = 0.5 } = op.attributes;
  return Math.abs(alpha - 1 / 6) < 1e-6 && beta === 0.5
    ? knownAs(layerWith("hardsigmoid"), op.inputs.slice(0, 1))
    : null;
}

/** @type {Reader} */
function geluReader(_, op) {
  const exact = (op.attributes.approximate ?? "none") === "none";
  return knownAs(layerWith(exact ? "gelu" : "gelu_tanh"), op.inputs.slice(0, 1));
}

/** @type {Reader} */
function lrnReader(_, op) {
  const numbers = {
    alpha: attributeNumber(op, "alpha", 1e-4),
    beta: attributeNumber(op, "beta", 0.75),
    k: attributeNumber(op, "bias", 1),
  };
  return knownAs(layerWith("lrn", { size: op.attributes.size, ...numbers }), op.inputs.slice(0, 1));
}

/** A product, quotient, sum or difference with one number, or one a channel. @param {string} kind @returns {Reader} */
function scaledReader(kind) {
  return (graph, op) => {
    const [first, second] = op.inputs;
    const held = graph.constants.get(second) ?? graph.constants.get(first);
    const source = graph.constants.has(second) ? first : second;
    if (!held || op.inputs.length !== 2) return null;
    if (shapeNamed(graph, source).join() !== op.shape.join()) return null;
    const numbers = byChannel(held, op.shape);
    const turned = source === second && (kind === "Sub" || kind === "Div");
    if (!numbers || (turned && kind === "Div")) return null;
    const shape = [op.shape[1], 1, 1];
    const learned = op.inputs.filter((name) => graph.constants.has(name));
    if (kind === "Mul" || kind === "Div") {
      const weight = madeOf(shape, (c) => (kind === "Mul" ? numbers(c) : 1 / numbers(c)));
      return knownAs(layerWith("scale", { bias: false }), [source], { weight }, learned);
    }
    const bias = madeOf(shape, (c) => (kind === "Sub" && !turned ? -numbers(c) : numbers(c)));
    return knownAs(layerWith("scale"), [source], { weight: madeOf(shape, () => (turned ? -1 : 1)), bias }, learned);
  };
}

/**
 * One number a channel where a constant has no more than that, laid along values of `shape`, (1, C, H, W) or
 * (1, units); else null.
 * @param {Constant} constant @param {number[]} shape @returns {((c: number) => number) | null}
 */
export function byChannel(constant, shape) {
  const rank = shape.length;
  if (!isFloat(constant) || (rank !== 2 && rank !== 4) || constant.shape.length > rank) return null;
  if (constant.size === 1) return () => constant.values[0];
  const laid = [...Array(rank - constant.shape.length).fill(1), ...constant.shape];
  return laid.join() === [1, shape[1], 1, 1].slice(0, rank).join() ? (c) => constant.values[c] : null;
}

/** @param {...Reader} readers @returns {Reader} */
function either(...readers) {
  return (graph, op) => {
    for (const read of readers) {
      const found = read(graph, op);
      if (found) return found;
    }
    return null;
  };
}

/** Operators that are not one kind as they stand. @type {Record<string, Reader>} */
export const OPERATOR_READERS = {
  Conv: convReader,
  Gemm: gemmReader,
  MatMul: matmulReader,
  BatchNormalization: batchNormReader,
  MaxPool: poolReader("maxpool"),
  AveragePool: poolReader("avgpool"),
  ReduceMean: meanReader,
  Flatten: flattenReader,
  Reshape: flattenReader,
  Squeeze: flattenReader,
  Add: either(joinReader("add"), scaledReader("Add"), placedReader),
  Sum: either(joinReader("add"), scaledReader("Add"), placedReader),
  Mul: either(joinReader("mul"), scaledReader("Mul")),
  Sub: scaledReader("Sub"),
  Div: scaledReader("Div"),
  LRN: lrnReader,
  ...NORM_READERS,
  ...MAP_READERS,
  ...UNIT_READERS,
  Concat: concatReader,
  Clip: clipReader,
  PRelu: preluReader,
  HardSigmoid: hardSigmoidReader,
  Gelu: geluReader,
};

/** An operator as a line: its kind, with its numbers. @param {Op} op */
export function attributesSaid({ kind, attributes }) {
  const said = (/** @type {any} */ value) =>
    Array.isArray(value)
      ? `(${value.join(", ")})`
      : typeof value === "number"
        ? Number(value.toPrecision(6)).toString()
        : String(value);
  const numbers = Object.entries(attributes)
    .filter(([, value]) => typeof value !== "object" || (Array.isArray(value) && value.length <= 8))
    .map(([name, value]) => `${name}=${said(value)}`);
  return numbers.length ? `${kind}(${numbers.slice(0, 4).join(", ")})` : kind;
}
