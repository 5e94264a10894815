/**
 * Chapter 4, S6: many kinds of filters on one picture, the lecture's, Sobel's and one's own, down to the sum at a
 * pixel.
 */

import { make, refill, segmented } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { largest, paint, paintPicture } from "../../kit/palette.js";
import { framed, pixels, pixelUnder } from "../../look/views/maps.js";
import { numbersIn } from "../address.js";
import { kernelEditor } from "../kernel.js";
import { photoButton } from "../photo.js";
import { pythonBlock } from "../python_block.js";
import { FILTERS, filterPlane } from "../sums/filters.js";
import { houseScene, ringScene } from "../sums/scenes.js";
import { squared } from "./convolution_state.js";
import { filterGallery, windowSums } from "./filters_parts.js";
import { filtersPython } from "./filters_python.js";
import { filtersCover } from "./filters_cover.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../sums/scenes.js").Plane} Plane */

/** @type {Chapter} */
export const filtersChapter = {
  id: "filters",
  number: 4,
  title: (t) => t("filter.title"),
  lead: (t) => t("filter.lead"),
  cover: filtersCover,
  mount: mountFilters,
};

/** The reader's photo stays while the page is open. @type {{plane: Plane | null}} */
const OWN_PHOTO = { plane: null };
/** @type {Map<string, Plane>} */
const SCENES = new Map();

/** @param {string} name @returns {Plane} */
function sceneOf(name) {
  if (name === "own" && OWN_PHOTO.plane) return OWN_PHOTO.plane;
  const id = name === "rings" ? "rings" : "house";
  const plane = SCENES.get(id) ?? (id === "rings" ? ringScene() : houseScene());
  SCENES.set(id, plane);
  return plane;
}

