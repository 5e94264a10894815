/** Chapter 3, S4, S5 and S10: a kernel slides over the lecture's X; every output is a window's sum. */

import { make, refill } from "../../kit/dom.js";
import { fixed, signed } from "../../kit/format.js";
import { fraction, letter, operator } from "../../kit/maths.js";
import { largest } from "../../kit/palette.js";
import { numberTable } from "../grid.js";
import { kernelEditor, weightText } from "../kernel.js";
import { productsAt, readCounts, slideKernel } from "../sums/convolution.js";
import { presets, stepper } from "../widgets.js";
import { inkRow, levelText } from "./convolution_inks.js";
import { convolutionOf, diagonalKernel, kernelText, lectureX, levelOf, pictureText } from "./convolution_state.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../kit/dom.js").Child} Child */

/** @type {Chapter} */
export const convolutionChapter = {
  id: "convolution",
  number: 3,
  title: (t) => t("conv.title"),
  lead: (t) => t("conv.lead"),
  mount: mountConvolution,
};

/** Keys that a preset takes back to how the lecture has them. */
const AS_IN_LECTURE = { x: null, k: null, s: null, p: null, d: null, n: null, at: null };

/** @param {Lab} lab */
function mountConvolution(lab) {
  const { doc, t } = lab;
  let now = computed(lab);
  const at = (/** @type {number} */ y, /** @type {number} */ x) => lab.tune({ at: y || x ? `${y}.${x}` : null });

  /**
   * Change one pixel of the picture; `row` and `column` count the padding too.
   * @param {number} row
   * @param {number} column
   * @param {(old: number) => number} change
   */
  const put = (row, column, change) => {
    const [y, x] = [row - now.slide.pad, column - now.slide.pad];
    if (now.picture[y]?.[x] !== undefined)
      lab.tune({
        x: pictureText(now.picture.map((line, i) => line.map((v, j) => (i === y && j === x ? change(v) : v)))),
      });
  };

  const input = numberTable(lab, {
    name: t("conv.input"),
    kind: "pixels-in",
    limit: () => 1,
    size: () => [now.picture.length + 2 * now.slide.pad, now.picture.length + 2 * now.slide.pad],
    look: (row, column) => {
      const [y, x] = [row - now.slide.pad, column - now.slide.pad];
      const value = now.picture[y]?.[x];
      const kinds = [
        value === undefined ? "padding" : "",
        edgesOf(now.window, y, x),
        value !== undefined && !now.counts[y][x] ? "dropped" : "",
      ];
      return {
        value: value ?? 0,
        text: levelText(value ?? 0),
        kind: kinds.filter(Boolean).join(" "),
        name: value === undefined ? t("conv.padding") : t("conv.pixel", { y: y + 1, x: x + 1, v: weightText(value) }),
      };
    },
    press: (row, column) => put(row, column, (v) => levelOf(lab.state.i) ?? (v > 0 ? -1 : 1)),
    draws: () => levelOf(lab.state.i) !== null,
    key: (row, column, key) => {
      const by = { "+": 0.5, "=": 0.5, "-": -0.5, _: -0.5, "−": -0.5 }[key];
      if (by === undefined && key !== "0") return false;
      put(row, column, (v) => (by === undefined ? 0 : Math.max(-1, Math.min(1, v + by))));
      return true;
    },
  });
  const output = numberTable(lab, {
    name: t("conv.output"),
    kind: "numbers-out",
    limit: () => now.limit,
    size: () => [now.output.length, now.output[0]?.length ?? 0],
    look: (y, x) => ({
      value: now.output[y][x],
      text: fixed(now.output[y][x], 3),
      kind: y === now.at[0] && x === now.at[1] ? "marked" : "",
      name: t("conv.value", { y: y + 1, x: x + 1, v: fixed(now.output[y][x], 3) }),
    }),
    at,
    press: at,
  });
  const kernel = kernelEditor(lab, {
    name: t("conv.kernel"),
    cellName: (row, column) => t("conv.weight", { y: row, x: column }),
    get: () => now.kernel,
    set: (value) => lab.tune({ k: kernelText(value) === kernelText(diagonalKernel(3)) ? null : kernelText(value) }),
  });
  const sizes = make(doc, "span", { class: "small" });
  const outSize = make(doc, "span", { class: "small" });
  const sum = make(doc, "p", { class: "sum-of-window", "aria-live": "off" });
  const formula = make(doc, "div", { class: "size-formula" });
  const dropped = make(doc, "p", { class: "note dropped-note" });
  const controls = controlsOf(lab, () => now);
  const inks = inkRow(lab);
  const empty = make(doc, "p", { class: "note no-output" }, t("conv.none"));

  const element = make(
    doc,
    "div",
    { class: "chapter convolving" },
    controls.presets.element,
    make(
      doc,
      "div",
      { class: "convolving-row" },
      make(
        doc,
        "section",
        {},
        make(doc, "h2", { class: "part" }, t("conv.input"), " ", sizes),
        make(doc, "div", { class: "table-scroll" }, input.element),
        inks.element,
      ),
      make(doc, "span", { class: "operator big", "aria-hidden": "true" }, "⊗"),
      make(
        doc,
        "section",
        { class: "kernel-side" },
        make(doc, "h2", { class: "part" }, t("conv.kernel")),
        make(doc, "div", { class: "kernel-box" }, kernel.element),
        controls.steppers,
      ),
      make(doc, "span", { class: "operator big", "aria-hidden": "true" }, "="),
      make(
        doc,
        "section",
        {},
        make(doc, "h2", { class: "part" }, t("conv.output"), " ", outSize),
        make(doc, "div", { class: "table-scroll" }, output.element),
        empty,
        make(doc, "p", { class: "note" }, t("conv.hover")),
      ),
    ),
    make(
      doc,
      "section",
      { class: "worked" },
      make(doc, "h2", {}, t("conv.sum")),
      sum,
      make(doc, "p", { class: "note" }, t("conv.sum.note")),
    ),
    make(doc, "section", { class: "worked" }, make(doc, "h2", {}, t("conv.size")), formula, dropped),
  );

  const refresh = () => {
    now = computed(lab);
    for (const part of [input, output, kernel, controls, inks]) part.refresh();
    const [side, out] = [now.picture.length, now.output.length];
    sizes.textContent = now.slide.pad ? `${side}×${side} + ${now.slide.pad}` : `${side}×${side}`;
    outSize.textContent = `${out}×${out}`;
    empty.hidden = out > 0;
    refill(sum, ...writtenSum(lab, now));
    refill(formula, ...formulaOf(lab, now));
    const lost = now.counts.flat().filter((n) => !n).length;
    dropped.textContent = lost ? t("conv.dropped", { n: lost, all: side * side }) : t("conv.kept");
  };
  refresh();
  return { element, refresh };
}

