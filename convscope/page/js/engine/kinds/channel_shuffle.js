import { phrase } from "../../kit/i18n.js";
import { shuffledFrom } from "../geometry.js";
import { partOf } from "../parts.js";
import { movedBack } from "../relevance_paths.js";
/** @import {KindModule} from "../types.js" */

/**
 * The channels of several groups in turn: the first of each, the second of each …
 * @type {KindModule}
 */
export const channel_shuffle = {
  drawing: "shuffle",
  explain: phrase("explain.channel_shuffle"),
  geometry: "shuffled",
  mixes: false,
  affine: true,
  curve: null,
  relevance: movedBack,
  forward: (node, [x]) => {
    const area = node.input[1] * node.input[2];
    return new Float64Array(x.length).map((_, i) => x[shuffledFrom(node, Math.floor(i / area)) * area + (i % area)]);
  },
  backward: (node, gradient) => {
    const area = node.input[1] * node.input[2];
    const out = new Float64Array(gradient.length);
    gradient.forEach((g, i) => (out[shuffledFrom(node, Math.floor(i / area)) * area + (i % area)] = g));
    return [out];
  },
  terms: (unit) => {
    const place = { top: unit.y, left: unit.x, size: /** @type {[number, number]} */ ([1, 1]) };
    const part = partOf(unit, shuffledFrom(unit.node, unit.channel), place);
    return { parts: [part], numbers: { x: part.values[0] } };
  },
};
