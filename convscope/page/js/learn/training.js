/**
 * A training from its first weights to its last step: one step at a time, so that whoever asks may stop between two.
 */

import { initialise } from "./initial.js";
import { crossEntropyOfBatch } from "./loss.js";
import { groupsOf, LANES } from "./memory.js";
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
 * @param {State | null} [options.state] where a training with the same other options stopped: it goes on from there,
 * and ends with the same bits as one that never stopped
 * @param {number} [options.part] which share of every batch is this training's: 0 … parts − 1
 * @param {number} [options.parts] how many trainings make each step together (team.js)
 */
export function makeTraining({
  nodes,
  input,
  pictures,
  recipe,
  seed,
  kernelsOn,
  tensors = null,
  state = null,
  part = 0,
  parts = 1,
}) {
  const batch = Math.min(recipe.batchSize, pictures.labels.length);
  if (!batch) throw new RangeError("there is no picture to train on");
  const [first, end] = shareOf(batch, part, parts);
  const network = makeBatchNetwork(nodes, end - first);
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
    const chosen = order.subarray(index * batch + first, index * batch + end);
    const own = part ? [part] : []; // the random numbers of another share are others
    const changes = { how: recipe.augmentation, seed: [seed, DRAWN.changes, step, ...own] };
    writeBatch(network.input, size, input, pictures, chosen, changes);
    const labels = Array.from(chosen, (i) => pictures.labels[i]);
    yield { stage: "batch", chosen };
    network.zeroGradients();
    yield { stage: "zero", chosen };
    network.forward(chosen.length, {
      training: true,
      statisticsShare: statisticsShare(step),
      seed: [seed, DRAWN.dropout, step, ...own],
    });
    yield { stage: "forward", chosen };
    const figures = crossEntropyOfBatch(network.logits, network.logitsGradient, labels, recipe.labelSmoothing);
    yield { stage: "loss", chosen, figures };
    network.backward(chosen.length);
    yield { stage: "backward", chosen, figures };
    return finish(figures);
  }

  /** Do the stages of a step up to the gradients, of this training's share, and tell its loss. */
  function pass() {
    for (const { stage, figures } of one()) if (stage === "backward" && figures) return figures;
    throw new Error("a step without gradients");
  }

  /** Move the weights by the gradients. @param {{loss: number, right: number}} figures @returns {StepLine} */
  function finish(figures) {
    const factor = lrFactor(step, recipe.steps, recipe.warmup, recipe.final);
    step++;
    move(kernels, factor, step);
    return { step, ...figures, count: batch, lr: recipe.lr * factor };
  }

  /** What is exchanged: every gradient and every running statistic. */
  function exchanged() {
    return [...network.parameters.map(({ gradient }) => gradient), ...network.buffers.map(({ values }) => values)];
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

    /**
     * Instead of `step`: the gradients and running statistics by this training's share, then the loss and how many are
     * right, all but the last in proportion to the share, so that the sum over all shares is that of the batch.
     */
    share: () => {
      const { loss, right } = pass();
      const weight = (end - first) / batch;
      const blocks = exchanged();
      const numbers = new Float32Array(blocks.reduce((sum, { count }) => sum + count, 2));
      let at = 0;
      for (const { values } of blocks) for (let i = 0; i < values.length; i++) numbers[at++] = weight * values[i];
      numbers.set([weight * loss, right], at);
      return numbers;
    },

    /** The step itself, by the sum of all shares. @param {Float32Array} numbers */
    take: (numbers) => {
      let at = 0;
      for (const { values } of exchanged()) {
        values.set(numbers.subarray(at, at + values.length));
        at += values.length;
      }
      return finish({ loss: numbers[at], right: numbers[at + 1] });
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
      for (let from = 0; from < n; from += network.pictures) {
        const chosen = Array.from({ length: Math.min(network.pictures, n - from) }, (_, i) => from + i);
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

/**
 * Which pictures of a batch are a part's, [first, end): whole groups of eight, the last maybe not full.
 * @param {number} batch @param {number} part @param {number} parts
 */
function shareOf(batch, part, parts) {
  const begin = (/** @type {number} */ i) => Math.min(batch, LANES * Math.floor((i * groupsOf(batch)) / parts));
  return [begin(part), part === parts - 1 ? batch : begin(part + 1)];
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
