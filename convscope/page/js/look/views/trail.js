/** The way taken down through the layers; every step leads back. */

import { button, make } from "../../kit/dom.js";
import { indexOf, unitWords } from "../lookup.js";
import { readUnit, steps } from "../state.js";

/** @typedef {import("../types.js").App} App */

/** @param {App} app */
export function trailLine(app) {
  const { doc, t, state } = app;
  const trail = steps(state.trail);
  const passed = trail.flatMap((text, i) => {
    const unit = readUnit(text);
    if (!unit || indexOf(app, unit.node) < 0) return [];
    const words = unitWords(app, indexOf(app, unit.node), unit.channel, unit.y, unit.x);
    return [
      make(
        doc,
        "li",
        {},
        button(doc, words, () => app.go({ ...unit, view: "value", from: -1, trail: trail.slice(0, i).join("~") }), {
          class: "link",
        }),
      ),
    ];
  });
  const layer =
    state.node === "picture"
      ? null
      : make(
          doc,
          "li",
          {},
          button(doc, state.node, () => app.go({ view: "layer" }), { class: "link" }),
        );
  return make(
    doc,
    "nav",
    { class: "trail", "aria-label": t("trail") },
    make(
      doc,
      "ol",
      {},
      make(
        doc,
        "li",
        {},
        button(doc, `← ${t("view.network")}`, () => app.go({ view: "network", trail: "" }), { class: "link" }),
      ),
      ...(passed.length ? passed : [layer]),
      make(doc, "li", { "aria-current": "step" }, t("here")),
    ),
  );
}
