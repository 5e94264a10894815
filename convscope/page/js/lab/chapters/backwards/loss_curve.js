/** The loss over the steps made so far. */

import { make, makeSvg, refill } from "../../../kit/dom.js";
import { plotOf } from "../../plot.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./state.js").Learning} Learning */

const LEAST_STEPS = 10; // that the axis shows

/** @param {Lab} lab @param {() => Learning} now */
export function lossCurveOf(lab, now) {
  const { doc, t } = lab;
  const element = make(doc, "div", { class: "plot-holder" });
  let axes = "";
  /** @type {ReturnType<typeof plotOf>} */
  let plot;
  const refresh = () => {
    const { losses, steps } = now();
    const last = Math.max(LEAST_STEPS, steps);
    const most = roundUp(Math.max(0.1, ...losses.slice(0, steps + 1).filter(Number.isFinite)));
    if (axes !== `${last} ${most}`) {
      axes = `${last} ${most}`;
      plot = plotOf(lab, {
        name: t("back.curve"),
        x: [0, last],
        y: [0, most],
        xTicks: [0, Math.round(last / 2), last],
        yTicks: [0, most / 2, most],
        high: 190,
      });
      refill(element, make(doc, "p", { class: "note" }, t("back.curve")), plot.element);
    }
    const points = losses.slice(0, steps + 1).map((v, i) => `${plot.across(i).toFixed(1)} ${plot.up(v).toFixed(1)}`);
    plot.draw(
      makeSvg(doc, "path", { class: "curve-strong", d: `M${points.join("L")}` }),
      makeSvg(doc, "circle", { class: "point", cx: plot.across(steps), cy: plot.up(losses[steps]), r: 5 }),
    );
  };
  return { element, refresh };
}

/** The next of 1, 2, 5 times a power of ten. @param {number} value */
function roundUp(value) {
  const ten = 10 ** Math.floor(Math.log10(value));
  return Number((([1, 2, 5].find((one) => one * ten >= value) ?? 10) * ten).toPrecision(1));
}
