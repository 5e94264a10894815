/** Which numbers of its input a unit reads, by the layer's geometry alone. */

import { madeFrom } from "./resampling.js";
import { firstReached, reaching } from "./transposed.js";
/** @import {Shape, Window} from "../types.js" */
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
 * The rows (axis 0) or columns of its input that cell `i` of a grid reads: from `first` to before `end`.
 * @param {Layer} node
 * @param {0 | 1} axis
 * @param {number} i
 */
export function cellAlong(node, axis, i) {
  const [length, cells] = [node.input[axis + 1], node.output[axis + 1]];
  return { first: Math.floor((i * length) / cells), end: Math.ceil(((i + 1) * length) / cells) };
}

/**
 * Which of its sources a channel of a concatenation comes from, and which channel of that it is.
 * @param {Layer} node
 * @param {number} channel
 * @returns {{from: number, channel: number}}
 */
export function sourceOf(node, channel) {
  let [from, left] = [0, channel];
  while (left >= node.inputs[from][0]) left -= node.inputs[from++][0];
  return { from, channel: left };
}

/**
 * The channels, from `first` to before `end`, that lie around one, itself in the middle, as far as there are some.
 * @param {Layer} node
 * @param {number} channel
 */
export function channelsAround(node, channel) {
  const reach = Math.floor((node.options.around ?? 1) / 2);
  return { first: Math.max(0, channel - reach), end: Math.min(node.input[0], channel + reach + 1) };
}

/**
 * Which channel of its input a channel of a shuffle or a slice is.
 * @param {Layer} node
 * @param {number} channel
 */
export function shuffledFrom(node, channel) {
  if (node.options.first !== undefined) return node.options.first + channel; // some of the channels, in their order
  const groups = node.options.groups ?? 1;
  return (channel % groups) * (node.input[0] / groups) + Math.floor(channel / groups);
}

/**
 * The row and column of the input that row `y` of a column of tokens is; row −1 for a learned one, which is none of it.
 * @param {Layer} node
 * @param {number} y
 * @returns {[number, number]}
 */
export function tokenFrom(node, y) {
  const [place, width] = [y - (node.options.extra ?? 0), node.input[2]];
  return place < 0 ? [-1, 0] : [Math.floor(place / width), place % width];
}

/**
 * The channels of one of its sources that one output channel reads: all of its group where the layer mixes channels.
 * @param {Layer} node
 * @param {number} channel
 * @param {number} [from] which of its sources
 * @returns {number[]}
 */
export function channelsRead(node, channel, from = 0) {
  const [inputs, height, width] = node.input;
  if (node.module.geometry === "joined") {
    const read = sourceOf(node, channel);
    return read.from === from ? [read.channel] : [];
  }
  if (node.module.geometry === "flatten") return [Math.floor(channel / (height * width))];
  if (node.module.geometry === "shuffled") return [shuffledFrom(node, channel)];
  if (node.module.geometry === "column") return Array.from({ length: inputs }, (_, i) => i);
  if (node.module.geometry === "grouped") {
    const each = inputs / (node.options.groups ?? 1);
    return Array.from({ length: each }, (_, i) => Math.floor(channel / each) * each + i);
  }
  if (node.module.geometry === "neighbours") {
    const { first, end } = channelsAround(node, channel);
    return Array.from({ length: end - first }, (_, i) => first + i);
  }
  if (!node.module.mixes) return [channel % node.inputs[from][0]]; // a single one counts for all
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
  if (node.module.geometry === "resampled") {
    const [rows, columns] = [madeFrom(node, 0, y), madeFrom(node, 1, x)];
    return { top: rows[0]?.at ?? -1, left: columns[0]?.at ?? -1, height: rows.length, width: columns.length };
  }
  if (node.module.geometry === "places") {
    const [top, left] = tokenFrom(node, y);
    return { top, left, height: Number(top >= 0), width: Number(top >= 0) };
  }
  if (node.module.geometry === "spread") {
    const [rows, columns] = [reaching(node, 0, y), reaching(node, 1, x)];
    const span = (/** @type {{count: number, step: number}} */ { count, step }) => Math.max(0, (count - 1) * step + 1);
    return { top: rows.first, left: columns.first, height: span(rows), width: span(columns) };
  }
  if (node.module.geometry === "cells") {
    const [rows, columns] = [cellAlong(node, 0, y), cellAlong(node, 1, x)];
    const size = { height: rows.end - rows.first, width: columns.end - columns.first };
    return { top: rows.first, left: columns.first, ...size };
  }
  const first = node.module.geometry === "crop" ? cropPlace(node, 0) : 0;
  return { top: Math.floor(first / width) + y, left: (first % width) + x, height: 1, width: 1 };
}

