/** A layer of weighted sums on batches: convolution, and the dense layer, which is one over a single place. */

import { groupStep, LANES, LANE_BYTES } from "./memory.js";
import { packedCount } from "./packing.js";
import { rowsOf } from "./rows.js";
import { runTable, tapTable } from "./tables.js";
import { tiledSums } from "./tiles.js";
/** @import {Links} from "./tables.js" */
/** @import {Block, Maps, Pass, Site, Work} from "./types.js" */

/**
 * @param {Site} site
 * @param {Links} links which places each tap joins
 * @param {{groups: number, depth: number, filters: number, taps: number}} sizes depth and filters of one group
 * @returns {Work}
 */
export function weightedSums(site, links, sizes) {
  const direct = directSums(site, links, sizes);
  const tiled = tiledSums(site, links, sizes);
  const by = (/** @type {Pass} */ { kernels }) => (tiled && kernels.transform ? tiled : direct);
  return {
    forward: (pass) => by(pass).forward(pass),
    backward: (pass, into) => by(pass).backward(pass, into),
  };
}

/**
 * The same, every product by itself.
 * @param {Site} site
 * @param {Links} links
 * @param {{groups: number, depth: number, filters: number, taps: number}} sizes
 * @returns {Work}
 */
function directSums(site, links, sizes) {
  const { space, output: y, gradient: dy, parameters } = site;
  const [x] = site.inputs;
  const { groups, filters } = sizes;
  const { weight, bias } = parameters;
  const perGroup = filters * sizes.depth * sizes.taps;
  const rows = rowsOf(site, sizes);
  // What is read, and where a tap lies: the input's maps, or a copy of them where a kernel's row is read as channels.
  const read = rows ?? { ...sizes, maps: x, links };
  const { depth, taps } = read;
  const forwardTable = space.table(
    runTable(read.links.to, read.links.from, read.links.tap, y.places, read.maps.channels, depth),
  );
  const weightTable = space.table(tapTable(read.links, taps, y.channels, read.maps.channels));
  const flipped = links.tap.map((tap) => sizes.taps - 1 - tap);
  const backTable = space.table(runTable(links.from, links.to, flipped, x.places, y.channels, filters));
  const packed = Array.from({ length: groups }, () => space.take(packedCount(filters, taps, depth)));
  const packedBack = Array.from({ length: groups }, () => space.take(packedCount(sizes.depth, sizes.taps, filters)));
  const offsets = Array.from({ length: groups }, () => space.take(LANES * Math.ceil(filters / LANES)));
  const none = space.take(LANES * Math.ceil(sizes.depth / LANES));
  // By tap, where a weight's place is not that of its sum.
  const summed = rows || taps > 1 ? space.take(perGroup) : null;

  /** Where the weights of one group lie. @param {number} group */
  const ofGroup = (group) => weight.values.at + 4 * group * perGroup;
  /** And their gradient. @param {number} group */
  const gradientOf = (group) => weight.gradient.at + 4 * group * perGroup;

  return {
    forward: (pass) => {
      const { kernels, groups: batch } = pass;
      rows?.copy(pass);
      for (let group = 0; group < groups; group++) {
        kernels.packForward(rows ? rows.arrange() : ofGroup(group), packed[group].at, filters, depth, taps);
        if (bias) offsets[group].values.set(bias.values.values.subarray(group * filters, (group + 1) * filters));
        const source = read.maps.block.at + group * depth * LANE_BYTES;
        const target = y.block.at + group * filters * LANE_BYTES;
        const { starts, entries } = forwardTable;
        const steps = /** @type {const} */ ([groupStep(read.maps), groupStep(y), y.channels * LANE_BYTES]);
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
        const source = read.maps.block.at + group * depth * LANE_BYTES;
        const { starts, entries } = weightTable;
        summed?.values.fill(0);
        const target = summed ? summed.at : gradientOf(group);
        const steps = /** @type {const} */ ([groupStep(dy), groupStep(read.maps)]);
        kernels.correlate(gradient, source, target, starts, entries, taps, batch, ...steps, filters, depth);
        if (rows) rows.give(/** @type {Block} */ (summed).values, weight);
        else if (summed) kernels.addTapsLast(summed.at, gradientOf(group), perGroup / taps, taps);
        if (dx) sendBack(pass, dx, group, gradient);
      }
    },
  };

  /**
   * The input's gradient is a convolution of the output's with the kernels turned around.
   * @param {Pass} pass @param {Maps} dx @param {number} group @param {number} gradient
   */
  function sendBack({ kernels, groups: batch }, dx, group, gradient) {
    kernels.packBack(ofGroup(group), packedBack[group].at, filters, sizes.depth, sizes.taps, 1);
    const target = dx.block.at + group * sizes.depth * LANE_BYTES;
    const { starts, entries } = backTable;
    const steps = /** @type {const} */ ([groupStep(dy), groupStep(dx), dx.channels * LANE_BYTES]);
    const block = sizes.taps * filters * LANE_BYTES;
    const [weights, places] = [packedBack[group].at, dx.places];
    kernels.gather(gradient, weights, none.at, target, starts, entries, batch, places, ...steps, sizes.depth, block);
  }
}
