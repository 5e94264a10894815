/** Chapter 2 in small: what one unit sees grows from layer to layer. */

import { make } from "../../kit/dom.js";
import { itemOf, unpack } from "../../engine/binary.js";
import { paintPicture } from "../../kit/palette.js";
import { framed, pixels } from "../../look/views/maps.js";
import { slidesEngine } from "../slides_engine.js";

/** @typedef {import("../types.js").Lab} Lab */

/** @param {Lab} lab @returns {import("../types.js").Moving} */
export function localCover(lab) {
  const { doc } = lab;
  const engine = slidesEngine(lab);
  const { pictures } = lab.payload.digits;
  const picture = framed(doc, pixels(doc), "field");
  const said = make(doc, "span", { class: "cover-said figure" });
  const nodes = engine.nodes.flatMap((node, i) => (node.module.drawing === "convolution" ? [i] : []));
  const [, rows, columns] = pictures.shape.slice(-3);
  return {
    element: make(doc, "span", { class: "cover-split" }, picture.element, said),
    steps: nodes.length * 8,
    lasts: 3600,
    draw: (share) => {
      paintPicture(picture.canvas, itemOf(unpack(pictures), pictures.shape, 6), 0, [1, rows, columns]);
      const index = nodes[Math.min(nodes.length - 1, Math.floor(share * nodes.length))];
      const [, height, width] = engine.nodes[index].output;
      const within = (share * nodes.length) % 1;
      const at = [Math.floor(height * 0.5), Math.min(width - 1, Math.floor(width * (0.25 + 0.5 * within)))];
      const [top, left, bottom, right] = engine.seen(index, at[0], at[1]) ?? [0, 0, rows - 1, columns - 1];
      picture.move({ top, left, height: bottom - top + 1, width: right - left + 1 }, rows, columns);
      said.textContent = `${engine.nodes[index].name}: ${bottom - top + 1}×${right - left + 1}`;
    },
  };
}
