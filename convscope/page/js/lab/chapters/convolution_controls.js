/** Channels, size, kernel, stride, padding, dilation and bias, step by step, and the presets of the lecture. */

import { make, segmented } from "../../kit/dom.js";
import { presets, slider, stepper } from "../widgets.js";
import { firstKernel, kernelText, lectureX, pictureText, reshaped } from "./convolution_pictures.js";
import { KERNEL_SIDES, PICTURE_SIDES, sidesText } from "./convolution_state.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./convolution_state.js").Convolving} Convolving */

/** Keys that a preset takes back to how the lecture has them. */
const AS_IN_LECTURE = {
  ...{ x: null, k: null, s: null, p: null, d: null, n: null, at: null },
  ...{ size: null, rgb: null, b: null, f: null },
};

/** A kernel that is another one when it is turned round: the corner of an L. */
const CORNER = "1_-1_-1_1_-1_-1_1_1_1";

/** @param {Lab} lab @param {() => Convolving} now */
export function convolutionControls(lab, now) {
  const { doc, t } = lab;
  const words = (/** @type {string} */ name) => ({ less: t("step.less", { name }), more: t("step.more", { name }) });
  const put = (/** @type {string} */ key, /** @type {number} */ plain) => (/** @type {number} */ value) =>
    lab.tune({ [key]: value === plain ? null : value });
  const resize = (/** @type {number} */ rows, /** @type {number} */ columns) => {
    const { slices } = now();
    const own = pictureText(slices) !== "";
    lab.tune({ size: sidesText(rows, columns), x: own ? pictureText(reshaped(slices, rows, columns)) : null });
  };
  const kernelOf = (/** @type {number} */ side, /** @type {number} */ channels) =>
    side === 3 ? null : kernelText(firstKernel(side, channels));
  const sides = () => [now().picture.length, now().picture[0].length];
  const range = { ...PICTURE_SIDES, step: 1 };
  let apart = sides()[0] !== sides()[1];
  const square = make(doc, "input", {
    type: "checkbox",
    on: {
      change: () => {
        apart = square.checked;
        if (!apart) resize(sides()[0], sides()[0]);
        refresh();
      },
    },
  });
  const sizes = [
    slider(
      lab,
      t("conv.i"),
      range,
      () => sides()[0],
      (rows) => resize(rows, apart ? sides()[1] : rows),
    ),
    slider(
      lab,
      t("conv.i.columns"),
      range,
      () => sides()[1],
      (columns) => resize(sides()[0], columns),
    ),
  ];
  const channels = segmented(
    doc,
    t("conv.channels"),
    [
      { value: "1", text: t("conv.channels.one") },
      { value: "3", text: t("conv.channels.three") },
    ],
    () => String(now().channels),
    (value) => lab.tune({ rgb: value === "3" ? 1 : null, x: null, k: kernelOf(now().kernel.length, Number(value)) }),
  );
  const steppers = [
    stepper(
      lab,
      t("conv.k"),
      { ...KERNEL_SIDES, ...words(t("conv.k")) },
      () => now().kernel.length,
      (value) => lab.tune({ k: kernelOf(value, now().channels) }),
    ),
    stepper(lab, t("conv.s"), { min: 1, max: 4, ...words(t("conv.s")) }, () => now().slide.stride, put("s", 1)),
    stepper(lab, t("conv.p"), { min: 0, max: 3, ...words(t("conv.p")) }, () => now().slide.pad, put("p", 0)),
    stepper(lab, t("conv.d"), { min: 1, max: 3, ...words(t("conv.d")) }, () => now().slide.dilation, put("d", 1)),
    stepper(lab, t("conv.b"), { min: -5, max: 5, ...words(t("conv.b")) }, () => now().bias, put("b", 0)),
  ];
  const mean = make(doc, "input", {
    type: "checkbox",
    on: { change: () => lab.tune({ n: mean.checked ? null : "sum" }) },
  });
  const same = (/** @type {import("../types.js").Change} */ change) =>
    Object.entries({ ...AS_IN_LECTURE, ...change, at: lab.state.at ?? null }).every(
      ([key, value]) => (lab.state[key] ?? null) === (value === null ? null : String(value)),
    );
  const preset = (/** @type {string} */ text, /** @type {import("../types.js").Change} */ change) => ({
    text,
    on: () => same(change),
    press: () => {
      apart = false;
      lab.tune({ ...AS_IN_LECTURE, ...change });
    },
  });
  const blank = pictureText([lectureX().map((line) => line.map(() => -1))]);
  const five = kernelText(firstKernel(5, 1));
  const list = presets(lab, t("conv.presets"), [
    preset(t("conv.preset.x"), {}),
    preset(t("conv.preset.pad"), { p: 1 }),
    preset(t("conv.preset.stride"), { s: 4 }),
    preset(t("conv.preset.large"), { size: 28, k: five, s: 2, p: 1 }),
    preset(t("conv.preset.dilation"), { d: 2 }),
    preset(t("conv.preset.rgb"), { rgb: 1, n: "sum", b: 1 }),
    preset(t("conv.preset.flip"), { k: CORNER, f: 1, at: "0.1" }),
    preset(t("conv.preset.blank"), { x: blank }),
  ]);
  const refresh = () => {
    for (const one of [...steppers, ...sizes, list]) one.refresh();
    apart ||= sides()[0] !== sides()[1];
    square.checked = apart;
    sizes[1].element.hidden = !apart;
    for (const child of Array.from(channels.children))
      child.setAttribute(
        "aria-pressed",
        String(/** @type {HTMLElement} */ (child).dataset.value === String(now().channels)),
      );
    mean.checked = now().slide.mean;
  };
  refresh();
  return {
    presets: list,
    element: make(
      doc,
      "div",
      { class: "conv-controls" },
      make(
        doc,
        "div",
        { class: "conv-size" },
        make(
          doc,
          "div",
          { class: "channel-choice" },
          make(doc, "span", { class: "label" }, t("conv.channels")),
          channels,
        ),
        ...sizes.map((one) => one.element),
        make(doc, "label", { class: "check" }, square, t("conv.apart")),
      ),
      make(doc, "div", { class: "steppers" }, ...steppers.slice(0, 3).map((one) => one.element)),
      make(
        doc,
        "div",
        { class: "steppers" },
        ...steppers.slice(3).map((one) => one.element),
        make(doc, "label", { class: "check" }, mean, t("conv.mean")),
      ),
    ),
    refresh,
  };
}