/**
 * Which sides of a pixel are an edge of the window, as classes; none for a pixel outside.
 * @param {{row: number, column: number}[]} window
 * @param {number} y
 * @param {number} x
 */
function edgesOf(window, y, x) {
  const has = (/** @type {number} */ row, /** @type {number} */ column) =>
    window.some((one) => one.row === row && one.column === column);
  if (!has(y, x)) return "";
  const sides = [
    ["edge-top", -1, 0],
    ["edge-right", 0, 1],
    ["edge-bottom", 1, 0],
    ["edge-left", 0, -1],
  ];
  return `in-window ${sides
    .filter(([, dy, dx]) => !has(y + Number(dy), x + Number(dx)))
    .map(([side]) => side)
    .join(" ")}`;
}

/** @param {Lab} lab */
function computed(lab) {
  const { kernel, picture, slide, at } = convolutionOf(lab.state);
  const output = slideKernel(picture, kernel, slide);
  const seen = [0, 1].map((axis) => Math.max(0, Math.min(output.length - 1, at[axis])));
  const window = output.length ? productsAt(picture, kernel, slide, seen[0], seen[1]) : [];
  const most = slide.mean ? largest(kernel.flat()) : kernel.flat().reduce((sum, w) => sum + Math.abs(w), 0);
  return {
    kernel,
    picture,
    slide,
    at: seen,
    output,
    window,
    counts: readCounts(picture, kernel, slide),
    limit: most || 1,
  };
}

/** @typedef {ReturnType<typeof computed>} Convolving */

/**
 * The window's sum as the lecture writes it: (−1 + 1 + 1 + 1) / 9 = 0.2222; products of 0 are left out.
 * @param {Lab} lab
 * @param {Convolving} now
 */
function writtenSum({ doc }, { window, kernel, slide, output, at }) {
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
function formulaOf({ doc }, { picture, kernel, slide, output }) {
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

/** @param {Lab} lab @param {() => Convolving} now */
function controlsOf(lab, now) {
  const { doc, t } = lab;
  const words = (/** @type {string} */ name) => ({ less: t("step.less", { name }), more: t("step.more", { name }) });
  const put = (/** @type {string} */ key, /** @type {number} */ plain) => (/** @type {number} */ value) =>
    lab.tune({ [key]: value === plain ? null : value });
  const steppers = [
    stepper(
      lab,
      t("conv.k"),
      { min: 1, max: 5, ...words(t("conv.k")) },
      () => now().kernel.length,
      (value) => lab.tune({ k: value === 3 ? null : kernelText(diagonalKernel(value)) }),
    ),
    stepper(lab, t("conv.s"), { min: 1, max: 4, ...words(t("conv.s")) }, () => now().slide.stride, put("s", 1)),
    stepper(lab, t("conv.p"), { min: 0, max: 3, ...words(t("conv.p")) }, () => now().slide.pad, put("p", 0)),
    stepper(lab, t("conv.d"), { min: 1, max: 3, ...words(t("conv.d")) }, () => now().slide.dilation, put("d", 1)),
  ];
  const mean = make(doc, "input", {
    type: "checkbox",
    on: { change: () => lab.tune({ n: mean.checked ? null : "sum" }) },
  });
  const same = (/** @type {import("../types.js").Change} */ change) =>
    Object.entries({ ...AS_IN_LECTURE, at: lab.state.at ?? null, ...change }).every(
      ([key, value]) => (lab.state[key] ?? null) === (value === null ? null : String(value)),
    );
  const preset = (/** @type {string} */ text, /** @type {import("../types.js").Change} */ change) => ({
    text,
    on: () => same(change),
    press: () => lab.tune({ ...AS_IN_LECTURE, ...change }),
  });
  const blank = pictureText(lectureX().map((line) => line.map(() => -1)));
  const list = presets(lab, t("conv.presets"), [
    preset(t("conv.preset.x"), {}),
    preset(t("conv.preset.pad"), { p: 1 }),
    preset(t("conv.preset.stride"), { s: 4 }),
    preset(t("conv.preset.dilation"), { d: 2 }),
    preset(t("conv.preset.blank"), { x: blank }),
  ]);
  return {
    presets: list,
    steppers: make(
      doc,
      "div",
      { class: "steppers" },
      ...steppers.map((one) => one.element),
      make(doc, "label", { class: "check" }, mean, t("conv.mean")),
    ),
    refresh: () => {
      for (const one of [...steppers, list]) one.refresh();
      mean.checked = now().slide.mean;
    },
  };
}
