import { sameTerms } from "./parts.js";
import { passedBack } from "./relevance_paths.js";
/** @import {Curve, KindModule} from "./types.js" */

/**
 * Return all that the page does with an activation, made from its curve.
 * @param {KindModule["explain"]} explain
 * @param {Curve} curve
 * @returns {KindModule}
 */
export function activation(explain, curve) {
  const { of, slope } = curve;
  return {
    drawing: "curve",
    explain,
    geometry: "same",
    mixes: false,
    affine: false,
    curve,
    relevance: passedBack,
    forward: (node, [x]) => {
      const out = new Float64Array(x.length);
      for (let i = 0; i < x.length; i++) out[i] = of(x[i], node);
      return out;
    },
    backward: (node, gradient, [x]) => [gradient.map((g, i) => g * slope(x[i], node))],
    terms: sameTerms,
  };
}
