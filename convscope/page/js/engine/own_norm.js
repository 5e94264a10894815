/** Normalisation by the picture's own numbers: what group_norm and layer_norm have in common. */

import { biasUses, sameTerms } from "./parts.js";
/** @import {KindModule, Layer, Unit} from "./types.js" */

/**
 * @typedef {object} Sets which numbers have a mean and a variance in common
 * @property {number} count
 * @property {number} size numbers of each
 * @property {(i: number) => number} of the set of number `i` of the input
 */

/**
 * @param {Layer} node
 * @param {(node: Layer) => Sets} setsOf
 * @param {Float64Array} x
 */
function momentsOf(node, setsOf, x) {
  const { count, size, of } = setsOf(node);
  const [mean, variance] = [new Float64Array(count), new Float64Array(count)];
  x.forEach((v, i) => (mean[of(i)] += v / size));
  x.forEach((v, i) => (variance[of(i)] += (v - mean[of(i)]) ** 2 / size));
  return { mean, variance, size, of };
}

/** @param {Layer} node */
export const ownEps = (node) => node.options.eps ?? 1e-5;

/**
 * @param {KindModule["explain"]} explain
 * @param {KindModule["geometry"]} geometry
 * @param {(node: Layer) => Sets} setsOf
 * @returns {KindModule}
 */
export function ownNorm(explain, geometry, setsOf) {
  /** @param {Layer} node @param {Float64Array} x */
  const normalised = (node, x) => {
    const { mean, variance, of } = momentsOf(node, setsOf, x);
    const eps = ownEps(node);
    return x.map((v, i) => (v - mean[of(i)]) / Math.sqrt(variance[of(i)] + eps));
  };
  /** @param {Layer} node */
  const areaOf = (node) => node.input[1] * node.input[2];
  return {
    drawing: "grouped",
    explain,
    geometry,
    mixes: false,
    affine: false,
    curve: null,
    relevance: evenedBack(setsOf),
    forward: (node, [x]) => {
      const { weight, bias } = node.tensors;
      const area = areaOf(node);
      return normalised(node, x).map((v, i) => v * weight[Math.floor(i / area)] + bias[Math.floor(i / area)]);
    },
    // (g − mean of g − normalised · mean of g·normalised) / deviation over each set, g being γ · gradient.
    backward: (node, gradient, [x]) => {
      const { variance, size, of } = momentsOf(node, setsOf, x);
      const even = normalised(node, x);
      const area = areaOf(node);
      const scaled = gradient.map((g, i) => g * node.tensors.weight[Math.floor(i / area)]);
      const [sums, products] = [new Float64Array(variance.length), new Float64Array(variance.length)];
      scaled.forEach((g, i) => {
        sums[of(i)] += g / size;
        products[of(i)] += (g * even[i]) / size;
      });
      const eps = ownEps(node);
      return [scaled.map((g, i) => (g - sums[of(i)] - even[i] * products[of(i)]) / Math.sqrt(variance[of(i)] + eps))];
    },
    learned: {
      shapes: (node) => ({ weight: [node.input[0]], bias: [node.input[0]] }),
      called: { weight: "γ", bias: "β" },
      gradients: (node, gradient, [x]) => {
        const [weight, bias] = [new Float64Array(node.input[0]), new Float64Array(node.input[0])];
        const even = normalised(node, x);
        const area = areaOf(node);
        gradient.forEach((g, i) => {
          weight[Math.floor(i / area)] += g * even[i];
          bias[Math.floor(i / area)] += g;
        });
        return { weight, bias };
      },
      uses: (node, name, c, [x]) => {
        const even = name === "bias" ? null : normalised(node, x);
        return biasUses(node, c).map(({ to }) => ({
          to,
          from: even ? to : -1,
          factor: even ? even[to] : 1,
        }));
      },
    },
    terms: (unit) => ownTerms(unit, setsOf),
  };
}

/** @param {Unit} unit @param {(node: Layer) => Sets} setsOf */
function ownTerms(unit, setsOf) {
  const { node, result, channel, y, x } = unit;
  const [source] = node.sources;
  const values = source < 0 ? result.input : result.outputs[source];
  const { mean, variance, size, of } = momentsOf(node, setsOf, values);
  const set = of((channel * node.input[1] + y) * node.input[2] + x);
  const { parts, numbers } = sameTerms(unit);
  const eps = ownEps(node);
  const normalised = (numbers.x - mean[set]) / Math.sqrt(variance[set] + eps);
  const [weight, bias] = [node.tensors.weight[channel], node.tensors.bias[channel]];
  const own = { mean: mean[set], variance: variance[set], eps, normalised, weight, bias, count: size };
  return { parts, numbers: { ...numbers, ...own } };
}

/**
 * Relevance by its products, with the deviation as a constant (Ali et al. 2022, section 3.2): y = Σ x · weight + β,
 * where the mean takes 1/n of every number of the set away.
 * @param {(node: Layer) => Sets} setsOf
 * @returns {import("./relevance_paths.js").PathsOf}
 */
function evenedBack(setsOf) {
  return ({ node, inputs: [x], output }) => {
    const { variance, size, of } = momentsOf(node, setsOf, x);
    const area = node.input[1] * node.input[2];
    const { weight, bias } = node.tensors;
    const eps = ownEps(node);
    const factor = (/** @type {number} */ i) => weight[Math.floor(i / area)] / Math.sqrt(variance[of(i)] + eps);
    return {
      whole: output,
      constant: (to) => bias[Math.floor(to / area)],
      back: (shares) => {
        const means = new Float64Array(variance.length);
        const weighed = shares.map((share, i) => share * factor(i));
        weighed.forEach((v, i) => (means[of(i)] += v / size));
        return [weighed.map((v, i) => v - means[of(i)])];
      },
      from: (_, at) => {
        const others = Array.from(x.keys()).filter((to) => of(to) === of(at));
        return others.map((to) => ({ to, weight: (Number(to === at) - 1 / size) * factor(to) }));
      },
    };
  };
}
