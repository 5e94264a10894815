/** @import {Pair, Window} from "../types.js" */
/** @import {Layer, MadeTerms, Part, Result, Unit, Use} from "./types.js" */

/** @param {ArrayLike<number>} values */
export function sumOf(values) {
  return Array.from(values).reduce((a, b) => a + b, 0);
}

/**
 * The numbers that a node of the network has made, or the scaled picture for -1.
 * @param {Result} result
 * @param {number} index
 */
export function outputOf(result, index) {
  return index < 0 ? result.input : result.outputs[index];
}

/**
 * Lay a window over one map of a node's input and take its numbers, with weights where there are some. `from` says
 * which of the node's sources is read, the first one by default.
 * @param {Unit} unit
 * @param {number} channel
 * @param {{top: number, left: number, size: Pair, dilation?: Pair, weights?: Float64Array | null, from?: number}} place
 * @returns {Part}
 */
export function partOf(
  { result, node },
  channel,
  { top, left, size: [rows, columns], dilation = [1, 1], weights = null, from = 0 },
) {
  const source = node.sources[from];
  const [, height, width] = node.inputs[from];
  const maps = outputOf(result, source);
  const values = new Float64Array(rows * columns);
  const inside = new Uint8Array(rows * columns);
  for (let t = 0; t < values.length; t++) {
    const y = top + Math.floor(t / columns) * dilation[0];
    const x = left + (t % columns) * dilation[1];
    if (y < 0 || y >= height || x < 0 || x >= width) continue;
    inside[t] = 1;
    values[t] = maps[(channel * height + y) * width + x];
  }
  const products = weights ? values.map((v, t) => v * weights[t]) : values;
  return {
    source,
    channel,
    top,
    left,
    rows,
    columns,
    dilation,
    unit: null,
    values,
    inside,
    weights,
    products,
    subtotal: sumOf(products),
  };
}

/**
 * The window that a unit of a convolution or a pooling reads.
 * @param {Unit} unit
 * @returns {{top: number, left: number, size: Pair, dilation: Pair}}
 */
export function windowAt({ node, y, x }) {
  const { kernel, stride, pad, dilation } = /** @type {Window} */ (node.window);
  return { top: y * stride[0] - pad[0], left: x * stride[1] - pad[1], size: kernel, dilation };
}

/**
 * The one number of the input that a unit is made of, at its own place.
 * @param {Unit} unit
 * @returns {MadeTerms}
 */
export function sameTerms(unit) {
  const part = partOf(unit, unit.channel, { top: unit.y, left: unit.x, size: [1, 1] });
  return { parts: [part], numbers: { x: part.values[0] } };
}

/**
 * The one number of the input that a unit is made of, at another place.
 * @param {Unit} unit
 * @param {number} place where the number lies in the input (C, H, W)
 * @returns {MadeTerms}
 */
export function movedTerms(unit, place) {
  const [, height, width] = unit.node.input;
  const top = Math.floor(place / width) % height;
  const part = partOf(unit, Math.floor(place / (height * width)), { top, left: place % width, size: [1, 1] });
  return { parts: [part], numbers: { x: part.values[0] } };
}

/**
 * The places of one channel, where its bias is added: to each with nothing multiplied.
 * @param {Layer} node
 * @param {number} channel
 * @returns {Use[]}
 */
export function biasUses(node, channel) {
  const area = node.output[1] * node.output[2];
  return Array.from({ length: area }, (_, p) => ({ to: channel * area + p, from: -1, factor: 1 }));
}
