/** The named plans as a row of buttons, and a line about the one pointed at, else about the one in force. */

import { make, refill } from "../kit/dom.js";
import { presets } from "./widgets.js";

/** @typedef {{text: string, line: string, on: () => boolean, press: () => void}} PlanButton */

/**
 * @param {import("./types.js").Lab} lab
 * @param {() => string} text the formula as it stands
 * @param {(formula: string) => void} put
 * @param {PlanButton[]} [more] buttons besides
 * @param {import("../formula/table.js").NamedPlan[]} [plans] those to offer, all of them if left out
 */
export function planChoice(lab, text, put, more = [], plans = lab.payload.plans) {
  const { doc, t } = lab;
  const language = doc.documentElement.lang;
  const list = [
    ...plans.map(({ id, formula, about }) => ({
      text: id,
      line: about[language] ?? about.en,
      on: () => text() === formula,
      press: () => put(formula),
    })),
    ...more,
  ];
  const row = presets(lab, t("arch.named"), list);
  const buttons = [...row.element.children];
  buttons.forEach((one, i) => one.setAttribute("aria-description", list[i].line));
  const line = make(doc, "p", { class: "note plan-line" });
  /** @type {PlanButton | undefined} */
  let pointed;
  const describe = () => {
    const one = pointed ?? list.find((each) => each.on());
    refill(line, ...(one ? [make(doc, "b", {}, one.text), `: ${one.line}`] : [t("arch.own")]));
  };
  const point = (/** @type {Event} */ event) => {
    pointed = list[buttons.indexOf(/** @type {Element} */ (event.target))];
    describe();
  };
  const leave = () => {
    pointed = undefined;
    describe();
  };
  row.element.addEventListener("pointerover", point);
  row.element.addEventListener("focusin", point);
  row.element.addEventListener("pointerleave", leave);
  row.element.addEventListener("focusout", leave);
  return {
    element: make(doc, "div", { class: "plan-choice" }, row.element, line),
    refresh: () => {
      row.refresh();
      describe();
    },
  };
}
