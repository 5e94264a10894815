/** The gradient, checked by trying: one number a little larger, a little smaller, and what the loss makes of it. */

import { button, make, refill, segmented } from "../../../kit/dom.js";
import { numberIn } from "../../address.js";
import { nudgedGradient } from "../../sums/backpropagation.js";
import { subscript } from "./stages.js";
import { num, result, sumLine } from "./writing.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./state.js").Learning} Learning */

const NUDGES = [1, 0.1, 0.01, 0.001];
const USUAL_NUDGE = 0.01;

/** @param {Lab} lab @param {() => Learning} now */
export function checkPart(lab, now) {
  const { doc, t } = lab;
  const nudge = () => numberIn(lab.state, "d", NUDGES[NUDGES.length - 1], NUDGES[0], USUAL_NUDGE);
  const names = [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => ({ key: `${y}.${x}`, text: `w${subscript(y, x)}` })));
  const weight = make(
    doc,
    "select",
    {
      "aria-label": t("back.check.which"),
      on: { change: () => lab.tune({ w: weight.value === "0.0" ? null : weight.value }) },
    },
    ...[...names, { key: "b", text: "b" }].map((one) => make(doc, "option", { value: one.key }, one.text)),
  );
  const sizes = segmented(
    doc,
    t("back.check.size"),
    NUDGES.map((h) => ({ value: String(h), text: String(h) })),
    () => String(nudge()),
    (value) => lab.tune({ d: Number(value) === USUAL_NUDGE ? null : value }),
  );
  const shown = make(doc, "div", { class: "check-sums", "aria-live": "polite" });
  const check = button(doc, t("back.check.press"), () => lab.tune({ g: lab.state.g ? null : 1 }), { class: "primary" });
  const element = make(
    doc,
    "section",
    { class: "worked checking", "data-widget": "check" },
    make(doc, "h2", {}, t("back.check")),
    make(doc, "p", {}, t("back.check.text")),
    make(
      doc,
      "div",
      { class: "player" },
      make(doc, "label", { class: "check-which" }, t("back.check.which"), " ", weight),
      make(doc, "span", {}, "h ="),
      sizes,
      check,
    ),
    shown,
  );
  const refresh = () => {
    const one = now();
    const open = Boolean(lab.state.g);
    weight.value = one.weight ? one.weight.join(".") : "b";
    for (const choice of Array.from(sizes.children))
      choice.setAttribute(
        "aria-pressed",
        String(/** @type {HTMLElement} */ (choice).dataset.value === String(nudge())),
      );
    check.setAttribute("aria-pressed", String(open));
    refill(shown, ...(open ? checkLines(lab, one, nudge()) : []));
  };
  return { element, refresh };
}

/** @param {Lab} lab @param {Learning} now @param {number} by */
function checkLines({ doc, t }, now, by) {
  const found = nudgedGradient(now.network, now.pictures, now.targets, now.weight, by);
  const [r, c] = now.weight ?? [0, 0];
  const [old, gradient] = now.weight
    ? [now.network.kernel[r][c], now.gradient.kernel[r][c]]
    : [now.network.bias, now.gradient.bias];
  const name = now.weight ? `w${subscript(r, c)}` : "b";
  const digits = (/** @type {number} */ v) => v.toFixed(6).replace("-", "−");
  return [
    sumLine(doc, `${name} = ${num(old)} + ${by}: L₊ = ${digits(found.more)}`),
    sumLine(doc, `${name} = ${num(old)} − ${by}: L₋ = ${digits(found.less)}`),
    sumLine(
      doc,
      `(L₊ − L₋) / 2h = (${digits(found.more)} − ${digits(found.less)}) / ${2 * by} = `,
      result(doc, found.slope, "nudged"),
    ),
    sumLine(doc, `∂L/∂${name} = `, result(doc, gradient, "gradient")),
    make(doc, "p", { class: "note" }, t("back.check.note")),
  ];
}
