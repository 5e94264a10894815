/** Chapter 12's sums in Python: a channel normalised, and how many steps the pictures make. */

import { pythonText } from "../../python_block.js";
import { batchNormalised, batchStatistics } from "../../sums/normalisation.js";
import { NORM_EPSILON, channelOf } from "./normalising.js";
import { settingsOf } from "./settings.js";

/** @param {number} value */
const fourDigits = (value) => Number(value.toFixed(4));

/** @param {number} value */
const threeDigits = (value) => Number(value.toFixed(3));

/** @param {Record<string, string>} state @returns {import("../../python_block.js").PythonSum} */
export function trainingPython(state) {
  const { values, scale, shift } = channelOf(state);
  const { m, q, r } = settingsOf(state);
  return {
    uses: ["batch_normalise", "batch_statistics", "cross_entropy_loss"],
    lines: [
      `values = ${pythonText(values)}`,
      {
        code: "print([round(v, 3) for v in batch_statistics(values)])",
        gives: [batchStatistics(values).map(threeDigits)],
      },
      `after = batch_normalise(values, ${scale}, ${shift})`,
      {
        code: "print([round(v, 3) for v in after])",
        gives: [batchNormalised(values, scale, shift, NORM_EPSILON).map(threeDigits)],
      },
      "",
      { code: `print(${q} // ${m})  # steps`, gives: [Math.floor(q / m)] },
      { code: "print(round(cross_entropy_loss(1 / 10), 4))", gives: [fourDigits(Math.log(10))] },
      {
        code: `print(round(0.5 - ${r} * 2, 4))  # a weight of 0.5 whose gradient is 2, after one step`,
        gives: [fourDigits(0.5 - r * 2)],
      },
    ],
  };
}