/** @param {Lab} lab */
function mountFilters(lab) {
  const { doc, t } = lab;
  let now = filtered(lab);
  const setKernel = (/** @type {number[]} */ kernel) =>
    lab.tune({
      k: kernel.join("_") === FILTERS.outline.join("_") ? null : kernel.map((v) => Math.round(v * 1e8) / 1e8).join("_"),
    });
  const before = framed(doc, pixels(doc, "", t("filter.picture")), "filter-picture");
  const result = pixels(doc, "", t("filter.result"));
  const after = framed(doc, result, "filter-result");
  result.setAttribute("tabindex", "0");
  result.setAttribute("role", "application");
  const to = (/** @type {number} */ y, /** @type {number} */ x) =>
    lab.tune({ at: `${Math.max(0, Math.min(now.rows - 1, y))}.${Math.max(0, Math.min(now.columns - 1, x))}` });
  const follow = (/** @type {PointerEvent} */ event) => {
    const at = pixelUnder(result, event, now.rows, now.columns);
    to(at.y, at.x);
  };
  after.element.addEventListener("pointermove", follow);
  after.element.addEventListener("pointerdown", follow);
  result.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    to(now.at[0] + step[0], now.at[1] + step[1]);
    lab.say(window.said());
    event.preventDefault();
  });
  const kernel = kernelEditor(lab, {
    name: t("filter.kernel"),
    cellName: (y, x) => t("conv.weight", { y, x }),
    get: () => squared(now.kernel),
    set: (table) => setKernel(table.flat()),
  });
  const sizes = segmented(
    doc,
    t("filter.size"),
    [
      { value: "3", text: "3×3" },
      { value: "5", text: "5×5" },
    ],
    () => String(squared(now.kernel).length),
    (value) => setKernel(resized(now.kernel, Number(value))),
  );
  const shown = segmented(
    doc,
    t("filter.shown"),
    [
      { value: "", text: t("filter.grey") },
      { value: "sign", text: t("filter.sign") },
    ],
    () => (now.signed ? "sign" : ""),
    (value) => lab.tune({ v: value }),
  );
  const names = [
    ["house", t("filter.house")],
    ["rings", t("filter.rings")],
  ];
  const photo = photoButton(lab, (plane) => {
    OWN_PHOTO.plane = plane;
    lab.tune({ p: "own", at: null });
  });
  const choice = segmented(
    doc,
    t("filter.picture"),
    names.map(([value, text]) => ({ value, text })),
    () => (lab.state.p === "own" && OWN_PHOTO.plane ? "own" : lab.state.p === "rings" ? "rings" : "house"),
    (value) => lab.tune({ p: value === "house" ? null : value, at: null }),
  );
  const gallery = filterGallery(lab, setKernel);
  const window = windowSums(lab);
  const outSize = make(doc, "span", { class: "small" });
  const inSize = make(doc, "span", { class: "small" });
  const python = pythonBlock(lab, () => filtersPython(now));
  const sumNote = make(doc, "p", { class: "note" });
  const element = make(
    doc,
    "div",
    { class: "chapter filtering" },
    make(
      doc,
      "div",
      { "data-widget": "filter" },
      make(doc, "div", { class: "filter-choice" }, choice, photo.element),
      gallery.element,
      make(
        doc,
        "div",
        { class: "filter-row" },
        make(doc, "section", {}, make(doc, "h2", { class: "part" }, t("filter.picture"), " ", inSize), before.element),
        make(doc, "span", { class: "operator big", "aria-hidden": "true" }, "⊗"),
        make(
          doc,
          "section",
          { class: "kernel-side" },
          make(doc, "h2", { class: "part" }, t("filter.kernel")),
          make(doc, "div", { class: "kernel-box" }, kernel.element),
          sizes,
          sumNote,
        ),
        make(doc, "span", { class: "operator big", "aria-hidden": "true" }, "="),
        make(
          doc,
          "section",
          {},
          make(doc, "h2", { class: "part" }, t("filter.result"), " ", outSize),
          after.element,
          make(doc, "div", { class: "filter-shown" }, shown),
        ),
      ),
    ),
    make(
      doc,
      "section",
      { class: "worked", "data-widget": "sum" },
      make(doc, "h2", {}, t("filter.sum")),
      window.element,
    ),
    python.element,
  );
  photo.catches(element);

  let painted = "";
  const refresh = () => {
    now = filtered(lab);
    kernel.refresh();
    const { plane, rows, columns, values, at, side } = now;
    const key = [lab.state.p, OWN_PHOTO.plane?.pixels.length, now.kernel.join(), now.signed].join("|");
    if (key !== painted) {
      painted = key;
      paintPicture(before.canvas, plane.pixels, 0, [1, plane.height, plane.width]);
      if (now.signed) paint(result, values, 0, rows, columns, largest(values) || 1, "activations", lab.dark());
      else
        paintPicture(
          result,
          values.map((v) => Math.max(0, Math.min(255, Math.round(v)))),
          0,
          [1, rows, columns],
        );
      gallery.refresh(plane, now.kernel);
      inSize.textContent = `${plane.width}×${plane.height}`;
      outSize.textContent = `${columns}×${rows}`;
      const total = now.kernel.reduce((sum, w) => sum + w, 0);
      sumNote.textContent = Math.abs(total) < 1e-9 ? t("filter.total.zero") : t("filter.total", { n: fixed(total, 3) });
      for (const group of [sizes, shown, choice])
        for (const child of Array.from(group.children))
          child.setAttribute("aria-pressed", String(pressedOf(group, /** @type {HTMLElement} */ (child))));
    }
    before.move({ top: at[0], left: at[1], height: side, width: side }, plane.height, plane.width);
    after.move({ top: at[0], left: at[1], height: 1, width: 1 }, rows, columns);
    window.refresh(now);
    python.refresh();
  };
  const pressedOf = (/** @type {Element} */ group, /** @type {HTMLElement} */ child) => {
    if (group === sizes) return child.dataset.value === String(now.side);
    if (group === shown) return (child.dataset.value === "sign") === now.signed;
    return (
      child.dataset.value ===
      (lab.state.p === "own" && OWN_PHOTO.plane ? "own" : lab.state.p === "rings" ? "rings" : "house")
    );
  };
  refill(after.element, after.canvas, after.svg);
  refresh();
  return { element, refresh };
}

/** A kernel of another size: its middle kept, 0 around it. @param {number[]} kernel @param {number} side */
function resized(kernel, side) {
  const table = squared(kernel);
  const shift = (side - table.length) / 2;
  return Array.from({ length: side * side }, (_, i) => table[Math.floor(i / side) - shift]?.[(i % side) - shift] ?? 0);
}

/** What the chapter shows: picture, kernel, and the result. @param {Lab} lab */
export function filtered(lab) {
  const plane = sceneOf(lab.state.p ?? "");
  const kernel = numbersIn(lab.state, "k", [9, 25], FILTERS.outline);
  const { rows, columns, values } = filterPlane(plane.pixels, plane.height, plane.width, kernel);
  const wanted = /^\d{1,3}\.\d{1,3}$/.test(lab.state.at ?? "") ? lab.state.at.split(".").map(Number) : [60, 56];
  const at = [Math.max(0, Math.min(rows - 1, wanted[0])), Math.max(0, Math.min(columns - 1, wanted[1]))];
  return { plane, kernel, rows, columns, values, at, side: Math.sqrt(kernel.length), signed: lab.state.v === "sign" };
}

/** @typedef {ReturnType<typeof filtered>} Filtered */
