/** Sums behind whole maps, channel by channel, and how receptive fields grow. */

import { cellAlong } from "../engine/geometry.js";
import { eachReaching, reaching, transposedKernel } from "../engine/transposed.js";
import { sizeOf, valuesOf } from "./lookup.js";

/** @typedef {import("./types.js").App} App */
/** @typedef {import("./types.js").PageNode} PageNode */

/** How many rows and columns a layer's kernel has; one of each where it has none. @param {PageNode} node */
export function kernelSize(node) {
  return node.window?.kernel ?? node.options.kernel ?? [1, 1];
}

/**
 * The kernel's slice for its `slice`-th input channel.
 * @param {PageNode} node
 * @param {number} channel
 * @param {number} slice
 * @returns {import("../engine/types.js").Numbers}
 */
export function kernelOf(node, channel, slice) {
  if (node.module.geometry === "spread") return transposedKernel(node, channel, slice);
  const [rows, columns] = kernelSize(node);
  const depth = node.input[0] / (node.options.groups ?? 1);
  const start = (channel * depth + slice) * rows * columns;
  return node.tensors.weight.subarray(start, start + rows * columns);
}

/**
 * One input channel's part of a whole output map of a convolution.
 * @param {App} app @param {PageNode} node @param {number} from the input channel @param {ArrayLike<number>} kernel
 */
export function partialMap(app, node, from, kernel) {
  const window = node.window;
  const [, rows, columns] = node.output;
  const out = new Float64Array(rows * columns);
  const { height, width } = sizeOf(app, node.sources[0]);
  const values = valuesOf(app, node.sources[0]);
  if (node.module.geometry === "spread")
    eachReaching(node, (to, at, tap) => (out[to] += values[from * height * width + at] * kernel[tap]));
  if (!window) return out;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let t = 0; t < kernel.length; t++) {
        const yy = y * window.stride[0] - window.pad[0] + Math.floor(t / window.kernel[1]) * window.dilation[0];
        const xx = x * window.stride[1] - window.pad[1] + (t % window.kernel[1]) * window.dilation[1];
        if (yy >= 0 && xx >= 0 && yy < height && xx < width)
          sum += values[(from * height + yy) * width + xx] * kernel[t];
      }
      out[y * columns + x] = sum;
    }
  }
  return out;
}

/**
 * How receptive fields grow on the way to node `index`, by rows: r after = r before + (k − 1)·jump. Where ways meet it
 * is the one that sees most.
 * @param {App} app @param {number} index
 * @returns {{name: string, before: number, extent: number, jump: number, after: number}[]}
 */
export function fieldSteps(app, index) {
  const nodes = app.engine.nodes;
  const way = [];
  const sees = (/** @type {number} */ at) => (at < 0 ? 1 : nodes[at].field.size[0]);
  for (let i = index; i >= 0; i = nodes[i].sources.reduce((a, b) => (sees(b) > sees(a) ? b : a))) way.unshift(i);
  const found = [];
  let size = 1;
  let jump = 1;
  for (const i of way) {
    const node = nodes[i];
    const extent = extentOf(node);
    if (extent > 1) found.push({ name: node.name, before: size, extent, jump, after: size + (extent - 1) * jump });
    size += (extent - 1) * jump;
    if (node.module.geometry === "spread") [jump] = node.field.jump;
    else jump *= node.window?.stride[0] ?? (node.module.geometry === "cells" ? cellStep(node) : 1);
  }
  return found;
}

/** How many rows of its input a unit reads. @param {PageNode} node */
function extentOf(node) {
  const { geometry } = node.module;
  if (node.window) return node.window.dilation[0] * (node.window.kernel[0] - 1) + 1;
  if (geometry === "spread") return reachOfPlace(node);
  if (geometry !== "cells") return geometry === "whole" || geometry === "grouped" ? node.input[1] : 1;
  const cells = Array.from({ length: node.output[1] }, (_, i) => cellAlong(node, 0, i));
  return Math.max(...cells.map(({ first, end }) => end - first));
}

/**
 * How many rows lie between the first and the last that reach a place, both counted, at most.
 * @param {PageNode} node
 */
function reachOfPlace(node) {
  const spans = Array.from({ length: node.output[1] }, (_, y) => reaching(node, 0, y));
  return Math.max(1, ...spans.map(({ count, step }) => (count - 1) * step + 1));
}

/** From one cell to the next, in whole rows. @param {PageNode} node */
function cellStep(node) {
  return Math.max(1, Math.floor(node.input[1] / node.output[1] + 1 / 2));
}
