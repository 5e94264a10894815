import { phrase } from "../../kit/i18n.js";
import { partOf } from "../parts.js";
/** @import {KindModule} from "../types.js" */

/**
 * The sum of two or more inputs, place by place.
 * @type {KindModule}
 */
export const add = {
  drawing: "addition",
  explain: phrase("explain.add"),
  geometry: "same",
  mixes: false,
  affine: true,
  curve: null,
  forward: (_, [first, ...others]) => {
    const out = Float64Array.from(first);
    for (const other of others) for (let i = 0; i < out.length; i++) out[i] += other[i];
    return out;
  },
  backward: (node, gradient) => node.sources.map(() => gradient),
  terms: (unit) => ({
    parts: unit.node.sources.map((_, from) =>
      partOf(unit, unit.channel, { top: unit.y, left: unit.x, size: [1, 1], from }),
    ),
    numbers: {},
  }),
};
