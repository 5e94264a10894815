/** @import {Pair} from "../types.js" */
/** @import {Layer, Numbers, Use} from "./types.js" */

/**
 * Return maps (C, H, W) with zeros around them; the same array where there is no padding.
 * @param {Float64Array} maps
 * @param {number} channels
 * @param {number} height
 * @param {number} width
 * @param {Pair} pad zeros above and to the left
 * @param {Pair} end zeros below and to the right
 */
function padMaps(maps, channels, height, width, [ph, pw], end) {
  if (!ph && !pw && !end[0] && !end[1]) return maps;
  const [rows, columns] = [height + ph + end[0], width + pw + end[1]];
  const padded = new Float64Array(channels * rows * columns);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const from = (c * height + y) * width;
      padded.set(maps.subarray(from, from + width), (c * rows + y + ph) * columns + pw);
    }
  }
  return padded;
}

/**
 * How a convolution's windows lie in its padded input: where each begins, and how far each of its numbers is from
 * there.
 * @param {Layer} node
 */
function windowsOf(node) {
  const [channels, height, width] = node.input;
  const [, rows, columns] = node.output;
  const { kernel, stride, pad, pad_end: end, dilation } = /** @type {import("../types.js").Window} */ (node.window);
  const high = height + pad[0] + end[0];
  const wide = width + pad[1] + end[1];
  const groups = node.options.groups ?? 1;
  const depth = channels / groups;
  const offsets = new Int32Array(depth * kernel[0] * kernel[1]);
  let tap = 0;
  for (let c = 0; c < depth; c++) {
    for (let ky = 0; ky < kernel[0]; ky++) {
      for (let kx = 0; kx < kernel[1]; kx++) offsets[tap++] = (c * high + ky * dilation[0]) * wide + kx * dilation[1];
    }
  }
  const begins = new Int32Array(rows * columns);
  for (let p = 0; p < begins.length; p++) {
    begins[p] = Math.floor(p / columns) * stride[0] * wide + (p % columns) * stride[1];
  }
  return { offsets, begins, groups, span: depth * high * wide, filters: node.output[0] / groups, pad, end, high, wide };
}

/**
 * Cross-correlate maps (C, H, W) with the node's kernels, plus bias. Four windows at a time are laid out side by side
 * and two filters run over them, so that six numbers read give eight products and no test for borders is inside.
 * @param {Layer} node
 * @param {Float64Array} x
 */
export function convolve(node, x) {
  const { offsets, begins, groups, span, filters, pad, end } = windowsOf(node);
  const { weight, bias } = node.tensors;
  const [channels, height, width] = node.input;
  const padded = padMaps(x, channels, height, width, pad, end);
  const places = begins.length;
  const out = new Float64Array(node.output[0] * places);
  if (filters === 1) {
    for (let g = 0; g < groups; g++) slide(padded, g * span, begins, offsets, weight, g, bias ? bias[g] : 0, out);
    return out;
  }
  const four = new Float64Array(4 * offsets.length);
  const sums = new Float64Array(8);
  for (let g = 0; g < groups; g++) {
    const last = (g + 1) * filters - 1;
    for (let p = 0; p < places; p += 4) {
      const count = Math.min(4, places - p);
      for (let i = 0; i < count; i++) layOut(padded, begins[p + i] + g * span, offsets, four, i);
      for (let f = g * filters; f <= last; f += 2) {
        const next = Math.min(f + 1, last); // an odd number of filters: the last one runs twice
        sumProducts(four, weight, f * offsets.length, next * offsets.length, sums);
        for (let i = 0; i < count; i++) {
          out[f * places + p + i] = sums[i] + (bias ? bias[f] : 0);
          out[next * places + p + i] = sums[4 + i] + (bias ? bias[next] : 0);
        }
      }
    }
  }
  return out;
}

/**
 * The one filter of a group over its maps, four windows at a time: no second filter shares what is read.
 * @param {Float64Array} padded
 * @param {number} first where the group's maps begin
 * @param {Int32Array} begins
 * @param {Int32Array} offsets
 * @param {Numbers} weight
 * @param {number} filter
 * @param {number} bias
 * @param {Float64Array} out
 */
