/** Chapter 4's sum in Python: the window looked at under the kernel. */

import { pythonText } from "../python_block.js";
import { FILTERS } from "../sums/filters.js";
import { squared } from "./convolution_state.js";

/**
 * @param {{plane: {pixels: ArrayLike<number>, width: number}, kernel: number[], columns: number, values:
 * ArrayLike<number>, at: number[], side: number}} now what the chapter shows
 * @returns {import("../python_block.js").PythonSum}
 */
export function filtersPython({ plane, kernel, columns, values, at: [y, x], side }) {
  const named = Object.entries(FILTERS).find(([, one]) => one.join() === kernel.join())?.[0];
  const window = Array.from({ length: side }, (_, i) =>
    Array.from({ length: side }, (_, j) => Math.round(plane.pixels[(y + i) * plane.width + x + j] * 1e6) / 1e6),
  );
  return {
    uses: [...(named ? ["FILTERS"] : []), "convolve", "products_at"],
    lines: [
      `window = ${pythonText(window)}`,
      `kernel = ${named ? `FILTERS[${pythonText(named)}]` : pythonText(squared(kernel))}`,
      {
        code: "print(round(sum(products_at(window, kernel, 0, 0)), 3))",
        gives: [Number(values[y * columns + x].toFixed(3))],
      },
      {
        code: "print(round(convolve(window, kernel)[0][0], 3))",
        gives: [Number(values[y * columns + x].toFixed(3))],
      },
    ],
  };
}
