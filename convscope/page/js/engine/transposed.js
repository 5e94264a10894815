/** A transposed convolution: which places of its input reach a place of its output, and by which weights. */

/** @import {Pair} from "../types.js" */
/** @import {Layer, Numbers, Use} from "./types.js" */

/**
 * @typedef {object} Reaching the places along an axis whose products with the kernel reach one place of the output
 * @property {number} first
 * @property {number} count 0 where none does
 * @property {number} step from one to the next
 * @property {number[]} taps which row, or column, of the kernel each is multiplied by
 */

/** @param {number} a @param {number} b @returns {number} */
function commonDivisor(a, b) {
  return b ? commonDivisor(b, a % b) : a;
}

/** Kernel, stride and dilation, and what is taken off above and to the left. @param {Layer} node */
function sizesOfKernel({ options: { kernel = [1, 1], stride = [1, 1], dilation = [1, 1], sides = [0, 0, 0, 0] } }) {
  return { kernel, stride, dilation, pad: /** @type {Pair} */ ([sides[0], sides[1]]) };
}

/**
 * As `read_along` in convscope/formula/kinds/transposed.py.
 * @param {Layer} node
 * @param {0 | 1} axis
 * @param {number} at
 * @returns {Reaching}
 */
export function reaching(node, axis, at) {
  const { kernel, stride, dilation, pad } = sizesOfKernel(node);
  const [s, d] = [stride[axis], dilation[axis]];
  const reached = at + pad[axis]; // = place·stride + tap·dilation
  const step = d / commonDivisor(s, d);
  const last = Math.min(node.input[axis + 1] - 1, Math.floor(reached / s));
  let first = Math.max(0, Math.ceil((reached - d * (kernel[axis] - 1)) / s));
  for (let tried = 0; tried < step && first <= last && (reached - first * s) % d; tried++) first++;
  const count = first <= last && (reached - first * s) % d === 0 ? Math.floor((last - first) / step) + 1 : 0;
  const taps = Array.from({ length: count }, (_, i) => (reached - (first + i * step) * s) / d);
  return { first, count, step, taps };
}

/**
 * The first place of the output that a place of the input reaches; −1 where none is kept.
 * @param {Layer} node @param {0 | 1} axis @param {number} at
 */
export function firstReached(node, axis, at) {
  const { kernel, stride, dilation, pad } = sizesOfKernel(node);
  const middle = (kernel[axis] - 1) / 2;
  const taps = Array.from({ length: kernel[axis] }, (_, tap) => tap);
  for (const tap of taps.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))) {
    const place = at * stride[axis] + tap * dilation[axis] - pad[axis];
    if (place >= 0 && place < node.output[axis + 1]) return place;
  }
  return -1;
}

/**
 * Every place of the output with a place of the input that reaches it, and the number of the kernel that it is
 * multiplied by, row by row.
 * @param {Layer} node
 * @param {(to: number, from: number, tap: number) => void} visit
 */
export function eachReaching(node, visit) {
  const [, rows, columns] = node.output;
  const width = node.input[2];
  const wide = sizesOfKernel(node).kernel[1];
  const across = Array.from({ length: columns }, (_, x) => reaching(node, 1, x));
  for (let y = 0; y < rows; y++) {
    const down = reaching(node, 0, y);
    down.taps.forEach((row, i) => {
      const begin = (down.first + i * down.step) * width;
      across.forEach(({ first, step, taps }, x) =>
        taps.forEach((column, j) => visit(y * columns + x, begin + first + j * step, row * wide + column)),
      );
    });
  }
}

/**
 * How channels and kernel are counted, for one group: weights are (channels, filters, rows, columns).
 * @param {Layer} node
 */
export function banksOf(node) {
  const groups = node.options.groups ?? 1;
  const { kernel } = sizesOfKernel(node);
  return { groups, depth: node.input[0] / groups, filters: node.output[0] / groups, taps: kernel[0] * kernel[1] };
}

/**
 * @param {Layer} node
 * @param {Float64Array} x
 */
