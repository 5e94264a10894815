/** The size of the output: the formula with its numbers, why it rounds down, and what no window reads. */

import { make } from "../../kit/dom.js";
import { fraction, letter, operator } from "../../kit/maths.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../kit/dom.js").Child} Child */
/** @typedef {import("./convolution_state.js").Convolving} Convolving */

/** O = floor((I − K + 2P) / S) + 1 in letters, then in numbers: for rows and columns apart where they differ.
 * @param {Lab} lab @param {Convolving} now */
export function writtenSize({ doc, t }, { picture, kernel, slide, output }) {
  const { stride, pad, dilation } = slide;
  const reach = dilation * (kernel.length - 1) + 1;
  const width = dilation > 1 ? ["(", letter(doc, "D"), "(", letter(doc, "K"), " − 1) + 1)"] : [letter(doc, "K")];
  const widthNow = dilation > 1 ? `(${dilation}·(${kernel.length} − 1) + 1)` : String(reach);
  const line = (/** @type {Child[]} */ above, /** @type {Child} */ below, /** @type {Child[]} */ result, axis = "") =>
    make(
      doc,
      "div",
      { class: "math display" },
      axis ? make(doc, "span", { class: "small axis" }, axis) : null,
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
  const numbers = (/** @type {number} */ size, /** @type {number} */ out, axis = "") =>
    line(
      [`${size} − ${widthNow} + 2·${pad}`],
      String(stride),
      [operator(doc, "="), make(doc, "b", { class: "answer" }, String(out))],
      axis,
    );
  const [rows, columns] = [picture.length, picture[0].length];
  return [
    line(
      [letter(doc, "I"), operator(doc, "−"), ...width, operator(doc, "+"), "2", letter(doc, "P")],
      letter(doc, "S"),
      [],
    ),
    ...(rows === columns
      ? [numbers(rows, output.length)]
      : [numbers(rows, output.length, t("conv.rows")), numbers(columns, output[0]?.length ?? 0, t("conv.columns"))]),
  ];
}

/** Why floor, in the numbers of the rows. @param {Lab} lab @param {Convolving} now */
export function whyFloor({ t }, { picture, kernel, slide, output, rest }) {
  const room = picture.length - slide.dilation * (kernel.length - 1) - 1 + 2 * slide.pad;
  if (!output.length) return t("conv.none");
  const steps = Math.floor(room / slide.stride);
  const words = {
    room,
    s: slide.stride,
    steps,
    o: output.length,
    exact: Math.round((1000 * room) / slide.stride) / 1000,
  };
  return rest[0] ? t("conv.floor.rest", { ...words, rest: rest[0] }) : t("conv.floor.fits", words);
}

/**
 * What no window reads: gaps between windows and the rest at the edge, each beside its hatching.
 * @param {Lab} lab @param {Convolving} now @param {number} gaps @param {number} left
 */
export function unreadLegend({ doc, t }, { rest, output }, gaps, left) {
  const entry = (/** @type {string} */ kind, /** @type {string} */ text) =>
    make(
      doc,
      "li",
      {},
      make(doc, "span", { class: "number-table" }, make(doc, "span", { class: `cell dropped ${kind}` })),
      text,
    );
  if (!output.length) return [];
  return [
    gaps ? entry("gap", t("conv.gaps.note", { n: gaps })) : null,
    rest[0] || rest[1] ? entry("rest", t("conv.rest.note", { rows: rest[0], columns: rest[1], n: left })) : null,
  ];
}
