/** A convolution's or a fully connected unit's sum: one slice opened, product by product, and all slices' subtotals. */

import { button, make, setVar } from "../../kit/dom.js";
import { originOf } from "../../engine/terms.js";
import { cell, compact, fixed, signed } from "../../kit/format.js";
import { limitOf, mapSign, nameOf, unitWords } from "../lookup.js";
import { display, inline, letter, operator, sumSign } from "../../kit/maths.js";
import { colourOf, largest } from "../../kit/palette.js";
import { visit } from "../navigation.js";
import { legend } from "./maps.js";
import { numberGrid } from "./numbers.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../engine/types.js").Terms} Terms */
/** @typedef {import("../../engine/types.js").Part} Part */

const PRODUCTS_SHOWN = 64;

/** Which slice is opened: the chosen one, else the one with the largest sum. @param {App} app @param {Terms} terms */
export function openSlice(app, { parts }) {
  if (!parts.length) return 0; // where no number reaches this place
  if (app.state.from >= 0 && app.state.from < parts.length) return app.state.from;
  return parts.reduce((best, part, i) => (Math.abs(part.subtotal) > Math.abs(parts[best].subtotal) ? i : best), 0);
}

/** @param {App} app @param {Terms} terms @returns {(HTMLElement | null)[]} */
export function slicesOfSum(app, terms) {
  const { doc, t } = app;
  const { parts, numbers, total } = terms;
  if (!parts.length) {
    const none = make(doc, "p", { class: "note" }, t("spread.none"));
    return [generalFormula(app, terms), none, ...biasAlone(app, total)];
  }
  const open = openSlice(app, terms);
  const dense = app.engine.nodes[terms.index].module.drawing === "dense";
  const biased = hasBias(app, terms.index);
  const gaps = {
    map: mapSign(app, parts[open].source, parts[open].channel),
    node: nameOf(app, parts[open].source),
    n: parts.length,
  };
  const scales = [
    legend(app, "activations", limitOf(app, parts[open].source, parts[open].channel), t("legend.window")),
    legend(app, "weights", largest(app.engine.nodes[terms.index].tensors.weight)),
    legend(app, "activations", largest(parts[open].products) || 1, t("legend.products")),
  ];
  return [
    generalFormula(app, terms),
    make(
      doc,
      "h3",
      {},
      parts.length > 1
        ? dense
          ? t("slice.dense", gaps)
          : t("slice.open", gaps)
        : dense
          ? t("slice.dense.only")
          : t("slice.only"),
    ),
    productsOf(app, parts[open], terms),
    parts.length > 1 ? subtotals(app, parts, open, dense ? t("subtotals.dense") : t("subtotals")) : null,
    display(
      doc,
      parts.length > 1
        ? [sumSign(doc, letter(doc, "c"), String(parts.length)), letter(doc, "s", make(doc, "i", {}, "c"))]
        : letter(doc, "s"),
      ...(biased
        ? [
            ...plusBias(doc),
            operator(doc, "="),
            fixed(numbers.sum, 4),
            ...signed(numbers.bias, 4).map((s, i) => (i ? s : operator(doc, s))),
          ]
        : []),
      operator(doc, "="),
      make(doc, "b", {}, fixed(total, 4)),
    ),
    make(doc, "div", { class: "legends" }, ...scales),
  ];
}

/** Whether a bias is added to a layer's sums. @param {App} app @param {number} index */
export function hasBias(app, index) {
  return app.engine.nodes[index].tensors.bias !== undefined;
}

/** @param {Document} doc */
function plusBias(doc) {
  return [operator(doc, "+"), letter(doc, "b")];
}

/** What is left where no product reaches a place. @param {App} app @param {number} total */
function biasAlone({ doc }, total) {
  return [display(doc, letter(doc, "b"), operator(doc, "="), make(doc, "b", {}, fixed(total, 4)))];
}

/** @param {App} app @param {Terms} terms */
function generalFormula(app, terms) {
  const { doc } = app;
  const bias = hasBias(app, terms.index) ? plusBias(doc) : [];
  if (app.engine.nodes[terms.index].module.drawing === "dense")
    return display(
      doc,
      letter(doc, "y"),
      operator(doc, "="),
      sumSign(doc, letter(doc, "i")),
      letter(doc, "x", make(doc, "i", {}, "i")),
      operator(doc, "·"),
      letter(doc, "w", make(doc, "i", {}, "i")),
      ...bias,
    );
  return display(
    doc,
    letter(doc, "y"),
    operator(doc, "="),
    sumSign(doc, letter(doc, "c")),
    sumSign(doc, make(doc, "i", {}, "i, j")),
    letter(doc, "x", make(doc, "i", {}, "c, i, j")),
    operator(doc, "·"),
    letter(doc, "w", make(doc, "i", {}, "c, i, j")),
    ...bias,
  );
}

/**
 * The window × the kernel = the products, then the same in one line, as it is written on paper.
 * @param {App} app
 * @param {Part} part
 * @param {Terms} terms
 */
