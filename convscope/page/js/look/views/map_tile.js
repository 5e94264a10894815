/** A feature map to press: small, with its number, and what it adds to the score where that is shown. */

import { make, refill } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { mapName, mapSign, sizeOf } from "../lookup.js";
import { paintMap, pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {ReturnType<typeof mapTile>} Tile */

export const NOWHERE = { y: -1, x: -1, from: -1, trail: "" };

/**
 * @param {App} app
 * @param {number} index −1 for the picture as the network reads it
 * @param {number} channel
 * @param {{within?: number[], stop?: boolean, open?: (canvas: Element) => void, name?: (channel: number) => string}}
 * [how] `within` are the nodes that it stands for, its own by default; `stop` of the Tab key; else what a press does
 */
export function mapTile(app, index, channel, { within = [index], stop = true, open, name } = {}) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const { channels, flat } = sizeOf(app, index);
  const canvas = pixels(doc);
  const numbered = !flat && !open && (index >= 0 || channels === 3);
  const number = make(doc, "span", { class: index < 0 ? "letter" : "letter number", "aria-hidden": "true" });
  const share = make(doc, "span", { class: "share-badge", "aria-hidden": "true" });
  const press = () => {
    if (open) open(canvas);
    else if (index < 0) app.go({ view: "value", node: "picture", channel: tile.channel, ...NOWHERE }, canvas);
    else app.go({ view: "layer", node: node.name, channel: tile.channel, ...NOWHERE }, canvas);
  };
  const element = make(
    doc,
    "button",
    { class: "tile", type: "button", tabindex: stop ? null : -1, on: { click: press } },
    canvas,
    numbered ? number : null,
    share,
  );
  const tile = {
    index,
    channel,
    within,
    element,
    canvas,
    flat,

    /** Stand for a channel. @param {number} of */
    show: (of) => {
      tile.channel = of;
      const strip = flat && !name;
      const called = name
        ? name(of)
        : strip
          ? t("strip.name", { node: node.name, n: node.output[0] })
          : mapName(app, index, of);
      element.setAttribute("aria-label", called);
      element.title = called;
      if (node) canvas.dataset.map = `${node.name}.${of}`;
      if (numbered) refill(number, mapSign(app, index, of));
      tile.paint();
    },
    paint: () => paintMap(app, canvas, index, tile.channel),

    /** Show a share of the score; null: none. @param {number | null} value */
    mark: (value) => {
      refill(share, value === null ? "" : shareText(value));
      share.classList.toggle("against", (value ?? 0) < 0);
      share.classList.toggle("none", share.textContent === "0");
    },
  };
  tile.show(channel);
  return tile;
}

/** A share of a score, with its sign. @param {number} value */
export function shareText(value) {
  const size = Math.abs(value);
  const text = fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
  if (Number(text) === 0) return "0";
  return value > 0 ? `+${text}` : text;
}
