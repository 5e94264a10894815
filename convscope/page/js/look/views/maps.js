/** One map as a small canvas, and the legend of its colours. */

import { boxOf, make, makeSvg, setVar } from "../../kit/dom.js";
import { telling } from "../../kit/format.js";
import { limitOf, sizeOf, valuesOf } from "../lookup.js";
import { cellOfPlace, foldOf, foldedValues, placeOfCell } from "../fold.js";
import { colourOf, largest, paint, paintPicture } from "../../kit/palette.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../kit/palette.js").Scale} Scale */

/** How the canvases of tokens are folded. @type {WeakMap<Element, import("../fold.js").Fold>} */
const FOLDS = new WeakMap();

/**
 * An empty canvas that shows pixels as squares.
 * @param {Document} doc
 * @param {string} [kind] a class
 * @param {string} [name] for screen readers
 */
export function pixels(doc, kind = "", name) {
  return make(doc, "canvas", {
    class: `pixels ${kind}`,
    width: 1,
    height: 1,
    role: name ? "img" : null,
    "aria-label": name,
    "aria-hidden": name ? null : "true",
  });
}

/**
 * Paint one channel of a node's output. A flat node's numbers stand in one column.
 * @param {App} app
 * @param {HTMLCanvasElement} canvas
 * @param {number} index
 * @param {number} channel
 */
export function paintMap(app, canvas, index, channel) {
  const { channels, height, width, flat } = sizeOf(app, index);
  const values = valuesOf(app, index);
  if (flat) paint(canvas, values, 0, channels, 1, limitOf(app, index, 0), "activations", app.dark());
  else paintPlane(app, canvas, index, values, channel * height * width, limitOf(app, index, channel));
}

/**
 * Paint numbers of one map that a node makes, or of another map of its size.
 * @param {App} app
 * @param {HTMLCanvasElement} canvas
 * @param {number} index
 * @param {ArrayLike<number>} values
 * @param {number} start the place of the map's first number
 * @param {number} limit
 */
export function paintPlane(app, canvas, index, values, start, limit) {
  const { height, width } = sizeOf(app, index);
  const fold = foldOf(app.engine.nodes, index);
  if (!fold) {
    FOLDS.delete(canvas);
    paint(canvas, values, start, height, width, limit, "activations", app.dark());
    return;
  }
  FOLDS.set(canvas, fold);
  paint(canvas, foldedValues(fold, values, start), 0, fold.rows, fold.columns, limit, "activations", app.dark());
}

/** Paint the picture itself, in its own greys or colours. @param {App} app @param {HTMLCanvasElement} canvas */
export function paintInput(app, canvas) {
  paintPicture(canvas, app.picture, 0, app.payload.input.shape);
}

/**
 * A canvas with a box on top that can be moved: the window. Around a "field" the rest is dimmed.
 * @param {Document} doc @param {HTMLCanvasElement} canvas @param {string} [kind]
 */
export function framed(doc, canvas, kind = "") {
  const box = makeSvg(doc, "rect", { class: "window-box" });
  const outside = kind.includes("field") ? makeSvg(doc, "path", { class: "outside", "fill-rule": "evenodd" }) : null;
  const svg = makeSvg(doc, "svg", { class: "over", "aria-hidden": "true", preserveAspectRatio: "none" }, outside, box);
  const element = make(doc, "div", { class: `framed ${kind}` }, canvas, svg);
  /**
   * @param {{top: number, left: number, height: number, width: number} | null} at
   * @param {number} rows
   * @param {number} columns
   */
  const move = (at, rows, columns) => {
    const fold = FOLDS.get(canvas);
    if (fold && rows === fold.length) [at, rows, columns] = [at && foldedBox(fold, at), fold.rows, fold.columns];
    svg.setAttribute("viewBox", `0 0 ${columns} ${rows}`);
    box.setAttribute("visibility", at ? "visible" : "hidden");
    outside?.setAttribute(
      "d",
      at ? `M0 0H${columns}V${rows}H0ZM${at.left} ${at.top}h${at.width}v${at.height}h${-at.width}Z` : "",
    );
    if (at)
      for (const [name, value] of Object.entries({ x: at.left, y: at.top, height: at.height, width: at.width }))
        box.setAttribute(name, String(value));
  };
  return { element, canvas, svg, box, move };
}

/** Where some places in a row are drawn. @param {import("../fold.js").Fold} fold @param {{top: number, left: number,
 * height: number, width: number}} box */
