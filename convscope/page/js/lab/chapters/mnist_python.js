/** Chapter 10 in Python: the network that is trained, where its loss begins and where smoothed labels hold it. */

import { smoothingFloor } from "../../engine/smoothing.js";
import { networkLines } from "./architecture_python.js";

const SMOOTHED_SHARE = 0.1; // of the label, as the recipe "fast" smooths it
const DIGITS_TOLD = 10;

/**
 * @param {string} name of the plan @param {import("../../formula/trace.js").PlanNetwork} network
 * @returns {import("../python_block.js").PythonSum}
 */
export function mnistPython(name, network) {
  const short = (/** @type {number} */ value) => Number(value.toFixed(4));
  return {
    uses: ["cross_entropy_loss", "entropy", "smoothed_target"],
    lines: [
      "import convscope",
      "",
      ...networkLines(name, network),
      "",
      {
        code: `print(round(cross_entropy_loss(1 / ${DIGITS_TOLD}), 4))  # it guesses`,
        gives: [short(Math.log(DIGITS_TOLD))],
      },
      {
        code:
          `print(round(entropy(smoothed_target(${DIGITS_TOLD}, ${SMOOTHED_SHARE})), 4))` +
          "  # no loss of smoothed labels is lower",
        gives: [short(smoothingFloor(DIGITS_TOLD, SMOOTHED_SHARE))],
      },
    ],
  };
}
