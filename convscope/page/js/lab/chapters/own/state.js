/** What the address says of chapter 13: the kind of pictures, whether the example is shown, the names, the seed. */

import { wholeIn } from "../../address.js";
import { namesWithin } from "./collection.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./collection.js").PictureKind} PictureKind */

export const MOST_OWN_SEED = 99;
const BETWEEN_NAMES = "~";

/** @param {Lab["state"]} state */
export function ownOf(state) {
  /** @type {PictureKind} */
  const kind = state.m === "photo" ? "photo" : "drawn";
  return {
    kind,
    /** Whether it begins with the four shapes; of photographs there is no example. */
    example: kind === "drawn" && state.e !== "0",
    names: state.k ? namesWithin(state.k.split(BETWEEN_NAMES)) : [],
    /** Whether photographs are learned from random weights, though there were others. */
    scratch: state.w === "scratch",
    seed: wholeIn(state, "s", 0, MOST_OWN_SEED, 0),
    /** Which class pictures are added to. */
    chosen: wholeIn(state, "n", 0, 4, 0),
  };
}

/** Names as the address has them. @param {string[]} names */
export function namesText(names) {
  return names.map((one) => one.replaceAll(BETWEEN_NAMES, "-")).join(BETWEEN_NAMES);
}
