/**
 * Chapter 5, S7: 3×3 pixels ⊗ 2×2 weights, as windows, as neurons, as a sparse matrix; one weight is in all of them.
 */

import { make, refill } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { kernelEditor, weightText } from "../kernel.js";
import { pythonBlock } from "../python_block.js";
import { neuronSum } from "../sums/sharing.js";
import { squared } from "./convolution_state.js";
import { countPart } from "./sharing_count.js";
import { matrixTable, neuronDrawing } from "./sharing_drawings.js";
import { sharingPython } from "./sharing_python.js";
import { PIXELS, PLACES, WEIGHTS, sharedOf } from "./sharing_state.js";
import { sharingCover } from "./sharing_cover.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {{weight: number | null, output: number | null}} Hot what is pointed at */

/** @type {Chapter} */
export const sharingChapter = {
  id: "sharing",
  number: 5,
  title: (t) => t("share.title"),
  lead: (t) => t("share.lead"),
  cover: sharingCover,
  mount: mountSharing,
};

/** @param {Lab} lab */
function mountSharing(lab) {
  const { doc, t } = lab;
  const put = (/** @type {string} */ key, /** @type {number[]} */ plain) => (/** @type {number[][]} */ table) =>
    lab.tune({ [key]: table.flat().join("_") === plain.join("_") ? null : table.flat().join("_") });
  /** @type {Hot} */
  let hot = { weight: null, output: null };
  const kept = () => ({
    weight: /^[0-3]$/.test(lab.state.w ?? "") ? Number(lab.state.w) : null,
    output: /^[0-3]$/.test(lab.state.o ?? "") ? Number(lab.state.o) : null,
  });
  const point = (/** @type {Partial<Hot> | null} */ to) => {
    hot = to ? { weight: null, output: null, ...to } : kept();
    light();
  };
  const press = (/** @type {Partial<Hot>} */ to) => {
    const now = kept();
    const same = (to.weight ?? null) === now.weight && (to.output ?? null) === now.output;
    lab.tune({ w: same ? null : to.weight, o: same ? null : to.output });
  };

  const pixels = kernelEditor(lab, {
    name: t("share.pixels"),
    kind: "activations",
    cellName: (y, x) => t("share.pixel", { n: (y - 1) * 3 + x - 1 }),
    tag: (i) => String(i),
    get: () => squared(sharedOf(lab.state).pixels),
    set: put("v", PIXELS),
  });
  const weights = kernelEditor(lab, {
    name: t("share.weights"),
    cellName: (y, x) => t("share.weight", { n: (y - 1) * 2 + x - 1 }),
    tag: (i) => `w${i}`,
    get: () => squared(sharedOf(lab.state).weights),
    set: put("k", WEIGHTS),
  });
  const outputs = make(doc, "div", { class: "share-outputs" });
  const drawing = neuronDrawing(lab, point, press);
  const matrix = matrixTable(lab, point, press);
  const picker = make(
    doc,
    "div",
    { class: "weight-picker", role: "group", "aria-label": t("share.pick") },
    ...WEIGHTS.map((_, i) =>
      make(
        doc,
        "button",
        {
          type: "button",
          class: `button weight-button weight-${i}`,
          "data-weight": i,
          on: {
            click: () => press({ weight: i }),
            pointerenter: () => point({ weight: i }),
            pointerleave: () => point(null),
            focus: () => point({ weight: i }),
            blur: () => point(null),
          },
        },
        `w${i}`,
      ),
    ),
  );
  const said = make(doc, "p", { class: "said" });
  const count = countPart(lab);
  const python = pythonBlock(lab, () => sharingPython(lab.state));
  const element = make(
    doc,
    "div",
    { class: "chapter sharing" },
    make(
      doc,
      "div",
      { "data-widget": "layer" },
      make(
        doc,
        "div",
        { class: "share-row" },
        make(doc, "section", {}, make(doc, "h2", { class: "part" }, t("share.pixels")), pixels.element),
        make(doc, "span", { class: "operator big", "aria-hidden": "true" }, "⊗"),
        make(doc, "section", {}, make(doc, "h2", { class: "part" }, t("share.weights")), weights.element),
        make(doc, "span", { class: "operator big", "aria-hidden": "true" }, "="),
        make(doc, "section", {}, make(doc, "h2", { class: "part" }, t("share.outputs")), outputs),
      ),
      make(doc, "div", { class: "share-pick" }, make(doc, "span", { class: "label" }, t("share.pick")), picker),
      said,
    ),
    make(
      doc,
      "div",
      { class: "share-two" },
      make(doc, "section", { "data-widget": "neurons" }, make(doc, "h2", {}, t("share.neurons")), drawing.element),
      make(
        doc,
        "section",
        { "data-widget": "matrix" },
        make(doc, "h2", {}, t("share.matrix")),
        make(doc, "div", { class: "table-scroll" }, matrix.element),
        make(doc, "p", { class: "note" }, t("share.matrix.note")),
      ),
    ),
    make(
      doc,
      "section",
      { class: "worked", "data-widget": "count" },
      make(doc, "h2", {}, t("share.count")),
      make(doc, "p", {}, t("share.count.text", { full: 36, joins: 16, none: 20, weights: 4 })),
    ),
    count.element,
    python.element,
  );

  const light = () => {
    for (const part of [drawing, matrix]) part.light(hot);
    for (const child of Array.from(picker.children))
      child.setAttribute(
        "aria-pressed",
        String(hot.weight === Number(/** @type {HTMLElement} */ (child).dataset.weight)),
      );
    Array.from(outputs.querySelectorAll(".out-cell")).forEach((cell, i) =>
      cell.classList.toggle("lit", hot.output === i),
    );
    for (const [editor, lit] of /** @type {const} */ ([
      [
        pixels,
        (/** @type {number} */ i) =>
          PLACES.some(
            (line, o) => (hot.output === o && line[i] !== null) || (hot.weight !== null && line[i] === hot.weight),
          ),
      ],
      [weights, (/** @type {number} */ i) => hot.weight === i || hot.output !== null],
    ])) {
      Array.from(editor.element.children).forEach((cell, i) => cell.classList.toggle("lit", lit(i)));
    }
    refill(said, ...sentence(lab, hot, sharedOf(lab.state).weights, sharedOf(lab.state).pixels));
  };
  const refresh = () => {
    for (const part of [pixels, weights, count, python]) part.refresh();
    const [k, v] = [sharedOf(lab.state).weights, sharedOf(lab.state).pixels];
    const totals = PLACES.map((line) => neuronSum(line, k, v).total);
    if (outputs.children.length !== totals.length)
      refill(
        outputs,
        ...totals.map((_, i) =>
          make(doc, "button", {
            type: "button",
            class: "out-cell",
            on: {
              click: () => press({ output: i }),
              pointerenter: () => point({ output: i }),
              pointerleave: () => point(null),
              focus: () => point({ output: i }),
              blur: () => point(null),
            },
          }),
        ),
      );
    Array.from(outputs.children).forEach((cell, i) => {
      refill(cell, make(doc, "span", { class: "tag" }, String(i)), " ", fixed(totals[i], 3));
      cell.setAttribute("aria-label", t("share.output", { n: i, v: fixed(totals[i], 3) }));
    });
    drawing.refresh(k, v, totals);
    matrix.refresh(k, v, totals);
    hot = kept();
    light();
  };
  refresh();
  return { element, refresh };
}

