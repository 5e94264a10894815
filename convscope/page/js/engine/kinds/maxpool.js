import { phrase } from "../../kit/i18n.js";
import { partOf, windowAt } from "../parts.js";
import { eachPooled } from "../pooling.js";
import { chosenBack } from "../relevance_paths.js";
/** @import {KindModule, Layer} from "../types.js" */

/**
 * Return for each output value where its largest input lies, the first of equals. Padding never wins.
 * @param {Layer} node
 * @param {Float64Array} x
 */
function maxPlaces(node, x) {
  const places = new Int32Array(node.output[0] * node.output[1] * node.output[2]).fill(-1);
  eachPooled(node, (to, from) => {
    const best = places[to];
    if (best < 0 || x[from] > x[best] || x[from] !== x[from]) places[to] = from;
  });
  return places;
}

/** @type {KindModule} */
export const maxpool = {
  drawing: "pooling",
  explain: phrase("explain.maxpool"),
  geometry: "windows",
  mixes: false,
  affine: false,
  curve: null,
  relevance: chosenBack(({ node, inputs: [x] }) => maxPlaces(node, x)),
  forward: (node, [x]) => Float64Array.from(maxPlaces(node, x), (place) => x[place]),
  backward: (node, gradient, [x]) => {
    const out = new Float64Array(x.length);
    maxPlaces(node, x).forEach((place, i) => (out[place] += gradient[i]));
    return [out];
  },
  terms: (unit) => {
    const part = partOf(unit, unit.channel, windowAt(unit));
    const winner = part.values.reduce((at, v, t) => (part.inside[t] && (at < 0 || v > part.values[at]) ? t : at), -1);
    return { parts: [{ ...part, subtotal: part.values[winner] }], numbers: { winner } };
  },
};
