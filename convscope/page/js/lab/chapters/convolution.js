/** Chapter 3, S4, S5 and S10: a kernel slides over the lecture's X; every output is a window's sum. */

import { make, refill } from "../../kit/dom.js";
import { pythonBlock } from "../python_block.js";
import { convolutionControls } from "./convolution_controls.js";
import { flipSection } from "./convolution_flip.js";
import { inkRow } from "./convolution_inks.js";
import { convolutionPython } from "./convolution_python.js";
import { convolutionCover } from "./convolution_cover.js";
import { unreadLegend, whyFloor, writtenSize } from "./convolution_size.js";
import { convolvingOf, unreadOf } from "./convolution_state.js";
import { windowProducts, writtenSum } from "./convolution_sums.js";
import { channelName, colourPicture, outputTable, sliceKernelEditor, sliceTable } from "./convolution_tables.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Lab} Lab */

const MOST_CHANNELS = 3;

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
  const present = () => now;
  /** @type {{table: import("../types.js").Drawing, kernel: import("../types.js").Drawing}[]} */
  let channels = [];
  const inputs = make(doc, "div", { class: "conv-slices" });
  const kernels = make(doc, "div", { class: "conv-slices" });
  const output = outputTable(lab, present);
  const colour = colourPicture(lab, present);
  const sizes = make(doc, "span", { class: "small" });
  const outSize = make(doc, "span", { class: "small" });
  const products = make(doc, "div", { class: "products table-scroll" });
  const sum = make(doc, "p", { class: "sum-of-window", "aria-live": "off" });
  const formula = make(doc, "div", { class: "size-formula" });
  const floor = make(doc, "p", { class: "why-floor" });
  const dropped = make(doc, "p", { class: "note dropped-note" });
  const legend = make(doc, "ul", { class: "unread-legend" });
  const controls = convolutionControls(lab, present);
  const inks = inkRow(lab);
  const flip = flipSection(lab, present);
  const python = pythonBlock(lab, () => convolutionPython(now));
  const empty = make(doc, "p", { class: "note no-output" }, t("conv.none"));

  const row = make(
    doc,
    "div",
    { class: "convolving-row" },
    make(
      doc,
      "section",
      { class: "conv-in" },
      make(doc, "h2", { class: "part" }, t("conv.input"), " ", sizes),
      inputs,
      inks.element,
    ),
    make(doc, "span", { class: "operator big", "aria-hidden": "true" }, "⊗"),
    make(doc, "section", { class: "kernel-side" }, make(doc, "h2", { class: "part" }, t("conv.kernel")), kernels),
    make(doc, "span", { class: "operator big", "aria-hidden": "true" }, "="),
    make(
      doc,
      "section",
      { class: "conv-out" },
      make(doc, "h2", { class: "part" }, t("conv.output"), " ", outSize),
      make(doc, "div", { class: "table-scroll" }, output.element),
      empty,
      make(doc, "p", { class: "note" }, t("conv.hover")),
      colour.element,
    ),
  );
  const element = make(
    doc,
    "div",
    { class: "chapter convolving" },
    make(doc, "div", { class: "conv-slide", "data-widget": "slide" }, controls.presets.element, row, controls.element),
    make(
      doc,
      "section",
      { class: "worked summing", "data-widget": "sum" },
      make(doc, "h2", {}, t("conv.sum")),
      products,
      sum,
      make(doc, "p", { class: "note" }, t("conv.sum.note")),
    ),
    make(
      doc,
      "section",
      { class: "worked", "data-widget": "size" },
      make(doc, "h2", {}, t("conv.size")),
      formula,
      floor,
      dropped,
      legend,
    ),
    flip.element,
    python.element,
  );

  /** A table and a kernel for each channel; anew where their number changes. */
  const rebuild = () => {
    channels = now.slices.map((_, c) => ({
      table: sliceTable(lab, present, c),
      kernel: sliceKernelEditor(lab, present, c),
    }));
    const part = (/** @type {HTMLElement} */ inside, /** @type {number} */ c, /** @type {string} */ kind) =>
      make(
        doc,
        "div",
        { class: "conv-slice" },
        now.channels > 1
          ? make(doc, "p", { class: `small conv-channel conv-channel-${c}` }, channelName(lab, c))
          : null,
        make(doc, "div", { class: kind }, inside),
      );
    refill(inputs, ...channels.map((one, c) => part(one.table.element, c, "table-scroll")));
    refill(kernels, ...channels.map((one, c) => part(one.kernel.element, c, "kernel-box")));
    row.classList.toggle("in-colour", now.channels === MOST_CHANNELS);
  };

  const refresh = () => {
    now = convolvingOf(lab);
    if (channels.length !== now.channels) rebuild();
    for (const { table, kernel } of channels) for (const part of [table, kernel]) part.refresh?.();
    for (const part of [output, colour, controls, inks, flip, python]) part.refresh();
    const [rows, columns] = [now.picture.length, now.picture[0].length];
    const { pad } = now.slide;
    const size = `${now.channels > 1 ? `${now.channels}×` : ""}${rows}×${columns}`;
    row.style.setProperty("--most", String(Math.max(rows, columns) + 2 * pad));
    sizes.textContent = pad ? `${size} + ${pad}` : size;
    outSize.textContent = `${now.output.length}×${now.output[0]?.length ?? 0}`;
    empty.hidden = now.output.length > 0;
    refill(products, ...windowProducts(lab, now));
    refill(sum, ...writtenSum(lab, now));
    refill(formula, ...writtenSize(lab, now));
    floor.textContent = whyFloor(lab, now);
    const unread = now.counts.flatMap((line, y) => line.map((n, x) => (n ? "" : unreadOf(now, y, x)))).filter(Boolean);
    const gaps = unread.filter((one) => one === "gap").length;
    dropped.textContent = unread.length ? t("conv.dropped", { n: unread.length, all: rows * columns }) : t("conv.kept");
    refill(legend, ...unreadLegend(lab, now, gaps, unread.length - gaps));
  };
  refresh();
  return { element, refresh };
}
