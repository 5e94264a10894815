/** Kernel size, stride, padding and dilation step by step, and the presets of the lecture. */

import { make } from "../../kit/dom.js";
import { presets, stepper } from "../widgets.js";
import { diagonalKernel, kernelText, lectureX, pictureText } from "./convolution_state.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./convolution_state.js").Convolving} Convolving */

/** Keys that a preset takes back to how the lecture has them. */
const AS_IN_LECTURE = { x: null, k: null, s: null, p: null, d: null, n: null, at: null };

/** @param {Lab} lab @param {() => Convolving} now */
export function convolutionControls(lab, now) {
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
