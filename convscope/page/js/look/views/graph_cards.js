/** The cards of a network of many layers: the picture, a layer with what follows it, a block, blocks that are alike. */

import { button, make } from "../../kit/dom.js";
import { shapeText } from "../../kit/format.js";
import { paint } from "../../kit/palette.js";
import { calledInModule, limitOf, valuesOf } from "../lookup.js";
import { sharedName, shortName } from "../node_names.js";
import { mapTile, NOWHERE } from "./map_tile.js";
import { paintInput, pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../graph/layout.js").GraphCard} GraphCard */
/** @typedef {import("./map_tile.js").Tile} Tile */
/** @typedef {{element: HTMLElement, main: HTMLElement, paint: () => void, tiles: Tile[]}} Mounted */
/** @typedef {{turn: (key: string) => void, all: (index: number) => void}} Pressed a block is opened or folded; all maps
 * of a node are asked for */

const CARD_MAPS = 6; // maps of a card
const CALLED_ROOM = 19; // signs of what the module calls a layer, below its name

/**
 * @param {App} app
 * @param {import("../graph/structure.js").BlockKind} block
 * @param {number} count
 * @param {number[]} nodes
 */
export function blockName(app, block, count, nodes) {
  const { t } = app;
  const words = {
    residual: t("graph.residual"),
    inverted: t("graph.inverted"),
    branches: t("graph.branches"),
    gate: t("graph.gate"),
  };
  const name = count > 1 ? `${words[block]} ×${count}` : words[block];
  const own = sharedName(app, moduleNames(app, nodes));
  return own ? `${own} · ${name}` : name;
}

/** What nodes are called where they come from. @param {App} app @param {number[]} nodes */
function moduleNames(app, nodes) {
  return nodes.map((i) => calledInModule(app, app.engine.nodes[i].name) || app.engine.nodes[i].name);
}

/** @param {App} app @param {GraphCard} card @param {Pressed} pressed @returns {Mounted} */
export function cardOf(app, card, pressed) {
  if (!card.item) return pictureCard(app);
  if ("blocks" in card.item) return repeatCard(app, card.item, pressed);
  return "units" in card.item ? blockCard(app, card.item, card.number, pressed) : unitCard(app, card.item, pressed);
}

/** @param {App} app @returns {Mounted} */
function pictureCard(app) {
  const { doc, t } = app;
  const canvas = pixels(doc, "graph-picture");
  const main = button(doc, t("input"), () => app.go({ view: "draw" }), { class: "graph-name" });
  const element = make(
    doc,
    "section",
    { class: "graph-card", "aria-label": t("input") },
    make(doc, "h3", {}, main),
    make(doc, "p", { class: "shape" }, shapeText(app.payload.input.shape, false)),
    canvas,
  );
  return { element, main, paint: () => paintInput(app, canvas), tiles: [] };
}

/** @param {App} app @param {import("../graph/structure.js").GraphUnit} unit @param {Pressed} pressed
 * @returns {Mounted} */
function unitCard(app, { nodes }, { all }) {
  const { doc } = app;
  const last = nodes[nodes.length - 1];
  const first = app.engine.nodes[nodes[0]];
  const open = (/** @type {number} */ i) =>
    app.go({ view: "layer", node: app.engine.nodes[i].name, channel: 0, ...NOWHERE });
  const main = button(doc, shortName(app, first.name), () => open(nodes[0]), {
    class: "graph-name",
    title: `${first.name} · ${first.text}`,
  });
  const others = nodes.slice(1).map((i) =>
    button(doc, app.engine.nodes[i].kind, () => open(i), {
      class: "graph-chip",
      tabindex: -1,
      title: app.engine.nodes[i].name,
      "aria-label": app.engine.nodes[i].name,
    }),
  );
  const { grid, paint: paintMaps, tiles } = tilesOf(app, nodes);
  const called = calledInModule(app, first.name);
  const element = make(
    doc,
    "section",
    { class: `graph-card kind-${first.kind}`, "aria-label": first.name },
    make(doc, "h3", {}, main),
    called ? make(doc, "p", { class: "called", title: called }, shortName(app, called, CALLED_ROOM)) : null,
    shapeLine(app, last, all),
    grid,
    make(doc, "p", { class: "graph-chips" }, make(doc, "span", {}, first.text.split("(")[0]), ...others),
  );
  return { element, main, paint: paintMaps, tiles };
}

/** A node's shape, and a way to all of its maps. @param {App} app @param {number} index
 * @param {(index: number) => void} all */
function shapeLine({ doc, t, engine }, index, all) {
  const { output, flat, name } = engine.nodes[index];
  const said = t("show.all", { n: output[0] });
  const more =
    flat || output[0] <= CARD_MAPS
      ? null
      : button(doc, t("show.all.short"), () => all(index), {
          class: "all",
          tabindex: -1,
          "aria-label": `${name}: ${said}`,
        });
  return make(doc, "p", { class: "shape" }, make(doc, "span", {}, shapeText(output, flat)), more);
}

/** The first maps that the last of some nodes made, to press. @param {App} app @param {number[]} nodes */
function tilesOf(app, nodes) {
  const { doc } = app;
  const index = nodes[nodes.length - 1];
  const node = app.engine.nodes[index];
  if (node.flat) {
    const canvas = pixels(doc, "graph-strip");
    const paintRow = () => {
      const values = valuesOf(app, index);
      paint(canvas, values, 0, 1, node.output[0], limitOf(app, index, 0), "activations", app.dark());
    };
    return { grid: make(doc, "div", { class: "graph-maps flat" }, canvas), paint: paintRow, tiles: [] };
  }
  const order = app.shares.order(index);
  const tiles = Array.from({ length: Math.min(CARD_MAPS, node.output[0]) }, (_, i) =>
    mapTile(app, index, order[i], { within: nodes, stop: false }),
  );
  const paintAll = () => {
    const now = app.shares.order(index);
    tiles.forEach((tile, i) => tile.show(now[i]));
  };
  const grid = make(doc, "div", { class: "graph-maps" }, ...tiles.map((tile) => tile.element));
  return { grid, paint: paintAll, tiles };
}

/** A block that is folded: what it makes. @param {App} app @param {import("../graph/structure.js").GraphBlock} block
 * @param {number} number among those that are alike, 0 alone @param {Pressed} pressed @returns {Mounted} */
function blockCard(app, { key, block, units }, number, { turn, all }) {
  const { doc, t } = app;
  const nodes = units.flatMap((unit) => unit.nodes);
  const last = nodes[nodes.length - 1];
  const name = blockName(app, block, 1, nodes);
  const own = sharedName(app, moduleNames(app, nodes));
  const short = number && !own ? t("graph.block", { n: number }) : shortName(app, own) || name;
  const main = foldButton(app, name, () => turn(key), short);
  const { grid, paint: paintMaps, tiles } = tilesOf(app, nodes);
  const element = make(
    doc,
    "section",
    { class: "graph-card folded", "aria-label": name },
    make(doc, "h3", {}, main),
    shapeLine(app, last, all),
    grid,
    make(doc, "p", { class: "graph-chips" }, t("graph.layers", { n: nodes.length })),
  );
  return { element, main, paint: paintMaps, tiles };
}

/** Blocks that are folded together: one map of what each makes. @param {App} app
 * @param {import("../graph/structure.js").GraphRepeat} repeat @param {Pressed} pressed @returns {Mounted} */
function repeatCard(app, { key, block, blocks }, { turn }) {
  const { doc, t } = app;
  const nodes = blocks.flatMap(({ units }) => units.flatMap((unit) => unit.nodes));
  const name = blockName(app, block, blocks.length, nodes);
  const main = foldButton(app, name, () => turn(key));
  const ends = blocks.map(({ units }) => units[units.length - 1].nodes.slice(-1)[0]);
  const tiles = ends.map((end, i) => {
    const node = app.engine.nodes[end];
    return mapTile(app, end, app.shares.order(end)[0], {
      within: blocks[i].units.flatMap((unit) => unit.nodes),
      stop: false,
      name: () => `${i + 1}: ${node.name}, ${shapeText(node.output, node.flat)}`,
      open: () => {
        turn(key);
        turn(blocks[i].key);
      },
    });
  });
  const columns = Math.max(Math.min(3, ends.length), Math.ceil(ends.length / 3));
  const grid = make(doc, "div", { class: "graph-maps", vars: { columns } }, ...tiles.map(({ element }) => element));
  const [from, to] = [ends[0], ends[ends.length - 1]].map((i) => shapeText(app.engine.nodes[i].output, false));
  const element = make(
    doc,
    "section",
    { class: "graph-card folded many", "aria-label": name },
    make(doc, "h3", {}, main),
    make(doc, "p", { class: "shape" }, from === to ? from : `${from} … ${to}`),
    grid,
    make(doc, "p", { class: "graph-chips" }, t("graph.layers", { n: nodes.length })),
  );
  return { element, main, paint: () => tiles.forEach((tile) => tile.show(app.shares.order(tile.index)[0])), tiles };
}

/** @param {App} app @param {string} name @param {() => void} press @param {string} [short] what is written */
function foldButton({ doc, t }, name, press, short = name) {
  const props = { class: "graph-name", "aria-expanded": "false", title: t("graph.open") };
  return button(doc, `▸ ${short}`, press, { ...props, "aria-label": short === name ? name : `${short}, ${name}` });
}
