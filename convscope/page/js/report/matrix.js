/** The confusion matrix, and the pictures behind each of its cells. Of many classes: a map, and the cells in order. */

import { button, make, makeSvg, refill, setVar } from "../kit/dom.js";
import { fixed, percent, thousands } from "../kit/format.js";
import { card, reportSection } from "./parts.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */
/** @typedef {import("./types.js").Measured} Measured */
/** @typedef {import("./types.js").Answer} Answer */

const TABLE = 26; // classes, up to which every cell is written out
const LISTED = 40; // confusions of more classes
const ERRORS = 30; // that are shown at first

/** @param {ReportApp} app */
export function matrixSection(app) {
  const { doc, t, report } = app;
  const { measured, classes } = report;
  if (!measured) return null;
  const wrong = measured.cells.filter(([i, j]) => i !== j).sort((a, b) => b[2] - a[2]);
  const mistakes = wrong.reduce((sum, [, , n]) => sum + n, 0);
  const gallery = make(doc, "div", { class: "cell-pictures", "aria-live": "polite" });
  /** @type {HTMLElement[]} */
  const buttons = [];
  const open = (/** @type {number} */ i, /** @type {number} */ j) => {
    for (const one of buttons) one.setAttribute("aria-pressed", String(one.dataset.cell === `${i},${j}`));
    refill(gallery, ...cellPictures(app, measured, i, j));
  };
  const opener = (
    /** @type {number} */ i,
    /** @type {number} */ j,
    /** @type {number} */ n,
    /** @type {string} */ text,
  ) => {
    const label = t("report.cell", { n: thousands(n), truth: classes[i], said: classes[j] });
    const made = make(
      doc,
      "button",
      {
        type: "button",
        "data-cell": `${i},${j}`,
        "aria-pressed": "false",
        "aria-label": label,
        title: label,
        on: { click: () => open(i, j) },
      },
      text,
    );
    buttons.push(made);
    return made;
  };
  const small = classes.length <= TABLE;
  const view = small
    ? table(app, measured, opener)
    : make(doc, "div", { class: "matrix-many" }, map(app, measured, open), list(app, wrong, opener));
  const first = wrong[0] ?? measured.cells[0];
  if (first) open(first[0], first[1]);
  const lead = t("report.matrix.lead", { wrong: thousands(mistakes), n: thousands(measured.n) });
  return reportSection(
    app,
    "confusion",
    t("report.matrix"),
    lead,
    small ? make(doc, "p", { class: "note" }, t("report.matrix.caption")) : null,
    make(doc, "div", { class: small ? "matrix-pair" : "" }, view, gallery),
  );
}

/**
 * @param {ReportApp} app @param {Measured} measured
 * @param {(i: number, j: number, n: number, text: string) => HTMLElement} opener
 */
function table({ doc, t, report }, measured, opener) {
  const { classes } = report;
  const counts = classes.map(() => classes.map(() => 0));
  for (const [i, j, n] of measured.cells) counts[i][j] = n;
  const worst = Math.max(1, ...measured.cells.filter(([i, j]) => i !== j).map(([, , n]) => n));
  const body = counts.map((row, i) =>
    make(
      doc,
      "tr",
      {},
      make(doc, "th", { scope: "row", title: classes[i] }, classes[i]),
      ...row.map((n, j) => {
        const square = make(
          doc,
          "td",
          { class: `${i === j ? "right" : n ? "wrong" : "none"} figure` },
          n ? opener(i, j, n, thousands(n)) : make(doc, "span", {}, "·"),
        );
        setVar(square, "share", String(n / worst));
        return square;
      }),
    ),
  );
  return make(
    doc,
    "div",
    { class: "table-scroll", tabindex: 0, role: "group", "aria-label": t("report.matrix") },
    make(
      doc,
      "table",
      { class: classes.some((name) => name.length > 3) ? "confusion turned" : "confusion" },
      make(
        doc,
        "thead",
        {},
        make(
          doc,
          "tr",
          {},
          make(doc, "td", {}),
          ...classes.map((name) => make(doc, "th", { scope: "col", title: name }, make(doc, "span", {}, name))),
        ),
      ),
      make(doc, "tbody", {}, ...body),
    ),
  );
}

