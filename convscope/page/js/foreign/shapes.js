/**
 * What ONNX's operators make of sizes: the type and shape of every output, from those of the inputs and the numbers that
 * shapes are made of. Operators that are not here have no size that is known, but for what the file itself says.
 */

import { TYPES, held, shapeSaid, sizeOfShape } from "./constants.js";

/** @typedef {import("./constants.js").Constant} Constant */
/** @typedef {{type: number, shape: number[]}} Typed */
/** @typedef {Typed & {constant: Constant | null}} Read one input */
/** @typedef {(inputs: (Read | null)[], attributes: Record<string, any>, opset: number, outputs: number) => (Typed |
 * null)[]} Rule throws a RangeError where the inputs do not fit */

/** @param {number} type @param {number[]} shape @returns {Typed} */
const typed = (type, shape) => ({ type, shape });

/** The input, which must be there. @param {(Read | null)[]} inputs @param {number} [i] @returns {Read} */
function need(inputs, i = 0) {
  const input = inputs[i];
  if (!input) throw new RangeError(`${inputs.length} inputs`);
  return input;
}

/** An axis counted from the front. @param {number} axis @param {number} rank */
function axisAt(axis, rank) {
  const at = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(at) && at >= 0 && at < rank)) throw new RangeError(`axis ${axis ?? "?"} of ${rank}`);
  return at;
}

/**
 * Numbers that an attribute or, from some version on, an input gives; null where neither does.
 * @param {(Read | null)[]} inputs @param {number} i @param {any} attribute @returns {number[] | null}
 */
function wholes(inputs, i, attribute) {
  if (attribute !== undefined) return Array.from(/** @type {number[]} */ (attribute));
  const input = inputs[i];
  if (!input) return null;
  if (!input.constant || input.constant.size > 4096) throw new RangeError("a size out of the picture");
  return Array.from(input.constant.values);
}

/** The shape that shapes are stretched to. @param {number[][]} shapes */
function stretched(shapes) {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = new Set(shapes.map((shape) => shape[i - rank + shape.length] ?? 1).filter((n) => n !== 1));
    if (sizes.size > 1) throw new RangeError(shapes.map((shape) => shape.join("×")).join(", "));
    return sizes.size ? [...sizes][0] : 1;
  });
}

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

/**
 * The length that windows make along an axis.
 * @param {number} length @param {number} i @param {number[]} kernel @param {Record<string, any>} attributes
 */
function windowsAlong(length, i, kernel, { strides, dilations, pads, auto_pad = "NOTSET", ceil_mode = 0 }) {
  const rank = kernel.length;
  const [stride, dilation] = [strides?.[i] ?? 1, dilations?.[i] ?? 1];
  const extent = dilation * (kernel[i] - 1) + 1;
  const lengths = [strides ?? kernel, dilations ?? kernel].map(({ length: n }) => n);
  if (lengths.some((n) => n !== rank) || (pads && pads.length !== 2 * rank))
    throw new RangeError("strides, dilations, pads");
  if (!(stride >= 1 && dilation >= 1 && kernel[i] >= 1)) throw new RangeError(`window ${kernel.join("×")}`);
  if (auto_pad === "SAME_UPPER" || auto_pad === "SAME_LOWER") return Math.ceil(length / stride);
  const [before, after] = auto_pad === "VALID" ? [0, 0] : [pads?.[i] ?? 0, pads?.[i + rank] ?? 0];
  const room = length + before + after - extent;
  if (room < 0) throw new RangeError(`window ${kernel.join("×")}`);
  if (!ceil_mode) return Math.floor(room / stride) + 1;
  const made = Math.ceil(room / stride) + 1;
  return (made - 1) * stride >= length + before ? made - 1 : made; // none begins in the padding at the end
}

/** @type {Rule} */
const pooling = (inputs, attributes, _, outputs) => {
  const { type, shape } = need(inputs);
  const kernel = attributes.kernel_shape;
  if (!Array.isArray(kernel) || kernel.length !== shape.length - 2) throw new RangeError("kernel_shape");
  const made = shape.slice(2).map((n, i) => windowsAlong(n, i, kernel, attributes));
  const whole = [shape[0], shape[1], ...made];
  return [typed(type, whole), ...(outputs > 1 ? [typed(TYPES.int64, whole)] : [])];
};

