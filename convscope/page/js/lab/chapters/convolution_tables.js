/** The tables of chapter 3: a picture's slice, a kernel's slice, the output, and the three slices as one colour. */

import { make } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { paintPicture } from "../../kit/palette.js";
import { numberTable } from "../grid.js";
import { kernelEditor, weightText } from "../kernel.js";
import { levelText } from "./convolution_inks.js";
import { channelPaint, firstKernel, kernelText, levelOf, pictureText } from "./convolution_pictures.js";
import { unreadOf } from "./convolution_state.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./convolution_state.js").Convolving} Convolving */

/** Tables wider than this show colours alone. */
const MOST_FIGURES = 13;
const MOST_OUTPUTS = 9;

/** The name of a channel among three. @param {Lab} lab @param {number} c */
export function channelName({ t }, c) {
  return [t("conv.red"), t("conv.green"), t("conv.blue")][c];
}

/** One slice of the picture, its padding around it, to point at and to draw on.
 * @param {Lab} lab @param {() => Convolving} now @param {number} c */
export function sliceTable(lab, now, c) {
  const { t } = lab;
  const put = (
    /** @type {number} */ row,
    /** @type {number} */ column,
    /** @type {(v: number) => number} */ change,
  ) => {
    const { slices, slide } = now();
    const [y, x] = [row - slide.pad, column - slide.pad];
    if (slices[c]?.[y]?.[x] === undefined) return;
    const next = slices.map((slice, i) =>
      i === c ? slice.map((line, r) => line.map((v, k) => (r === y && k === x ? change(v) : v))) : slice,
    );
    lab.tune({ x: pictureText(next) });
  };
  return numberTable(lab, {
    name: now().channels > 1 ? `${t("conv.input")}, ${channelName(lab, c)}` : t("conv.input"),
    kind: "pixels-in",
    limit: () => 1,
    size: () => {
      const { slices, slide } = now();
      return slices[c] ? [slices[c].length + 2 * slide.pad, slices[c][0].length + 2 * slide.pad] : [0, 0];
    },
    look: (row, column) => {
      const one = now();
      const { pad } = one.slide;
      const [y, x] = [row - pad, column - pad];
      const value = one.slices[c][y]?.[x];
      const unread = unreadOf(one, y, x);
      const kinds = [
        value === undefined ? "padding" : "",
        edgesOf(one.windows[c] ?? [], y, x),
        unread && `dropped ${unread}`,
      ];
      const most = Math.max(one.slices[c].length, one.slices[c][0].length) + 2 * pad;
      const place =
        value === undefined ? t("conv.padding") : t("conv.pixel", { y: y + 1, x: x + 1, v: weightText(value) });
      return {
        value: value ?? 0,
        text: most > MOST_FIGURES ? "" : levelText(value ?? 0),
        kind: kinds.filter(Boolean).join(" "),
        paint: one.channels > 1 && value !== undefined ? channelPaint(c, value) : undefined,
        name: unread ? `${place}, ${unread === "gap" ? t("conv.gap") : t("conv.rest")}` : place,
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
}

/** One slice of the kernel, to type into. @param {Lab} lab @param {() => Convolving} now @param {number} c */
export function sliceKernelEditor(lab, now, c) {
  const { t } = lab;
  return kernelEditor(lab, {
    name: now().channels > 1 ? `${t("conv.kernel")}, ${channelName(lab, c)}` : t("conv.kernel"),
    cellName: (row, column) => t("conv.weight", { y: row, x: column }),
    get: () => now().kernels[c],
    set: (value) => {
      const { kernels, channels } = now();
      const text = kernelText(kernels.map((old, i) => (i === c ? value : old)));
      lab.tune({ k: text === kernelText(firstKernel(3, channels)) ? null : text });
    },
  });
}

/** @param {Lab} lab @param {() => Convolving} now */
export function outputTable(lab, now) {
  const { t } = lab;
  const at = (/** @type {number} */ y, /** @type {number} */ x) => lab.tune({ at: y || x ? `${y}.${x}` : null });
  return numberTable(lab, {
    name: t("conv.output"),
    kind: "numbers-out",
    limit: () => now().limit,
    size: () => [now().output.length, now().output[0]?.length ?? 0],
    look: (y, x) => {
      const { output, at: seen } = now();
      const text = fixed(output[y][x], 3);
      return {
        value: output[y][x],
        text: output[0].length > MOST_OUTPUTS ? "" : text,
        kind: y === seen[0] && x === seen[1] ? "marked" : "",
        name: t("conv.value", { y: y + 1, x: x + 1, v: text }),
      };
    },
    at,
    press: at,
  });
}

/** Red, green and blue on one another: the picture as eyes see it. @param {Lab} lab @param {() => Convolving} now */
export function colourPicture(lab, now) {
  const canvas = make(lab.doc, "canvas", { class: "pixelated", role: "img", "aria-label": lab.t("conv.colour") });
  const element = make(
    lab.doc,
    "figure",
    { class: "colour-picture" },
    canvas,
    make(lab.doc, "figcaption", { class: "note" }, lab.t("conv.colour.note")),
  );
  const refresh = () => {
    const { slices, channels } = now();
    element.hidden = channels === 1;
    if (channels > 1)
      paintPicture(
        canvas,
        slices.flat(2).map((v) => Math.round(127.5 * (v + 1))),
        0,
        [channels, slices[0].length, slices[0][0].length],
      );
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