function foldedBox(fold, { top, height }) {
  if (height < 1) return { top: -1, left: -1, height: 0, width: 0 };
  if (height >= fold.length) return { top: 0, left: 0, height: fold.rows, width: fold.columns };
  const [row, column] = cellOfPlace(fold, top);
  const [last] = cellOfPlace(fold, top + height - 1);
  return height === 1
    ? { top: row, left: column, height: 1, width: 1 }
    : { top: row, left: 0, height: last - row + 1, width: fold.columns };
}

/**
 * Over the picture one hue a sign, its strength the opacity.
 * @param {HTMLCanvasElement} canvas
 * @param {import("../../engine/types.js").HeatMap} map
 * @param {number} limit
 * @param {boolean} [lifted] by the root of its strength, where a few strong places would leave all others unseen
 */
export function glow(canvas, map, limit, lifted = false) {
  canvas.width = map.columns;
  canvas.height = map.rows;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(map.columns, map.rows);
  const [minus, plus] = [-0.62, 0.62].map((v) =>
    (colourOf("activations", false, v, 1).match(/\d+/g) ?? []).map(Number),
  );
  map.values.forEach((value, i) => {
    image.data.set(value < 0 ? minus : plus, 4 * i);
    const strength = Math.min(1, Math.abs(value) / limit);
    image.data[4 * i + 3] = Math.round(205 * (lifted ? Math.sqrt(strength) : strength));
  });
  context.putImageData(image, 0, 0);
}

/**
 * The pixel under a pointer.
 * @param {Element} element
 * @param {PointerEvent | MouseEvent} event
 * @param {number} rows
 * @param {number} columns
 */
export function pixelUnder(element, event, rows, columns) {
  const box = boxOf(element);
  const canvas = element.tagName === "CANVAS" ? element : element.querySelector("canvas");
  const fold = canvas && FOLDS.get(canvas);
  if (fold && rows === fold.length) {
    const at = pixelIn(box, event, fold.rows, fold.columns);
    return { y: placeOfCell(fold, at.y, at.x), x: 0 };
  }
  return pixelIn(box, event, rows, columns);
}

/** @param {ReturnType<typeof boxOf>} box @param {PointerEvent | MouseEvent} event @param {number} rows
 * @param {number} columns */
function pixelIn(box, event, rows, columns) {
  const y = Math.floor(((event.clientY - box.top) / box.height) * rows);
  const x = Math.floor(((event.clientX - box.left) / box.width) * columns);
  return { y: Math.max(0, Math.min(rows - 1, y)), x: Math.max(0, Math.min(columns - 1, x)) };
}

/**
 * The legend of a scale: the same function that paints the maps paints it.
 * @param {App} app
 * @param {Scale} scale
 * @param {number | null} limit null: each map has its own range
 * @param {string} [title]
 * @param {boolean} [positive] only from 0 up
 */
export function legend(
  app,
  scale,
  limit,
  title = scale === "weights" ? app.t("legend.weights") : app.t("legend.activations"),
  positive = false,
) {
  const canvas = pixels(app.doc, "ramp");
  const steps = Array.from({ length: 65 }, (_, i) => (positive ? i / 64 : (i - 32) / 32));
  paint(canvas, steps, 0, 1, steps.length, 1, scale, app.dark());
  const ends = limit === null ? [app.t("legend.least"), app.t("legend.most")] : [telling(-limit), telling(limit)];
  return make(
    app.doc,
    "figure",
    { class: "legend" },
    make(app.doc, "figcaption", {}, title),
    canvas,
    make(
      app.doc,
      "div",
      { class: "ends" },
      positive ? null : make(app.doc, "span", {}, ends[0]),
      make(app.doc, "span", {}, "0"),
      make(app.doc, "span", {}, ends[1]),
    ),
  );
}

/**
 * Paint a kernel's slice.
 * @param {App} app
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} kernel
 * @param {number} rows
 * @param {number} columns
 * @param {number} [limit]
 */
export function paintKernel(app, canvas, kernel, rows, columns, limit) {
  paint(canvas, kernel, 0, rows, columns, limit ?? (largest(kernel) || 1), "weights", app.dark());
}

/**
 * A small square in a number's colour.
 * @param {App} app
 * @param {Scale} scale
 * @param {number} value
 * @param {number} limit
 */
export function swatch(app, scale, value, limit) {
  const element = make(app.doc, "span", { class: "swatch", "aria-hidden": "true" });
  setVar(element, "colour", colourOf(scale, app.dark(), value, limit));
  return element;
}
