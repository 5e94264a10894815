/** @import {Layer} from "../types.js" */

/**
 * Return maps (C, H, W) with zeros around them; the same array where there is no padding.
 * @param {Float64Array} maps
 * @param {number} channels
 * @param {number} height
 * @param {number} width
 * @param {[number, number]} pad
 */
export function padMaps(maps, channels, height, width, [ph, pw]) {
  if (!ph && !pw) return maps;
  const columns = width + 2 * pw;
  const padded = new Float64Array(channels * (height + 2 * ph) * columns);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const from = (c * height + y) * width;
      padded.set(maps.subarray(from, from + width), (c * (height + 2 * ph) + y + ph) * columns + pw);
    }
  }
  return padded;
}

/**
 * How a convolution's windows lie in its padded input: where each begins, and how far each of its numbers is from there.
 * @param {Layer} node
 */
function windowsOf(node) {
  const [channels, height, width] = node.input;
  const [, rows, columns] = node.output;
  const { kernel, stride, pad, dilation } = /** @type {import("../types.js").Window} */ (node.window);
  const high = height + 2 * pad[0];
  const wide = width + 2 * pad[1];
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
  return { offsets, begins, groups, span: depth * high * wide, filters: node.output[0] / groups, pad };
}

/**
 * Cross-correlate maps (C, H, W) with the node's kernels, plus bias. Four windows at a time are laid out as rows of
 * numbers, so that every weight is read once for four sums and no test for borders is inside.
 * @param {Layer} node
 * @param {Float64Array} x
 */
export function convolve(node, x) {
  const { offsets, begins, groups, span, filters, pad } = windowsOf(node);
  const { weight, bias } = node.tensors;
  const [channels, height, width] = node.input;
  const padded = padMaps(x, channels, height, width, pad);
  const places = begins.length;
  const out = new Float64Array(node.output[0] * places);
  const rows = [0, 1, 2, 3].map(() => new Float64Array(offsets.length));
  for (let g = 0; g < groups; g++) {
    for (let p = 0; p < places; p += 4) {
      const count = Math.min(4, places - p);
      for (let i = 0; i < count; i++) layOut(padded, begins[p + i] + g * span, offsets, rows[i]);
      for (let f = g * filters; f < (g + 1) * filters; f++) {
        sumProducts(rows, weight, f * offsets.length, bias ? bias[f] : 0, out, f * places + p, count);
      }
    }
  }
  return out;
}

/**
 * @param {Float64Array} padded
 * @param {number} begin
 * @param {Int32Array} offsets
 * @param {Float64Array} row
 */
function layOut(padded, begin, offsets, row) {
  for (let t = 0; t < row.length; t++) row[t] = padded[begin + offsets[t]];
}

/**
 * @param {Float64Array[]} rows four windows
 * @param {Float32Array} weight
 * @param {number} from where the filter begins
 * @param {number} bias
 * @param {Float64Array} out
 * @param {number} to
 * @param {number} count how many of the four are wanted
 */
function sumProducts([r0, r1, r2, r3], weight, from, bias, out, to, count) {
  let s0 = bias;
  let s1 = bias;
  let s2 = bias;
  let s3 = bias;
  for (let t = 0; t < r0.length; t++) {
    const w = weight[from + t];
    s0 += w * r0[t];
    s1 += w * r1[t];
    s2 += w * r2[t];
    s3 += w * r3[t];
  }
  out[to] = s0;
  if (count > 1) out[to + 1] = s1;
  if (count > 2) out[to + 2] = s2;
  if (count > 3) out[to + 3] = s3;
}

/**
 * Return d score / d input of a convolution from d score / d output: every product's other factor, sent back.
 * @param {Layer} node
 * @param {Float64Array} gradient
 */
export function convolveBack(node, gradient) {
  const { offsets, begins, groups, span, filters, pad } = windowsOf(node);
  const [channels, height, width] = node.input;
  const wide = width + 2 * pad[1];
  const high = height + 2 * pad[0];
  const padded = new Float64Array(channels * high * wide);
  const weight = node.tensors.weight;
  for (let f = 0; f < groups * filters; f++) {
    const group = Math.floor(f / filters) * span;
    for (let p = 0; p < begins.length; p++) {
      const g = gradient[f * begins.length + p];
      if (g === 0) continue;
      const begin = group + begins[p];
      for (let t = 0; t < offsets.length; t++) padded[begin + offsets[t]] += g * weight[f * offsets.length + t];
    }
  }
  const out = new Float64Array(channels * height * width);
  for (let i = 0; i < out.length; i++) {
    const c = Math.floor(i / (height * width));
    const y = Math.floor(i / width) % height;
    out[i] = padded[(c * high + y + pad[0]) * wide + (i % width) + pad[1]];
  }
  return out;
}
