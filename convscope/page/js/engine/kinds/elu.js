import { fixed } from "../../kit/format.js";
import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";
/** @import {Layer} from "../types.js" */

/** How far the curve goes below zero. @param {Layer} node */
const alphaOf = (node) => node.options.alpha ?? 1;

export const elu = activation(phrase("explain.elu"), {
  formula: (node) => [
    "max(0, x) + min(0, ",
    alphaOf(node) === 1 ? "e" : `${fixed(alphaOf(node), 3)} · (e`,
    { raised: "x" },
    alphaOf(node) === 1 ? " − 1)" : " − 1))",
  ],
  reach: 3,
  most: null,
  of: (x, node) => (x > 0 ? x : alphaOf(node) * Math.expm1(x)),
  slope: (x, node) => (x > 0 ? 1 : alphaOf(node) * Math.exp(x)),
});
