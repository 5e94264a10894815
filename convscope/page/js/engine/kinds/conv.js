import { phrase } from "../../kit/i18n.js";
import { convolve, convolveBack, convolveWeights, weightUses } from "../convolution.js";
import { biasUses, partOf, sumOf, windowAt } from "../parts.js";
import { biasShape } from "../weights.js";
import { byProducts, weightsAlone } from "../relevance_paths.js";
/** @import {Window} from "../../types.js" */
/** @import {KindModule} from "../types.js" */

/** @type {KindModule} */
export const conv = {
  drawing: "convolution",
  explain: phrase("explain.conv"),
  geometry: "windows",
  mixes: true,
  affine: true,
  curve: null,
  relevance: byProducts({
    bare: weightsAlone,
    constant: ({ tensors: { bias } }, c) => (bias ? bias[c] : 0),
    favours: true,
  }),
  forward: (node, [x]) => convolve(node, x),
  backward: (node, gradient) => [convolveBack(node, gradient)],
  learned: {
    shapes: (node) => {
      const { kernel } = /** @type {Window} */ (node.window);
      return { weight: [node.output[0], node.input[0] / (node.options.groups ?? 1), ...kernel], ...biasShape(node) };
    },
    called: { bias: phrase("bias") },
    gradients: (node, gradient, [x]) => convolveWeights(node, gradient, x),
    uses: (node, name, at, [x]) => (name === "bias" ? biasUses(node, at) : weightUses(node, at, x)),
  },
  terms: (unit) => {
    const { node, channel } = unit;
    const place = windowAt(unit);
    const { weight, bias } = node.tensors;
    const groups = node.options.groups ?? 1;
    const depth = node.input[0] / groups;
    const first = Math.floor(channel / (node.output[0] / groups)) * depth;
    const taps = place.size[0] * place.size[1];
    const parts = Array.from({ length: depth }, (_, c) => {
      const start = (channel * depth + c) * taps;
      return partOf(unit, first + c, { ...place, weights: Float64Array.from(weight.subarray(start, start + taps)) });
    });
    return { parts, numbers: { sum: sumOf(parts.map((p) => p.subtotal)), bias: bias ? bias[channel] : 0 } };
  },
};
