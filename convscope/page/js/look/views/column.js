/** One layer of the overview: its name, its shape and its maps; with many channels a few first and all on request. */

import { button, make, refill } from "../../kit/dom.js";
import { shapeText } from "../../kit/format.js";
import { mapName, sizeOf } from "../lookup.js";
import { paintInput, paintMap, pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {{index: number, channel: number, element: HTMLElement, canvas: HTMLCanvasElement}} Tile */

const FIRST_MAPS = 12;

/**
 * @param {App} app
 * @param {number} index −1 for the picture as the network reads it
 * @param {Tile[]} tiles the new ones are added
 * @param {() => void} changed
 */
export function layerColumn(app, index, tiles, changed) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const { channels, height, width, flat } = sizeOf(app, index);
  const name = index < 0 ? t("input") : node.name;
  const shape = shapeText([channels, height, width], flat);
  const list = make(doc, "div", { class: flat ? "maps strip" : "maps" });
  const first = flat ? 1 : Math.min(FIRST_MAPS, channels);
  const add = (/** @type {number} */ from, /** @type {number} */ to) => {
    for (let channel = from; channel < to; channel++) {
      const tile = makeTile(app, index, channel);
      tiles.push(tile);
      list.append(tile.element);
      paintMap(app, tile.canvas, index, channel);
    }
  };
  if (index < 0 && channels === 3) list.append(pictureTile(app));
  add(0, first);
  const more =
    flat || channels <= first ? null : make(doc, "button", { class: "more", type: "button", "aria-expanded": "false" });
  const label = (/** @type {boolean} */ open) => {
    if (!more) return;
    refill(more, open ? t("show.fewer") : t("show.all", { n: channels }));
    more.setAttribute("aria-label", `${name}: ${open ? t("show.fewer") : t("show.all", { n: channels })}`);
    more.setAttribute("aria-expanded", String(open));
  };
  label(false);
  more?.addEventListener("click", () => {
    const open = !list.classList.contains("all");
    list.classList.toggle("all", open);
    if (open) add(first, channels);
    else {
      const gone = new Set(Array.from(list.children).slice(first));
      gone.forEach((element) => element.remove());
      for (let i = tiles.length - 1; i >= 0; i--) if (gone.has(tiles[i].element)) tiles.splice(i, 1);
    }
    label(open);
    if (open) /** @type {HTMLElement | undefined} */ (list.children[first])?.focus({ preventScroll: true });
    changed();
  });
  return make(
    doc,
    "section",
    { class: `column kind-${node?.kind ?? "input"}`, "aria-label": `${name} ${shape}` },
    make(doc, "h3", { title: node?.text ?? null }, name),
    make(doc, "p", { class: "shape" }, shape),
    list,
    more,
  );
}

/** The picture in its colours, above its channels; a press goes to the view where it is changed. @param {App} app */
function pictureTile(app) {
  const { doc, t } = app;
  const canvas = pixels(doc, "input-picture");
  paintInput(app, canvas);
  const element = button(doc, "", () => app.go({ view: "draw" }), {
    class: "tile",
    "aria-label": t("picture"),
    title: t("picture"),
  });
  refill(element, canvas);
  return element;
}

/** @param {App} app @param {number} index @param {number} channel @returns {Tile} */
function makeTile(app, index, channel) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const canvas = pixels(doc);
  const name = node?.flat ? t("strip.name", { node: node.name, n: node.output[0] }) : mapName(app, index, channel);
  const open = () => {
    if (index < 0) app.go({ view: "value", node: "picture", channel, y: -1, x: -1, from: -1, trail: "" }, canvas);
    else app.go({ view: "layer", node: node.name, channel, y: -1, x: -1, from: -1, trail: "" }, canvas);
  };
  const colour = index < 0 && sizeOf(app, index).channels === 3;
  const letter = colour ? make(doc, "span", { class: "letter", "aria-hidden": "true" }, "RGB"[channel]) : null;
  const element = make(
    doc,
    "button",
    { class: "tile", type: "button", "aria-label": name, title: name, on: { click: open } },
    canvas,
    letter,
  );
  return { index, channel, element, canvas };
}
