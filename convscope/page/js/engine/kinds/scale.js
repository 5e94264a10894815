import { phrase } from "../../kit/i18n.js";
import { biasUses, sameTerms } from "../parts.js";
import { byProducts } from "../relevance_paths.js";
/** @import {KindModule, Layer, Shapes} from "../types.js" */

/** @param {Layer} node @returns {Shapes} */
function scaleShapes(node) {
  const each = [node.input[0], 1, 1];
  return node.options.bias === false ? { weight: each } : { weight: each, bias: each };
}

/**
 * Each channel times a learned number, plus another one.
 * @type {KindModule}
 */
export const scale = {
  drawing: "scaling",
  explain: phrase("explain.scale"),
  geometry: "same",
  mixes: false,
  affine: true,
  curve: null,
  relevance: byProducts({
    bare: ({ weight }) => ({ weight }),
    constant: ({ tensors: { bias } }, c) => (bias ? bias[c] : 0),
  }),
  forward: (node, [x]) => {
    const { weight, bias } = node.tensors;
    const area = x.length / node.input[0];
    return x.map((v, i) => v * weight[Math.floor(i / area)] + (bias ? bias[Math.floor(i / area)] : 0));
  },
  backward: (node, gradient) => {
    const area = gradient.length / node.input[0];
    return [gradient.map((g, i) => g * node.tensors.weight[Math.floor(i / area)])];
  },
  learned: {
    shapes: scaleShapes,
    called: { weight: "γ", bias: "β" },
    gradients: (node, gradient, [x]) => {
      const [weight, bias] = [new Float64Array(node.input[0]), new Float64Array(node.input[0])];
      const area = x.length / node.input[0];
      gradient.forEach((g, i) => {
        weight[Math.floor(i / area)] += g * x[i];
        bias[Math.floor(i / area)] += g;
      });
      return { weight, bias };
    },
    uses: (node, name, c, [x]) =>
      biasUses(node, c).map((use) => (name === "bias" ? use : { to: use.to, from: use.to, factor: x[use.to] })),
  },
  terms: (unit) => {
    const { weight, bias } = unit.node.tensors;
    const { parts, numbers } = sameTerms(unit);
    const c = unit.channel;
    return { parts, numbers: { ...numbers, weight: weight[c], bias: bias ? bias[c] : 0 } };
  },
};
