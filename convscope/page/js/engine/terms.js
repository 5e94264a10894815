import { slopeOf } from "./activations.js";
import { cropPlace } from "./linear.js";
/** @import {Layer, Origin, Pair, Part, Result, Shape, Terms, Window} from "../types.js" */

/**
 * Return every number and product that makes one output value of node `index`.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {number} index
 * @param {number} channel for a flat node the unit, with y = x = 0
 * @param {number} y
 * @param {number} x
 * @returns {Terms}
 */
export function termsOf(nodes, result, index, channel, y, x) {
  const node = nodes[index];
  const [channels, rows, columns] = node.output;
  if (!(channel >= 0 && channel < channels && y >= 0 && y < rows && x >= 0 && x < columns)) {
    throw new RangeError(`${node.name} has no value at channel ${channel}, row ${y}, column ${x}`);
  }
  const total = result.outputs[index][(channel * rows + y) * columns + x];
  const view = { nodes, result, node, channel, y, x };
  return {
    kind: node.kind,
    index,
    at: [channel, y, x],
    ...(node.kind in MAKERS ? MAKERS[node.kind](view) : alone(view)),
    total,
  };
}

/**
 * Return where term `t` of a part comes from, to go one layer down; null in the padding.
 * @param {Part} part
 * @param {number} t
 * @returns {Origin | null}
 */
export function originOf(part, t) {
  if (!part.inside[t]) return null;
  if (part.unit !== null) return { node: part.source, channel: part.unit + t, y: 0, x: 0 };
  const y = part.top + Math.floor(t / part.columns) * part.dilation[0];
  return { node: part.source, channel: part.channel, y, x: part.left + (t % part.columns) * part.dilation[1] };
}

/**
 * @typedef {{nodes: Layer[], result: Result, node: Layer, channel: number, y: number, x: number}} View
 * @typedef {{parts: Part[], numbers: Record<string, number>}} Made
 */

/** @type {Record<string, (view: View) => Made>} */
const MAKERS = {
  conv: convTerms,
  maxpool: maxTerms,
  avgpool: meanTerms,
  gap: meanTerms,
  fc: fcTerms,
  bn: normTerms,
  add: addTerms,
  crop: cropTerms,
  flatten: flattenTerms,
};

/**
 * @param {Result} result
 * @param {number} index
 */
function outputAt(result, index) {
  return index < 0 ? result.input : result.outputs[index];
}

/**
 * @param {ArrayLike<number>} values
 */
function sumOf(values) {
  return Array.from(values).reduce((a, b) => a + b, 0);
}

/**
 * Lay a window over one map of a node's input and take its numbers, with weights where there are some.
 * @param {View} view
 * @param {number} channel
 * @param {{top: number, left: number, size: Pair, dilation?: Pair, weights?: Float64Array | null, source?: number}}
 * place
 * @returns {Part}
 */
