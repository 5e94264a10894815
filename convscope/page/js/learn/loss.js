/** Softmax cross-entropy of a batch and its gradient. */

import { LANES } from "./memory.js";
/** @import {Maps} from "./types.js" */

const SMALLEST = 1e-30; // below it processors count float32 slowly, and it moves nothing

/**
 * Write d loss / d score of the mean loss over a batch and return the mean loss in nats and how many are right.
 *
 * Label smoothing (Szegedy et al. 2015, section 7) spreads a share of the target over all classes, so that the loss of
 * a network that is sure and right is not 0.
 * @param {Maps} logits (groups, K, 8)
 * @param {Maps} gradient the same
 * @param {ArrayLike<number>} labels one a picture
 * @param {number} smoothing 0…1
 */
export function crossEntropyOfBatch(logits, gradient, labels, smoothing) {
  const classes = logits.channels;
  const [scores, back] = [logits.block.values, gradient.block.values];
  let [loss, right] = [0, 0];
  back.fill(0); // lanes without a picture push nothing
  for (let n = 0; n < labels.length; n++) {
    const at = Math.floor(n / LANES) * classes * LANES + (n % LANES);
    let [largest, best] = [-Infinity, -1];
    for (let k = 0; k < classes; k++) {
      const score = scores[at + k * LANES];
      if (score > largest || score !== score) [largest, best] = [score, k];
    }
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp(scores[at + k * LANES] - largest);
    const norm = Math.log(sum) + largest;
    if (best === labels[n]) right++;
    for (let k = 0; k < classes; k++) {
      const target = smoothing / classes + (k === labels[n] ? 1 - smoothing : 0);
      const logP = scores[at + k * LANES] - norm;
      if (target > 0) loss -= target * logP;
      const d = (Math.exp(logP) - target) / labels.length;
      back[at + k * LANES] = Math.abs(d) < SMALLEST ? 0 : d;
    }
  }
  return { loss: loss / labels.length, right };
}
