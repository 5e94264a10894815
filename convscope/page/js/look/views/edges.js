/**
 * The lines of the overview: the strongest ways to the score, as wide as what goes along them. Measured from where the
 * maps stand, so any layout will do.
 */

import { boxOf, makeSvg } from "../../kit/dom.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("./map_tile.js").Tile} Tile */
/** @typedef {{index: number, channel: number}} Spot a map, or a number of a flat layer */
/** @typedef {{from: Spot, to: Spot, value: number | null}} Way `value` is what of a score goes along; null: unknown */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Box */

const STRONGEST = 14; // ways into a layer that are drawn
const LEAST = 0.06; // of the strongest, from which on a way is drawn
const WIDEST = 3.6; // pixels

/** @param {App} app @param {HTMLElement} stage @param {() => Tile[]} tilesNow */
export function edgesBetween(app, stage, tilesNow) {
  const { doc } = app;
  const quiet = makeSvg(doc, "g", {});
  const lit = makeSvg(doc, "g", {});
  const element = makeSvg(doc, "svg", { class: "edges", "aria-hidden": "true" }, quiet, lit);
  /** @type {Way[]} */
  let ways = [];
  /** @type {Map<string, Box>} */
  let boxes = new Map();

  const measure = () => {
    const base = boxOf(stage);
    boxes = new Map(
      tilesNow().map((tile) => {
        const { left, top, width, height } = boxOf(tile.element);
        const [x, y] = [left - base.left, top - base.top];
        const box = { left: x, right: x + width, top: y, bottom: y + height };
        return [`${tile.index} ${tile.flat ? "" : tile.channel}`, box];
      }),
    );
    element.setAttribute("viewBox", `0 0 ${base.width} ${base.height}`);
  };

  /** A map's place; of a flat layer that of one number on its strip. @param {Spot} spot @returns {Box | null} */
  const placeOf = ({ index, channel }) => {
    const box = boxes.get(`${index} ${channel}`);
    const strip = boxes.get(`${index} `);
    if (box || !strip) return box ?? null;
    const at = (channel + 0.5) / app.engine.nodes[index].output[0];
    if (strip.bottom - strip.top > strip.right - strip.left) {
      const y = strip.top + at * (strip.bottom - strip.top);
      return { ...strip, top: y, bottom: y };
    }
    const x = strip.left + at * (strip.right - strip.left);
    return { ...strip, left: x, right: x };
  };

  /** @param {Way} way @param {number} most @param {string} kind */
  const draw = ({ from, to, value }, most, kind) => {
    const [a, b] = [placeOf(from), placeOf(to)];
    if (!a || !b) return null;
    const share = value === null ? 0 : Math.abs(value) / most;
    const skips = app.engine.nodes[to.index].sources.length > 1 ? " skip" : "";
    return makeSvg(doc, "path", {
      class: `edge ${kind}${(value ?? 0) < 0 ? " against" : ""}${skips}`,
      d: line(a, b),
      "stroke-width": (0.6 + WIDEST * share).toFixed(2),
      "stroke-opacity": value === null ? 0.3 : (0.2 + 0.7 * share).toFixed(2),
    });
  };

  const redraw = () => {
    measure();
    /** @type {Map<number, Way[]>} */
    const into = new Map();
    for (const way of ways) {
      if (!placeOf(way.from) || !placeOf(way.to)) continue;
      into.set(way.to.index, [...(into.get(way.to.index) ?? []), way]);
    }
    const drawn = Array.from(into.values()).flatMap((list) => {
      const size = (/** @type {Way} */ { value }) => Math.abs(value ?? 0);
      const strongest = list.sort((a, b) => size(b) - size(a)).slice(0, STRONGEST);
      const most = size(strongest[0]) || 1;
      return strongest
        .filter((way) => way.value === null || size(way) >= LEAST * most)
        .map((way) => draw(way, most, ""));
    });
    quiet.replaceChildren(...drawn.filter((path) => path !== null));
  };
  const watch = new ResizeObserver(redraw);
  watch.observe(stage);
  stage.addEventListener("scroll", redraw, true);
  return {
    element,
    draw: redraw,
    gone: () => watch.disconnect(),
    /** @param {Way[]} now */
    set: (now) => {
      ways = now;
      redraw();
    },
    /** Show what feeds a map and what it feeds. @param {Way[]} now */
    light: (now) => {
      if (now.length) measure();
      const most = Math.max(1e-12, ...now.map(({ value }) => Math.abs(value ?? 0)));
      const drawn = now.map((way) => draw(way, most, "lit"));
      lit.replaceChildren(...drawn.filter((path) => path !== null));
    },
  };
}

/** A line from one box to another: to the right, or down where they stand below one another. @param {Box} a
 * @param {Box} b */
function line(a, b) {
  const [ay, by] = [(a.top + a.bottom) / 2, (b.top + b.bottom) / 2];
  if (b.left >= a.right) {
    const half = (a.right + b.left) / 2;
    return `M${a.right} ${ay}C${half} ${ay} ${half} ${by} ${b.left} ${by}`;
  }
  const [ax, bx] = [(a.left + a.right) / 2, (b.left + b.right) / 2];
  const half = (a.bottom + b.top) / 2;
  return `M${ax} ${a.bottom}C${ax} ${half} ${bx} ${half} ${bx} ${b.top}`;
}
