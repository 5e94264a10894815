/** The whole network: every layer's maps in columns, what feeds what, and the scores. */

import { make, refill } from "../dom.js";
import { shapeText } from "../format.js";
import { feedsOf, sizeOf } from "../look.js";
import { edgesBetween } from "./edges.js";
import { figuresLine } from "./figures.js";
import { legend, paintMap, pixels } from "./maps.js";
import { scoreBars } from "./scores.js";

/** @typedef {import("../shapes.js").App} App */
/** @typedef {import("../shapes.js").View} View */

const FIRST_MAPS = 12;

/** @typedef {{index: number, channel: number, element: HTMLElement, canvas: HTMLCanvasElement}} Tile */

/** @param {App} app @returns {View} */
export function overviewView(app) {
  const { doc, t } = app;
  /** @type {Tile[]} */
  const tiles = [];
  /** @type {HTMLElement[]} */
  const columns = app.engine.nodes.map((_, index) => column(app, index, tiles));
  const scores = scoreBars(app, (k) => app.go({ view: "loss", label: app.state.label, rival: k }));
  const stage = make(doc, "div", { class: "stage" }, ...columns);
  const outcome = make(doc, "section", { class: "outcome", "aria-label": t("scores") },
    make(doc, "h3", {}, t("scores")), make(doc, "p", { class: "shape" }, t("scores.softmax")), scores.element);
  const edges = edgesBetween(app, stage, tiles);
  stage.prepend(edges.element);
  const light = (/** @type {Event} */ event) => {
    const tile = tiles.find((x) => x.element === /** @type {Element} */ (event.target).closest?.(".tile"));
    for (const other of tiles) other.element.classList.toggle("feeds", Boolean(tile && feeds(app, other, tile)));
    stage.classList.toggle("lit", Boolean(tile));
    doc.body.classList.toggle("picture-feeds", Boolean(tile && (app.engine.nodes[tile.index].source < 0 || app.engine.nodes[tile.index].other === -1)));
    edges.light(tile ?? null);
    if (tile) app.say(t("feeds.say", { node: app.engine.nodes[tile.index].name, map: tile.channel + 1 }));
  };
  for (const event of ["pointerover", "focusin", "pointerleave", "focusout"]) stage.addEventListener(event, light);
  const legends = make(doc, "div", { class: "legends" });
  const element = make(doc, "section", { class: "overview", "aria-label": t("view.network") },
    make(doc, "p", { class: "lead" }, t("overview.lead")),
    make(doc, "div", { class: "flow" }, make(doc, "div", { class: "scroller", tabindex: -1 }, stage), outcome), legends, figuresLine(app));
  const refresh = () => {
    for (const tile of tiles) paintMap(app, tile.canvas, tile.index, tile.channel);
    scores.refresh();
    refill(legends, legend(app, "activations", null), make(doc, "p", { class: "note" }, t("legend.note")));
  };
  refresh();
  return { element, refresh, placed: edges.draw, gone: () => { edges.gone(); doc.body.classList.remove("picture-feeds"); }, keys: (event) => rove(doc, columns, event) };
}

/** Whether one map feeds another directly. @param {App} app @param {Tile} from @param {Tile} to */
function feeds(app, from, to) {
  const node = app.engine.nodes[to.index];
  if (from.index === node.other) return from.channel === to.channel;
  if (from.index !== node.source) return false;
  return sizeOf(app, from.index).flat || node.flat || feedsOf(node, to.channel).includes(from.channel);
}

/** @param {App} app @param {number} index @param {Tile[]} tiles */
function column(app, index, tiles) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const { channels, flat } = sizeOf(app, index);
  const list = make(doc, "div", { class: flat ? "maps strip" : "maps" });
  const add = (/** @type {number} */ from, /** @type {number} */ to) => {
    for (let channel = from; channel < to; channel++) {
      const tile = makeTile(app, index, channel);
      tiles.push(tile);
      list.append(tile.element);
      paintMap(app, tile.canvas, index, channel);
    }
  };
  add(0, flat ? 1 : Math.min(FIRST_MAPS, channels));
  const rest = channels - FIRST_MAPS;
  const more = !flat && rest > 0
    ? make(doc, "button", { class: "more", type: "button", "aria-label": t("show.all.of", { n: channels, node: node.name }) }, t("show.all", { n: channels }))
    : null;
  more?.addEventListener("click", () => {
    add(FIRST_MAPS, channels);
    list.classList.add("all");
    more.remove();
    list.querySelectorAll("button")[FIRST_MAPS]?.focus();
  });
  return make(doc, "section", { class: `column kind-${node.kind}`, "aria-label": `${node.name} ${shapeText(node.output, flat)}` },
    make(doc, "h3", { title: node.text }, node.name), make(doc, "p", { class: "shape" }, shapeText(node.output, flat)), list, more);
}

/** @param {App} app @param {number} index @param {number} channel @returns {Tile} */
function makeTile(app, index, channel) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const canvas = pixels(doc);
  const name = node.flat ? t("strip.name", { node: node.name, n: node.output[0] }) : t("map.name", { node: node.name, map: channel + 1 });
  const open = () => app.go({ view: "layer", node: node.name, channel, y: -1, x: -1, from: -1, trail: "" }, canvas);
  const element = make(doc, "button", { class: "tile", type: "button", "aria-label": name, title: name, on: { click: open } }, canvas);
  return { index, channel, element, canvas };
}

/** Arrows go from map to map. @param {Document} doc @param {HTMLElement[]} columns @param {KeyboardEvent} event */
function rove(doc, columns, event) {
  const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (!step) return false;
  const rows = columns.map((column) => Array.from(column.querySelectorAll("button")));
  const at = rows.findIndex((row) => row.some((b) => b === doc.activeElement));
  if (at < 0) {
    rows[0]?.[0]?.focus();
    return true;
  }
  const row = rows[at].findIndex((b) => b === doc.activeElement);
  const next = rows[at + step[0]];
  if (next) next[Math.max(0, Math.min(next.length - 1, row + step[1]))]?.focus();
  return true;
}
