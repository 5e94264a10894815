/** A confusion matrix: rows what was there, columns what was said. */

import { make, setVar } from "../../kit/dom.js";
import { confusionMap } from "./confusion_map.js";

/** @typedef {import("../types.js").App} App */

const UPRIGHT = 4; // letters of a class that stand above a column as they are
const CELLS_WRITTEN = 24; // classes whose cells are written out as numbers

/**
 * @param {App} app
 * @param {number[][]} counts
 * @param {((truth: number, said: number) => void) | null} open
 * @param {string} [chosen]
 */
export function confusionTable(app, counts, open, chosen = "") {
  const { doc, t, payload } = app;
  if (counts.length > CELLS_WRITTEN) return confusionMap(app, counts, open, chosen);
  const worst = Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => i !== j)));
  const name = (/** @type {number} */ k) => payload.classes[k] ?? String(k);
  const body = counts.map((row, i) => {
    const sum = row.reduce((a, b) => a + b, 0) || 1;
    return make(
      doc,
      "tr",
      {},
      make(doc, "th", { scope: "row", title: name(i) }, name(i)),
      ...row.map((n, j) => {
        const label = t("confusion.cell", { n, truth: name(i), said: name(j) });
        const inside =
          open && n && i !== j
            ? make(
                doc,
                "button",
                {
                  type: "button",
                  "aria-label": label,
                  "aria-pressed": String(chosen === `${i},${j}`),
                  on: { click: () => open(i, j) },
                },
                n,
              )
            : make(doc, "span", {}, n || "·");
        const square = make(
          doc,
          "td",
          { class: i === j ? "right figure" : n ? "wrong figure" : "none figure", title: label },
          inside,
        );
        setVar(square, "share", String(i === j ? n / sum : n / worst));
        return square;
      }),
    );
  });
  return make(
    doc,
    "div",
    { class: "table-scroll", tabindex: 0, role: "group", "aria-label": t("confusion.caption") },
    make(
      doc,
      "table",
      { class: counts.some((_, k) => name(k).length > UPRIGHT) ? "confusion turned" : "confusion" },
      make(
        doc,
        "caption",
        {},
        t("confusion.caption"),
        make(
          doc,
          "span",
          { class: "confusion-key" },
          make(doc, "span", { class: "key-box right" }),
          t("confusion.right"),
          make(doc, "span", { class: "key-box wrong" }),
          t("confusion.wrong"),
        ),
      ),
      make(
        doc,
        "thead",
        {},
        make(
          doc,
          "tr",
          {},
          make(doc, "td", {}),
          ...counts.map((_, k) => make(doc, "th", { scope: "col", title: name(k) }, make(doc, "span", {}, name(k)))),
        ),
      ),
      make(doc, "tbody", {}, ...body),
    ),
  );
}

/** What the pictures were, in the page's language. @param {App} app @param {string} split */
export function splitName(app, split) {
  const { t } = app;
  /** @type {Record<string, string>} */
  const names = {
    test: t("split.test"),
    validation: t("split.validation"),
    training: t("split.training"),
    given: t("split.given"),
    "held-out": t("split.validation"),
    "training sample": t("split.train"),
  };
  return names[split] ?? split;
}
