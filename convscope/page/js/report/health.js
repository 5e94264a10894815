/** Health: how many units of which layers do not work as they should, and what to try. */

import { make } from "../kit/dom.js";
import { thousands } from "../kit/format.js";
import { dataTable, reasonOf, reportSection } from "./parts.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */
/** @typedef {import("./types.js").LayerHealth} LayerHealth */

/**
 * The states of a unit that are counted, each with its name and what to try.
 * @param {ReportApp} app
 * @returns {{name: string, remedy: string, among: (layer: LayerHealth) => number[], fault: boolean}[]}
 */
function states({ t }) {
  return [
    { name: t("report.health.dead"), remedy: t("report.health.dead.remedy"), among: (one) => one.dead, fault: true },
    {
      name: t("report.health.saturated"),
      remedy: t("report.health.saturated.remedy"),
      among: (one) => one.saturated,
      fault: true,
    },
    {
      name: t("report.health.constant"),
      remedy: t("report.health.constant.remedy"),
      among: (one) => one.constant,
      fault: true,
    },
    {
      name: t("report.health.duplicate"),
      remedy: t("report.health.duplicate.remedy"),
      among: (one) => one.duplicate,
      fault: true,
    },
    {
      name: t("report.health.notfinite"),
      remedy: t("report.health.notfinite.remedy"),
      among: (one) => one.notfinite,
      fault: true,
    },
    {
      name: t("report.health.linear"),
      remedy: t("report.health.linear.remedy"),
      among: (one) => one.linear,
      fault: false,
    },
  ];
}

/** @param {ReportApp} app */
export function healthSection(app) {
  const { doc, t, report } = app;
  const { health } = report;
  if (!health) {
    const reason = reasonOf(app, "health");
    return reason ? reportSection(app, "health", t("report.health"), "", reason) : null;
  }
  const layers = health.layers ?? [];
  const weights = health.weights.length
    ? health.weights.map(({ tensor, nan, infinite }) =>
        make(doc, "p", {}, t("report.health.weights.bad", { tensor, nan, infinite })),
      )
    : [make(doc, "p", { class: "note" }, t("report.health.weights.sound"))];
  const said = states(app).map((state) => {
    const counts = layers.map((layer) => state.among(layer).length);
    return { ...state, counts, total: counts.reduce((sum, n) => sum + n, 0) };
  });
  const units = layers.reduce((sum, layer) => sum + layer.units, 0);
  const ill = said.reduce((sum, { fault, total }) => sum + (fault ? total : 0), 0);
  const words = { ill: thousands(ill), all: thousands(units), n: thousands(health.pictures) };
  const lead = !health.layers
    ? t("report.health.one")
    : ill
      ? t("report.health.some", words)
      : t("report.health.none", words);
  const heads = [t("report.health.layer"), t("report.health.units"), ...said.map(({ name }) => name)];
  const rows = layers.flatMap((layer, i) => {
    const counts = said.map((one) => one.counts[i]);
    const cells = counts.map((n) => (n ? thousands(n) : "·"));
    return counts.some((n) => n > 0) ? [[layer.name, thousands(layer.units), ...cells]] : [];
  });
  const total = [t("report.network.total"), thousands(units), ...said.map((one) => thousands(one.total))];
  const remedies = said.filter((one) => one.total);
  return reportSection(
    app,
    "health",
    t("report.health"),
    lead,
    rows.length ? dataTable(app, "rows counts", t("report.health"), heads, [...rows, total]) : null,
    rows.length && rows.length < layers.length
      ? make(doc, "p", { class: "note" }, t("report.health.others", { n: layers.length - rows.length }))
      : null,
    remedies.length
      ? make(
          doc,
          "dl",
          { class: "remedies" },
          ...remedies.flatMap(({ name, remedy }) => [make(doc, "dt", {}, name), make(doc, "dd", {}, remedy)]),
        )
      : null,
    ...weights,
  );
}
