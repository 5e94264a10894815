/** Chapter 10 in small: the first kernels as they became, and the loss that fell meanwhile. */

import { make } from "../../kit/dom.js";
import { unpack } from "../../engine/binary.js";
import { largest, paint } from "../../kit/palette.js";
import { pixels } from "../../look/views/maps.js";
import { sparkOf } from "../workbench/spark.js";

/** @typedef {import("../types.js").Lab} Lab */

const KERNELS_SHOWN = 16;

/** @param {Lab} lab @returns {import("../types.js").Moving} */
export function mnistCover(lab) {
  const { doc } = lab;
  const { recorded, slides } = lab.payload;
  const shots = recorded?.snapshots ?? [];
  const stages = shots.length
    ? shots.map((shot) => Object.values(shot.tensors)[0])
    : [Object.entries(slides.tensors).find(([, one]) => one.shape.length === 4)?.[1]];
  const canvases = Array.from({ length: KERNELS_SHOWN }, () => pixels(doc));
  const spark = recorded ? sparkOf(lab) : null;
  return {
    element: make(
      doc,
      "span",
      { class: "cover-rows" },
      make(doc, "span", { class: "cover-kernels" }, ...canvases),
      spark?.element,
    ),
    steps: Math.max(16, 3 * stages.length),
    lasts: 4000,
    draw: (share) => {
      const at = Math.min(stages.length - 1, Math.floor(share * stages.length));
      const stage = stages[at];
      if (!stage) return;
      const values = unpack(stage);
      const [filters, depth, rows, columns] = stage.shape;
      const limit = largest(values) || 1;
      canvases.forEach((canvas, i) => {
        if (i < filters) paint(canvas, values, i * depth * rows * columns, rows, columns, limit, "weights", lab.dark());
        canvas.classList.toggle("to-come", stages.length === 1 && i > share * canvases.length);
      });
      const until = shots.length ? shots[at].step : Infinity;
      if (recorded && spark)
        spark.refresh({ ...recorded.run, curve: recorded.run.curve.filter(([step]) => step <= until) });
    },
  };
}
