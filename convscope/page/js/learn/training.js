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
/** @import {Block, Kernels} from "./types.js" */

/** @typedef {ReturnType<typeof makeTraining>} Training */
/** @typedef {Record<string, ArrayLike<number>>} Numbers */
/**
 * @typedef {object} State everything that the next step depends on, besides what the training was made with
 * @property {number} step how many are done
 * @property {Numbers} tensors weights and running statistics, by torch's names
 * @property {Numbers} moments what the optimiser remembers: "conv1.weight.momentum"
 *
 * @typedef {{step: number, loss: number, right: number, count: number, lr: number}} StepLine `loss` in nats a picture,
 * label smoothing included; `right` of `count` pictures were seen as what they are
 * @typedef {"batch" | "zero" | "forward" | "loss" | "backward" | "update"} Stage what a step is made of, in this order
 */

/**
 * Make a training. The same arguments give the same bits, with kernels that do (all but relaxed SIMD's).
 * @param {object} options
 * @param {PageNode[]} options.nodes
 * @param {InputSpec} options.input
 * @param {Pictures} options.pictures to train on
 * @param {Recipe} options.recipe
 * @param {number} options.seed
 * @param {(memory: WebAssembly.Memory) => Kernels} options.kernelsOn
 * @param {Numbers | null} [options.tensors] the first weights; null for random ones
 * @param {State | null} [options.state] where a training with the same other options stopped: it goes on from there, and
 * ends with the same bits as one that never stopped
 */
export function makeTraining({ nodes, input, pictures, recipe, seed, kernelsOn, tensors = null, state = null }) {
  const batch = Math.min(recipe.batchSize, pictures.labels.length);
  if (!batch) throw new RangeError("there is no picture to train on");
  const network = makeBatchNetwork(nodes, batch);
  const { move, kept } = optimiserOf(network, recipe);
  const kernels = network.open(kernelsOn);
  if (state) load(state.tensors);
  else if (tensors) load(tensors);
  else initialise(network, recipe.initial, seed);
  const [, rows, columns] = network.nodes[0].module.geometry === "crop" ? nodes[0].output : nodes[0].inputs[0];
  const size = /** @type {[number, number]} */ ([rows, columns]);
  const perEpoch = Math.floor(pictures.labels.length / batch);
  let step = 0;
  let order = new Int32Array(0);
  if (state) goOnFrom(state);

  /** Everything that training changes, by torch's names. */
  function all() {
    return [...network.parameters, ...network.buffers];
  }

  /** @param {Numbers} given */
  function load(given) {
    fillAll(all(), given);
  }

  /** @param {State} from */
  function goOnFrom({ step: done, moments }) {
    if (!Number.isInteger(done) || done < 0 || done > recipe.steps)
      throw new RangeError(`step ${done}: a whole number from 0 to ${recipe.steps} is wanted`);
    fillAll(remembered(), moments);
    step = done;
  }

  function remembered() {
    return Object.entries(kept).map(([name, values]) => ({ name, values }));
  }

  /** @returns {Generator<{stage: Stage, chosen: Int32Array, figures?: {loss: number, right: number}}, StepLine>} */
  function* one() {
    const [epoch, index] = [Math.floor(step / perEpoch), step % perEpoch];
    if (!index || !order.length) order = permutation(pictures.labels.length, [seed, DRAWN.order, epoch]);
    const chosen = order.subarray(index * batch, (index + 1) * batch);
    const changes = { how: recipe.augmentation, seed: [seed, DRAWN.changes, step] };
    writeBatch(network.input, size, input, pictures, chosen, changes);
    const labels = Array.from(chosen, (i) => pictures.labels[i]);
    yield { stage: "batch", chosen };
    network.zeroGradients();
    yield { stage: "zero", chosen };
    network.forward(batch, {
      training: true,
      statisticsShare: statisticsShare(step),
      seed: [seed, DRAWN.dropout, step],
    });
    yield { stage: "forward", chosen };
    const figures = crossEntropyOfBatch(network.logits, network.logitsGradient, labels, recipe.labelSmoothing);
    yield { stage: "loss", chosen, figures };
    network.backward(batch);
    yield { stage: "backward", chosen, figures };
    const factor = lrFactor(step, recipe.steps, recipe.warmup, recipe.final);
    step++;
    move(kernels, factor, step);
    return { step, ...figures, count: batch, lr: recipe.lr * factor };
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

    /** Train on one batch; an epoch leaves the pictures out that fill no batch. @returns {StepLine} */
    step: () => {
      const stages = one();
      let stage = stages.next();
      while (!stage.done) stage = stages.next();
      return stage.value;
    },
    /** The same stage by stage, for whoever wants to look in between: each `next()` does one. */
    stages: () => one(),

    /**
     * Return how the network does on other pictures: the share that is right, and the mean loss without smoothing.
     * @param {Pictures} others
     * @param {{add: (pictures: number) => void} | null} [watcher] told after each batch, while its outputs stand there
     */
    evaluate: (others, watcher = null) => {
      let [right, loss] = [0, 0];
      const n = others.labels.length;
      for (let from = 0; from < n; from += batch) {
        const chosen = Array.from({ length: Math.min(batch, n - from) }, (_, i) => from + i);
        writeBatch(network.input, size, input, others, chosen, null);
        network.forward(chosen.length);
        watcher?.add(chosen.length);
        const labels = chosen.map((i) => others.labels[i]);
        const figures = crossEntropyOfBatch(network.logits, network.logitsGradient, labels, 0);
        right += figures.right;
        loss += figures.loss * chosen.length;
      }
      return { accuracy: right / n, loss: loss / n };
    },

    /** A copy of every weight and running statistic, by torch's names. */
    tensors: () => copied(all()),
    /** A copy of all that the next step depends on: given to a training made alike, that goes on as this one would. */
    state: () => ({ step, tensors: copied(all()), moments: copied(remembered()) }),
    load,
  };
}

/** @typedef {{name: string, values: Block}[]} Named */

/** @param {Named} blocks @returns {Record<string, Float32Array>} */
function copied(blocks) {
  return Object.fromEntries(blocks.map(({ name, values }) => [name, values.values.slice()]));
}

/** Put numbers into blocks, all or none. @param {Named} blocks @param {Numbers} given */
function fillAll(blocks, given) {
  const missing = blocks.find(({ name, values }) => given[name]?.length !== values.count);
  if (missing) throw new RangeError(`${missing.name}: ${missing.values.count} numbers are wanted`);
  for (const { name, values } of blocks) values.values.set(given[name]);
}
