/** What the address says of chapter 2: the digit, and the unit that is looked at. */

import { wholeIn } from "../address.js";
import { peakOf } from "../sums/features.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../engine/engine.js").Engine} Engine */
/** @typedef {import("../../engine/types.js").Result} Result */

/** @param {Lab["state"]} state @param {number} count how many digits there are */
export function localDigit(state, count) {
  return wholeIn(state, "i", 0, count - 1, 6);
}

/** Which nodes convolve. @param {Engine} engine */
export function convolutionsOf(engine) {
  return engine.nodes.flatMap((node, index) => (node.module.drawing === "convolution" ? [index] : []));
}

/** Where each map of a convolution is largest. @param {Engine} engine @param {Result} result @param {number} index */
export function peaksOf(engine, result, index) {
  const [channels, height, width] = engine.nodes[index].output;
  return Array.from({ length: channels }, (_, channel) => peakOf(result, index, channel, height, width));
}

/**
 * The unit looked at: of the layer, map and place in the address; else the largest.
 * @param {Lab["state"]} state @param {Engine} engine @param {number[]} convs @param {Result} result
 */
export function unitAt(state, engine, convs, result) {
  const index = convs[wholeIn(state, "n", 1, convs.length, 2) - 1];
  const [channels, height, width] = engine.nodes[index].output;
  const peaks = peaksOf(engine, result, index);
  const strongest = peaks.reduce((best, one, i) => (one.value > peaks[best].value ? i : best), 0);
  const channel = wholeIn(state, "k", 1, channels, strongest + 1) - 1;
  return {
    index,
    channel,
    height,
    width,
    y: wholeIn(state, "y", 0, height - 1, peaks[channel].y),
    x: wholeIn(state, "x", 0, width - 1, peaks[channel].x),
  };
}
