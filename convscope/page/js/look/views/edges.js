/** The lines of the overview: which map feeds which. Measured from where the maps stand, so any layout will do. */

import { boxOf, makeSvg } from "../../kit/dom.js";
import { channelsRead } from "../../engine/geometry.js";
import { sizeOf } from "../lookup.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {{index: number, channel: number, element: HTMLElement, canvas: HTMLCanvasElement}} Spot */

/** @param {App} app @param {HTMLElement} stage @param {Spot[]} tiles */
export function edgesBetween(app, stage, tiles) {
  const { doc } = app;
  const bundles = makeSvg(doc, "path", { class: "bundle" });
  const quiet = makeSvg(doc, "path", { class: "edge" });
  const skips = makeSvg(doc, "path", { class: "edge skip" });
  const lit = makeSvg(doc, "path", { class: "edge lit" });
  const element = makeSvg(doc, "svg", { class: "edges", "aria-hidden": "true" }, bundles, quiet, skips, lit);

  /**
   * @param {Element} tile
   * @param {Element} around
   * @returns {{left: number, right: number, top: number, bottom: number} | null}
   */
  const place = (tile, around) => {
    const box = boxOf(tile);
    const list = tile.parentElement;
    if (list?.classList.contains("maps")) {
      const frame = boxOf(list);
      const middle = box.top + box.height / 2;
      const centre = box.left + box.width / 2;
      if (
        middle < frame.top ||
        middle > frame.top + frame.height ||
        centre < frame.left ||
        centre > frame.left + frame.width
      )
        return null;
    }
    const base = boxOf(around);
    return {
      left: box.left - base.left,
      right: box.left + box.width - base.left,
      top: box.top - base.top,
      bottom: box.top + box.height - base.top,
    };
  };

  /** @param {Spot} from @param {Spot} to */
  const line = (from, to) => {
    const [a, b] = [place(from.element, stage), place(to.element, stage)];
    if (!a || !b) return "";
    const [ay, by] = [(a.top + a.bottom) / 2, (b.top + b.bottom) / 2];
    if (b.left >= a.right) {
      return `M${a.right} ${ay}L${b.left} ${by}`;
    }
    const [ax, bx] = [(a.left + a.right) / 2, (b.left + b.right) / 2];
    const half = (a.bottom + b.top) / 2;
    return `M${ax} ${a.bottom}C${ax} ${half} ${bx} ${half} ${bx} ${b.top}`;
  };

  /** @param {Spot} to @param {number} source @param {number[] | null} channels */
  const into = (to, source, channels) =>
    tiles
      .filter((tile) => tile.index === source && (channels === null || channels.includes(tile.channel)))
      .map((tile) => line(tile, to))
      .join("");

  /** @param {Spot} to */
  const allInto = (to) => {
    const node = app.engine.nodes[to.index];
    if (!node) return "";
    return node.sources
      .map((source, from) => {
        const whole = node.flat || (source >= 0 && sizeOf(app, source).flat);
        return into(to, source, whole ? null : channelsRead(node, to.channel, from));
      })
      .join("");
  };

  /** One surface for the lines into a layer of which each map reads many: they would be a smear. @param {number} index */
  const wash = (index) => {
    const to = tiles.filter((tile) => tile.index === index);
    const { sources } = app.engine.nodes[index];
    if (!to.length || sources.length !== 1 || !readsMany(app, to[0])) return "";
    const from = tiles.filter((tile) => tile.index === sources[0]);
    const [a, b] = [from, to].map((list) =>
      list.flatMap((tile) => {
        const box = place(tile.element, stage);
        return box ? [box] : [];
      }),
    );
    if (!a.length || !b.length) return "";
    const [first, last, next, end] = [a[0], a[a.length - 1], b[0], b[b.length - 1]];
    if (next.left >= first.right)
      return `M${first.right} ${first.top}L${next.left} ${next.top}V${end.bottom}L${last.right} ${last.bottom}Z`;
    return `M${first.left} ${first.bottom}L${next.left} ${next.top}H${end.right}L${last.right} ${last.bottom}Z`;
  };

  const draw = () => {
    const box = boxOf(stage);
    element.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    const joins = (/** @type {Spot} */ tile) => (app.engine.nodes[tile.index]?.sources.length ?? 1) > 1;
    const lines = (/** @type {Spot[]} */ list) => list.map(allInto).join("");
    const alone = (/** @type {Spot} */ tile) => !joins(tile) && !readsMany(app, tile);
    quiet.setAttribute("d", lines(tiles.filter(alone)));
    bundles.setAttribute("d", app.engine.nodes.map((_, index) => wash(index)).join(""));
    skips.setAttribute("d", lines(tiles.filter(joins)));
  };
  const watch = new ResizeObserver(draw);
  watch.observe(stage);
  stage.addEventListener("scroll", draw, true);
  return {
    element,
    draw,
    gone: () => watch.disconnect(),
    light: (/** @type {Spot | null} */ tile) => lit.setAttribute("d", tile ? allInto(tile) : ""),
  };
}

/** Whether a map reads more than one of a layer's. @param {App} app @param {Spot} to */
function readsMany(app, to) {
  const node = app.engine.nodes[to.index];
  if (!node || node.sources.length !== 1) return false;
  if (node.flat || (node.sources[0] >= 0 && sizeOf(app, node.sources[0]).flat)) return false;
  return channelsRead(node, to.channel, 0).length > 1;
}
