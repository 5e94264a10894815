/** Chapter 6 in small: a point runs along the sigmoid, and its slope with it. */

import { make, makeSvg } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { plotOf } from "../plot.js";
import { activationAt } from "../sums/activations.js";

/** @typedef {import("../types.js").Lab} Lab */

/** @param {Lab} lab @returns {import("../types.js").Moving} */
export function activationCover(lab) {
  const { doc, t } = lab;
  const plot = plotOf(lab, {
    name: t("act.curve"),
    x: [-6, 6],
    y: [-0.1, 1.1],
    xTicks: [-6, -3, 0, 3, 6],
    yTicks: [0, 0.5, 1],
  });
  const said = make(doc, "span", { class: "cover-said figure" });
  const at = (/** @type {number} */ x) => activationAt("sigmoid", x, 0);
  return {
    element: make(doc, "span", { class: "cover-plot" }, plot.element, said),
    steps: 90,
    lasts: 4200,
    draw: (share) => {
      const x = -5 + 6.5 * share;
      const { value, slope } = at(x);
      const end = (/** @type {number} */ by) => `${plot.across(x + by)} ${plot.up(value + by * slope)}`;
      plot.draw(
        plot.curve({ kind: "curve-strong", of: (v) => at(v).value }),
        makeSvg(doc, "path", { class: "cover-tangent", d: `M${end(-2)}L${end(2)}` }),
        plot.point(x, value),
      );
      said.textContent = `f ′(${fixed(x, 1)}) = ${fixed(slope, 3)}`;
    },
  };
}
