import { phrase } from "../../kit/i18n.js";
import { movedTerms } from "../parts.js";
import { movedBack } from "../relevance_paths.js";
/** @import {KindModule} from "../types.js" */

/** @type {KindModule} */
export const flatten = {
  drawing: "flatten",
  explain: phrase("explain.flatten"),
  geometry: "flatten",
  mixes: false,
  affine: true,
  curve: null,
  relevance: movedBack,
  forward: (_, [x]) => x,
  backward: (_, gradient) => [gradient],
  terms: (unit) => movedTerms(unit, unit.channel),
};
