import { learnedShapes } from "../../engine/weights.js";
import { windowLinks } from "../tables.js";
import { weightedSums } from "../weighted.js";
/** @import {Window} from "../../types.js" */
/** @import {Layer} from "../../engine/types.js" */
/** @import {BatchKind} from "../types.js" */

/** How the channels and the numbers of a kernel are counted, for one group. @param {Layer} node */
function sizesOf(node) {
  const groups = node.options.groups ?? 1;
  const { kernel } = /** @type {Window} */ (node.window);
  return { groups, depth: node.input[0] / groups, filters: node.output[0] / groups, taps: kernel[0] * kernel[1] };
}

/** @type {BatchKind} */
export const convBatch = {
  homogeneous: () => false,
  parameters: learnedShapes,
  buffers: () => ({}),
  prepare: (site) => weightedSums(site, windowLinks(site.node), sizesOf(site.node)),
};

/** @type {BatchKind} */
export const fcBatch = {
  homogeneous: () => false,
  parameters: learnedShapes,
  buffers: () => ({}),
  prepare: (site) => {
    const one = new Int32Array(1);
    const sizes = { groups: 1, depth: site.node.input[0], filters: site.node.output[0], taps: 1 };
    return weightedSums(site, { to: one, from: one, tap: one }, sizes);
  },
};
