/** The ONNX operators of each kind of layer (opset 17), as its class in convscope/formula/kinds has them. */

import { cellAlong, cropPlace } from "../engine/geometry.js";
import { madeFrom } from "../engine/resampling.js";
import { groupNormPiece, layerNormPiece } from "./norm_pieces.js";
import { floats, integers, single } from "./operator.js";
/** @import {Kind, Window} from "../types.js" */
/** @import {Layer} from "../engine/types.js" */
/** @import {Piece, Written} from "./operator.js" */

/** @param {Layer} node */
function windowAttributes({ window }) {
  const { kernel, stride, pad, pad_end } = /** @type {Window} */ (window);
  return { kernel_shape: kernel, strides: stride, pads: [...pad, ...pad_end] };
}

/**
 * A pooling's sizes, rounded down there after as much padding as a last window asks for that is there by rounding up.
 * @param {Layer} node
 */
function poolAttributes(node) {
  const { kernel, stride, pad, pad_end: end, dilation } = /** @type {Window} */ (node.window);
  const reach = [0, 1].map((axis) => {
    const extent = dilation[axis] * (kernel[axis] - 1) + 1;
    const last = (node.output[axis + 1] - 1) * stride[axis] + extent - node.input[axis + 1] - pad[axis];
    return node.options.ceil_mode ? Math.max(0, last) : end[axis];
  });
  return {
    ...windowAttributes(node),
    pads: [...pad, ...reach],
    ...(dilation.some((by) => by > 1) ? { dilations: dilation } : {}),
  };
}

/** Zeros that count are put there before what does not count is added. @type {Written} */
const avgpoolPiece = (node, inputs) => {
  const { ceil_mode = false, count_include_pad = true } = node.options;
  const attributes = poolAttributes(node);
  if (!ceil_mode || !count_include_pad) {
    const given = { ...attributes, count_include_pad: Number(count_include_pad) };
    return single("AveragePool", [], () => given)(node, inputs);
  }
  const { pad_end: end } = /** @type {Window} */ (node.window);
  const [top, left, bottom, right] = attributes.pads;
  const [padded, sides] = [`${node.name}.padded`, `${node.name}.sides`];
  const more = [0, 0, Math.max(0, bottom - end[0]), Math.max(0, right - end[1])];
  const given = { ...attributes, pads: more, count_include_pad: 0 };
  return {
    operators: [
      { kind: "Pad", inputs: [...inputs, sides], output: padded },
      { kind: "AveragePool", inputs: [padded], output: node.name, attributes: given },
    ],
    tensors: { [sides]: integers(0, 0, top, left, 0, 0, Math.min(bottom, end[0]), Math.min(right, end[1])) },
  };
};

/** @type {Written} */
const convPiece = (node, inputs) => {
  const { dilation } = /** @type {Window} */ (node.window);
  const { groups = 1, bias = true } = node.options;
  const attributes = { ...windowAttributes(node), dilations: dilation, group: groups };
  return single("Conv", bias ? ["weight", "bias"] : ["weight"], () => attributes)(node, inputs);
};

/** @type {Written} */
const transposedPiece = ({ name, options }, inputs) => {
  const { groups = 1, bias = true, kernel, stride, sides, dilation, output_padding } = options;
  const sizes = { kernel_shape: kernel, strides: stride, pads: sides, dilations: dilation, output_padding };
  const own = (bias ? ["weight", "bias"] : ["weight"]).map((weight) => `${name}.${weight}`);
  const attributes = /** @type {Record<string, number | number[]>} */ ({ ...sizes, group: groups });
  return { operators: [{ kind: "ConvTranspose", inputs: [...inputs, ...own], output: name, attributes }] };
};

/** x·(1 + erf(x/√2))/2; the opset has no Gelu. @type {Written} */
const geluPiece = ({ name }, [x]) => {
  const [scaled, erf, raised, product] = ["scaled", "erf", "raised", "product"].map((part) => `${name}.${part}`);
  const [root, one, half] = ["root2", "one", "half"].map((part) => `${name}.${part}`);
  return {
    operators: [
      { kind: "Div", inputs: [x, root], output: scaled },
      { kind: "Erf", inputs: [scaled], output: erf },
      { kind: "Add", inputs: [erf, one], output: raised },
      { kind: "Mul", inputs: [x, raised], output: product },
      { kind: "Mul", inputs: [product, half], output: name },
    ],
    tensors: { [root]: floats([], [Math.SQRT2]), [one]: floats([], [1]), [half]: floats([], [0.5]) },
  };
};

