/** Flatten: the maps written one after the other as one row of numbers, and where in it one pixel comes to stand. */

import { button, make, makeSvg, refill } from "../../kit/dom.js";
import { compact } from "../../kit/format.js";
import { limitOf, nameOf, sizeOf, valueAt, valuesOf } from "../lookup.js";
import { display, figure, operator } from "../../kit/maths.js";
import { paint } from "../../kit/palette.js";
import { visit } from "../navigation.js";
import { framed, paintMap, pixels, pixelUnder } from "./maps.js";

/** @typedef {import("../types.js").App} App */

/** So many maps before and after the one looked at are shown. */
const AROUND = 3;

/** @param {App} app @param {number} index */
export function flattenDrawing(app, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const [maps, rows, columns] = node.input;
  const area = rows * columns;
  const strip = framed(doc, pixels(doc, "row-strip", node.name), "line");
  const span = makeSvg(doc, "rect", { class: "span-box" });
  strip.svg.prepend(span);
  const around = make(doc, "div", { class: "neighbourhood" });
  const sum = make(doc, "div", {});
  const element = make(
    doc,
    "div",
    { class: "drawing rows" },
    make(doc, "div", {}, make(doc, "h3", {}, nameOf(app, node.sources[0])), around),
    make(doc, "div", {}, make(doc, "h3", {}, `${node.name} · ${maps * area}`), strip.element),
    sum,
  );
  strip.element.addEventListener("click", (event) =>
    app.tune({ channel: pixelUnder(strip.element, event, 1, maps * area).x }),
  );
  const refresh = () => {
    const unit = app.state.channel;
    const [map, y, x] = [Math.floor(unit / area), Math.floor(unit / columns) % rows, unit % columns];
    const first = Math.max(0, Math.min(maps - 2 * AROUND - 1, map - AROUND));
    refill(
      around,
      first > 0 ? "…" : null,
      ...Array.from({ length: Math.min(maps, 2 * AROUND + 1) }, (_, i) =>
        tile(
          app,
          node.sources[0],
          first + i,
          first + i === map ? { top: y, left: x, height: 1, width: 1 } : null,
          area,
        ),
      ),
      first + 2 * AROUND + 1 < maps ? "…" : null,
    );
    const values = valuesOf(app, node.sources[0]);
    paint(strip.canvas, values, 0, 1, maps * area, limitOf(app, index, 0), "activations", app.dark());
    strip.move({ top: 0, left: unit, height: 1, width: 1 }, 1, maps * area);
    for (const [name, value] of Object.entries({ x: map * area, y: 0, width: area, height: 1 }))
      span.setAttribute(name, String(value));
    const value = valueAt(app, index, unit, 0, 0);
    refill(
      sum,
      display(
        doc,
        figure(doc, `${map} · ${rows}·${columns} + ${y} · ${columns} + ${x} + 1`),
        operator(doc, "="),
        make(doc, "b", { class: "figure" }, t("flatten.place", { n: unit + 1 })),
      ),
      make(doc, "p", { class: "note" }, t("flatten.rule", { map: map + 1, y: y + 1, x: x + 1 })),
      make(
        doc,
        "p",
        { class: "sumline" },
        button(doc, compact(value), () => visit(app, node.sources[0], map, y, x), { class: "link figure" }),
      ),
    );
  };
  return { element, refresh, hero: () => strip.canvas };
}

/**
 * One of the maps, its number below it; a press moves to its first number.
 * @param {App} app
 * @param {number} source
 * @param {number} map
 * @param {{top: number, left: number, height: number, width: number} | null} box
 * @param {number} area
 */
function tile(app, source, map, box, area) {
  const { doc } = app;
  const { height, width } = sizeOf(app, source);
  const name = app.t("map.name", { node: nameOf(app, source), map: map + 1 });
  const canvas = pixels(doc);
  const frame = framed(doc, canvas);
  paintMap(app, canvas, source, map);
  frame.move(box, height, width);
  const element = button(doc, "", () => app.tune({ channel: map * area }), {
    class: box ? "near here" : "near",
    "aria-label": name,
    title: name,
  });
  refill(element, frame.element, make(doc, "span", { class: "number" }, map + 1));
  return element;
}
