import { phrase } from "../../kit/i18n.js";
import { partOf } from "../parts.js";
import { byProducts } from "../relevance_paths.js";
/** @import {KindModule} from "../types.js" */

/**
 * Global average pooling: the mean of each whole feature map.
 * @type {KindModule}
 */
export const gap = {
  drawing: "pooling",
  explain: phrase("explain.gap"),
  geometry: "whole",
  mixes: false,
  affine: true,
  curve: null,
  relevance: byProducts(),
  forward: (node, [x]) => {
    const area = node.input[1] * node.input[2];
    const out = new Float64Array(node.input[0]);
    for (let i = 0; i < x.length; i++) out[Math.floor(i / area)] += x[i];
    return out.map((sum) => sum / area);
  },
  backward: (node, gradient) => {
    const area = node.input[1] * node.input[2];
    return [new Float64Array(node.input[0] * area).map((_, i) => gradient[Math.floor(i / area)] / area)];
  },
  terms: (unit) => {
    const [, height, width] = unit.node.input;
    const part = partOf(unit, unit.channel, { top: 0, left: 0, size: [height, width] });
    return { parts: [part], numbers: { sum: part.subtotal, divisor: part.values.length } };
  },
};
