/** Which places of a layer's input and output have to do with each other, worked out once: no kernel tests a border. */

import { cellAlong } from "../engine/geometry.js";
import { LANE_BYTES } from "./memory.js";
/** @import {Window} from "../types.js" */
/** @import {Layer} from "../engine/types.js" */

/**
 * @typedef {object} Links every pair of an output place and an input place that it reads, by output place, then tap
 * @property {Int32Array} to the output place, row by row
 * @property {Int32Array} from the input place
 * @property {Int32Array} tap which number of the window lies there, row by row
 */

/**
 * The links of a layer that lays a window over its input: what lies in the padding is left out.
 * @param {Layer} node
 * @returns {Links}
 */
export function windowLinks(node) {
  const [, height, width] = node.input;
  const [, rows, columns] = node.output;
  const { kernel, stride, pad, dilation } = /** @type {Window} */ (node.window);
  /** @type {[number, number, number][]} */
  const found = [];
  for (let to = 0; to < rows * columns; to++) {
    const top = Math.floor(to / columns) * stride[0] - pad[0];
    const left = (to % columns) * stride[1] - pad[1];
    for (let tap = 0; tap < kernel[0] * kernel[1]; tap++) {
      const y = top + Math.floor(tap / kernel[1]) * dilation[0];
      const x = left + (tap % kernel[1]) * dilation[1];
      if (y >= 0 && y < height && x >= 0 && x < width) found.push([to, y * width + x, tap]);
    }
  }
  return linksOf(found);
}

/**
 * The links of a layer whose cells share out its input. A single cell over everything is global pooling.
 * @param {Layer} node
 * @returns {Links}
 */
export function cellLinks(node) {
  const [, rows, columns] = node.output;
  const width = node.input[2];
  /** @type {[number, number, number][]} */
  const found = [];
  for (let to = 0; to < rows * columns; to++) {
    const down = cellAlong(node, 0, Math.floor(to / columns));
    const across = cellAlong(node, 1, to % columns);
    for (let y = down.first; y < down.end; y++) {
      for (let x = across.first; x < across.end; x++) found.push([to, y * width + x, 0]);
    }
  }
  return linksOf(found);
}

/** @param {[number, number, number][]} found [to, from, tap] @returns {Links} */
export function linksOf(found) {
  const column = (/** @type {0 | 1 | 2} */ i) => Int32Array.from(found, (link) => link[i]);
  return { to: column(0), from: column(1), tap: column(2) };
}

/**
 * For each output place where its input places lie: what a pooling needs.
 * @param {Links} links
 * @param {number} places of the output
 * @param {number} channels of the input
 */
export function readTable(links, places, channels) {
  return grouped(links.to, places, 1, (i) => [links.from[i] * channels * LANE_BYTES]);
}

/**
 * For each place of a gather its runs [source, packed weights, length]. Neighbouring taps whose numbers and weights
 * both lie next to each other are one run, so that the inner loop is long even where there is one channel.
 * @param {Int32Array} to the place that sums are for
 * @param {Int32Array} from the place that is read
 * @param {Int32Array} tap as the weights are packed
 * @param {number} places that sums are for
 * @param {number} channels of what is read
 * @param {number} depth how many of these go into one sum
 */
export function runTable(to, from, tap, places, channels, depth) {
  const single = grouped(to, places, 3, (i) => [from[i] * channels * LANE_BYTES, tap[i] * depth * LANE_BYTES, depth]);
  const starts = new Int32Array(places + 1);
  /** @type {number[]} */
  const runs = [];
  for (let p = 0; p < places; p++) {
    for (let i = single.starts[p]; i < single.starts[p + 1]; i++) {
      const [source, packed, length] = single.entries.subarray(3 * i, 3 * i + 3);
      const [before, weights, long] = runs.slice(-3);
      const goesOn = i > single.starts[p] && source - before === long * LANE_BYTES;
      if (goesOn && packed - weights === long * LANE_BYTES) runs[runs.length - 1] += length;
      else runs.push(source, packed, length);
    }
    starts[p + 1] = runs.length / 3;
  }
  return { starts, entries: Int32Array.from(runs) };
}

/**
 * For each tap where output and input lie that it joins: what a kernel's gradient is summed over.
 * @param {Links} links
 * @param {number} taps
 * @param {number} outputs channels of the output
 * @param {number} inputs channels of the input
 */
export function tapTable(links, taps, outputs, inputs) {
  return grouped(links.tap, taps, 2, (i) => [links.to[i] * outputs * LANE_BYTES, links.from[i] * inputs * LANE_BYTES]);
}

/**
 * Group entries of `size` numbers by their key, in the order that they come in.
 * @param {Int32Array} keys of each entry, 0 … count − 1
 * @param {number} count
 * @param {number} size
 * @param {(i: number) => number[]} entryOf
 */
function grouped(keys, count, size, entryOf) {
  const starts = new Int32Array(count + 1);
  for (const key of keys) starts[key + 1]++;
  for (let key = 0; key < count; key++) starts[key + 1] += starts[key];
  const next = starts.slice();
  const entries = new Int32Array(size * keys.length);
  keys.forEach((key, i) => entries.set(entryOf(i), size * next[key]++));
  return { starts, entries };
}
