import { phrase } from "../../kit/i18n.js";
import { ownNorm } from "../own_norm.js";

/** The channels of each place, or a row of numbers, by their own mean and variance. */
export const layer_norm = ownNorm(phrase("explain.layer_norm"), "column", (node) => {
  const count = node.input[1] * node.input[2];
  return { count, size: node.input[0], of: (i) => i % count };
});
