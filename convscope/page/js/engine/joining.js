/** Layers that make each number from the one at its place in every source: where those numbers lie. */

import { partOf } from "./parts.js";
/** @import {Layer, MadeTerms, Unit} from "./types.js" */

/**
 * For each number of a node's output the place of the one in a source that counts for it; null where each has its own.
 * A single channel, row or column counts for all.
 * @param {Layer} node
 * @param {number} from which of its sources
 */
export function spreadPlaces(node, from) {
  const [channels, height, width] = node.inputs[from];
  const [outChannels, rows, columns] = node.output;
  if (channels === outChannels && height === rows && width === columns) return null;
  const places = new Int32Array(outChannels * rows * columns);
  for (let i = 0; i < places.length; i++) {
    const c = Math.floor(i / (rows * columns)) % channels;
    const y = (Math.floor(i / columns) % rows) % height;
    places[i] = (c * height + y) * width + ((i % columns) % width);
  }
  return places;
}

/**
 * What a gradient for each number of the output is for those of a source: summed where one counts for several.
 * @param {Layer} node
 * @param {number} from
 * @param {Float64Array} gradient
 */
export function summedBack(node, from, gradient) {
  const places = spreadPlaces(node, from);
  if (!places) return gradient;
  const [channels, height, width] = node.inputs[from];
  const out = new Float64Array(channels * height * width);
  gradient.forEach((g, i) => (out[places[i]] += g));
  return out;
}

/**
 * One number of each source.
 * @param {Unit} unit
 * @returns {MadeTerms}
 */
export function joinedTerms(unit) {
  const parts = unit.node.inputs.map(([channels, height, width], from) =>
    partOf(unit, unit.channel % channels, { top: unit.y % height, left: unit.x % width, size: [1, 1], from }),
  );
  return { parts, numbers: {} };
}