/**
 * What the thing pointed at says: where a weight is used, or an output's sum.
 * @param {Lab} lab
 * @param {Hot} hot
 * @param {number[]} weights
 * @param {number[]} pixels
 */
function sentence({ doc, t }, hot, weights, pixels) {
  if (hot.weight !== null) {
    const uses = PLACES.map((line, output) => ({ output, pixel: line.indexOf(/** @type {number} */ (hot.weight)) }));
    return [
      t("share.say.weight", {
        w: `w${hot.weight}`,
        v: weightText(weights[hot.weight]),
        n: uses.length,
        where: uses.map((use) => `${use.pixel}\u00a0→\u00a0${use.output}`).join(", "),
      }),
    ];
  }
  if (hot.output !== null) {
    const { terms, total } = neuronSum(PLACES[hot.output], weights, pixels);
    const part = (/** @type {number} */ v) => (v < 0 ? `(${weightText(v)})` : weightText(v));
    return [
      `${t("share.say.output", { n: hot.output })} `,
      make(
        doc,
        "span",
        { class: "figure" },
        terms.map((term) => `w${term.weight}·${part(pixels[term.pixel])}`).join(" + "),
      ),
      " = ",
      make(doc, "span", { class: "figure" }, terms.map((term) => part(term.product)).join(" + ")),
      " = ",
      make(doc, "b", { class: "answer" }, fixed(total, 3)),
    ];
  }
  return [make(doc, "span", { class: "note" }, t("share.say.none"))];
}
