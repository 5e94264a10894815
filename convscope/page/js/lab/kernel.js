/** A small square of numbers to type into: a kernel. */

import { make, refill, setVar } from "../kit/dom.js";
import { colourOf, inkOn, largest } from "../kit/palette.js";

/** @typedef {import("./types.js").Lab} Lab */

/** A weight as short as it can be written, with a real minus sign. @param {number} value */
export function weightText(value) {
  return String(Math.round(value * 10000) / 10000).replace("-", "−");
}

/** A number as people type it; null if it is none or beyond ±`most`. @param {string} text @param {number} [most] */
export function typedNumber(text, most = 1000) {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  const fraction = /^(-?\d+)\/([1-9]\d*)$/.exec(plain);
  const value = fraction
    ? Number(fraction[1]) / Number(fraction[2])
    : /^-?(\d+\.?\d*|\.\d+)$/.test(plain)
      ? Number(plain)
      : NaN;
  return Number.isFinite(value) && Math.abs(value) <= most ? Math.round(value * 1e6) / 1e6 : null;
}

/**
 * @param {Lab} lab
 * @param {{name: string, kind?: "weights" | "activations", cellName: (row: number, column: number) => string, tag?: (i:
 * number) => string, text?: (value: number) => string, get: () => number[][], set: (kernel: number[][]) => void}}
 * options `tag` is what stands small in a field's corner, `text` how a number is written that nobody is typing; all of
 * it is one stop of the Tab key, and left and right at a number's ends go on to the next
 */
export function kernelEditor(lab, { name, kind = "weights", cellName, tag, text = weightText, get, set }) {
  const { doc } = lab;
  const element = make(doc, "div", { class: "kernel-editor", role: "group", "aria-label": name });
  /** @type {HTMLInputElement[]} */
  let fields = [];
  const build = (/** @type {number} */ side) => {
    setVar(element, "columns", String(side));
    fields = Array.from({ length: side * side }, (_, i) => {
      const field = make(doc, "input", {
        class: "cell",
        type: "text",
        inputmode: "decimal",
        autocomplete: "off",
        tabindex: i ? -1 : null,
        "aria-label": cellName(Math.floor(i / side) + 1, (i % side) + 1),
        on: {
          input: () => {
            const value = typedNumber(field.value);
            field.setAttribute("aria-invalid", String(value === null));
            if (value !== null) set(get().map((line, y) => line.map((old, x) => (y * side + x === i ? value : old))));
          },
          focus: () => {
            field.select();
            for (const one of fields) one.tabIndex = one === field ? 0 : -1;
          },
          blur: () => {
            field.setAttribute("aria-invalid", "false");
            refresh();
          },
          keydown: (/** @type {KeyboardEvent} */ event) => {
            const across = atEnd(field);
            const to = {
              ArrowUp: i - side,
              ArrowDown: i + side,
              Enter: i + 1,
              ...(across.left ? { ArrowLeft: i - 1 } : {}),
              ...(across.right ? { ArrowRight: i + 1 } : {}),
            }[event.key];
            if (to !== undefined && fields[to]) {
              fields[to].focus();
              event.preventDefault();
            }
          },
        },
      });
      return field;
    });
    refill(
      element,
      ...fields.map((field, i) =>
        make(
          doc,
          "span",
          { class: "field" },
          field,
          tag ? make(doc, "span", { class: "tag", "aria-hidden": "true" }, tag(i)) : null,
        ),
      ),
    );
  };
  const refresh = () => {
    const kernel = get();
    if (fields.length !== kernel.length ** 2) build(kernel.length);
    const flat = kernel.flat();
    const most = largest(flat) || 1;
    fields.forEach((field, i) => {
      if (field !== doc.activeElement) field.value = text(flat[i]);
      const square = field.parentElement ?? field;
      setVar(square, "colour", colourOf(kind, lab.dark(), flat[i], most));
      setVar(square, "cell-ink", inkOn(kind, lab.dark(), flat[i], most));
    });
  };
  refresh();
  return { element, refresh };
}

/** Whether the caret of a field stands at an end, or all of its text is chosen. @param {HTMLInputElement} field */
function atEnd({ selectionStart, selectionEnd, value }) {
  const all = selectionStart === 0 && selectionEnd === value.length;
  return { left: all || selectionEnd === 0, right: all || selectionStart === value.length };
}
