/** What moves the parameters: SGD with momentum, AdamW, and Muon for filters whose length bn undoes. */

import { batchKindOf } from "./kinds/all.js";
import { muonOf } from "./muon.js";
/** @import {Layer} from "../engine/types.js" */
/** @import {BatchNetwork} from "./network.js" */
/** @import {Recipe} from "./recipe.js" */
/** @import {Block, Kernels, Parameter} from "./types.js" */

/**
 * @typedef {(kernels: Kernels, factor: number, step: number) => void} Move one step, counted from 1, at a factor of the
 * peak learning rate
 *
 * @typedef {object} Mover
 * @property {Move} move
 * @property {Record<string, Block>} kept what it remembers from step to step, by name
 */

/**
 * Return what moves the parameters by one step, each by its role: filters that bn follows by Muon if the recipe says
 * so; matrices and other filters with weight decay; biases, bn's and PReLU's numbers without. What it remembers is
 * named by its parameter: "conv1.weight.momentum".
 * @param {BatchNetwork} network takes memory from its space
 * @param {Recipe} recipe
 * @returns {Mover}
 */
export function optimiserOf(network, recipe) {
  const free = normalised(network.nodes);
  const lr = free.size || recipe.plainLr === null ? recipe.lr : recipe.plainLr;
  const movers = network.parameters.map((parameter) => {
    if (recipe.optimiser === "muon" && free.has(parameter.name)) return muonOf(network.space, parameter, recipe);
    const decay = parameter.shape.length % 2 === 0 ? recipe.weightDecay : 0;
    return (recipe.optimiser === "adamw" ? adamwOf : sgdOf)(network.space, parameter, { ...recipe, lr }, decay);
  });
  const kept = movers.flatMap((mover, i) =>
    Object.entries(mover.kept).map(([name, block]) => [`${network.parameters[i].name}.${name}`, block]),
  );
  return {
    move: (kernels, factor, step) => {
      for (const { move } of movers) move(kernels, factor, step);
    },
    kept: Object.fromEntries(kept),
  };
}

/**
 * torch.optim.SGD: d = g + decay·p; b ← momentum·b + d; p ← p − lr·b, or with Nesterov's p − lr·(d + momentum·b).
 * @param {BatchNetwork["space"]} space @param {Parameter} parameter @param {Recipe} recipe @param {number} decay
 * @returns {Mover}
 */
function sgdOf(space, { values, gradient }, { lr, momentum, nesterov }, decay) {
  const kept = space.take(values.count);
  return {
    move: (kernels, factor) =>
      kernels.sgd(values.at, gradient.at, kept.at, values.count, lr * factor, momentum, Number(nesterov), decay),
    kept: { momentum: kept },
  };
}

/**
 * torch.optim.AdamW (Loshchilov and Hutter 2019, algorithm 2).
 * @param {BatchNetwork["space"]} space @param {Parameter} parameter @param {Recipe} recipe @param {number} decay
 * @returns {Mover}
 */
function adamwOf(space, { values, gradient }, { lr, betas: [keep1, keep2], eps }, decay) {
  const [first, second] = [space.take(values.count), space.take(values.count)];
  return {
    move: (kernels, factor, step) => {
      const rate = lr * factor;
      const corrected = rate / (1 - keep1 ** step);
      const addresses = /** @type {const} */ ([values.at, gradient.at, first.at, second.at]);
      const root = Math.sqrt(1 - keep2 ** step);
      kernels.adamw(...addresses, values.count, corrected, keep1, keep2, root, eps, 1 - rate * decay);
    },
    kept: { first, second },
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
      while (at >= 0 && readers[at] === 1 && batchKindOf(nodes[at]).homogeneous(nodes[at])) [at] = nodes[at].sources;
      return at >= 0 && readers[at] === 1 && nodes[at].module.drawing === "convolution" ? nodes[at].name : null;
    });
  return new Set(found.filter((name) => name !== null).map((name) => `${name}.weight`));
}
