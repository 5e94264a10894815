/** Chapter 8 in small: block after block of the lecture's network. */

import { makeSvg } from "../../kit/dom.js";
import { resolveFormula } from "../../formula/parse.js";
import { ZOO } from "../../formula/table.js";
import { tracePlan } from "../../formula/trace.js";
import { blocksOf } from "./architecture_blocks.js";
import { blockDrawing } from "./architecture_picture.js";

/** @typedef {import("../types.js").Lab} Lab */

/** @param {Lab} lab @returns {import("../types.js").Moving} */
export function architectureCover(lab) {
  const { doc } = lab;
  const network = tracePlan(resolveFormula(ZOO.slides), [1, 28, 28], 10);
  const { blocks, width, height } = blocksOf(network);
  const drawn = blocks.map((block) => blockDrawing(lab, block, height, null));
  return {
    element: makeSvg(
      doc,
      "svg",
      { class: "blocks", viewBox: `0 0 ${width.toFixed(0)} ${height.toFixed(0)}`, role: "presentation" },
      ...drawn,
    ),
    steps: drawn.length,
    lasts: 3000,
    draw: (share) => drawn.forEach((one, i) => one.classList.toggle("to-come", i > share * drawn.length)),
  };
}
