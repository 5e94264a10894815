/** What the address says of chapter 14: the three numbers of the script that can be changed. */

import { numberIn, wholeIn } from "../../address.js";

/** @typedef {import("../../types.js").Lab} Lab */

/** Their keys, and what the lecture has. */
export const SETTINGS = /** @type {const} */ ({
  num_epochs: { key: "ep", usual: 1 },
  batch_size: { key: "bs", usual: 16 },
  learning_rate: { key: "lr", usual: 0.001 },
});

/** @param {Lab["state"]} state */
export function scriptSettings(state) {
  return {
    num_epochs: wholeIn(state, "ep", 1, 1000, SETTINGS.num_epochs.usual),
    batch_size: wholeIn(state, "bs", 1, 500, SETTINGS.batch_size.usual),
    learning_rate: numberIn(state, "lr", 0.00001, 100, SETTINGS.learning_rate.usual),
  };
}

/** Steps of an epoch on the digits that the page carries: the rest of a batch is left out. @param {Lab} lab */
export function scriptSteps({ state, payload }) {
  return Math.floor(payload.learning.digits.training.labels.shape[0] / scriptSettings(state).batch_size);
}
