/** ONNX operators that pad, resize or normalise maps, as layers of the formula. As convscope/foreign/norm_layers.py. */

import {
  constantNamed,
  knownAs,
  layerWith,
  madeOf,
  attributeNumber,
  onlyNumber,
  shapeNamed,
  shortest,
} from "./known.js";

/** @typedef {import("./graph.js").ForeignGraph} ForeignGraph */
/** @typedef {import("./graph.js").Op} Op */
/** @typedef {import("./known.js").Known} Known */

const HALF_PIXELS = 11; // the opset from which on a resize says how rows are placed

/** @param {ForeignGraph} graph @param {Op} op */
function padReader(graph, op) {
  const { mode = "constant", pads, paddings, value = 0 } = op.attributes;
  const named = PAD_MODES[mode];
  let given = pads ?? paddings ?? Array.from(constantNamed(graph, op.inputs[1]).values);
  const around = op.inputs[2] ? onlyNumber(constantNamed(graph, op.inputs[2])) : value;
  if (op.inputs[3]) {
    const rank = op.shape.length; // which axes are meant, from opset 18 on
    const axes = Array.from(constantNamed(graph, op.inputs[3]).values, (axis) => (axis + rank) % rank);
    const [first, second] = [given.slice(0, axes.length), given.slice(axes.length)];
    const at = (/** @type {number[]} */ side, /** @type {number} */ axis) => side[axes.indexOf(axis)] ?? 0;
    given = [first, second].flatMap((side) => [0, 1, 2, 3].map((axis) => at(side, axis)));
  }
  if (!named || op.shape.length !== 4 || given.length !== 8 || [0, 1, 4, 5].some((i) => given[i])) return null;
  const sides = [given[2], given[3], given[6], given[7]];
  const filled = named === PAD_MODES.constant ? shortest(around) : 0;
  return knownAs(layerWith("pad", { sides, mode: named, value: filled }), op.inputs.slice(0, 1));
}

/** @type {Record<string, string>} */
const PAD_MODES = { constant: "zeros", reflect: "reflect", edge: "replicate", wrap: "circular" };

/** No numbers are compared afterwards here: of the many ways to place the new rows, those are read that are the
 * formula's own. @param {ForeignGraph} graph @param {Op} op */
function resizeReader(graph, op) {
  const [before, { mode = "nearest" }] = [shapeNamed(graph, op.inputs[0]), op.attributes];
  if (before.length !== 4 || before[0] !== op.shape[0] || before[1] !== op.shape[1]) return null;
  const scale = [op.shape[2] / before[2], op.shape[3] / before[3]];
  const kinds = /** @type {Record<string, string>} */ ({
    nearest: "nearest",
    linear: "bilinear",
    bilinear: "bilinear",
  });
  if (!scale.every(Number.isInteger) || !kinds[mode] || graph.constants.has(op.inputs[0])) return null;
  const older = op.kind === "Upsample" || graph.opened.opset < HALF_PIXELS;
  const same = scale.every((n, i) => placesAsOurs(op, n, before[2 + i], older));
  return same ? knownAs(layerWith("upsample", { scale, mode: kinds[mode] }), op.inputs.slice(0, 1)) : null;
}

/**
 * Whether an operator places what it makes along an axis as the formula's upsampling does: nearest at floor(i / scale),
 * linear at (i + ½) / scale − ½.
 * @param {Op} op @param {number} scale @param {number} length @param {boolean} older
 */
function placesAsOurs({ attributes }, scale, length, older) {
  const {
    mode = "nearest",
    nearest_mode: rounding = older ? "floor" : "round_prefer_floor",
    coordinate_transformation_mode: how = older ? "asymmetric" : "half_pixel",
    antialias = 0,
    exclude_outside: outside = 0,
  } = attributes;
  const [place, round] = [ROW_PLACES[how], ROUNDINGS[rounding]];
  if (!place || !round || antialias || outside) return false;
  const linear = mode !== "nearest";
  for (let i = 0; i < scale * length; i++) {
    const at = place(i, scale, length);
    const within = Math.max(0, Math.min(length - 1, linear ? at : round(at)));
    const ours = linear ? Math.max(0, Math.min(length - 1, (i + 0.5) / scale - 0.5)) : Math.floor(i / scale);
    if (!(Math.abs(within - ours) < 1e-9)) return false;
  }
  return true;
}

/** Where a place of the output lies on the input. @type {Record<string, (i: number, scale: number, length: number) =>
 * number>} */
const ROW_PLACES = {
  asymmetric: (i, scale) => i / scale,
  half_pixel: (i, scale) => (i + 0.5) / scale - 0.5,
  pytorch_half_pixel: (i, scale, length) => (scale * length > 1 ? (i + 0.5) / scale - 0.5 : 0),
  half_pixel_symmetric: (i, scale) => (i + 0.5) / scale - 0.5,
  tf_half_pixel_for_nn: (i, scale) => (i + 0.5) / scale,
  align_corners: (i, scale, length) => (scale * length > 1 ? (i * (length - 1)) / (scale * length - 1) : 0),
};

/** @type {Record<string, (x: number) => number>} */
const ROUNDINGS = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** @param {ForeignGraph} graph @param {Op} op */
function instanceNormReader(graph, op) {
  const [weight, bias] = op.inputs.slice(1, 3).map((name) => constantNamed(graph, name));
  if (op.shape.length !== 4 || weight.size !== op.shape[1]) return null;
  const layer = layerWith("group_norm", { groups: weight.size, eps: attributeNumber(op, "epsilon", 1e-5) });
  return knownAs(layer, op.inputs.slice(0, 1), { weight, bias }, op.inputs.slice(1, 3));
}

/** @param {ForeignGraph} graph @param {Op} op */
function groupNormReader(graph, op) {
  const [groups, channels] = [op.attributes.num_groups, op.shape[1]];
  let [weight, bias] = op.inputs.slice(1, 3).map((name) => constantNamed(graph, name));
  if (weight.size === groups && groups !== channels) {
    const each = channels / groups; // of opset 18: a number a group
    [weight, bias] = [weight, bias].map(({ values }) => madeOf([channels], (c) => values[Math.floor(c / each)]));
  }
  const layer = layerWith("group_norm", { groups, eps: attributeNumber(op, "epsilon", 1e-5) });
  return knownAs(layer, op.inputs.slice(0, 1), { weight, bias }, op.inputs.slice(1, 3));
}

/** Over the channels: of maps, whose axes are told before, the one that is the last in the file (laying.js). @param
 * {ForeignGraph} graph @param {Op} op */
function layerNormReader(graph, op) {
  const axes = op.shape.length === 2 ? [1, -1] : op.shape.length === 4 ? [1] : [];
  if (!axes.includes(op.attributes.axis ?? -1)) return null;
  const weight = constantNamed(graph, op.inputs[1]);
  const bias = op.inputs[2] ? constantNamed(graph, op.inputs[2]) : madeOf(weight.shape, () => 0);
  const layer = layerWith("layer_norm", { eps: attributeNumber(op, "epsilon", 1e-5) });
  return knownAs(layer, op.inputs.slice(0, 1), { weight, bias }, op.inputs.slice(1).filter(Boolean));
}

/** @type {Record<string, (graph: ForeignGraph, op: Op) => Known | null>} */
export const NORM_READERS = {
  Pad: padReader,
  Resize: resizeReader,
  Upsample: resizeReader,
  InstanceNormalization: instanceNormReader,
  GroupNormalization: groupNormReader,
  LayerNormalization: layerNormReader,
};
