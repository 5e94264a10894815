/** What a training has learned, as the engine that looks inside reads a network. */

import { packFloats } from "../../engine/binary.js";

/** @typedef {import("../../types.js").Binary} Binary */
/** @typedef {import("./trainer.js").Trainer} Trainer */

/**
 * The network with the weights of the last measurement; null before there are any.
 * @param {Trainer} trainer
 */
export function trainedNetwork({ asked, tensors, tensorsStep, calibrated }) {
  if (!asked || !tensors) return null;
  const { nodes, input, classes } = asked;
  const packed = Object.entries(tensors).map(([name, values]) => [name, packFloats(values)]);
  const temperature = (calibrated?.step === tensorsStep && calibrated?.found?.temperature) || 1;
  const named = /** @type {Record<string, Binary>} */ (Object.fromEntries(packed));
  return { classes, input, nodes, temperature, tensors: named };
}
