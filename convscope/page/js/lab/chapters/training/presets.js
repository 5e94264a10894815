/** The experiments that chapter 12 proposes: two trainings each, which differ in what is to be seen. */

import { USUAL } from "./settings.js";

/** @typedef {import("../../types.js").Translate} Translate */
/** @typedef {import("./settings.js").Settings} Settings */
/**
 * @typedef {object} Experiment
 * @property {string} id
 * @property {(t: Translate) => string} name
 * @property {(t: Translate) => string} watch two sentences: what to look at
 * @property {Settings} before drawn in grey
 * @property {Settings} now
 */

/**
 * @param {string} id @param {(t: Translate) => string} name @param {(t: Translate) => string} watch
 * @param {Partial<Settings>} before @param {Partial<Settings>} now
 * @returns {Experiment}
 */
function experiment(id, name, watch, before, now) {
  return { id, name, watch, before: { ...USUAL, ...before }, now: { ...USUAL, ...now } };
}

/** @type {Experiment[]} */
export const EXPERIMENTS = [
  experiment(
    "small",
    (t) => t("wrong.small"),
    (t) => t("wrong.small.watch"),
    {},
    { r: 0.001 },
  ),
  experiment(
    "large",
    (t) => t("wrong.large"),
    (t) => t("wrong.large.watch"),
    {},
    { r: 1 },
  ),
  experiment(
    "diverges",
    (t) => t("wrong.diverges"),
    (t) => t("wrong.diverges.watch"),
    { a: 1 },
    { a: 1, r: 1 },
  ),
  experiment(
    "leaky",
    (t) => t("wrong.leaky"),
    (t) => t("wrong.leaky.watch"),
    { r: 0.3 },
    { r: 0.3, a: 1 },
  ),
  experiment(
    "bn",
    (t) => t("wrong.bn"),
    (t) => t("wrong.bn.watch"),
    { r: 1 },
    { r: 1, x: 1 },
  ),
  experiment(
    "batch",
    (t) => t("wrong.batch"),
    (t) => t("wrong.batch.watch"),
    { m: 512 },
    { m: 8 },
  ),
  experiment(
    "one",
    (t) => t("wrong.one"),
    (t) => t("wrong.one.watch"),
    {},
    { m: 1, q: 6000 },
  ),
  experiment(
    "few",
    (t) => t("wrong.few"),
    (t) => t("wrong.few.watch"),
    { n: 5000 },
    { n: 50 },
  ),
  experiment(
    "augmented",
    (t) => t("wrong.augmented"),
    (t) => t("wrong.augmented.watch"),
    { n: 50 },
    { n: 50, u: 2 },
  ),
  experiment(
    "dropout",
    (t) => t("wrong.dropout"),
    (t) => t("wrong.dropout.watch"),
    { n: 200 },
    { n: 200, d: 0.5 },
  ),
  experiment(
    "decay",
    (t) => t("wrong.decay"),
    (t) => t("wrong.decay.watch"),
    { n: 200 },
    { n: 200, w: 0.1 },
  ),
  experiment(
    "smooth",
    (t) => t("wrong.smooth"),
    (t) => t("wrong.smooth.watch"),
    { n: 200 },
    { n: 200, y: 0.1 },
  ),
];
