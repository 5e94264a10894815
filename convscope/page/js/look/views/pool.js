/** Pooling: the window over one map, its numbers, what is kept of them, and what the other pooling would keep. */

import { make, refill } from "../../kit/dom.js";
import { compact, fixed, signed } from "../../kit/format.js";
import { nameOf, sizeOf } from "../lookup.js";
import { display, fraction, inline, letter, operator } from "../../kit/maths.js";
import { placeOf } from "../navigation.js";
import { windowBox } from "../../engine/geometry.js";
import { framed, paintMap, pixels } from "./maps.js";
import { numberGrid } from "./numbers.js";
import { resultMap } from "./result.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../engine/types.js").Terms} Terms */

const NUMBERS_WRITTEN = 16;
const NUMBERS_SHOWN = 64;
const VALUE_NUMBERS_SHOWN = 100; // where the value alone is on the page

/** @param {App} app @param {number} index */
export function poolDrawing(app, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const pools = node.module.drawing === "pooling";
  const before = framed(doc, pixels(doc, "result", nameOf(app, node.sources[0])), "result");
  const result = resultMap(app, index);
  const middle = make(doc, "div", { class: "window-numbers" });
  const element = make(
    doc,
    "div",
    { class: "drawing three" },
    make(doc, "div", {}, make(doc, "h3", {}, nameOf(app, node.sources[0])), before.element),
    make(doc, "div", { class: "between" }, make(doc, "h3", {}, t("window")), middle),
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
    before.move(windowBox(node, y, x), height, width);
    result.refresh();
    const terms = app.engine.terms(index, app.state.channel, y, x, app.result);
    const [part] = terms.parts;
    refill(
      middle,
      part && part.values.length <= NUMBERS_SHOWN
        ? numberGrid(app, part, "values", { marked: terms.numbers.winner ?? -1 })
        : null,
      make(doc, "p", { class: "sumline" }, ...(pools ? poolSum : resampledSum)(app, terms)),
      pools ? make(doc, "p", { class: "note" }, other(app, terms)) : null,
    );
  };
  return { element, refresh, hero: () => result.canvas };
}

/** The window's numbers, and what is made of them. @param {App} app @param {Terms} terms */
export function poolValue(app, terms) {
  const [part] = terms.parts;
  return [
    part.values.length <= VALUE_NUMBERS_SHOWN
      ? numberGrid(app, part, "values", { marked: terms.numbers.winner ?? -1 })
      : null,
    display(app.doc, ...poolSum(app, terms)),
  ];
}

/**
 * The numbers that are blended, each with its weight; one that is taken as it is, or zeros.
 * @param {App} app
 * @param {Terms} terms
 */
export function resampledValue(app, terms) {
  return [display(app.doc, ...resampledSum(app, terms))];
}

/** @param {App} app @param {Terms} terms */
function resampledSum({ doc }, { parts: [part], total }) {
  const weights = part?.weights;
  if (!part || !weights)
    return [letter(doc, "y"), operator(doc, "="), make(doc, "b", { class: "figure" }, fixed(total, 4))];
  const blended = Array.from(part.values, (value, t) => {
    const written = value < 0 ? `(${fixed(value)})` : fixed(value);
    return `${t ? " + " : ""}${weights[t] === 1 ? "" : `${fixed(weights[t], 3)}·`}${written}`;
  });
  return [blended.join(""), operator(doc, "="), make(doc, "b", { class: "figure" }, fixed(total, 4))];
}

/** The sum as it is written: max(a, b, …) = c, or (a + b + …)/n = c. @param {App} app @param {Terms} terms */
function poolSum(app, terms) {
  const { doc } = app;
  const values = inside(terms);
  const shown = values.slice(0, NUMBERS_WRITTEN);
  const dots = values.length > shown.length;
  const total = make(doc, "b", { class: "figure" }, fixed(terms.total, 4));
  if ("winner" in terms.numbers) {
    const at = values.indexOf(terms.total);
    return [
      inline(
        doc,
        "max(",
        ...shown.flatMap((v, i) => [i ? ", " : "", i === at ? make(doc, "b", {}, fixed(v)) : fixed(v)]),
        dots ? ", …" : "",
        ")",
        operator(doc, "="),
        total,
      ),
    ];
  }
  const sum = shown.map((v, i) => {
    const [sign, size] = signed(v);
    return i ? ` ${sign} ${size}` : sign === "+" ? size : sign + size;
  });
  return [
    inline(
      doc,
      fraction(doc, [...sum, dots ? " + …" : ""].join(""), String(terms.numbers.divisor)),
      operator(doc, "="),
      total,
    ),
  ];
}

/** What the other kind of pooling makes of the same window. @param {App} app @param {Terms} terms */
function other(app, terms) {
  const values = inside(terms);
  if ("winner" in terms.numbers)
    return app.t("pool.mean", { value: compact(values.reduce((a, b) => a + b, 0) / values.length) });
  return app.t("pool.max", { value: compact(Math.max(...values)) });
}

/** The window's numbers without the padding. @param {Terms} terms */
function inside(terms) {
  const [part] = terms.parts;
  return Array.from(part.values).filter((_, i) => part.inside[i]);
}
