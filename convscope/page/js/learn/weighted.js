/** A layer of weighted sums on batches: convolution, and the dense layer, which is one over a single place. */

import { groupStep, LANES, LANE_BYTES } from "./memory.js";
import { packBack, packForward, packedCount } from "./packing.js";
import { runTable, tapTable } from "./tables.js";
/** @import {Links} from "./tables.js" */
/** @import {Maps, Pass, Site, Work} from "./types.js" */

/**
 * @param {Site} site
 * @param {Links} links which places each tap joins
 * @param {{groups: number, depth: number, filters: number, taps: number}} sizes depth and filters of one group
 * @returns {Work}
 */
export function weightedSums({ space, inputs: [x], output: y, gradient: dy, parameters }, links, sizes) {
  const { groups, depth, filters, taps } = sizes;
  const { weight, bias } = parameters;
  const perGroup = filters * depth * taps;
  const flipped = links.tap.map((tap) => taps - 1 - tap);
  const forwardTable = space.table(runTable(links.to, links.from, links.tap, y.places, x.channels, depth));
  const backTable = space.table(runTable(links.from, links.to, flipped, x.places, y.channels, filters));
  const weightTable = space.table(tapTable(links, taps, y.channels, x.channels));
  const packed = Array.from({ length: groups }, () => space.take(packedCount(filters, taps, depth)));
  const packedBack = Array.from({ length: groups }, () => space.take(packedCount(depth, taps, filters)));
  const offsets = Array.from({ length: groups }, () => space.take(LANES * Math.ceil(filters / LANES)));
  const none = space.take(LANES * Math.ceil(depth / LANES));

  /** The weights of one group. @param {number} group */
  const ofGroup = (group) => weight.values.values.subarray(group * perGroup, (group + 1) * perGroup);

  return {
    forward: ({ kernels, groups: batch }) => {
      for (let group = 0; group < groups; group++) {
        packForward(ofGroup(group), packed[group].values, filters, depth, taps);
        if (bias) offsets[group].values.set(bias.values.values.subarray(group * filters, (group + 1) * filters));
        const source = x.block.at + group * depth * LANE_BYTES;
        const target = y.block.at + group * filters * LANE_BYTES;
        const { starts, entries } = forwardTable;
        const steps = /** @type {const} */ ([groupStep(x), groupStep(y), y.channels * LANE_BYTES]);
        const block = taps * depth * LANE_BYTES;
        const [weights, offset] = [packed[group].at, offsets[group].at];
        kernels.gather(source, weights, offset, target, starts, entries, batch, y.places, ...steps, filters, block);
      }
    },
    backward: (pass, [dx]) => {
      const { kernels, groups: batch } = pass;
      if (bias) kernels.sumChannels(dy.block.at, bias.gradient.at, batch, dy.places, dy.channels);
      for (let group = 0; group < groups; group++) {
        const gradient = dy.block.at + group * filters * LANE_BYTES;
        const source = x.block.at + group * depth * LANE_BYTES;
        const { starts, entries } = weightTable;
        const target = weight.gradient.at + 4 * group * perGroup;
        const steps = /** @type {const} */ ([groupStep(dy), groupStep(x)]);
        kernels.correlate(gradient, source, target, starts, entries, taps, batch, ...steps, filters, depth);
        if (dx) sendBack(pass, dx, group, gradient);
      }
    },
  };

  /**
   * The input's gradient is a convolution of the output's with the kernels turned around.
   * @param {Pass} pass @param {Maps} dx @param {number} group @param {number} gradient
   */
  function sendBack({ kernels, groups: batch }, dx, group, gradient) {
    packBack(ofGroup(group), packedBack[group].values, filters, depth, taps);
    const target = dx.block.at + group * depth * LANE_BYTES;
    const { starts, entries } = backTable;
    const steps = /** @type {const} */ ([groupStep(dy), groupStep(dx), dx.channels * LANE_BYTES]);
    const block = taps * filters * LANE_BYTES;
    const weights = packedBack[group].at;
    kernels.gather(gradient, weights, none.at, target, starts, entries, batch, dx.places, ...steps, depth, block);
  }
}
