/** Batch normalisation: the arithmetic with this channel's numbers put in. */

import { make, refill } from "../../kit/dom.js";
import { compact, fixed } from "../../kit/format.js";
import { nameOf, sizeOf } from "../lookup.js";
import { display, fraction, letter, operator, root } from "../../kit/maths.js";
import { placeOf } from "../navigation.js";
import { framed, paintMap, pixels } from "./maps.js";
import { sourceNumber } from "./numbers.js";
import { resultMap } from "./result.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../engine/types.js").Terms} Terms */

/** The arithmetic, and the number that it reads. @param {App} app @param {Terms} terms */
export function normValue(app, terms) {
  const read = make(app.doc, "p", {}, app.t("read.from"), " ", sourceNumber(app, terms.parts[0]));
  return [...normFormula(app, terms.numbers, terms.total), read];
}

/**
 * The formula, in letters and with numbers.
 * @param {App} app
 * @param {Record<string, number>} numbers
 * @param {number} total
 */
function normFormula(app, numbers, total) {
  const { doc } = app;
  const sign = (/** @type {number} */ v) => (v < 0 ? `− ${fixed(-v)}` : `+ ${fixed(v)}`);
  return [
    display(
      doc,
      letter(doc, "y"),
      operator(doc, "="),
      letter(doc, "γ"),
      operator(doc, "·"),
      fraction(
        doc,
        [letter(doc, "x"), " − ", letter(doc, "μ")],
        root(doc, letter(doc, "σ"), make(doc, "sup", {}, "2"), " + ", letter(doc, "ε")),
      ),
      operator(doc, "+"),
      letter(doc, "β"),
    ),
    display(
      doc,
      operator(doc, "="),
      fixed(numbers.weight),
      operator(doc, "·"),
      fraction(
        doc,
        `${fixed(numbers.x)} ${sign(-numbers.mean)}`,
        root(doc, `${fixed(numbers.variance, 4)} + ${numbers.eps.toFixed(5)}`),
      ),
      operator(doc, numbers.bias < 0 ? "−" : "+"),
      fixed(Math.abs(numbers.bias)),
      operator(doc, "="),
      make(doc, "b", {}, compact(total)),
    ),
  ];
}

/** @param {App} app @param {number} index */
export function normDrawing(app, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const before = framed(doc, pixels(doc, "result", nameOf(app, node.sources[0])), "result");
  const result = resultMap(app, index);
  const middle = make(doc, "div", {});
  const element = make(
    doc,
    "div",
    { class: "drawing three" },
    make(doc, "div", {}, make(doc, "h3", {}, nameOf(app, node.sources[0])), before.element),
    make(doc, "div", { class: "between wide" }, middle, make(doc, "p", { class: "note" }, t("norm.note"))),
    make(
      doc,
      "div",
      {},
      make(doc, "h3", {}, node.name),
      result.element,
      make(doc, "p", { class: "note" }, t("click.pixel")),
    ),
  );
  const refresh = () => {
    const { y, x } = placeOf(app);
    const { height, width } = sizeOf(app, node.sources[0]);
    paintMap(app, before.canvas, node.sources[0], app.state.channel);
    before.move({ top: y, left: x, height: 1, width: 1 }, height, width);
    result.refresh();
    const terms = app.engine.terms(index, app.state.channel, y, x, app.result);
    refill(middle, ...normFormula(app, terms.numbers, terms.total));
  };
  return { element, refresh, hero: () => result.canvas };
}
