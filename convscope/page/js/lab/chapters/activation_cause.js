/** Why a neuron dies: a large loss makes a large gradient, the learning rate makes of it a large step. */

import { fixed } from "../../kit/format.js";
import { activeInputs, neuronGradient, neuronLoss, neuronStep } from "../sums/neuron.js";

/** @typedef {import("../sums/neuron.js").Neuron} Neuron */
/**
 * @typedef {object} Death the step that took a neuron below 0 for every input
 * @property {Neuron} before @property {Neuron} after @property {number} loss @property {number} gradient of the bias
 */

/** Starts that show it: what the lecture has, one step too large, and the same with small ones. */
export const LIVES = {
  lecture: { w: null, b: null, r: null },
  killed: { w: 0, b: 6, r: 0.7 },
  spared: { w: 0, b: 6, r: null },
};

/**
 * The next step of a neuron behind ReLU, and its death if it dies of it.
 * @param {Neuron} neuron @param {number} rate @returns {{after: Neuron, death: Death | null}}
 */
export function stepOfLife(neuron, rate) {
  const after = neuronStep(neuron, 0, rate);
  const dies = activeInputs(neuron) > 0 && activeInputs(after) === 0;
  const death = { before: neuron, after, loss: neuronLoss(neuron, 0), gradient: neuronGradient(neuron, 0).bias };
  return { after, death: dies ? death : null };
}

/**
 * What killed it, in numbers; or what its first step would be.
 * @param {import("../types.js").Translate} t @param {Death | null} death @param {Neuron} now @param {number} rate
 */
export function causeOf(t, death, now, rate) {
  if (death) {
    const { before, after, loss, gradient } = death;
    return t("act.cause.killed", {
      loss: fixed(loss, 2),
      gradient: fixed(gradient, 2),
      rate: fixed(rate, 2),
      step: fixed(rate * gradient, 2),
      before: fixed(before.bias, 2),
      after: fixed(after.bias, 2),
    });
  }
  if (!activeInputs(now)) return t("act.cause.dead");
  const [loss, gradient] = [neuronLoss(now, 0), neuronGradient(now, 0).bias];
  return t("act.cause.next", {
    loss: fixed(loss, 2),
    gradient: fixed(gradient, 2),
    rate: fixed(rate, 2),
    step: fixed(rate * gradient, 2),
  });
}
