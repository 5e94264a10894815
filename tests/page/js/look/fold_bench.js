/** How a transformer's tokens are drawn, asked from Python. */

import { cellOfPlace, foldOf, foldedValues, placeOfCell } from "../../../../convscope/page/js/look/fold.js";

/** @param {string} name @param {any} asked */
export function bench(name, asked) {
  const fold = foldOf(asked.nodes, asked.index);
  if (name === "fold" || !fold) return fold;
  return {
    cells: asked.places.map((/** @type {number} */ y) => cellOfPlace(fold, y)),
    back: asked.places.map((/** @type {number} */ y) => placeOfCell(fold, ...cellOfPlace(fold, y))),
    beside: placeOfCell(fold, 0, fold.columns - 1),
    values: Array.from(foldedValues(fold, asked.values, asked.start), (v) => (Number.isNaN(v) ? null : v)),
  };
}
