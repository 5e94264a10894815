/** ONNX operators that spread maps out or share numbers among channels. As convscope/foreign/map_layers.py. */

import { ONE_AXIS } from "../engine/tensors/reducing.js";
import { sliceRead } from "./arranged_shapes.js";
import { constantNamed, knownAs, layerWith, shapeNamed } from "./known.js";

/** @typedef {import("./graph.js").ForeignGraph} ForeignGraph */
/** @typedef {import("./graph.js").Op} Op */
/** @typedef {import("./known.js").Known} Known */

/** @param {ForeignGraph} graph @param {Op} op */
function transposedReader(graph, op) {
  const weight = constantNamed(graph, op.inputs[1]);
  if (weight.shape.length !== 4) return null;
  const { strides: stride = [1, 1], dilations: dilation = [1, 1], output_padding: added = [0, 0] } = op.attributes;
  const { group: groups = 1, auto_pad: given = "NOTSET", output_shape: asked } = op.attributes;
  const kernel = weight.shape.slice(2);
  let { pads: pad = [0, 0, 0, 0] } = op.attributes;
  if (asked || !["NOTSET", "", "VALID"].includes(given)) {
    const sides = shapeNamed(graph, op.inputs[0])
      .slice(2)
      .map((length, i) => {
        const whole = stride[i] * (length - 1) + added[i] + dilation[i] * (kernel[i] - 1) + 1;
        const total = whole - op.shape[2 + i];
        const less = Math.floor(total / 2);
        return given === "SAME_UPPER" ? [less, total - less] : [total - less, less];
      });
    pad = [sides[0][0], sides[1][0], sides[0][1], sides[1][1]];
  }
  const bias = op.inputs[2] ? constantNamed(graph, op.inputs[2]) : null;
  const sizes = { kernel, stride, pad, output_padding: added, dilation, groups, bias: bias !== null };
  const layer = layerWith("conv_transpose", { channels: weight.shape[1] * groups, ...sizes });
  const learned = op.inputs.slice(1).filter(Boolean);
  return knownAs(layer, op.inputs.slice(0, 1), bias ? { weight, bias } : { weight }, learned);
}

/** @param {"softmax" | "log_softmax"} kind */
function sharesReader(kind) {
  return (/** @type {ForeignGraph} */ graph, /** @type {Op} */ op) => {
    const single = graph.opened.opset >= ONE_AXIS;
    const rank = op.shape.length;
    const axis = ((op.attributes.axis ?? (single ? -1 : 1)) + rank) % rank;
    const whole = single || op.shape.slice(2).every((n) => n === 1);
    const known = (rank === 2 || rank === 4) && axis === 1 && whole && !graph.constants.has(op.inputs[0]);
    return known ? knownAs(layerWith(kind), op.inputs.slice(0, 1)) : null;
  };
}

/** One window over the whole map. @param {ForeignGraph} graph @param {Op} op */
function largestReader(graph, op) {
  const before = shapeNamed(graph, op.inputs[0]);
  if (before.length !== 4 || op.shape.length !== 4) return null;
  return knownAs(layerWith("maxpool", { kernel: before.slice(2) }), op.inputs.slice(0, 1));
}

/** The largest number of each map. @param {ForeignGraph} graph @param {Op} op */
function maximumReader(graph, op) {
  const before = shapeNamed(graph, op.inputs[0]);
  const given = op.attributes.axes ?? (op.inputs[1] ? Array.from(constantNamed(graph, op.inputs[1]).values) : []);
  const axes = new Set(given.map((/** @type {number} */ axis) => (Number(axis) + 4) % 4));
  const whole = before.length === 4 && axes.size === 2 && axes.has(2) && axes.has(3);
  return whole ? knownAs(layerWith("maxpool", { kernel: before.slice(2) }), op.inputs.slice(0, 1)) : null;
}

/**
 * Some of the channels, or of the rows and columns, all of every other axis.
 * @param {ForeignGraph} graph
 * @param {Op} op
 */
function sliceReader(graph, op) {
  const before = shapeNamed(graph, op.inputs[0]);
  const read = op.inputs.map((name) => {
    const constant = graph.constants.get(name) ?? null;
    return name ? { type: constant?.type ?? op.type, shape: constant?.shape ?? before, constant } : null;
  });
  const taken = sliceRead(before, read, op.attributes);
  if (before.length !== 4 || taken.some(({ step }) => step !== 1)) return null;
  const whole = taken.map(({ first, count }, i) => !first && count === before[i]);
  const [, { first, count }, rows, columns] = taken;
  if (whole[0] && whole[1] && !(whole[2] && whole[3])) {
    const after = [rows, columns].map((one, i) => one.first + one.count - before[i + 2]);
    return knownAs(layerWith("pad", { sides: [-rows.first, -columns.first, ...after] }), op.inputs.slice(0, 1));
  }
  if (!whole[0] || !whole[2] || !whole[3]) return null;
  return knownAs(layerWith("channel_slice", { first, end: first + count }), op.inputs.slice(0, 1));
}

/** One part of what is split along the channels. @param {ForeignGraph} graph @param {Op} op */
function partReader(graph, op) {
  if (op.shape.length !== 4 || ((op.attributes.axis ?? 0) + 4) % 4 !== 1 || graph.constants.has(op.inputs[0]))
    return null;
  const first = op.before.reduce((sum, shape) => sum + shape[1], 0);
  return knownAs(layerWith("channel_slice", { first, end: first + op.shape[1] }), op.inputs.slice(0, 1));
}

/** @type {Record<string, (graph: ForeignGraph, op: Op) => Known | null>} */
export const MAP_READERS = {
  ConvTranspose: transposedReader,
  Softmax: sharesReader("softmax"),
  LogSoftmax: sharesReader("log_softmax"),
  GlobalMaxPool: largestReader,
  ReduceMax: maximumReader,
  Slice: sliceReader,
  Split: partReader,
};
