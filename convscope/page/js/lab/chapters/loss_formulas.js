/** H(p, q) and KL(p‖q) as formulas, and the same with the numbers filled in. */

import { make } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { display, fraction, letter, operator, sumSign } from "../../kit/maths.js";
import { crossEntropyOf, divergenceOf, informationOf } from "../sums/information.js";

/** @typedef {import("../../kit/dom.js").Child} Child */

/**
 * @param {Document} doc @param {number[]} p @param {number[]} q @param {"bits" | "nats"} unit
 * @param {string} name the unit's
 */
export function crossFormulas(doc, p, q, unit, name) {
  const log = unit === "bits" ? ["log", make(doc, "sub", {}, "2"), " "] : ["ln "];
  const copy = () => log.map((part) => (typeof part === "string" ? part : part.cloneNode(true)));
  const happens = p.map((_, i) => i).filter((i) => p[i] > 0);
  const filled = (/** @type {string} */ label, /** @type {string[]} */ terms, /** @type {number} */ value) =>
    make(
      doc,
      "p",
      { class: "sum-of-window" },
      `= ${terms.join(" + ").replaceAll("+ −", "− ")} = `,
      make(doc, "b", { class: "answer", "data-figure": label }, fixed(value, 5)),
      ` ${name}`,
    );
  const bracketed = (/** @type {number} */ v) => (v < 0 ? `(${fixed(v, 3)})` : fixed(v, 3));
  return [
    display(
      doc,
      make(doc, "span", {}, letter(doc, "H"), "(", letter(doc, "p"), ", ", letter(doc, "q"), ")"),
      operator(doc, "="),
      "−",
      sumSign(doc, letter(doc, "i")),
      make(doc, "span", {}, letter(doc, "p", "i"), " ", ...copy(), letter(doc, "q", "i")),
    ),
    filled(
      "cross-formula",
      happens.map((i) => `${fixed(p[i], 3)} × ${fixed(informationOf(q[i], unit), 3)}`),
      crossEntropyOf(p, q, unit),
    ),
    display(
      doc,
      make(doc, "span", {}, "KL(", letter(doc, "p"), " ‖ ", letter(doc, "q"), ")"),
      operator(doc, "="),
      sumSign(doc, letter(doc, "i")),
      make(doc, "span", {}, letter(doc, "p", "i"), " ", ...copy()),
      fraction(doc, letter(doc, "p", "i"), letter(doc, "q", "i")),
    ),
    filled(
      "kl-formula",
      happens.map((i) => `${fixed(p[i], 3)} × ${bracketed(informationOf(q[i], unit) - informationOf(p[i], unit))}`),
      divergenceOf(p, q, unit),
    ),
  ];
}
