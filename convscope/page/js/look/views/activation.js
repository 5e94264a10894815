/** An activation: its curve, the point looked at on it, and the maps before and after. */

import { make, makeSvg, refill } from "../../kit/dom.js";
import { compact, fixed, percent } from "../../kit/format.js";
import { nameOf, sizeOf, valuesOf } from "../lookup.js";
import { display, figure, inline, letter, operator, written } from "../../kit/maths.js";
import { largest } from "../../kit/palette.js";
import { placeOf } from "../navigation.js";
import { framed, paintMap, pixels } from "./maps.js";
import { sourceNumber } from "./numbers.js";
import { resultMap } from "./result.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").PageNode} PageNode */
/** @typedef {import("../../engine/types.js").Curve} Curve */
/** @typedef {import("../../engine/types.js").Terms} Terms */

/** Where the label of the axis begins and ends, in units of its reach. */
const LEFT_END = [-1, -0.95, -0.9, -0.85, -0.8, -0.75, -0.7];

/** The node's curve. @param {PageNode} node */
function curveOf(node) {
  return /** @type {Curve} */ (node.module.curve);
}

/** The function of a channel as it is written: y = … @param {App} app @param {PageNode} node @param {number} channel */
export function functionText(app, node, channel) {
  const { doc } = app;
  return inline(doc, letter(doc, "y"), operator(doc, "="), ...written(doc, curveOf(node).formula(node, channel)));
}

/** The one number of the input, and the function with it put in. @param {App} app @param {Terms} terms */
export function curveValue(app, terms) {
  const { doc, t } = app;
  const node = app.engine.nodes[terms.index];
  return [
    make(doc, "p", {}, t("read.from"), " "),
    sourceNumber(app, terms.parts[0]),
    display(
      doc,
      functionText(app, node, terms.at[0]),
      operator(doc, ","),
      letter(doc, "y"),
      "(",
      figure(doc, fixed(terms.numbers.x, 4)),
      ")",
      operator(doc, "="),
      make(doc, "b", {}, fixed(terms.total, 4)),
    ),
  ];
}

/** @param {App} app @param {number} index */
export function activationDrawing(app, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const before = framed(doc, pixels(doc, "result", nameOf(app, node.sources[0])), "result");
  const result = node.flat ? null : resultMap(app, index);
  const curve = makeSvg(doc, "svg", {
    class: "curve",
    viewBox: "-1.15 -1.15 2.3 2.3",
    role: "img",
    "aria-label": t("curve"),
  });
  const title = make(doc, "h3", {});
  const line = make(doc, "p", { class: "sumline" });
  const slope = make(doc, "p", { class: "note" });
  const below = make(doc, "p", { class: "note" });
  const element = make(
    doc,
    "div",
    { class: "drawing three" },
    node.flat ? null : make(doc, "div", {}, make(doc, "h3", {}, nameOf(app, node.sources[0])), before.element),
    make(doc, "div", { class: "between" }, title, curve, line, slope, below),
    result
      ? make(
          doc,
          "div",
          {},
          make(doc, "h3", {}, node.name),
          result.element,
          make(doc, "p", { class: "note" }, t("click.pixel")),
        )
      : null,
  );
  const refresh = () => {
    const { y, x } = placeOf(app);
    refill(title, functionText(app, node, app.state.channel));
    const { height, width } = sizeOf(app, node.sources[0]);
    if (!node.flat) {
      paintMap(app, before.canvas, node.sources[0], app.state.channel);
      before.move({ top: y, left: x, height: 1, width: 1 }, height, width);
    }
    result?.refresh();
    const place = node.flat ? app.state.channel : (app.state.channel * height + y) * width + x;
    const input = valuesOf(app, node.sources[0])[place];
    const output = valuesOf(app, index)[place];
    const reach = Math.max(
      curveOf(node).reach,
      largest(
        valuesOf(app, node.sources[0]),
        node.flat ? 0 : app.state.channel * height * width,
        node.flat ? undefined : height * width,
      ),
    );
    const map = node.flat
      ? Array.from(valuesOf(app, node.sources[0]))
      : Array.from(valuesOf(app, node.sources[0])).slice(
          app.state.channel * height * width,
          (app.state.channel + 1) * height * width,
        );
    drawCurve(app, curve, node, reach, input, output, map);
    below.textContent = t("curve.rug", {
      share: percent(map.filter((v) => v <= 0).length / Math.max(1, map.length), 0),
    });
    refill(
      line,
      letter(doc, "y"),
      "(",
      make(doc, "span", { class: "figure" }, fixed(input)),
      ") = ",
      make(doc, "b", { class: "figure" }, compact(output)),
    );
    const here = t("slope.here", { slope: fixed(curveOf(node).slope(input, node, app.state.channel)) });
    slope.textContent = `${here} (${t("curve.gradient")})`;
  };
  return { element, refresh, hero: () => result?.canvas ?? curve };
}

/**
 * @param {App} app
 * @param {SVGElement} svg
 * @param {PageNode} node
 * @param {number} reach
 * @param {number} input
 * @param {number} output
 * @param {number[]} rug all inputs, as ticks on the axis
 */
function drawCurve(app, svg, node, reach, input, output, rug) {
  const { doc } = app;
  const { of, slope, most } = curveOf(node);
  const { channel } = app.state;
  const high = most ?? reach;
  const points = Array.from({ length: 121 }, (_, i) => (i / 60 - 1) * reach).map(
    (x) => `${(x / reach).toFixed(4)} ${(-of(x, node, channel) / high).toFixed(4)}`,
  );
  const slopes = Array.from({ length: 121 }, (_, i) => (i / 60 - 1) * reach).map(
    (x) => `${(x / reach).toFixed(4)} ${(-slope(x, node, channel) / high).toFixed(4)}`,
  );
  const heights = [of, slope].flatMap((f) => LEFT_END.map((x) => -f(x * reach, node, channel) / high));
  const at = { x: Math.max(-1, Math.min(1, input / reach)), y: -Math.max(-1, Math.min(1, output / high)) };
  const text = (
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {string} */ words,
    /** @type {string} */ anchor,
  ) => makeSvg(doc, "text", { x, y, "text-anchor": anchor }, words);
  refill(
    svg,
    makeSvg(doc, "path", { class: "axis", d: "M-1.1 0H1.1M0 -1.1V1.1" }),
    makeSvg(doc, "path", { class: "rug", d: rug.map((v) => `M${(v / reach).toFixed(4)} .02v.07`).join("") }),
    makeSvg(doc, "path", { class: "graph", d: `M${points.join("L")}` }),
    makeSvg(doc, "path", { class: "gradient", d: `M${slopes.join("L")}` }),
    makeSvg(doc, "path", { class: "guide", d: `M${at.x} 0V${at.y}H0` }),
    makeSvg(doc, "circle", { class: "point", cx: at.x, cy: at.y, r: 0.05 }),
    text(1.1, 0.13, compact(reach), "end"),
    text(-1.1, clearOf(heights), compact(-reach), "start"),
    text(0.05, -1.02, compact(high), "start"),
  );
}

/**
 * The baseline of the label at the left end of the axis: below or above it, where no line passes.
 * @param {number[]} heights of the lines there, downwards
 */
function clearOf(heights) {
  const places = [0.13, -0.05, 0.3, -0.22];
  return places.find((y) => heights.every((height) => height < y - 0.11 || height > y + 0.03)) ?? places[0];
}
