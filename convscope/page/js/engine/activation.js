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
      const area = x.length / node.input[0];
      for (let c = 0, i = 0; c < node.input[0]; c++)
        for (const end = i + area; i < end; i++) out[i] = of(x[i], node, c);
      return out;
    },
    backward: (node, gradient, [x]) => {
      const area = x.length / node.input[0];
      return [gradient.map((g, i) => g * slope(x[i], node, Math.floor(i / area)))];
    },
    terms: sameTerms,
  };
}