/** @param {ReportApp} app @param {Measured} measured @param {(i: number, j: number) => void} open */
function map({ doc, t, report }, measured, open) {
  const k = report.classes.length;
  const worst = Math.max(1, ...measured.cells.filter(([i, j]) => i !== j).map(([, , n]) => n));
  return makeSvg(
    doc,
    "svg",
    { class: "matrix-map", viewBox: `0 0 ${k} ${k}`, role: "img", "aria-label": t("report.matrix.map", { k }) },
    makeSvg(doc, "rect", { class: "ground", width: k, height: k }),
    ...measured.cells.map(([i, j, n]) =>
      makeSvg(
        doc,
        "rect",
        {
          class: i === j ? "right" : "wrong",
          x: j,
          y: i,
          width: 1,
          height: 1,
          "fill-opacity": i === j ? 1 : 0.35 + (0.65 * n) / worst,
          on: { click: () => open(i, j) },
        },
        makeSvg(
          doc,
          "title",
          {},
          t("report.cell", { n: thousands(n), truth: report.classes[i], said: report.classes[j] }),
        ),
      ),
    ),
  );
}

/**
 * @param {ReportApp} app @param {[number, number, number][]} wrong
 * @param {(i: number, j: number, n: number, text: string) => HTMLElement} opener
 */
function list({ doc, t, report }, wrong, opener) {
  const { classes } = report;
  return make(
    doc,
    "div",
    {},
    make(doc, "h3", {}, t("report.matrix.often")),
    make(
      doc,
      "ul",
      { class: "confusion-list" },
      ...wrong
        .slice(0, LISTED)
        .map(([i, j, n]) => make(doc, "li", {}, opener(i, j, n, `${classes[i]} → ${classes[j]} · ${thousands(n)}`))),
    ),
    wrong.length > LISTED
      ? make(doc, "p", { class: "note" }, t("report.matrix.more", { n: thousands(wrong.length - LISTED) }))
      : null,
  );
}

/** @param {ReportApp} app @param {Measured} measured @param {number} i @param {number} j */
function cellPictures(app, measured, i, j) {
  const { doc, t, report } = app;
  const all = i === j ? measured.right : measured.wrong;
  const shown = all.filter((one) => one.label === i && one.said === j);
  const count = measured.cells.find(([a, b]) => a === i && b === j)?.[2] ?? 0;
  const words = {
    truth: report.classes[i],
    said: report.classes[j],
    n: thousands(count),
    shown: thousands(shown.length),
  };
  const title = i === j ? t("report.cell.right", words) : t("report.cell.wrong", words);
  const note = shown.length < count ? (i === j ? t("report.cell.least", words) : t("report.cell.some", words)) : "";
  return [
    make(doc, "h3", {}, title),
    note ? make(doc, "p", { class: "note" }, note) : null,
    make(doc, "div", { class: "cards" }, ...shown.map((one) => answerCard(app, one))),
  ];
}

/** @param {ReportApp} app @param {Answer} one */
function answerCard(app, one) {
  const { doc, t, report } = app;
  const [truth, said] = [report.classes[one.label], report.classes[one.said]];
  const alt = t("report.answer", { truth, said, p: percent(one.probability) });
  return card(
    app,
    one.picture,
    alt,
    one.path,
    make(doc, "span", { class: "names" }, make(doc, "b", {}, truth), one.label === one.said ? "" : ` → ${said}`),
    make(doc, "span", { class: "figure small" }, percent(one.probability, 0)),
  );
}

/** The worst errors of all. @param {ReportApp} app */
export function errorsSection(app) {
  const { doc, t, report } = app;
  const { measured } = report;
  if (!measured) return null;
  const worst = measured.wrong.slice().sort((a, b) => b.loss - a.loss);
  const place = make(doc, "div", {});
  const draw = (/** @type {number} */ most) =>
    refill(
      place,
      make(doc, "div", { class: "cards" }, ...worst.slice(0, most).map((one) => answerCard(app, one))),
      worst.length > most ? button(doc, t("report.errors.all", { n: worst.length }), () => draw(worst.length)) : null,
    );
  draw(ERRORS);
  const lead = worst.length ? t("report.errors.lead", { loss: fixed(worst[0].loss, 1) }) : t("report.errors.none");
  return reportSection(app, "errors", t("report.errors"), lead, place);
}
