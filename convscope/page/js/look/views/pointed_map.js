/** The map under the pointer, or in focus: what feeds it and what it feeds light up, with their shares as numbers. */

import { feedsTile, waysBetween, waysOf } from "./map_ways.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("./map_tile.js").Tile} Tile */
/** @typedef {import("./edges.js").Way} Way */

/**
 * @param {App} app
 * @param {HTMLElement} element all maps are within it
 * @param {() => Tile[]} tilesNow
 * @param {{set?: (ways: Way[]) => void, light: (ways: Way[]) => void}} edges without `set` only the pointed map's lines
 * @param {ReturnType<typeof import("./shares_line.js").sharesLine>} line
 */
export function pointedMap(app, element, tilesNow, edges, line) {
  /** @type {Tile | null} */
  let pointed = null;
  /** @type {Way[]} */
  let ways = [];
  let drawn = "";
  let round = 0;

  const light = async () => {
    const tile = pointed;
    const mine = ++round;
    const tiles = tilesNow();
    element.classList.toggle("lit", tile !== null);
    for (const other of tiles) {
      const feeds = tile !== null && feedsTile(app, other, tile);
      other.element.classList.toggle("feeds", feeds);
      other.element.classList.toggle("pointed", other === tile);
      other.element.classList.toggle("fed", tile !== null && feedsTile(app, tile, other));
      other.mark(null);
    }
    if (!tile) {
      edges.light([]);
      line.tell(null, [], []);
      return;
    }
    if (tile.index >= 0)
      app.say(app.t("feeds.say", { node: app.engine.nodes[tile.index].name, map: tile.channel + 1 }));
    const { from, into } = await waysOf(app, tile, tiles, ways);
    if (mine !== round) return;
    edges.light([...from, ...into]);
    const value = tile.flat ? null : app.shares.of(tile.index, tile.channel);
    if (value === null) return;
    tile.mark(value);
    for (const other of tiles) {
      if (other === tile || other.flat) continue;
      const is = ({ index, channel } = { index: 0, channel: 0 }) => index === other.index && channel === other.channel;
      const found = from.find((way) => is(way.from)) ?? into.find((way) => is(way.to));
      if (!found || found.value === null) continue;
      if (found.value !== 0 || other.within.length + tile.within.length === 2) other.mark(found.value);
      else other.element.classList.remove("feeds", "fed"); // what no way through the block leads to
    }
    const ofMaps = (/** @type {Way[]} */ list, /** @type {"from" | "to"} */ end) =>
      list.flatMap((way) => (way.value === null ? [] : [{ ...way[end], value: way.value }]));
    line.tell({ index: tile.index, channel: tile.channel, value }, ofMaps(from, "from"), ofMaps(into, "to"));
  };

  const point = (/** @type {Event} */ event) => {
    const leaving = event.type === "pointerleave" || event.type === "focusout";
    const button = leaving ? null : /** @type {Element} */ (event.target).closest?.(".tile");
    const tile = (button && tilesNow().find((one) => one.element === button)) || null;
    if (tile === pointed) return;
    pointed = tile;
    void light();
  };
  for (const event of ["pointerover", "focusin", "pointerleave", "focusout"]) element.addEventListener(event, point);

  return {
    /** Numbers, shares or the maps that are shown are others. */
    refresh: () => {
      const tiles = tilesNow();
      if (pointed && !tiles.includes(pointed)) pointed = null;
      void light();
      const fresh = app.shares.fresh();
      const { set } = edges;
      element.classList.toggle("stale", !fresh && ways.length > 0);
      const key = `${app.shares.round()} ${tiles.map(({ index, channel }) => `${index}.${channel}`)}`;
      // Lines of the last picture stay until others are known.
      if (!set || key === drawn || (!fresh && ways.length)) return;
      drawn = key;
      void waysBetween(app, tiles).then((found) => {
        if (key !== drawn) return;
        ways = found;
        set(found);
      });
    },
  };
}
