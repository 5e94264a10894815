import { phrase } from "../../kit/i18n.js";
import { gridsOf } from "../geometry.js";
import { biasUses, outputOf, sumOf } from "../parts.js";
import { biasShape } from "../weights.js";
import { byProducts, weightsAlone } from "../relevance_paths.js";
/** @import {Pair} from "../../types.js" */
/** @import {KindModule} from "../types.js" */

/** @type {KindModule} */
export const fc = {
  drawing: "dense",
  explain: phrase("explain.fc"),
  geometry: "units",
  mixes: true,
  affine: true,
  curve: null,
  relevance: byProducts({
    bare: weightsAlone,
    constant: ({ tensors: { bias } }, c) => (bias ? bias[c] : 0),
    favours: true,
  }),
  forward: (node, [x]) => {
    const { weight, bias } = node.tensors;
    const out = new Float64Array(node.output[0]);
    for (let u = 0; u < out.length; u++) {
      let sum = bias ? bias[u] : 0;
      for (let i = 0, w = u * x.length; i < x.length; i++, w++) sum += weight[w] * x[i];
      out[u] = sum;
    }
    return out;
  },
  backward: (node, gradient) => {
    const { weight } = node.tensors;
    const out = new Float64Array(node.input[0]);
    for (let u = 0; u < gradient.length; u++) {
      const g = gradient[u];
      if (g === 0) continue;
      for (let i = 0, w = u * out.length; i < out.length; i++, w++) out[i] += g * weight[w];
    }
    return [out];
  },
  learned: {
    shapes: (node) => ({ weight: [node.output[0], node.input[0]], ...biasShape(node) }),
    called: { bias: phrase("bias") },
    gradients: (_, gradient, [x]) => {
      const weight = new Float64Array(gradient.length * x.length);
      gradient.forEach((g, u) => {
        for (let i = 0, w = u * x.length; i < x.length; i++, w++) weight[w] = g * x[i];
      });
      return { weight, bias: gradient };
    },
    uses: (node, name, at, [x]) => {
      const from = at % x.length;
      return name === "bias" ? biasUses(node, at) : [{ to: Math.floor(at / x.length), from, factor: x[from] }];
    },
  },
  // A layer that reads flattened feature maps shows them as maps again, one part a map.
  terms: ({ nodes, result, node, channel }) => {
    const units = node.input[0];
    const [source] = node.sources;
    const all = outputOf(result, source);
    const { weight, bias } = node.tensors;
    const maps = gridsOf(nodes, source).flatMap(([depth, ...size]) => Array.from({ length: depth }, () => size));
    let next = 0;
    const parts = maps.map(([rows, columns], c) => {
      const unit = next;
      next += rows * columns;
      const start = channel * units + unit;
      const inside = new Uint8Array(rows * columns).fill(1);
      const values = all.slice(unit, unit + rows * columns);
      const weights = Float64Array.from(weight.subarray(start, start + rows * columns));
      const products = values.map((v, t) => v * weights[t]);
      const dilation = /** @type {Pair} */ ([1, 1]);
      const place = { source, channel: c, top: 0, left: 0, rows, columns, dilation };
      return { ...place, unit, values, inside, weights, products, subtotal: sumOf(products) };
    });
    return { parts, numbers: { sum: sumOf(parts.map((p) => p.subtotal)), bias: bias ? bias[channel] : 0 } };
  },
};
