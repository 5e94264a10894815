/**
 * A window's numbers as a small table, each on its colour; a number that came from somewhere can be pressed to go
 * there.
 */

import { make, setVar } from "../../kit/dom.js";
import { originOf } from "../../engine/terms.js";
import { cell, fixed } from "../../kit/format.js";
import { limitOf, nameOf, unitWords } from "../lookup.js";
import { colourOf, inkOn, largest } from "../../kit/palette.js";
import { visit } from "../navigation.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../engine/types.js").Part} Part */

/** The numbers that one part of a value reads, on the source they come from. @param {App} app @param {Part} part */
export function sourceNumber(app, part) {
  return numberGrid(app, part, "values", { name: nameOf(app, part.source) });
}

/**
 * @param {App} app @param {Part} part @param {"values" | "weights" | "products"} which
 * @param {{marked?: number, limit?: number, name?: string}} [options]
 */
export function numberGrid(app, part, which, { marked = -1, limit, name } = {}) {
  const { doc, t } = app;
  const numbers = part[which] ?? part.values;
  const scale = which === "weights" ? "weights" : "activations";
  const most = limit ?? (which === "values" ? limitOf(app, part.source, part.channel) : largest(numbers) || 1);
  const grid = make(doc, "div", { class: `numbers ${which}`, role: "group", "aria-label": name });
  setVar(grid, "columns", String(part.columns));
  numbers.forEach((/** @type {number} */ value, /** @type {number} */ i) => {
    const origin = which === "values" ? originOf(part, i) : null;
    const text = part.inside[i] || which === "weights" ? cell(value) : "·";
    const label = origin
      ? `${unitWords(app, origin.node, origin.channel, origin.y, origin.x)} = ${fixed(value, 4)}`
      : part.inside[i]
        ? fixed(value, 4)
        : t("padding");
    const square = origin
      ? make(
          doc,
          "button",
          {
            type: "button",
            class: "cell",
            title: label,
            "aria-label": label,
            on: { click: () => visit(app, origin.node, origin.channel, origin.y, origin.x) },
          },
          text,
        )
      : make(doc, "span", { class: "cell", title: label }, text);
    square.dataset.term = String(i);
    if (i === marked) square.classList.add("marked");
    if (!part.inside[i] && which !== "weights") square.classList.add("padding");
    setVar(square, "colour", colourOf(scale, app.dark(), value, most));
    setVar(square, "cell-ink", inkOn(scale, app.dark(), value, most));
    grid.append(square);
  });
  return grid;
}
