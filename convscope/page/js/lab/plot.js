/** A small plot: axes with numbers, curves, and a place that the pointer moves along x. */

import { make, makeSvg, refill } from "../kit/dom.js";

/** @typedef {import("./types.js").Lab} Lab */
/** @typedef {{kind: string, of: (x: number) => number, from?: number, to?: number}} Curve */

const PLOT_WIDE = 360;
const LEFT_EDGE = 34;
const LOW_EDGE = 22;

/**
 * @param {Lab} lab
 * @param {{name: string, x: [number, number], y: [number, number], xTicks: number[], yTicks: number[], high?: number,
 * ticks?: (value: number) => string, drag?: (x: number) => void}} options
 *   `drag` is called with where on the x axis the pointer is, while it is down
 */
export function plotOf(lab, { name, x, y, xTicks, yTicks, high = 230, ticks = plotTick, drag }) {
  const { doc } = lab;
  const across = (/** @type {number} */ v) => LEFT_EDGE + ((v - x[0]) / (x[1] - x[0])) * (PLOT_WIDE - LEFT_EDGE - 10);
  const up = (/** @type {number} */ v) => 10 + ((y[1] - v) / (y[1] - y[0])) * (high - LOW_EDGE - 10);
  const inside = (/** @type {number} */ v) => Math.max(y[0] - (y[1] - y[0]), Math.min(y[1] + (y[1] - y[0]), v));
  const drawn = makeSvg(doc, "g", { class: "plot-drawn" });
  const label = (/** @type {Record<string, any>} */ props, /** @type {number} */ value) =>
    makeSvg(doc, "text", props, ticks(value));
  const clip = `clip-${name.replace(/[^\p{L}\p{N}]/gu, "")}`;
  const svg = makeSvg(
    doc,
    "svg",
    { class: `plot${drag ? " live" : ""}`, viewBox: `0 0 ${PLOT_WIDE} ${high}`, role: "img", "aria-label": name },
    makeSvg(
      doc,
      "clipPath",
      { id: clip },
      makeSvg(doc, "rect", { x: LEFT_EDGE, y: 4, width: PLOT_WIDE - LEFT_EDGE - 4, height: high - LOW_EDGE }),
    ),
    ...xTicks.map((v) =>
      makeSvg(
        doc,
        "g",
        {},
        makeSvg(doc, "path", { class: v ? "grid" : "axis", d: `M${across(v)} 10V${high - LOW_EDGE}` }),
        label({ x: across(v), y: high - 6, "text-anchor": "middle" }, v),
      ),
    ),
    ...yTicks.map((v) =>
      makeSvg(
        doc,
        "g",
        {},
        makeSvg(doc, "path", { class: v ? "grid" : "axis", d: `M${LEFT_EDGE} ${up(v)}H${PLOT_WIDE - 10}` }),
        label({ x: LEFT_EDGE - 6, y: up(v) + 4, "text-anchor": "end" }, v),
      ),
    ),
    makeSvg(doc, "g", { "clip-path": `url(#${clip})` }, drawn),
  );
  if (drag) {
    let down = false;
    const move = (/** @type {PointerEvent} */ event) => {
      const box = svg.getBoundingClientRect();
      const at =
        x[0] +
        ((((event.clientX - box.left) / box.width) * PLOT_WIDE - LEFT_EDGE) / (PLOT_WIDE - LEFT_EDGE - 10)) *
          (x[1] - x[0]);
      drag(Math.max(x[0], Math.min(x[1], at)));
    };
    svg.addEventListener("pointerdown", (event) => {
      down = true;
      svg.setPointerCapture?.(event.pointerId);
      move(event);
    });
    svg.addEventListener("pointermove", (event) => {
      if (down) move(event);
    });
    for (const end of ["pointerup", "pointercancel"])
      svg.addEventListener(end, () => {
        down = false;
      });
  }
  return {
    element: svg,
    across,
    up,
    /** A curve as a path. @param {Curve} curve */
    curve: ({ kind, of, from = x[0], to = x[1] }) => {
      const points = Array.from({ length: 181 }, (_, i) => from + (i / 180) * (to - from)).map(
        (v) => `${across(v).toFixed(1)} ${up(inside(of(v))).toFixed(1)}`,
      );
      return makeSvg(doc, "path", { class: kind, d: `M${points.join("L")}` });
    },
    /** A point with its guides to both axes. @param {number} px @param {number} py @param {string} [kind] */
    point: (px, py, kind = "point") =>
      makeSvg(
        doc,
        "g",
        {},
        makeSvg(doc, "path", {
          class: "guide",
          d: `M${across(px)} ${up(Math.max(y[0], Math.min(0, y[1])))}V${up(inside(py))}H${LEFT_EDGE}`,
        }),
        makeSvg(doc, "circle", { class: kind, cx: across(px), cy: up(inside(py)), r: 5 }),
      ),
    /** Put drawings in. @param {...SVGElement} drawings */
    draw: (...drawings) => refill(drawn, ...drawings),
  };
}

/** @param {number} value */
function plotTick(value) {
  return String(value).replace("-", "−");
}

/**
 * A plot with what its lines are below it, each with the class of its sign.
 * @param {Document} doc @param {{element: Element}} plot @param {[string, string][]} keys
 */
export function figureWithKey(doc, plot, keys) {
  const words = keys.map(([kind, text]) => make(doc, "span", { class: `key ${kind}`.trim() }, text));
  return make(doc, "figure", {}, plot.element, make(doc, "figcaption", { class: "curve-key" }, ...words));
}
