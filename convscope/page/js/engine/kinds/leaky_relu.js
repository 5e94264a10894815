import { fixed } from "../../kit/format.js";
import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";
/** @import {Layer} from "../types.js" */

/** The slope below zero. @param {Layer} node */
const below = (node) => /** @type {number} */ (node.options.slope);

export const leaky_relu = activation(phrase("explain.leaky"), {
  formula: (node) => [`max(${fixed(below(node), 3)}·x, x)`],
  reach: 1,
  most: null,
  of: (x, node) => (x > 0 ? x : below(node) * x),
  slope: (x, node) => (x > 0 ? 1 : below(node)),
});
