import { fixed } from "../../kit/format.js";
import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";

export const prelu = activation(phrase("explain.leaky"), {
  formula: (node) => [`max(${fixed(node.tensors.weight[0], 3)}·x, x)`],
  reach: 1,
  most: null,
  of: (x, node) => (x > 0 ? x : node.tensors.weight[0] * x),
  slope: (x, node) => (x > 0 ? 1 : node.tensors.weight[0]),
});