/** @type {Rule} */
const overAll = (inputs) => {
  const { type, shape } = need(inputs);
  if (shape.length < 3) throw new RangeError(shape.join("×"));
  return [typed(type, [shape[0], shape[1], ...shape.slice(2).map(() => 1)])];
};

/** @type {Rule} */
const convolved = (inputs, attributes) => {
  const [{ type, shape }, weight] = [need(inputs), need(inputs, 1).shape];
  const groups = attributes.group ?? 1;
  if (weight.length !== shape.length || shape.length < 3 || weight[1] * groups !== shape[1] || weight[0] % groups)
    throw new RangeError(`${shape.join("×")}, ${weight.join("×")}`);
  const made = shape.slice(2).map((n, i) => windowsAlong(n, i, weight.slice(2), attributes));
  return [typed(type, [shape[0], weight[0], ...made])];
};

/** @type {Rule} */
const transposedSize = (inputs, attributes) => {
  const [{ type, shape }, weight] = [need(inputs), need(inputs, 1).shape];
  const { group = 1, strides, dilations, pads, output_padding, output_shape, auto_pad = "NOTSET" } = attributes;
  const rank = shape.length - 2;
  if (weight.length !== shape.length || rank < 1 || weight[0] !== shape[1])
    throw new RangeError(`${shape.join("×")}, ${weight.join("×")}`);
  const made = shape.slice(2).map((n, i) => {
    if (output_shape) return output_shape[i - rank + output_shape.length];
    const stride = strides?.[i] ?? 1;
    if (auto_pad === "SAME_UPPER" || auto_pad === "SAME_LOWER") return n * stride;
    const [before, after] = auto_pad === "VALID" ? [0, 0] : [pads?.[i] ?? 0, pads?.[i + rank] ?? 0];
    const extent = (dilations?.[i] ?? 1) * (weight[2 + i] - 1) + 1;
    return stride * (n - 1) + (output_padding?.[i] ?? 0) + extent - before - after;
  });
  return [typed(type, [shape[0], weight[1] * group, ...made])];
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

/** @type {Rule} */
const rearranged = (inputs, { shape: given, allowzero = 0 }) => {
  const { type, shape } = need(inputs);
  const wanted = wholes(inputs, 1, given);
  if (!wanted) throw new RangeError("shape");
  const made = wanted.map((n, i) => (n === 0 && !allowzero ? shape[i] : n));
  const [all, known] = [sizeOfShape(shape), sizeOfShape(made.filter((n) => n !== -1))];
  const whole = made.map((n) => (n === -1 ? all / known : n));
  if (sizeOfShape(whole) !== all || whole.some((n) => !Number.isInteger(n) || n < 0))
    throw new RangeError(`${shape.join("×")}, ${shapeSaid(wanted)}`);
  return [typed(type, whole)];
};

/** @type {Record<string, Rule>} */
export const RULES = {
  ...Object.fromEntries(
    (
      "Relu LeakyRelu Sigmoid Tanh Clip Elu Selu Celu HardSigmoid HardSwish Softmax LogSoftmax Hardmax Exp Log Sqrt Abs " +
      "Neg Reciprocal Floor Ceil Round Sign Erf Softplus Softsign Mish Gelu ThresholdedRelu Shrink Sin Cos Tan Not LRN " +
      "BatchNormalization InstanceNormalization GroupNormalization LayerNormalization LpNormalization " +
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
  MaxPool: pooling,
  AveragePool: pooling,
  LpPool: pooling,
  GlobalAveragePool: overAll,
  GlobalMaxPool: overAll,
  GlobalLpPool: overAll,
  Conv: convolved,
  ConvTranspose: transposedSize,
  MatMul: multiplied,
  Gemm: general,
  Reshape: rearranged,
  Flatten: (inputs, { axis = 1 }) => {
    const { type, shape } = need(inputs);
    const at = axis < 0 ? axis + shape.length : axis;
    return [typed(type, [sizeOfShape(shape.slice(0, at)), sizeOfShape(shape.slice(at))])];
  },
  Squeeze: (inputs, { axes }) => {
    const { type, shape } = need(inputs);
    const given = wholes(inputs, 1, axes)?.map((axis) => axisAt(axis, shape.length));
    if (given?.some((axis) => shape[axis] !== 1)) throw new RangeError(shape.join("×"));
    return [
      typed(
        type,
        shape.filter((n, i) => (given ? !given.includes(i) : n !== 1)),
      ),
    ];
  },
  Unsqueeze: (inputs, { axes }) => {
    const { type, shape } = need(inputs);
    const given = wholes(inputs, 1, axes) ?? [];
    const rank = shape.length + given.length;
    const added = new Set(given.map((axis) => axisAt(axis, rank)));
    if (added.size !== given.length) throw new RangeError("axes");
    const left = shape.slice();
    return [
      typed(
        type,
        Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : Number(left.shift()))),
      ),
    ];
  },
  Transpose: (inputs, { perm }) => {
    const { type, shape } = need(inputs);
    const order = perm ?? shape.map((_, i) => shape.length - 1 - i);
    if (order.length !== shape.length || new Set(order).size !== shape.length) throw new RangeError("perm");
    return [
      typed(
        type,
        order.map((/** @type {number} */ axis) => shape[axisAt(axis, shape.length)]),
      ),
    ];
  },
  Expand: (inputs) => [typed(need(inputs).type, stretched([need(inputs).shape, wholes(inputs, 1, undefined) ?? []]))],
  Tile: (inputs) => {
    const times = wholes(inputs, 1, undefined) ?? [];
    return [
      typed(
        need(inputs).type,
        need(inputs).shape.map((n, i) => n * times[i]),
      ),
    ];
  },
  Concat: (inputs, { axis }) => {
    const [{ type, shape }, all] = [need(inputs), inputs.filter((one) => one !== null)];
    const at = axisAt(axis, shape.length);
    const rest = (/** @type {number[]} */ one) => one.filter((_, i) => i !== at).join();
    if (all.some((one) => one.shape.length !== shape.length || rest(one.shape) !== rest(shape)))
      throw new RangeError(all.map((one) => one.shape.join("×")).join(", "));
    return [
      typed(
        type,
        shape.map((n, i) => (i === at ? all.reduce((sum, one) => sum + one.shape[at], 0) : n)),
      ),
    ];
  },
  Split: (inputs, { axis = 0, split, num_outputs }, _, outputs) => {
    const { type, shape } = need(inputs);
    const at = axisAt(axis, shape.length);
    const count = num_outputs ?? outputs;
    const each = Math.ceil(shape[at] / count);
    const equal = Array.from({ length: count }, (_, i) => Math.min(each, shape[at] - i * each));
    const sizes = wholes(inputs, 1, split) ?? equal;
    if (sizes.reduce((a, b) => a + b, 0) !== shape[at] || sizes.length < outputs) throw new RangeError("split");
    return sizes.map((n) =>
      typed(
        type,
        shape.map((m, i) => (i === at ? n : m)),
      ),
    );
  },
  Slice: (inputs, attributes) => {
    const { type, shape } = need(inputs);
    return [
      typed(
        type,
        slicesTaken(shape, inputs, attributes).map(({ count }) => count),
      ),
    ];
  },
  Gather: (inputs, { axis = 0 }) => {
    const { type, shape } = need(inputs);
    const at = axisAt(axis, shape.length);
    return [typed(type, [...shape.slice(0, at), ...need(inputs, 1).shape, ...shape.slice(at + 1)])];
  },
  GatherElements: (inputs) => [typed(need(inputs).type, need(inputs, 1).shape)],
  Pad: (inputs, { pads, paddings }) => {
    const { type, shape } = need(inputs);
    const given = wholes(inputs, 1, pads ?? paddings) ?? [];
    const axes = wholes(inputs, 3, undefined)?.map((axis) => axisAt(axis, shape.length)) ?? shape.map((_, i) => i);
    if (given.length !== 2 * axes.length) throw new RangeError("pads");
    const added = (/** @type {number} */ i) =>
      (given[axes.indexOf(i)] ?? 0) + (given[axes.indexOf(i) + axes.length] ?? 0);
    return [
      typed(
        type,
        shape.map((n, i) => n + (axes.includes(i) ? added(i) : 0)),
      ),
    ];
  },
  Resize: (inputs, attributes, opset) => {
    const { type, shape } = need(inputs);
    if (attributes.axes || (attributes.keep_aspect_ratio_policy ?? "stretch") !== "stretch")
      throw new RangeError("axes");
    const sizes = inputs[3] ? wholes(inputs, 3, undefined) : null;
    if (sizes?.length === shape.length) return [typed(type, sizes)];
    const scales = wholes(inputs, opset < 11 ? 1 : 2, undefined);
    if (scales?.length !== shape.length) throw new RangeError("scales");
    return [
      typed(
        type,
        shape.map((n, i) => Math.floor(n * scales[i])),
      ),
    ];
  },
  Upsample: (inputs, { scales, height_scale, width_scale }) => {
    const { type, shape } = need(inputs);
    const given = height_scale ? [1, 1, height_scale, width_scale] : wholes(inputs, 1, scales);
    if (given?.length !== shape.length) throw new RangeError("scales");
    return [
      typed(
        type,
        shape.map((n, i) => Math.floor(n * given[i])),
      ),
    ];
  },
  DepthToSpace: (inputs, { blocksize: b }) => {
    const [n, c, h, w] = need(inputs).shape;
    return [typed(need(inputs).type, [n, c / (b * b), h * b, w * b])];
  },
  SpaceToDepth: (inputs, { blocksize: b }) => {
    const [n, c, h, w] = need(inputs).shape;
    return [typed(need(inputs).type, [n, c * b * b, h / b, w / b])];
  },
  Shape: (inputs, { start = 0, end }) => [
    typed(TYPES.int64, [need(inputs).shape.slice(start, end ?? need(inputs).shape.length).length]),
  ],
  Size: () => [typed(TYPES.int64, [])],
  ConstantOfShape: (inputs, { value }) => [typed(value?.type ?? TYPES.float, wholes(inputs, 0, undefined) ?? [])],
  Range: (inputs) => {
    const [start, limit, step] = [0, 1, 2].map((i) => wholes(inputs, i, undefined)?.[0] ?? NaN);
    return [typed(need(inputs).type, [Math.max(0, Math.ceil((limit - start) / step))])];
  },
};

/**
 * Where a slice begins along each axis, its step, and how many it takes.
 * @param {number[]} shape @param {(Read | null)[]} inputs @param {Record<string, any>} attributes
 */
export function slicesTaken(shape, inputs, attributes) {
  const [starts, ends] = [wholes(inputs, 1, attributes.starts) ?? [], wholes(inputs, 2, attributes.ends) ?? []];
  const axes = wholes(inputs, 3, attributes.axes) ?? starts.map((_, i) => i);
  const steps = wholes(inputs, 4, undefined) ?? starts.map(() => 1);
  const found = shape.map((n) => ({ first: 0, step: 1, count: n }));
  axes.forEach((axis, i) => {
    const at = axisAt(axis, shape.length);
    const [n, step] = [shape[at], steps[i]];
    if (!step) throw new RangeError("step 0");
    const within = (/** @type {number} */ place, /** @type {number} */ least, /** @type {number} */ most) =>
      Math.max(least, Math.min(most, place < 0 ? place + n : place));
    const first = step > 0 ? within(starts[i], 0, n) : within(starts[i], 0, n - 1);
    const end = step > 0 ? within(ends[i], 0, n) : within(ends[i], -1, n - 1);
    found[at] = { first, step, count: Math.max(0, Math.ceil((end - first) / step)) };
  });
  return found;
}

/** Numbers of a shape as a constant. @param {number[]} shape */
export function shapeConstant(shape) {
  return held(TYPES.int64, [shape.length], shape);
}