/**
 * Return the shapes of the feature maps that a flat node's numbers came from, one after another, through layers that
 * keep their places; [1, units, 1] for numbers that came from none.
 * @param {Layer[]} nodes
 * @param {number} index
 * @returns {Shape[]}
 */
export function gridsOf(nodes, index) {
  if (index < 0) return [nodes[0].input];
  const { module, flat, sources, input, output } = nodes[index];
  if (flat && module.geometry === "same") return gridsOf(nodes, sources[0]);
  if (flat && module.geometry === "joined") return sources.flatMap((source) => gridsOf(nodes, source));
  return module.geometry === "flatten" ? [input] : [[1, output[0], 1]];
}

/**
 * A unit of a node that reads unit (channel, y, x) of one of its sources: of a window's places the one that has it
 * nearest to its middle, of a layer's channels the first. Null where none reads it, or nobody knows.
 * @param {Layer} node
 * @param {number} source the node that the unit is of
 * @param {number} channel
 * @param {number} y
 * @param {number} x
 * @returns {{channel: number, y: number, x: number} | null}
 */
export function readingUnit(node, source, channel, y, x) {
  const { geometry, mixes } = node.module;
  const [channels, height, width] = node.input;
  const [, rows, columns] = node.output;
  const groups = node.options.groups ?? 1;
  const into = mixes ? (Math.floor((channel * groups) / channels) * node.output[0]) / groups : channel;
  if (geometry === "flatten") return { channel: (channel * height + y) * width + x, y: 0, x: 0 };
  if (node.window) {
    const at = [placeReading(node.window, 0, y, rows), placeReading(node.window, 1, x, columns)];
    return at[0] === null || at[1] === null ? null : { channel: into, y: at[0], x: at[1] };
  }
  if (geometry === "cells") {
    const at = (/** @type {number} */ place, /** @type {number} */ cells, /** @type {number} */ length) =>
      Math.min(cells - 1, Math.floor((place * cells) / length));
    return { channel: into, y: at(y, rows, height), x: at(x, columns, width) };
  }
  if (geometry === "spread") {
    const at = [firstReached(node, 0, y), firstReached(node, 1, x)];
    return at[0] < 0 || at[1] < 0 ? null : { channel: into, y: at[0], x: at[1] };
  }
  if (geometry === "resampled") {
    const at = [y, x].map((place, axis) => placeMadeFrom(node, axis === 0 ? 0 : 1, place));
    return at[0] < 0 || at[1] < 0 ? null : { channel, y: at[0], x: at[1] };
  }
  if (geometry === "places") return { channel, y: (node.options.extra ?? 0) + y * width + x, x: 0 };
  if (geometry === "joined") {
    const before = node.inputs.slice(0, node.sources.indexOf(source)).reduce((sum, [channels]) => sum + channels, 0);
    return { channel: before + channel, y, x };
  }
  if (geometry === "shuffled" && node.options.first !== undefined) {
    const at = channel - node.options.first;
    return at >= 0 && at < node.output[0] ? { channel: at, y, x } : null;
  }
  if (geometry === "shuffled") {
    const each = channels / groups;
    return { channel: (channel % each) * groups + Math.floor(channel / each), y, x };
  }
  if (["same", "neighbours", "grouped", "column"].includes(geometry)) return { channel, y, x };
  return geometry === "units" || geometry === "whole" ? { channel: into, y: 0, x: 0 } : null;
}

/**
 * The place along an axis, of so many, whose window has one of its weights on place `at` of the input, as near to its
 * middle as can be; null where a stride steps over it or a dilation leaves it out.
 * @param {Window} window @param {0 | 1} axis @param {number} at @param {number} places
 */
function placeReading({ kernel, stride, pad, dilation }, axis, at, places) {
  const middle = (kernel[axis] - 1) / 2;
  const weights = Array.from({ length: kernel[axis] }, (_, i) => i);
  for (const i of weights.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))) {
    const place = (at + pad[axis] - i * dilation[axis]) / stride[axis];
    if (Number.isInteger(place) && place >= 0 && place < places) return place;
  }
  return null;
}

/** The first place along an axis that is made from place `at` of the input. @param {Layer} node @param {0 | 1} axis
 * @param {number} at */
function placeMadeFrom(node, axis, at) {
  const places = Array.from({ length: node.output[axis + 1] }, (_, i) => madeFrom(node, axis, i));
  const nearest = (/** @type {{at: number, weight: number}[]} */ made) =>
    made.find((one) => one.at === at)?.weight ?? 0;
  const most = Math.max(...places.map(nearest));
  return most > 0 ? places.findIndex((made) => nearest(made) === most) : -1;
}
