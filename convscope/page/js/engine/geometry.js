/** Which numbers of its input a unit reads, by the layer's geometry alone. */

/** @import {Shape} from "../types.js" */
/** @import {Layer} from "./types.js" */

/**
 * Where number `i` of a crop's output lies in its input: the middle, rounded down.
 * @param {Layer} node
 * @param {number} i
 */
export function cropPlace(node, i) {
  const [, height, width] = node.input;
  const [, rows, columns] = node.output;
  const c = Math.floor(i / (rows * columns));
  const y = Math.floor((height - rows) / 2) + (Math.floor(i / columns) % rows);
  return (c * height + y) * width + Math.floor((width - columns) / 2) + (i % columns);
}

/**
 * The channels of its input that one output channel reads: all of its group where the layer mixes channels.
 * @param {Layer} node
 * @param {number} channel
 * @returns {number[]}
 */
export function channelsRead(node, channel) {
  const [inputs, height, width] = node.input;
  if (node.module.geometry === "flatten") return [Math.floor(channel / (height * width))];
  if (!node.module.mixes) return [channel];
  const groups = node.options.groups ?? 1;
  const depth = inputs / groups;
  const first = Math.floor(channel / (node.output[0] / groups)) * depth;
  return Array.from({ length: depth }, (_, i) => first + i);
}

/**
 * Where the window of output (y, x) lies on the input: its corner and its extent, which may reach beyond the border.
 * @param {Layer} node
 * @param {number} y
 * @param {number} x
 */
export function windowBox(node, y, x) {
  const [, height, width] = node.input;
  if (node.window) {
    const { kernel, stride, pad, dilation } = node.window;
    const extent = [0, 1].map((axis) => dilation[axis] * (kernel[axis] - 1) + 1);
    return { top: y * stride[0] - pad[0], left: x * stride[1] - pad[1], height: extent[0], width: extent[1] };
  }
  if (node.module.geometry === "whole") return { top: 0, left: 0, height, width };
  const first = node.module.geometry === "crop" ? cropPlace(node, 0) : 0;
  return { top: Math.floor(first / width) + y, left: (first % width) + x, height: 1, width: 1 };
}

/**
 * Return the shape of the feature maps that a flat node's numbers came from, through layers that keep their places;
 * null if none.
 * @param {Layer[]} nodes
 * @param {number} index
 * @returns {Shape | null}
 */
export function gridOf(nodes, index) {
  let at = index;
  while (at >= 0 && nodes[at].flat && nodes[at].module.geometry === "same") at = nodes[at].sources[0];
  return at >= 0 && nodes[at].module.geometry === "flatten" ? nodes[at].input : null;
}

/**
 * A unit of a node that reads unit (channel, y, x) of its source, near the middle of those that do; null where there
 * may be none.
 * @param {Layer} node
 * @param {number} channel
 * @param {number} y
 * @param {number} x
 * @returns {{channel: number, y: number, x: number} | null}
 */
export function readingUnit(node, channel, y, x) {
  const { geometry, mixes } = node.module;
  const [, height, width] = node.input;
  const [, rows, columns] = node.output;
  const into = mixes ? 0 : channel;
  if (geometry === "flatten") return { channel: (channel * height + y) * width + x, y: 0, x: 0 };
  if (node.window) {
    const { stride, pad } = node.window;
    return {
      channel: into,
      y: Math.min(rows - 1, Math.floor((y + pad[0]) / stride[0])),
      x: Math.min(columns - 1, Math.floor((x + pad[1]) / stride[1])),
    };
  }
  if (geometry === "same") return { channel, y, x };
  return geometry === "units" || geometry === "whole" ? { channel: into, y: 0, x: 0 } : null;
}
