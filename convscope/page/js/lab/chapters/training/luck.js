/** Several seeds, one after another: how far luck spreads, and what choosing the best by validation does. */

import { button, make, refill, tableHead } from "../../../kit/dom.js";
import { fixed, percent, thousands } from "../../../kit/format.js";
import { wholeIn } from "../../address.js";
import { choosing, meanAndDeviation } from "../../sums/outcomes.js";
import { presets } from "../../widgets.js";
import { formulaOf, plainNumber, settingsOf } from "./settings.js";
import { runsOf } from "./runs.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../../learn/pictures.js").Pictures} Pictures */
/** @typedef {import("../../training/digits.js").Digits} Digits */
/** @typedef {import("./runs.js").Run} Run */
/** @typedef {{seed: number, run: Run | null, parts: number[], test: number}} Row */

const SEEDS_OFFERED = [5, 10, 20];
const SEEDS_HERE = 5;
const PARTS = 10; // of the validation pictures, each large enough to choose by, small enough to mislead

/** Ten parts of the validation pictures, the classes alike in each, and the test pictures: after the last step only. */
const watchedAtTheEnd = (/** @type {Digits} */ { validation, test }) => {
  const size = validation.shape.reduce((a, b) => a * b, 1);
  const n = validation.labels.length / PARTS;
  const part = (/** @type {number} */ i) => ({
    pixels: validation.pixels.subarray(i * n * size, (i + 1) * n * size),
    labels: Array.from(validation.labels).slice(i * n, (i + 1) * n),
    shape: validation.shape,
  });
  /** @type {Record<string, Pictures>} */
  const others = { test };
  for (let i = 0; i < PARTS; i++) others[`part${i}`] = part(i);
  return { others, measures: 1 };
};

/** @param {Lab} lab */
export function luckPart(lab) {
  const { doc, t } = lab;
  const runs = runsOf(lab, "wrong-seeds", watchedAtTheEnd);
  const many = () =>
    SEEDS_OFFERED.includes(Number(lab.state.s)) ? wholeIn(lab.state, "s", 5, 20, SEEDS_HERE) : SEEDS_HERE;
  const seeds = () =>
    Array.from({ length: many() }, (_, i) => ({ ...settingsOf(lab.state), i: settingsOf(lab.state).i + i }));
  const count = presets(
    lab,
    t("wrong.seeds"),
    SEEDS_OFFERED.map((n) => ({
      text: String(n),
      on: () => many() === n,
      press: () => lab.tune({ s: n === SEEDS_HERE ? null : n }),
    })),
  );
  const start = button(
    doc,
    t("wrong.seeds.start"),
    () => {
      if (runs.going) runs.stop();
      else runs.ask(seeds());
    },
    { class: "primary run" },
  );
  const words = make(doc, "p", { class: "note" });
  const table = make(doc, "tbody", {});
  const spread = make(doc, "p", { class: "sum-of-window" });
  const chosen = make(doc, "p", {});
  const every = make(doc, "p", {});
  const heads = [t("train.seed"), t("wrong.hundred"), t("wrong.thousand"), t("wrong.test")];
  const element = make(
    doc,
    "section",
    { class: "worked wrong-luck", "data-widget": "luck" },
    make(doc, "h2", {}, t("wrong.luck")),
    make(doc, "p", {}, t("wrong.luck.text")),
    make(
      doc,
      "div",
      { class: "train-choices" },
      make(doc, "span", { class: "label" }, t("wrong.seeds")),
      count.element,
      start,
    ),
    words,
    make(
      doc,
      "div",
      { class: "wrong-luck-grid" },
      make(doc, "table", { class: "numbers-table" }, tableHead(doc, heads), table),
      make(doc, "div", { "aria-live": "polite" }, spread, chosen, every),
    ),
    make(doc, "p", { class: "note" }, t("wrong.writers")),
  );

  const refresh = () => {
    count.refresh();
    const rows = seeds().map((one) => seedFigures(one.i, runs.get(one)));
    const done = rows.filter(({ run }) => run?.ended);
    const whole = done.length === rows.length && !runs.going;
    start.textContent = runs.going ? t("wrong.stop") : t("wrong.seeds.start");
    start.toggleAttribute("disabled", whole);
    const settings = settingsOf(lab.state);
    words.textContent = t("wrong.seeds.of", {
      formula: formulaOf(settings),
      lr: plainNumber(settings.r),
      n: thousands(settings.n),
      seconds: fixed(
        rows.reduce((sum, { run }) => sum + (run?.seconds ?? 0), 0),
        1,
      ),
    });
    const picks =
      whole && done.length
        ? choosing(
            rows.map(({ parts }) => parts),
            rows.map(({ test }) => test),
          )
        : [];
    refill(table, ...rows.map((row, i) => seedRow(lab, row, picks[0]?.chosen === i)));
    const tests = rows.flatMap(({ run, test }) => (run?.ended ? [test] : []));
    const { mean, deviation } = meanAndDeviation(tests);
    spread.textContent =
      tests.length > 1
        ? t("wrong.spread", {
            mean: percent(mean),
            sd: fixed(100 * deviation, 1),
            least: percent(Math.min(...tests)),
            most: percent(Math.max(...tests)),
          })
        : "";
    chosen.textContent = picks.length ? chosenWords(lab, picks[0], rows) : "";
    every.textContent = picks.length ? everyWords(lab, picks) : "";
  };
  const silent = runs.listen(refresh);
  refresh();
  return { element, refresh, gone: silent };
}

/** @param {number} seed @param {Run | null} run @returns {Row} */
function seedFigures(seed, run) {
  const last = (/** @type {string} */ of) => run?.measures.filter((one) => one.of === of).at(-1)?.accuracy ?? NaN;
  return { seed, run, parts: Array.from({ length: PARTS }, (_, i) => last(`part${i}`)), test: last("test") };
}

/** @param {Lab} lab @param {Row} row @param {boolean} chosen */
function seedRow({ doc }, { seed, run, parts, test }, chosen) {
  const figures = run?.ended
    ? [parts[0], meanAndDeviation(parts).mean, test].map((value) => percent(value))
    : [run ? percent(run.lines.length / (run.steps || 1), 0) : "–", "", ""];
  return make(
    doc,
    "tr",
    { class: chosen ? "mine" : null },
    make(doc, "td", { class: "figure" }, chosen ? `${seed} ✓` : String(seed)),
    ...figures.map((text, i) =>
      make(doc, "td", { class: "figure", "data-figure": i === 2 ? "seed-test" : null }, text),
    ),
  );
}

/** @param {Lab} lab @param {ReturnType<typeof choosing>[number]} pick @param {Row[]} rows */
function chosenWords({ t }, { chosen, validation, lead, test, leadOnTest }, rows) {
  return t("wrong.chosen", {
    seed: rows[chosen].seed,
    validation: percent(validation),
    lead: fixed(100 * lead, 1),
    test: percent(test),
    left: fixed(100 * leadOnTest, 1),
  });
}

/** @param {Lab} lab @param {ReturnType<typeof choosing>} picks */
function everyWords({ t }, picks) {
  const mean = (/** @type {number[]} */ values) => fixed(100 * meanAndDeviation(values).mean, 1);
  return t("wrong.every", {
    parts: picks.length,
    lead: mean(picks.map((one) => one.lead)),
    left: mean(picks.map((one) => one.leadOnTest)),
  });
}
