/** Chapter 7's sums in Python. */

import { pythonText } from "../python_block.js";
import { chainSizes, stackCosts } from "../sums/depth.js";
import { chainOf, stackOf } from "./depth_state.js";

const FEW_LAYERS = 7;

/**
 * @param {Record<string, string>} state @param {number[] | null} four the window that pooling looks at
 * @returns {import("../python_block.js").PythonSum}
 */
export function depthPython(state, four) {
  const { size, kernel, pad } = chainOf(state);
  const stack = stackOf(state);
  const [plain, pooled] = [stackCosts({ ...stack, every: 0 }), stackCosts(stack)];
  const words = `${stack.width}, ${stack.height}, ${stack.layers}, channels=${stack.channels}, pad=${stack.pad}`;
  const window = four?.map((v) => Number(v.toFixed(3))) ?? [];
  const [largest, mean] = [Math.max(...window), window.reduce((a, b) => a + b, 0) / 4];
  return {
    uses: ["map_sizes", ...(four ? ["pool"] : []), "stack_costs"],
    lines: [
      {
        code: `print(map_sizes(${size}, ${kernel}, pad=${pad}, layers=${FEW_LAYERS}))`,
        gives: [chainSizes(size, kernel, pad, FEW_LAYERS)],
      },
      ...(four
        ? [
            `window = ${pythonText([window.slice(0, 2), window.slice(2)])}`,
            { code: "print(round(pool(window, mean=False)[0][0], 3))", gives: [largest] },
            { code: "print(round(pool(window, mean=True)[0][0], 3))", gives: [Number(mean.toFixed(3))] },
          ]
        : []),
      `plain = stack_costs(${words})`,
      `pooled = stack_costs(${words}, pool_every=${stack.every})`,
      { code: "print(list(plain.last), plain.macs)", gives: [{ text: `${pythonText(plain.last)} ${plain.macs}` }] },
      { code: "print(list(pooled.last), pooled.macs)", gives: [{ text: `${pythonText(pooled.last)} ${pooled.macs}` }] },
    ],
  };
}
