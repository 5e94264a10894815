import { phrase } from "../../kit/i18n.js";
import { sameTerms } from "../parts.js";
import { byProducts } from "../relevance_paths.js";
/** @import {KindModule} from "../types.js" */

/**
 * Every unit plus a learned number of its own.
 * @type {KindModule}
 */
export const position = {
  drawing: "shifting",
  explain: phrase("explain.position"),
  geometry: "same",
  mixes: false,
  affine: true,
  curve: null,
  relevance: byProducts({
    bare: ({ weight }) => ({ weight: new Float64Array(weight.length) }),
    constantAt: (node, to) => node.tensors.weight[to],
  }),
  forward: (node, [x]) => x.map((v, i) => v + node.tensors.weight[i]),
  backward: (_, gradient) => [gradient],
  learned: {
    shapes: (node) => ({ weight: node.input }),
    called: { weight: phrase("learned.position") },
    gradients: (_, gradient) => ({ weight: Float64Array.from(gradient) }),
    uses: (...[, , at]) => [{ to: at, from: -1, factor: 1 }],
  },
  terms: (unit) => {
    const { parts, numbers } = sameTerms(unit);
    const [, rows, columns] = unit.node.output;
    return {
      parts,
      numbers: { ...numbers, bias: unit.node.tensors.weight[(unit.channel * rows + unit.y) * columns + unit.x] },
    };
  },
};
