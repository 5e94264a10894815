/** The digit on the pad, as the address has it. */

import { packPixels, unpackPixels } from "../../look/state.js";

/** @typedef {import("../types.js").Lab} Lab */

/** The picture on the pad, of so many pixels; null for none. @param {Lab["state"]} state @param {number} size */
export function padInkOf(state, size) {
  return state.ink ? unpackPixels(state.ink, size) : null;
}

/** A picture as the address has it; null for an empty one. @param {Uint8Array} picture */
export function padInkText(picture) {
  return picture.some(Boolean) ? packPixels(picture) : null;
}
