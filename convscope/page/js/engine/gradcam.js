import { gradientAt, oneHot } from "./backward.js";
/** @import {HeatMap, Layer, Result} from "./types.js" */

/**
 * Return the node that Grad-CAM takes by default: the last convolution, or the last of the normalisation and
 * activation right after it, and the concat that these are a branch of; -1 where there is none.
 * @param {Layer[]} nodes
 */
export function lastMaps(nodes) {
  let at = nodes.map((node) => node.module.drawing).lastIndexOf("convolution");
  const goesOn = (/** @type {Layer} */ { module, sources, flat }) =>
    (["normalisation", "curve"].includes(module.drawing) && sources[0] === at) ||
    (module.drawing === "concatenation" && !flat && sources.includes(at));
  for (let next = at + 1; at >= 0 && next < nodes.length && goesOn(nodes[next]); next++) at = next;
  return at;
}

/**
 * Whether Grad-CAM of the maps that `lastMaps` names shares a score out among their places without a remainder: where
 * all that reads them averages each map whole, it is class activation mapping (Zhou et al. 2016, section 2). Behind a
 * flatten each place has weights of its own, and Grad-CAM averages over them.
 * @param {Layer[]} nodes
 */
export function sharesOut(nodes) {
  const at = lastMaps(nodes);
  const readers = nodes.filter(({ sources }) => sources.includes(at));
  const whole = (/** @type {Layer} */ { module, output }) =>
    module.geometry === "whole" || (module.geometry === "cells" && output[1] * output[2] === 1);
  return at >= 0 && readers.length > 0 && readers.every(whole);
}

/**
 * Grad-CAM (Selvaraju et al. 2017, equations 1 and 2), of the size of the node's maps: max(0, Σ_k α_k A^k) with
 * α_k = the mean over the map of ∂ score / ∂ A^k. The same as convscope.explain.saliency.grad_cam.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {number} classIndex
 * @param {number} index a node with maps
 * @returns {HeatMap & {alpha: Float64Array}}
 */
export function gradCamMap(nodes, result, classIndex, index) {
  const node = nodes[index];
  if (!node || node.flat) throw new RangeError("Grad-CAM needs a layer that makes maps");
  const gradient = gradientAt(nodes, result, oneHot(result.logits.length, classIndex), index);
  if (!gradient) throw new RangeError("the score does not depend on this layer");
  const [channels, rows, columns] = node.output;
  const area = rows * columns;
  const alpha = new Float64Array(channels);
  gradient.forEach((g, i) => (alpha[Math.floor(i / area)] += g / area));
  const values = new Float64Array(area);
  result.outputs[index].forEach((a, i) => (values[i % area] += alpha[Math.floor(i / area)] * a));
  return { rows, columns, values: values.map((v) => Math.max(0, v)), alpha };
}
