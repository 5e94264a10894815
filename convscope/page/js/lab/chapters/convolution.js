/** Chapter 3, S4, S5 and S10: a kernel slides over the lecture's X; every output is a window's sum. */

import { make, refill } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { numberTable } from "../grid.js";
import { kernelEditor, weightText } from "../kernel.js";
import { pythonBlock } from "../python_block.js";
import { convolutionControls } from "./convolution_controls.js";
import { inkRow, levelText } from "./convolution_inks.js";
import { convolutionPython } from "./convolution_python.js";
import { convolvingOf, diagonalKernel, kernelText, levelOf, pictureText } from "./convolution_state.js";
import { writtenSize, writtenSum } from "./convolution_sums.js";
import { convolutionCover } from "./convolution_cover.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Lab} Lab */

/** @type {Chapter} */
export const convolutionChapter = {
  id: "convolution",
  number: 3,
  title: (t) => t("conv.title"),
  lead: (t) => t("conv.lead"),
  cover: convolutionCover,
  mount: mountConvolution,
};

/** @param {Lab} lab */
function mountConvolution(lab) {
  const { doc, t } = lab;
  let now = convolvingOf(lab);
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
  const controls = convolutionControls(lab, () => now);
  const inks = inkRow(lab);
  const python = pythonBlock(lab, () => convolutionPython(now));
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
    python.element,
  );

  const refresh = () => {
    now = convolvingOf(lab);
    for (const part of [input, output, kernel, controls, inks, python]) part.refresh();
    const [side, out] = [now.picture.length, now.output.length];
    sizes.textContent = now.slide.pad ? `${side}×${side} + ${now.slide.pad}` : `${side}×${side}`;
    outSize.textContent = `${out}×${out}`;
    empty.hidden = out > 0;
    refill(sum, ...writtenSum(lab, now));
    refill(formula, ...writtenSize(lab, now));
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
