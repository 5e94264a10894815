/** An activation: its curve, the point looked at on it, and the maps before and after. */

import { make, makeSvg, refill } from "../../kit/dom.js";
import { compact, fixed, percent } from "../../kit/format.js";
import { nameOf, sizeOf, valuesOf } from "../lookup.js";
import { fraction, inline, letter, operator } from "../../kit/maths.js";
import { largest } from "../../kit/palette.js";
import { placeOf } from "../navigation.js";
import { framed, paintMap, pixels } from "./maps.js";
import { resultMap } from "./result.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").PageNode} PageNode */

/**
 * The function and its derivative.
 * @param {PageNode} node
 * @returns {{of: (x: number) => number, slope: (x: number) => number}}
 */
export function functionOf(node) {
  const below =
    node.kind === "prelu" ? node.tensors.weight[0] : node.kind === "leaky_relu" ? (node.options.slope ?? 0.01) : 0;
  if (node.kind === "sigmoid")
    return { of: (x) => 1 / (1 + Math.exp(-x)), slope: (x) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2 };
  if (node.kind === "tanh") return { of: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 };
  return { of: (x) => (x > 0 ? x : below * x), slope: (x) => (x > 0 ? 1 : below) };
}

/** The function as it is written. @param {App} app @param {PageNode} node */
export function functionText(app, node) {
  const { doc } = app;
  if (node.kind === "sigmoid")
    return inline(doc, letter(doc, "y"), operator(doc, "="), fraction(doc, "1", ["1 + e", make(doc, "sup", {}, "−x")]));
  if (node.kind === "tanh") return inline(doc, letter(doc, "y"), operator(doc, "="), "tanh ", letter(doc, "x"));
  if (node.kind === "relu") return inline(doc, letter(doc, "y"), operator(doc, "="), "max(0, ", letter(doc, "x"), ")");
  return inline(
    doc,
    letter(doc, "y"),
    operator(doc, "="),
    "max(",
    fixed(functionOf(node).slope(-1), 3),
    "·",
    letter(doc, "x"),
    ", ",
    letter(doc, "x"),
    ")",
  );
}

/** @param {App} app @param {number} index */
export function activationDrawing(app, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const before = framed(doc, pixels(doc, "result", nameOf(app, node.source)), "result");
  const result = node.flat ? null : resultMap(app, index);
  const curve = makeSvg(doc, "svg", {
    class: "curve",
    viewBox: "-1.15 -1.15 2.3 2.3",
    role: "img",
    "aria-label": t("curve"),
  });
  const line = make(doc, "p", { class: "sumline" });
  const slope = make(doc, "p", { class: "note" });
  const below = make(doc, "p", { class: "note" });
  const element = make(
    doc,
    "div",
    { class: "drawing three" },
    node.flat ? null : make(doc, "div", {}, make(doc, "h3", {}, nameOf(app, node.source)), before.element),
    make(doc, "div", { class: "between" }, make(doc, "h3", {}, functionText(app, node)), curve, line, slope, below),
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
    const { height, width } = sizeOf(app, node.source);
    if (!node.flat) {
      paintMap(app, before.canvas, node.source, app.state.channel);
      before.move({ top: y, left: x, height: 1, width: 1 }, height, width);
    }
    result?.refresh();
    const place = node.flat ? app.state.channel : (app.state.channel * height + y) * width + x;
    const input = valuesOf(app, node.source)[place];
    const output = valuesOf(app, index)[place];
    const reach = Math.max(
      1,
      node.kind === "tanh" || node.kind === "sigmoid" ? 3 : 0,
      largest(
        valuesOf(app, node.source),
        node.flat ? 0 : app.state.channel * height * width,
        node.flat ? undefined : height * width,
      ),
    );
    const map = node.flat
      ? Array.from(valuesOf(app, node.source))
      : Array.from(valuesOf(app, node.source)).slice(
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
    slope.textContent = `${t("slope.here", { slope: fixed(functionOf(node).slope(input)) })} (${t("curve.gradient")})`;
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
  const { of, slope } = functionOf(node);
  const high = node.kind === "sigmoid" || node.kind === "tanh" ? 1 : reach;
  const points = Array.from({ length: 121 }, (_, i) => (i / 60 - 1) * reach).map(
    (x) => `${(x / reach).toFixed(4)} ${(-of(x) / high).toFixed(4)}`,
  );
  const slopes = Array.from({ length: 121 }, (_, i) => (i / 60 - 1) * reach).map(
    (x) => `${(x / reach).toFixed(4)} ${(-slope(x) / high).toFixed(4)}`,
  );
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
    text(-1.1, 0.13, compact(-reach), "start"),
    text(0.05, -1.02, compact(high), "start"),
  );
}
