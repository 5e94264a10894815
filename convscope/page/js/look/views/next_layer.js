/** What a number becomes in the layer after. */

import { button, make } from "../../kit/dom.js";
import { compact, fixed } from "../../kit/format.js";
import { endOf, sizeOf, unitName, unitWords, valueAt, valuesOf } from "../lookup.js";
import { readingUnit } from "../../engine/geometry.js";
import { display, figure, letter, operator } from "../../kit/maths.js";
import { readerOf, visit } from "../navigation.js";
import { functionText } from "./activation.js";

/** @typedef {import("../types.js").App} App */

/** @param {App} app @param {number} index @param {number} channel @param {number} y @param {number} x */
export function nextLayer(app, index, channel, y, x) {
  const { doc, t } = app;
  const reader = readerOf(app, index);
  if (reader < 0)
    return [
      make(
        doc,
        "p",
        {},
        t("then.score", { name: unitName(app, index, channel) }),
        " ",
        button(doc, t("view.loss"), () => app.go({ view: "loss", rival: channel }), { class: "link" }),
      ),
    ];
  const node = app.engine.nodes[reader];
  if (endOf(app) >= 0 && !valuesOf(app, reader).length)
    return [make(doc, "p", { class: "note" }, t("ended.next", { node: node.name }))];
  const size = sizeOf(app, reader);
  const target = readingUnit(node, index, channel, y, x);
  if (!target || target.y >= size.height || target.x >= size.width) return [];
  const value = valueAt(app, reader, target.channel, target.y, target.x);
  const link = button(
    doc,
    `${unitWords(app, reader, target.channel, target.y, target.x)} = ${compact(value)}`,
    () => visit(app, reader, target.channel, target.y, target.x),
    { class: "link" },
  );
  return [
    make(doc, "p", {}, t("then", { node: node.name }), " ", link),
    activated(app, node, target.channel, valueAt(app, index, channel, y, x), value),
  ];
}

/**
 * An activation that follows, with this number put in: max(0, 1.577) = 1.577.
 * @param {App} app
 * @param {import("../types.js").PageNode} node
 * @param {number} channel
 * @param {number} x
 * @param {number} y
 */
function activated(app, node, channel, x, y) {
  const { doc } = app;
  const { curve } = node.module;
  if (!curve) return null;
  const answer = make(doc, "b", {}, fixed(y, 4));
  const formula = curve.formula(node, channel).map((part) => (typeof part === "string" ? part : ""));
  if (formula.length === 1 && formula[0].match(/\bx\b/g)?.length === 1)
    return display(doc, figure(doc, formula[0].replace(/\bx\b/, fixed(x, 4))), operator(doc, "="), answer);
  return display(
    doc,
    functionText(app, node, channel),
    operator(doc, ","),
    letter(doc, "y"),
    figure(doc, `(${fixed(x, 4)})`),
    operator(doc, "="),
    answer,
  );
}
