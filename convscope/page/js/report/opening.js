/** The beginning of a report: what the run is worth in one sentence, in brief, and what was understood of the data. */

import { brandLine, languageChoice, masthead, themeButton } from "../kit/appearance.js";
import { make } from "../kit/dom.js";
import { fixed, thousands } from "../kit/format.js";
import { spoken } from "../kit/i18n.js";
import { digitsFor, reportSection, shareText, splitText } from "./parts.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */

/**
 * @param {ReportApp} app @param {[string, string][]} contents @param {boolean} dark
 * @param {(language: string) => void} speak @param {() => void} light
 */
export function opening(app, contents, dark, speak, light) {
  const { doc, t, report } = app;
  const language = languageChoice(doc, t, speak);
  const theme = themeButton(doc, t, dark, light);
  return make(
    doc,
    "header",
    { class: "head" },
    masthead(doc, brandLine(doc, t, null, dark), t("report.title", { name: report.title }), language, theme),
    verdict(app),
    brief(app),
    make(
      doc,
      "nav",
      { "aria-label": t("contents") },
      ...contents.map(([id, words]) => make(doc, "a", { href: `#${id}` }, words)),
    ),
  );
}

/** @param {ReportApp} app */
function verdict(app) {
  const { doc, t, report } = app;
  const row = report.rows.find((one) => !["baseline", "majority", "train"].includes(one.of));
  if (!row) return make(doc, "p", { class: "worth" }, t("report.verdict.none"));
  const digits = digitsFor(row.n);
  const [low, high] = (row.interval ?? [row.accuracy, row.accuracy]).map((end) => fixed(100 * end, digits));
  const base = report.rows.find((one) => one.of === "baseline");
  return make(
    doc,
    "div",
    { class: "worth" },
    make(doc, "p", { class: "big figure" }, shareText(row.accuracy, digits)),
    make(
      doc,
      "p",
      {},
      t("report.verdict", {
        n: row.n === null ? "–" : thousands(row.n),
        split: splitText(app, row.of),
        k: report.classes.length,
        low,
        high,
      }),
      base ? ` ${t("report.verdict.base", { base: shareText(base.accuracy) })}` : "",
    ),
  );
}

/** What to look at first. @param {ReportApp} app */
function brief(app) {
  const { doc, t, report } = app;
  const { measured, classes, copies } = report;
  /** @type {[string, string][]} */
  const points = [];
  const often = measured?.cells.filter(([i, j]) => i !== j).sort((a, b) => b[2] - a[2])[0];
  if (often)
    points.push([
      "confusion",
      t("report.brief.often", { truth: classes[often[0]], said: classes[often[1]], n: thousands(often[2]) }),
    ]);
  const weak = measured?.per_class
    .map((row, i) => ({ row, i }))
    .filter(({ row }) => row.recall !== null && row.recall < 1)
    .sort((a, b) => (a.row.recall ?? 1) - (b.row.recall ?? 1))[0];
  if (weak)
    points.push([
      "classes",
      t("report.brief.weak", { name: classes[weak.i], recall: shareText(weak.row.recall), n: thousands(weak.row.n) }),
    ]);
  if (report.asked) points.push(["questions", t("report.brief.asked", { n: thousands(report.asked) })]);
  if (copies?.leaks) points.push(["copies", t("report.brief.leaks", { n: thousands(copies.leaks) })]);
  const more = report.subsets?.forecasts[0];
  if (more)
    points.push([
      "more",
      t("report.brief.more", {
        more: thousands(more.more),
        gain: `${more.gain >= 0 ? "+" : ""}${fixed(100 * more.gain, 1)}`,
      }),
    ]);
  if (!points.length) return null;
  return make(
    doc,
    "ul",
    { class: "brief" },
    ...points.map(([id, words]) => make(doc, "li", {}, make(doc, "a", { href: `#${id}` }, words))),
  );
}

/** @param {ReportApp} app */
export function understoodSection(app) {
  const { doc, t, report } = app;
  if (!report.understood.length) return null;
  return reportSection(
    app,
    "understood",
    t("report.understood"),
    "",
    make(doc, "ul", { class: "said" }, ...report.understood.map((one) => make(doc, "li", {}, spoken(t, one)))),
  );
}
