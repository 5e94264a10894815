/** A channel's learned numbers before a step, their gradients, and the numbers after it. */

import { ofChannel } from "../../engine/learned.js";
import { button, make, setVar, tableHead } from "../../kit/dom.js";
import { compact, fixed } from "../../kit/format.js";
import { spoken } from "../../kit/i18n.js";
import { colourOf, inkOn, largest } from "../../kit/palette.js";
import { mapName, unitWords } from "../lookup.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("./one_step.js").Step} Step */
/** @typedef {(name: string, at: number) => void} Pick */

const ROWS_SHOWN = 10;

/** A number, its first digits where it is small. @param {number} value */
export function gradientText(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 0.0001) return value.toExponential(1).replace(/-/g, "−");
  return fixed(value, size >= 0.01 ? 4 : 5);
}

/** A number for a cell of a kernel: its first digit where three decimals have none. @param {number} value */
function shortText(value) {
  if (value === 0 || Math.abs(value) >= 0.0005) return value === 0 ? "0" : compact(value);
  return value.toExponential(0).replace(/-/g, "−");
}

/** What a learned number is called. @param {App} app @param {Step} step @param {string} name @param {number} at */
export function learnedName(app, { index, channel }, name, at) {
  const { t } = app;
  const node = app.engine.nodes[index];
  const called = node.module.learned?.called[name];
  if (called) return spoken(t, called);
  const i = at - ofChannel(node, name, channel)[0];
  const kernel = node.module.learned?.together?.includes(name) ? node.options.kernel : node.window?.kernel;
  if (!kernel)
    return t("step.weight.of", { unit: unitWords(app, node.sources[0], ...numberPlace(app, node.sources[0], i)) });
  const [rows, columns] = kernel;
  const slice = Math.floor(i / (rows * columns));
  return t("step.weight", { y: (Math.floor(i / columns) % rows) + 1, x: (i % columns) + 1, n: slice + 1 });
}

/** Where number `i` of a node's output lies. @param {App} app @param {number} source @param {number} i
 * @returns {[number, number, number]} */
