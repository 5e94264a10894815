/** The sum of one window: every pixel × weight as a product, then the finished products, then the answer. */

import { make } from "../../kit/dom.js";
import { fixed, signed } from "../../kit/format.js";
import { colourOf, inkOn, largest } from "../../kit/palette.js";
import { weightText } from "../kernel.js";
import { channelPaint } from "./convolution_pictures.js";
import { channelName } from "./convolution_tables.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../kit/dom.js").Child} Child */
/** @typedef {import("./convolution_state.js").Convolving} Convolving */

/**
 * The window's products as they lie on the picture: pixel × weight, a line for each row of the kernel, a block for each
 * channel.
 * @param {Lab} lab @param {Convolving} now @returns {HTMLElement[]}
 */
export function windowProducts(lab, { windows, slices, kernel, kernels, channels }) {
  const { doc } = lab;
  const most = largest(kernels.flat(2)) || 1;
  const chip = (/** @type {number} */ value, /** @type {{colour: string, ink: string}} */ { colour, ink }) =>
    make(doc, "span", { class: "chip", vars: { colour, "cell-ink": ink } }, weightText(value));
  const shade = (
    /** @type {"activations" | "weights"} */ scale,
    /** @type {number} */ v,
    /** @type {number} */ limit,
  ) => ({
    colour: colourOf(scale, lab.dark(), v, limit),
    ink: inkOn(scale, lab.dark(), v, limit),
  });
  const light = (/** @type {number} */ c, /** @type {{row: number, column: number, value: number}} */ one) =>
    channels > 1 && slices[c][one.row]?.[one.column] !== undefined
      ? channelPaint(c, one.value)
      : shade("activations", one.value, 1);
  return windows.map((window, c) =>
    make(
      doc,
      "div",
      { class: "products-block" },
      channels > 1 ? make(doc, "p", { class: "small" }, channelName(lab, c)) : null,
      make(
        doc,
        "div",
        { class: "products-of-window", vars: { columns: kernel.length } },
        ...window.map((one, i) =>
          make(
            doc,
            "span",
            { class: one.product ? "product-of" : "product-of nought" },
            i ? "+ " : "",
            chip(one.value, light(c, one)),
            " × ",
            chip(one.weight, shade("weights", one.weight, most)),
          ),
        ),
      ),
      channels > 1 ? make(doc, "p", { class: "slice-sum" }, `= ${shortSum(windowSum(window))}`) : null,
    ),
  );
}

/**
 * The window's sum as the lecture writes it: (−1 + 1 + 1 + 1) / 9 = 0.2222; products of 0 are left out. Of several
 * channels: the sum of each, then the bias once.
 * @param {Lab} lab
 * @param {Convolving} now
 */
export function writtenSum(lab, { windows, channels, kernel, slide, output, at, bias }) {
  if (!output.length) return [];
  const { doc, t } = lab;
  const terms =
    channels > 1
      ? windows.map((window, c) => ({ value: windowSum(window), name: channelName(lab, c) }))
      : windows[0].filter((one) => one.product !== 0).map((one) => ({ value: one.product, name: "" }));
  const written = terms.flatMap(({ value, name }, i) => {
    const [sign, size] = signed(value, sumDigits(value));
    const before = i || sign !== "+" ? `${sign}${i ? " " : ""}` : "";
    const label = name ? make(doc, "span", { class: "small" }, `${name} `) : null;
    return [make(doc, "span", { class: "product" }, before, label, size), " "];
  });
  if (!terms.length) written.push("0 ");
  const result = make(doc, "b", { class: "answer" }, fixed(output[at[0]][at[1]], 4));
  const [sign, size] = signed(bias, sumDigits(bias));
  const extra =
    channels > 1 || bias ? [sign, " ", make(doc, "span", { class: "small" }, t("conv.b")), ` ${size} `] : [];
  return slide.mean
    ? ["( ", ...written, `) / ${channels * kernel.length ** 2} `, ...extra, "= ", result]
    : [...written, ...extra, "= ", result];
}

/** @param {{product: number}[]} window */
function windowSum(window) {
  return window.reduce((sum, one) => sum + one.product, 0);
}

/** @param {number} value */
function sumDigits(value) {
  return Number.isInteger(value) ? 0 : Number.isInteger(10 * value) ? 1 : 3;
}

/** @param {number} value */
function shortSum(value) {
  return fixed(value, sumDigits(value));
}
