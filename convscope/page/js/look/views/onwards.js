/** What a number becomes in the layer after. */

import { button, make } from "../../kit/dom.js";
import { compact, fixed } from "../../kit/format.js";
import { sizeOf, unitName, unitWords, valueAt } from "../lookup.js";
import { display, figure, letter, operator } from "../../kit/maths.js";
import { readerOf, visit } from "../navigation.js";
import { functionText } from "./activation.js";

/** @typedef {import("../types.js").App} App */

/** @param {App} app @param {number} index @param {number} channel @param {number} y @param {number} x */
export function onwards(app, index, channel, y, x) {
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
  const size = sizeOf(app, reader);
  const target = place(app, reader, channel, y, x);
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
    activated(app, node, valueAt(app, index, channel, y, x), value),
  ];
}

/**
 * An activation that follows, with this number put in: max(0, 1.577) = 1.577.
 * @param {App} app
 * @param {import("../types.js").PageNode} node
 * @param {number} x
 * @param {number} y
 */
function activated(app, node, x, y) {
  const { doc } = app;
  if (!["relu", "leaky_relu", "prelu", "sigmoid", "tanh"].includes(node.kind)) return null;
  const answer = make(doc, "b", {}, fixed(y, 4));
  if (node.kind === "relu") return display(doc, figure(doc, `max(0, ${fixed(x, 4)})`), operator(doc, "="), answer);
  return display(
    doc,
    functionText(app, node),
    operator(doc, ","),
    letter(doc, "y"),
    figure(doc, `(${fixed(x, 4)})`),
    operator(doc, "="),
    answer,
  );
}

/**
 * A unit of the next layer that reads this one.
 * @param {App} app
 * @param {number} reader
 * @param {number} channel
 * @param {number} y
 * @param {number} x
 */
function place(app, reader, channel, y, x) {
  const node = app.engine.nodes[reader];
  const [, height, width] = node.input;
  if (node.kind === "flatten") return { channel: (channel * height + y) * width + x, y: 0, x: 0 };
  if (node.kind === "conv" || node.kind === "fc") {
    const w = node.window;
    return {
      channel: 0,
      y: w ? Math.min(node.output[1] - 1, Math.floor(y / w.stride[0])) : 0,
      x: w ? Math.min(node.output[2] - 1, Math.floor(x / w.stride[1])) : 0,
    };
  }
  if (node.kind === "gap") return { channel, y: 0, x: 0 };
  if (node.window)
    return {
      channel,
      y: Math.min(node.output[1] - 1, Math.floor((y + node.window.pad[0]) / node.window.stride[0])),
      x: Math.min(node.output[2] - 1, Math.floor((x + node.window.pad[1]) / node.window.stride[1])),
    };
  if (node.kind === "crop") return null;
  return { channel, y, x };
}
