/** The end of a report: the network layer by layer, and what repeats it all. */

import { creditLine } from "../kit/credit.js";
import { make } from "../kit/dom.js";
import { fixed, thousands } from "../kit/format.js";
import { dataTable, reportSection } from "./parts.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */

const LONG_FORMULA = 400; // characters, from which it is folded
const LONG_TABLE = 20; // nodes, from which the table is folded
const PRINTED = 60; // nodes that fill a sheet and a half: a longer table is printed only where it stands open

/** @param {ReportApp} app */
export function networkSection(app) {
  const { doc, t, report } = app;
  const { facts, layers } = report;
  const formula = make(doc, "p", { class: "formula" }, facts.formula);
  const rows = layers.map((layer) => [
    layer.name,
    make(doc, "code", {}, layer.layer),
    layer.output,
    thousands(layer.parameters),
    thousands(layer.macs),
    layer.sees,
  ]);
  const total = [t("report.network.total"), "", "", thousands(facts.parameters), thousands(facts.macs), ""];
  const heads = [
    t("report.network.name"),
    t("report.network.layer"),
    t("report.network.output"),
    t("report.network.parameters"),
    t("report.network.macs"),
    t("report.network.sees"),
  ];
  const table = dataTable(app, "rows layers", t("report.network"), heads, [...rows, total]);
  const summary = make(doc, "summary", {}, t("report.network.all", { n: layers.length }));
  const folded = make(doc, "details", {}, summary, table);
  if (layers.length > PRINTED) {
    folded.dataset.print = "as it stands";
    summary.append(make(doc, "span", { class: "unprinted" }, t("report.network.unprinted")));
  }
  return reportSection(
    app,
    "network",
    t("report.network"),
    t("report.network.lead", { parameters: thousands(facts.parameters), macs: thousands(facts.macs) }),
    facts.formula.length > LONG_FORMULA
      ? make(doc, "details", {}, make(doc, "summary", {}, t("report.network.formula")), formula)
      : formula,
    layers.length > LONG_TABLE ? folded : table,
  );
}

/** @param {ReportApp} app */
export function repeatSection(app) {
  const { doc, t, report } = app;
  const { facts, command } = report;
  /** @type {[string, string][]} */
  const list = [
    [t("report.fact.data"), facts.data],
    [
      t("report.fact.pictures"),
      t("report.fact.counts", {
        train: thousands(facts.train),
        validation: thousands(facts.validation),
        test: thousands(facts.test),
      }),
    ],
    [t("report.fact.input"), facts.input.join(" × ")],
    [t("report.fact.recipe"), facts.recipe],
    [t("report.epochs"), fixed(facts.epochs, facts.epochs % 1 ? 2 : 0)],
    [t("report.fact.seed"), String(facts.seed)],
    [t("report.fact.seconds"), facts.seconds === null ? "–" : `${fixed(facts.seconds, 1)} s`],
    [t("report.fact.machine"), facts.machine],
    [t("report.fact.versions"), facts.versions.map(([name, version]) => `${name} ${version}`).join(", ")],
    [t("report.fact.fingerprint"), facts.fingerprint],
  ];
  return reportSection(
    app,
    "repeat",
    t("report.repeat"),
    command ? t("report.repeat.lead") : t("report.repeat.none"),
    command ? make(doc, "pre", { class: "command", tabindex: 0 }, command) : null,
    make(
      doc,
      "dl",
      { class: "run-facts" },
      ...list.map(([name, value]) => make(doc, "div", {}, make(doc, "dt", {}, name), make(doc, "dd", {}, value))),
    ),
    report.credit
      ? make(doc, "p", { class: "note credit" }, ...creditLine(doc, report.credit, (gaps) => t("credit", gaps)))
      : null,
  );
}
