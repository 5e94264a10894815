/**
 * What takes longer than a frame: where the network is large a worker does it, and the page stays alive; a small one is
 * run on the spot.
 */

import { unpacked } from "../engine/inflate.js";
import { itemOf, unpack } from "../engine/binary.js";
import { startForward } from "./client.js";
import { squaredGradient } from "../engine/learned.js";

/** @typedef {import("./types.js").App} App */
/** @typedef {import("./client.js").Runner} Runner */
/** @typedef {import("../engine/types.js").HeatMap} HeatMap */
/** @typedef {Map<number, import("../engine/learned.js").LayerGradient>} Gradients */
/** @typedef {ReturnType<typeof runningOf>} Running */

/**
 * Start the worker whose script the page carries; null where it carries none.
 * @param {App} app
 * @param {(share: number) => void} told how much of a forward pass is done, 0…1
 * @param {() => void} arrived the result of the picture is there
 */
export function runningOf(app, told, arrived) {
  const block = app.doc.getElementById("forward");
  if (!block) return null;
  const { input, nodes, tensors, temperature, ending } = app.payload;
  /** @type {Promise<Runner | null>} */
  const started = unpacked(JSON.parse(block.textContent || "null"))
    .then(({ script, modules }) => startForward(script, modules, { input, nodes, tensors, temperature, ending }))
    .catch(() => null);
  let [busy, again] = [false, false];

  const run = async () => {
    busy = true;
    const { picture } = app;
    const sample = sampleShown(app);
    const given = capturedMaps(app, sample);
    try {
      const runner = await started;
      if (!runner) throw new Error("no worker");
      const outputs = await runner.ask({ ask: "forward", picture, given }, told).answer;
      const open = outputs[outputs.length - 1].length === 0 && sample >= 0;
      app.result = app.engine.resultOf(picture, outputs, open ? expectedScores(app) : undefined);
    } catch {
      app.result = runOnTheSpot(app);
    }
    busy = false;
    app.waiting = false;
    arrived();
    if (again) ask();
  };
  const ask = () => {
    again = busy;
    if (!busy) void run();
  };
  return { started, ask };
}

/** Run the picture through the network here and now, as far as it can be run. @param {App} app */
export function runOnTheSpot(app) {
  const sample = sampleShown(app);
  return app.engine.computes || sample < 0 ? app.engine.forward(app.picture) : app.engine.captured(sample);
}

/** What is there before the first forward pass: the scores that Python computed, and no maps. @param {App} app */
export function expectedResult(app) {
  const none = app.engine.nodes.map(() => new Float32Array(0));
  return app.engine.resultOf(app.picture, none, expectedScores(app));
}

/** @param {App} app @returns {ArrayLike<number>} */
function expectedScores({ state, sampleLogits, payload }) {
  const number = Number(state.picture.slice(1));
  const known = state.picture[0] === "s" && number < sampleLogits.shape[0];
  return known ? itemOf(sampleLogits.data, sampleLogits.shape, number) : new Float64Array(payload.classes.length);
}

/** Which sample is shown as it is, −1 for any other picture and for one that was changed. @param {App} app */
function sampleShown({ state, picture, samples }) {
  const [count, size] = [samples.shape[0], picture.length];
  const named = state.picture[0] === "s" ? Number(state.picture.slice(1)) : 0;
  const number = named < count ? named : 0;
  const same = number < count && picture.every((value, i) => value === samples.data[number * size + i]);
  return same ? number : -1;
}

/**
 * What opaque nodes made of a sample, by their index; nothing of other pictures.
 * @param {App} app @param {number} sample @returns {Record<number, Float32Array>}
 */
function capturedMaps(app, sample) {
  const { maps } = app.payload;
  /** @type {Record<number, Float32Array>} */
  const given = {};
  if (sample < 0) return given;
  app.engine.nodes.forEach((node, i) => {
    const binary = maps?.[node.name];
    if (binary) given[i] = Float32Array.from(itemOf(unpack(binary), binary.shape, sample));
  });
  return given;
}

/** What was worked out last. @type {{result: object | null, label: number, first: number, gradients: Gradients}} */
const latest = { result: null, label: -1, first: 0, gradients: new Map() };

