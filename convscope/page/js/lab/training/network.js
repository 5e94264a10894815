/** What a training has learned, as the engine that looks inside reads a network. */

import { packFloats } from "../../engine/binary.js";

/** @typedef {import("../../types.js").Binary} Binary */
/** @typedef {import("./trainer.js").Trainer} Trainer */

/**
 * The network with the weights of the last measurement; null before there are any.
 * @param {Trainer} trainer
 */
export function trainedNetwork({ asked, tensors }) {
  if (!asked || !tensors) return null;
  const { nodes, input, classes } = asked;
  const packed = Object.entries(tensors).map(([name, values]) => [name, packFloats(values)]);
  return { classes, input, nodes, tensors: /** @type {Record<string, Binary>} */ (Object.fromEntries(packed)) };
}
