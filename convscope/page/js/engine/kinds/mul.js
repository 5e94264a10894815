import { phrase } from "../../kit/i18n.js";
import { joinedTerms, spreadPlaces, summedBack } from "../joining.js";
import { signalsBack } from "../relevance_paths.js";
/** @import {KindModule, Layer} from "../types.js" */

/**
 * What the other sources of a product come to at each place.
 * @param {Layer} node
 * @param {Float64Array[]} inputs
 * @param {number} but the source that is left out, -1 for none
 */
function factorsOf(node, inputs, but) {
  const out = new Float64Array(node.output[0] * node.output[1] * node.output[2]).fill(1);
  inputs.forEach((input, from) => {
    if (from === but) return;
    const places = spreadPlaces(node, from);
    for (let i = 0; i < out.length; i++) out[i] *= input[places ? places[i] : i];
  });
  return out;
}

/**
 * The product of two or more inputs, place by place.
 * @type {KindModule}
 */
export const mul = {
  drawing: "multiplication",
  explain: phrase("explain.mul"),
  geometry: "same",
  mixes: false,
  affine: false,
  curve: null,
  relevance: signalsBack,
  forward: (node, inputs) => factorsOf(node, inputs, -1),
  backward: (node, gradient, inputs) =>
    inputs.map((_, from) => {
      const others = factorsOf(node, inputs, from);
      return summedBack(
        node,
        from,
        gradient.map((g, i) => g * others[i]),
      );
    }),
  terms: joinedTerms,
};
