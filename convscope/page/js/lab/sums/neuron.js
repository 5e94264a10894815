/** One neuron that learns x + 1 by gradient descent. Its twin in Python is convscope/arithmetic/neuron.py. */

import { leakyRelu, leakyReluSlope } from "./activations.js";

/** @typedef {{weight: number, bias: number}} Neuron */

/** Eleven inputs from −1 to 1. */
export const NEURON_XS = Array.from({ length: 11 }, (_, i) => i / 5 - 1);
/** What it shall answer. */
export const NEURON_TARGETS = NEURON_XS.map((x) => x + 1);

/** The mean of (y − target)². @param {Neuron} neuron @param {number} slope of the activation left of 0 */
export function neuronLoss({ weight, bias }, slope) {
  return (
    NEURON_XS.reduce((sum, x, i) => sum + (leakyRelu(weight * x + bias, slope) - NEURON_TARGETS[i]) ** 2, 0) /
    NEURON_XS.length
  );
}

/** The loss's derivatives by weight and bias. @param {Neuron} neuron @param {number} slope @returns {Neuron} */
export function neuronGradient({ weight, bias }, slope) {
  let [byWeight, byBias] = [0, 0];
  NEURON_XS.forEach((x, i) => {
    const before = weight * x + bias;
    const back = 2 * (leakyRelu(before, slope) - NEURON_TARGETS[i]) * leakyReluSlope(before, slope);
    byWeight += back * x;
    byBias += back;
  });
  return { weight: byWeight / NEURON_XS.length + 0, bias: byBias / NEURON_XS.length + 0 };
}

/** One step of gradient descent. @param {Neuron} neuron @param {number} slope @param {number} rate @returns {Neuron} */
export function neuronStep(neuron, slope, rate) {
  const gradient = neuronGradient(neuron, slope);
  return { weight: neuron.weight - rate * gradient.weight, bias: neuron.bias - rate * gradient.bias };
}

/** For how many inputs w·x + b is above 0: none means dead. @param {Neuron} neuron */
export function activeInputs({ weight, bias }) {
  return NEURON_XS.filter((x) => weight * x + bias > 0).length;
}
