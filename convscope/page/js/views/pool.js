/** Pooling: the window over one map, its numbers, and what is kept of them. */

import { make, refill } from "../dom.js";
import { compact, fixed } from "../format.js";
import { nameOf, sizeOf } from "../look.js";
import { placeOf } from "../steps.js";
import { windowBox } from "../sums.js";
import { framed, paintMap, pixels } from "./maps.js";
import { numberGrid } from "./numbers.js";
import { resultMap } from "./result.js";

/** @typedef {import("../shapes.js").App} App */

/** @param {App} app @param {number} index */
export function poolDrawing(app, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const before = framed(doc, pixels(doc, "result", nameOf(app, node.source)), "result");
  const result = resultMap(app, index);
  const middle = make(doc, "div", { class: "window-numbers" });
  const element = make(doc, "div", { class: "drawing three" },
    make(doc, "div", {}, make(doc, "h3", {}, nameOf(app, node.source)), before.element),
    make(doc, "div", { class: "between" }, make(doc, "h3", {}, t("window")), middle),
    make(doc, "div", {}, make(doc, "h3", {}, node.name), result.element, make(doc, "p", { class: "note" }, t("click.pixel"))));
  const refresh = () => {
    const { y, x } = placeOf(app);
    const { height, width } = sizeOf(app, node.source);
    paintMap(app, before.canvas, node.source, app.state.channel);
    before.move(windowBox(node, y, x), height, width);
    result.refresh();
    const terms = app.engine.terms(index, app.state.channel, y, x, app.result);
    const part = terms.parts[0];
    const most = node.kind === "maxpool";
    refill(middle, part.values.length <= 64 ? numberGrid(app, part, "values", { marked: most ? terms.numbers.winner : -1 }) : null,
      make(doc, "p", { class: "sumline" }, most ? `${t("largest")} = ` : `${fixed(terms.numbers.sum)} / ${terms.numbers.divisor} = `, make(doc, "b", { class: "figure" }, compact(terms.total))));
  };
  return { element, refresh, hero: () => result.canvas };
}