function numberPlace(app, source, i) {
  const [, height, width] = source < 0 ? app.payload.input.shape : app.engine.nodes[source].output;
  return [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
}

/** @param {App} app @param {Step} step @param {Pick} pick */
export function stepNumbers(app, step, pick) {
  const node = app.engine.nodes[step.index];
  const names = Object.keys(step.gradients.get(step.index)?.learned ?? {});
  if (!names.length) return [make(app.doc, "p", { class: "note" }, app.t("step.none"))];
  if (!node.window) return [numberSteps(app, step, names, pick)];
  return [...sliceStep(app, step, pick), names.includes("bias") ? numberSteps(app, step, ["bias"], pick) : null];
}

/** One slice of a convolution's kernel: before − η × gradient = after. @param {App} app @param {Step} step
 * @param {Pick} pick */
function sliceStep(app, step, pick) {
  const { doc, t } = app;
  const { index, channel, rate, gradients } = step;
  const node = app.engine.nodes[index];
  const [rows, columns] = node.window?.kernel ?? [1, 1];
  const taps = rows * columns;
  const [start, count] = ofChannel(node, "weight", channel);
  const depth = count / taps;
  const picked = step.name === "weight" ? step.at - start : 0;
  const slice = Math.floor(picked / taps);
  const first = start + slice * taps;
  const gradient = gradients.get(index)?.learned.weight.subarray(first, first + taps) ?? new Float64Array(taps);
  const before = Float64Array.from(node.tensors.weight.subarray(first, first + taps));
  const after = before.map((w, i) => w - rate * gradient[i]);
  const limit = Math.max(largest(before), largest(after));
  const to = (/** @type {number} */ n) => () => pick("weight", start + ((n + depth) % depth) * taps + (picked % taps));
  const read = Math.floor(channel / (node.output[0] / (node.options.groups ?? 1))) * depth + slice;
  const grid = (/** @type {string} */ name, /** @type {Float64Array} */ values, /** @type {number} */ most) =>
    stepGrid(app, name, values, columns, most, step.name === "weight" ? picked % taps : -1, (i) =>
      pick("weight", first + i),
    );
  return [
    depth > 1
      ? make(
          doc,
          "div",
          { class: "neighbours" },
          button(doc, "‹", to(slice - 1), { class: "icon", "aria-label": t("step.slice.before") }),
          make(
            doc,
            "span",
            {},
            t("step.slice", { n: slice + 1, all: depth, name: mapName(app, node.sources[0], read) }),
          ),
          button(doc, "›", to(slice + 1), { class: "icon", "aria-label": t("step.slice.next") }),
        )
      : null,
    make(
      doc,
      "div",
      { class: "step-row" },
      grid(t("step.before"), before, limit),
      make(doc, "span", { class: "operator" }, `− ${rate} ×`),
      grid(t("step.gradient"), gradient, largest(gradient)),
      make(doc, "span", { class: "operator" }, "="),
      grid(t("step.after"), after, limit),
    ),
  ];
}

/**
 * @param {App} app @param {string} name @param {Float64Array} values @param {number} columns @param {number} limit
 * @param {number} marked @param {(i: number) => void} press
 */
function stepGrid(app, name, values, columns, limit, marked, press) {
  const { doc, t } = app;
  const grid = make(doc, "div", { class: "numbers weights", role: "group", "aria-label": name });
  setVar(grid, "columns", String(columns));
  values.forEach((value, i) => {
    const [y, x] = [Math.floor(i / columns) + 1, (i % columns) + 1];
    const square = make(
      doc,
      "button",
      {
        type: "button",
        class: i === marked ? "cell marked" : "cell",
        "aria-label": `${name}, ${t("step.cell", { y, x, v: gradientText(value) })}`,
        on: { click: () => press(i) },
      },
      shortText(value),
    );
    setVar(square, "colour", colourOf("weights", app.dark(), value, limit || 1));
    setVar(square, "cell-ink", inkOn("weights", app.dark(), value, limit || 1));
    grid.append(square);
  });
  return make(doc, "figure", { class: "step-grid" }, make(doc, "figcaption", {}, name), grid);
}

/** Numbers as rows, those of the largest gradient first. @param {App} app @param {Step} step @param {string[]} names
 * @param {Pick} pick */
function numberSteps(app, step, names, pick) {
  const { doc, t } = app;
  const node = app.engine.nodes[step.index];
  const learned = step.gradients.get(step.index)?.learned ?? {};
  const all = names.flatMap((name) => {
    const [start, count] = ofChannel(node, name, step.channel);
    return Array.from({ length: count }, (_, i) => ({ name, at: start + i, gradient: learned[name][start + i] }));
  });
  all.sort((a, b) => Math.abs(b.gradient) - Math.abs(a.gradient));
  const head = [t("step.number"), t("step.before"), t("step.gradient"), t("step.after")];
  return make(
    doc,
    "div",
    { class: "table-scroll" },
    make(
      doc,
      "table",
      { class: "step-table" },
      tableHead(doc, head),
      make(
        doc,
        "tbody",
        {},
        ...all.slice(0, ROWS_SHOWN).map(({ name, at, gradient }) => {
          const before = node.tensors[name][at];
          const chosen = name === step.name && at === step.at;
          return make(
            doc,
            "tr",
            { class: chosen ? "chosen" : null },
            make(
              doc,
              "th",
              { scope: "row" },
              button(doc, learnedName(app, step, name, at), () => pick(name, at), {
                class: "link",
                "aria-pressed": String(chosen),
              }),
            ),
            ...[before, gradient, before - step.rate * gradient].map((v) =>
              make(doc, "td", { class: "figure", "data-value": String(v) }, gradientText(v)),
            ),
          );
        }),
      ),
    ),
    all.length > ROWS_SHOWN
      ? make(doc, "p", { class: "note" }, t("step.others", { n: all.length - ROWS_SHOWN }))
      : null,
  );
}
