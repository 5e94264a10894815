import { itemOf, lazily, unpack } from "./binary.js";
import { contributionsTo } from "./contributions.js";
import { deletionSteps } from "./deletion.js";
import { runForward, scalePicture } from "./forward.js";
import { gradCamMap, lastMaps, sharesOut } from "./gradcam.js";
import { kindOf } from "./kinds/all.js";
import { gradientTerms, lossAfterStep, lossGradients } from "./learned.js";
import { occlusionSteps } from "./occlusion.js";
import { outsiderOf } from "./outsider.js";
import { relevanceHanded, relevanceOf, relevanceSteps, relevanceTerms } from "./relevance.js";
import { seenBox } from "./seen.js";
import { probabilitiesOf } from "./softmax.js";
import { termsOf } from "./terms.js";
/** @import {Payload} from "../types.js" */
/** @import {HeatMap, Layer, Result} from "./types.js" */

/** @typedef {ReturnType<typeof makeEngine>} Engine */

/**
 * Unpack a payload's network and return what the page can ask of it. Numbers only: nothing here touches the document.
 * @param {Pick<Payload, "input" | "nodes" | "tensors"> & Partial<Payload>} payload
 */
export function makeEngine(payload) {
  const { input, temperature = 1, ending = "softmax" } = payload;
  /** @type {Layer[]} */
  const nodes = payload.nodes.map((node) => ({ ...node, input: node.inputs[0], module: kindOf(node), tensors: {} }));
  for (const [name, binary] of Object.entries(payload.tensors)) {
    const dot = name.lastIndexOf(".");
    const node = nodes.find((n) => n.name === name.slice(0, dot));
    if (node) lazily(node.tensors, name.slice(dot + 1), () => /** @type {Float32Array} */ (unpack(binary)));
  }
  const computes = nodes.every((node) => node.module.forward !== null);
  const grid = lastMaps(nodes);
  const outsider = payload.rejection ? outsiderOf(payload.rejection, input.shape) : null;

  return {
    nodes,
    /** What scores are divided by before the softmax; 1 where the network is not calibrated. */
    temperature,
    /** Whether the page can run the whole network itself; otherwise only `captured` gives scores. */
    computes,
    /**
     * Whether every sum from node `index` on is known, of the picture's pixels for −1: then a score can be followed
     * back to it. A box that the page computes whole is none of these.
     * @param {number} index
     */
    tracesBack: (index) => nodes.slice(index + 1).every(({ module }) => module.backward !== null),
    /** The node that Grad-CAM looks at by default, -1 where there is no convolution. */
    lastMaps: grid,
    /** Whether Grad-CAM there shares a score out among the places of the maps without a remainder. */
    sharesOut: sharesOut(nodes),

    /**
     * Run the network on a picture (C, H, W) in 0…255, rows of each channel in turn; what follows an opaque node stays
     * empty, the scores too.
     * @param {ArrayLike<number>} picture
     */
    forward: (picture) => runForward(nodes, scalePicture(input, picture), temperature, ending),

    /**
     * The result of a forward pass that a worker did: its outputs become float64 where they are looked at.
     * @param {ArrayLike<number>} picture @param {Float32Array[]} outputs @param {ArrayLike<number>} [scores] else the
     * last node's
     * @returns {Result}
     */
    resultOf: (picture, outputs, scores = outputs[outputs.length - 1]) => {
      /** @type {Float64Array[]} */
      const exact = [];
      outputs.forEach((values, i) => lazily(/** @type {any} */ (exact), i, () => Float64Array.from(values)));
      const logits = Float64Array.from(scores);
      const probabilities = probabilitiesOf(logits, temperature, ending);
      return { input: scalePicture(input, picture), outputs: exact, quick: outputs, logits, probabilities };
    },

    /**
     * How foreign a picture (C, H, W) in 0…255 is, by it and the result of `forward`; null where nothing tells.
     * @param {ArrayLike<number>} picture @param {Result} result
     */
    outsider: (picture, result) => outsider && outsider(picture, result),

    /**
     * Sample `i` of a module with opaque nodes: what Python made there, computed on from there; unknown outputs are
     * empty.
     * @param {number} i
     */
    captured: (i) => capturedResult(payload, nodes, i),

    /**
     * Every number and product behind one output value; for flat nodes channel is the unit, y = x = 0.
     * @param {number} index @param {number} channel @param {number} y @param {number} x @param {Result} result
     */
    terms: (index, channel, y, x, result) => termsOf(nodes, result, index, channel, y, x),

    /**
     * The pixels one unit can depend on: [top, left, bottom, right], inclusive; a flat node's unit is y. Without a
     * channel around what that place of all maps sees.
     * @param {number} index
     * @param {number} y
     * @param {number} x
     * @param {number | null} [channel]
     */
    seen: (index, y, x, channel = null) => seenBox(nodes, index, y, x, channel),

    /**
     * Grad-CAM of the size of the node's maps, ≥ 0.
     * @param {Result} result
     * @param {number} classIndex
     * @param {number} [index]
     */
    gradCam: (result, classIndex, index = grid) => gradCamMap(nodes, result, classIndex, index),

    /**
     * The occlusion map (H, W), −1…1; blocks until done: a page had better use `occlusionSteps`.
     * @param {ArrayLike<number>} picture @param {number} classIndex @param {number} [size] @param {number} [stride]
     * @returns {HeatMap}
     */
    occlusion: (picture, classIndex, size = 6, stride = 2) => {
      const scaled = scalePicture(input, picture);
      const steps = occlusionSteps(nodes, scaled, input.shape, classIndex, size, stride, temperature, ending);
      let step = steps.next();
      while (!step.done) step = steps.next();
      return step.value;
    },

    /**
     * The same a row of squares at a time: each `next()` gives the share done, the last the map.
     * @param {ArrayLike<number>} picture @param {number} classIndex @param {number} [size] @param {number} [stride]
     */
    occlusionSteps: (picture, classIndex, size = 6, stride = 2) =>
      occlusionSteps(nodes, scalePicture(input, picture), input.shape, classIndex, size, stride, temperature, ending),

    /**
     * The gradients of the loss −ln p of class `label`, for every layer from `first` on that learned something.
     * @param {Result} result @param {number} label @param {number} [first]
     */
    lossGradients: (result, label, first = 0) => lossGradients(nodes, result, label, temperature, first),

    /**
     * That loss after one step, of all layers or of one layer's channel.
     * @param {Result} result @param {ReturnType<typeof lossGradients>} gradients @param {number} label
     * @param {number} rate @param {{index: number, channel: number} | null} [only]
     */
    lossAfterStep: (result, gradients, label, rate, only = null) =>
      lossAfterStep(nodes, result, gradients, { label, rate, temperature, only }),

    /**
     * Every product behind the gradient of number `at` of a layer's tensor.
     * @param {Result} result @param {ReturnType<typeof lossGradients>} gradients @param {number} index
     * @param {string} name @param {number} at
     */
    gradientTerms: (result, gradients, index, name, at) => {
      const gradient = gradients.get(index);
      return gradient ? gradientTerms(nodes, result, index, name, at, gradient) : [];
    },

    /**
     * Why class `chosen`, or why not `rival`, as a sum.
     * @param {Result} result
     * @param {number} chosen
     * @param {number | null} [rival]
     */
    contributions: (result, chosen, rival = null) => contributionsTo(nodes, result, chosen, rival),

    /**
     * The score of class `chosen` shared out down to the picture.
     * @param {Result} result @param {number} chosen @param {import("./relevance.js").RelevanceRule} rule
     */
    relevance: (result, chosen, rule) => relevanceOf(nodes, result, chosen, rule),

    /**
     * The same a layer at a time.
     * @param {Result} result @param {number} chosen @param {import("./relevance.js").RelevanceRule} rule
     */
    relevanceSteps: (result, chosen, rule) => relevanceSteps(nodes, result, chosen, rule),

    /**
     * Who gave number `at` of a node's output, or of the picture for −1, its relevance.
     * @param {Result} result @param {import("./relevance.js").Relevance} made @param {number} index @param {number} at
     */
    relevanceTerms: (result, made, index, at) => relevanceTerms(nodes, result, made, index, at),

    /**
     * To whom unit `to` of a node hands its relevance.
     * @param {Result} result @param {import("./relevance.js").Relevance} made @param {number} index @param {number} to
     */
    relevanceHanded: (result, made, index, to) => relevanceHanded(nodes, result, made, index, to),

    /**
     * The deletion test of several orders of the pixels; each `next()` gives the share done, the last the results.
     * @param {ArrayLike<number>} picture @param {Int32Array[]} orders @param {number} classIndex
     */
    deletionSteps: (picture, orders, classIndex) =>
      deletionSteps(
        scalePicture(input, picture),
        input.shape,
        orders,
        classIndex,
        (scaled) => runForward(nodes, scaled, temperature, ending).probabilities,
      ),
  };
}

/**
 * What Python captured of opaque nodes, and what the open ones make of it; nothing where what they read is not there.
 * @param {Partial<Payload> & Pick<Payload, "input">} payload
 * @param {Layer[]} nodes
 * @param {number} i
 * @returns {Result}
 */
function capturedResult(payload, nodes, i) {
  const { samples, maps, input, temperature = 1, ending = "softmax" } = payload;
  if (!samples) throw new RangeError("the payload holds no samples");
  const logits = Float64Array.from(itemOf(unpack(samples.logits), samples.logits.shape, i));
  const scaled = scalePicture(input, itemOf(unpack(samples.pictures), samples.pictures.shape, i));
  /** @type {Record<number, Float64Array>} */
  const given = {};
  nodes.forEach((node, index) => {
    const binary = maps?.[node.name];
    if (binary) given[index] = Float64Array.from(itemOf(unpack(binary), binary.shape, i));
  });
  const { outputs } = runForward(nodes, scaled, temperature, ending, given);
  return { input: scaled, outputs, logits, probabilities: probabilitiesOf(logits, temperature, ending) };
}
