/** Chapter 11 in small: a kernel learns, and the loss falls step by step. */

import { make, makeSvg } from "../../../kit/dom.js";
import { fixed } from "../../../kit/format.js";
import { largest, paint } from "../../../kit/palette.js";
import { plotOf } from "../../plot.js";
import { learningState } from "./state.js";

/** @typedef {import("../../types.js").Lab} Lab */

const COVER_STEPS = 40;

/** @param {Lab} lab @returns {import("../../types.js").Moving} */
export function backwardsCover(lab) {
  const { doc, t } = lab;
  const { losses, networks } = learningState({ ...lab, state: { m: "4", r: "0.3", n: String(COVER_STEPS) } })();
  const plot = plotOf(lab, {
    name: t("back.curve"),
    x: [0, COVER_STEPS],
    y: [0, 1.4],
    xTicks: [0, COVER_STEPS / 2, COVER_STEPS],
    yTicks: [0, 0.7, 1.4],
  });
  const kernel = make(doc, "canvas", { class: "pixels" });
  const said = make(doc, "span", { class: "cover-said figure" });
  return {
    element: make(doc, "span", { class: "cover-plot cover-learning" }, plot.element, kernel, said),
    steps: COVER_STEPS,
    lasts: 4000,
    draw: (share) => {
      const step = Math.round(share * COVER_STEPS);
      const points = losses.slice(0, step + 1).map((v, i) => `${plot.across(i)} ${plot.up(v)}`);
      plot.draw(
        makeSvg(doc, "path", { class: "curve-strong", d: `M${points.join("L")}` }),
        makeSvg(doc, "circle", { class: "point", cx: plot.across(step), cy: plot.up(losses[step]), r: 6 }),
      );
      const weights = networks[step].kernel.flat();
      paint(kernel, weights, 0, 3, 3, largest(networks[COVER_STEPS].kernel.flat()), "weights", lab.dark());
      said.textContent = `L = ${fixed(losses[step], 3)}`;
    },
  };
}
