/** A fault as its reader sees it: what is wrong, the stretch of the formula with a caret under it, and what to try. */

import { make, refill } from "../kit/dom.js";
import { spoken } from "../kit/i18n.js";
import { FormulaFault } from "../formula/fault.js";

/**
 * Put it in the place of whatever `message` says.
 * @param {import("./types.js").Lab} lab
 * @param {HTMLElement} message
 * @param {import("../formula/fault.js").PlanFault} fault
 */
export function putFault({ doc, t }, message, fault) {
  const shown = fault instanceof FormulaFault ? fault.shown() : null;
  refill(
    message,
    make(doc, "p", { class: "fault" }, fault.line(t)),
    shown ? make(doc, "pre", {}, `${shown.text}\n${shown.caret}`) : null,
    fault.hint ? make(doc, "p", { class: "note" }, t("fault.try", { hint: spoken(t, fault.hint) })) : null,
  );
}