/** @type {Written} */
const relu6Piece = ({ name }, inputs) => {
  const [least, most] = [`${name}.least`, `${name}.most`];
  return {
    operators: [{ kind: "Clip", inputs: [...inputs, least, most], output: name }],
    tensors: { [least]: floats([], [0]), [most]: floats([], [6]) },
  };
};

/** @type {Written} */
const clipPiece = ({ name, options: { low = -1, high = 1 } }, inputs) => {
  const [least, most] = [`${name}.least`, `${name}.most`];
  return {
    operators: [{ kind: "Clip", inputs: [...inputs, least, most], output: name }],
    tensors: { [least]: floats([], [low]), [most]: floats([], [high]) },
  };
};

/** x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2; the opset has no Gelu. @type {Written} */
const geluTanhPiece = ({ name }, [x]) => {
  const parts = ["square", "cubic", "bent", "inner", "scaled", "tanh", "raised", "product"];
  const [square, cubic, bent, inner, scaled, tanh, raised, product] = parts.map((part) => `${name}.${part}`);
  const [share, root, one, half] = ["share", "root", "one", "half"].map((part) => `${name}.${part}`);
  return {
    operators: [
      { kind: "Mul", inputs: [x, x], output: square },
      { kind: "Mul", inputs: [square, x], output: cubic },
      { kind: "Mul", inputs: [cubic, share], output: bent },
      { kind: "Add", inputs: [x, bent], output: inner },
      { kind: "Mul", inputs: [inner, root], output: scaled },
      { kind: "Tanh", inputs: [scaled], output: tanh },
      { kind: "Add", inputs: [tanh, one], output: raised },
      { kind: "Mul", inputs: [x, raised], output: product },
      { kind: "Mul", inputs: [product, half], output: name },
    ],
    tensors: {
      [share]: floats([], [0.044715]),
      [root]: floats([], [Math.sqrt(2 / Math.PI)]),
      [one]: floats([], [1]),
      [half]: floats([], [0.5]),
    },
  };
};

/** One source's rows of numbers, laid out as maps of one pixel. @param {Written} written @returns {Written} */
const asMaps = (written) => (node, inputs) => {
  if (!node.flat) return written(node, inputs);
  const [column, axes, made] = ["column", "axes", "made"].map((part) => `${node.name}.${part}`);
  const { operators, tensors } = written(node, [column]);
  const last = { ...operators[operators.length - 1], output: made };
  return {
    operators: [
      { kind: "Unsqueeze", inputs: [...inputs, axes], output: column },
      ...operators.slice(0, -1),
      last,
      { kind: "Flatten", inputs: [made], output: node.name, attributes: { axis: 1 } },
    ],
    tensors: { ...tensors, [axes]: integers(2, 3) },
  };
};

/** @type {Written} */
const preluPiece = (node, inputs) => {
  const bare = single("PRelu", ["weight"]);
  return (node.options.per_channel ? asMaps(bare) : bare)(node, inputs);
};

/** @type {Written} */
const scalePiece = ({ name, options: { bias = true } }, inputs) => {
  const scaled = bias ? `${name}.scaled` : name;
  const times = { kind: "Mul", inputs: [...inputs, `${name}.weight`], output: scaled };
  const plus = { kind: "Add", inputs: [scaled, `${name}.bias`], output: name };
  return { operators: bias ? [times, plus] : [times] };
};

/** @type {Written} */
const shufflePiece = ({ name, input: [channels, height, width], options: { groups = 1 } }, inputs) => {
  const [apart, swapped, split, joined] = ["apart", "swapped", "split", "joined"].map((part) => `${name}.${part}`);
  return {
    operators: [
      { kind: "Reshape", inputs: [...inputs, split], output: apart },
      { kind: "Transpose", inputs: [apart], output: swapped, attributes: { perm: [0, 2, 1, 3, 4] } },
      { kind: "Reshape", inputs: [swapped, joined], output: name },
    ],
    tensors: {
      [split]: integers(0, groups, channels / groups, height, width),
      [joined]: integers(0, channels, height, width),
    },
  };
};

/**
 * Rows, then columns, taken in another order or several times.
 * @param {Layer} node
 * @param {string[]} inputs
 * @returns {Piece}
 */
