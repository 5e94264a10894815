import { phrase } from "../../kit/i18n.js";
import { partOf, windowAt } from "../parts.js";
import { eachPooled } from "../pooling.js";
/** @import {Window} from "../../types.js" */
/** @import {KindModule, Layer} from "../types.js" */

/** How many numbers a window has, those of the padding too. @param {Layer} node */
function windowArea(node) {
  const { kernel } = /** @type {Window} */ (node.window);
  return kernel[0] * kernel[1];
}

/**
 * The mean of each window; the zeros of the padding count.
 * @type {KindModule}
 */
export const avgpool = {
  drawing: "pooling",
  explain: phrase("explain.avgpool"),
  geometry: "windows",
  mixes: false,
  affine: true,
  curve: null,
  forward: (node, [x]) => {
    const out = new Float64Array(node.output[0] * node.output[1] * node.output[2]);
    eachPooled(node, (to, from) => (out[to] += x[from]));
    return out.map((sum) => sum / windowArea(node));
  },
  backward: (node, gradient) => {
    const out = new Float64Array(node.input[0] * node.input[1] * node.input[2]);
    eachPooled(node, (to, from) => (out[from] += gradient[to] / windowArea(node)));
    return [out];
  },
  terms: (unit) => {
    const part = partOf(unit, unit.channel, windowAt(unit));
    return { parts: [part], numbers: { sum: part.subtotal, divisor: part.values.length } };
  },
};
