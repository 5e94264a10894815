import { fixed } from "../../kit/format.js";
import { phrase } from "../../kit/i18n.js";
import { activation } from "../activation.js";
/** @import {Layer} from "../types.js" */

/** The ends. @param {Layer} node */
const boundsOf = ({ options: { low = -1, high = 1 } }) => [low, high];

export const clip = activation(phrase("explain.clip"), {
  formula: (node) => {
    const [low, high] = boundsOf(node).map((end) => (Math.abs(end) > 1e9 ? null : fixed(end, 3)));
    const raised = low === null ? "x" : `max(${low}, x)`;
    return [high === null ? raised : `min(${raised}, ${high})`];
  },
  reach: 3,
  most: null,
  of: (x, node) => {
    const [low, high] = boundsOf(node);
    return x <= low ? low : x >= high ? high : x;
  },
  slope: (x, node) => {
    const [low, high] = boundsOf(node);
    return x > low && x < high ? 1 : 0;
  },
});
