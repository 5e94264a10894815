/** Chapter 3 in small: the window slides over the lecture's X, and output after output appears. */

import { make } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { paint } from "../../kit/palette.js";
import { framed, pixels } from "../../look/views/maps.js";
import { slideKernel } from "../sums/convolution.js";
import { diagonalKernel, lectureX } from "./convolution_pictures.js";

/** @typedef {import("../types.js").Lab} Lab */

const SLIDING = { stride: 1, pad: 0, dilation: 1, mean: true };

/** @param {Lab} lab @returns {import("../types.js").Moving} */
export function convolutionCover(lab) {
  const { doc } = lab;
  const [picture, kernel] = [lectureX(), diagonalKernel(3)];
  const output = slideKernel(picture, kernel, SLIDING);
  const [side, out] = [picture.length, output.length];
  const [before, after] = [framed(doc, pixels(doc)), framed(doc, pixels(doc))];
  const said = make(doc, "span", { class: "cover-said figure" });
  return {
    element: make(doc, "span", { class: "cover-pair" }, before.element, after.element, said),
    steps: out * out - 1,
    lasts: 4600,
    draw: (share) => {
      const last = Math.round(share * (out * out - 1));
      const [y, x] = [Math.floor(last / out), last % out];
      paint(before.canvas, picture.flat(), 0, side, side, 1, "activations", lab.dark());
      const known = output.flat().map((v, i) => (i <= last ? v : 0));
      paint(after.canvas, known, 0, out, out, 1, "activations", lab.dark());
      before.move({ top: y, left: x, height: 3, width: 3 }, side, side);
      after.move({ top: y, left: x, height: 1, width: 1 }, out, out);
      said.textContent = fixed(output[y][x], 3);
    },
  };
}
