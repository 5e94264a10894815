/** The shapes of a layer's weights and running statistics, by torch's names, in its order. */

/** @import {Layer, Shapes} from "./types.js" */

/** A bias, where there is one. @param {Layer} node @returns {Shapes} */
export function biasShape(node) {
  return node.options.bias === false ? {} : { bias: [node.output[0]] };
}

/** What a layer learns. @param {Layer} node */
export function learnedShapes(node) {
  return node.module.learned?.shapes(node) ?? {};
}

/** What it keeps besides. @param {Layer} node */
export function statisticsShapes(node) {
  return node.module.statistics?.(node) ?? {};
}
