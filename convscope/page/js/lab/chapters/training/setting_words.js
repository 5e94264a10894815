/** The settings of a training in words, as the table of figures and the tasks have them. */

import { percent, thousands } from "../../../kit/format.js";
import { USUAL, plainNumber } from "./settings.js";

/** @typedef {import("../../types.js").Translate} Translate */
/** @typedef {import("./settings.js").Settings} Settings */

/** Learning rate and pictures, and what else is not as at the beginning. @param {Translate} t @param {Settings} one */
export function settingWords(t, { r, n, m, q, u, d, w, y, x, a, i }) {
  return [
    t("wrong.settings", { lr: plainNumber(r), n: thousands(n) }),
    m === USUAL.m ? "" : t("wrong.settings.batch", { n: m }),
    q === USUAL.q ? "" : t("wrong.settings.shown", { n: thousands(q) }),
    u ? (u === 1 ? t("wrong.shifts") : t("wrong.turns")) : "",
    d ? t("wrong.settings.dropout", { share: percent(d, 0) }) : "",
    w ? t("wrong.settings.decay", { value: plainNumber(w) }) : "",
    y ? t("wrong.settings.smoothing", { value: plainNumber(y) }) : "",
    x ? "bn" : "",
    a ? "leaky ReLU" : "",
    i === USUAL.i ? "" : t("wrong.settings.seed", { n: i }),
  ]
    .filter(Boolean)
    .join(", ");
}
