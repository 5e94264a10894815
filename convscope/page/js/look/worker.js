/** What a worker begins with that runs a large network: messages to it, and its own back. */

import { makeEngine } from "../engine/engine.js";
import { runForward, scalePicture } from "../engine/forward.js";
import { lossAfterStep, lossGradients, squaredGradient } from "../engine/learned.js";
import { oneHot } from "../engine/backward.js";
import { deletionSteps } from "../engine/deletion.js";
import { occlusionSteps } from "../engine/occlusion.js";
import { relevanceSteps } from "../engine/relevance.js";
import { scoreShares, sharesThrough } from "../engine/map_shares.js";
import { probabilitiesOf } from "../engine/softmax.js";
import { fastForward } from "../engine/fast/forward.js";
import { computeBoxesBy } from "../engine/kinds/all.js";
import { boxed } from "../engine/tensors/boxed.js";
/** @import {Payload} from "../types.js" */
/** @import {Result} from "../engine/types.js" */
/** @import {LayerGradient} from "../engine/learned.js" */

/**
 * @typedef {Pick<Payload, "input" | "nodes" | "tensors" | "temperature" | "ending">} SentNetwork
 *
 * @typedef {{ask: "begin", network: SentNetwork, modules: Record<string, string>} |
 * {ask: "forward", id: number, picture: Uint8Array, given: Record<number, Float32Array>,
 * spent?: Float32Array[]} |
 * {ask: "gradients", id: number, label: number, index: number} |
 * {ask: "stepped", id: number, label: number, rate: number, only: {index: number, channel: number} | null} |
 * {ask: "shares", id: number, label: number} |
 * {ask: "through", id: number, wanted: {within: number[], channel: number}[]} |
 * {ask: "occlusion", id: number, picture: Uint8Array, target: number, size: number, stride: number} |
 * {ask: "deletion", id: number, picture: Uint8Array, target: number, orders: Int32Array[]} |
 * {ask: "relevance", id: number, target: number, rule: import("../engine/relevance.js").RelevanceRule} |
 * {ask: "stop", id: number}} ForwardAsked `given` is what opaque nodes made, `spent` a result that the page gives back
 * to be written into; `gradients`, of one layer, `stepped`, `relevance` and `shares` are of the last forward pass,
 * `through` of the last `shares`
 *
 * @typedef {{say: "ready", kernels: string} | {say: "progress", id: number, share: number} |
 * {say: "done", id: number, result: any} | {say: "failed", id: number, message: string}} ForwardSaid
 */

const TOLD = 60; // milliseconds between two reports of progress

/** @type {any} a worker's own global, which tsc takes for a window's */
const ownScope = globalThis;

listen();

function listen() {
  ownScope.onmessage = (/** @type {MessageEvent<ForwardAsked>} */ { data }) => {
    if (data.ask === "begin") begin(data.network, data.modules);
  };
}

