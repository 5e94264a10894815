/** Chapter 12 in small: downhill with a step that is too small, right, and too large. */

import { make, makeSvg } from "../../../kit/dom.js";
import { fixed } from "../../../kit/format.js";
import { plotOf } from "../../plot.js";

/** @typedef {import("../../types.js").Lab} Lab */

const RATES = [0.02, 0.35, 1.015]; // of y = x²: x shrinks to |1 − 2·rate| of itself a step
const STEPS_SHOWN = 24;
const BEGIN = -1.6;

/** @param {Lab} lab @returns {import("../../types.js").Moving} */
export function trainingCover(lab) {
  const { doc, t } = lab;
  const plot = plotOf(lab, { name: t("wrong.loss"), x: [-4, 4], y: [0, 12], xTicks: [], yTicks: [] });
  const said = make(doc, "span", { class: "cover-said figure" });
  return {
    element: make(doc, "span", { class: "cover-plot" }, plot.element, said),
    steps: STEPS_SHOWN,
    lasts: 5000,
    draw: (share) => {
      const step = Math.round(share * STEPS_SHOWN);
      const places = RATES.map((rate) => BEGIN * (1 - 2 * rate) ** step);
      plot.draw(
        plot.curve({ kind: "curve-soft", of: (x) => x * x }),
        ...places.map((x, i) =>
          makeSvg(doc, "circle", {
            class: i === 2 ? "point-bad" : "point",
            cx: plot.across(x),
            cy: plot.up(x * x),
            r: i === 1 ? 8 : 6,
          }),
        ),
      );
      said.textContent = places.map((x) => fixed(x * x, 2)).join(" · ");
    },
  };
}
