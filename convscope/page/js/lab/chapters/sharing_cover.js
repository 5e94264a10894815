/** Chapter 5 in small: sixteen lines, four weights, lit one after another. */

import { make } from "../../kit/dom.js";
import { neuronSum } from "../sums/sharing.js";
import { neuronDrawing } from "./sharing_drawings.js";
import { PIXELS, PLACES, WEIGHTS } from "./sharing_state.js";

/** @typedef {import("../types.js").Lab} Lab */

/** @param {Lab} lab @returns {import("../types.js").Moving} */
export function sharingCover(lab) {
  const drawing = neuronDrawing(
    lab,
    () => {},
    () => {},
  );
  const totals = PLACES.map((line) => neuronSum(line, WEIGHTS, PIXELS).total);
  drawing.refresh(WEIGHTS, PIXELS, totals);
  return {
    element: make(lab.doc, "span", { class: "sharing" }, drawing.element),
    steps: 4,
    lasts: 3600,
    draw: (share) => drawing.light({ weight: Math.min(3, Math.floor(share * 4)), output: null }),
  };
}
