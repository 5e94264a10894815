/** The settings of chapter 12: sliders and choices, which only say what the next training will be. */

import { make } from "../../../kit/dom.js";
import { percent, thousands } from "../../../kit/format.js";
import { listSlider, presets, seedStepper } from "../../widgets.js";
import { MOST_LUCK, OFFERED, changeOf, plainNumber, settingsOf } from "./settings.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./settings.js").SettingKey} SettingKey */

/** @param {Lab} lab */
export function settingControls(lab) {
  const { doc, t } = lab;
  const get = (/** @type {SettingKey} */ key) => () => settingsOf(lab.state)[key];
  const set = (/** @type {SettingKey} */ key) => (/** @type {number} */ value) =>
    lab.tune(changeOf({ ...settingsOf(lab.state), [key]: value }));
  const share = (/** @type {number} */ value) => (value ? percent(value, 0) : t("wrong.none"));
  const sliders = [
    slide("r", t("wrong.lr"), plainNumber),
    slide("m", t("wrong.batch.size"), thousands),
    slide("n", t("wrong.pictures"), thousands),
    slide("q", t("wrong.shown"), thousands),
    slide("d", t("wrong.dropout.share"), share),
    slide("w", t("wrong.weight.decay"), (value) => (value ? plainNumber(value) : t("wrong.none"))),
    slide("y", t("wrong.smoothing"), (value) => (value ? plainNumber(value) : t("wrong.none"))),
  ];
  const choices = [
    choose("u", t("wrong.augmentation"), [t("wrong.none"), t("wrong.shifts"), t("wrong.turns")]),
    choose("x", t("wrong.normalisation"), [t("wrong.without"), t("wrong.with")]),
    choose("a", t("wrong.activation"), ["ReLU", "leaky ReLU"]),
  ];
  const luck = seedStepper(lab, MOST_LUCK, get("i"), set("i"));
  const all = [...sliders, ...choices, luck];
  return {
    element: make(
      doc,
      "div",
      { class: "wrong-controls" },
      make(doc, "div", { class: "slider-pairs" }, ...sliders.map((one) => one.element)),
      make(doc, "div", { class: "wrong-choices" }, ...choices.map((one) => one.element), luck.element),
    ),
    refresh: () => all.forEach((one) => one.refresh()),
  };

  /** @param {Exclude<SettingKey, "i">} key @param {string} name @param {(value: number) => string} text */
  function slide(key, name, text) {
    return listSlider(lab, name, OFFERED[key], text, get(key), set(key));
  }

  /** @param {Exclude<SettingKey, "i">} key @param {string} name @param {string[]} texts */
  function choose(key, name, texts) {
    const list = OFFERED[key].map((value, i) => ({
      text: texts[i],
      on: () => get(key)() === value,
      press: () => set(key)(value),
    }));
    const { element, refresh } = presets(lab, name, list);
    return {
      element: make(doc, "div", { class: "wrong-choice" }, make(doc, "span", { class: "label" }, name), element),
      refresh,
    };
  }
}
