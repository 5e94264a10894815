/** A training from its first weights to its last step: one step at a time, so that whoever asks may stop between two. */

import { initialise } from "./initial.js";
import { crossEntropyOfBatch } from "./loss.js";
import { makeBatchNetwork } from "./network.js";
import { optimiserOf } from "./optimisers.js";
import { writeBatch } from "./pictures.js";
import { DRAWN, permutation } from "./random.js";
import { lrFactor, statisticsShare } from "./schedule.js";
/** @import {InputSpec, PageNode} from "../types.js" */
/** @import {Pictures} from "./pictures.js" */
/** @import {Recipe} from "./recipe.js" */
/** @import {Kernels} from "./types.js" */

/** @typedef {ReturnType<typeof makeTraining>} Training */

/**
 * Make a training. The same arguments give the same bits, with kernels that do (all but relaxed SIMD's).
 * @param {object} options
 * @param {PageNode[]} options.nodes
 * @param {InputSpec} options.input
 * @param {Pictures} options.pictures to train on
 * @param {Recipe} options.recipe
 * @param {number} options.seed
 * @param {(memory: WebAssembly.Memory) => Kernels} options.kernelsOn
 * @param {Record<string, ArrayLike<number>> | null} [options.tensors] the first weights; null for random ones
 */
export function makeTraining({ nodes, input, pictures, recipe, seed, kernelsOn, tensors = null }) {
  const batch = Math.min(recipe.batchSize, pictures.labels.length);
  if (!batch) throw new RangeError("there is no picture to train on");
  const network = makeBatchNetwork(nodes, batch);
  const move = optimiserOf(network, recipe);
  const kernels = network.open(kernelsOn);
  if (tensors) load(tensors);
  else initialise(network, recipe.initial, seed);
  const [, rows, columns] = network.nodes[0].module.geometry === "crop" ? nodes[0].output : nodes[0].inputs[0];
  const size = /** @type {[number, number]} */ ([rows, columns]);
  const perEpoch = Math.floor(pictures.labels.length / batch);
  let step = 0;
  let order = new Int32Array(0);

  /** Everything that training changes, by torch's names. */
  function all() {
    return [...network.parameters, ...network.buffers];
  }

  /** @param {Record<string, ArrayLike<number>>} given */
  function load(given) {
    const missing = all().find(({ name, values }) => given[name]?.length !== values.count);
    if (missing) throw new RangeError(`${missing.name}: ${missing.values.count} numbers are wanted`);
    for (const { name, values } of all()) values.values.set(given[name]);
  }

  return {
    network,
    recipe,
    /** How many steps are done. */
    get steps() {
      return step;
    },
    get done() {
      return step >= recipe.steps;
    },

    /**
     * Train on one batch; an epoch leaves the pictures out that fill no batch. `loss` is in nats a picture, label
     * smoothing included; `right` of `count` pictures were seen as what they are.
     */
    step: () => {
      const [epoch, index] = [Math.floor(step / perEpoch), step % perEpoch];
      if (!index || !order.length) order = permutation(pictures.labels.length, [seed, DRAWN.order, epoch]);
      const chosen = order.subarray(index * batch, (index + 1) * batch);
      const changes = { how: recipe.augmentation, seed: [seed, DRAWN.changes, step] };
      writeBatch(network.input, size, input, pictures, chosen, changes);
      const labels = Array.from(chosen, (i) => pictures.labels[i]);
      network.forward(batch, {
        training: true,
        statisticsShare: statisticsShare(step),
        seed: [seed, DRAWN.dropout, step],
      });
      const figures = crossEntropyOfBatch(network.logits, network.logitsGradient, labels, recipe.labelSmoothing);
      network.backward(batch);
      const factor = lrFactor(step, recipe.steps, recipe.warmup, recipe.final);
      move(kernels, factor);
      step++;
      return { step, ...figures, count: batch, lr: recipe.lr * factor };
    },

    /**
     * Return how the network does on other pictures: the share that is right, and the mean loss without smoothing.
     * @param {Pictures} others
     */
    evaluate: (others) => {
      let [right, loss] = [0, 0];
      const n = others.labels.length;
      for (let from = 0; from < n; from += batch) {
        const chosen = Array.from({ length: Math.min(batch, n - from) }, (_, i) => from + i);
        writeBatch(network.input, size, input, others, chosen, null);
        network.forward(chosen.length);
        const labels = chosen.map((i) => others.labels[i]);
        const figures = crossEntropyOfBatch(network.logits, network.logitsGradient, labels, 0);
        right += figures.right;
        loss += figures.loss * chosen.length;
      }
      return { accuracy: right / n, loss: loss / n };
    },

    /** A copy of every weight and running statistic, by torch's names. @returns {Record<string, Float32Array>} */
    tensors: () => Object.fromEntries(all().map(({ name, values }) => [name, values.values.slice()])),
    load,
  };
}