export function transposed(node, x) {
  const { depth, filters, taps } = banksOf(node);
  const { weight, bias } = node.tensors;
  const [area, read] = [node.output[1] * node.output[2], node.input[1] * node.input[2]];
  const out = new Float64Array(node.output[0] * area);
  if (bias) for (let f = 0; f < node.output[0]; f++) out.fill(bias[f], f * area, (f + 1) * area);
  const [tos, froms, numbers] = linksOfTransposed(node);
  for (let c = 0; c < node.input[0]; c++) {
    const group = Math.floor(c / depth) * filters;
    for (let f = 0; f < filters; f++) {
      const [to, from, bank] = [(group + f) * area, c * read, (c * filters + f) * taps];
      for (let i = 0; i < tos.length; i++) out[to + tos[i]] += weight[bank + numbers[i]] * x[from + froms[i]];
    }
  }
  return out;
}

/**
 * d score / d input: a convolution of the output's gradient.
 * @param {Layer} node
 * @param {Float64Array} gradient
 */
export function transposedBack(node, gradient) {
  const { depth, filters, taps } = banksOf(node);
  const { weight } = node.tensors;
  const [area, read] = [node.output[1] * node.output[2], node.input[1] * node.input[2]];
  const out = new Float64Array(node.input[0] * read);
  const [tos, froms, numbers] = linksOfTransposed(node);
  for (let c = 0; c < node.input[0]; c++) {
    const group = Math.floor(c / depth) * filters;
    for (let f = 0; f < filters; f++) {
      const [to, from, bank] = [(group + f) * area, c * read, (c * filters + f) * taps];
      for (let i = 0; i < tos.length; i++) out[from + froms[i]] += weight[bank + numbers[i]] * gradient[to + tos[i]];
    }
  }
  return out;
}

/**
 * d score / d kernels and d score / d biases.
 * @param {Layer} node
 * @param {Float64Array} gradient
 * @param {Float64Array} x
 */
export function transposedWeights(node, gradient, x) {
  const { depth, filters, taps } = banksOf(node);
  const [area, read] = [node.output[1] * node.output[2], node.input[1] * node.input[2]];
  const weight = new Float64Array(node.input[0] * filters * taps);
  const bias = new Float64Array(node.output[0]);
  gradient.forEach((g, i) => (bias[Math.floor(i / area)] += g));
  const [tos, froms, numbers] = linksOfTransposed(node);
  for (let c = 0; c < node.input[0]; c++) {
    const group = Math.floor(c / depth) * filters;
    for (let f = 0; f < filters; f++) {
      const [to, from, bank] = [(group + f) * area, c * read, (c * filters + f) * taps];
      for (let i = 0; i < tos.length; i++) weight[bank + numbers[i]] += gradient[to + tos[i]] * x[from + froms[i]];
    }
  }
  return { weight, bias };
}

/**
 * Every place that one weight was used at.
 * @param {Layer} node
 * @param {number} at
 * @param {Float64Array} x
 * @returns {Use[]}
 */
export function transposedUses(node, at, x) {
  const { depth, filters, taps } = banksOf(node);
  const [area, read] = [node.output[1] * node.output[2], node.input[1] * node.input[2]];
  const channel = Math.floor(at / (filters * taps));
  const filter = Math.floor(channel / depth) * filters + (Math.floor(at / taps) % filters);
  /** @type {Use[]} */
  const uses = [];
  eachReaching(node, (to, from, tap) => {
    if (tap !== at % taps) return;
    uses.push({ to: filter * area + to, from: channel * read + from, factor: x[channel * read + from] });
  });
  return uses;
}

/**
 * The kernel of an output channel for the `slice`-th input channel of its group.
 * @param {Layer} node @param {number} channel @param {number} slice
 * @returns {Numbers}
 */
export function transposedKernel(node, channel, slice) {
  const { depth, filters, taps } = banksOf(node);
  const read = Math.floor(channel / filters) * depth + slice;
  const start = (read * filters + (channel % filters)) * taps;
  return node.tensors.weight.subarray(start, start + taps);
}

/** @param {Layer} node @returns {[Int32Array, Int32Array, Int32Array]} to, from, tap */
function linksOfTransposed(node) {
  /** @type {[number[], number[], number[]]} */
  const found = [[], [], []];
  eachReaching(node, (...link) => link.forEach((value, i) => found[i].push(value)));
  return [Int32Array.from(found[0]), Int32Array.from(found[1]), Int32Array.from(found[2])];
}