function gathered(node, inputs) {
  const [between, rows, columns] = ["between", "rows", "columns"].map((part) => `${node.name}.${part}`);
  const places = (/** @type {0 | 1} */ axis) =>
    Array.from({ length: node.output[axis + 1] }, (_, i) => madeFrom(node, axis, i)[0].at);
  return {
    operators: [
      { kind: "Gather", inputs: [...inputs, rows], output: between, attributes: { axis: 2 } },
      { kind: "Gather", inputs: [between, columns], output: node.name, attributes: { axis: 3 } },
    ],
    tensors: { [rows]: integers(...places(0)), [columns]: integers(...places(1)) },
  };
}

/** @type {Written} */
const padPiece = (node, inputs) => {
  const { sides = [0, 0, 0, 0], mirrors, repeats, wraps, value = 0 } = node.options;
  if (mirrors || repeats || wraps) return gathered(node, inputs);
  const [top, left, bottom, right] = sides;
  const tensors = { [`${node.name}.sides`]: integers(0, 0, top, left, 0, 0, bottom, right) };
  if (value) tensors[`${node.name}.value`] = floats([], [value]);
  return { operators: [{ kind: "Pad", inputs: [...inputs, ...Object.keys(tensors)], output: node.name }], tensors };
};

/** Repeated, or blended by products with a matrix each for rows and columns. @type {Written} */
const upsamplePiece = (node, inputs) => {
  if (!node.options.blends) return gathered(node, inputs);
  const [, height, width] = node.input;
  const [, n, m] = node.output;
  const [rows, columns, between] = ["rows", "columns", "between"].map((part) => `${node.name}.${part}`);
  const weight = (/** @type {0 | 1} */ axis, /** @type {number} */ i, /** @type {number} */ at) =>
    madeFrom(node, axis, i).find((one) => one.at === at)?.weight ?? 0;
  const down = Array.from({ length: n * height }, (_, i) => weight(0, Math.floor(i / height), i % height));
  const across = Array.from({ length: width * m }, (_, i) => weight(1, i % m, Math.floor(i / m)));
  return {
    operators: [
      { kind: "MatMul", inputs: [rows, ...inputs], output: between },
      { kind: "MatMul", inputs: [between, columns], output: node.name },
    ],
    tensors: { [rows]: floats([n, height], down), [columns]: floats([width, m], across) },
  };
};

/** @type {Written} */
const siluPiece = ({ name }, [x]) => ({
  operators: [
    { kind: "Sigmoid", inputs: [x], output: `${name}.gate` },
    { kind: "Mul", inputs: [x, `${name}.gate`], output: name },
  ],
});

/** @type {Written} */
const cropPiece = (node, inputs) => {
  const [, , width] = node.input;
  const [, rows, columns] = node.output;
  const [top, left] = [Math.floor(cropPlace(node, 0) / width), cropPlace(node, 0) % width];
  const [starts, ends, axes] = ["starts", "ends", "axes"].map((part) => `${node.name}.${part}`);
  return {
    operators: [{ kind: "Slice", inputs: [...inputs, starts, ends, axes], output: node.name }],
    tensors: { [starts]: integers(top, left), [ends]: integers(top + rows, left + columns), [axes]: integers(2, 3) },
  };
};

/** @type {Written} */
const slicePiece = ({ name, options: { first = 0 }, output: [count] }, inputs) => {
  const tensors = { starts: integers(first), ends: integers(first + count), axes: integers(1) };
  const named = Object.fromEntries(Object.entries(tensors).map(([part, one]) => [`${name}.${part}`, one]));
  return {
    operators: [{ kind: "Slice", inputs: [...inputs, ...Object.keys(named)], output: name }],
    tensors: named,
  };
};

/** The learned places are written once for each picture. @type {Written} */
const tokensPiece = ({ name, input: [channels, height, width], options: { extra = 0 } }, inputs) => {
  const [size, batch, ones, each, own] = ["size", "batch", "ones", "each", "own"].map((part) => `${name}.${part}`);
  const column = extra ? `${name}.column` : name;
  const places = { kind: "Reshape", inputs: [...inputs, size], output: column };
  const tensors = { [size]: integers(0, channels, height * width, 1) };
  if (!extra) return { operators: [places], tensors };
  return {
    operators: [
      places,
      { kind: "Shape", inputs, output: batch, attributes: { start: 0, end: 1 } },
      { kind: "Concat", inputs: [batch, ones], output: each, attributes: { axis: 0 } },
      { kind: "Expand", inputs: [`${name}.weight`, each], output: own },
      { kind: "Concat", inputs: [own, column], output: name, attributes: { axis: 2 } },
    ],
    tensors: { ...tensors, [ones]: integers(1, 1, 1) },
  };
};

