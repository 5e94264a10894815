import { foldsInTurn } from "../../../../convscope/page/js/lab/chapters/own/folds.js";
import { packFloats, unpack } from "../../../../convscope/page/js/engine/binary.js";
import { distancesOf, statisticsOf } from "../../../../convscope/page/js/engine/outsider.js";
import { watchActivity } from "../../../../convscope/page/js/learn/activity.js";
import { calibrate } from "../../../../convscope/page/js/learn/calibration.js";
import { elasticField } from "../../../../convscope/page/js/learn/elastic.js";
import { telling } from "../../../../convscope/page/js/kit/format.js";
import { sha256 } from "../../../../convscope/page/js/kit/sha256.js";
import { BATCH_KINDS } from "../../../../convscope/page/js/learn/kinds/all.js";
import { kernelsFor } from "../../../../convscope/page/js/learn/kernels/choice.js";
import { plainKernels } from "../../../../convscope/page/js/learn/kernels/plain.js";
import { LANES } from "../../../../convscope/page/js/learn/memory.js";
import { initialise } from "../../../../convscope/page/js/learn/initial.js";
import { crossEntropyOfBatch } from "../../../../convscope/page/js/learn/loss.js";
import { makeBatchNetwork } from "../../../../convscope/page/js/learn/network.js";
import { normalised, optimiserOf } from "../../../../convscope/page/js/learn/optimisers.js";
import { copyMapped, eraseSquare, writeBatch } from "../../../../convscope/page/js/learn/pictures.js";
import { permutation, uniform, xoshiro } from "../../../../convscope/page/js/learn/random.js";
import { FAST } from "../../../../convscope/page/js/learn/recipe.js";
import { lrFactor, statisticsShare } from "../../../../convscope/page/js/learn/schedule.js";
import { boundOf } from "../../../../convscope/page/js/learn/rejection/fitting.js";
import {
  classGaussians,
  featureShrink,
  looksOf,
  looksShrink,
} from "../../../../convscope/page/js/learn/rejection/gaussians.js";
import { symmetricEigen } from "../../../../convscope/page/js/learn/rejection/symmetric.js";
import { makeSession } from "../../../../convscope/page/js/learn/session.js";
import { workersFor } from "../../../../convscope/page/js/learn/team.js";
import { makeTraining } from "../../../../convscope/page/js/learn/training.js";
import { chooseHead } from "../../../../convscope/page/js/learn/transfer/choice.js";
import { learnHead } from "../../../../convscope/page/js/learn/transfer/learning.js";
import { frozenForward } from "../../../../convscope/page/js/learn/transfer/network.js";
import { classWeights, fitPath, rotatedOf, unfold } from "../../../../convscope/page/js/learn/transfer/head.js";
import { factsOf } from "../../../../convscope/page/js/modelfile/facts.js";
import { pythonJson, real } from "../../../../convscope/page/js/modelfile/json.js";
import { writeModel } from "../../../../convscope/page/js/modelfile/writing.js";

/** What the tests ask of the engine that learns, and of what writes its networks; rows of numbers come and go as base64. */

const wasm = { modules: /** @type {Record<string, string>} */ ({}) };

/** @param {string} name */
const kernelsOf = (name) => kernelsFor(wasm.modules, [name]).kernelsOn;

/** @param {any} value */
function given(value) {
  if (Array.isArray(value)) return value.map(given);
  if (value === null || typeof value !== "object") return value;
  if (typeof value.dtype === "string") return unpack(value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, given(one)]));
}

/** @param {any} value @returns {any} */
function asSent(value) {
  if (value instanceof Uint8Array) return asSent(Int32Array.from(value));
  if (value instanceof Float32Array || value instanceof Int32Array) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return { dtype: value.constructor.name.replace("Array", "").toLowerCase(), data: btoa(text) };
  }
  if (Array.isArray(value)) return value.map(asSent);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asSent(one)]));
}

/** Write (N, C, places) into a batch's maps, or read it from there. @param {any} maps @param {number} count */
function placesOf(maps, count) {
  const { places, channels } = maps;
  return Int32Array.from({ length: count * channels * places }, (_, i) => {
    const [n, c, p] = [Math.floor(i / (channels * places)), Math.floor(i / places) % channels, i % places];
    return ((Math.floor(n / LANES) * places + p) * channels + c) * LANES + (n % LANES);
  });
}

