import { gradientAt, oneHot } from "./backward.js";
/** @import {Layer, Origin, Result} from "./types.js" */

/**
 * @typedef {object} Contribution what one number that the last layer with weights reads adds to a score
 * @property {Origin} origin the number
 * @property {number} value
 * @property {number} weight what each unit of it adds
 * @property {number} product
 *
 * @typedef {object} Contributions
 * @property {number} source the node whose numbers are weighed, -1 for the picture
 * @property {number} total the score, or the difference of the two
 * @property {number} rest what is there before any of them: the biases
 * @property {Contribution[]} items largest first; they and `rest` sum to `total`
 */

/**
 * Return the last node that weighs what it reads and that only sums and means follow: what it reads adds up to the
 * scores exactly. The last node of all where there is none.
 * @param {Layer[]} nodes
 */
function lastWeighing(nodes) {
  const last = nodes.length - 1;
  let at = last;
  const passes = () => nodes[at].module.affine && !nodes[at].module.mixes && nodes[at].sources.length === 1;
  while (at > 0 && passes()) at = nodes[at].sources[0];
  return at >= 0 && nodes[at].module.affine && nodes[at].module.mixes ? at : last;
}

/**
 * Why class `chosen`, or why `chosen` and not `rival`: the difference of their scores as a sum over the numbers that
 * the last fully connected layer (or convolution) reads, each times the difference of its weights.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {number} chosen
 * @param {number | null} rival
 * @returns {Contributions}
 */
export function contributionsTo(nodes, result, chosen, rival) {
  const classes = result.logits.length;
  const seed = oneHot(classes, chosen);
  if (rival !== null) oneHot(classes, rival).forEach((v, i) => (seed[i] -= v));
  const [source] = nodes[lastWeighing(nodes)].sources;
  const values = source < 0 ? result.input : result.outputs[source];
  const weights = gradientAt(nodes, result, seed, source) ?? new Float64Array(values.length);
  const [, rows, columns] = source < 0 ? nodes[0].input : nodes[source].output;
  const items = Array.from(values, (value, i) => ({
    origin: {
      node: source,
      channel: Math.floor(i / (rows * columns)),
      y: Math.floor(i / columns) % rows,
      x: i % columns,
    },
    value,
    weight: weights[i],
    product: value * weights[i],
  })).sort((a, b) => b.product - a.product);
  const total = result.logits.reduce((sum, z, k) => sum + z * seed[k], 0);
  return { source, total, rest: total - items.reduce((sum, item) => sum + item.product, 0), items };
}
