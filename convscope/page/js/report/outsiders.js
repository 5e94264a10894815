/** None of these: how many of its own pictures the network refuses, and how many that belong to none of its classes. */

import { make } from "../kit/dom.js";
import { percent, thousands } from "../kit/format.js";
import { intervalText, reasonOf, reportSection, shareText } from "./parts.js";
import { plot } from "./plot.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */
/** @typedef {import("./types.js").OutsiderKind} OutsiderKind */

/** @param {ReportApp} app */
export function outsidersSection(app) {
  const { doc, t, report } = app;
  const { outsiders } = report;
  if (!outsiders) {
    const reason = reasonOf(app, "outsiders");
    return reason ? reportSection(app, "outsiders", t("report.outsiders"), "", reason) : null;
  }
  /** @type {Record<string, string>} */
  const names = {
    shuffled: t("report.outsiders.shuffled"),
    noise: t("report.outsiders.noise"),
    blank: t("report.outsiders.blank"),
  };
  const refused = `${shareText(outsiders.refused)} ${intervalText(app, outsiders.interval)}`;
  const how = t("report.outsiders.how", {
    level: percent(outsiders.level, 0),
    held: thousands(outsiders.held_out),
    share: shareText(outsiders.held_out_refused),
  });
  return reportSection(
    app,
    "outsiders",
    t("report.outsiders"),
    t("report.outsiders.lead", { n: thousands(outsiders.n), refused }),
    make(
      doc,
      "div",
      { class: "outsiders" },
      ...outsiders.kinds.map((one) => kindView(app, one, names[one.kind] ?? one.kind, outsiders.refused)),
    ),
    make(doc, "p", { class: "note" }, how),
  );
}

/** @param {ReportApp} app @param {OutsiderKind} one @param {string} name @param {number} refused */
function kindView(app, one, name, refused) {
  const { doc, t } = app;
  const far = Math.max(0.1, refused * 1.2, ...one.curve.map(([own]) => own));
  const text = (/** @type {number} */ v) => percent(v, 0);
  return make(
    doc,
    "div",
    { class: "outsider" },
    make(doc, "h3", {}, name),
    make(
      doc,
      "div",
      { class: "outsider-head" },
      make(doc, "img", { src: one.picture, alt: name, class: one.picture.startsWith("data:image/png") ? "exact" : "" }),
      make(
        doc,
        "p",
        {},
        make(doc, "b", { class: "figure" }, shareText(one.caught)),
        " ",
        make(doc, "span", { class: "small" }, intervalText(app, one.interval)),
      ),
    ),
    plot(
      doc,
      name,
      { range: [0, far], name: t("report.outsiders.own"), text },
      { range: [0, 1], name: t("report.outsiders.caught"), text },
      [
        { points: one.curve, kind: "train" },
        { points: [[refused, one.caught]], kind: "after", dots: true, reach: [one.interval] },
      ],
      true,
    ),
  );
}
