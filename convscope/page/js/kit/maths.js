/** Mathematics set in small HTML: fractions, roots, sums with limits, indices. */

import { make } from "./dom.js";

/** @typedef {import("./dom.js").Child} Child */
/**
 * @typedef {(string | {raised: string} | {above: Formula, below: Formula})[]} Formula a formula in x, in no document
 * yet: text, a power, a fraction
 */

/** A formula on its own line. @param {Document} doc @param {...(Child | Child[])} children */
export function display(doc, ...children) {
  return make(doc, "div", { class: "math display" }, ...children);
}

/** A formula in the text. @param {Document} doc @param {...(Child | Child[])} children */
export function inline(doc, ...children) {
  return make(doc, "span", { class: "math" }, ...children);
}

/** An italic letter. @param {Document} doc @param {string} name @param {Child} [below] its index */
export function letter(doc, name, below) {
  return make(
    doc,
    "span",
    { class: "term" },
    make(doc, "i", {}, name),
    below === undefined ? null : make(doc, "sub", {}, below),
  );
}

/**
 * A formula in x as its parts; every x that stands alone is an italic letter.
 * @param {Document} doc
 * @param {Formula} formula
 * @returns {Child[]}
 */
export function written(doc, formula) {
  return formula.flatMap((part) => {
    if (typeof part === "string")
      return part.split(/(?<!\p{L})(x)(?!\p{L})/u).map((text) => (text === "x" ? letter(doc, "x") : text));
    if ("raised" in part) return [make(doc, "sup", {}, ...written(doc, [part.raised]))];
    return [fraction(doc, written(doc, part.above), written(doc, part.below))];
  });
}

/** @param {Document} doc @param {Child | Child[]} above @param {Child | Child[]} below */
export function fraction(doc, above, below) {
  return make(
    doc,
    "span",
    { class: "fraction" },
    make(doc, "span", { class: "above" }, ...[above].flat()),
    make(doc, "span", { class: "below" }, ...[below].flat()),
  );
}

/** @param {Document} doc @param {...(Child | Child[])} inside */
export function root(doc, ...inside) {
  return make(doc, "span", { class: "root" }, "√", make(doc, "span", { class: "radicand" }, ...inside));
}

/** @param {Document} doc @param {Child} below @param {Child} [above] */
export function sumSign(doc, below, above) {
  return make(
    doc,
    "span",
    { class: "sum" },
    make(doc, "span", { class: "limit" }, above ?? " "),
    make(doc, "span", { class: "sigma" }, "∑"),
    make(doc, "span", { class: "limit" }, below),
  );
}

/** @param {Document} doc @param {Child} base @param {Child} above */
export function power(doc, base, above) {
  return make(doc, "span", { class: "term" }, base, make(doc, "sup", {}, above));
}

/** An operator with its spaces. @param {Document} doc @param {string} sign */
export function operator(doc, sign) {
  return make(doc, "span", { class: "operator" }, sign);
}

/** A number, its figures of one width. @param {Document} doc @param {string} text @param {string} [kind] a class */
export function figure(doc, text, kind = "") {
  return make(doc, "span", { class: `figure ${kind}` }, text);
}
