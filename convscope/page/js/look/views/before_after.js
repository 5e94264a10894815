/** Layers that take numbers as they are or add them: crop, add, and boxes that the page cannot look into. */

import { make, refill } from "../../kit/dom.js";
import { compact, fixed, signed } from "../../kit/format.js";
import { display, letter, operator } from "../../kit/maths.js";
import { nameOf, sizeOf, valueAt } from "../lookup.js";
import { placeOf, visit } from "../navigation.js";
import { framed, paintMap, pixels } from "./maps.js";
import { sourceNumber } from "./numbers.js";
import { resultMap } from "./result.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../engine/types.js").Terms} Terms */

/** A number that is the same as one of the input. @param {App} app @param {Terms} terms */
export function copiedValue(app, terms) {
  const { doc, t } = app;
  return [
    make(doc, "p", {}, t("moved.from"), " "),
    sourceNumber(app, terms.parts[0]),
    display(
      doc,
      letter(doc, "y"),
      operator(doc, "="),
      letter(doc, "x"),
      operator(doc, "="),
      make(doc, "b", {}, fixed(terms.total, 4)),
    ),
  ];
}

/** One number of each input, and their sum. @param {App} app @param {Terms} terms */
export function sumValue(app, terms) {
  const { doc } = app;
  const [first, ...others] = terms.parts;
  return [
    make(
      doc,
      "div",
      { class: "equation" },
      sourceNumber(app, first),
      ...others.map((part) => make(doc, "span", { class: "pair" }, operator(doc, "+"), sourceNumber(app, part))),
    ),
    display(
      doc,
      fixed(first.values[0], 4),
      ...others.flatMap((part) => signed(part.values[0], 4).map((s, i) => (i ? s : operator(doc, s)))),
      operator(doc, "="),
      make(doc, "b", {}, fixed(terms.total, 4)),
    ),
  ];
}

/** One number of each input, and their product. @param {App} app @param {Terms} terms */
export function productValue(app, terms) {
  const { doc } = app;
  const times = (/** @type {Node | string} */ part, /** @type {number} */ i) =>
    i ? [operator(doc, "·"), part] : [part];
  const bracketed = (/** @type {number} */ v) => (v < 0 ? `(${fixed(v, 4)})` : fixed(v, 4));
  return [
    make(doc, "div", { class: "equation" }, ...terms.parts.flatMap((part, i) => times(sourceNumber(app, part), i))),
    display(
      doc,
      ...terms.parts.flatMap((part, i) => times(bracketed(part.values[0]), i)),
      operator(doc, "="),
      make(doc, "b", {}, fixed(terms.total, 4)),
    ),
  ];
}

/** @param {App} app @param {number} index */
export function beforeAfterDrawing(app, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const joins = node.module.drawing === "multiplication" ? "·" : "+";
  const computed = node.module.terms !== null;
  const maps = (computed ? node.sources : []).map((source) => ({
    source,
    ...framed(doc, pixels(doc, "result", nameOf(app, source)), "result"),
  }));
  const result = node.flat ? null : resultMap(app, index);
  const strip = node.flat ? pixels(doc, "strip-large") : null;
  const marked = strip ? framed(doc, strip, "strip") : null;
  const line = make(doc, "p", { class: "sumline" });
  const element = make(
    doc,
    "div",
    { class: "drawing three" },
    ...maps.flatMap((map, i) => [
      i ? make(doc, "span", { class: "operator big" }, joins) : null,
      make(doc, "div", {}, make(doc, "h3", {}, nameOf(app, map.source)), map.element),
    ]),
    computed ? make(doc, "span", { class: "operator big" }, maps.length > 1 ? "=" : "→") : null,
    make(
      doc,
      "div",
      {},
      make(doc, "h3", {}, node.name),
      result ? result.element : marked?.element,
      line,
      make(doc, "p", { class: "note" }, node.flat ? t("arrows.flat") : computed ? t("click.pixel") : t("click.number")),
    ),
  );
  const refresh = () => {
    const { y, x } = placeOf(app);
    const { channel } = app.state;
    result?.refresh();
    if (strip && marked) {
      const { channels } = sizeOf(app, index);
      paintMap(app, strip, index, 0);
      marked.move({ top: channel, left: 0, height: 1, width: 1 }, channels, 1);
    }
    const at = node.flat ? { y: 0, x: 0 } : { y, x };
    const total = valueAt(app, index, channel, at.y, at.x);
    if (!computed) {
      line.textContent = compact(total);
      return;
    }
    const { parts } = app.engine.terms(index, channel, at.y, at.x, app.result);
    parts.forEach((part, i) => {
      const size = sizeOf(app, part.source);
      paintMap(app, maps[i].canvas, part.source, part.channel);
      maps[i].move(
        node.module.drawing === "crop"
          ? { top: part.top - y, left: part.left - x, height: node.output[1], width: node.output[2] }
          : { top: part.top, left: part.left, height: 1, width: 1 },
        size.height,
        size.width,
      );
    });
    const words = parts.map((part) =>
      make(
        doc,
        "button",
        {
          class: "link figure",
          type: "button",
          on: { click: () => visit(app, part.source, part.channel, part.top, part.left) },
        },
        fixed(part.values[0]),
      ),
    );
    refill(
      line,
      ...words.flatMap((word, i) => (i ? [` ${joins} `, word] : [word])),
      parts.length > 1 ? [" = ", make(doc, "b", { class: "figure" }, compact(total))] : [],
    );
  };
  return { element, refresh, hero: () => result?.canvas ?? strip };
}
