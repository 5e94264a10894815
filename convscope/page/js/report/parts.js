/** What every section of a report is made of: headings, shares with their intervals, names of splits, pictures. */

import { make, tableHead } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { spoken } from "../kit/i18n.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */
/** @typedef {import("./types.js").Interval} Interval */
/** @typedef {import("../kit/dom.js").Child} Child */

/**
 * A section with its heading and what it says first.
 * @param {ReportApp} app @param {string} id @param {string} title @param {string} lead
 * @param {...(Child | Child[])} children
 */
export function reportSection({ doc }, id, title, lead, ...children) {
  return make(
    doc,
    "section",
    { id, class: "report-section", "aria-labelledby": `${id}-title` },
    make(doc, "h2", { id: `${id}-title`, tabindex: -1 }, title),
    lead ? make(doc, "p", { class: "lead" }, lead) : null,
    ...children,
  );
}

/** Why a part is not there; null where nothing is said. @param {ReportApp} app @param {string} part */
export function reasonOf({ doc, t, report }, part) {
  const found = report.missing.find(([name]) => name === part);
  return found ? make(doc, "p", { class: "note absent" }, spoken(t, found[1])) : null;
}

/**
 * An interval, as a reader takes it in.
 * @param {ReportApp} app
 * @param {Interval | null} interval
 * @param {number} [digits]
 */
export function intervalText({ t }, interval, digits = 1) {
  if (!interval) return "";
  const [low, high] = interval.map((end) => fixed(100 * end, digits));
  return t("report.interval", { low, high });
}

/** A share, with a dash where there is nothing to count. @param {number | null} share @param {number} [digits] */
export function shareText(share, digits = 1) {
  return share === null ? "–" : percent(share, digits);
}

/** How many decimals a share of so many pictures is worth. @param {number | null} n */
export function digitsFor(n) {
  return n !== null && n >= 2000 ? 2 : 1;
}

/** What a split is called. @param {ReportApp} app @param {string} name */
export function splitText({ t }, name) {
  /** @type {Record<string, string>} */
  const names = {
    test: t("report.split.test"),
    validation: t("report.split.validation"),
    train: t("report.split.train"),
    all: t("report.split.all"),
  };
  return names[name] ?? name;
}

/**
 * A picture with its words beneath.
 * @param {ReportApp} app @param {string} address @param {string} alt @param {string} path @param {...Child} words
 */
export function card({ doc }, address, alt, path, ...words) {
  return make(
    doc,
    "figure",
    { class: "shot", title: path },
    make(doc, "img", {
      src: address,
      alt,
      class: address.startsWith("data:image/png") ? "exact" : "",
    }),
    make(doc, "figcaption", {}, ...words, make(doc, "span", { class: "path" }, lastOf(path))),
  );
}

/** The end of a path, which tells pictures apart. @param {string} path */
function lastOf(path) {
  return path.split("/").slice(-2).join("/");
}

/**
 * A table that may be wider than its place.
 * @param {ReportApp} app @param {string} kind @param {string} name @param {string[]} heads
 * @param {(Child | Child[])[][]} rows
 */
export function dataTable({ doc }, kind, name, heads, rows) {
  return make(
    doc,
    "div",
    { class: "table-scroll", tabindex: 0, role: "group", "aria-label": name },
    make(
      doc,
      "table",
      { class: kind },
      tableHead(doc, heads),
      make(
        doc,
        "tbody",
        {},
        ...rows.map((row) =>
          make(
            doc,
            "tr",
            {},
            ...row.map((cell, i) =>
              make(doc, i ? "td" : "th", i ? { class: "figure" } : { scope: "row" }, ...[cell].flat()),
            ),
          ),
        ),
      ),
    ),
  );
}