function productsOf(app, part, terms) {
  const { doc, t } = app;
  const weights = part.weights ?? new Float64Array(0);
  const all = Array.from(part.products);
  const kept = all.map((product, i) => ({ product, i })).filter(({ product }) => product !== 0);
  const shown = kept.slice(0, PRODUCTS_SHOWN);
  const sum = shown.flatMap(({ i }, k) => [
    k ? " + " : null,
    term(app, part, i, `${brackets(cell(part.values[i]))}×${brackets(cell3(weights[i]))}`),
  ]);
  const zeros = all.length - kept.length;
  const small = part.columns * part.rows <= 64;
  const reading = make(doc, "p", { class: "note reading" }, t("term.hint"));
  const element = make(
    doc,
    "div",
    { class: "opened" },
    small
      ? make(
          doc,
          "div",
          { class: "equation" },
          numberGrid(app, part, "values", { name: t("window"), limit: limitOf(app, part.source, part.channel) }),
          make(
            doc,
            "span",
            { class: "pair" },
            operator(doc, "×"),
            numberGrid(app, part, "weights", {
              name: t("kernel"),
              limit: largest(app.engine.nodes[terms.index].tensors.weight),
            }),
          ),
          make(
            doc,
            "span",
            { class: "pair" },
            operator(doc, "="),
            numberGrid(app, part, "products", { name: t("products") }),
          ),
        )
      : null,
    small ? reading : null,
    make(
      doc,
      "p",
      { class: "written" },
      inline(
        doc,
        ...(sum.length ? sum : ["0"]),
        kept.length > PRODUCTS_SHOWN ? " + … " : null,
        " = ",
        make(doc, "b", {}, fixed(part.subtotal, 4)),
      ),
    ),
    zeros ? make(doc, "p", { class: "note" }, t("zeros", { n: zeros, all: all.length })) : null,
  );
  followTerm(element, (i) => {
    reading.textContent =
      i < 0
        ? t("term.hint")
        : `${brackets(fixed(part.values[i], 4))} × ${brackets(fixed(weights[i], 4))} = ${fixed(part.products[i], 4)}`;
  });
  return element;
}

/**
 * One product of the written sum; a press goes to where its number comes from.
 * @param {App} app
 * @param {Part} part
 * @param {number} i
 * @param {string} text
 */
function term(app, part, i, text) {
  const { doc } = app;
  const origin = originOf(part, i);
  if (!origin) return make(doc, "span", { class: "product", "data-term": i }, text);
  return button(doc, text, () => visit(app, origin.node, origin.channel, origin.y, origin.x), {
    class: "product",
    "data-term": i,
    title: unitWords(app, origin.node, origin.channel, origin.y, origin.x),
  });
}

/**
 * Light up one term wherever it stands: in the window, the kernel, the products and the written sum.
 * @param {Element} element
 * @param {(i: number) => void} onTerm −1: none
 */
function followTerm(element, onTerm) {
  let lit = "";
  const light = (/** @type {Event} */ event) => {
    const away = event.type === "pointerleave" || event.type === "focusout";
    const at = away
      ? ""
      : (/** @type {Element} */ (event.target).closest("[data-term]")?.getAttribute("data-term") ?? "");
    if (at === lit) return;
    lit = at;
    for (const one of Array.from(element.querySelectorAll("[data-term]")))
      one.classList.toggle("twin", at !== "" && one.getAttribute("data-term") === at);
    onTerm(at === "" ? -1 : Number(at));
  };
  for (const event of ["pointerover", "pointerleave", "focusin", "focusout"]) element.addEventListener(event, light);
}

/** @param {number} value */
function cell3(value) {
  return Math.abs(value) >= 10 ? fixed(value, 1) : fixed(value, 3);
}

/** @param {string} text */
function brackets(text) {
  return text.startsWith("\u2212") ? `(${text})` : text;
}

/**
 * Every slice's subtotal as a chip; a press opens it.
 * @param {App} app @param {Part[]} parts @param {number} open @param {string} title
 */
function subtotals(app, parts, open, title) {
  const { doc, t } = app;
  const most = largest(parts.map((part) => part.subtotal)) || 1;
  const chips = parts.map((part, i) => {
    const bar = make(doc, "span", { class: part.subtotal < 0 ? "bar minus" : "bar" });
    setVar(bar, "share", String(Math.abs(part.subtotal) / most));
    setVar(bar, "colour", colourOf("activations", app.dark(), Math.sign(part.subtotal) * 0.7, 1));
    return make(
      doc,
      "button",
      {
        type: "button",
        class: "chip",
        "aria-pressed": String(i === open),
        "aria-label": t("slice.name", { map: mapSign(app, part.source, part.channel), value: fixed(part.subtotal) }),
        on: { click: () => app.tune({ from: i }) },
      },
      make(doc, "span", { class: "number" }, mapSign(app, part.source, part.channel)),
      make(doc, "span", { class: "track two" }, bar),
      make(doc, "span", { class: "figure" }, compact(part.subtotal)),
    );
  });
  const list = make(doc, "div", { class: "chips" }, ...chips);
  // once it is laid out: the open slice may lie below what the list shows
  doc.defaultView?.requestAnimationFrame(() => {
    const { offsetTop, offsetHeight } = chips[open];
    list.scrollTop = offsetTop - chips[0].offsetTop + (offsetHeight - list.clientHeight) / 2;
  });
  return make(doc, "div", { class: "subtotals" }, make(doc, "h3", {}, title), list);
}
