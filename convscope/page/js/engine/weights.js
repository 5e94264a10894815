/** The shapes of a layer's weights and running statistics, by torch's names, in its order. */

/** @import {Kind, Window} from "../types.js" */
/** @import {Layer} from "./types.js" */

/** @typedef {Record<string, number[]>} Shapes */

/** A bias, where there is one. @param {Layer} node @returns {Shapes} */
function biasShape(node) {
  return node.options.bias === false ? {} : { bias: [node.output[0]] };
}

/** The kinds that learn. @type {Partial<Record<Kind, (node: Layer) => Shapes>>} */
const LEARNED = {
  bn: (node) => ({ weight: [node.input[0]], bias: [node.input[0]] }),
  conv: (node) => {
    const { kernel } = /** @type {Window} */ (node.window);
    return { weight: [node.output[0], node.input[0] / (node.options.groups ?? 1), ...kernel], ...biasShape(node) };
  },
  fc: (node) => ({ weight: [node.output[0], node.input[0]], ...biasShape(node) }),
  prelu: () => ({ weight: [1] }),
};

/** What a layer learns. @param {Layer} node */
export function learnedShapes(node) {
  return LEARNED[node.kind]?.(node) ?? {};
}

/** The kinds that keep running statistics. @type {Partial<Record<Kind, (node: Layer) => Shapes>>} */
const KEPT_BESIDES = {
  bn: (node) => ({ running_mean: [node.input[0]], running_var: [node.input[0]] }),
};

/** What it keeps besides. @param {Layer} node */
export function statisticsShapes(node) {
  return KEPT_BESIDES[node.kind]?.(node) ?? {};
}
