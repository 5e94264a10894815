/** The filters chapter's parts: every filter on the picture at once, and the sum at one pixel. */

import { make, refill } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { largest, paintPicture } from "../../kit/palette.js";
import { rovingButtons } from "../../kit/roving.js";
import { pixels } from "../../look/views/maps.js";
import { numberTable } from "../grid.js";
import { weightText } from "../kernel.js";
import { FILTERS, filterPlane } from "../sums/filters.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../sums/scenes.js").Plane} Plane */

/** A small picture for each filter, to press. @param {Lab} lab @param {(kernel: number[]) => void} choose */
export function filterGallery(lab, choose) {
  const { doc, t } = lab;
  /** @type {[string, string][]} */
  const names = [
    ["identity", t("filter.identity")],
    ["outline", t("filter.outline")],
    ["emboss", t("filter.emboss")],
    ["blur", t("filter.blur")],
    ["blur5", t("filter.blur5")],
    ["sharpen", t("filter.sharpen")],
    ["sobel-left", t("filter.sobel.left")],
    ["sobel-top", t("filter.sobel.top")],
  ];
  const items = names.map(([id, name]) => {
    const canvas = pixels(doc);
    return {
      id,
      canvas,
      element: make(
        doc,
        "button",
        { type: "button", class: "filter-thumb", on: { click: () => choose(FILTERS[id]) } },
        canvas,
        make(doc, "span", {}, name),
      ),
    };
  });
  let last = /** @type {Plane | null} */ (null);
  const element = make(
    doc,
    "div",
    { class: "filter-gallery", role: "group", "aria-label": t("filter.all") },
    ...items.map((item) => item.element),
  );
  const stop = rovingButtons(element);
  return {
    element,
    /** @param {Plane} plane @param {number[]} kernel */
    refresh: (plane, kernel) => {
      for (const { id, canvas, element } of items) {
        element.setAttribute(
          "aria-pressed",
          String(FILTERS[id].length === kernel.length && FILTERS[id].every((w, i) => Math.abs(w - kernel[i]) < 1e-6)),
        );
        if (plane === last) continue;
        const { rows, columns, values } = filterPlane(plane.pixels, plane.height, plane.width, FILTERS[id]);
        paintPicture(
          canvas,
          values.map((v) => Math.max(0, Math.min(255, v))),
          0,
          [1, rows, columns],
        );
      }
      last = plane;
      stop();
    },
  };
}

/** Window × kernel = products, and their sum. @param {Lab} lab */
export function windowSums(lab) {
  const { doc, t } = lab;
  /** @type {{values: number[][], weights: number[][], products: number[][]}} */
  let parts = { values: [[0]], weights: [[0]], products: [[0]] };
  const table = (
    /** @type {"values" | "weights" | "products"} */ which,
    /** @type {string} */ name,
    /** @type {(v: number) => string} */ text,
  ) =>
    numberTable(lab, {
      name,
      scale: which === "weights" ? "weights" : "activations",
      limit: () => (which === "values" ? 255 : largest(parts[which].flat()) || 1),
      size: () => [parts[which].length, parts[which].length],
      look: (y, x) => ({ value: parts[which][y][x], text: text(parts[which][y][x]) }),
    });
  const tables = [
    table("values", t("filter.values"), (v) => fixed(v, 0)),
    table("weights", t("filter.kernel"), weightText),
    table("products", t("filter.products"), (v) => (Number.isInteger(v) ? fixed(v, 0) : fixed(v, 1))),
  ];
  const total = make(doc, "p", { class: "sum-of-window" });
  const boxed = (/** @type {number} */ i, /** @type {string} */ name) =>
    make(doc, "section", {}, make(doc, "h3", {}, name), tables[i].element);
  const then = (/** @type {string} */ sign, /** @type {HTMLElement} */ section) =>
    make(
      doc,
      "div",
      { class: "next-table" },
      make(doc, "span", { class: "operator big", "aria-hidden": "true" }, sign),
      section,
    );
  return {
    element: make(
      doc,
      "div",
      {},
      make(
        doc,
        "div",
        { class: "window-sums" },
        boxed(0, t("filter.values")),
        then("×", boxed(1, t("filter.kernel"))),
        then("=", boxed(2, t("filter.products"))),
      ),
      total,
    ),
    said: () => total.textContent ?? "",
    /** @param {import("./filters.js").Filtered} now */
    refresh: ({ plane, kernel, at, side, values, columns, signed }) => {
      const grid = (/** @type {(i: number, j: number) => number} */ of) =>
        Array.from({ length: side }, (_, i) => Array.from({ length: side }, (_, j) => of(i, j)));
      const value = (/** @type {number} */ i, /** @type {number} */ j) =>
        plane.pixels[(at[0] + i) * plane.width + at[1] + j];
      parts = {
        values: grid(value),
        weights: grid((i, j) => kernel[i * side + j]),
        products: grid((i, j) => value(i, j) * kernel[i * side + j]),
      };
      for (const one of tables) one.refresh();
      const sum = values[at[0] * columns + at[1]];
      const grey = Math.max(0, Math.min(255, Math.round(sum)));
      refill(
        total,
        `${t("filter.at", { y: at[0] + 1, x: at[1] + 1 })} Σ = `,
        make(doc, "b", { class: "answer" }, fixed(sum, 3)),
        signed || grey === sum ? "" : ` ${t("filter.clamped", { grey })}`,
      );
    },
  };
}
