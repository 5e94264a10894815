import { phrase } from "../../kit/i18n.js";
import { movedTerms } from "../parts.js";
import { movedBack } from "../relevance_paths.js";
/** @import {KindModule, Layer} from "../types.js" */

/** Where its numbers begin in those of its input. @param {Layer} node */
const beginOf = (node) => (node.options.first ?? 0) * node.input[1] * node.input[2];

/**
 * Some of the channels.
 * @type {KindModule}
 */
export const channel_slice = {
  drawing: "shuffle",
  explain: phrase("explain.channel_slice"),
  geometry: "shuffled",
  mixes: false,
  affine: true,
  curve: null,
  relevance: movedBack,
  forward: (node, [x]) => {
    const begin = beginOf(node);
    return x.slice(begin, begin + node.output[0] * node.output[1] * node.output[2]);
  },
  backward: (node, gradient) => {
    const out = new Float64Array(node.input[0] * node.input[1] * node.input[2]);
    out.set(gradient, beginOf(node));
    return [out];
  },
  terms: (unit) => {
    const [, rows, columns] = unit.node.output;
    const at = (unit.channel * rows + unit.y) * columns + unit.x;
    return movedTerms(unit, beginOf(unit.node) + at);
  },
};
