/** How far the network's probabilities can be believed: the reliability diagram, before and after its temperature. */

import { make } from "../kit/dom.js";
import { fixed, percent, thousands } from "../kit/format.js";
import { wilson } from "../kit/intervals.js";
import { reportSection } from "./parts.js";
import { plot, plotKey } from "./plot.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */
/** @typedef {import("./types.js").Bin} Bin */

/** @param {ReportApp} app */
export function surenessSection(app) {
  const { doc, t, report } = app;
  const { measured } = report;
  if (!measured || !measured.before.length) return null;
  const { before, after, temperature } = measured;
  const lead =
    temperature === 1
      ? t("report.sure.one", { before: percent(errorOf(before)) })
      : after && temperature !== null
        ? t("report.sure.lead", {
            t: fixed(temperature, 2),
            before: percent(errorOf(before)),
            after: percent(errorOf(after)),
          })
        : t("report.sure.alone", { before: percent(errorOf(before)) });
  const shown = /** @type {[string, string, Bin[]][]} */ ([
    [t("report.sure.before"), "before", before],
    ...(after && temperature !== 1 ? [[t("report.sure.after"), "after", after]] : []),
  ]);
  return reportSection(
    app,
    "sureness",
    t("report.sure"),
    lead,
    make(
      doc,
      "div",
      { class: "side-by-side" },
      ...shown.map(([name, kind, bins]) =>
        make(doc, "div", {}, make(doc, "h3", {}, name), diagram(app, name, kind, bins)),
      ),
    ),
    plotKey(doc, [["ideal", t("report.sure.ideal")]]),
    make(
      doc,
      "p",
      { class: "note" },
      t("report.sure.how", { n: thousands(measured.n) }),
      measured.fitted_on && after ? ` ${t("report.sure.fitted")}` : "",
    ),
  );
}

/** The expected calibration error of bins. @param {Bin[]} bins */
function errorOf(bins) {
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  return bins.reduce((sum, bin) => sum + Math.abs(bin.right - bin.n * bin.confidence), 0) / Math.max(1, n);
}

/** @param {ReportApp} app @param {string} name @param {string} kind @param {Bin[]} bins */
function diagram({ doc, t }, name, kind, bins) {
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  const axis = (/** @type {string} */ words) => ({
    range: /** @type {[number, number]} */ ([0, 1]),
    name: words,
    text: (/** @type {number} */ v) => percent(v, 0),
  });
  const points = /** @type {[number, number][]} */ (bins.map((bin) => [bin.confidence, bin.right / bin.n]));
  return plot(
    doc,
    name,
    axis(t("report.sure.confidence")),
    axis(t("report.sure.right")),
    [
      {
        points: [
          [0, 0],
          [1, 1],
        ],
        kind: "ideal",
      },
      {
        points,
        kind,
        dots: true,
        unjoined: true,
        reach: bins.map((bin) => wilson(bin.right, bin.n)),
        sizes: bins.map((bin) => 3 + 8 * Math.sqrt(bin.n / n)),
      },
    ],
    true,
  );
}
