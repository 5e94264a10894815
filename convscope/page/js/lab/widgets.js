/**
 * The lab's controls: a number to step, a slider, a row of presets. Each is a label with its value, and refreshes
 * itself.
 */

import { button, make } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { roving, rovingButtons } from "../kit/roving.js";

/** @typedef {import("./types.js").Lab} Lab */

/**
 * A slider with its value beside it.
 * @param {Lab} lab
 * @param {string} name
 * @param {{min: number, max: number, step: number, digits?: number, unit?: string, text?: (value: number) => string}}
 * range `text` writes the value otherwise than as a number
 * @param {() => number} get @param {(value: number) => void} set
 */
export function slider(lab, name, { min, max, step, digits = 0, unit = "", text }, get, set) {
  const { doc } = lab;
  const output = make(doc, "output", { class: "figure" });
  const input = make(doc, "input", { type: "range", min, max, step, on: { input: () => set(Number(input.value)) } });
  const refresh = () => {
    const value = get();
    if (Number(input.value) !== value) input.value = String(value);
    output.textContent = text ? text(value) : `${fixed(value, digits)}${unit}`;
    if (text) input.setAttribute("aria-valuetext", text(value));
  };
  refresh();
  return { element: make(doc, "label", { class: "slider" }, make(doc, "span", {}, name), input, output), refresh };
}

/**
 * A slider over a list of values, with the chosen one's text beside it.
 * @param {Lab} lab
 * @param {string} name
 * @param {number[]} values
 * @param {(value: number) => string} text
 * @param {() => number} get one of the values
 * @param {(value: number) => void} set
 */
export function listSlider(lab, name, values, text, get, set) {
  const { doc } = lab;
  const output = make(doc, "output", { class: "figure" });
  const input = make(doc, "input", {
    type: "range",
    min: 0,
    max: values.length - 1,
    step: 1,
    on: { input: () => set(values[Number(input.value)]) },
  });
  const refresh = () => {
    const value = get();
    input.value = String(values.indexOf(value));
    output.textContent = text(value);
    input.setAttribute("aria-valuetext", text(value));
  };
  refresh();
  return { element: make(doc, "label", { class: "slider" }, make(doc, "span", {}, name), input, output), refresh };
}

/**
 * A small whole number with − and +.
 * @param {Lab} lab
 * @param {string} name
 * @param {{min: number, max: number, step?: number, less: string, more: string}} range `less` and `more` name the
 * buttons
 * @param {() => number} get @param {(value: number) => void} set
 */
export function stepper(lab, name, { min, max, step = 1, less, more }, get, set) {
  const { doc } = lab;
  const output = make(doc, "output", { class: "figure" });
  const by = (/** @type {number} */ change) => () => set(Math.max(min, Math.min(max, get() + change)));
  const minus = button(doc, "−", by(-step), { class: "step", "aria-label": less });
  const plus = button(doc, "+", by(step), { class: "step", "aria-label": more });
  const refresh = () => {
    output.textContent = String(get());
    minus.setAttribute("aria-disabled", String(get() <= min));
    plus.setAttribute("aria-disabled", String(get() >= max));
  };
  refresh();
  const label = make(doc, "span", { class: "label" }, name);
  const element = make(doc, "div", { class: "stepper", role: "group", "aria-label": name }, label, minus, output, plus);
  rovingButtons(element)();
  return { element, refresh };
}

/**
 * A stepper of what random numbers follow from.
 * @param {Lab} lab @param {number} max @param {() => number} get @param {(value: number) => void} set
 */
export function seedStepper(lab, max, get, set) {
  const name = lab.t("train.seed");
  return stepper(
    lab,
    name,
    { min: 0, max, less: lab.t("step.less", { name }), more: lab.t("step.more", { name }) },
    get,
    set,
  );
}

/**
 * A row of buttons, each a state to jump to; the one that is in force is pressed.
 * @param {Lab} lab @param {string} name @param {{text: string, on: () => boolean, press: () => void}[]} list
 */
export function presets(lab, name, list) {
  const buttons = list.map(({ text, press }) => button(lab.doc, text, press, { class: "button preset" }));
  const element = make(lab.doc, "div", { class: "presets", role: "group", "aria-label": name }, ...buttons);
  const stop = roving(element, () => buttons);
  const refresh = () => {
    buttons.forEach((one, i) => one.setAttribute("aria-pressed", String(list[i].on())));
    stop();
  };
  refresh();
  return { element, refresh };
}
