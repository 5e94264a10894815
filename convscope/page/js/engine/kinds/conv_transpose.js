import { phrase } from "../../kit/i18n.js";
import { biasUses, partOf, sumOf } from "../parts.js";
import { byProducts, weightsAlone } from "../relevance_paths.js";
import { banksOf, reaching, transposed, transposedBack, transposedKernel } from "../transposed.js";
import { transposedUses, transposedWeights } from "../transposed.js";
import { biasShape } from "../weights.js";
/** @import {Pair} from "../../types.js" */
/** @import {KindModule} from "../types.js" */

/** @type {KindModule} */
export const conv_transpose = {
  drawing: "convolution",
  explain: phrase("explain.conv_transpose"),
  geometry: "spread",
  mixes: true,
  affine: true,
  curve: null,
  forward: (node, [x]) => transposed(node, x),
  backward: (node, gradient) => [transposedBack(node, gradient)],
  learned: {
    shapes: (node) => {
      const { kernel = [1, 1] } = node.options;
      return { weight: [node.input[0], banksOf(node).filters, ...kernel], ...biasShape(node) };
    },
    called: { bias: phrase("bias") },
    together: ["weight"],
    gradients: (node, gradient, [x]) => transposedWeights(node, gradient, x),
    uses: (node, name, at, [x]) => (name === "bias" ? biasUses(node, at) : transposedUses(node, at, x)),
  },
  relevance: byProducts({
    bare: weightsAlone,
    constant: ({ tensors: { bias } }, c) => (bias ? bias[c] : 0),
    favours: true,
  }),
  terms: (unit) => {
    const { node, channel, y, x } = unit;
    const [down, across] = [reaching(node, 0, y), reaching(node, 1, x)];
    const { depth, filters } = banksOf(node);
    const first = Math.floor(channel / filters) * depth;
    const wide = node.options.kernel?.[1] ?? 1;
    const size = /** @type {Pair} */ ([down.count, across.count]);
    const place = {
      top: down.first,
      left: across.first,
      size,
      dilation: /** @type {Pair} */ ([down.step, across.step]),
    };
    const taps = down.taps.flatMap((row) => across.taps.map((column) => row * wide + column));
    const parts = Array.from({ length: taps.length ? depth : 0 }, (_, c) => {
      const kernel = transposedKernel(node, channel, c);
      return partOf(unit, first + c, { ...place, weights: Float64Array.from(taps, (tap) => kernel[tap]) });
    });
    const bias = node.tensors.bias?.[channel] ?? 0;
    return { parts, numbers: { sum: sumOf(parts.map((p) => p.subtotal)), bias } };
  },
};
