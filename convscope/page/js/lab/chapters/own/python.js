/** Chapter 13's network in Python, for as many classes as there are. */

import { resolveFormula } from "../../../formula/parse.js";
import { tracePlan } from "../../../formula/trace.js";
import { networkLines } from "../architecture_python.js";

/**
 * @param {import("./collection.js").Collection} collection @param {import("./learning.js").OwnLearning} learning
 * @returns {import("../../python_block.js").PythonSum}
 */
export function ownPython(collection, learning) {
  const formula = learning.chance ? learning.formula : "lite0";
  const network = tracePlan(resolveFormula(formula), learning.shape, Math.max(1, collection.names.length));
  return { uses: [], lines: ["import convscope", "", ...networkLines(formula, network)] };
}
