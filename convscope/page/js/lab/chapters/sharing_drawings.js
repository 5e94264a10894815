/** The same sixteen joins twice: as lines between neurons, and as a matrix that is mostly empty. */

import { make, makeSvg } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { weightText } from "../kernel.js";
import { sharedPlaces } from "../sums/sharing.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {{weight: number | null, output: number | null}} Pointed */
/** @typedef {(to: Partial<Pointed> | null) => void} Point */

const JOINS = sharedPlaces(3, 3, 2, 2).flatMap((line, output) =>
  line.flatMap((weight, pixel) => (weight === null ? [] : [{ weight, pixel, output }])),
);
const NEURONS_WIDE = 400;
const NEURONS_HIGH = 372;
const pixelY = (/** @type {number} */ i) => 22 + i * 41;
const outputY = (/** @type {number} */ i) => 62 + i * 82;

/**
 * Nine pixels at the left, four outputs at the right, sixteen lines with four weights.
 * @param {Lab} lab
 * @param {Point} point
 * @param {(to: Partial<Pointed>) => void} press
 */
export function neuronDrawing({ doc, t }, point, press) {
  const lines = JOINS.map(({ weight, pixel, output }) => {
    const ends = { x1: 52, y1: pixelY(pixel), x2: NEURONS_WIDE - 62, y2: outputY(output) };
    return makeSvg(
      doc,
      "g",
      {
        class: `join weight-${weight}`,
        on: { pointerenter: () => point({ weight }), pointerleave: () => point(null), click: () => press({ weight }) },
      },
      makeSvg(doc, "line", { class: "join-reach", ...ends }),
      makeSvg(doc, "line", { class: "join-line", ...ends }),
    );
  });
  const labels = JOINS.map(({ weight, pixel, output }) => {
    const share = pixel === 4 ? 0.34 : pixel % 2 ? 0.18 : 0.12; // so that no two names meet
    const [x, y] = [52 + (NEURONS_WIDE - 114) * share, pixelY(pixel) + (outputY(output) - pixelY(pixel)) * share];
    return makeSvg(
      doc,
      "text",
      { class: `join-name weight-${weight}`, x, y: y + 3.5, "text-anchor": "middle" },
      `w${weight}`,
    );
  });
  const circle = (
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {number} */ r,
    /** @type {string} */ name,
  ) =>
    makeSvg(
      doc,
      "g",
      { class: "neuron" },
      makeSvg(doc, "circle", { cx: x, cy: y, r }),
      makeSvg(doc, "text", { class: "neuron-value", x, y: y + 4, "text-anchor": "middle" }),
      makeSvg(
        doc,
        "text",
        {
          class: "neuron-name",
          x: x < 100 ? x - r - 6 : x + r + 6,
          y: y + 4,
          "text-anchor": x < 100 ? "end" : "start",
        },
        name,
      ),
    );
  const inputs = Array.from({ length: 9 }, (_, i) => circle(36, pixelY(i), 16, String(i)));
  const outs = Array.from({ length: 4 }, (_, i) => circle(NEURONS_WIDE - 40, outputY(i), 22, String(i)));
  outs.forEach((out, i) => {
    out.addEventListener("pointerenter", () => point({ output: i }));
    out.addEventListener("pointerleave", () => point(null));
    out.addEventListener("click", () => press({ output: i }));
  });
  const element = makeSvg(
    doc,
    "svg",
    {
      class: "neurons",
      viewBox: `0 0 ${NEURONS_WIDE} ${NEURONS_HIGH}`,
      role: "img",
      "aria-label": t("share.neurons.name"),
    },
    ...lines,
    ...labels,
    ...inputs,
    ...outs,
  );
  const valueOf = (/** @type {SVGGElement} */ group, /** @type {string} */ text) => {
    const place = group.querySelector(".neuron-value");
    if (place) place.textContent = text;
  };
  return {
    element,
    /** @param {number[]} _weights @param {number[]} pixels @param {number[]} totals */
    refresh: (_weights, pixels, totals) => {
      inputs.forEach((group, i) => valueOf(group, weightText(pixels[i])));
      outs.forEach((group, i) => valueOf(group, weightText(totals[i])));
    },
    light: (/** @type {Pointed} */ hot) => {
      const any = hot.weight !== null || hot.output !== null;
      JOINS.forEach((join, i) => {
        const lit = join.weight === hot.weight || join.output === hot.output;
        for (const part of [lines[i], labels[i]]) {
          part.classList.toggle("lit", lit);
          part.classList.toggle("dim", any && !lit);
        }
      });
      outs.forEach((group, i) => group.classList.toggle("lit", hot.output === i));
    },
  };
}

/**
 * Four rows, nine columns, times the column of pixels.
 * @param {Lab} lab
 * @param {Point} point
 * @param {(to: Partial<Pointed>) => void} press
 */
export function matrixTable({ doc, t }, point, press) {
  const places = sharedPlaces(3, 3, 2, 2);
  const cells = places.map((line, output) =>
    line
      .map((weight) =>
        make(
          doc,
          "td",
          weight === null
            ? { class: "none" }
            : {
                class: `weight-cell weight-${weight}`,
                on: {
                  pointerenter: () => point({ weight }),
                  pointerleave: () => point(null),
                  click: () => press({ weight }),
                },
              },
          weight === null ? "0" : null,
        ),
      )
      .concat(make(doc, "td", { class: "out-total", "data-output": output })),
  );
  const heads = Array.from({ length: 9 }, (_, i) => make(doc, "th", { scope: "col" }, String(i)));
  const values = Array.from({ length: 9 }, () => make(doc, "td", { class: "pixel-value" }));
  const element = make(
    doc,
    "table",
    { class: "sparse" },
    make(doc, "caption", { class: "unseen" }, t("share.matrix")),
    make(
      doc,
      "thead",
      {},
      make(
        doc,
        "tr",
        {},
        make(doc, "th", { scope: "row", class: "corner" }, t("share.pixel.short")),
        ...heads,
        make(doc, "th", { scope: "col" }, t("share.sum")),
      ),
      make(
        doc,
        "tr",
        { class: "values" },
        make(doc, "th", { scope: "row" }, t("share.value")),
        ...values,
        make(doc, "td"),
      ),
    ),
    make(
      doc,
      "tbody",
      {},
      ...cells.map((line, output) => {
        const row = make(doc, "tr", {}, make(doc, "th", { scope: "row" }, t("share.row", { n: output })), ...line);
        row.firstElementChild?.addEventListener("pointerenter", () => point({ output }));
        row.firstElementChild?.addEventListener("pointerleave", () => point(null));
        return row;
      }),
    ),
  );
  return {
    element,
    /** @param {number[]} weights @param {number[]} pixels @param {number[]} totals */
    refresh: (weights, pixels, totals) => {
      values.forEach((cell, i) => {
        cell.textContent = weightText(pixels[i]);
      });
      cells.forEach((line, output) => {
        places[output].forEach((weight, pixel) => {
          if (weight !== null) line[pixel].textContent = weightText(weights[weight]);
        });
        line[9].textContent = fixed(totals[output], 3);
      });
    },
    light: (/** @type {Pointed} */ hot) => {
      const any = hot.weight !== null || hot.output !== null;
      cells.forEach((line, output) =>
        line.forEach((cell, pixel) => {
          const weight = pixel < 9 ? places[output][pixel] : null;
          const lit = (weight !== null && weight === hot.weight) || output === hot.output;
          cell.classList.toggle("lit", lit);
          cell.classList.toggle("dim", any && !lit);
        }),
      );
    },
  };
}
