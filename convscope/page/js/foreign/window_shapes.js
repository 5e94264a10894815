/** What operators on maps make of sizes: windows, convolutions, resizing. */

import { TYPES } from "../engine/tensors/tensor.js";
import { need, typed, wholes } from "./shape_parts.js";

/** @typedef {import("./shape_parts.js").Rule} Rule */

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

/** @type {Record<string, Rule>} */
export const WINDOW_RULES = {
  MaxPool: pooling,
  AveragePool: pooling,
  LpPool: pooling,
  GlobalAveragePool: overAll,
  GlobalMaxPool: overAll,
  GlobalLpPool: overAll,
  Conv: convolved,
  ConvTranspose: transposedSize,
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
};
