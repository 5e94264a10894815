/**
 * What ONNX's operators make of sizes: the type and shape of every output, from those of the inputs and the numbers
 * that shapes are made of. Operators that are not here have no size that is known, but for what the file itself says.
 */

import { axisAt } from "../engine/tensors/places.js";
import { TYPES, held } from "../engine/tensors/tensor.js";
import { ARRANGED_RULES } from "./arranged_shapes.js";
import { need, stretched, typed, wholes } from "./shape_parts.js";
import { WINDOW_RULES } from "./window_shapes.js";

/** @typedef {import("./shape_parts.js").Rule} Rule */

/** @type {Rule} */
const asFirst = (inputs) => [typed(need(inputs).type, need(inputs).shape)];

/** @param {number} [type] @returns {Rule} */
const broadcasts = (type) => (inputs) => {
  const all = inputs.filter((one) => one !== null);
  return [typed(type ?? need(inputs).type, stretched(all.map(({ shape }) => shape)))];
};

/** @type {Rule} */
const reduced = (inputs, { axes, keepdims = 1, noop_with_empty_axes = 0 }) => {
  const { type, shape } = need(inputs);
  const given = wholes(inputs, 1, axes) ?? [];
  if (!given.length && noop_with_empty_axes) return [typed(type, shape)];
  const over = new Set((given.length ? given : shape.map((_, i) => i)).map((axis) => axisAt(axis, shape.length)));
  return [typed(type, keepdims ? shape.map((n, i) => (over.has(i) ? 1 : n)) : shape.filter((_, i) => !over.has(i)))];
};

/** @type {Rule} */
const picked = (inputs, { axis = 0, keepdims = 1 }) => {
  const { shape } = need(inputs);
  const at = axisAt(axis, shape.length);
  return [typed(TYPES.int64, keepdims ? shape.map((n, i) => (i === at ? 1 : n)) : shape.filter((_, i) => i !== at))];
};

/** @type {Rule} */
const multiplied = (inputs) => {
  const [{ type, shape: a }, { shape: b }] = [need(inputs), need(inputs, 1)];
  if (!a.length || !b.length) throw new RangeError("a single number");
  const [left, right] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
  if (left[left.length - 1] !== right[right.length - 2]) throw new RangeError(`${a.join("×")}, ${b.join("×")}`);
  const front = stretched([left.slice(0, -2), right.slice(0, -2)]);
  const ends = [...(a.length > 1 ? [left[left.length - 2]] : []), ...(b.length > 1 ? [right[right.length - 1]] : [])];
  return [typed(type, [...front, ...ends])];
};

/** @type {Rule} */
const general = (inputs, { transA = 0, transB = 0 }) => {
  const [{ type, shape: a }, { shape: b }] = [need(inputs), need(inputs, 1)];
  if (a.length !== 2 || b.length !== 2 || a[transA ? 0 : 1] !== b[transB ? 1 : 0])
    throw new RangeError(`${a.join("×")}, ${b.join("×")}`);
  return [typed(type, [a[transA ? 1 : 0], b[transB ? 0 : 1]])];
};

/** @type {Record<string, Rule>} */
export const RULES = {
  ...Object.fromEntries(
    (
      "Relu LeakyRelu Sigmoid Tanh Clip Elu Selu Celu HardSigmoid HardSwish Softmax LogSoftmax Hardmax Exp Log Sqrt " +
      "Abs Neg Reciprocal Floor Ceil Round Sign Erf Softplus Softsign Mish Gelu ThresholdedRelu Shrink Sin Cos Tan " +
      "Not LRN BatchNormalization InstanceNormalization GroupNormalization LayerNormalization LpNormalization " +
      "MeanVarianceNormalization CumSum Trilu Dropout Identity"
    )
      .split(" ")
      .map((kind) => [kind, asFirst]),
  ),
  ...Object.fromEntries(
    "Add Sub Mul Div Pow Sum Max Min Mean Mod PRelu".split(" ").map((kind) => [kind, broadcasts()]),
  ),
  ...Object.fromEntries(
    "And Or Xor Equal Less Greater LessOrEqual GreaterOrEqual".split(" ").map((kind) => [kind, broadcasts(TYPES.bool)]),
  ),
  ...Object.fromEntries(
    "Mean Sum Max Min Prod L1 L2 LogSum LogSumExp SumSquare".split(" ").map((kind) => [`Reduce${kind}`, reduced]),
  ),
  ArgMax: picked,
  ArgMin: picked,
  Where: (inputs) => {
    const shapes = [0, 1, 2].map((i) => need(inputs, i).shape);
    return [typed(need(inputs, 1).type, stretched(shapes))];
  },
  Cast: (inputs, { to = TYPES.float }) => [typed(to, need(inputs).shape)],
  QuantizeLinear: (inputs) => [typed(inputs[2]?.type ?? TYPES.uint8, need(inputs).shape)],
  DequantizeLinear: (inputs) => [typed(TYPES.float, need(inputs).shape)],
  MatMul: multiplied,
  Gemm: general,
  Shape: (inputs, { start = 0, end }) => [
    typed(TYPES.int64, [need(inputs).shape.slice(start, end ?? need(inputs).shape.length).length]),
  ],
  Size: () => [typed(TYPES.int64, [])],
  ConstantOfShape: (inputs, { value }) => [typed(value?.type ?? TYPES.float, wholes(inputs, 0, undefined) ?? [])],
  Range: (inputs) => {
    const [start, limit, step] = [0, 1, 2].map((i) => wholes(inputs, i, undefined)?.[0] ?? NaN);
    return [typed(need(inputs).type, [Math.max(0, Math.ceil((limit - start) / step))])];
  },
  ...WINDOW_RULES,
  ...ARRANGED_RULES,
};

/** Numbers of a shape as a constant. @param {number[]} shape */
export function shapeConstant(shape) {
  return held(TYPES.int64, [shape.length], shape);
}
