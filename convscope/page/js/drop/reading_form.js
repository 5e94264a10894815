/** The form that says how pictures of a dropped network are read, and changes it. */

import { make, refill } from "../kit/dom.js";
import { FOREIGN } from "../foreign/fault.js";

/** @typedef {import("../kit/i18n.js").Translate} Translate */
/** @typedef {import("../foreign/preprocessing.js").Asked} Asked */
/** @typedef {import("../foreign/reading.js").ReadNetwork} ReadNetwork */

/**
 * How pictures are read, and what changes that. @param {Document} doc @param {Translate} t @param {ReadNetwork} network
 * @param {(change: Partial<Asked>) => void} ask
 */
export function readingForm(doc, t, network, ask) {
  const { reads, outputs, output, open } = network;
  const { shape } = reads.input;
  const colours = shape[0] === 3;
  const sentence = {
    asked: t("drop.by.asked"),
    bytes: t("drop.by.bytes"),
    sidecar: t("drop.by.sidecar"),
    within: t("drop.by.within"),
    guess: t("drop.by.guess"),
  }[reads.by];
  const how = t("drop.reads.as", {
    shape: shape.join("×"),
    range: rangeText(reads.range),
    mean: listText(reads.mean),
    std: listText(reads.std),
  });
  const mean = numbersField(doc, t("drop.mean"), reads.mean);
  const std = numbersField(doc, t("drop.std"), reads.std);
  const rows = numbersField(doc, t("drop.size"), [shape[1], shape[2]]);
  const range = selection(
    doc,
    t("drop.range"),
    Object.keys(FOREIGN.ranges).map((name) => [name, rangeText(name)]),
    reads.range,
  );
  const cut = selection(
    doc,
    t("drop.cut"),
    [
      ["whole", t("drop.cut.whole")],
      ["middle", t("drop.cut.middle")],
    ],
    reads.cut,
  );
  const order = selection(
    doc,
    t("drop.order"),
    [
      ["rgb", "RGB"],
      ["bgr", "BGR"],
    ],
    reads.bgr ? "bgr" : "rgb",
  );
  const wanted = selection(
    doc,
    t("drop.output"),
    outputs.map((name) => [name, name]),
    output,
  );
  const fault = make(doc, "span", { class: "drop-said refused", role: "status" });
  const form = make(
    doc,
    "form",
    {
      class: "reading-form",
      on: {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          const [means, stds, size] = [mean.values(), std.values(), rows.values()];
          const fits = (/** @type {number[]} */ list) =>
            [1, shape[0]].includes(list.length) && list.every(Number.isFinite);
          const whole = size.length === 2 && size.every((n) => Number.isInteger(n) && n >= 1 && n <= 4096);
          if (!fits(means) || !fits(stds) || stds.some((n) => !(n > 1e-6)) || !whole) {
            refill(fault, t("drop.numbers", { n: shape[0] }));
            return;
          }
          ask({
            range: range.value(),
            mean: means,
            std: stds,
            bgr: order.value() === "bgr",
            cut: cut.value() === "middle" ? "middle" : "whole",
            size: open ? /** @type {[number, number]} */ (size) : null,
            output: wanted.value(),
          });
        },
      },
    },
    range.element,
    mean.element,
    std.element,
    colours ? order.element : null,
    cut.element,
    open ? rows.element : null,
    outputs.length > 1 ? wanted.element : null,
    make(doc, "button", { type: "submit", class: "button" }, t("drop.apply")),
    fault,
  );
  return make(
    doc,
    "details",
    { class: "reading", ...(reads.by === "guess" ? { open: "" } : {}) },
    make(
      doc,
      "summary",
      {},
      `${how}, ${reads.cut === "middle" ? t("drop.cut.middle") : t("drop.cut.whole")}. ${sentence}`,
    ),
    form,
  );
}

/** @param {string} name */
function rangeText(name) {
  const [low, high] = FOREIGN.ranges[name];
  return `${String(low).replace("-", "−")}…${high}`;
}

/** Numbers, once where all are one. @param {number[]} numbers */
function listText(numbers) {
  const shown = numbers.map((n) => numberText(n, 4));
  return new Set(shown).size === 1 ? shown[0] : shown.join(", ");
}

/** A number with a minus sign. @param {number} value @param {number} digits that count */
function numberText(value, digits) {
  return String(Number(value.toPrecision(digits))).replace(/-/g, "−");
}

/** @param {Document} doc @param {string} name @param {number[]} numbers */
function numbersField(doc, name, numbers) {
  const shown = new Set(numbers).size === 1 && numbers.length !== 2 ? numbers.slice(0, 1) : numbers;
  const input = make(doc, "input", { type: "text", value: shown.map((n) => numberText(n, 6)).join(", ") });
  return {
    element: make(doc, "label", {}, make(doc, "span", {}, name), input),
    values: () =>
      input.value
        .replace(/−/g, "-")
        .split(/[\s,×]+/)
        .filter(Boolean)
        .map(Number),
  };
}

/** @param {Document} doc @param {string} name @param {string[][]} options @param {string} value */
function selection(doc, name, options, value) {
  const select = make(
    doc,
    "select",
    {},
    ...options.map(([key, text]) =>
      make(doc, "option", { value: key, ...(key === value ? { selected: "" } : {}) }, text),
    ),
  );
  return { element: make(doc, "label", {}, make(doc, "span", {}, name), select), value: () => select.value };
}