function partOf(
  { result, node },
  channel,
  { top, left, size: [rows, columns], dilation = [1, 1], weights = null, source = node.source },
) {
  const [, height, width] = node.input;
  const maps = outputAt(result, source);
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
 * One number of the input, where the output has its own: activations, normalisation, dropout.
 * @param {View} view
 * @returns {Made}
 */
function alone(view) {
  const part = partOf(view, view.channel, { top: view.y, left: view.x, size: [1, 1] });
  /** @type {Record<string, number>} */
  const numbers = { x: part.values[0] };
  if (view.node.kind === "leaky_relu" || view.node.kind === "prelu") numbers.slope = slopeOf(view.node);
  return { parts: [part], numbers };
}

/**
 * @param {View} view
 * @returns {{top: number, left: number, size: Pair, dilation: Pair}}
 */
function windowAt({ node, y, x }) {
  const { kernel, stride, pad, dilation } = /** @type {Window} */ (node.window);
  return { top: y * stride[0] - pad[0], left: x * stride[1] - pad[1], size: kernel, dilation };
}

/**
 * @param {View} view
 * @returns {Made}
 */
function convTerms(view) {
  const { node, channel } = view;
  const place = windowAt(view);
  const { weight, bias } = node.tensors;
  const groups = node.options.groups ?? 1;
  const depth = node.input[0] / groups;
  const first = Math.floor(channel / (node.output[0] / groups)) * depth;
  const taps = place.size[0] * place.size[1];
  const parts = Array.from({ length: depth }, (_, c) => {
    const weights = Float64Array.from(weight.subarray((channel * depth + c) * taps, (channel * depth + c + 1) * taps));
    return partOf(view, first + c, { ...place, weights });
  });
  return { parts, numbers: { sum: sumOf(parts.map((p) => p.subtotal)), bias: bias ? bias[channel] : 0 } };
}

/**
 * @param {View} view
 * @returns {Made}
 */
function maxTerms(view) {
  const part = partOf(view, view.channel, windowAt(view));
  const best = part.values.reduce((at, v, t) => (part.inside[t] && (at < 0 || v > part.values[at]) ? t : at), -1);
  return { parts: [{ ...part, subtotal: part.values[best] }], numbers: { winner: best } };
}

/**
 * @param {View} view
 * @returns {Made}
 */
function meanTerms(view) {
  const [, height, width] = view.node.input;
  const place = view.node.window ? windowAt(view) : { top: 0, left: 0, size: /** @type {Pair} */ ([height, width]) };
  const part = partOf(view, view.channel, place);
  return { parts: [part], numbers: { sum: part.subtotal, divisor: part.values.length } };
}

/**
 * A fully connected layer that reads flattened maps shows them as maps again, one part a map.
 * @param {View} view
 * @returns {Made}
 */
function fcTerms({ nodes, result, node, channel }) {
  const units = node.input[0];
  const [maps, rows, columns] = gridOf(nodes, node.source) ?? [1, units, 1];
  const all = outputAt(result, node.source);
  const { weight, bias } = node.tensors;
  const inside = new Uint8Array(rows * columns).fill(1);
  const parts = Array.from({ length: maps }, (_, c) => {
    const unit = c * rows * columns;
    const values = all.slice(unit, unit + rows * columns);
    const weights = Float64Array.from(weight.subarray(channel * units + unit, channel * units + unit + rows * columns));
    const products = values.map((v, t) => v * weights[t]);
    const place = {
      source: node.source,
      channel: c,
      top: 0,
      left: 0,
      rows,
      columns,
      dilation: /** @type {Pair} */ ([1, 1]),
    };
    return { ...place, unit, values, inside, weights, products, subtotal: sumOf(products) };
  });
  return { parts, numbers: { sum: sumOf(parts.map((p) => p.subtotal)), bias: bias ? bias[channel] : 0 } };
}

/**
 * Return the shape of the maps that a flat node's numbers came from, through layers that keep their places; null if
 * none.
 * @param {Layer[]} nodes
 * @param {number} index
 * @returns {Shape | null}
 */
export function gridOf(nodes, index) {
  let at = index;
  while (at >= 0 && nodes[at].flat && !["flatten", "fc", "opaque"].includes(nodes[at].kind)) at = nodes[at].source;
  return at >= 0 && nodes[at].kind === "flatten" ? nodes[at].input : null;
}

/**
 * @param {View} view
 * @returns {Made}
 */
function normTerms(view) {
  const { weight, bias, running_mean, running_var } = view.node.tensors;
  const { parts, numbers } = alone(view);
  const c = view.channel;
  const eps = view.node.options.eps ?? 1e-5;
  const normalised = (numbers.x - running_mean[c]) / Math.sqrt(running_var[c] + eps);
  return {
    parts,
    numbers: {
      ...numbers,
      mean: running_mean[c],
      variance: running_var[c],
      eps,
      normalised,
      weight: weight[c],
      bias: bias[c],
    },
  };
}

/**
 * @param {View} view
 * @returns {Made}
 */
function addTerms(view) {
  const place = { top: view.y, left: view.x, size: /** @type {Pair} */ ([1, 1]) };
  const sources = [view.node.source, view.node.other ?? -1];
  return { parts: sources.map((source) => partOf(view, view.channel, { ...place, source })), numbers: {} };
}

/**
 * @param {View} view
 * @returns {Made}
 */
function cropTerms(view) {
  const [, rows, columns] = view.node.output;
  return moved(view, cropPlace(view.node, (view.channel * rows + view.y) * columns + view.x));
}

/**
 * @param {View} view
 * @returns {Made}
 */
function flattenTerms(view) {
  return moved(view, view.channel);
}

/**
 * @param {View} view
 * @param {number} place where the number lies in the input
 * @returns {Made}
 */
function moved(view, place) {
  const [, height, width] = view.node.input;
  const top = Math.floor(place / width) % height;
  const part = partOf(view, Math.floor(place / (height * width)), { top, left: place % width, size: [1, 1] });
  return { parts: [part], numbers: { x: part.values[0] } };
}
