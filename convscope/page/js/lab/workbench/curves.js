/** Curves of several runs in one plot, over the epochs: their batches differ, so steps would not compare. */

import { axisTicks, decimalsOf } from "../../kit/axis.js";
import { make, makeSvg } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { plotOf } from "../plot.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").RunSummary} RunSummary */

/** @param {Lab} lab @param {RunSummary[]} runs */
export function comparedCurves(lab, runs) {
  const { doc, t } = lab;
  const epochs = Math.max(1e-3, ...runs.map((run) => lastEpoch(run)));
  const losses = runs.flatMap((run) => run.curve.map(([, loss]) => loss));
  const low = Math.min(
    0.95,
    ...runs.flatMap((run) => run.curve.slice(Math.floor(run.curve.length / 4)).map(([, , accuracy]) => accuracy)),
  );
  const across = axisTicks(0, epochs, 5);
  /** @param {string} name @param {1 | 2} of @param {[number, number]} range */
  const plot = (name, of, range) => {
    const up = axisTicks(range[0], range[1], 5);
    const drawing = plotOf(lab, {
      name,
      x: [0, epochs],
      y: [range[0], range[1]],
      xTicks: across,
      yTicks: up,
      high: 250,
      ticks: (value) => fixed(value, decimalsOf(value)),
    });
    drawing.draw(
      ...runs.flatMap((run, i) => {
        const points = run.curve.map(
          (point) => `${drawing.across(epochAt(run, point[0])).toFixed(1)} ${drawing.up(point[of]).toFixed(1)}`,
        );
        const held = run.measured.map((point) =>
          makeSvg(doc, "circle", {
            class: `compare-dot compare-${i}`,
            "data-of": i,
            cx: drawing.across(epochAt(run, point[0])).toFixed(1),
            cy: drawing.up(point[of]).toFixed(1),
            r: 4,
          }),
        );
        return [
          ...(points.length > 1
            ? [makeSvg(doc, "path", { class: `compare-line compare-${i}`, "data-of": i, d: `M${points.join("L")}` })]
            : []),
          ...held,
        ];
      }),
    );
    return make(doc, "figure", {}, make(doc, "figcaption", {}, name), drawing.element);
  };
  return [
    plot(t("bench.curve.loss"), 1, [0, Math.max(1e-3, ...losses)]),
    plot(t("bench.curve.accuracy"), 2, [Math.max(0, Math.floor(low * 20) / 20), 1]),
    make(
      doc,
      "p",
      { class: "note compare-note" },
      t("bench.axis.epochs"),
      runs.some((run) => run.measured.length) ? ` ${t("bench.curve.dots")}` : "",
    ),
  ];
}

/** @param {RunSummary} run @param {number} step */
function epochAt(run, step) {
  return run.steps ? (step / run.steps) * (run.epochs ?? 1) : 0;
}

/** @param {RunSummary} run */
function lastEpoch(run) {
  return epochAt(run, run.curve.at(-1)?.[0] ?? 0);
}
