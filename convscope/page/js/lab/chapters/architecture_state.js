/** What the address says of chapter 8: the formula, the pictures' shape, and how many classes. */

import { wholeIn } from "../address.js";
import { ZOO, madeFor } from "../../formula/table.js";

/** @typedef {import("../types.js").Lab} Lab */

/** @param {Lab["state"]} state */
export function architectureOf(state) {
  const text = state.f ?? ZOO.slides;
  const usual = madeFor(text.trim());
  return {
    text,
    usual,
    input: /** @type {[number, number, number]} */ ([
      wholeIn(state, "ic", 1, 512, usual[0]),
      wholeIn(state, "ih", 1, 4096, usual[1]),
      wholeIn(state, "iw", 1, 4096, usual[2]),
    ]),
    classes: wholeIn(state, "k", 1, 10000, usual[3]),
  };
}
