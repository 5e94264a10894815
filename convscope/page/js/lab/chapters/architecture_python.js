/** Chapter 8's figures in Python. */

import { pythonText } from "../python_block.js";
import { architectureOf } from "./architecture_state.js";

/**
 * @param {Record<string, string>} state @param {import("../../formula/trace.js").PlanNetwork | null} network
 * @returns {import("../python_block.js").PythonSum}
 */
export function architecturePython(state, network) {
  const { text, input, classes } = architectureOf(state);
  if (!network) return { uses: [], lines: ["# nothing is built from this formula"] };
  return {
    uses: [],
    lines: [
      "import convscope",
      "",
      `formula = ${pythonText(text.trim().replace(/\s+/g, " "))}`,
      `network = convscope.describe(formula, input=(${input.join(", ")}), classes=${classes}).network`,
      {
        code: "print(network.parameters, network.macs)",
        gives: [{ text: `${Number(network.parameters)} ${Number(network.macs)}` }],
      },
      {
        code: "print([list(node.output) for node in network.nodes][-1])",
        gives: [[...network.nodes[network.nodes.length - 1].output]],
      },
    ],
  };
}
