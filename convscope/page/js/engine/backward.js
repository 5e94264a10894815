import { workOf } from "./kinds.js";
/** @import {Layer, Result} from "../types.js" */

/**
 * Return d (Σ seed · logits) / d output of node `target`, or of the scaled picture for -1; null where the scores do not
 * depend on it. Walks the nodes backwards; where two paths meet, their gradients add.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {ArrayLike<number>} seed one factor a class: a single 1 gives the gradient of one score
 * @param {number} target
 * @returns {Float64Array | null}
 */
export function gradientAt(nodes, result, seed, target) {
  /** @type {Map<number, Float64Array>} */
  const gradients = new Map([[nodes.length - 1, Float64Array.from(seed)]]);
  const add = (/** @type {number} */ at, /** @type {Float64Array} */ gradient) => {
    const before = gradients.get(at);
    gradients.set(at, before ? before.map((v, i) => v + gradient[i]) : gradient);
  };
  for (let i = nodes.length - 1; i > target; i--) {
    const gradient = gradients.get(i);
    if (!gradient) continue;
    const { source, other } = nodes[i];
    const x = source < 0 ? result.input : result.outputs[source];
    add(source, workOf(nodes[i]).back(nodes[i], gradient, x, result.outputs[i]));
    if (other !== null) add(other, gradient);
  }
  return gradients.get(target) ?? null;
}

/**
 * @param {number} classes
 * @param {number} index
 */
export function oneHot(classes, index) {
  if (!(index >= 0 && index < classes)) throw new RangeError(`no class ${index}: there are ${classes}`);
  return new Float64Array(classes).fill(1, index, index + 1);
}
