/** S14: softmax, as it is written and as it is computed, with scores that break the first. */

import { make, setVar, tableHead } from "../../kit/dom.js";
import { fixed, percent } from "../../kit/format.js";
import { display, fraction, letter, operator, power, sumSign } from "../../kit/maths.js";
import { naiveSoftmax, stableSoftmax } from "../sums/information.js";
import { typedNumber, weightText } from "../kernel.js";
import { presets } from "../widgets.js";
import { MOST_SCORE, SCORES, scoresOf } from "./loss_state.js";

/** @typedef {import("../types.js").Lab} Lab */

/** @param {Lab} lab */
export function softmaxPart(lab) {
  const { doc, t } = lab;
  const scores = () => scoresOf(lab.state);
  const put = (/** @type {number[]} */ list) =>
    lab.tune({ y: list.join() === SCORES.join() ? null : list.map((v) => Math.round(v * 100) / 100).join("_") });
  const same = (/** @type {number[]} */ list) => () => scores().join() === list.join();
  const thousand = SCORES.map((v) => v + 1000);
  const list = presets(lab, t("info.scores.presets"), [
    { text: t("info.scores.usual"), on: same(SCORES), press: () => put(SCORES) },
    { text: t("info.scores.thousand"), on: same(thousand), press: () => put(thousand) },
    { text: t("info.scores.ten"), on: same(SCORES.map((v) => v * 10)), press: () => put(SCORES.map((v) => v * 10)) },
  ]);
  const fields = SCORES.map((_, i) =>
    make(doc, "input", {
      type: "text",
      inputmode: "decimal",
      autocomplete: "off",
      class: "score-field",
      "aria-label": t("info.score", { i: i + 1 }),
      on: {
        input: () => {
          const typed = typedNumber(fields[i].value, MOST_SCORE);
          fields[i].setAttribute("aria-invalid", String(typed === null));
          if (typed !== null) put(scores().map((v, k) => (k === i ? typed : v)));
        },
        blur: () => {
          fields[i].setAttribute("aria-invalid", "false");
          refresh();
        },
      },
    }),
  );
  const cells = SCORES.map(() => Array.from({ length: 5 }, () => make(doc, "td", { class: "figure" })));
  const bars = SCORES.map(() => make(doc, "span", { class: "bar" }));
  const sums = Array.from({ length: 5 }, () => make(doc, "td", { class: "figure" }));
  const verdict = make(doc, "p", { class: "verdict-line", "aria-live": "polite" });
  const head = [
    letter(doc, "y", "i"),
    power(doc, "e", "yᵢ"),
    t("info.naive"),
    make(doc, "span", {}, letter(doc, "y", "i"), " − ", letter(doc, "m")),
    power(doc, "e", "yᵢ − m"),
    t("info.stable"),
    "",
  ];
  const table = make(
    doc,
    "table",
    { class: "numbers-table softmax-table" },
    tableHead(doc, head),
    make(
      doc,
      "tbody",
      {},
      ...SCORES.map((_, i) =>
        make(
          doc,
          "tr",
          {},
          make(doc, "td", {}, fields[i]),
          ...cells[i],
          make(
            doc,
            "td",
            { class: "track-cell", "aria-hidden": "true" },
            make(doc, "span", { class: "track" }, bars[i]),
          ),
        ),
      ),
    ),
    make(doc, "tfoot", {}, make(doc, "tr", {}, make(doc, "th", { scope: "row" }, "∑"), ...sums, make(doc, "td", {}))),
  );
  const element = make(
    doc,
    "section",
    { class: "softmax", "data-widget": "softmax" },
    make(doc, "h2", {}, t("info.softmax")),
    make(doc, "p", {}, t("info.softmax.text")),
    display(
      doc,
      make(doc, "span", {}, "softmax(", letter(doc, "y"), ")", make(doc, "sub", {}, "i")),
      operator(doc, "="),
      fraction(doc, power(doc, "e", "yᵢ"), [sumSign(doc, letter(doc, "j")), power(doc, "e", "yⱼ")]),
      operator(doc, "="),
      fraction(doc, power(doc, "e", "yᵢ − m"), [sumSign(doc, letter(doc, "j")), power(doc, "e", "yⱼ − m")]),
      make(doc, "span", { class: "aside-note" }, "m = max y"),
    ),
    list.element,
    make(doc, "div", { class: "table-scroll" }, table),
    verdict,
  );
  const refresh = () => {
    const y = scores();
    const most = Math.max(...y);
    const [naive, stable] = [naiveSoftmax(y), stableSoftmax(y)];
    y.forEach((v, i) => {
      if (doc.activeElement !== fields[i]) fields[i].value = weightText(v);
      const texts = [
        large(Math.exp(v)),
        Number.isNaN(naive[i]) ? t("info.nan") : fixed(naive[i], 5),
        fixed(v - most, 2),
        large(Math.exp(v - most)),
        fixed(stable[i], 5),
      ];
      texts.forEach((text, k) => {
        cells[i][k].textContent = text;
      });
      cells[i][1].classList.toggle("broken", Number.isNaN(naive[i]));
      cells[i][0].classList.toggle("broken", !Number.isFinite(Math.exp(v)));
      setVar(bars[i], "share", String(stable[i]));
    });
    const totals = [
      large(y.reduce((sum, v) => sum + Math.exp(v), 0)),
      naive.some(Number.isNaN)
        ? t("info.nan")
        : fixed(
            naive.reduce((a, b) => a + b, 0),
            5,
          ),
      "",
      large(y.reduce((sum, v) => sum + Math.exp(v - most), 0)),
      fixed(
        stable.reduce((a, b) => a + b, 0),
        5,
      ),
    ];
    totals.forEach((text, k) => {
      sums[k].textContent = text;
    });
    verdict.textContent = naive.some(Number.isNaN)
      ? t("info.softmax.broken", { y: fixed(most, 1) })
      : t("info.softmax.fine", { i: stable.indexOf(Math.max(...stable)) + 1, p: percent(Math.max(...stable)) });
    list.refresh();
  };
  refresh();
  return { element, refresh };
}

/** A power of e: three decimals, or a power of ten where those would not do. @param {number} value */
function large(value) {
  if (!Number.isFinite(value)) return "∞";
  if (value !== 0 && (value >= 1e5 || value < 1e-3)) {
    const [digits, ten] = value.toExponential(2).split("e");
    return `${digits}·10${superscript(Number(ten))}`;
  }
  return fixed(value, 3);
}

/** @param {number} n */
function superscript(n) {
  return Array.from(String(n), (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("");
}
