/** The shipped network's engine, made once: its weights are unpacked once. */

import { makeEngine } from "../engine/engine.js";

/** @typedef {import("./types.js").Lab} Lab */
/** @typedef {import("../engine/engine.js").Engine} Engine */

/** @type {WeakMap<object, Engine>} one engine a payload */
const LAB_ENGINES = new WeakMap();

/** The shipped network's engine. @param {Lab} lab */
export function slidesEngine(lab) {
  const known = LAB_ENGINES.get(lab.payload.slides) ?? makeEngine(lab.payload.slides);
  LAB_ENGINES.set(lab.payload.slides, known);
  return known;
}
