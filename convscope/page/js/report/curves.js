/** How the training went: loss and accuracy, on the pictures trained on and on those held out. */

import { make } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { reportSection } from "./parts.js";
import { plot, plotKey, ticks } from "./plot.js";

/** @typedef {import("./types.js").ReportApp} ReportApp */
/** @typedef {import("./types.js").CurvePoint} CurvePoint */

/** @param {ReportApp} app */
export function curvesSection(app) {
  const { doc, t, report } = app;
  const points = report.curve;
  if (points.length < 3) return null; // of a head that was fitted at once there is no curve
  const last = Math.max(...points.map((one) => one.epoch));
  const of = (/** @type {keyof CurvePoint} */ name) =>
    /** @type {[number, number][]} */ (
      points.filter((one) => typeof one[name] === "number").map((one) => [one.epoch, one[name]])
    );
  const across = {
    range: /** @type {[number, number]} */ ([0, last]),
    name: t("report.epochs"),
    text: (/** @type {number} */ v) => fixed(v, v % 1 ? 1 : 0),
  };
  const drawing = (
    /** @type {string} */ name,
    /** @type {keyof CurvePoint} */ train,
    /** @type {keyof CurvePoint} */ held,
    /** @type {boolean} */ share,
  ) => {
    const values = [...of(train), ...of(held)].map(([, v]) => v);
    const low = share ? Math.max(0, Math.floor(Math.min(...values) * 20) / 20) : 0;
    const high = share ? 1 : (ticks(0, Math.max(...values) || 1).at(-1) ?? 1);
    const top = share ? 1 : Math.max(high, Math.max(...values));
    return make(
      doc,
      "div",
      {},
      make(doc, "h3", {}, name),
      plot(
        doc,
        name,
        across,
        {
          range: [low, top],
          name,
          text: (v) => (share ? percent(v, top - low < 0.1 ? 1 : 0) : fixed(v, top < 0.5 ? 2 : 1)),
        },
        [
          { points: of(train), kind: "train" },
          { points: of(held), kind: "held", dots: of(held).length < 30 },
        ],
      ),
    );
  };
  const held = of("held_out_loss").length > 0;
  return reportSection(
    app,
    "curves",
    t("report.curves"),
    held ? t("report.curves.lead") : t("report.curves.alone"),
    make(
      doc,
      "div",
      { class: "side-by-side" },
      drawing(t("report.loss"), "loss", "held_out_loss", false),
      drawing(t("report.accuracy"), "accuracy", "held_out_accuracy", true),
    ),
    plotKey(doc, [
      ["train", t("report.curve.train")],
      ...(held ? [/** @type {[string, string]} */ (["held", t("report.curve.held")])] : []),
    ]),
  );
}
