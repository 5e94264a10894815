/** What moves the parameters: SGD with momentum, AdamW, and Muon for filters whose length bn undoes. */

import { batchKindOf } from "./kinds/all.js";
import { muonOf } from "./muon.js";
/** @import {Layer} from "../engine/types.js" */
/** @import {BatchNetwork} from "./network.js" */
/** @import {Recipe} from "./recipe.js" */
/** @import {Kernels, Parameter} from "./types.js" */

/** @typedef {(kernels: Kernels, factor: number) => void} Move one step at a factor of the peak learning rate */

/**
 * Return what moves the parameters by one step, each by its role: filters that bn follows by Muon if the recipe says
 * so; matrices and other filters with weight decay; biases, bn's and PReLU's numbers without.
 * @param {BatchNetwork} network takes memory from its space
 * @param {Recipe} recipe
 * @returns {Move}
 */
export function optimiserOf(network, recipe) {
  const free = normalised(network.nodes);
  const lr = free.size || recipe.plainLr === null ? recipe.lr : recipe.plainLr;
  const moves = network.parameters.map((parameter) => {
    if (recipe.optimiser === "muon" && free.has(parameter.name)) return muonOf(network.space, parameter, recipe);
    const decay = parameter.shape.length > 1 ? recipe.weightDecay : 0;
    return (recipe.optimiser === "adamw" ? adamwOf : sgdOf)(network.space, parameter, { ...recipe, lr }, decay);
  });
  return (kernels, factor) => {
    for (const move of moves) move(kernels, factor);
  };
}

/**
 * torch.optim.SGD: d = g + decay·p; b ← momentum·b + d; p ← p − lr·b, or with Nesterov's p − lr·(d + momentum·b).
 * @param {BatchNetwork["space"]} space @param {Parameter} parameter @param {Recipe} recipe @param {number} decay
 * @returns {Move}
 */
function sgdOf(space, { values, gradient }, { lr, momentum, nesterov }, decay) {
  const kept = space.take(values.count);
  return (kernels, factor) =>
    kernels.sgd(values.at, gradient.at, kept.at, values.count, lr * factor, momentum, Number(nesterov), decay);
}

/**
 * torch.optim.AdamW (Loshchilov and Hutter 2019, algorithm 2).
 * @param {BatchNetwork["space"]} space @param {Parameter} parameter @param {Recipe} recipe @param {number} decay
 * @returns {Move}
 */
function adamwOf(space, { values, gradient }, { lr, betas: [keep1, keep2], eps }, decay) {
  const [first, second] = [space.take(values.count), space.take(values.count)];
  let step = 0;
  return (kernels, factor) => {
    step++;
    const rate = lr * factor;
    const corrected = rate / (1 - keep1 ** step);
    const addresses = /** @type {const} */ ([values.at, gradient.at, first.at, second.at]);
    const root = Math.sqrt(1 - keep2 ** step);
    kernels.adamw(...addresses, values.count, corrected, keep1, keep2, root, eps, 1 - rate * decay);
  };
}

/**
 * The names of the filter banks whose length bn undoes: nothing but layers with f(a·x) = a·f(x), a > 0, in between, and
 * nobody else reads along the way.
 * @param {Layer[]} nodes
 * @returns {Set<string>}
 */
export function normalised(nodes) {
  const readers = nodes.map(() => 0);
  for (const node of nodes) for (const source of node.sources) if (source >= 0) readers[source]++;
  const found = nodes
    .filter(({ module }) => module.drawing === "normalisation")
    .map(({ sources: [source] }) => {
      let at = source;
      while (at >= 0 && readers[at] === 1 && batchKindOf(nodes[at]).homogeneous) [at] = nodes[at].sources;
      return at >= 0 && readers[at] === 1 && nodes[at].module.drawing === "convolution" ? nodes[at].name : null;
    });
  return new Set(found.filter((name) => name !== null).map((name) => `${name}.weight`));
}
