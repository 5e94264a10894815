/** S15 and S16: the information in what happens, the bits of a code, and what the wrong code costs. */

import { make, refill, setVar, tableHead } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { display, letter, operator, sumSign } from "../../kit/maths.js";
import { codeLengths, codeWords, crossEntropyOf, divergenceOf, entropyOf, informationOf } from "../sums/information.js";
import { presets } from "../widgets.js";
import { crossFormulas } from "./loss_formulas.js";
import { CARS, othersOf, sharesOf, weightsOf } from "./loss_state.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {"bits" | "nats"} Unit */

const COIN = [1, 1];
const EQUAL = [1, 1, 1, 1];

/** @param {Lab} lab */
export function entropyPart(lab) {
  const { doc, t } = lab;
  const weights = () => weightsOf(lab.state);
  const others = () => othersOf(lab.state);
  const unit = () => /** @type {Unit} */ (lab.state.u === "nats" ? "nats" : "bits");
  const text = (/** @type {number[]} */ list) => list.join("_");
  const putP = (/** @type {number[]} */ list) =>
    lab.tune({
      p: text(list) === text(CARS) ? null : text(list),
      q: list.length === weights().length ? (lab.state.q ?? null) : null,
    });
  const putQ = (/** @type {number[]} */ list) => lab.tune({ q: list.every((v) => v === list[0]) ? null : text(list) });
  const named = (/** @type {string} */ words, /** @type {number[]} */ list) => ({
    text: words,
    on: () => text(weights()) === text(list),
    press: () => putP(list),
  });
  const choose = presets(lab, t("info.presets"), [
    named(t("info.coin"), COIN),
    named(t("info.cars"), CARS),
    named(t("info.equal"), EQUAL),
  ]);
  const units = presets(lab, t("info.unit"), [
    { text: t("info.bits"), on: () => unit() === "bits", press: () => lab.tune({ u: null }) },
    { text: t("info.nats"), on: () => unit() === "nats", press: () => lab.tune({ u: "nats" }) },
  ]);
  const ways = presets(lab, t("info.q.presets"), [
    { text: t("info.q.equal"), on: () => new Set(others()).size === 1, press: () => putQ(others().map(() => 1)) },
    {
      text: t("info.q.same"),
      on: () => sharesOf(others()).join() === sharesOf(weights()).join(),
      press: () => putQ(weights()),
    },
    {
      text: t("info.q.reverse"),
      on: () => text(others()) === text([...weights()].reverse()),
      press: () => putQ([...weights()].reverse()),
    },
  ]);
  const block = make(doc, "div", { class: "code-blocks", role: "img" });
  const entropyTable = make(doc, "div", { class: "table-scroll" });
  const entropySum = make(doc, "p", { class: "sum-of-window" });
  const crossTable = make(doc, "div", { class: "table-scroll" });
  const crossSum = make(doc, "div", {});
  const formulas = make(doc, "div", { class: "cross-formulas" });
  const element = make(
    doc,
    "div",
    {},
    make(
      doc,
      "section",
      { class: "worked entropy", "data-widget": "entropy" },
      make(doc, "h2", {}, t("info.entropy")),
      make(doc, "p", {}, t("info.entropy.text")),
      display(
        doc,
        make(doc, "span", {}, letter(doc, "H"), "(", letter(doc, "X"), ")"),
        operator(doc, "="),
        make(doc, "span", {}, letter(doc, "E"), "\u2009[−ln ", letter(doc, "P"), "\u2009]"),
        operator(doc, "="),
        "−",
        sumSign(doc, letter(doc, "i")),
        make(doc, "span", {}, letter(doc, "p", "i"), " log ", letter(doc, "p", "i")),
      ),
      make(doc, "div", { class: "two-rows" }, choose.element, units.element),
      entropyTable,
      entropySum,
      block,
      make(doc, "p", { class: "note" }, t("info.units")),
    ),
    make(
      doc,
      "section",
      { class: "worked cross", "data-widget": "cross" },
      make(doc, "h2", {}, t("info.cross")),
      make(doc, "p", {}, t("info.cross.text")),
      ways.element,
      crossTable,
      formulas,
      crossSum,
    ),
  );

  const names = () =>
    weights().length === 2
      ? [t("info.heads"), t("info.tails")]
      : [t("info.car.1"), t("info.car.2"), t("info.car.3"), t("info.car.4")];
  /** @type {HTMLInputElement[]} */
  let fields = [];
  let built = "";
  /** @type {Record<string, HTMLElement>} */
  let cells = {};
  const field = (
    /** @type {string} */ name,
    /** @type {() => number[]} */ get,
    /** @type {(list: number[]) => void} */ put,
    /** @type {number} */ i,
  ) => {
    const input = make(doc, "input", {
      type: "range",
      min: 0,
      max: 8,
      step: 0.5,
      "aria-label": name,
      on: {
        input: () => {
          const list = get().map((v, k) => (k === i ? Number(input.value) : v));
          if (list.some(Boolean)) put(list);
          else refresh();
        },
      },
    });
    fields.push(input);
    return input;
  };
  /** The tables are made again only where their rows change. */
  const build = () => {
    const key = `${weights().length}`;
    if (key === built) return;
    built = key;
    fields = [];
    cells = {};
    const at = (/** @type {string} */ id, kind = "figure") => (cells[id] = make(doc, "td", { class: kind }));
    const head = (/** @type {(string | HTMLElement)[]} */ list, /** @type {number} */ slides) =>
      tableHead(
        doc,
        list,
        list.map((_, i) => (i === slides ? "slide-head" : null)),
      );
    const log = (/** @type {string} */ of) => make(doc, "span", {}, "−log ", letter(doc, of));
    const row = (/** @type {string} */ name, /** @type {number} */ i) =>
      make(
        doc,
        "tr",
        {},
        make(doc, "th", { scope: "row" }, name),
        make(doc, "td", { class: "slide-cell" }, field(t("info.share", { name }), weights, putP, i)),
        at(`p${i}`),
        at(`i${i}`),
        at(`h${i}`),
        at(`c${i}`, "code-word"),
      );
    refill(
      entropyTable,
      make(
        doc,
        "table",
        { class: "numbers-table slide-table" },
        head(
          [
            "",
            t("info.change"),
            letter(doc, "p"),
            log("p"),
            make(doc, "span", {}, letter(doc, "p"), " × −log ", letter(doc, "p")),
            t("info.code"),
          ],
          1,
        ),
        make(doc, "tbody", {}, ...names().map(row)),
      ),
    );
    const other = (/** @type {string} */ name, /** @type {number} */ i) =>
      make(
        doc,
        "tr",
        {},
        make(doc, "th", { scope: "row" }, name),
        at(`y${i}`),
        make(doc, "td", { class: "slide-cell" }, field(t("info.said", { name }), others, putQ, i)),
        at(`q${i}`),
        at(`j${i}`),
        at(`x${i}`),
      );
    refill(
      crossTable,
      make(
        doc,
        "table",
        { class: "numbers-table slide-table" },
        head(
          [
            "",
            letter(doc, "p"),
            t("info.change.q"),
            letter(doc, "q"),
            log("q"),
            make(doc, "span", {}, letter(doc, "p"), " × −log ", letter(doc, "q")),
          ],
          2,
        ),
        make(doc, "tbody", {}, ...names().map(other)),
      ),
    );
  };
  const refresh = () => {
    build();
    const [p, q, u] = [sharesOf(weights()), sharesOf(others()), unit()];
    const words = codeWords(codeLengths(p));
    const n = p.length;
    const write = (/** @type {string} */ id, /** @type {string} */ value) => {
      cells[id].textContent = value;
    };
    p.forEach((v, i) => {
      for (const [input, value] of /** @type {[HTMLInputElement, number][]} */ ([
        [fields[i], weights()[i]],
        [fields[n + i], others()[i]],
      ])) {
        if (Number(input.value) !== value) input.value = String(value);
        input.setAttribute("aria-valuetext", fixed(input === fields[i] ? v : q[i], 3));
      }
      write(`p${i}`, fixed(v, 3));
      write(`i${i}`, fixed(informationOf(v, u), 3));
      write(`h${i}`, v ? fixed(v * informationOf(v, u), 3) : "0.000");
      write(`c${i}`, words[i]);
      write(`y${i}`, fixed(v, 3));
      write(`q${i}`, fixed(q[i], 3));
      write(`j${i}`, fixed(informationOf(q[i], u), 3));
      write(`x${i}`, v ? fixed(v * informationOf(q[i], u), 3) : "0.000");
    });
    const [entropy, cross, extra] = [entropyOf(p, u), crossEntropyOf(p, q, u), divergenceOf(p, q, u)];
    const name = u === "bits" ? t("info.bits") : t("info.nats");
    refill(
      entropySum,
      letter(doc, "H"),
      " = ",
      p
        .filter(Boolean)
        .map((v) => `${fixed(v, 3)} × ${fixed(informationOf(v, u), 3)}`)
        .join(" + "),
      " = ",
      make(doc, "b", { class: "answer", "data-figure": "entropy" }, fixed(entropy, u === "bits" ? 2 : 5)),
      ` ${name}`,
    );
    const mean = p.reduce((sum, v, i) => sum + v * words[i].length, 0);
    block.setAttribute("aria-label", t("info.blocks", { mean: fixed(mean, 3) }));
    refill(
      block,
      ...p.map((v, i) => {
        const one = make(
          doc,
          "span",
          {},
          make(doc, "b", {}, words[i]),
          make(doc, "span", v < 0.2 ? { class: "narrow" } : {}, v >= 0.1 ? names()[i] : ""),
        );
        setVar(one, "share", String(v));
        one.hidden = v === 0;
        return one;
      }),
    );
    const decimals = digitsThatAdd(cross, entropy, u === "bits" ? 3 : 5);
    const line = (
      /** @type {string} */ words,
      /** @type {string} */ kind,
      /** @type {number} */ value,
      /** @type {string} */ sign,
    ) =>
      make(
        doc,
        "p",
        { class: "sum-line" },
        make(doc, "span", { class: "sign", "aria-hidden": "true" }, sign),
        make(doc, "span", {}, words),
        make(doc, "b", { class: "figure", "data-figure": kind }, fixed(value, decimals)),
        make(doc, "span", {}, name),
      );
    refill(
      crossSum,
      line(t("info.cross.total"), "cross", cross, ""),
      line(t("info.cross.entropy"), "own", entropy, "−"),
      line(t("info.cross.kl"), "kl", extra, "="),
      make(doc, "p", { class: "note" }, Number.isFinite(extra) ? t("info.kl.note") : t("info.kl.never")),
    );
    refill(formulas, ...crossFormulas(doc, p, q, u, name));
    for (const one of [choose, units, ways]) one.refresh();
  };
  refresh();
  return { element, refresh };
}

/**
 * How many decimals to show, about `usual`, so that the difference printed is the difference of what is printed.
 * @param {number} whole @param {number} part @param {number} usual
 */
function digitsThatAdd(whole, part, usual) {
  const adds = (/** @type {number} */ digits) => {
    const [a, b, c] = [whole, part, whole - part].map((v) => Math.round(v * 10 ** digits));
    return a - b === c;
  };
  return [0, -1, 1, 2, -2].map((more) => usual + more).find(adds) ?? usual;
}
