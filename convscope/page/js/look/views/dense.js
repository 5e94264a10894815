/** A fully connected unit: every input times its weight; the largest contributions first. */

import { make, refill, setVar } from "../../kit/dom.js";
import { originOf } from "../../engine/terms.js";
import { compact, fixed } from "../../kit/format.js";
import { unitWords } from "../lookup.js";
import { colourOf, largest, paint } from "../../kit/palette.js";
import { rovingButtons } from "../../kit/roving.js";
import { visit } from "../navigation.js";
import { pixels } from "./maps.js";
import { hasBias } from "./terms.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../engine/types.js").Part} Part */

const TERMS_SHOWN = 14;

/** @param {App} app @param {number} index */
export function denseDrawing(app, index) {
  const { doc, t } = app;
  const rows = [t("dense.inputs"), t("dense.weights"), t("dense.products")].map((name) => {
    const canvas = pixels(doc, "row-strip", name);
    return {
      canvas,
      element: make(doc, "div", { class: "strip-row" }, make(doc, "span", { class: "label" }, name), canvas),
    };
  });
  const list = make(doc, "div", { class: "contributions" });
  const element = make(
    doc,
    "div",
    { class: "drawing dense" },
    ...rows.flatMap((row, i) => [
      i ? make(doc, "span", { class: "operator" }, i === 1 ? "×" : "=") : null,
      row.element,
    ]),
    list,
  );
  const stop = rovingButtons(list);
  const refresh = () => {
    const terms = app.engine.terms(index, app.state.channel, 0, 0, app.result);
    const all = [joined(terms.parts, "values"), joined(terms.parts, "weights"), joined(terms.parts, "products")];
    rows.forEach((row, i) =>
      paint(row.canvas, all[i], 0, 1, all[i].length, largest(all[i]), i === 1 ? "weights" : "activations", app.dark()),
    );
    const items = terms.parts.flatMap((part) => Array.from(part.products, (product, i) => ({ part, i, product })));
    items.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
    const most = Math.abs(items[0]?.product ?? 1) || 1;
    const rest = items.slice(TERMS_SHOWN).reduce((sum, item) => sum + item.product, 0);
    refill(
      list,
      make(doc, "h3", {}, t("dense.largest", { n: Math.min(TERMS_SHOWN, items.length), all: items.length })),
      ...items.slice(0, TERMS_SHOWN).map((item) => contribution(app, item, most)),
      items.length > TERMS_SHOWN ? termBar(app, t("dense.rest", { n: items.length - TERMS_SHOWN }), rest, most) : null,
      hasBias(app, index) ? termBar(app, t("bias"), terms.numbers.bias, most) : null,
      make(doc, "p", { class: "total" }, t("total"), " ", make(doc, "b", { class: "figure" }, compact(terms.total))),
    );
    stop();
  };
  return { element, refresh, hero: () => rows[0].canvas };
}

/** @param {Part[]} parts @param {"values" | "weights" | "products"} which */
function joined(parts, which) {
  return parts.flatMap((part) => Array.from(part[which] ?? []));
}

/** @param {App} app @param {{part: Part, i: number, product: number}} item @param {number} most */
function contribution(app, item, most) {
  const { part, i } = item;
  const origin = originOf(part, i);
  const name = origin ? unitWords(app, origin.node, origin.channel, origin.y, origin.x) : "";
  return termBar(
    app,
    name,
    item.product,
    most,
    productText(part.values[i], part.weights?.[i] ?? 0),
    origin ? () => visit(app, origin.node, origin.channel, origin.y, origin.x) : null,
  );
}

/** Two factors, a negative one in brackets. @param {number} value @param {number} weight */
export function productText(value, weight) {
  const [a, b] = [value, weight].map((v) => (v < 0 ? `(${fixed(v)})` : fixed(v)));
  return `${a} × ${b}`;
}

/**
 * One term as a bar to the left or the right of zero.
 * @param {App} app
 * @param {string} name
 * @param {number} value
 * @param {number} most
 * @param {string} [how]
 * @param {(() => void) | null} [press]
 * @param {string} [text] the value as it is written
 */
export function termBar(app, name, value, most, how = "", press = null, text = fixed(value)) {
  const { doc } = app;
  const bar = make(doc, "span", { class: value < 0 ? "bar minus" : "bar" });
  setVar(bar, "share", String(Math.min(1, Math.abs(value) / most)));
  setVar(bar, "colour", colourOf("activations", app.dark(), Math.sign(value) * 0.7, 1));
  return make(
    doc,
    press ? "button" : "div",
    { class: "contribution", type: press ? "button" : null, on: press ? { click: press } : {} },
    make(doc, "span", { class: "name" }, name),
    make(doc, "span", { class: "how figure" }, how),
    make(doc, "span", { class: "track two" }, bar),
    make(doc, "span", { class: "figure value" }, text),
  );
}
