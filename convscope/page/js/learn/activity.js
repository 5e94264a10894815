/**
 * What a network's activations read and answer, over many pictures: which channels never answer, and how inputs lie.
 */

import { LANES } from "./memory.js";
/** @import {BatchNetwork} from "./network.js" */
/** @import {Maps} from "./types.js" */

/**
 * @typedef {object} LayerActivity of one activation
 * @property {string} name
 * @property {number} channels
 * @property {number} dead those that were 0 at every place of every picture: no gradient passes through them
 * @property {number} mean of all numbers that it read
 * @property {number} std their standard deviation, n in the denominator
 */

/**
 * Watch a network's activations: call `add` after each forward pass.
 * @param {BatchNetwork} network
 */
export function watchActivity(network) {
  const watched = network.nodes.flatMap((node, i) => {
    const [source] = node.sources;
    if (node.module.drawing !== "curve" || source < 0) return [];
    const channels = network.outputs[i].channels;
    const sums = { count: 0, middle: 0, mean: 0, squares: 0, alive: new Uint8Array(channels) };
    return [{ name: node.name, reads: network.outputs[source], answers: network.outputs[i], sums }];
  });
  return {
    /** @param {number} pictures of the batch that went through */
    add: (/** @type {number} */ pictures) => {
      for (const { reads, answers, sums } of watched) {
        addInputs(reads, pictures, sums);
        eachNumber(answers, pictures, (value, channel) => {
          if (value !== 0) sums.alive[channel] = 1;
        });
      }
    },
    /** @returns {LayerActivity[]} */
    result: () =>
      watched.map(({ name, sums: { count, mean, squares, alive, middle } }) => {
        const away = count ? mean / count : 0; // from `middle`, about which all is summed so that nothing cancels
        return {
          name,
          channels: alive.length,
          dead: alive.filter((one) => !one).length,
          mean: middle + away,
          std: Math.sqrt(Math.max(0, count ? squares / count - away * away : 0)),
        };
      }),
  };
}

/**
 * @param {Maps} maps @param {number} pictures
 * @param {{count: number, middle: number, mean: number, squares: number}} sums
 */
function addInputs(maps, pictures, sums) {
  if (!sums.count) sums.middle = maps.block.values[0];
  const { middle } = sums;
  eachNumber(maps, pictures, (value) => {
    const away = value - middle;
    sums.mean += away;
    sums.squares += away * away;
  });
  sums.count += pictures * maps.places * maps.channels;
}

/** @param {Maps} maps @param {number} pictures @param {(value: number, channel: number) => void} each */
function eachNumber({ block: { values }, places, channels }, pictures, each) {
  for (let begin = 0, at = 0; begin < pictures; begin += LANES) {
    const lanes = Math.min(LANES, pictures - begin);
    for (let place = 0; place < places; place++)
      for (let channel = 0; channel < channels; channel++, at += LANES)
        for (let lane = 0; lane < lanes; lane++) each(values[at + lane], channel);
  }
}
