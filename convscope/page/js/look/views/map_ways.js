/** Which maps feed which, and how much of a score goes along: for the lines and for the map under the pointer. */

import { channelsRead } from "../../engine/geometry.js";
import { sizeOf } from "../lookup.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("./map_tile.js").Tile} Tile */
/** @typedef {import("./edges.js").Way} Way */

const FLAT_FIRST = 8; // numbers of a flat layer whose ways are drawn

/** The nodes before a block of nodes that it reads. @param {App} app @param {number[]} within */
function sourcesOf(app, within) {
  const read = within.flatMap((i) => app.engine.nodes[i]?.sources ?? []);
  return Array.from(new Set(read)).filter((source) => !within.includes(source));
}

/** Whether one map feeds another, whatever goes along. @param {App} app @param {Tile} from @param {Tile} to */
export function feedsTile(app, from, to) {
  if (to.index < 0 || !sourcesOf(app, to.within).includes(from.index)) return false;
  if (to.within.length > 1 || from.flat || to.flat) return true;
  const node = app.engine.nodes[to.index];
  const reads = (/** @type {number} */ at) => channelsRead(node, to.channel, at).includes(from.channel);
  return node.sources.some((source, at) => source === from.index && reads(at));
}

/** All ways between the maps that are shown, layer after layer. @param {App} app @param {Tile[]} tiles
 * @returns {Promise<Way[]>} */
export async function waysBetween(app, tiles) {
  /** @type {{within: number[], channel: number}[]} */
  const wanted = tiles.flatMap(({ index, channel, within, flat }) => {
    if (index < 0) return [];
    return flat ? strongest(app, index).map((unit) => ({ within, channel: unit })) : [{ within, channel }];
  });
  if (!app.shares.fresh()) return unknownWays(app, tiles);
  const found = await app.shares.through(wanted);
  return found.flatMap((passed, i) => {
    const { within, channel } = wanted[i];
    const to = { index: within[within.length - 1], channel };
    return Array.from(passed ?? []).flatMap(([source, sums]) =>
      Array.from(sums, (value, c) => ({ from: { index: source, channel: c }, to, value })).filter(
        ({ value }) => value !== 0,
      ),
    );
  });
}

/**
 * Lines of which nobody knows what goes along: where a map reads a single one.
 * @param {App} app
 * @param {Tile[]} tiles
 */
function unknownWays(app, tiles) {
  return tiles.flatMap(({ index, channel, flat }) => {
    const node = app.engine.nodes[index];
    if (!node || flat) return [];
    return node.sources.flatMap((source, at) => {
      const read = source >= 0 && sizeOf(app, source).flat ? [] : channelsRead(node, channel, at);
      return read.length === 1
        ? [{ from: { index: source, channel: read[0] }, to: { index, channel }, value: null }]
        : [];
    });
  });
}

/** The numbers of a flat layer with the largest shares. @param {App} app @param {number} index */
function strongest(app, index) {
  const size = (/** @type {number} */ unit) => Math.abs(app.shares.of(index, unit) ?? 0);
  return Array.from({ length: sizeOf(app, index).channels }, (_, unit) => unit)
    .sort((a, b) => size(b) - size(a))
    .slice(0, FLAT_FIRST);
}

/**
 * What goes into a map and out of it, among the maps that are shown.
 * @param {App} app @param {Tile} tile @param {Tile[]} tiles @param {Way[]} known ways, for a strip's
 * @returns {Promise<{from: Way[], into: Way[]}>}
 */
export async function waysOf(app, tile, tiles, known) {
  const { index, channel } = tile;
  if (tile.flat)
    return {
      from: known.filter(({ to }) => to.index === index),
      into: known.filter(({ from }) => from.index === index),
    };
  const here = { index, channel };
  const readers = tiles.filter((other) => !other.flat && feedsTile(app, tile, other));
  const asked = (index < 0 ? readers : [tile, ...readers]).map((one) => ({ within: one.within, channel: one.channel }));
  const found = await app.shares.through(asked);
  const own = index < 0 ? null : found[0];
  const behind = index < 0 ? found : found.slice(1);
  const feeding = tiles.filter((other) => feedsTile(app, other, tile));
  const from = own
    ? Array.from(own).flatMap(([source, sums]) =>
        Array.from(sums, (value, c) => ({ from: { index: source, channel: c }, to: here, value })),
      )
    : feeding.map((other) => ({ from: { index: other.index, channel: other.channel }, to: here, value: null }));
  const into = readers.map((other, i) => ({
    from: here,
    to: { index: other.index, channel: other.channel },
    value: behind[i]?.get(index)?.[channel] ?? null,
  }));
  return {
    from,
    into: [
      ...into,
      ...known.filter((way) => way.from.index === index && way.from.channel === channel && isFlat(app, way.to.index)),
    ],
  };
}

/** @param {App} app @param {number} index */
function isFlat(app, index) {
  return sizeOf(app, index).flat;
}
