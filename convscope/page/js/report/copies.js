/** Pictures that are there twice: how many, and those pairs that matter most, side by side. */

import { make } from "../kit/dom.js";
import { thousands } from "../kit/format.js";
import { card, reasonOf, reportSection, splitText } from "./parts.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */

/** @param {ReportApp} app */
export function copiesSection(app) {
  const { doc, t, report } = app;
  const { copies, classes } = report;
  if (!copies)
    return reasonOf(app, "copies")
      ? reportSection(app, "copies", t("report.copies"), "", reasonOf(app, "copies"))
      : null;
  const words = { exact: thousands(copies.exact), near: thousands(copies.near) };
  const lead = !copies.looked
    ? t("report.copies.exact", words)
    : copies.exact + copies.near
      ? t("report.copies.lead", words)
      : t("report.copies.none");
  return reportSection(
    app,
    "copies",
    t("report.copies"),
    lead,
    copies.leaks
      ? make(doc, "p", { class: "note remark" }, t("report.copies.leaks", { n: thousands(copies.leaks) }))
      : null,
    make(
      doc,
      "div",
      { class: "twins" },
      ...copies.pairs.map((pair) =>
        make(
          doc,
          "div",
          { class: "twin" },
          ...pair.pictures.map((picture, i) =>
            card(
              app,
              picture,
              t("report.copy.alt", { name: classes[pair.labels[i]], split: splitText(app, pair.splits[i]) }),
              pair.paths[i],
              make(doc, "span", { class: "names" }, classes[pair.labels[i]]),
              make(doc, "span", { class: "small" }, splitText(app, pair.splits[i])),
            ),
          ),
          make(
            doc,
            "p",
            { class: "small" },
            pair.exact ? t("report.copy.exact") : t("report.copy.near"),
            pair.labels[0] === pair.labels[1] ? "" : ` · ${t("report.copy.conflict")}`,
            pair.splits[0] === pair.splits[1] ? "" : ` · ${t("report.copy.leak")}`,
          ),
        ),
      ),
    ),
  );
}
