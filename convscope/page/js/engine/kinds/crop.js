import { phrase } from "../../kit/i18n.js";
import { cropPlace } from "../geometry.js";
import { movedTerms } from "../parts.js";
import { movedBack } from "../relevance_paths.js";
/** @import {KindModule} from "../types.js" */

/** @type {KindModule} */
export const crop = {
  drawing: "crop",
  explain: phrase("explain.crop"),
  geometry: "crop",
  mixes: false,
  affine: true,
  curve: null,
  relevance: movedBack,
  forward: (node, [x]) =>
    new Float64Array(node.output[0] * node.output[1] * node.output[2]).map((_, i) => x[cropPlace(node, i)]),
  backward: (node, gradient) => {
    const out = new Float64Array(node.input[0] * node.input[1] * node.input[2]);
    gradient.forEach((g, i) => (out[cropPlace(node, i)] = g));
    return [out];
  },
  terms: (unit) => {
    const [, rows, columns] = unit.node.output;
    return movedTerms(unit, cropPlace(unit.node, (unit.channel * rows + unit.y) * columns + unit.x));
  },
};
