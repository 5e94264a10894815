/** Chapter 5's sums in Python. */

import { pythonText } from "../python_block.js";
import { squared } from "./convolution_state.js";
import { countedLayerOf, sharedOf } from "./sharing_state.js";

/** @param {Record<string, string>} state @returns {import("../python_block.js").PythonSum} */
export function sharingPython(state) {
  const { pixels, weights, outputs } = sharedOf(state);
  const { channels, kernels, kernel, inputs, outputs: numbers, shared, full } = countedLayerOf(state);
  return {
    uses: ["kernel_matrix", "matrix_times", "kernel_parameters", "full_parameters"],
    lines: [
      `matrix = kernel_matrix(${pythonText(squared(weights))}, 3, 3)`,
      `outputs = matrix_times(matrix, ${pythonText(pixels)})`,
      { code: "print([round(v, 3) for v in outputs])", gives: [outputs.map((v) => Number(v.toFixed(3)))] },
      { code: `print(kernel_parameters(${kernels}, ${channels}, ${kernel}, ${kernel}))`, gives: [shared] },
      { code: `print(full_parameters(${inputs}, ${numbers}))`, gives: [full] },
    ],
  };
}
