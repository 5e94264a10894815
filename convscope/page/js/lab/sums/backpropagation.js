/**
 * One kernel in front of softmax and cross-entropy: forward, its gradient, and one step. The twin in Python is
 * convscope/arithmetic/backpropagation.py.
 */

import { activationAt } from "./activations.js";
import { slideKernel } from "./convolution.js";
import { stableSoftmax } from "./information.js";

/**
 * @typedef {object} KernelNetwork a kernel and its bias, an activation, a pooling over all places, and a linear score a
 * class: weights[k] · pooled + offsets[k]
 * @property {number[][]} kernel
 * @property {number} bias
 * @property {number[]} weights
 * @property {number[]} offsets
 * @property {"relu" | "leaky" | "sigmoid"} activation
 * @property {"max" | "mean"} pool
 * @property {number} slope of leaky, left of 0
 *
 * @typedef {object} KernelForward what each part makes of a picture, front to back
 * @property {number[][]} sums of pixel × weight, and the bias
 * @property {number[][]} active after the activation
 * @property {number} pooled
 * @property {number[]} scores
 * @property {number[]} probabilities
 *
 * @typedef {object} KernelBackward the loss, and its derivative by what each part made, back to front
 * @property {number} loss
 * @property {number[]} scores
 * @property {number} pooled
 * @property {number[][]} shares d pooled / d each
 * @property {number[][]} active
 * @property {number[][]} gates the activation's slope at each place
 * @property {number[][]} sums
 * @property {number[][]} kernel
 * @property {number} bias
 *
 * @typedef {{loss: number, kernel: number[][], bias: number}} KernelGradient
 */

/** How a kernel slides here: every place, no padding. */
export const PLAIN_SLIDE = { stride: 1, pad: 0, dilation: 1, mean: false };

/** @param {KernelNetwork} network @param {number[][]} picture @returns {KernelForward} */
export function kernelForward(network, picture) {
  const sums = slideKernel(picture, network.kernel, PLAIN_SLIDE).map((row) => row.map((v) => v + network.bias));
  const active = sums.map((row) => row.map((v) => activationAt(network.activation, v, network.slope).value));
  const flat = active.flat();
  const pooled = network.pool === "max" ? Math.max(...flat) : flat.reduce((a, b) => a + b, 0) / flat.length;
  const scores = network.weights.map((w, k) => w * pooled + network.offsets[k]);
  return { sums, active, pooled, scores, probabilities: stableSoftmax(scores) };
}

/** d pooled / d each: 1 for the first of the largest, 0 for the rest, or an equal share for all.
 * @param {"max" | "mean"} pool @param {number[][]} active */
function poolShares(pool, active) {
  const flat = active.flat();
  if (pool === "mean") return active.map((row) => row.map(() => 1 / flat.length));
  const winner = flat.indexOf(Math.max(...flat));
  return active.map((row, y) => row.map((_, x) => Number(y * row.length + x === winner)));
}

/**
 * The loss −ln p of the target for one picture, and its derivative by every number, each from the one after it.
 * @param {KernelNetwork} network @param {number[][]} picture @param {number} target
 * @param {KernelForward} [forward]
 * @returns {KernelBackward}
 */
export function kernelBackward(network, picture, target, forward = kernelForward(network, picture)) {
  const scores = forward.probabilities.map((p, k) => p - Number(k === target));
  const pooled = scores.reduce((sum, g, k) => sum + g * network.weights[k], 0);
  const shares = poolShares(network.pool, forward.active);
  const active = shares.map((row) => row.map((share) => pooled * share + 0));
  const gates = forward.sums.map((row) => row.map((v) => activationAt(network.activation, v, network.slope).slope));
  const sums = active.map((row, y) => row.map((g, x) => g * gates[y][x] + 0));
  const largest = Math.max(...forward.scores);
  const powers = forward.scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
  return {
    loss: Math.log(powers) - (forward.scores[target] - largest),
    scores,
    pooled,
    shares,
    active,
    gates,
    sums,
    kernel: slideKernel(picture, sums, PLAIN_SLIDE),
    bias: sums.flat().reduce((a, b) => a + b, 0),
  };
}

/**
 * The mean of the losses of a batch and of their gradients.
 * @param {KernelNetwork} network @param {number[][][]} pictures @param {number[]} targets
 * @returns {KernelGradient}
 */
export function batchGradient(network, pictures, targets) {
  const backs = pictures.map((picture, i) => kernelBackward(network, picture, targets[i]));
  const mean = (/** @type {(back: KernelBackward) => number} */ of) =>
    backs.reduce((sum, back) => sum + of(back), 0) / backs.length;
  return {
    loss: mean((back) => back.loss),
    kernel: network.kernel.map((line, y) => line.map((_, x) => mean((back) => back.kernel[y][x]))),
    bias: mean((back) => back.bias),
  };
}

/**
 * One step of gradient descent: w − η · d loss / d w.
 * @param {KernelNetwork} network @param {KernelGradient} gradient @param {number} rate
 * @returns {KernelNetwork}
 */
export function kernelStep(network, gradient, rate) {
  return {
    ...network,
    kernel: network.kernel.map((line, y) => line.map((w, x) => w - rate * gradient.kernel[y][x])),
    bias: network.bias - rate * gradient.bias,
  };
}

/** What a step would change if the loss were straight: −η‖g‖². @param {KernelGradient} gradient @param {number} rate */
export function predictedChange({ kernel, bias }, rate) {
  return -rate * (kernel.flat().reduce((sum, g) => sum + g * g, 0) + bias ** 2);
}

/**
 * The mean losses with one number larger and smaller by `by`, and (L₊ − L₋) / 2h.
 * @param {KernelNetwork} network @param {number[][][]} pictures @param {number[]} targets
 * @param {[number, number] | null} at row and column of the kernel; null for the bias
 * @param {number} by
 */
export function nudgedGradient(network, pictures, targets, at, by) {
  const [more, less] = [by, -by].map(
    (h) =>
      batchGradient(
        {
          ...network,
          kernel: network.kernel.map((line, y) => line.map((w, x) => (at?.[0] === y && at[1] === x ? w + h : w))),
          bias: at ? network.bias : network.bias + h,
        },
        pictures,
        targets,
      ).loss,
  );
  return { more, less, slope: (more - less) / (2 * by) };
}

/** In how many places of all pictures the sum is above 0: none means dead behind ReLU.
 * @param {KernelNetwork} network @param {number[][][]} pictures */
export function openGates(network, pictures) {
  const sums = pictures.flatMap((picture) => kernelForward(network, picture).sums.flat());
  return { open: sums.filter((v) => v > 0).length, all: sums.length };
}
