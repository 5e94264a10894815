/**
 * Return exp(z − max) / Σ exp(z − max): taking the largest away first changes nothing and never overflows.
 * @param {Float64Array} logits
 * @returns {{largest: number, powers: Float64Array, sum: number, probabilities: Float64Array}}
 */
export function softmax(logits) {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = logits.map((z) => Math.exp(z - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return { largest, powers, sum, probabilities: powers.map((p) => p / sum) };
}

/**
 * Return −log p of the true class in nats, finite however wrong the scores are: log Σ exp(z − max) − (z_true − max).
 * @param {Float64Array} logits
 * @param {number} label
 */
export function crossEntropy(logits, label) {
  const { largest, sum } = softmax(logits);
  return Math.log(sum) - (logits[label] - largest);
}
