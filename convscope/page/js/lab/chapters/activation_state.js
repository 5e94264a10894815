/** What the address says of chapter 6: the activation and where it is looked at, and the neuron that may die. */

import { numberIn, wholeIn } from "../address.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../sums/activations.js").ActivationName} ActivationName */

/** @type {[ActivationName, string][]} */
export const FUNCTIONS = [
  ["sigmoid", "sigmoid"],
  ["tanh", "tanh"],
  ["relu", "ReLU"],
  ["leaky", "Leaky ReLU"],
  ["prelu", "PReLU"],
];
const USUAL_SLOPES = { leaky: 0.01, prelu: 0.25 };
export const MOST_RATE = 2; // beyond 1 a step overshoots the target by more than it was away: it can kill the neuron

/** Function, its slope left of 0, the place, and how many layers. @param {Lab["state"]} state */
export function curveOf(state) {
  const name = FUNCTIONS.find(([id]) => id === state.f)?.[0] ?? "sigmoid";
  const usual = name === "prelu" ? USUAL_SLOPES.prelu : USUAL_SLOPES.leaky;
  return {
    name,
    usual,
    below: numberIn(state, "a", 0, 1, usual),
    at: numberIn(state, "x", -6, 6, 1),
    depth: wholeIn(state, "n", 1, 20, 4),
  };
}

/** Where the neuron begins, its learning rate, and the leak of the second one. @param {Lab["state"]} state */
export function neuronOf(state) {
  return {
    start: { weight: numberIn(state, "w", -6, 6, -3), bias: numberIn(state, "b", -6, 6, -5) },
    rate: numberIn(state, "r", 0.01, MOST_RATE, 0.2),
    leak: numberIn(state, "k", 0.01, 0.5, 0.1),
  };
}
