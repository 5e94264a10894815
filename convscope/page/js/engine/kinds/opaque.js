import { phrase } from "../../kit/i18n.js";
/** @import {KindModule} from "../types.js" */

/**
 * A part of a foreign network that Python ran and the page cannot compute: it shows what was captured there.
 * @type {KindModule}
 */
export const opaque = {
  drawing: "opaque",
  explain: phrase("explain.opaque"),
  geometry: "unknown",
  mixes: true,
  affine: false,
  curve: null,
  relevance: null,
  forward: null,
  backward: null,
  terms: null,
};