/** @param {SentNetwork} network @param {Record<string, string>} modules */
function begin(network, modules) {
  computeBoxesBy(boxed);
  const { nodes, resultOf } = makeEngine(network);
  const { input, temperature, ending } = network;
  const fast = fastForward(nodes, modules);
  const say = (/** @type {ForwardSaid} */ said, /** @type {Transferable[]} */ moved = []) =>
    ownScope.postMessage(said, moved);
  let [seen, made] = [/** @type {Uint8Array} */ (new Uint8Array(0)), /** @type {Result | null} */ (null)];
  /** @type {Record<number, Float32Array>} */
  let captured = {};
  /** Of a score, for `through`. @type {Map<number, Float64Array>} */
  let ofScore = new Map();
  let [label, first] = [-1, 0];
  /** @type {Map<number, LayerGradient>} */
  let gradients = new Map();
  const stopped = new Set();

  /** @param {Extract<ForwardAsked, {ask: "forward"}>} asked */
  const forward = ({ id, picture, given, spent }) => {
    const scaled = scalePicture(input, picture);
    const told = (/** @type {number} */ done) => say({ say: "progress", id, share: done / nodes.length });
    [seen, made, label, captured] = [picture, null, -1, given];
    ofScore = new Map();
    const sent = fast
      ? finished(fast(scaled, given, undefined, spent), told)
      : slowly(scaled).outputs.map((values) => Float32Array.from(values));
    say(
      { say: "done", id, result: sent },
      sent.map((values) => values.buffer),
    );
  };

  /** Without WebAssembly. @param {Float64Array} scaled */
  const slowly = (scaled) => {
    const given = Object.fromEntries(Object.entries(captured).map(([i, values]) => [i, Float64Array.from(values)]));
    return runForward(nodes, scaled, temperature, ending, given);
  };

  /** The last forward pass again, kept. */
  const last = () => {
    if (!made) {
      const scaled = scalePicture(input, seen);
      made = fast
        ? resultOf(
            seen,
            finished(fast(scaled, captured), () => {}),
          )
        : slowly(scaled);
    }
    return made;
  };

  /** Of the loss of a class, from a layer on, kept. @param {number} of @param {number} from */
  const gradientsFrom = (of, from) => {
    if (label !== of || first > from) {
      gradients = lossGradients(nodes, last(), of, temperature, from);
      [label, first] = [of, from];
    }
    return gradients;
  };

  /** The probabilities of a scaled picture. @param {Float64Array} scaled */
  const probabilitiesFast = (scaled) => {
    if (!fast) return runForward(nodes, scaled, temperature, ending).probabilities;
    const outputs = finished(fast(scaled, {}, [nodes.length - 1]), () => {});
    return probabilitiesOf(Float64Array.from(outputs[nodes.length - 1]), temperature, ending);
  };

  /** @param {Extract<ForwardAsked, {ask: "occlusion"}>} asked */
  const occlude = ({ id, picture, target, size, stride }) => {
    const scaled = scalePicture(input, picture);
    const { shape } = input;
    const run = probabilitiesFast;
    inTurns(id, occlusionSteps(nodes, scaled, shape, target, size, stride, temperature, ending, run));
  };

  /**
   * Work on something, now and then letting a message in.
   * @param {number} id @param {Generator<number, any, void>} steps
   */
  const inTurns = (id, steps) => {
    const work = () => {
      if (stopped.delete(id)) return;
      const until = performance.now() + TOLD;
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done) {
          say({ say: "done", id, result: step.value });
          return;
        }
        if (performance.now() > until) {
          say({ say: "progress", id, share: step.value });
          break;
        }
      }
      setTimeout(work, 0); // so that a message that waits is taken
    };
    work();
  };

  ownScope.onmessage = (/** @type {MessageEvent<ForwardAsked>} */ { data }) => {
    const id = "id" in data ? data.id : -1;
    try {
      if (data.ask === "forward") forward(data);
      else if (data.ask === "occlusion") occlude(data);
      else if (data.ask === "deletion") {
        const { picture, orders, target } = data;
        inTurns(id, deletionSteps(scalePicture(input, picture), input.shape, orders, target, probabilitiesFast));
      } else if (data.ask === "relevance") inTurns(id, relevanceSteps(nodes, last(), data.target, data.rule));
      else if (data.ask === "stop") stopped.add(id);
      else if (data.ask === "gradients") {
        const found = gradientsFrom(data.label, data.index).get(data.index);
        say({ say: "done", id, result: new Map(found ? [[data.index, found]] : []) });
      } else if (data.ask === "stepped") {
        const { rate, only } = data;
        const found = gradientsFrom(data.label, only?.index ?? 0);
        const after = lossAfterStep(nodes, last(), found, { label: data.label, rate, temperature, only });
        say({ say: "done", id, result: { after, promised: -rate * squaredGradient(nodes, found, only) } });
      } else if (data.ask === "shares") {
        const found = scoreShares(nodes, last(), oneHot(last().logits.length, data.label));
        ofScore = found.gradients;
        say({ say: "done", id, result: found.shares });
      } else if (data.ask === "through") {
        const through = data.wanted.map(({ within, channel }) =>
          sharesThrough(nodes, last(), ofScore, within, channel),
        );
        say({ say: "done", id, result: through });
      } else throw new Error(`nothing to do ${data.ask} with`);
    } catch (error) {
      say({ say: "failed", id, message: String(error) });
    }
  };
  say({ say: "ready", kernels: fast ? "WebAssembly" : "JavaScript" });
}

/**
 * Run a generator to its end.
 * @template T
 * @param {Generator<number, T, void>} steps @param {(done: number) => void} told now and then
 */
function finished(steps, told) {
  let due = performance.now() + TOLD;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (performance.now() > due) {
      told(step.value);
      due = performance.now() + TOLD;
    }
  }
}
