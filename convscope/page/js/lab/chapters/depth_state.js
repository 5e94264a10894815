/** What the address says of chapter 7: the chain of kernels, and the deep stack with and without pooling. */

import { wholeIn } from "../address.js";

/** @typedef {import("../types.js").Lab} Lab */

/** @param {Lab["state"]} state */
export function chainOf(state) {
  return {
    size: wholeIn(state, "i", 1, 28, 9),
    kernel: wholeIn(state, "k", 2, 7, 3),
    pad: wholeIn(state, "p", 0, 3, 0),
  };
}

/**
 * The lecture's 3600×1800 picture through many layers; `every` how many a pooling comes.
 * @param {Lab["state"]} state
 */
export function stackOf(state) {
  return {
    width: 3600,
    height: 1800,
    layers: wholeIn(state, "l2", 1, 300, 300),
    channels: wholeIn(state, "ch", 1, 64, 1),
    kernel: 3,
    pad: state.pp === "1" ? 1 : 0,
    every: wholeIn(state, "e", 1, 100, 30),
  };
}
