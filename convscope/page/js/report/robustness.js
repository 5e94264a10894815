/** What is left of the accuracy where pictures are brighter, darker, turned, blurred or smaller. */

import { make } from "../kit/dom.js";
import { thousands } from "../kit/format.js";
import { intervalText, reasonOf, reportSection, shareText } from "./parts.js";
import { whisker } from "./whiskers.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */
/** @typedef {import("./types.js").Strength} Strength */

/** @param {ReportApp} app */
export function robustnessSection(app) {
  const { doc, t, report } = app;
  const { robustness } = report;
  if (!robustness) {
    const reason = reasonOf(app, "robustness");
    return reason ? reportSection(app, "robustness", t("report.robust"), "", reason) : null;
  }
  /** @type {Record<string, string>} */
  const names = {
    brighter: t("report.robust.brighter"),
    darker: t("report.robust.darker"),
    turned: t("report.robust.turned"),
    blurred: t("report.robust.blurred"),
    smaller: t("report.robust.smaller"),
  };
  const worst = robustness.changes
    .flatMap((change) => change.strengths.slice(0, 1).map((one) => ({ change, one })))
    .sort((a, b) => a.one.accuracy - b.one.accuracy)[0];
  const words = worst && {
    as: shareText(robustness.accuracy),
    kind: names[worst.change.kind].toLowerCase(),
    amount: worst.one.amount,
    then: shareText(worst.one.accuracy),
  };
  const harms = worst && worst.one.accuracy < robustness.accuracy;
  const lead = !words ? "" : harms ? t("report.robust.lead", words) : t("report.robust.unhurt", { as: words.as });
  const cell = (
    /** @type {{accuracy: number, interval: import("./types.js").Interval, picture: string}} */ one,
    /** @type {string} */ words,
  ) =>
    make(
      doc,
      "div",
      { class: "strength" },
      make(doc, "img", {
        src: one.picture,
        alt: words,
        class: one.picture.startsWith("data:image/png") ? "exact" : "",
      }),
      make(doc, "span", { class: "small" }, words),
      make(doc, "b", { class: "figure" }, shareText(one.accuracy)),
      whisker(doc, one.accuracy, one.interval, 0),
      make(doc, "span", { class: "small figure" }, intervalText(app, one.interval)),
    );
  return reportSection(
    app,
    "robustness",
    t("report.robust"),
    lead,
    make(
      doc,
      "div",
      { class: "changes" },
      ...robustness.changes.map((change) =>
        make(
          doc,
          "div",
          { class: "change" },
          make(doc, "h3", {}, names[change.kind] ?? change.kind),
          make(
            doc,
            "div",
            { class: "strengths" },
            cell(robustness, t("report.robust.as")),
            ...change.strengths.map((one) => cell(one, one.amount)),
          ),
        ),
      ),
    ),
    make(doc, "p", { class: "note" }, t("report.robust.how", { n: thousands(robustness.n) })),
  );
}
