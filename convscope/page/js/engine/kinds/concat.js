import { phrase } from "../../kit/i18n.js";
import { sourceOf } from "../geometry.js";
import { partOf } from "../parts.js";
import { movedBack } from "../relevance_paths.js";
/** @import {KindModule} from "../types.js" */

/**
 * The maps of its sources one after another, or their rows of numbers: what branches end in.
 * @type {KindModule}
 */
export const concat = {
  drawing: "concatenation",
  explain: phrase("explain.concat"),
  geometry: "joined",
  mixes: false,
  affine: true,
  curve: null,
  relevance: movedBack,
  forward: (node, inputs) => {
    const out = new Float64Array(node.output[0] * node.output[1] * node.output[2]);
    let at = 0;
    for (const input of inputs) {
      out.set(input, at);
      at += input.length;
    }
    return out;
  },
  backward: (_, gradient, inputs) => {
    let at = 0;
    return inputs.map((input) => gradient.slice(at, (at += input.length)));
  },
  terms: (unit) => {
    const { from, channel } = sourceOf(unit.node, unit.channel);
    const part = partOf(unit, channel, { top: unit.y, left: unit.x, size: [1, 1], from });
    return { parts: [part], numbers: { x: part.values[0] } };
  },
};
