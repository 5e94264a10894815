/**
 * Layer-wise relevance propagation (Bach et al. 2015; Montavon et al. 2019, sections 10.2 and 10.3): the score of a
 * class, before any softmax, handed down from layer to layer until it lies on the pixels. What a unit has it hands to
 * the numbers that made it, each in proportion to its product; what is added besides, the bias, keeps its part. The
 * same as convscope.explain.relevance.
 */

import { oneHot } from "./backward.js";
import { outputOf } from "./parts.js";
/** @import {Layer, Result} from "./types.js" */

/**
 * @typedef {object} RelevanceRule
 * @property {number} epsilon added to the size of every sum that is divided by, ≥ 0: what is small hands on less
 * @property {number} gamma how much more a product counts that has the sign of its sum, in convolutions and fully
 * connected layers; 0: as it is
 *
 * @typedef {object} RelevanceRow what becomes of the relevance at one layer
 * @property {number} index
 * @property {number} arrives the sum over the layer's output
 * @property {number} bias what biases keep of it
 * @property {number} epsilon what ε keeps of it
 * @property {number} carried the sum over all that is still on its way down when this layer is done
 *
 * @typedef {object} Relevance
 * @property {number} score
 * @property {RelevanceRule} rule
 * @property {Map<number, Float64Array>} of each node's, shaped as its output; −1 the scaled picture's
 * @property {RelevanceRow[]} rows from the last layer down
 * @property {number[]} ended the nodes that have no rule, at which what arrives stays
 *
 * @typedef {object} RelevanceTerm what one unit hands to one number that it was made of
 * @property {number} node the unit's
 * @property {number} to which number of the node's output it is
 * @property {number} value the number that is handed something
 * @property {number} weight what it was multiplied by, (1 + γ)-fold where the product has the sign of the sum
 * @property {number} product
 * @property {number | null} whole the sum that the product is a part of, with bias; null where the relevance goes along
 * whole
 * @property {number} relevance the unit's
 * @property {number} given
 */

/**
 * Share the score of a class out, at once.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {number} chosen
 * @param {RelevanceRule} rule
 * @returns {Relevance}
 */
