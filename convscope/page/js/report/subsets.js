/** What more pictures would give: the same training on parts of them, and the curve carried on. */

import { make } from "../kit/dom.js";
import { fixed, percent, thousands } from "../kit/format.js";
import { dataTable, intervalText, reasonOf, reportSection, shareText } from "./parts.js";
import { plot } from "./plot.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */

/** @param {ReportApp} app */
export function subsetsSection(app) {
  const { doc, t, report } = app;
  const { subsets } = report;
  if (!subsets) {
    const reason = reasonOf(app, "subsets");
    return reason ? reportSection(app, "more", t("report.more"), "", reason) : null;
  }
  const { fits, forecasts } = subsets;
  const points = (/** @type {number} */ gain) => `${gain >= 0 ? "+" : ""}${fixed(100 * gain, 1)}`;
  const said = forecasts.map((one) =>
    t("report.more.forecast", {
      more: thousands(one.more),
      gain: points(one.gain),
      low: points(one.interval[0]),
      high: points(one.interval[1]),
    }),
  );
  const sizes = [...new Set(fits.map((fit) => fit.n))];
  const whole = fits[fits.length - 1];
  const ahead = forecasts.map(
    (one) => /** @type {[number, number]} */ ([whole.n + one.more, Math.min(1, whole.accuracy + one.gain)]),
  );
  const low = Math.max(0, Math.floor(Math.min(...fits.map((fit) => fit.interval[0])) * 10) / 10);
  const most = Math.max(whole.n, ...ahead.map(([n]) => n));
  return reportSection(
    app,
    "more",
    t("report.more"),
    said[0] ?? "",
    make(
      doc,
      "div",
      { class: "side-by-side" },
      plot(
        doc,
        t("report.more"),
        {
          range: [Math.min(...sizes) / 1.15, most * 1.1],
          name: t("report.more.n"),
          text: thousands,
          ticks: spaced([...sizes, ...ahead.map(([n]) => n)]),
          log: true,
        },
        { range: [low, 1], name: t("report.accuracy"), text: (v) => percent(v, 0) },
        [
          {
            points: fits.map((fit) => [fit.n, fit.accuracy]),
            kind: "train",
            dots: true,
            unjoined: true,
            reach: fits.map((fit) => fit.interval),
          },
          {
            points: [[whole.n, whole.accuracy], ...ahead],
            kind: "ahead",
            dots: true,
            reach: [
              whole.interval,
              ...forecasts.map(
                (one) =>
                  /** @type {[number, number]} */ ([
                    Math.max(low, whole.accuracy + one.interval[0]),
                    Math.min(1, whole.accuracy + one.interval[1]),
                  ]),
              ),
            ],
          },
        ],
      ),
      make(
        doc,
        "div",
        {},
        ...said.slice(1).map((one) => make(doc, "p", {}, one)),
        dataTable(
          app,
          "rows",
          t("report.more"),
          [t("report.more.n"), t("report.accuracy")],
          fits.map((fit) => [
            thousands(fit.n),
            [shareText(fit.accuracy), " ", make(doc, "span", { class: "small" }, intervalText(app, fit.interval))],
          ]),
        ),
        make(
          doc,
          "p",
          { class: "note" },
          t("report.more.how", { n: fits.length - 1, seconds: fixed(subsets.seconds, 0) }),
        ),
      ),
    ),
  );
}

/** Ticks that do not run into each other on a logarithmic axis. @param {number[]} values */
function spaced(values) {
  /** @type {number[]} */
  const kept = [];
  for (const v of values.sort((a, b) => a - b)) if (!kept.length || v / kept[kept.length - 1] > 1.35) kept.push(v);
  return kept;
}