/** @param {App} app @param {number} label @param {number} first */
function gradientsHere({ engine, result }, label, first) {
  if (latest.result !== result || latest.label !== label || latest.first > first)
    Object.assign(latest, { result, label, first, gradients: engine.lossGradients(result, label, first) });
  return latest.gradients;
}

/**
 * How the loss −ln p of class `label` changes with what a layer learned.
 * @param {App} app @param {number} label @param {number} index @returns {Promise<Gradients>}
 */
export async function gradientsInLayer(app, label, index) {
  const runner = await app.running?.started;
  if (!runner) return gradientsHere(app, label, index);
  return /** @type {Gradients} */ (await runner.ask({ ask: "gradients", label, index }).answer);
}

/**
 * The loss after a step of the whole network, or of one layer's channel, and what the gradient promised.
 * @param {App} app @param {number} label @param {number} rate @param {{index: number, channel: number} | null} only
 * @returns {Promise<{after: number, promised: number}>}
 */
export async function lossStepped(app, label, rate, only) {
  const runner = await app.running?.started;
  if (runner)
    return /** @type {{after: number, promised: number}} */ (
      await runner.ask({ ask: "stepped", label, rate, only }).answer
    );
  const { engine, result } = app;
  const gradients = gradientsHere(app, label, only?.index ?? 0);
  const promised = -rate * squaredGradient(engine.nodes, gradients, only);
  return { after: engine.lossAfterStep(result, gradients, label, rate, only), promised };
}

/**
 * Find out where the picture matters by hiding parts of it; returns what lets it go.
 * @param {App} app
 * @param {{target: number, size: number, stride: number}} how
 * @param {(share: number) => void} told 0…1
 * @param {(map: HeatMap) => void} done
 */
export function occlude(app, { target, size, stride }, told, done) {
  const asked = { ask: "occlusion", picture: app.picture, target, size, stride };
  return besideOrHere(app, asked, () => app.engine.occlusionSteps(app.picture, target, size, stride), told, done);
}

/**
 * Hide the pixels in several orders, and see how soon the probability of a class falls; returns what lets it go.
 * @param {App} app
 * @param {number} target
 * @param {Int32Array[]} orders
 * @param {(share: number) => void} told 0…1
 * @param {(found: import("../engine/deletion.js").Deletion[]) => void} done
 */
export function deletePixels(app, target, orders, told, done) {
  const asked = { ask: "deletion", picture: app.picture, target, orders };
  return besideOrHere(app, asked, () => app.engine.deletionSteps(app.picture, orders, target), told, done);
}

/**
 * Share a score out; returns what lets it go. A small network does it at once.
 * @param {App} app
 * @param {number} target
 * @param {import("../engine/relevance.js").RelevanceRule} rule
 * @param {(share: number) => void} told 0…1
 * @param {(made: import("../engine/relevance.js").Relevance) => void} done
 */
export function shareOut(app, target, rule, told, done) {
  if (!app.running) {
    done(app.engine.relevance(app.result, target, rule));
    return () => {};
  }
  const here = () => app.engine.relevanceSteps(app.result, target, rule);
  return besideOrHere(app, { ask: "relevance", target, rule }, here, told, done);
}

/**
 * Have a worker do what takes long, or do it here a slice at a time; returns what lets it go.
 * @template T
 * @param {App} app
 * @param {object} question
 * @param {() => Generator<number, T, void>} begin
 * @param {(share: number) => void} told 0…1
 * @param {(made: T) => void} done
 */
function besideOrHere(app, question, begin, told, done) {
  const win = /** @type {Window & typeof globalThis} */ (app.doc.defaultView);
  let [gone, timer] = [false, 0];
  /** @type {(() => void) | null} */
  let stop = null;
  const here = () => {
    const steps = begin();
    const work = () => {
      const until = win.performance.now() + 24;
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done) {
          done(step.value);
          return;
        }
        if (win.performance.now() > until) {
          told(step.value);
          break;
        }
      }
      timer = win.setTimeout(work, 0);
    };
    work();
  };
  const beside = async () => {
    const runner = await app.running?.started;
    if (gone) return;
    if (!runner) {
      here();
      return;
    }
    const asked = runner.ask(question, told);
    stop = asked.stop;
    done(/** @type {T} */ (await asked.answer));
  };
  if (app.running) void beside();
  else here();
  return () => {
    gone = true;
    win.clearTimeout(timer);
    stop?.();
  };
}
