import { phrase } from "../../kit/i18n.js";
import { sameTerms } from "../parts.js";
import { movedBack } from "../relevance_paths.js";
/** @import {KindModule} from "../types.js" */

/**
 * Dropout acts in training alone; here every number goes through.
 * @type {KindModule}
 */
export const dropout = {
  drawing: "dropout",
  explain: phrase("explain.dropout"),
  geometry: "same",
  mixes: false,
  affine: true,
  curve: null,
  relevance: movedBack,
  forward: (_, [x]) => x,
  backward: (_, gradient) => [gradient],
  terms: sameTerms,
};