function slide(padded, first, begins, offsets, weight, filter, bias, out) {
  const places = begins.length;
  const taps = offsets.length;
  const start = filter * taps;
  const to = filter * places;
  let p = 0;
  for (; p + 4 <= places; p += 4) {
    const [p0, p1, p2, p3] = [begins[p] + first, begins[p + 1] + first, begins[p + 2] + first, begins[p + 3] + first];
    let [a0, a1, a2, a3] = [0, 0, 0, 0];
    for (let t = 0; t < taps; t++) {
      const w = weight[start + t];
      const at = offsets[t];
      a0 += w * padded[p0 + at];
      a1 += w * padded[p1 + at];
      a2 += w * padded[p2 + at];
      a3 += w * padded[p3 + at];
    }
    out[to + p] = a0 + bias;
    out[to + p + 1] = a1 + bias;
    out[to + p + 2] = a2 + bias;
    out[to + p + 3] = a3 + bias;
  }
  for (; p < places; p++) {
    let sum = 0;
    for (let t = 0; t < taps; t++) sum += weight[start + t] * padded[begins[p] + first + offsets[t]];
    out[to + p] = sum + bias;
  }
}

/**
 * @param {Float64Array} padded
 * @param {number} begin
 * @param {Int32Array} offsets
 * @param {Float64Array} four
 * @param {number} i which of the four windows
 */
function layOut(padded, begin, offsets, four, i) {
  for (let t = 0; t < offsets.length; t++) four[4 * t + i] = padded[begin + offsets[t]];
}

/**
 * @param {Float64Array} four four windows: the first number of each, the second of each …
 * @param {Numbers} weight
 * @param {number} one where the first filter begins
 * @param {number} two where the second begins
 * @param {Float64Array} sums the first filter's four sums, then the second's
 */
function sumProducts(four, weight, one, two, sums) {
  let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let t = 0, i = 0; i < four.length; t++, i += 4) {
    const a = weight[one + t];
    const b = weight[two + t];
    const x0 = four[i];
    const x1 = four[i + 1];
    const x2 = four[i + 2];
    const x3 = four[i + 3];
    a0 += a * x0;
    a1 += a * x1;
    a2 += a * x2;
    a3 += a * x3;
    b0 += b * x0;
    b1 += b * x1;
    b2 += b * x2;
    b3 += b * x3;
  }
  sums[0] = a0;
  sums[1] = a1;
  sums[2] = a2;
  sums[3] = a3;
  sums[4] = b0;
  sums[5] = b1;
  sums[6] = b2;
  sums[7] = b3;
}

/**
 * Return d score / d input of a convolution from d score / d output: every product's other factor, sent back. Of many
 * gradients at stride 1 it is a convolution of its own, which reads several numbers at a time and adds up in the same
 * order, so that no bit differs.
 * @param {Layer} node
 * @param {Float64Array} gradient
 */
export function convolveBack(node, gradient) {
  const adjoint = isDense(gradient) ? adjointOf(node) : null;
  return adjoint ? convolve(adjoint, gradient) : sendBack(node, gradient);
}

/** Whether at least a quarter of the numbers are none of 0. @param {Float64Array} values */
function isDense(values) {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  return 4 * count >= values.length;
}

/**
 * The convolution that sends gradients back: kernels turned by half a turn, a filter for each channel that is read.
 * Null where there is none: the kernels step, the padding is wider than they are, or a weight is no number, which would
 * make one of the zeros around the maps.
 * @param {Layer} node
 * @returns {Layer | null}
 */
function adjointOf(node) {
  const { kernel, stride, pad, pad_end: end, dilation } = /** @type {import("../types.js").Window} */ (node.window);
  const reach = [(kernel[0] - 1) * dilation[0], (kernel[1] - 1) * dilation[1]];
  const around = (/** @type {Pair} */ [high, wide]) => /** @type {Pair} */ ([reach[0] - high, reach[1] - wide]);
  const [before, after] = [around(pad), around(end)];
  if (stride[0] !== 1 || stride[1] !== 1 || Math.min(...before, ...after) < 0) return null;
  const weight = kernelsTurned(node.tensors.weight, node.input[0], node.output[0], node.options.groups ?? 1);
  if (!weight.every(Number.isFinite)) return null;
  const adjoint = { ...node, input: node.output, output: node.input, tensors: { weight } };
  adjoint.window = { kernel, stride, pad: before, pad_end: after, dilation };
  return adjoint;
}

/**
 * Kernels with filters and channels of each group exchanged, and their numbers last to first.
 * @param {Numbers} weight
 * @param {number} channels
 * @param {number} filters
 * @param {number} groups
 */
