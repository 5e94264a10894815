/** A short guided tour: one step at a time, each beside the view it is about. It can be left at any time. */

import { button, make, refill } from "../../kit/dom.js";
import { indexOf, valuesOf } from "../lookup.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").State} State */

/** @param {App} app */
export function tourBox(app) {
  const { doc, t } = app;
  const conv = app.engine.nodes.find((node) => node.module.drawing === "convolution") ?? app.engine.nodes[0];
  const pool = app.engine.nodes.find((node) => node.module.drawing === "pooling" && node.window) ?? conv;
  const middle = [Math.floor(conv.output[1] / 2), Math.floor(conv.output[2] / 2)];
  /** @type {[string, Partial<State>][]} */
  const stops = [
    [t("tour.1"), { view: "network" }],
    [t("tour.2"), { view: "layer", node: conv.name, channel: 0, y: middle[0], x: middle[1] }],
    [t("tour.3"), { view: "value", node: conv.name, channel: 0, y: middle[0], x: middle[1], trail: "" }],
    [t("tour.4"), { view: "layer", node: pool.name, channel: 0, y: 1, x: 1 }],
    [t("tour.5"), { view: "loss" }],
    [t("tour.6"), { view: "draw" }],
  ];
  const element = make(doc, "aside", { class: "tour", "aria-label": t("tour.start"), hidden: true });
  const leave = () => {
    if (app.state.tour === 0) return false;
    app.tune({ tour: 0 });
    return true;
  };
  let shown = -1;
  const refresh = () => {
    const at = Math.min(app.state.tour, stops.length);
    if (at === shown) return;
    shown = at;
    element.hidden = at === 0;
    if (at === 0) return;
    const to = (/** @type {number} */ stop) =>
      app.go({ ...stops[stop - 1][1], ...(stop === 4 ? strongest(app, pool) : {}), tour: stop });
    refill(
      element,
      make(doc, "p", { class: "figure small" }, `${at} / ${stops.length}`),
      make(doc, "p", { role: "status" }, stops[at - 1][0]),
      make(
        doc,
        "div",
        { class: "tour-buttons" },
        button(doc, t("tour.leave"), leave, { class: "link" }),
        at > 1 ? button(doc, t("tour.back"), () => to(at - 1)) : null,
        button(
          doc,
          at < stops.length ? t("tour.next") : t("tour.end"),
          () => (at < stops.length ? to(at + 1) : leave()),
          { class: "button primary" },
        ),
      ),
    );
  };
  return { element, refresh, leave };
}

/**
 * The place of a node's maps with the largest number: an empty corner shows nothing of what pooling keeps.
 * @param {App} app @param {import("../types.js").PageNode} node
 */
function strongest(app, node) {
  const values = Array.from(valuesOf(app, indexOf(app, node.name)));
  const at = values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
  const [, rows, columns] = node.output;
  return {
    channel: Math.floor(at / (rows * columns)),
    y: Math.floor(at / columns) % rows,
    x: at % columns,
  };
}
