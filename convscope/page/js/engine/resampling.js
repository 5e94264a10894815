/** Layers that make each row of maps from one or two rows of what they read, and each column likewise. */

import { partOf } from "./parts.js";
import { byProducts } from "./relevance_paths.js";
/** @import {KindModule, Layer} from "./types.js" */

/** @typedef {{at: number, weight: number}[]} Weighed places along an axis, each with its weight; none for zeros */

/**
 * The places of the input that place `i` of an axis (0: rows) is made from. As `along` in
 * convscope/formula/kinds/resampling.py.
 * @param {Layer} node
 * @param {0 | 1} axis
 * @param {number} i
 * @returns {Weighed}
 */
export function madeFrom(node, axis, i) {
  const length = node.input[axis + 1];
  const { sides, mirrors, repeats, wraps, scale, blends } = node.options;
  if (sides) {
    const place = i - sides[axis];
    if (place >= 0 && place < length) return [{ at: place, weight: 1 }];
    if (wraps) return [{ at: (place + length) % length, weight: 1 }];
    if (mirrors) return [{ at: place < 0 ? -place : 2 * (length - 1) - place, weight: 1 }];
    return repeats ? [{ at: place < 0 ? 0 : length - 1, weight: 1 }] : [];
  }
  const times = scale ? scale[axis] : 1;
  if (!blends) return [{ at: Math.floor(i / times), weight: 1 }];
  const place = Math.max(0, (i + 0.5) / times - 0.5);
  const first = Math.floor(place);
  const share = place - first;
  if (first === length - 1 || share === 0) return [{ at: first, weight: 1 }];
  return [
    { at: first, weight: 1 - share },
    { at: first + 1, weight: share },
  ];
}

/**
 * Every place of an output map with a place of an input map that goes into it, and its weight.
 * @param {Layer} node
 * @param {(to: number, from: number, weight: number) => void} visit
 */
export function eachResampled(node, visit) {
  const [, rows, columns] = node.output;
  const width = node.input[2];
  const across = Array.from({ length: columns }, (_, x) => madeFrom(node, 1, x));
  for (let y = 0; y < rows; y++) {
    for (const row of madeFrom(node, 0, y)) {
      across.forEach((places, x) => {
        for (const { at, weight } of places) visit(y * columns + x, row.at * width + at, row.weight * weight);
      });
    }
  }
}

/** What is put around maps, where that is a number. @param {Layer} node */
export function valueAround(node) {
  return node.options.value ?? 0;
}

/** Whether nothing of the input goes into a number of the output. @param {Layer} node @param {number} to */
function isAround(node, to) {
  const [, rows, columns] = node.output;
  const [y, x] = [Math.floor(to / columns) % rows, to % columns];
  return !(madeFrom(node, 0, y).length && madeFrom(node, 1, x).length);
}

/** The places of an output map that nothing of the input goes into. @param {Layer} node */
export function placesAround(node) {
  const [, rows, columns] = node.output;
  const [down, across] = [rows, columns].map((n, axis) =>
    Array.from({ length: n }, (_, i) => madeFrom(node, axis ? 1 : 0, i).length > 0),
  );
  return Array.from({ length: rows * columns }, (_, i) => i).filter(
    (i) => !(down[Math.floor(i / columns)] && across[i % columns]),
  );
}

/**
 * @param {KindModule["explain"]} explain
 * @returns {KindModule}
 */
export function resampled(explain) {
  return {
    drawing: "resampling",
    explain,
    geometry: "resampled",
    mixes: false,
    affine: true,
    curve: null,
    relevance: byProducts({
      constantAt: (node, to) => (valueAround(node) && isAround(node, to) ? valueAround(node) : 0),
      alone: (node) => ({ ...node, options: { ...node.options, value: 0 } }),
    }),
    forward: (node, [x]) => {
      const [channels, rows, columns] = node.output;
      const [area, read] = [rows * columns, node.input[1] * node.input[2]];
      const out = new Float64Array(channels * area);
      const value = valueAround(node);
      for (const to of value ? placesAround(node) : []) {
        for (let c = 0; c < channels; c++) out[c * area + to] = value;
      }
      eachResampled(node, (to, from, weight) => {
        for (let c = 0; c < channels; c++) out[c * area + to] += weight * x[c * read + from];
      });
      return out;
    },
    backward: (node, gradient) => {
      const [channels, height, width] = node.input;
      const out = new Float64Array(channels * height * width);
      const [area, read] = [node.output[1] * node.output[2], height * width];
      eachResampled(node, (to, from, weight) => {
        for (let c = 0; c < channels; c++) out[c * read + from] += weight * gradient[c * area + to];
      });
      return [out];
    },
    terms: (unit) => {
      const [down, across] = [madeFrom(unit.node, 0, unit.y), madeFrom(unit.node, 1, unit.x)];
      if (!down.length || !across.length) return { parts: [], numbers: { x: valueAround(unit.node) } };
      const weights = Float64Array.from(down.flatMap((row) => across.map((column) => row.weight * column.weight)));
      const size = /** @type {[number, number]} */ ([down.length, across.length]);
      const part = partOf(unit, unit.channel, { top: down[0].at, left: across[0].at, size, weights });
      return { parts: [part], numbers: { x: part.subtotal } };
    },
  };
}
