/** Chapter 11's step in Python. */

import { pythonText } from "../../python_block.js";

/** @typedef {import("../../python_block.js").PythonSum} PythonSum */

/** @param {number} value */
const short = (value) => Number(value.toFixed(4));

/** @param {import("./state.js").Learning} now @returns {PythonSum} */
export function backwardsPython({ start, pictures, targets, rate, steps, gradient, after, losses, predicted }) {
  const how = [
    `weights=[${start.weights.join(", ")}]`,
    `offsets=[${start.offsets.join(", ")}]`,
    `activation="${start.activation}"`,
    `pool="${start.pool}"`,
  ].join(", ");
  return {
    uses: ["KernelNetwork", "batch_gradient", "kernel_step", "predicted_change"],
    lines: [
      `kernel = ${pythonText(start.kernel)}`,
      `network = KernelNetwork(kernel, ${start.bias}, ${how})`,
      `pictures = ${pythonText(pictures)}`,
      `targets = ${pythonText(targets)}  # 0 is \\, 1 is /`,
      `rate = ${rate}`,
      ...(steps
        ? [
            `for _ in range(${steps}):`,
            "    network = kernel_step(network, batch_gradient(network, pictures, targets), rate)",
          ]
        : []),
      "gradient = batch_gradient(network, pictures, targets)",
      "after = kernel_step(network, gradient, rate)",
      { code: "print([[round(g, 4) for g in row] for row in gradient.kernel])", gives: [gradient.kernel.map(rounded)] },
      { code: "print([[round(w, 4) for w in row] for row in after.kernel])", gives: [after.kernel.map(rounded)] },
      { code: "print(round(after.bias, 4))", gives: [short(after.bias)] },
      { code: "print(round(gradient.loss, 4))", gives: [short(losses[steps])] },
      {
        code: "print(round(batch_gradient(after, pictures, targets).loss, 4))",
        gives: [short(losses[steps + 1])],
      },
      { code: "print(round(predicted_change(gradient, rate), 4))", gives: [short(predicted)] },
    ],
  };
}

/** @param {number[]} row */
function rounded(row) {
  return row.map(short);
}
