/** Convolutions by the WebAssembly kernels: what they need to know of a layer beforehand, and their steps. */

import { biasOf, onlyKnown } from "./site.js";
/** @import {Window} from "../../types.js" */
/** @import {Numbers} from "../types.js" */
/** @import {FastKind, FastSite, ForwardKernels} from "./types.js" */

const PANEL = 49_152; // numbers of the places that filters run over together: they stay in a processor's second cache
const DEPTH = 512; // taps that are taken at a time: of eight places they and their weights stay in the first

/** @type {FastKind} */
export function fastConvolution(site) {
  if (!onlyKnown(site.node, ["groups", "bias"])) return null;
  const { input, output, options } = site.node;
  const groups = options.groups ?? 1;
  return groups === input[0] && groups === output[0] ? oneFilterAMap(site) : manyMaps(site, groups);
}

/**
 * One filter a map. Where windows begin at every `phases`-th column, what neighbouring ones read is laid side by side.
 * @param {FastSite} site
 */
function oneFilterAMap({ node, inputs: [x], output, memory }) {
  const [channels, height, width] = node.input;
  const [, rows, columns] = node.output;
  const { kernel, stride, pad, dilation } = /** @type {Window} */ (node.window);
  const phases = stride[1];
  const reach = (/** @type {0 | 1} */ axis, /** @type {number} */ count) =>
    (count - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
  const high = Math.max(height + pad[0], reach(0, rows));
  const each = Math.ceil(Math.max(width + pad[1], reach(1, columns)) / phases) + 8; // a vector may be read beyond
  const wide = phases * each;
  const offsets = new Int32Array(kernel[0] * kernel[1]);
  for (let t = 0; t < offsets.length; t++) {
    const [down, across] = [Math.floor(t / kernel[1]) * dilation[0], (t % kernel[1]) * dilation[1]];
    offsets[t] = 4 * (down * wide + (across % phases) * each + Math.floor(across / phases));
  }
  const narrow = columns < 4;
  const places = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += narrow ? 1 : 4) {
      const first = narrow ? column : Math.min(column, columns - 4); // the last may be made twice
      places.push(4 * (row * stride[0] * wide + first), 4 * (row * columns + first));
    }
  }
  while (!narrow && places.length % 8) places.push(...places.slice(-2));
  const weights = memory.put(Float32Array.from(node.tensors.weight));
  const bias = memory.put(biasOf(node.tensors.bias, channels));
  const [taps, fours] = [memory.put(offsets), memory.put(Int32Array.from(places))];
  const room = memory.scratch("map", high * wide);
  const count = places.length / (narrow ? 2 : 8);
  return (/** @type {ForwardKernels} */ kernels) => {
    memory.clear(room.at, high * wide);
    kernels.slide(
      ...[x.at, weights, bias, output.at, room.at, taps, fours, channels, height, width, pad[0], pad[1], wide, phases],
      ...[offsets.length, count, rows * columns, Number(narrow)],
    );
  };
}

/** Filters that read all maps, or those of their group. @param {FastSite} site @param {number} groups */
function manyMaps({ node, inputs: [x], output, memory }, groups) {
  const [channels, height, width] = node.input;
  const [filters, rows, columns] = node.output;
  const { kernel, stride, pad, pad_end: end, dilation } = /** @type {Window} */ (node.window);
  const [high, wide] = [height + pad[0] + end[0], width + pad[1] + end[1]];
  const around = high !== height || wide !== width;
  const padded = around ? memory.scratch("padded", channels * high * wide) : null;
  const { weight, bias } = node.tensors;
  /** The maps that the windows lie on. @param {ForwardKernels} kernels */
  const source = (kernels) => {
    if (!padded) return x.at;
    memory.clear(padded.at, channels * high * wide);
    kernels.pad(x.at, padded.at, channels, height, width, pad[0], pad[1], high, wide);
    return padded.at;
  };
  const depth = channels / groups;
  const taps = depth * kernel[0] * kernel[1];
  const each = filters / groups;
  const offsets = new Int32Array(taps);
  for (let t = 0; t < taps; t++) {
    const [c, tap] = [Math.floor(t / (kernel[0] * kernel[1])), t % (kernel[0] * kernel[1])];
    const [ky, kx] = [Math.floor(tap / kernel[1]), tap % kernel[1]];
    offsets[t] = 4 * ((c * high + ky * dilation[0]) * wide + kx * dilation[1]);
  }
  const places = rows * columns;
  const begins = new Int32Array(Math.ceil(places / 8) * 8);
  for (let i = 0; i < begins.length; i++) {
    const p = i < places ? i : i & ~7; // the rest of the last eight is the first again: never eight side by side
    begins[i] = 4 * (Math.floor(p / columns) * stride[0] * wide + (p % columns) * stride[1]);
  }
  const taken = Math.min(DEPTH, taps);
  const together = Math.min(Math.floor(PANEL / (8 * taken)), begins.length / 8);
  const [begin, offset] = [memory.put(begins), memory.put(offsets)];
  const panel = memory.scratch("panel", together * 8 * taken);
  const parts = Array.from({ length: groups }, (_, g) => ({
    weights: memory.put(packed(weight.subarray(g * each * taps, (g + 1) * each * taps), each, taps)),
    bias: memory.put(biasOf(bias?.subarray(g * each, (g + 1) * each), each)),
  }));
  return (/** @type {ForwardKernels} */ kernels) => {
    const from = source(kernels);
    parts.forEach((part, g) => {
      const [read, write] = [from + 4 * g * depth * high * wide, output.at + 4 * g * each * places];
      kernels.convolve(
        ...[read, part.weights, part.bias, write, begin, offset, panel.at, places, taps, each, together, taken],
      );
    });
  };
}

/**
 * Weights (filters, taps) in blocks of four filters, (blocks, taps, 4). @param {Numbers} weight @param {number} filters
 * @param {number} taps
 */
function packed(weight, filters, taps) {
  const out = new Float32Array(Math.ceil(filters / 4) * 4 * taps);
  for (let f = 0; f < filters; f++) {
    for (let t = 0, to = (f >> 2) * 4 * taps + (f & 3); t < taps; t++, to += 4) out[to] = weight[f * taps + t];
  }
  return out;
}
