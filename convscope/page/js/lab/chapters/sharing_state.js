/** What the address says of chapter 5: nine pixels and four weights. */

import { numbersIn, wholeIn } from "../address.js";
import { outputSize } from "../sums/convolution.js";
import { fullParameters, kernelParameters, neuronSum, sharedPlaces } from "../sums/sharing.js";

/** @typedef {import("../types.js").Lab} Lab */

export const PIXELS = [1, 2, 0, 3, 1, 2, 0, 1, 2];
export const WEIGHTS = [1, -1, 0.5, 2];
/** What the layer whose parameters are counted can be. */
export const COUNTED = {
  side: { min: 7, max: 64 },
  channels: { min: 1, max: 64 },
  kernels: { min: 1, max: 64 },
  kernel: { min: 1, max: 7 },
};
export const PLACES = sharedPlaces(3, 3, 2, 2);

/** Pixels, weights and the four outputs. @param {Lab["state"]} state */
export function sharedOf(state) {
  const pixels = numbersIn(state, "v", [PIXELS.length], PIXELS);
  const weights = numbersIn(state, "k", [WEIGHTS.length], WEIGHTS);
  return { pixels, weights, outputs: PLACES.map((line) => neuronSum(line, weights, pixels).total) };
}

/** The layer whose parameters are counted: picture of side × side, channels in, kernels of side × side.
 * @param {Lab["state"]} state */
export function countedLayerOf(state) {
  const side = wholeIn(state, "i", COUNTED.side.min, COUNTED.side.max, 28);
  const channels = wholeIn(state, "in", COUNTED.channels.min, COUNTED.channels.max, 1);
  const kernels = wholeIn(state, "f", COUNTED.kernels.min, COUNTED.kernels.max, 16);
  const kernel = wholeIn(state, "z", COUNTED.kernel.min, COUNTED.kernel.max, 5);
  const out = outputSize(side, kernel, { stride: 1, pad: 0, dilation: 1 });
  const [inputs, outputs] = [channels * side * side, kernels * out * out];
  return {
    ...{ side, channels, kernels, kernel, out, inputs, outputs },
    shared: kernelParameters(kernels, channels, kernel, kernel),
    full: fullParameters(inputs, outputs),
  };
}