function kernelsTurned(weight, channels, filters, groups) {
  const [depth, own] = [channels / groups, filters / groups];
  const taps = weight.length / (filters * depth);
  const out = new Float64Array(weight.length);
  for (let f = 0; f < filters; f++) {
    const first = Math.floor(f / own) * depth;
    for (let c = 0; c < depth; c++) {
      const [from, to] = [(f * depth + c) * taps, ((first + c) * own + (f % own)) * taps];
      for (let t = 0; t < taps; t++) out[to + t] = weight[from + taps - 1 - t];
    }
  }
  return out;
}

/** The same product by product, past the gradients that are 0. @param {Layer} node @param {Float64Array} gradient */
function sendBack(node, gradient) {
  const { offsets, begins, groups, span, filters, pad, high, wide } = windowsOf(node);
  const [channels, height, width] = node.input;
  const padded = new Float64Array(channels * high * wide);
  const weight = node.tensors.weight;
  const [taps, places] = [offsets.length, begins.length];
  const [at, given] = [new Int32Array(places), new Float64Array(places)];
  for (let f = 0; f < groups * filters; f++) {
    const group = Math.floor(f / filters) * span;
    let count = 0;
    for (let p = 0; p < places; p++) {
      const g = gradient[f * places + p];
      if (g === 0) continue;
      at[count] = group + begins[p];
      given[count++] = g;
    }
    if (!count) continue;
    for (let t = taps - 1; t >= 0; t--) {
      const [w, offset] = [weight[f * taps + t], offsets[t]];
      for (let i = 0; i < count; i++) padded[at[i] + offset] += given[i] * w;
    }
  }
  return padded.length === channels * height * width ? padded : cutOut(padded, node.input, pad, high, wide);
}

/**
 * Maps without what lies around them.
 * @param {Float64Array} padded
 * @param {import("../types.js").Shape} shape
 * @param {Pair} pad
 * @param {number} high
 * @param {number} wide
 */
function cutOut(padded, [channels, height, width], pad, high, wide) {
  const out = new Float64Array(channels * height * width);
  for (let row = 0; row < channels * height; row++) {
    const from = (Math.floor(row / height) * high + (row % height) + pad[0]) * wide + pad[1];
    out.set(padded.subarray(from, from + width), row * width);
  }
  return out;
}

/**
 * Return d score / d kernels and d score / d biases of a convolution: at every place the output's gradient × the number
 * that the weight met there.
 * @param {Layer} node
 * @param {Float64Array} gradient
 * @param {Float64Array} x
 */
export function convolveWeights(node, gradient, x) {
  const { offsets, begins, groups, span, filters, pad, end } = windowsOf(node);
  const [channels, height, width] = node.input;
  const padded = padMaps(x, channels, height, width, pad, end);
  const [taps, places] = [offsets.length, begins.length];
  const weight = new Float64Array(groups * filters * taps);
  const bias = new Float64Array(groups * filters);
  for (let f = 0; f < bias.length; f++) {
    const group = Math.floor(f / filters) * span;
    for (let p = 0; p < places; p++) {
      const g = gradient[f * places + p];
      if (g === 0) continue;
      bias[f] += g;
      const begin = group + begins[p];
      for (let t = 0, w = f * taps; t < taps; t++, w++) weight[w] += g * padded[begin + offsets[t]];
    }
  }
  return { weight, bias };
}

/**
 * Every place that one weight of a convolution was used at; where it met the padding nothing was multiplied.
 * @param {Layer} node
 * @param {number} at
 * @param {Float64Array} x
 * @returns {Use[]}
 */
export function weightUses(node, at, x) {
  const [channels, height, width] = node.input;
  const [filters, rows, columns] = node.output;
  const { kernel, stride, pad, dilation } = /** @type {import("../types.js").Window} */ (node.window);
  const groups = node.options.groups ?? 1;
  const [depth, taps] = [channels / groups, kernel[0] * kernel[1]];
  const filter = Math.floor(at / (depth * taps));
  const channel = Math.floor(filter / (filters / groups)) * depth + (Math.floor(at / taps) % depth);
  const [ky, kx] = [Math.floor((at % taps) / kernel[1]), at % kernel[1]];
  /** @type {Use[]} */
  const uses = [];
  for (let p = 0; p < rows * columns; p++) {
    const row = Math.floor(p / columns) * stride[0] - pad[0] + ky * dilation[0];
    const column = (p % columns) * stride[1] - pad[1] + kx * dilation[1];
    if (row < 0 || row >= height || column < 0 || column >= width) continue;
    const from = (channel * height + row) * width + column;
    uses.push({ to: filter * rows * columns + p, from, factor: x[from] });
  }
  return uses;
}
