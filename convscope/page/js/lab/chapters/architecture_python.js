/** A network's figures in Python: chapter 8's, and those of other chapters. */

import { pythonText } from "../python_block.js";
import { architectureOf } from "./architecture_state.js";

/** @typedef {import("../../formula/trace.js").PlanNetwork} PlanNetwork */

/**
 * @param {Record<string, string>} state @param {PlanNetwork | null} network
 * @returns {import("../python_block.js").PythonSum}
 */
export function architecturePython(state, network) {
  const { text } = architectureOf(state);
  if (!network) return { uses: [], lines: ["# nothing is built from this formula"] };
  return { uses: [], lines: ["import convscope", "", ...networkLines(text, network)] };
}

/**
 * What a formula builds: its parameters, multiply-adds and last shape.
 * @param {string} formula @param {PlanNetwork} network what the page built of it
 * @returns {import("../python_block.js").PythonSum["lines"]}
 */
export function networkLines(formula, network) {
  const { input, classes, parameters, macs, nodes } = network;
  return [
    `formula = ${pythonText(formula.trim().replace(/\s+/g, " "))}`,
    `network = convscope.describe(formula, input=(${input.join(", ")}), classes=${classes}).network`,
    { code: "print(network.parameters, network.macs)", gives: [{ text: `${Number(parameters)} ${Number(macs)}` }] },
    { code: "print([list(node.output) for node in network.nodes][-1])", gives: [[...nodes[nodes.length - 1].output]] },
  ];
}
