import { phrase } from "../../kit/i18n.js";
import { joinedTerms, spreadPlaces, summedBack } from "../joining.js";
import { byProducts } from "../relevance_paths.js";
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
  relevance: byProducts(),
  forward: (node, [first, ...others]) => {
    const out = Float64Array.from(first);
    others.forEach((other, at) => {
      const places = spreadPlaces(node, at + 1);
      for (let i = 0; i < out.length; i++) out[i] += other[places ? places[i] : i];
    });
    return out;
  },
  backward: (node, gradient) => node.sources.map((_, from) => summedBack(node, from, gradient)),
  terms: joinedTerms,
};
