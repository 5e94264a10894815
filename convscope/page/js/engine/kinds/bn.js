import { phrase } from "../../kit/i18n.js";
import { biasUses, sameTerms } from "../parts.js";
import { byProducts } from "../relevance_paths.js";
/** @import {KindModule, Layer} from "../types.js" */

/** @param {Layer} node */
const epsOf = (node) => node.options.eps ?? 1e-5;

/** What the running statistics make of a number, before weight and bias. @param {Layer} node @param {number} c
 * @param {number} x */
function normalisedAt(node, c, x) {
  const { running_mean: mean, running_var: variance } = node.tensors;
  return (x - mean[c]) / Math.sqrt(variance[c] + epsOf(node));
}

/**
 * Batch normalisation: (x − running mean) / √(running variance + eps) · weight + bias, channel by channel.
 * @type {KindModule}
 */
export const bn = {
  drawing: "normalisation",
  explain: phrase("explain.bn"),
  geometry: "same",
  mixes: false,
  affine: true,
  curve: null,
  // One product, x · γ / √(variance + eps), and one constant: merged into the convolution before it, the same for small
  // ε.
  relevance: byProducts({
    bare: (tensors) => {
      const zeros = new Float64Array(tensors.bias.length);
      return { weight: tensors.weight, bias: zeros, running_mean: zeros, running_var: tensors.running_var };
    },
    constant: (node, c) => node.tensors.bias[c] + normalisedAt(node, c, 0) * node.tensors.weight[c],
  }),
  forward: (node, [x]) => {
    const { weight, bias, running_mean, running_var } = node.tensors;
    const area = x.length / node.input[0];
    const eps = epsOf(node);
    const out = new Float64Array(x.length);
    for (let c = 0, i = 0; c < node.input[0]; c++) {
      const [mean, deviation, scale, shift] = [running_mean[c], Math.sqrt(running_var[c] + eps), weight[c], bias[c]];
      for (const end = i + area; i < end; i++) out[i] = ((x[i] - mean) / deviation) * scale + shift;
    }
    return out;
  },
  backward: (node, gradient) => {
    const { weight, running_var } = node.tensors;
    const area = gradient.length / node.input[0];
    const eps = epsOf(node);
    const back = gradient.map((g, i) => {
      const c = Math.floor(i / area);
      return (g * weight[c]) / Math.sqrt(running_var[c] + eps);
    });
    return [back];
  },
  statistics: (node) => ({ running_mean: [node.input[0]], running_var: [node.input[0]] }),
  learned: {
    shapes: (node) => ({ weight: [node.input[0]], bias: [node.input[0]] }),
    called: { weight: "γ", bias: "β" },
    gradients: (node, gradient, [x]) => {
      const [weight, bias] = [new Float64Array(node.input[0]), new Float64Array(node.input[0])];
      const area = x.length / node.input[0];
      gradient.forEach((g, i) => {
        const c = Math.floor(i / area);
        weight[c] += g * normalisedAt(node, c, x[i]);
        bias[c] += g;
      });
      return { weight, bias };
    },
    uses: (node, name, c, [x]) =>
      biasUses(node, c).map(({ to }) =>
        name === "bias" ? { to, from: -1, factor: 1 } : { to, from: to, factor: normalisedAt(node, c, x[to]) },
      ),
  },
  terms: (unit) => {
    const { weight, bias, running_mean, running_var } = unit.node.tensors;
    const { parts, numbers } = sameTerms(unit);
    const c = unit.channel;
    const [mean, variance, eps] = [running_mean[c], running_var[c], epsOf(unit.node)];
    const normalised = (numbers.x - mean) / Math.sqrt(variance + eps);
    return { parts, numbers: { ...numbers, mean, variance, eps, normalised, weight: weight[c], bias: bias[c] } };
  },
};