/** @param {any} maps @param {number} count */
function read(maps, count) {
  return Float32Array.from(placesOf(maps, count), (at) => maps.block.values[at]);
}

/** @param {any} maps @param {Float32Array} values @param {number} count */
function write(maps, values, count) {
  placesOf(maps, count).forEach((at, i) => (maps.block.values[at] = values[i]));
}

/** @param {any} network @param {Record<string, Float32Array>} tensors */
function load(network, tensors) {
  for (const { name, values } of [...network.parameters, ...network.buffers]) values.values.set(tensors[name]);
}

/** @type {Record<string, (asked: any) => any>} */
const calls = {
  calibration: ({ scores, labels }) => calibrate(scores, labels),
  modules: ({ modules }) => {
    wasm.modules = modules;
  },
  works: ({ wanted }) => {
    const { name, sameBits } = kernelsFor(wasm.modules, wanted);
    return { name, sameBits };
  },
  // One pass over a batch: outputs, loss, gradients of weights, running statistics.
  gradients: ({ nodes, tensors, x, labels, kernels, smoothing, batch, training }) => {
    const network = makeBatchNetwork(nodes, batch ?? labels.length);
    network.open(kernelsOf(kernels));
    load(network, tensors);
    write(network.input, x, labels.length);
    network.forward(labels.length, { training, seed: [7] });
    const figures = crossEntropyOfBatch(network.logits, network.logitsGradient, labels, smoothing);
    network.backward(labels.length);
    return {
      ...figures,
      outputs: network.outputs.map((maps) => read(maps, labels.length)),
      gradients: Object.fromEntries(network.parameters.map(({ name, gradient }) => [name, gradient.values])),
      shapes: Object.fromEntries(network.parameters.map(({ name, shape }) => [name, shape])),
      buffers: Object.fromEntries(network.buffers.map(({ name, values }) => [name, values.values])),
    };
  },
  // How often a pass over one picture and its way back go by tiles.
  tiled: ({ nodes, kernels }) => {
    let times = 0;
    const network = makeBatchNetwork(nodes, 1);
    network.open((memory) => {
      const made = { ...kernelsOf(kernels)(memory) };
      const { transform } = made;
      if (transform) made.transform = (...given) => (times++, transform(...given));
      return made;
    });
    network.forward(1, { training: true });
    network.backward(1);
    return times;
  },
  // Some steps with batches that are given.
  steps: ({ nodes, tensors, batches, labels, recipe, kernels }) => {
    const network = makeBatchNetwork(nodes, labels[0].length);
    const { move } = optimiserOf(network, { ...FAST, ...recipe });
    const inner = network.open(kernelsOf(kernels));
    load(network, tensors);
    const losses = batches.map((/** @type {Float32Array} */ x, /** @type {number} */ step) => {
      write(network.input, x, labels[step].length);
      network.forward(labels[step].length, { training: true, statisticsShare: statisticsShare(step), seed: [step] });
      const { logits, logitsGradient } = network;
      const { loss } = crossEntropyOfBatch(logits, logitsGradient, labels[step], recipe.labelSmoothing ?? 0);
      network.backward(labels[step].length);
      move(inner, lrFactor(step, batches.length, recipe.warmup ?? 0, recipe.final ?? 1), step + 1);
      return loss;
    });
    const changed = [...network.parameters, ...network.buffers];
    return { losses, tensors: Object.fromEntries(changed.map(({ name, values }) => [name, values.values])) };
  },
  // A whole training with our own random numbers.
  train: ({ nodes, input, pictures, recipe, seed, kernels, test, state = null }) => {
    const whole = { ...FAST, ...recipe, augmentation: { ...FAST.augmentation, ...recipe.augmentation } };
    const kernelsOn = kernelsOf(kernels);
    const training = makeTraining({ nodes, input, pictures, recipe: whole, seed, kernelsOn, state });
    const lines = [];
    while (!training.done) lines.push(training.step());
    return { lines, tensors: training.tensors(), figures: test ? training.evaluate(test) : null };
  },
  // The same, broken off after the steps of `stops`: each time a new training goes on from the state of the one before.
  resumed: ({ nodes, input, pictures, recipe, seed, kernels, test, stops }) => {
    const whole = { ...FAST, ...recipe, augmentation: { ...FAST.augmentation, ...recipe.augmentation } };
    const options = { nodes, input, pictures, recipe: whole, seed, kernelsOn: kernelsOf(kernels) };
    let training = makeTraining(options);
    const lines = [];
    for (const stop of [...stops, whole.steps]) {
      while (training.steps < stop) lines.push(training.step());
      if (test) training.evaluate(test);
      training = makeTraining({ ...options, state: training.state() });
    }
    return { lines, tensors: training.tensors(), state: training.state() };
  },
  // The same by several, each with its share of every batch.
  together: ({ nodes, input, pictures, recipe, seed, kernels, parts }) => {
    const whole = { ...FAST, ...recipe, augmentation: { ...FAST.augmentation, ...recipe.augmentation } };
    const all = Array.from({ length: parts }, (_, part) =>
      makeTraining({ nodes, input, pictures, recipe: whole, seed, kernelsOn: kernelsOf(kernels), part, parts }),
    );
    const lines = [];
    while (!all[0].done) {
      const sum = all[0].share();
      for (const other of all.slice(1)) other.share().forEach((value, i) => (sum[i] += value));
      lines.push(all.map((one) => one.take(sum))[0]);
    }
    return { lines, tensors: all.map((one) => one.tensors()) };
  },
  workersFor: ({ workers, batch }) => workersFor(workers, batch),
  fast: () => FAST,
  // What the activations of a network with these weights read and answer, over pictures in batches of `batch`.
  activity: ({ nodes, input, pictures, batch, tensors }) => {
    const recipe = { ...FAST, batchSize: batch };
    const kernelsOn = plainKernels;
    const training = makeTraining({ nodes, input, pictures, recipe, seed: 0, kernelsOn, tensors });
    const watcher = watchActivity(training.network);
    training.evaluate(pictures, watcher);
    return watcher.result();
  },
  // A rejection's tensors are those of a page, in base64.
  written: ({ rejection, ...network }) => {
    const whole = Object.entries(rejection?.tensors ?? {}).map(([name, values]) => [name, packFloats(values)]);
    return writeModel({ ...network, rejection: rejection && { ...rejection, tensors: Object.fromEntries(whole) } });
  },
  facts: (trained) => JSON.parse(pythonJson(factsOf(trained))),
  sha256: ({ bytes }) => sha256(bytes),
  telling: ({ value }) => telling(value),
  json: ({ value }) => pythonJson(value),
  reals: ({ values }) => values.map((/** @type {string} */ text) => pythonJson(real(Number(text)))),
  // What a session says to messages, each taken once the clock's time has come; a clock that moves 10 ms a look.
  session: ({ messages }) => {
    /** @type {any[]} */
    const said = [];
    /** @type {(() => void)[]} */
    const due = [];
    let time = 0;
    const hear = makeSession(
      (one) => said.push(one),
      (go) => due.push(go),
      wasm.modules,
      () => (time += 10),
    );
    for (const message of messages) {
      if (message.ask === "turns") for (let i = 0; i < message.count; i++) due.shift()?.();
      else hear(message);
    }
    return said;
  },
  shrinks: ({ counts, size }) =>
    counts.map((/** @type {number} */ n) => [looksShrink(n, size), featureShrink(n, size)]),
  symmetric: ({ matrix, n }) => {
    const { values, vectors } = symmetricEigen(matrix, n);
    return { values: Array.from(values), vectors: Array.from(vectors) };
  },
  // A new head for rows of features, at its optimum, and the choice of features and strength; columns are from, to.
  head: ({ features, columns, labels, classes, strength, balanced, tolerance }) => {
    const turned = rotatedOf(features, columns);
    const weights = classWeights(labels, classes, balanced);
    const fitted = fitPath(turned.rows, labels, classes, [strength], weights, tolerance).next().value;
    const layer = unfold(turned, /** @type {any} */ (fitted));
    return { weight: Array.from(layer.weight), bias: Array.from(layer.bias) };
  },
  folds: ({ labels }) => foldsInTurn(labels),
  // A row of a picture's features, and all that is learned of rows.
  frozen: ({ modules, picture, ...network }) => {
    const forward = frozenForward(network, modules);
    return { fast: forward.fast, row: forward.run(picture, [network.nodes.length - 1])[0] };
  },
  transfer: ({ rows, ...asked }) =>
    learnHead({ rows: rows.map((/** @type {any} */ row) => Float32Array.from(row)), ...asked }),
  choice: ({ features, candidates, labels, classes, fold, balanced }) =>
    chooseHead(features, candidates, labels, classes, fold, balanced),
  // How far other pictures lie from some, and the bound by these distances; pictures and features one a row.
  rejection: ({ shape, pictures, features, labels, classes, others, otherFeatures, unit, shrink }) => {
    const statistics = pictures.map((/** @type {any} */ one) => statisticsOf(one, shape));
    const learned = { ...looksOf(statistics, shrink) };
    Object.assign(learned, classGaussians(features, labels, classes, shrink));
    const tensors = Object.fromEntries(
      Object.entries(learned).map(([name, values]) => [name, packFloats(Float32Array.from(values))]),
    );
    const measure = distancesOf({ features: -1, group: 1, tensors }, shape);
    const held = others.map((/** @type {any} */ one, /** @type {number} */ i) =>
      measure(one, { input: otherFeatures[i], outputs: [] }),
    );
    return { held, bound: boundOf(held, unit) };
  },
  first: ({ nodes, initial, seed }) => {
    const network = makeBatchNetwork(nodes, 1);
    network.open(plainKernels);
    initialise(network, initial, seed);
    return Object.fromEntries(network.parameters.map(({ name, values }) => [name, values.values]));
  },
  normalised: ({ nodes }) => Array.from(normalised(makeBatchNetwork(nodes, 1).nodes)),
  homogeneous: ({ kinds }) =>
    kinds.map((/** @type {any} */ node) =>
      BATCH_KINDS[/** @type {keyof typeof BATCH_KINDS} */ (node.kind)]?.homogeneous(node),
    ),
  uniform: ({ parts, count }) => Float32Array.from({ length: count }, uniform(parts)),
  xoshiro: ({ state: [a, b, c, d], count }) => Array.from({ length: count }, xoshiro(a, b, c, d)),
  permutation: ({ n, parts }) => permutation(n, parts),
  lrFactors: ({ steps, warmup, final }) =>
    Array.from({ length: steps }, (_, step) => lrFactor(step, steps, warmup, final)),
  // What a batch of pictures becomes, changed at random, and by a map that is given.
  batch: ({ pictures, chosen, size, input, how, seed }) => {
    const maps = heldMaps(chosen.length, size, pictures.shape[0]);
    writeBatch(maps, size, input, pictures, chosen, how && { how: { ...FAST.augmentation, ...how }, seed });
    return read(maps, chosen.length);
  },
  mapped: ({ picture, shape, size, map, input, edge, moved }) => {
    const maps = heldMaps(1, size, shape[0]);
    copyMapped(maps, 0, size, picture, shape, map, input, edge ?? false, moved ?? null);
    return read(maps, 1);
  },
  // A field from noise that is given, and a square filled.
  elasticField: ({ size, noise }) => {
    let at = 0;
    return Float32Array.from(elasticField(size, () => noise[at++]));
  },
  erased: ({ values, shape: [channels, ...size], side, row, column, input }) => {
    const maps = heldMaps(1, size, channels);
    write(maps, values, 1);
    eraseSquare(maps, 0, size, side, row, column, input);
    return read(maps, 1);
  },
};

/** @param {number} count @param {number[]} size @param {number} channels */
function heldMaps(count, [rows, columns], channels) {
  const values = new Float32Array(Math.ceil(count / LANES) * rows * columns * channels * LANES);
  return { block: { at: 0, count: values.length, values }, places: rows * columns, channels };
}

Object.assign(globalThis, {
  bench: (/** @type {string} */ name, /** @type {any} */ asked) => asSent(calls[name](given(asked))),
});
