/** The figures: of every split with their intervals, beside what a simple classifier comes to, and of every class. */

import { button, make, refill } from "../kit/dom.js";
import { fixed, thousands } from "../kit/format.js";
import { spoken } from "../kit/i18n.js";
import { dataTable, digitsFor, intervalText, reasonOf, reportSection, shareText, splitText } from "./parts.js";
import { scaleStart, whisker } from "./whiskers.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */
/** @typedef {import("./types.js").SplitRow} SplitRow */

const CLASSES = 24; // that are shown at first

/** @param {ReportApp} app */
export function figuresSection(app) {
  const { doc, t, report } = app;
  if (!report.rows.length) return reportSection(app, "figures", t("report.figures"), "", reasonOf(app, "measured"));
  const start = scaleStart(report.rows.map((row) => row.interval));
  const skewed = report.rows.some(
    (row) => row.balanced_accuracy !== null && Math.abs(row.balanced_accuracy - row.accuracy) > 0.005,
  );
  const rows = report.rows.map((row) => [
    rowName(app, row),
    row.n === null ? "–" : thousands(row.n),
    [
      make(doc, "b", {}, shareText(row.accuracy, digitsFor(row.n))),
      " ",
      make(doc, "span", { class: "small" }, intervalText(app, row.interval, digitsFor(row.n))),
    ],
    whisker(doc, row.accuracy, row.interval, start),
    ...(skewed
      ? [
          [
            shareText(row.balanced_accuracy),
            " ",
            make(
              doc,
              "span",
              { class: "small" },
              row.balanced_accuracy === null ? "" : intervalText(app, row.balanced_interval),
            ),
          ],
        ]
      : []),
    row.loss === null ? "–" : fixed(row.loss, 4),
    shareText(row.ece),
  ]);
  const heads = [
    t("report.pictures"),
    t("report.n"),
    t("report.accuracy"),
    t("report.scale", { start: fixed(100 * start, 0) }),
    ...(skewed ? [t("report.balanced")] : []),
    t("report.loss"),
    t("report.ece"),
  ];
  return reportSection(
    app,
    "figures",
    t("report.figures"),
    t("report.figures.lead"),
    dataTable(app, "rows", t("report.figures"), heads, rows),
    reasonOf(app, "measured"),
    ...report.notes.map((note) => make(doc, "p", { class: "note remark" }, spoken(t, note))),
  );
}

/** @param {ReportApp} app @param {SplitRow} row */
function rowName(app, row) {
  const { doc, t } = app;
  const [split, of] = row.of.split(", ");
  if (split === "baseline")
    return [t("report.row.baseline"), make(doc, "span", { class: "small block" }, row.name ? spoken(t, row.name) : "")];
  if (split === "majority") return t("report.row.majority");
  if (of === "without leaks") return t("report.row.clean", { split: splitText(app, split) });
  if (of === "before") return t("report.row.before", { split: splitText(app, split) });
  return splitText(app, split);
}

/** @param {ReportApp} app */
export function classesSection(app) {
  const { doc, t, report } = app;
  const { measured, classes } = report;
  if (!measured) return null;
  const known = measured.per_class
    .map((row, i) => ({ row, i }))
    .filter(({ row }) => row.n > 0 || row.precision !== null);
  const order =
    known.length > CLASSES ? known.slice().sort((a, b) => (a.row.recall ?? 2) - (b.row.recall ?? 2)) : known;
  const start = scaleStart(
    known.flatMap(({ row }) => [
      row.recall === null ? null : row.recall_interval,
      row.precision === null ? null : row.precision_interval,
    ]),
  );
  const place = make(doc, "div", {});
  const draw = (/** @type {number} */ most) =>
    refill(
      place,
      dataTable(
        app,
        "rows classes",
        t("report.classes"),
        [
          t("report.class"),
          t("report.n"),
          t("report.recall"),
          t("report.scale", { start: fixed(100 * start, 0) }),
          t("report.precision"),
          t("report.scale", { start: fixed(100 * start, 0) }),
          t("report.f1"),
        ],
        order
          .slice(0, most)
          .map(({ row, i }) => [
            classes[i],
            thousands(row.n),
            [
              shareText(row.recall),
              " ",
              make(doc, "span", { class: "small" }, row.recall === null ? "" : intervalText(app, row.recall_interval)),
            ],
            whisker(doc, row.recall, row.recall_interval, start),
            [
              shareText(row.precision),
              " ",
              make(
                doc,
                "span",
                { class: "small" },
                row.precision === null ? "" : intervalText(app, row.precision_interval),
              ),
            ],
            whisker(doc, row.precision, row.precision_interval, start),
            shareText(row.f1),
          ]),
      ),
      order.length > most
        ? button(doc, t("report.classes.all", { n: thousands(order.length) }), () => draw(order.length))
        : null,
    );
  draw(CLASSES);
  const lead = known.length > CLASSES ? t("report.classes.worst") : t("report.classes.lead");
  return reportSection(app, "classes", t("report.classes"), lead, place);
}
