import { rectify, rectifyBack, sigmoid, sigmoidBack, tanh, tanhBack } from "./activations.js";
import { convolve, convolveBack } from "./convolution.js";
import { connect, connectBack, cropBack, cropMaps, normalise, normaliseBack } from "./linear.js";
import { avgPool, avgPoolBack, globalPool, globalPoolBack, maxPool, maxPoolBack } from "./pooling.js";
/** @import {Kind, Layer} from "../types.js" */

/**
 * @typedef {object} Work what a kind of layer does, forwards and backwards
 * @property {(node: Layer, x: Float64Array, other: Float64Array) => Float64Array} forward
 * @property {(node: Layer, gradient: Float64Array, x: Float64Array, y: Float64Array) => Float64Array} back
 *   d score / d input from d score / d output, x and y
 */

/** @type {Work} */
const AS_IT_IS = { forward: (_, x) => x, back: (_, gradient) => gradient };

/** @type {Work} */
const RECTIFIER = { forward: rectify, back: rectifyBack };

/** @type {Record<Exclude<Kind, "opaque">, Work>} */
const KINDS = {
  conv: { forward: convolve, back: convolveBack },
  relu: RECTIFIER,
  leaky_relu: RECTIFIER,
  prelu: RECTIFIER,
  sigmoid: { forward: sigmoid, back: sigmoidBack },
  tanh: { forward: tanh, back: tanhBack },
  maxpool: { forward: maxPool, back: maxPoolBack },
  avgpool: { forward: avgPool, back: avgPoolBack },
  gap: { forward: globalPool, back: globalPoolBack },
  bn: { forward: normalise, back: normaliseBack },
  dropout: AS_IT_IS,
  flatten: AS_IT_IS,
  fc: { forward: connect, back: connectBack },
  crop: { forward: cropMaps, back: cropBack },
  add: { forward: (_, x, other) => x.map((v, i) => v + other[i]), back: (_, gradient) => gradient },
};

/**
 * Return what nodes of this kind do; throw for a kind the page has no numbers for.
 * @param {Layer} node
 */
export function workOf(node) {
  if (node.kind === "opaque") throw new Error(`${node.name} was computed by Python; the page cannot compute it again`);
  return KINDS[node.kind];
}
