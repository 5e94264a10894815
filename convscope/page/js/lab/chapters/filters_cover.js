/** Chapter 4 in small: one filter after another wipes over the house. */

import { make } from "../../kit/dom.js";
import { paint, paintPicture } from "../../kit/palette.js";
import { pixels } from "../../look/views/maps.js";
import { FILTERS, filterPlane } from "../sums/filters.js";
import { houseScene } from "../sums/scenes.js";

/** @typedef {import("../types.js").Lab} Lab */

const IN_TURN = ["identity", "blur", "sobel-left", "emboss", "outline"];

/** @param {Lab} lab @returns {import("../types.js").Moving} */
export function filtersCover(lab) {
  const { doc } = lab;
  const scene = houseScene();
  const [picture, kernel] = [pixels(doc), pixels(doc, "cover-kernel")];
  /** @type {Map<string, ReturnType<typeof filterPlane>>} */
  const done = new Map();
  const filtered = (/** @type {string} */ name) => {
    const plane = done.get(name) ?? filterPlane(scene.pixels, scene.height, scene.width, FILTERS[name]);
    done.set(name, plane);
    return plane;
  };
  return {
    element: make(doc, "span", { class: "cover-pair" }, picture, kernel),
    steps: 64,
    lasts: 4800,
    draw: (share) => {
      const turns = IN_TURN.length - 1;
      const turn = Math.min(turns - 1, Math.floor(share * turns));
      const [old, young] = [filtered(IN_TURN[turn]), filtered(IN_TURN[turn + 1])];
      const edge = (share * turns - turn) * young.columns;
      const grey = young.values.map((v, i) => Math.max(0, Math.min(255, i % young.columns < edge ? v : old.values[i])));
      paintPicture(picture, grey, 0, [1, young.rows, young.columns]);
      const weights = FILTERS[IN_TURN[turn + 1]];
      paint(kernel, weights, 0, 3, 3, Math.max(...weights.map(Math.abs)), "weights", lab.dark());
    },
  };
}
