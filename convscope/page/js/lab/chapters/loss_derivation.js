/** S16: from the KL divergence to the loss, step by step: Σ y log(y / ŷ) = −Σ y log ŷ for a label that is certain. */

import { make, refill } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { display, fraction, letter, operator, sumSign } from "../../kit/maths.js";
import { entropyOf, logSoftmax, stableSoftmax } from "../sums/information.js";
import { presets } from "../widgets.js";
import { SCORES, rightOf, scoresOf } from "./loss_state.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../kit/dom.js").Child} Child */

/** @param {Lab} lab */
export function derivationPart(lab) {
  const { doc, t } = lab;
  const choose = presets(
    lab,
    t("info.right"),
    SCORES.map((_, i) => ({
      text: String(i + 1),
      on: () => rightOf(lab.state) === i,
      press: () => lab.tune({ t: i ? i + 1 : null }),
    })),
  );
  const steps = make(doc, "ol", { class: "derivation" });
  const element = make(
    doc,
    "section",
    { class: "worked deriving", "data-widget": "derivation" },
    make(doc, "h2", {}, t("info.derive")),
    make(doc, "p", {}, t("info.derive.text")),
    make(doc, "div", { class: "right-choice" }, make(doc, "span", { class: "label" }, t("info.right")), choose.element),
    steps,
    make(doc, "p", { class: "note" }, t("info.derive.note")),
  );
  const refresh = () => {
    choose.refresh();
    refill(steps, ...derivation(lab));
  };
  refresh();
  return { element, refresh };
}

/** The steps, each a formula, the numbers of these scores, and why. @param {Lab} lab */
function derivation({ doc, t, state }) {
  const right = rightOf(state);
  const said = stableSoftmax(scoresOf(state));
  const label = said.map((_, i) => (i === right ? 1 : 0));
  const sum = () => sumSign(doc, letter(doc, "i"));
  const y = () => letter(doc, "y", "i");
  const hat = () => letter(doc, "ŷ", "i");
  const terms = (/** @type {(y: number, q: string) => string} */ one) =>
    label.map((v, i) => one(v, fixed(said[i], 3))).join(" + ");
  const step = (
    /** @type {string} */ name,
    /** @type {Child[]} */ formula,
    /** @type {string} */ numbers,
    /** @type {number} */ value,
    /** @type {string} */ why,
  ) =>
    make(
      doc,
      "li",
      {},
      display(doc, ...formula),
      make(
        doc,
        "p",
        { class: "sum-of-window" },
        `${numbers} = `,
        make(doc, "b", { class: "answer", "data-figure": name }, fixed(value, 5)),
      ),
      make(doc, "p", { class: "note" }, why),
    );
  // y ln y is 0 for every class, so that −ln ŷ of the true one is left, from the scores: no power is too small for it
  const own = entropyOf(label, "nats");
  const cross = 0 - logSoftmax(scoresOf(state))[right];
  const divergence = cross - own;
  return [
    step(
      "derive-kl",
      [
        "KL(",
        letter(doc, "y"),
        " ‖ ",
        letter(doc, "ŷ"),
        ")",
        operator(doc, "="),
        sum(),
        y(),
        "\u00a0ln\u00a0",
        fraction(doc, y(), hat()),
      ],
      terms((v, q) => `${v}·ln(${v} / ${q})`),
      divergence,
      t("info.derive.one"),
    ),
    step(
      "derive-split",
      [operator(doc, "="), sum(), y(), "\u00a0ln\u00a0", y(), operator(doc, "−"), sum(), y(), "\u00a0ln\u00a0", hat()],
      `${fixed(-own, 5)} − (${fixed(-cross, 5)})`,
      divergence,
      t("info.derive.two"),
    ),
    step(
      "derive-own",
      [sum(), y(), "\u00a0ln\u00a0", y(), operator(doc, "="), "−", letter(doc, "H"), "(", letter(doc, "y"), ")"],
      terms((v) => `${v}·ln ${v}`),
      0 - own,
      t("info.derive.three"),
    ),
    step(
      "derive-cross",
      [
        operator(doc, "⇒"),
        "KL(",
        letter(doc, "y"),
        " ‖ ",
        letter(doc, "ŷ"),
        ")",
        operator(doc, "="),
        "−",
        sum(),
        y(),
        "\u00a0ln\u00a0",
        hat(),
      ],
      `−(${terms((v, q) => `${v}·ln ${q}`)})`,
      cross,
      t("info.derive.four"),
    ),
    step(
      "derive-loss",
      [operator(doc, "="), "−ln\u00a0", letter(doc, "ŷ", String(right + 1))],
      `−ln ${fixed(said[right], 5)}`,
      cross,
      t("info.derive.five"),
    ),
  ];
}
