/** A convolution: input maps × the kernel's slices → a sum each → all together + bias → the map. */

import { make, refill, setVar } from "../../kit/dom.js";
import { compact, fixed, signed } from "../../kit/format.js";
import { limitOf, mapName, mapSign, nameOf, sizeOf } from "../lookup.js";
import { channelsRead, windowBox } from "../../engine/geometry.js";
import { largest } from "../../kit/palette.js";
import { placeOf } from "../navigation.js";
import { kernelOf, kernelSize, partialMap } from "../windows.js";
import { framed, paintKernel, paintMap, paintPlane, pixels, swatch } from "./maps.js";
import { resultMap } from "./result.js";
import { hasBias } from "./terms.js";

/** @typedef {import("../types.js").App} App */

const SLICES_SHOWN = 12;
/** With so few slices each has room to be large. */
const FEW = 3;

/** @param {App} app @param {number} index */
export function convolutionDrawing(app, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const channel = app.state.channel;
  const feeds = channelsRead(node, channel);
  const result = resultMap(app, index);
  const list = make(doc, "div", { class: feeds.length <= FEW ? "slices few" : "slices" });
  /** @type {ReturnType<typeof sliceRow>[]} */
  const rows = [];
  const add = (/** @type {number} */ from, /** @type {number} */ to) => {
    for (let slice = from; slice < to; slice++) {
      const row = sliceRow(app, index, channel, feeds[slice], slice);
      rows.push(row);
      list.append(row.element);
    }
  };
  add(0, Math.min(SLICES_SHOWN, feeds.length));
  const more =
    feeds.length > SLICES_SHOWN
      ? make(doc, "button", { class: "more", type: "button" }, t("show.all", { n: feeds.length }))
      : null;
  more?.addEventListener("click", () => {
    add(SLICES_SHOWN, feeds.length);
    more.remove();
    refresh();
  });
  const sum = make(doc, "p", { class: "sumline" });
  const element = make(
    doc,
    "div",
    { class: "drawing convolution" },
    make(
      doc,
      "div",
      { class: "left" },
      make(
        doc,
        "p",
        { class: "columns-head" },
        make(doc, "span", {}, nameOf(app, node.sources[0])),
        make(doc, "span", {}, t("kernel")),
        make(doc, "span", {}, t("partial.sum")),
      ),
      list,
      more,
    ),
    make(
      doc,
      "div",
      { class: "right" },
      make(doc, "p", { class: "brace", "aria-hidden": "true" }, "∑"),
      make(doc, "h3", {}, node.name),
      result.element,
      sum,
      make(doc, "p", { class: "note" }, t("click.pixel")),
    ),
  );
  /** @type {object | null} */
  let drawn = null;
  const refresh = () => {
    const { y, x } = placeOf(app);
    const fresh = drawn !== app.result;
    drawn = app.result;
    let limit = 1e-9;
    for (const row of rows) limit = Math.max(limit, row.measure(fresh));
    for (const row of rows) row.refresh(y, x, limit, fresh);
    result.refresh();
    const terms = app.engine.terms(index, channel, y, x, app.result);
    refill(
      sum,
      make(doc, "span", { class: "figure" }, `∑ ${fixed(terms.numbers.sum)}`),
      hasBias(app, index) ? biasPart(app, terms.numbers.bias) : null,
      " = ",
      swatch(app, "activations", terms.total, limitOf(app, index, channel)),
      make(doc, "b", { class: "figure" }, compact(terms.total)),
    );
  };
  return { element, refresh, hero: () => result.canvas };
}

/** What is added at the end. @param {App} app @param {number} bias */
function biasPart({ doc, t }, bias) {
  const [sign, size] = signed(bias);
  return make(
    doc,
    "span",
    {},
    " ",
    make(doc, "span", { class: "operator" }, sign),
    make(doc, "span", { class: "figure" }, size),
    make(doc, "span", { class: "small" }, ` (${t("bias")})`),
  );
}

/** @param {App} app @param {number} index @param {number} channel @param {number} from @param {number} slice */
function sliceRow(app, index, channel, from, slice) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const [rows, columns] = kernelSize(node);
  const kernel = kernelOf(node, channel, slice);
  const before = framed(doc, pixels(doc, "", mapName(app, node.sources[0], from)), "small");
  const weights = pixels(doc, "kernel", t("kernel.name", { map: from + 1 }));
  const after = framed(doc, pixels(doc), "small");
  const value = make(doc, "span", { class: "figure" });
  const [, height, width] = node.output;
  /** @type {Float64Array} */
  let part = new Float64Array(0);
  const go = () => app.go({ view: "value", ...placeOf(app), from: slice, trail: "" });
  const element = make(
    doc,
    "button",
    { class: "slice", type: "button", title: t("open.sum"), on: { click: go } },
    make(doc, "span", { class: "number" }, mapSign(app, node.sources[0], from)),
    before.element,
    make(doc, "span", { class: "operator" }, "×"),
    weights,
    make(doc, "span", { class: "operator" }, "="),
    after.element,
    value,
  );
  setVar(element, "kernel-share", String(Math.max(rows, columns)));
  const measure = (/** @type {boolean} */ fresh) => {
    if (fresh || !part.length) part = partialMap(app, node, from, kernel);
    return largest(part);
  };
  const refresh = (
    /** @type {number} */ y,
    /** @type {number} */ x,
    /** @type {number} */ limit,
    /** @type {boolean} */ fresh,
  ) => {
    const source = sizeOf(app, node.sources[0]);
    if (fresh || weights.width !== columns) {
      paintMap(app, before.canvas, node.sources[0], from);
      paintKernel(app, weights, kernel, rows, columns, largest(node.tensors.weight));
    }
    paintPlane(app, after.canvas, index, part, 0, limit);
    before.move(windowBox(node, y, x), source.height, source.width);
    after.move({ top: y, left: x, height: 1, width: 1 }, height, width);
    value.textContent = fixed(part[y * width + x]);
  };
  return { element, refresh, measure };
}
