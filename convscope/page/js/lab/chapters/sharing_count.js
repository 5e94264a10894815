/** The honest count: a real layer's parameters as a convolution and as a full layer, factor by factor. */

import { make, refill, setVar } from "../../kit/dom.js";
import { thousands } from "../../kit/format.js";
import { presets, slider } from "../widgets.js";
import { COUNTED, countedLayerOf } from "./sharing_state.js";

/** @typedef {import("../types.js").Lab} Lab */

/** @param {Lab} lab */
export function countPart(lab) {
  const { doc, t } = lab;
  const now = () => countedLayerOf(lab.state);
  const put = (/** @type {string} */ key, /** @type {number} */ plain) => (/** @type {number} */ value) =>
    lab.tune({ [key]: value === plain ? null : value });
  const range = (/** @type {{min: number, max: number}} */ of) => ({ ...of, step: 1 });
  const sliders = [
    slider(lab, t("share.side"), range(COUNTED.side), () => now().side, put("i", 28)),
    slider(lab, t("share.slices"), range(COUNTED.channels), () => now().channels, put("in", 1)),
    slider(lab, t("share.kernels"), range(COUNTED.kernels), () => now().kernels, put("f", 16)),
    slider(lab, t("share.kernel"), range(COUNTED.kernel), () => now().kernel, put("z", 5)),
  ];
  const preset = (/** @type {string} */ text, /** @type {Record<string, number | null>} */ change) => ({
    text,
    on: () => Object.entries(change).every(([key, v]) => (lab.state[key] ?? null) === (v === null ? null : String(v))),
    press: () => lab.tune(change),
  });
  const choose = presets(lab, t("share.layers"), [
    preset(t("share.first"), { i: null, in: null, f: null, z: null }),
    preset(t("share.second"), { i: 24, in: 16, f: 32, z: null }),
  ]);
  const shared = make(doc, "div", { class: "count-row" });
  const full = make(doc, "div", { class: "count-row" });
  const bar = make(doc, "div", { class: "count-bar", role: "img" }, make(doc, "span", {}));
  const said = make(doc, "p", { class: "count-said" });
  const element = make(
    doc,
    "section",
    { class: "worked counting", "data-widget": "parameters" },
    make(doc, "h2", {}, t("share.honest")),
    make(doc, "p", {}, t("share.honest.text")),
    choose.element,
    make(doc, "div", { class: "slider-pairs" }, ...sliders.map((one) => one.element)),
    shared,
    full,
    bar,
    said,
  );
  /** A factor with its name below. @param {string | number} value @param {string} name */
  const factor = (value, name) =>
    make(
      doc,
      "span",
      { class: "factor" },
      make(doc, "span", { class: "figure" }, String(value)),
      make(doc, "span", { class: "small" }, name),
    );
  const sign = (/** @type {string} */ text) => make(doc, "span", { class: "operator" }, text);
  const total = (/** @type {string} */ name, /** @type {number} */ value) =>
    make(doc, "b", { class: "answer figure", "data-figure": name }, thousands(value));
  const refresh = () => {
    const { side, channels, kernels, kernel, out, inputs, outputs, shared: few, full: many } = now();
    for (const one of [choose, ...sliders]) one.refresh();
    refill(
      shared,
      make(doc, "h3", {}, t("share.as.conv")),
      make(
        doc,
        "p",
        { class: "factors" },
        factor(kernels, t("share.f.kernels")),
        sign("× ("),
        factor(channels, t("share.f.slices")),
        sign("×"),
        factor(kernel, t("share.f.rows")),
        sign("×"),
        factor(kernel, t("share.f.columns")),
        sign("+"),
        factor(1, t("share.f.bias")),
        sign(") ="),
        total("shared", few),
      ),
    );
    refill(
      full,
      make(doc, "h3", {}, t("share.as.full")),
      make(
        doc,
        "p",
        { class: "factors" },
        factor(thousands(inputs), t("share.f.inputs")),
        sign("×"),
        factor(thousands(outputs), t("share.f.outputs")),
        sign("+"),
        factor(thousands(outputs), t("share.f.biases")),
        sign("="),
        total("full", many),
      ),
      make(
        doc,
        "p",
        { class: "note" },
        t("share.full.note", {
          inputs: `${channels}×${side}×${side} = ${thousands(inputs)}`,
          outputs: `${kernels}×${out}×${out} = ${thousands(outputs)}`,
        }),
      ),
    );
    setVar(bar, "share", String(few / many));
    const times = thousands(many / few);
    bar.setAttribute("aria-label", t("share.bar", { few: thousands(few), many: thousands(many) }));
    said.textContent = t("share.times", { times });
  };
  refresh();
  return { element, refresh };
}
