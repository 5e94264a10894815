import { phrase } from "../../kit/i18n.js";
import { partOf, windowAt } from "../parts.js";
import { countedAt, eachPooled } from "../pooling.js";
import { byProducts } from "../relevance_paths.js";
/** @import {KindModule, Layer} from "../types.js" */

/** What each sum is divided by, a place of the output each. @param {Layer} node */
function divisorsOf(node) {
  const [, rows, columns] = node.output;
  return Array.from({ length: rows * columns }, (_, p) => countedAt(node, Math.floor(p / columns), p % columns));
}

/**
 * The mean of each window; the zeros of the padding count, or they do not.
 * @type {KindModule}
 */
export const avgpool = {
  drawing: "pooling",
  explain: phrase("explain.avgpool"),
  geometry: "windows",
  mixes: false,
  affine: true,
  curve: null,
  relevance: byProducts(),
  forward: (node, [x]) => {
    const out = new Float64Array(node.output[0] * node.output[1] * node.output[2]);
    eachPooled(node, (to, from) => (out[to] += x[from]));
    const divisors = divisorsOf(node);
    return out.map((sum, i) => sum / divisors[i % divisors.length]);
  },
  backward: (node, gradient) => {
    const out = new Float64Array(node.input[0] * node.input[1] * node.input[2]);
    const divisors = divisorsOf(node);
    eachPooled(node, (to, from) => (out[from] += gradient[to] / divisors[to % divisors.length]));
    return [out];
  },
  terms: (unit) => {
    const part = partOf(unit, unit.channel, windowAt(unit));
    return { parts: [part], numbers: { sum: part.subtotal, divisor: countedAt(unit.node, unit.y, unit.x) } };
  },
};
