/** @import {Ending} from "../types.js" */

/**
 * Return exp((z − max)/T) / Σ exp((z − max)/T): taking the largest away first changes nothing and never overflows. T is
 * the temperature that calibrates a network, 1 where it is not calibrated.
 * @param {Float64Array} logits
 * @param {number} [temperature]
 * @returns {{largest: number, powers: Float64Array, sum: number, probabilities: Float64Array}}
 */
export function softmaxOf(logits, temperature = 1) {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = logits.map((z) => Math.exp((z - largest) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return { largest, powers, sum, probabilities: powers.map((p) => p / sum) };
}

/**
 * Return what a network means by its scores: probabilities that make 1 together, or with sigmoids each its own.
 * @param {Float64Array} logits
 * @param {number} temperature
 * @param {Ending} ending
 */
export function probabilitiesOf(logits, temperature, ending) {
  if (ending === "sigmoid") return logits.map((z) => 1 / (1 + Math.exp(-z)));
  return softmaxOf(logits, temperature).probabilities;
}

/**
 * Return −log p of the true class in nats, finite however wrong the scores are: log Σ exp((z − max)/T) −
 * (z_true − max)/T.
 * @param {Float64Array} logits
 * @param {number} label
 * @param {number} [temperature]
 */
export function crossEntropy(logits, label, temperature = 1) {
  const { largest, sum } = softmaxOf(logits, temperature);
  return Math.log(sum) - (logits[label] - largest) / temperature;
}
