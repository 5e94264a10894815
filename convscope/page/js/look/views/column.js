/** One layer of the overview: its name, its shape and its maps; with many channels a few first and all on request. */

import { button, make, refill } from "../../kit/dom.js";
import { shapeText } from "../../kit/format.js";
import { sizeOf } from "../lookup.js";
import { shortName } from "../node_names.js";
import { mapTile } from "./map_tile.js";
import { paintInput, pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {ReturnType<typeof layerColumn>} Column */

const FIRST_MAPS = 12;

/**
 * @param {App} app
 * @param {number} index −1 for the picture as the network reads it
 * @param {(index: number) => void} all all maps of the layer are asked for, or put away again
 */
export function layerColumn(app, index, all) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const { channels, height, width, flat } = sizeOf(app, index);
  const name = index < 0 ? t("input") : node.name;
  const short = index < 0 ? name : shortName(app, name);
  const shape = shapeText([channels, height, width], flat);
  const list = make(doc, "div", { class: flat ? "maps strip" : "maps" });
  const shown = () => (index < 0 || flat ? [] : app.shares.order(index));
  const first = flat ? 1 : Math.min(FIRST_MAPS, channels);
  const order = shown();
  const tiles = Array.from({ length: first }, (_, i) => mapTile(app, index, order[i] ?? i));
  const picture = index < 0 && channels === 3 ? pictureTile(app) : null;
  if (picture) list.append(picture.element);
  list.append(...tiles.map(({ element }) => element));
  const more =
    flat || channels <= first
      ? null
      : button(doc, t("show.all", { n: channels }), () => all(index), {
          class: "more",
          "aria-expanded": "false",
          "aria-label": `${name}: ${t("show.all", { n: channels })}`,
        });
  const element = make(
    doc,
    "section",
    { class: `column kind-${node?.kind ?? "input"}`, "aria-label": `${name} ${shape}` },
    make(doc, "h3", { title: short === name ? (node?.text ?? null) : `${name}: ${node.text}` }, short),
    make(doc, "p", { class: "shape" }, shape),
    list,
    more,
  );
  return {
    element,
    tiles,
    more,
    /** Numbers, colours or the order of the maps are others. */
    refresh: () => {
      const now = shown();
      tiles.forEach((tile, i) => tile.show(now[i] ?? i));
      picture?.paint();
    },
    /** Whether all maps of the layer are shown below. @param {boolean} open */
    opened: (open) => {
      if (!more) return;
      refill(more, open ? t("show.fewer") : t("show.all", { n: channels }));
      more.setAttribute("aria-expanded", String(open));
      more.setAttribute("aria-label", `${name}: ${open ? t("show.fewer") : t("show.all", { n: channels })}`);
    },
  };
}

/** The picture in its colours, above its channels; a press goes to the view where it is changed. @param {App} app */
function pictureTile(app) {
  const { doc, t } = app;
  const canvas = pixels(doc, "input-picture");
  const paint = () => paintInput(app, canvas);
  paint();
  const element = button(doc, "", () => app.go({ view: "draw" }), {
    class: "tile",
    "aria-label": t("picture"),
    title: t("picture"),
  });
  refill(element, canvas);
  return { element, paint };
}
