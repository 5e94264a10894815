/** The workbench in small: a formula is typed, and what it comes to is counted at every key. */

import { make, refill } from "../../kit/dom.js";
import { grouped } from "../../formula/fault.js";
import { resolveFormula } from "../../formula/parse.js";
import { tracePlan } from "../../formula/trace.js";

/** @typedef {import("../types.js").Lab} Lab */

const TYPED = "conv(16, 5) + relu + maxpool(2) + fc";

/** @param {Lab} lab @returns {import("../types.js").Moving} */
export function benchCover({ doc, t }) {
  const text = make(doc, "code", { class: "cover-typed" });
  const said = make(doc, "span", { class: "cover-count" });
  return {
    element: make(doc, "span", { class: "cover-rows" }, text, said),
    steps: TYPED.length,
    lasts: 3800,
    draw: (share) => {
      const typed = TYPED.slice(0, Math.round(share * TYPED.length));
      refill(text, typed, make(doc, "span", { class: "cover-caret" }));
      const known = networkTyped(typed);
      said.classList.toggle("stale", !known);
      if (known)
        refill(
          said,
          [known.input, ...known.nodes.map((n) => n.output)].map((s) => s.join("×")).join(" → "),
          make(doc, "b", {}, t("plain.parameters", { n: grouped(known.parameters) })),
        );
    },
  };
}

/** What a formula makes of MNIST's pictures, or null while it is none. @param {string} formula */
function networkTyped(formula) {
  try {
    return tracePlan(resolveFormula(formula), [1, 28, 28], 10);
  } catch {
    return null;
  }
}
