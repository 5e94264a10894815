/** The table of a comparison: a row a property, a column a run; what is the same everywhere steps back. */

import { make } from "../../kit/dom.js";
import { fixed, percent, thousands } from "../../kit/format.js";
import { grouped } from "../../formula/fault.js";
import { runAddress, toPlace } from "./places.js";
import { networkOf, secondsText, stateWords } from "./run_facts.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../types.js").Translate} Translate */
/** @typedef {import("../api.js").RunSummary} RunSummary */
/**
 * @typedef {{name: string, of: (run: RunSummary) => string, value?: (run: RunSummary) => number | null, least?:
 * boolean, code?: boolean, id?: string}} Property
 */

/** @param {Lab} lab @param {RunSummary[]} runs */
export function comparedTable(lab, runs) {
  const { doc, t } = lab;
  const rows = propertiesOf(t).map(({ name, of, value, least, code, id }) => {
    const texts = runs.map(of);
    const values = value ? runs.map(value) : [];
    const known = values.filter((one) => one !== null);
    const best =
      known.length > 1 && new Set(known).size > 1
        ? (least ? Math.min : Math.max)(.../** @type {number[]} */ (known))
        : null;
    const same = runs.length > 1 && texts.every((text) => text === texts[0]);
    return make(
      doc,
      "tr",
      { class: same ? "same" : "" },
      make(doc, "th", { scope: "row" }, name),
      ...texts.map((text, i) => {
        const first = best !== null && values[i] === best;
        return make(
          doc,
          "td",
          {
            class: `${code ? "code-cell" : "figure"}${first ? " best" : ""}`,
            "data-figure": id,
            title: first ? t("bench.best") : null,
          },
          code ? make(doc, "code", {}, text) : text,
          first ? make(doc, "span", { class: "unseen" }, ` ${t("bench.best")}`) : null,
        );
      }),
    );
  });
  return make(
    doc,
    "table",
    { class: "compare-table" },
    make(
      doc,
      "thead",
      {},
      make(
        doc,
        "tr",
        {},
        make(doc, "td", {}),
        ...runs.map(({ id }, i) =>
          make(
            doc,
            "th",
            { scope: "col", class: `compare-${i}` },
            make(doc, "span", { class: "compare-swatch" }),
            make(doc, "a", { href: runAddress(id), on: { click: toPlace(lab, { v: "run", r: id }) } }, id),
          ),
        ),
      ),
    ),
    make(doc, "tbody", {}, ...rows),
  );
}

/** @param {Translate} t @returns {Property[]} */
function propertiesOf(t) {
  const share = (/** @type {number | null | undefined} */ value) =>
    value === null || value === undefined ? "–" : percent(value, 2);
  return [
    { name: t("bench.state"), of: (run) => stateWords(t, run.state) },
    {
      name: t("bench.test"),
      of: (run) => share(run.test?.accuracy),
      value: (run) => run.test?.accuracy ?? null,
      id: "test",
    },
    {
      name: t("bench.heldout"),
      of: (run) => share(run.validation?.accuracy),
      value: (run) => run.validation?.accuracy ?? null,
    },
    { name: t("mnist.train.accuracy"), of: (run) => share(run.accuracy) },
    { name: t("mnist.loss"), of: (run) => (run.loss === null ? "–" : fixed(run.loss, 4)) },
    {
      name: t("bench.time"),
      of: (run) => secondsText(t, run.seconds),
      value: (run) => (run.state === "finished" ? run.seconds : null),
      least: true,
    },
    { name: t("arch.parameters"), of: (run) => countText(networkOf(run)?.parameters), id: "parameters" },
    { name: t("arch.macs"), of: (run) => countText(networkOf(run)?.macs) },
    { name: t("bench.formula"), of: (run) => run.formula, code: true },
    { name: t("bench.data"), of: (run) => run.data?.set ?? "–" },
    { name: t("bench.trained.on"), of: (run) => (run.data ? thousands(run.data.train) : "–") },
    { name: t("bench.recipe"), of: (run) => run.recipe },
    {
      name: t("mnist.epochs"),
      of: (run) => (run.epochs === null ? "–" : String(Math.round(run.epochs * 1000) / 1000)),
    },
    { name: t("bench.batch"), of: (run) => (run.batch === null ? "–" : String(run.batch)) },
    { name: t("bench.steps"), of: (run) => (run.steps === null ? "–" : thousands(run.steps)) },
    { name: t("bench.seed"), of: (run) => (run.seed === null ? "–" : String(run.seed)) },
  ];
}

/** @param {bigint | undefined} n */
function countText(n) {
  return n === undefined ? "–" : grouped(n);
}
