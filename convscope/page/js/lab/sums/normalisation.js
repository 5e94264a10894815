/** Batch normalisation of one channel. Its twin in Python is convscope/arithmetic/normalisation.py. */

/** Mean and variance over n. @param {number[]} values @returns {[number, number]} */
export function batchStatistics(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
}

/**
 * γ·(x − μ)/√(σ² + ε) + β for each x.
 * @param {number[]} values @param {number} scale γ @param {number} shift β @param {number} epsilon
 */
export function batchNormalised(values, scale, shift, epsilon) {
  const [mean, variance] = batchStatistics(values);
  return values.map((value) => (scale * (value - mean)) / Math.sqrt(variance + epsilon) + shift);
}
