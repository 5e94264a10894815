/** How each kind of layer is drawn: its layer's view, and one of its values opened. */

import { activationDrawing, curveValue } from "./activation.js";
import { concatDrawing } from "./concat.js";
import { convolutionDrawing } from "./convolution.js";
import { denseDrawing } from "./dense.js";
import { dropoutDrawing } from "./dropout.js";
import { flattenDrawing } from "./flatten.js";
import { copiedValue, beforeAfterDrawing, productValue, sumValue } from "./before_after.js";
import {
  groupedDrawing,
  groupedValue,
  normDrawing,
  normValue,
  responseDrawing,
  responseValue,
  scaleDrawing,
  scaleValue,
  shiftDrawing,
  shiftValue,
  sharesDrawing,
  sharesValue,
} from "./norm.js";
import { poolDrawing, poolValue, resampledValue } from "./pool.js";
import { slicesOfSum } from "./terms.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../engine/types.js").Terms} Terms */
/** @typedef {{element: HTMLElement, refresh: () => void, hero: () => Element | null}} LayerDrawing */
/**
 * @typedef {object} Drawn
 * @property {(app: App, index: number) => LayerDrawing} layer
 * @property {(app: App, terms: Terms) => (Node | null)[]} value
 */

/** @type {Record<import("../../engine/types.js").Drawing, Drawn>} */
export const DRAWINGS = {
  convolution: { layer: convolutionDrawing, value: slicesOfSum },
  dense: { layer: denseDrawing, value: slicesOfSum },
  pooling: { layer: poolDrawing, value: poolValue },
  normalisation: { layer: normDrawing, value: normValue },
  dropout: { layer: dropoutDrawing, value: copiedValue },
  flatten: { layer: flattenDrawing, value: copiedValue },
  crop: { layer: beforeAfterDrawing, value: copiedValue },
  addition: { layer: beforeAfterDrawing, value: sumValue },
  grouped: { layer: groupedDrawing, value: groupedValue },
  resampling: { layer: poolDrawing, value: resampledValue },
  scaling: { layer: scaleDrawing, value: scaleValue },
  shifting: { layer: shiftDrawing, value: shiftValue },
  shares: { layer: sharesDrawing, value: sharesValue },
  response: { layer: responseDrawing, value: responseValue },
  shuffle: { layer: beforeAfterDrawing, value: copiedValue },
  multiplication: { layer: beforeAfterDrawing, value: productValue },
  concatenation: { layer: concatDrawing, value: copiedValue },
  curve: { layer: activationDrawing, value: curveValue },
  opaque: { layer: beforeAfterDrawing, value: () => [] },
};
