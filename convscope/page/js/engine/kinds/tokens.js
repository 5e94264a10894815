import { phrase } from "../../kit/i18n.js";
import { tokenFrom } from "../geometry.js";
import { partOf } from "../parts.js";
import { byProducts } from "../relevance_paths.js";
/** @import {KindModule, Layer, Shapes} from "../types.js" */

/** How many learned places stand before the others. @param {Layer} node */
const extraOf = (node) => node.options.extra ?? 0;

/** @param {Layer} node @returns {Shapes} */
function tokensShapes(node) {
  return extraOf(node) ? { weight: [node.input[0], extraOf(node), 1] } : {};
}

/** The places of the input, and of the output, of one channel. @param {Layer} node @returns {[number, number]} */
const lengthsOf = (node) => [node.input[1] * node.input[2], node.output[1]];

/**
 * The places of maps as one column, and learned ones before them.
 * @type {KindModule}
 */
export const tokens = {
  drawing: "resampling",
  explain: phrase("explain.tokens"),
  geometry: "places",
  mixes: false,
  affine: true,
  curve: null,
  relevance: byProducts({
    bare: (tensors) =>
      Object.fromEntries(Object.entries(tensors).map(([name, { length }]) => [name, new Float64Array(length)])),
    constantAt: (node, to) => {
      const [extra, length] = [extraOf(node), node.output[1]];
      return to % length < extra ? node.tensors.weight[Math.floor(to / length) * extra + (to % length)] : 0;
    },
  }),
  forward: (node, [x]) => {
    const [extra, [read, made]] = [extraOf(node), lengthsOf(node)];
    const out = new Float64Array(node.output[0] * made);
    for (let c = 0; c < node.output[0]; c++) {
      for (let i = 0; i < extra; i++) out[c * made + i] = node.tensors.weight[c * extra + i];
      out.set(x.subarray(c * read, (c + 1) * read), c * made + extra);
    }
    return out;
  },
  backward: (node, gradient) => {
    const [read, made] = lengthsOf(node);
    const out = new Float64Array(node.input[0] * read);
    for (let c = 0; c < node.output[0]; c++)
      out.set(gradient.subarray(c * made + extraOf(node), (c + 1) * made), c * read);
    return [out];
  },
  learned: {
    shapes: tokensShapes,
    called: { weight: phrase("learned.token") },
    gradients: (node, gradient) => {
      const [extra, length] = [extraOf(node), node.output[1]];
      const at = (/** @type {number} */ i) => Math.floor(i / extra) * length + (i % extra);
      return { weight: Float64Array.from({ length: node.output[0] * extra }, (_, i) => gradient[at(i)]) };
    },
    uses: (node, _, at) => {
      const extra = extraOf(node);
      return [{ to: Math.floor(at / extra) * node.output[1] + (at % extra), from: -1, factor: 1 }];
    },
  },
  terms: (unit) => {
    const { node, channel, y } = unit;
    const extra = extraOf(node);
    if (y < extra) return { parts: [], numbers: { x: node.tensors.weight[channel * extra + y] } };
    const [top, left] = tokenFrom(node, y);
    const part = partOf(unit, channel, { top, left, size: [1, 1], weights: Float64Array.of(1) });
    return { parts: [part], numbers: { x: part.subtotal } };
  },
};
