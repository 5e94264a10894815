/**
 * Where one number stands: the window on the map it reads, and its pixel on the map it belongs to. Either can be
 * clicked.
 */

import { make } from "../../kit/dom.js";
import { indexOf, nameOf, sizeOf } from "../lookup.js";
import { placeOf, visit } from "../navigation.js";
import { windowBox } from "../../engine/geometry.js";
import { framed, paintMap, pixels, pixelUnder } from "./maps.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../engine/types.js").Part} Part */

/** @param {App} app @param {number} index */
export function placesOf(app, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const [read, made] = [framed(doc, pixels(doc)), framed(doc, pixels(doc))];
  const [readName, madeName] = [make(doc, "figcaption", {}), make(doc, "figcaption", {})];
  const element = make(
    doc,
    "div",
    { class: "places" },
    make(doc, "figure", {}, readName, read.element),
    make(doc, "span", { class: "operator", "aria-hidden": "true" }, "→"),
    make(doc, "figure", {}, madeName, made.element),
  );
  /** @type {Part | null} */
  let shown = null;
  read.element.addEventListener("click", (event) => {
    if (!shown) return;
    const { height, width } = sizeOf(app, shown.source);
    const { y, x } = pixelUnder(read.element, event, height, width);
    visit(app, shown.source, shown.channel, y, x);
  });
  made.element.addEventListener("click", (event) => {
    const { height, width } = sizeOf(app, indexOf(app, app.state.node));
    app.tune(pixelUnder(made.element, event, height, width));
  });
  /** @param {Part} part the numbers that are opened */
  const refresh = (part) => {
    const { y, x } = placeOf(app);
    const [from, to] = [sizeOf(app, part.source), sizeOf(app, index)];
    shown = part;
    paintMap(app, read.canvas, part.source, part.channel);
    paintMap(app, made.canvas, index, app.state.channel);
    read.move(windowBox(node, y, x), from.height, from.width);
    made.move({ top: y, left: x, height: 1, width: 1 }, to.height, to.width);
    readName.textContent =
      from.channels === 1
        ? nameOf(app, part.source)
        : t("map.name", { node: nameOf(app, part.source), map: part.channel + 1 });
    madeName.textContent = t("map.name", { node: node.name, map: app.state.channel + 1 });
  };
  return { element, refresh };
}
