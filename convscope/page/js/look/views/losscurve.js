/** What a probability of the true class costs: cross-entropy and L1, this picture's point and the lecture's three. */

import { make, makeSvg, refill } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";

/** @typedef {import("../types.js").App} App */

const PLOT = { wide: 360, high: 230, left: 34, top: 12, right: 12, bottom: 34, most: 5 };
/** The lecture's examples: wrong answers pay more. */
const EXAMPLES = [0.9, 0.3, 0.1];

/** @param {App} app */
export function lossOfProbability(app) {
  const { doc, t } = app;
  const x = (/** @type {number} */ p) => PLOT.left + p * (PLOT.wide - PLOT.left - PLOT.right);
  const y = (/** @type {number} */ loss) =>
    PLOT.top + (1 - Math.min(PLOT.most, loss) / PLOT.most) * (PLOT.high - PLOT.top - PLOT.bottom);
  const path = (/** @type {(p: number) => number} */ of, /** @type {number} */ from) =>
    Array.from({ length: 121 }, (_, i) => from + (i / 120) * (1 - from))
      .map((p, i) => `${i ? "L" : "M"}${x(p).toFixed(1)} ${y(of(p)).toFixed(1)}`)
      .join("");
  const words = (
    /** @type {number} */ px,
    /** @type {number} */ py,
    /** @type {string} */ text,
    /** @type {Record<string, string>} */ props = {},
  ) => makeSvg(doc, "text", { x: px, y: py, ...props }, text);
  const mark = makeSvg(doc, "g", { class: "mark" });
  const svg = makeSvg(
    doc,
    "svg",
    {
      class: "probability-curve",
      viewBox: `0 0 ${PLOT.wide} ${PLOT.high}`,
      role: "img",
      "aria-label": t("loss.curve"),
    },
    ...[0, 1, 2, 3, 4, 5].map((v) =>
      makeSvg(
        doc,
        "g",
        {},
        makeSvg(doc, "path", { class: "grid", d: `M${PLOT.left} ${y(v)}H${PLOT.wide - PLOT.right}` }),
        words(PLOT.left - 6, y(v) + 4, String(v), { "text-anchor": "end" }),
      ),
    ),
    ...[0, 0.5, 1].map((v) => words(x(v), PLOT.high - PLOT.bottom + 16, String(v), { "text-anchor": "middle" })),
    words(PLOT.wide - PLOT.right, PLOT.high - 4, t("loss.curve.x"), { "text-anchor": "end" }),
    makeSvg(doc, "path", { class: "l1-loss", d: path((p) => 1 - p, 0) }),
    makeSvg(doc, "path", { class: "entropy-loss", d: path((p) => -Math.log(p), Math.exp(-PLOT.most)) }),
    words(x(0.03) + 8, y(4.3), "−ln p", { class: "curve-name" }),
    words(x(0.02), y(0.98) + 20, "1 − p", { class: "curve-name soft" }),
    ...EXAMPLES.map((p) =>
      makeSvg(
        doc,
        "g",
        { class: "example" },
        makeSvg(doc, "circle", { cx: x(p), cy: y(-Math.log(p)), r: 3 }),
        words(p > 0.8 ? PLOT.wide - PLOT.right : x(p) + 7, y(-Math.log(p)) - 7, fixed(-Math.log(p), 5), {
          "text-anchor": p > 0.8 ? "end" : "start",
        }),
      ),
    ),
    mark,
  );
  const element = make(
    doc,
    "figure",
    { class: "probability-box" },
    svg,
    make(doc, "figcaption", {}, t("loss.curve.note")),
  );
  /** @param {number} p of the true class; below 0: not known */
  const refresh = (p) =>
    refill(
      mark,
      ...(p < 0
        ? []
        : [
            makeSvg(doc, "path", { d: `M${x(p)} ${PLOT.high - PLOT.bottom}V${y(-Math.log(p))}H${PLOT.left}` }),
            makeSvg(doc, "circle", { cx: x(p), cy: y(-Math.log(p)), r: 5 }),
          ]),
    );
  return { element, refresh };
}
