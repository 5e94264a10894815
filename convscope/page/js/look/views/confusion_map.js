/** A confusion matrix of many classes: a pixel a cell, read under the pointer, and its largest confusions by name. */

import { button, make, refill } from "../../kit/dom.js";
import { framed, pixels, pixelUnder } from "./maps.js";

/** @typedef {import("../types.js").App} App */

const LISTED = 12;

/**
 * @param {App} app
 * @param {number[][]} counts
 * @param {((truth: number, said: number) => void) | null} open
 * @param {string} chosen
 */
export function confusionMap(app, counts, open, chosen) {
  const { doc, t, payload } = app;
  const name = (/** @type {number} */ k) => payload.classes[k] ?? String(k);
  const size = counts.length;
  const words = (/** @type {number} */ i, /** @type {number} */ j) =>
    t("confusion.cell", { n: counts[i][j], truth: name(i), said: name(j) });
  const wrong = counts.flatMap((row, i) => row.map((n, j) => ({ n, i, j })).filter(({ n, j }) => n && i !== j));
  wrong.sort((a, b) => b.n - a.n);
  const canvas = pixels(doc, "confusion-map", t("confusion.caption"));
  paintCells(canvas, counts, wrong[0]?.n ?? 1, doc.documentElement.dataset.theme === "dark");
  const frame = framed(doc, canvas, "confusion-frame");
  const [truth, said] = chosen.split(",").map(Number);
  const rest = () => frame.move(chosen ? { top: truth, left: said, height: 1, width: 1 } : null, size, size);
  const reading = make(doc, "p", { class: "note", role: "status" });
  const hint = () => {
    reading.textContent = chosen ? words(truth, said) : t("confusion.point", { n: size });
    rest();
  };
  frame.element.addEventListener("pointermove", (event) => {
    const { y, x } = pixelUnder(frame.element, event, size, size);
    frame.move({ top: y, left: x, height: 1, width: 1 }, size, size);
    reading.textContent = words(y, x);
  });
  frame.element.addEventListener("pointerleave", hint);
  if (open)
    frame.element.addEventListener("click", (event) => {
      const { y, x } = pixelUnder(frame.element, event, size, size);
      if (y !== x && counts[y][x]) open(y, x);
    });
  hint();
  const list = make(doc, "ol", { class: "confusions" });
  refill(
    list,
    ...wrong.slice(0, LISTED).map(({ n, i, j }) => {
      const text = `${name(i)} → ${name(j)} · ${n}`;
      const pressed = String(chosen === `${i},${j}`);
      return make(
        doc,
        "li",
        {},
        open
          ? button(doc, text, () => open(i, j), { class: "link", "aria-label": words(i, j), "aria-pressed": pressed })
          : text,
      );
    }),
  );
  return make(
    doc,
    "div",
    {},
    make(doc, "p", { class: "note" }, t("confusion.caption")),
    frame.element,
    reading,
    wrong.length ? make(doc, "h4", {}, t("confusion.largest")) : null,
    list,
  );
}

/**
 * Right cells in grey by their share of the row, wrong ones in red by their number, on the square root so that single
 * ones show.
 * @param {HTMLCanvasElement} canvas
 * @param {number[][]} counts
 * @param {number} worst
 * @param {boolean} dark
 */
function paintCells(canvas, counts, worst, dark) {
  const size = counts.length;
  canvas.width = canvas.height = size;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(size, size);
  const [paper, right, wrong] = dark
    ? [
        [29, 31, 36],
        [150, 152, 158],
        [255, 95, 150],
      ]
    : [
        [240, 236, 226],
        [90, 92, 98],
        [190, 20, 95],
      ];
  counts.forEach((row, i) => {
    const sum = row.reduce((a, b) => a + b, 0) || 1;
    row.forEach((n, j) => {
      const share = i === j ? n / sum : n ? 0.25 + 0.75 * Math.sqrt(n / worst) : 0;
      const ink = i === j ? right : wrong;
      const rgb = paper.map((v, c) => Math.round(v + (ink[c] - v) * share));
      image.data.set([...rgb, 255], 4 * (i * size + j));
    });
  });
  context.putImageData(image, 0, 0);
}
