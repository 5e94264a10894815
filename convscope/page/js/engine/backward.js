import { outputOf } from "./parts.js";
/** @import {Layer, Result} from "./types.js" */

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
  return gradientsTo(nodes, result, seed, target).get(target) ?? null;
}

/**
 * The same for every node from `target` on, by its index.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {ArrayLike<number>} seed
 * @param {number} target
 * @returns {Map<number, Float64Array>}
 */
export function gradientsTo(nodes, result, seed, target) {
  /** @type {Map<number, Float64Array>} */
  const gradients = new Map([[nodes.length - 1, Float64Array.from(seed)]]);
  for (let i = nodes.length - 1; i > target; i--) {
    const gradient = gradients.get(i);
    if (!gradient) continue;
    gradientsOf(nodes[i], gradient, result, i).forEach((found, from) => {
      const source = nodes[i].sources[from];
      const before = gradients.get(source);
      gradients.set(source, before ? before.map((v, at) => v + found[at]) : found);
    });
  }
  return gradients;
}

/**
 * Return the gradient for each source of a node from the gradient for its output.
 * @param {Layer} node
 * @param {Float64Array} gradient
 * @param {Result} result
 * @param {number} index
 */
function gradientsOf(node, gradient, result, index) {
  const { backward } = node.module;
  if (!backward) throw new Error(`${node.name} was computed by Python; the page has no gradient of it`);
  const inputs = node.sources.map((source) => outputOf(result, source));
  return backward(node, gradient, inputs, result.outputs[index]);
}

/**
 * @param {number} classes
 * @param {number} index
 */
export function oneHot(classes, index) {
  if (!(index >= 0 && index < classes)) throw new RangeError(`no class ${index}: there are ${classes}`);
  return new Float64Array(classes).fill(1, index, index + 1);
}
