/** Activation functions and their slopes. Their twin in Python is convscope/arithmetic/activations.py. */

/** @typedef {"sigmoid" | "tanh" | "relu" | "leaky" | "prelu"} ActivationName */

/** @param {number} x */
function sigmoidAt(x) {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const power = Math.exp(x);
  return power / (1 + power);
}

/** s·(1 − s): at most ¼, at x = 0. @param {number} x */
function sigmoidSlope(x) {
  return sigmoidAt(x) * sigmoidAt(-x);
}

/** @param {number} x */
export function tanhSlope(x) {
  return 1 - Math.tanh(x) ** 2;
}

/** max(slope·x, x); ReLU with slope 0. @param {number} x @param {number} slope */
export function leakyRelu(x, slope) {
  return x > 0 ? x : slope * x;
}

/** @param {number} x @param {number} slope */
export function leakyReluSlope(x, slope) {
  return x > 0 ? 1 : slope;
}

/**
 * What an activation gives at x, and its slope there.
 * @param {ActivationName} name
 * @param {number} x
 * @param {number} below the slope left of 0 of leaky and prelu
 * @returns {{value: number, slope: number}}
 */
export function activationAt(name, x, below) {
  if (name === "sigmoid") return { value: sigmoidAt(x), slope: sigmoidSlope(x) };
  if (name === "tanh") return { value: Math.tanh(x), slope: tanhSlope(x) };
  const slope = name === "relu" ? 0 : below;
  return { value: leakyRelu(x, slope) + 0, slope: leakyReluSlope(x, slope) };
}
