import { fixed } from "../../kit/format.js";
import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";
/** @import {KindModule} from "../types.js" */

/** @type {KindModule} */
export const prelu = {
  ...activation(phrase("explain.leaky"), {
    formula: (node) => [`max(${fixed(node.tensors.weight[0], 3)}·x, x)`],
    reach: 1,
    most: null,
    of: (x, node) => (x > 0 ? x : node.tensors.weight[0] * x),
    slope: (x, node) => (x > 0 ? 1 : node.tensors.weight[0]),
  }),
  learned: {
    shapes: () => ({ weight: [1] }),
    called: { weight: phrase("step.slope") },
    gradients: (_, gradient, [x]) => ({
      weight: Float64Array.of(gradient.reduce((sum, g, i) => sum + g * Math.min(0, x[i]), 0)),
    }),
    uses: (_, __, ___, [x]) => Array.from(x, (v, i) => ({ to: i, from: i, factor: Math.min(0, v) })),
  },
};
