/** Dropout: one draw as it would be in training beside what happens here, where every number passes. */

import { button, make, refill } from "../../kit/dom.js";
import { compact, fixed } from "../../kit/format.js";
import { limitOf, nameOf, sizeOf, valuesOf } from "../lookup.js";
import { paint } from "../../kit/palette.js";
import { sequence } from "../edits.js";
import { placeOf, visit } from "../navigation.js";
import { framed, paintMap, paintPlane, pixels } from "./maps.js";
import { resultMap } from "./result.js";

/** @typedef {import("../types.js").App} App */

/** @param {App} app @param {number} index */
export function dropoutDrawing(app, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const p = node.options.p ?? 0;
  let seed = 1;
  const kind = node.flat ? "row-strip" : "result";
  const before = framed(doc, pixels(doc, kind, nameOf(app, node.sources[0])), node.flat ? "" : "result");
  const draw = framed(doc, pixels(doc, kind, t("dropout.draw")), node.flat ? "" : "result");
  const after = node.flat ? framed(doc, pixels(doc, kind, node.name)) : null;
  const result = after ? null : resultMap(app, index);
  const line = make(doc, "p", { class: "sumline" });
  const again = button(
    doc,
    t("dropout.again"),
    () => {
      seed += 1;
      refresh();
    },
    { class: "link" },
  );
  const element = make(
    doc,
    "div",
    { class: node.flat ? "drawing rows" : "drawing three" },
    make(doc, "div", {}, make(doc, "h3", {}, nameOf(app, node.sources[0])), before.element),
    make(
      doc,
      "div",
      {},
      make(doc, "h3", {}, t("dropout.draw")),
      draw.element,
      make(doc, "p", { class: "note" }, t("dropout.rule", { p: fixed(p, 2), keep: fixed(1 - p, 2) })),
      again,
    ),
    make(
      doc,
      "div",
      {},
      make(doc, "h3", {}, t("dropout.here", { node: node.name })),
      result?.element ?? after?.element ?? null,
      line,
    ),
  );
  const refresh = () => {
    const { channel } = app.state;
    const { y, x } = node.flat ? { y: 0, x: channel } : placeOf(app);
    const size = sizeOf(app, node.sources[0]);
    const [rows, columns, start] = node.flat
      ? [1, size.channels, 0]
      : [size.height, size.width, channel * size.height * size.width];
    const values = valuesOf(app, node.sources[0]);
    const next = sequence(seed);
    const kept = Float64Array.from({ length: rows * columns }, (_, i) =>
      next() < p ? 0 : values[start + i] / (1 - p),
    );
    const limit = limitOf(app, node.sources[0], channel);
    if (node.flat)
      for (const one of [before, after])
        one && paint(one.canvas, values, 0, 1, columns, limit, "activations", app.dark());
    else paintMap(app, before.canvas, node.sources[0], channel);
    if (node.flat) paint(draw.canvas, kept, 0, rows, columns, limit / (1 - p), "activations", app.dark());
    else paintPlane(app, draw.canvas, index, kept, 0, limit / (1 - p));
    for (const one of [before, draw, after]) one?.move({ top: y, left: x, height: 1, width: 1 }, rows, columns);
    result?.refresh();
    const value = values[start + y * columns + x];
    refill(
      line,
      pressable(app, value, () => visit(app, node.sources[0], channel, node.flat ? 0 : y, node.flat ? 0 : x)),
      " = ",
      make(doc, "b", { class: "figure" }, compact(value)),
    );
  };
  return { element, refresh, hero: () => result?.canvas ?? after?.canvas ?? null };
}

/** A number that can be pressed. @param {App} app @param {number} value @param {() => void} press */
function pressable(app, value, press) {
  return button(app.doc, fixed(value), press, { class: "link figure" });
}