export function relevanceOf(nodes, result, chosen, rule) {
  const steps = relevanceSteps(nodes, result, chosen, rule);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * Share the score of a class out. Every row has arrives = bias + ε + what it hands on, and after every row
 * score = carried + Σ bias + Σ ε so far. Yields after every layer how much is done, 0…1.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {number} chosen
 * @param {RelevanceRule} rule
 * @returns {Generator<number, Relevance, void>}
 */
export function* relevanceSteps(nodes, result, chosen, rule) {
  const score = result.logits[chosen];
  const last = nodes.length - 1;
  /** @type {Map<number, Float64Array>} */
  const of = new Map([[last, oneHot(result.logits.length, chosen).map((one) => one && score)]]);
  /** @type {RelevanceRow[]} */
  const rows = [];
  /** @type {number[]} */
  const ended = [];
  let carried = score;
  for (let index = last; index >= 0; index--) {
    const relevance = of.get(index);
    if (!relevance) continue;
    const paths = pathsAt(nodes, result, index, rule);
    if (!paths) {
      ended.push(index);
      continue;
    }
    const shared = sharedBy(paths, relevance, rule.epsilon);
    const back = paths.back(shared.shares);
    nodes[index].sources.forEach((source, from) => {
      const given = back[from];
      const values = outputOf(result, source);
      const got = paths.whole ? given.map((g, i) => g * values[i]) : given;
      const before = of.get(source);
      of.set(source, before ? before.map((v, i) => v + got[i]) : got);
    });
    carried -= shared.bias + shared.epsilon;
    rows.push({ index, arrives: totalOf(relevance), bias: shared.bias, epsilon: shared.epsilon, carried });
    yield 1 - index / nodes.length;
  }
  return { score, rule, of, rows, ended };
}

/**
 * What one number of a node's output, or of the picture for −1, was given by each unit that reads it: together its
 * relevance.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {Relevance} made
 * @param {number} index
 * @param {number} at
 * @returns {RelevanceTerm[]}
 */
export function relevanceTerms(nodes, result, made, index, at) {
  const { epsilon } = made.rule;
  const value = outputOf(result, index)[at];
  return nodes.flatMap((node, reader) => {
    const relevance = made.of.get(reader);
    if (!relevance || !node.sources.includes(index)) return [];
    const paths = pathsAt(nodes, result, reader, made.rule);
    if (!paths) return [];
    const { whole } = paths;
    return node.sources.flatMap((source, from) =>
      source !== index
        ? []
        : paths.from(from, at).map(({ to, weight }) => {
            const product = value * weight;
            const share = whole ? product * inverse(steadied(whole[to], epsilon)) : weight;
            const sum = whole ? whole[to] : null;
            return {
              node: reader,
              to,
              value,
              weight,
              product,
              whole: sum,
              relevance: relevance[to],
              given: share * relevance[to],
            };
          }),
    );
  });
}

/**
 * @typedef {object} Handed how one unit hands on what it has: relevance = Σ given + bias + epsilon
 * @property {number} relevance
 * @property {number | null} whole its sum; null where the relevance goes along whole
 * @property {number} constant of the sum
 * @property {number} bias what the bias keeps
 * @property {number} epsilon what ε keeps
 * @property {{source: number, at: number, value: number, weight: number, product: number, given: number}[]} items
 *
 * To which numbers unit `to` of a node hands what it has; null where the layer has no rule.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {Relevance} made
 * @param {number} index
 * @param {number} to
 * @returns {Handed | null}
 */
export function relevanceHanded(nodes, result, made, index, to) {
  const paths = pathsAt(nodes, result, index, made.rule);
  const relevance = made.of.get(index)?.[to] ?? 0;
  if (!paths) return null;
  const { whole } = paths;
  const single = new Float64Array(result.outputs[index].length);
  single[to] = 1;
  const share = whole ? relevance * inverse(steadied(whole[to], made.rule.epsilon)) : relevance;
  const weights = paths.back(single);
  const items = nodes[index].sources.flatMap((source, from) => {
    const values = outputOf(result, source);
    return Array.from(weights[from].keys())
      .filter((at) => weights[from][at] !== 0)
      .map((at) => {
        const [value, weight] = [values[at], weights[from][at]];
        return { source, at, value, weight, product: value * weight, given: (whole ? value * weight : weight) * share };
      });
  });
  const constant = paths.constant(to);
  const kept = whole ? { bias: constant * share, epsilon: relevance - whole[to] * share } : { bias: 0, epsilon: 0 };
  return { relevance, whole: whole && whole[to], constant, ...kept, items };
}

/** @param {Layer[]} nodes @param {Result} result @param {number} index @param {RelevanceRule} rule */
function pathsAt(nodes, result, index, { gamma }) {
  const node = nodes[index];
  if (!node.module.relevance) return null;
  const inputs = node.sources.map((source) => outputOf(result, source));
  return node.module.relevance({ node, nodes, inputs, output: result.outputs[index], gamma });
}

/**
 * What each unit has for one of its sum, and what its bias and ε keep.
 * @param {import("./relevance_paths.js").Paths} paths @param {Float64Array} relevance @param {number} epsilon
 */
function sharedBy({ whole, constant }, relevance, epsilon) {
  if (!whole) return { shares: relevance, bias: 0, epsilon: 0 };
  const shares = new Float64Array(relevance.length);
  let [bias, kept] = [0, 0];
  for (let to = 0; to < shares.length; to++) {
    const r = relevance[to];
    const share = r * inverse(steadied(whole[to], epsilon));
    bias += constant(to) * share;
    kept += r - whole[to] * share;
    shares[to] = share;
  }
  return { shares, bias, epsilon: kept };
}

/** A sum moved away from zero by ε. @param {number} sum @param {number} epsilon */
function steadied(sum, epsilon) {
  return sum < 0 ? sum - epsilon : sum + epsilon;
}

/** 1 / x; of nothing nothing, so that a sum of 0 keeps what it has. @param {number} x */
function inverse(x) {
  return x === 0 ? 0 : 1 / x;
}

/** @param {Float64Array} values */
function totalOf(values) {
  return values.reduce((sum, v) => sum + v, 0);
}
