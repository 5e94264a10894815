/** The sum of one window and the size of the output, as the lecture writes them. */

import { make } from "../../kit/dom.js";
import { fixed, signed } from "../../kit/format.js";
import { fraction, letter, operator } from "../../kit/maths.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../kit/dom.js").Child} Child */
/** @typedef {import("./convolution_state.js").Convolving} Convolving */

/**
 * The window's sum as the lecture writes it: (−1 + 1 + 1 + 1) / 9 = 0.2222; products of 0 are left out.
 * @param {Lab} lab
 * @param {Convolving} now
 */
export function writtenSum({ doc }, { window, kernel, slide, output, at }) {
  const terms = window.filter((one) => one.product !== 0);
  const written = terms.flatMap((one, i) => {
    const [sign, size] = signed(
      one.product,
      Number.isInteger(one.product) ? 0 : Number.isInteger(10 * one.product) ? 1 : 3,
    );
    return [make(doc, "span", { class: "product" }, i || sign !== "+" ? `${sign}${i ? " " : ""}${size}` : size), " "];
  });
  if (!output.length) return [];
  if (!terms.length) written.push("0 ");
  const result = make(doc, "b", { class: "answer" }, fixed(output[at[0]][at[1]], 4));
  return slide.mean ? ["( ", ...written, `) / ${kernel.length ** 2} = `, result] : [...written, "= ", result];
}

/** O = floor((I − K + 2P) / S) + 1 in letters, then in numbers. @param {Lab} lab @param {Convolving} now */
export function writtenSize({ doc }, { picture, kernel, slide, output }) {
  const { stride, pad, dilation } = slide;
  const reach = dilation * (kernel.length - 1) + 1;
  const width = dilation > 1 ? ["(", letter(doc, "D"), "(", letter(doc, "K"), " − 1) + 1)"] : [letter(doc, "K")];
  const widthNow = dilation > 1 ? `(${dilation}·(${kernel.length} − 1) + 1)` : String(reach);
  const line = (/** @type {Child[]} */ above, /** @type {Child} */ below, /** @type {Child[]} */ result) =>
    make(
      doc,
      "div",
      { class: "math display" },
      letter(doc, "O"),
      operator(doc, "="),
      "floor",
      make(doc, "span", { class: "paren" }, "("),
      fraction(doc, above, below),
      make(doc, "span", { class: "paren" }, ")"),
      operator(doc, "+"),
      "1",
      ...result,
    );
  return [
    line(
      [letter(doc, "I"), operator(doc, "−"), ...width, operator(doc, "+"), "2", letter(doc, "P")],
      letter(doc, "S"),
      [],
    ),
    line([`${picture.length} − ${widthNow} + 2·${pad}`], String(stride), [
      operator(doc, "="),
      make(doc, "b", { class: "answer" }, String(output.length)),
    ]),
  ];
}
