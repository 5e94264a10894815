/** A run's loss as a small curve, as wide as the whole schedule, so that it is seen to grow. */

import { makeSvg } from "../../kit/dom.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").RunSummary} RunSummary */

const SPARK_WIDE = 150;
const SPARK_HIGH = 40;

/** @param {Lab} lab */
export function sparkOf({ doc }) {
  const line = makeSvg(doc, "path", { class: "spark-line" });
  const dot = makeSvg(doc, "circle", { class: "spark-dot", r: 2.6 });
  const element = makeSvg(
    doc,
    "svg",
    {
      class: "spark",
      viewBox: `0 0 ${SPARK_WIDE} ${SPARK_HIGH}`,
      preserveAspectRatio: "xMinYMid meet",
      "aria-hidden": "true",
    },
    makeSvg(doc, "path", { class: "axis", d: `M0 ${SPARK_HIGH - 2}H${SPARK_WIDE}` }),
    line,
    dot,
  );
  return {
    element,
    refresh: (/** @type {RunSummary} */ run) => {
      const points = run.curve;
      const steps = Math.max(1, run.steps ?? 1, points.at(-1)?.[0] ?? 1);
      const most = Math.max(1e-9, ...points.map(([, loss]) => loss));
      const at = points.map(([step, loss]) => [
        3 + (step / steps) * (SPARK_WIDE - 6),
        3 + (1 - loss / most) * (SPARK_HIGH - 7),
      ]);
      line.setAttribute("d", at.length ? `M${at.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}` : "");
      const [x, y] = at.at(-1) ?? [-9, -9];
      dot.setAttribute("cx", x.toFixed(1));
      dot.setAttribute("cy", y.toFixed(1));
    },
  };
}
