/** The network whose features are frozen: its weights out of the file that the page was given, a row of a picture. */

import { fastForward } from "../../engine/fast/forward.js";
import { runForward, scalePicture } from "../../engine/forward.js";
import { kindOf } from "../../engine/kinds/all.js";
import { halvesIn } from "../../engine/binary.js";
/** @import {InputSpec, PageNode} from "../../types.js" */
/** @import {Layer} from "../../engine/types.js" */

/** @typedef {Record<string, {at: number, bits: number}>} WeightPlaces */
/** @typedef {{nodes: PageNode[], input: InputSpec, weights: WeightPlaces, bytes: Uint8Array}} FrozenNetwork */

/**
 * The bytes of each weight, by "<node>.<weight>": each has as many as lie up to the next one.
 * @param {WeightPlaces} places @param {Uint8Array} bytes
 * @returns {Record<string, Uint8Array<ArrayBuffer>>}
 */
export function weightBytes(places, bytes) {
  const ends = [...Object.values(places).map(({ at }) => at), bytes.length].sort((a, b) => a - b);
  const found = Object.entries(places).map(([name, { at }]) => [
    name,
    bytes.slice(
      at,
      ends.find((end) => end > at),
    ),
  ]);
  return Object.fromEntries(found);
}

/**
 * The weights as numbers.
 * @param {WeightPlaces} places
 * @param {Uint8Array} bytes
 * @returns {Record<string, Float32Array>}
 */
export function weightsIn(places, bytes) {
  const all = Object.entries(weightBytes(places, bytes));
  return Object.fromEntries(
    all.map(([name, own]) => [name, places[name].bits === 16 ? halvesIn(own) : new Float32Array(own.buffer)]),
  );
}

/**
 * Return what makes the outputs of some nodes of a picture, float32: by WebAssembly, in plain JavaScript where there is
 * none.
 * @param {FrozenNetwork} network @param {Record<string, string>} modules
 */
export function frozenForward({ nodes: given, input, weights, bytes }, modules) {
  /** @type {Layer[]} */
  const nodes = given.map((node) => ({ ...node, input: node.inputs[0], module: kindOf(node), tensors: {} }));
  for (const [name, values] of Object.entries(weightsIn(weights, bytes))) {
    const dot = name.lastIndexOf(".");
    const node = nodes.find((one) => one.name === name.slice(0, dot));
    if (node) node.tensors[name.slice(dot + 1)] = values;
  }
  const fast = fastForward(nodes, modules);
  return {
    nodes,
    fast: fast !== null,
    /** @param {ArrayLike<number>} picture @param {number[]} wanted @returns {Float32Array[]} in the order wanted */
    run: (picture, wanted) => {
      const scaled = scalePicture(input, picture);
      if (!fast) {
        const { outputs } = runForward(nodes, scaled, 1);
        return wanted.map((i) => Float32Array.from(outputs[i]));
      }
      const steps = fast(scaled, {}, wanted);
      for (let step = steps.next(); ; step = steps.next()) {
        if (!step.done) continue;
        const outputs = step.value;
        return wanted.map((i) => outputs[i]);
      }
    },
  };
}