/** One product after another: the operator takes two. @type {Written} */
const mulPiece = ({ name }, [first, ...others]) => {
  const made = others.map((_, i) => (i === others.length - 1 ? name : `${name}.of${i + 2}`));
  const operators = others.map((factor, i) => {
    return { kind: "Mul", inputs: [i ? made[i - 1] : first, factor], output: made[i] };
  });
  return { operators };
};

/** Means over rows and over columns, as products with a matrix each: first what makes fewer numbers. @type {Written} */
const cellsPiece = (node, [x]) => {
  const [, height, width] = node.input;
  const [, n, m] = node.output;
  const [rows, columns, between] = ["rows", "columns", "between"].map((part) => `${node.name}.${part}`);
  const [down, over] = [(/** @type {string} */ read) => [rows, read], (/** @type {string} */ read) => [read, columns]];
  const inputs = n * width <= height * m ? [down(x), over(between)] : [over(x), down(between)];
  const turned = averaging(node, 1);
  const across = Array.from({ length: width * m }, (_, i) => turned[(i % m) * width + Math.floor(i / m)]);
  return {
    operators: inputs.map((read, i) => ({ kind: "MatMul", inputs: read, output: i ? node.name : between })),
    tensors: { [rows]: floats([n, height], averaging(node, 0)), [columns]: floats([width, m], across) },
  };
};

/** The matrix, a row a cell, that makes the means along an axis. @param {Layer} node @param {0 | 1} axis */
function averaging(node, axis) {
  const length = node.input[axis + 1];
  return Array.from({ length: node.output[axis + 1] * length }, (_, i) => {
    const { first, end } = cellAlong(node, axis, Math.floor(i / length));
    return i % length >= first && i % length < end ? 1 / (end - first) : 0;
  });
}

/** @type {Record<Kind, Written | null>} */
export const PIECES = {
  adaptive_avgpool: cellsPiece,
  add: (node, inputs) => single(inputs.length === 2 ? "Add" : "Sum")(node, inputs),
  avgpool: avgpoolPiece,
  bn: single(
    "BatchNormalization",
    ["weight", "bias", "running_mean", "running_var"],
    ({ options: { eps = 1e-5 } }) => ({
      epsilon: { real: eps },
    }),
  ),
  channel_shuffle: shufflePiece,
  channel_slice: slicePiece,
  clip: clipPiece,
  concat: single("Concat", [], () => ({ axis: 1 })),
  conv: convPiece,
  conv_transpose: transposedPiece,
  crop: cropPiece,
  dropout: single("Identity"),
  elu: single("Elu", [], ({ options: { alpha = 1 } }) => ({ alpha: { real: alpha } })),
  fc: single("Gemm", ["weight", "bias"], () => ({ transB: 1 })),
  flatten: single("Flatten", [], () => ({ axis: 1 })),
  gap: single("GlobalAveragePool"),
  gelu: geluPiece,
  gelu_tanh: geluTanhPiece,
  group_norm: groupNormPiece,
  hardsigmoid: single("HardSigmoid", [], () => ({ alpha: { real: 1 / 6 } })), // ONNX's own default is 0.2
  hardswish: single("HardSwish"),
  layer_norm: layerNormPiece,
  leaky_relu: single("LeakyRelu", [], ({ options: { slope = 0.01 } }) => ({ alpha: { real: slope } })),
  log_softmax: single("LogSoftmax", [], () => ({ axis: 1 })),
  lrn: single("LRN", [], ({ options: { alpha = 1e-4, beta = 0.75, k = 1, around = 5 } }) => ({
    alpha: { real: alpha },
    beta: { real: beta },
    bias: { real: k },
    size: around,
  })),
  maxpool: single("MaxPool", [], poolAttributes),
  mul: mulPiece,
  opaque: null, // a part that only Python can run
  pad: padPiece,
  position: asMaps(single("Add", ["weight"])),
  prelu: preluPiece,
  relu: single("Relu"),
  relu6: relu6Piece,
  scale: asMaps(scalePiece),
  sigmoid: single("Sigmoid"),
  silu: siluPiece,
  softmax: single("Softmax", [], () => ({ axis: 1 })),
  softplus: single("Softplus"),
  tanh: single("Tanh"),
  tokens: tokensPiece,
  upsample: upsamplePiece,
};
