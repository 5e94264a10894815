/** A concatenation: its sources in their order, and which map or number of which of them comes to stand here. */

import { button, make, refill } from "../../kit/dom.js";
import { compact } from "../../kit/format.js";
import { sourceOf } from "../../engine/geometry.js";
import { nameOf, sizeOf, valueAt } from "../lookup.js";
import { placeOf, visit } from "../navigation.js";
import { framed, paintMap, pixels } from "./maps.js";
import { resultMap } from "./result.js";

/** @typedef {import("../types.js").App} App */

/** @param {App} app @param {number} index */
export function concatDrawing(app, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  let first = 0;
  const branches = node.sources.map((source, i) => {
    const begin = first;
    first += node.inputs[i][0];
    const range = begin + 1 === first ? String(first) : `${begin + 1}–${first}`;
    const element = button(doc, `${nameOf(app, source)} → ${range}`, () => app.tune({ channel: begin }));
    element.classList.add("chip");
    return { source, element };
  });
  const title = make(doc, "h3", {});
  const before = framed(doc, pixels(doc, node.flat ? "strip-large" : "result"), node.flat ? "strip" : "result");
  const result = node.flat ? null : resultMap(app, index);
  const strip = result ? null : framed(doc, pixels(doc, "strip-large", node.name), "strip");
  const line = make(doc, "p", { class: "sumline" });
  const element = make(
    doc,
    "div",
    { class: "drawing three" },
    make(
      doc,
      "div",
      { class: "words" },
      make(doc, "h3", {}, t("concat.order")),
      make(doc, "div", { class: "chips branches" }, ...branches.map((branch) => branch.element)),
    ),
    make(doc, "div", {}, title, before.element),
    make(doc, "span", { class: "operator big" }, "→"),
    make(
      doc,
      "div",
      {},
      make(doc, "h3", {}, node.name),
      result ? result.element : strip?.element,
      line,
      make(doc, "p", { class: "note" }, node.flat ? t("arrows.flat") : t("click.pixel")),
    ),
  );
  const refresh = () => {
    const at = sourceOf(node, app.state.channel);
    const { y, x } = node.flat ? { y: 0, x: 0 } : placeOf(app);
    const { source } = branches[at.from];
    const { channels, height, width } = sizeOf(app, source);
    branches.forEach((branch, i) => branch.element.setAttribute("aria-pressed", String(i === at.from)));
    refill(title, t("map.name", { node: nameOf(app, source), map: at.channel + 1 }));
    if (node.flat) refill(title, nameOf(app, source));
    paintMap(app, before.canvas, source, at.channel);
    if (node.flat) before.move({ top: at.channel, left: 0, height: 1, width: 1 }, channels, 1);
    else before.move({ top: y, left: x, height: 1, width: 1 }, height, width);
    result?.refresh();
    if (strip) {
      paintMap(app, strip.canvas, index, 0);
      strip.move({ top: app.state.channel, left: 0, height: 1, width: 1 }, node.output[0], 1);
    }
    refill(
      line,
      button(doc, compact(valueAt(app, index, app.state.channel, y, x)), () => visit(app, source, at.channel, y, x), {
        class: "link figure",
      }),
    );
  };
  return { element, refresh, hero: () => result?.canvas ?? strip?.canvas ?? null };
}
