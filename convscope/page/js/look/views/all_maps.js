/** All feature maps of a layer in a grid below the network, each with its number and what it adds to the score. */

import { button, make, refill } from "../../kit/dom.js";
import { shapeText } from "../../kit/format.js";
import { sizeOf } from "../lookup.js";
import { mapTile, shareText } from "./map_tile.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("./map_tile.js").Tile} Tile */
/** @typedef {{tile: Tile, number: HTMLElement, share: HTMLElement}} Entry */

/** @param {App} app @param {(index: number) => void} turned another layer's maps are shown, or none: −1 */
export function allMaps(app, turned) {
  const { doc, t } = app;
  const element = make(doc, "section", { class: "all-maps", hidden: true });
  let shown = -1;
  /** @type {Entry[]} */
  let entries = [];

  const refresh = () => {
    if (shown < 0) return;
    const order = app.shares.order(shown);
    entries.forEach(({ tile, number, share }, i) => {
      tile.show(order[i]);
      refill(number, String(order[i] + 1));
      const value = app.shares.of(shown, order[i]);
      refill(share, value === null ? "" : shareText(value));
      share.classList.toggle("against", (value ?? 0) < 0);
    });
  };

  /** @param {number} index −1: none */
  const open = (index) => {
    shown = index;
    element.hidden = index < 0;
    entries = [];
    if (index < 0) refill(element);
    else {
      const { name, output } = app.engine.nodes[index];
      const { channels } = sizeOf(app, index);
      const grid = make(doc, "div", { class: "all-maps-grid" });
      for (let channel = 0; channel < channels; channel++) {
        const tile = mapTile(app, index, channel);
        const number = make(doc, "span", {});
        const share = make(doc, "span", { class: "share" });
        entries.push({ tile, number, share });
        grid.append(make(doc, "div", { class: "all-maps-one" }, tile.element, make(doc, "p", {}, number, share)));
      }
      const title = `${name} · ${t("show.all.maps", { n: channels })}`;
      element.setAttribute("aria-label", title);
      refill(
        element,
        make(
          doc,
          "div",
          { class: "all-maps-head" },
          make(
            doc,
            "h3",
            { tabindex: -1 },
            title,
            " ",
            make(doc, "span", { class: "shape" }, shapeText(output, false)),
          ),
          button(doc, t("show.fewer"), () => open(-1), { class: "link" }),
        ),
        grid,
      );
      refresh();
    }
    turned(shown);
  };
  return {
    element,
    refresh,
    /** @param {number} index the same again puts them away */
    turn: (index) => {
      open(shown === index ? -1 : index);
      if (shown >= 0) element.scrollIntoView({ block: "nearest", behavior: app.still() ? "auto" : "smooth" });
    },
    tiles: () => entries.map(({ tile }) => tile),
  };
}
