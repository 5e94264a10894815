/**
 * One number, opened to its last product: the window's numbers × the kernel's, subtotals, bias, total, and what
 * follows.
 */

import { make, refill } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { spoken } from "../../kit/i18n.js";
import { figure } from "../../kit/maths.js";
import { indexOf, limitOf, unitWords, valueAt } from "../lookup.js";
import { moveByArrows, placeOf } from "../navigation.js";
import { DRAWINGS } from "./drawings.js";
import { legend } from "./maps.js";
import { nextLayer } from "./next_layer.js";
import { placesOf } from "./places.js";
import { shareButtons } from "./share.js";
import { openSlice } from "./terms.js";
import { trailLine } from "./trail.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */

/** @param {App} app @returns {View} */
export function valueView(app) {
  const { doc, t, state } = app;
  const index = indexOf(app, state.node);
  const node = app.engine.nodes[index];
  const trail = make(doc, "div", {});
  const title = make(doc, "h2", {});
  const body = make(doc, "div", { class: "sum-body" });
  const next = make(doc, "div", { class: "next" });
  const legends = make(doc, "div", { class: "legends" });
  const { drawing, mixes } = node.module;
  const computed = node.module.terms !== null;
  const places = node.flat || !computed ? null : placesOf(app, index);
  const element = make(
    doc,
    "section",
    { class: "value", "aria-label": t("view.value") },
    trail,
    make(
      doc,
      "div",
      { class: "value-head" },
      make(doc, "div", {}, title, make(doc, "p", { class: "note" }, t("value.help")), shareButtons(app, index)),
      places?.element,
    ),
    body,
    next,
    legends,
  );
  const refresh = () => {
    const { channel } = app.state;
    const { y, x } = node.flat ? { y: 0, x: 0 } : placeOf(app);
    const total = valueAt(app, index, channel, y, x);
    refill(trail, trailLine(app));
    refill(title, `${unitWords(app, index, channel, y, x)} = `, figure(doc, fixed(total, 4), "answer"));
    if (computed) {
      const terms = app.engine.terms(index, channel, y, x, app.result);
      refill(body, ...DRAWINGS[drawing].value(app, terms));
      const own = terms.parts.find((part) => part.channel === channel) ?? terms.parts[0];
      places?.refresh(drawing === "convolution" ? terms.parts[openSlice(app, terms)] : own);
    } else refill(body, make(doc, "p", {}, spoken(t, node.module.explain)));
    refill(next, ...nextLayer(app, index, channel, y, x));
    refill(
      legends,
      mixes
        ? null
        : legend(
            app,
            "activations",
            limitOf(app, node.sources[0], drawing === "flatten" ? 0 : channel),
            t("legend.window"),
          ),
    );
    app.say(`${unitWords(app, index, channel, y, x)} = ${fixed(total, 4)}`);
  };
  refresh();
  return { element, refresh, keys: (event) => moveByArrows(app, event), hero: () => body.querySelector(".numbers") };
}
