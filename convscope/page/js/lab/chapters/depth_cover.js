/** Chapter 7 in small: of each four numbers of a real map the largest stays. */

import { make } from "../../kit/dom.js";
import { itemOf, unpack } from "../../engine/binary.js";
import { largest, paint } from "../../kit/palette.js";
import { framed, pixels } from "../../look/views/maps.js";
import { slidesEngine } from "../slides_engine.js";
import { pooled } from "../sums/depth.js";

/** @typedef {import("../types.js").Lab} Lab */

const MAP_SHOWN = 5;

/** @param {Lab} lab @returns {import("../types.js").Moving} */
export function depthCover(lab) {
  const { doc } = lab;
  const engine = slidesEngine(lab);
  const { pictures } = lab.payload.digits;
  const index = engine.nodes.findIndex((node) => node.name === "relu1");
  const [, height, width] = engine.nodes[index].output;
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
  const picture = itemOf(unpack(pictures), pictures.shape, Math.min(16, pictures.shape[0] - 1));
  const start = MAP_SHOWN * height * width;
  const map = engine.forward(picture).outputs[index].subarray(start, start + height * width);
  const most = pooled(map, height, width, "max");
  const limit = largest(map) || 1;
  const [before, after] = [framed(doc, pixels(doc)), framed(doc, pixels(doc))];
  const said = make(doc, "span", { class: "cover-said figure" }, `${height}×${width} → ${rows}×${columns}`);
  return {
    element: make(doc, "span", { class: "cover-pair" }, before.element, after.element, said),
    steps: rows * columns - 1,
    lasts: 4800,
    draw: (share) => {
      const last = Math.round(share * (rows * columns - 1));
      const [y, x] = [Math.floor(last / columns), last % columns];
      paint(before.canvas, map, 0, height, width, limit, "activations", lab.dark());
      const known = most.map((v, i) => (i <= last ? v : 0));
      paint(after.canvas, known, 0, rows, columns, limit, "activations", lab.dark());
      before.move({ top: 2 * y, left: 2 * x, height: 2, width: 2 }, height, width);
      after.move({ top: y, left: x, height: 1, width: 1 }, rows, columns);
    },
  };
}
