/**
 * The whole of a network of many layers: cards from left to right, branches in lanes, skips as arcs, repeated blocks
 * folded until they are opened, and a small map of all of it. Only what is in sight is there and painted.
 */

import { button, make, makeSvg, refill, setVar } from "../../kit/dom.js";
import { blockKeys, CARD, layoutOf } from "../graph/layout.js";
import { structureOf, unitsWithin } from "../graph/structure.js";
import { indexOf } from "../lookup.js";
import { allMaps } from "./all_maps.js";
import { edgesBetween } from "./edges.js";
import { blockName, cardOf } from "./graph_cards.js";
import { shareText } from "./map_tile.js";
import { graphMinimap } from "./minimap.js";
import { pointedMap } from "./pointed_map.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../graph/layout.js").GraphCard} GraphCard */
/** @typedef {import("../graph/structure.js").GraphItem} GraphItem */
/** @typedef {import("./graph_cards.js").Mounted} Mounted */

export const MANY_LAYERS = 24; // from here on a column a layer is too many
const HEADING = 22; // pixels of a frame's name
const ARC = 30; // pixels that a skip's arc rises above its cards
const FRAME_TIME = 4; // milliseconds of a frame that new cards may take while one scrolls
const FLYING = 1 / 4; // of what is in sight, passed since the last frame: what is there now is gone in a blink
const BESIDE_SIGHT = 500; // pixels beside what is in sight that are there already

/** What is opened on a page, so that one comes back to it. @type {WeakMap<object, Set<string>>} */
const OPENED_BLOCKS = new WeakMap();

/** @param {App} app @param {ReturnType<typeof import("./shares_line.js").sharesLine>} line */
export function networkGraph(app, line) {
  const { doc, t } = app;
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const items = structureOf(app.engine.nodes);
  const keys = blockKeys(items);
  const opened = OPENED_BLOCKS.get(app) ?? new Set();
  OPENED_BLOCKS.set(app, opened);
  openAround(items, opened, indexOf(app, app.state.node));
  let layout = layoutOf(items, opened);
  /** @type {Map<number, Mounted>} */
  const mounted = new Map();
  const edges = makeSvg(doc, "svg", { class: "graph-edges", "aria-hidden": "true" });
  const frames = make(doc, "div", {});
  const stage = make(doc, "div", { class: "graph-stage" }, edges, frames);
  const scroller = make(doc, "div", { class: "graph-scroller", tabindex: -1 }, stage);
  const minimap = graphMinimap(app, scroller, () => layout);
  const all = button(doc, "", () => toggleAll(), { class: "link" });
  const grid = allMaps(app, () => {});
  const tiles = () => Array.from(mounted.values()).flatMap((card) => card.tiles);
  const lines = edgesBetween(app, stage, tiles);
  stage.append(lines.element);
  const element = make(
    doc,
    "div",
    {
      class: Object.keys(app.payload.names).length ? "graph called-else" : "graph",
      role: "group",
      "aria-label": t("view.network"),
    },
    make(doc, "div", { class: "graph-tools" }, make(doc, "span", { class: "note" }, t("graph.note")), all),
    scroller,
    minimap.element,
  );
  const pointed = [element, grid.element].map((within) =>
    pointedMap(app, within, () => [...tiles(), ...grid.tiles()], { light: lines.light }, line),
  );
  /** The card that the Tab key stops at. */
  let stop = 0;
  let frame = 0;
  /** Where the scroller stood when it was looked at last. */
  let seenAt = 0;

  /** Above the first lane: what frames have at their tops, and arcs below that. */
  const top = () =>
    (layout.frames.length ? ARC + HEADING * (1 + Math.max(...layout.frames.map(({ y }) => -y))) : 0) + 12;
  const yOf = (/** @type {number} */ lane) => top() + lane * CARD.lane;

  const place = () => {
    layout = layoutOf(items, opened);
    for (const card of mounted.values()) card.element.remove();
    mounted.clear();
    stop = Math.min(stop, layout.cards.length - 1);
    setVar(stage, "wide", `${layout.width + 8}px`);
    setVar(stage, "high", `${yOf(layout.height - 1) + CARD.height + 16}px`);
    edges.setAttribute("viewBox", `0 0 ${layout.width + 8} ${yOf(layout.height - 1) + CARD.height + 16}`);
    weigh();
    refill(frames, ...layout.frames.map(frameOf));
    refill(all, keys.some((key) => !opened.has(key)) ? t("graph.open.all") : t("graph.fold.all"));
    all.hidden = keys.length === 0;
    look();
    minimap.draw();
  };

  /** Draw the ways from card to card, as wide as what goes along of the score, where that is known. */
  const weigh = () => {
    const shares = layout.edges.map(({ ways }) => wayShare(app, ways));
    const most = Math.max(1e-12, ...shares.map((share) => Math.abs(share ?? 0)));
    const drawn = layout.edges.flatMap(({ from, to, skips }, i) => {
      const share = shares[i];
      const width = share === null ? 1.3 : 0.8 + (4 * Math.abs(share)) / most;
      const against = (share ?? 0) < 0 ? " against" : "";
      const { d, label } = way(layout.cards[from], layout.cards[to], skips, yOf);
      const kind = `graph-line${skips ? " skip" : ""}${against}`;
      const path = makeSvg(doc, "path", { class: kind, d, "stroke-width": width.toFixed(2) });
      if (share === null || !label) return [path];
      return [path, makeSvg(doc, "text", { class: `graph-share${against}`, x: label.x, y: label.y }, shareText(share))];
    });
    refill(edges, ...drawn);
  };

  /** @param {import("../graph/layout.js").GraphFrame} made */
  const frameOf = (made) => {
    const name = blockName(app, made.block, made.count, made.nodes);
    const box = make(
      doc,
      "div",
      { class: "graph-frame" },
      button(doc, `▾ ${name}`, () => turn(made.key), {
        class: "graph-fold",
        "aria-expanded": "true",
        "aria-label": `${name}: ${t("graph.fold")}`,
      }),
    );
    setVar(box, "x", `${made.x}px`);
    setVar(box, "y", `${top() - ARC - HEADING * (1 - made.y)}px`);
    setVar(box, "w", `${made.width}px`);
    setVar(
      box,
      "h",
      `${(made.height - 1) * CARD.lane + CARD.height + ARC + HEADING * (1 - made.y) + 4 - 3 * made.y}px`,
    );
    return box;
  };

  /**
   * Bring in what has come in sight, and let go what is far away. Whoever scrolls fast passes more cards than a frame
   * has time for: what a frame leaves, in sight or beside it, the next one brings in if it is still there. Of what
   * flies past nothing is made.
   * @param {number} [time] milliseconds for new cards; whatever it is, one is made, unless all flies past
   */
  const look = (time = Infinity) => {
    minimap.move(); // it measures: before anything is changed that would have to be laid out for it
    const { scrollLeft, clientWidth } = scroller;
    const flies = time < Infinity && Math.abs(scrollLeft - seenAt) > FLYING * clientWidth;
    seenAt = scrollLeft;
    const sees = (/** @type {GraphCard} */ { x, width }, /** @type {number} */ beside) =>
      x + width >= scrollLeft - beside && x <= scrollLeft + clientWidth + beside;
    const missing = layout.cards.flatMap((card, i) => {
      const near = i === stop || sees(card, BESIDE_SIGHT);
      const known = mounted.get(i);
      if (known && !near) {
        known.element.remove();
        mounted.delete(i);
      }
      return near && !known ? [{ card, i, seen: i === stop || sees(card, 0) }] : [];
    });
    missing.sort((a, b) => Number(b.seen) - Number(a.seen));
    const end = win.performance.now() + time;
    let made = 0;
    for (const { card, i } of flies ? [] : missing) {
      if (made && win.performance.now() > end) break;
      mount(card, i);
      made++;
    }
    if (made < missing.length) soon();
  };

  /** @param {GraphCard} card @param {number} i */
  const mount = (card, i) => {
    const made = cardOf(app, card, { turn, all: grid.turn });
    setVar(made.element, "x", `${card.x}px`);
    setVar(made.element, "y", `${yOf(card.y)}px`);
    setVar(made.element, "w", `${card.width}px`);
    made.main.tabIndex = i === stop ? 0 : -1;
    made.element.addEventListener("focusin", () => stay(i));
    mounted.set(i, made);
    stage.append(made.element);
    made.paint();
  };

  const soon = () => {
    if (!frame)
      frame = win.requestAnimationFrame(() => {
        frame = 0;
        look(FRAME_TIME);
      });
  };

  /** @param {number} i */
  const stay = (i) => {
    for (const [at, card] of mounted) card.main.tabIndex = at === i ? 0 : -1;
    stop = i;
  };

  /** Open or fold a block; what was pressed stays where it is. @param {string} key */
  const turn = (key) => {
    const open = !opened.has(key);
    if (open) opened.add(key);
    else opened.delete(key);
    const held = scroller.scrollLeft;
    place();
    scroller.scrollLeft = held;
    const at = layout.cards.findIndex(
      ({ item, within }) => within.includes(key) || (item && "key" in item && item.key === key),
    );
    if (at >= 0) focusCard(at);
    const made = layout.frames.find((one) => one.key === key);
    const hidden = made ? made.x + made.width - scroller.scrollLeft - scroller.clientWidth : 0;
    if (made && hidden > 0) scroller.scrollLeft = Math.min(made.x - 12, scroller.scrollLeft + hidden + 12);
    app.say(open ? t("graph.opened") : t("graph.folded"));
  };

  const toggleAll = () => {
    if (keys.some((key) => !opened.has(key))) for (const key of keys) opened.add(key);
    else opened.clear();
    place();
  };

  /** @param {number} i */
  const focusCard = (i) => {
    const { x, width } = layout.cards[i];
    const [left, right] = [scroller.scrollLeft, scroller.scrollLeft + scroller.clientWidth];
    if (x < left + 8) scroller.scrollLeft = x - 24;
    else if (x + width > right - 8) scroller.scrollLeft = x + width - scroller.clientWidth + 24;
    stop = i;
    look();
    stay(i);
    mounted.get(i)?.main.focus({ preventScroll: true });
  };

  scroller.addEventListener("scroll", soon);
  const watch = new ResizeObserver(() => {
    look();
    minimap.draw();
  });
  watch.observe(scroller);

  return {
    element,
    grid: grid.element,
    /** Numbers, colours or the order of maps changed. */
    refresh: () => {
      for (const card of mounted.values()) card.paint();
      grid.refresh();
      weigh();
      for (const one of pointed) one.refresh();
    },
    placed: () => {
      place();
      const index = indexOf(app, app.state.node);
      const at = layout.cards.findIndex(({ item }) => item && holds(item, index));
      if (index >= 0 && at >= 0) {
        scroller.scrollLeft = layout.cards[at].x - scroller.clientWidth / 2;
        stop = at;
        look();
        stay(at);
      }
    },
    hero: () => {
      const { node, channel } = app.state;
      return stage.querySelector(`canvas[data-map="${CSS.escape(`${node}.${channel}`)}"]`);
    },
    gone: () => {
      lines.gone();
      watch.disconnect();
      win.cancelAnimationFrame(frame);
    },
    /** Arrows go from card to card, along the ways and across the lanes. @param {KeyboardEvent} event */
    keys: (event) => {
      const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
      if (!step) {
        const end = { Home: 0, End: layout.cards.length - 1 }[event.key];
        if (end === undefined) return false;
        focusCard(end);
        return true;
      }
      if (!stage.contains(doc.activeElement)) {
        focusCard(stop);
        return true;
      }
      const next = nextCard(layout.cards, stop, step[0], step[1]);
      if (next >= 0) focusCard(next);
      return true;
    },
  };
}

/** The card to the right or left in the same lane or the nearest one, or above and below. @param {GraphCard[]} cards
 * @param {number} from @param {number} across @param {number} down */
function nextCard(cards, from, across, down) {
  const here = cards[from];
  let [best, least] = [-1, Infinity];
  cards.forEach((card, i) => {
    const [dx, dy] = [card.x - here.x, card.y - here.y];
    if (across ? dx * across <= 0 : dy * down <= 0) return;
    const far = across ? Math.abs(dx) + 200 * Math.abs(dy) : Math.abs(dy) * 200 + Math.abs(dx);
    if (far < least) [best, least] = [i, far];
  });
  return best;
}

/** Open what holds a node, so that it is seen. @param {GraphItem[]} items @param {Set<string>} opened
 * @param {number} index */
function openAround(items, opened, index) {
  for (const item of items) {
    if (!("key" in item) || index < 0 || !holds(item, index)) continue;
    opened.add(item.key);
    if ("blocks" in item) openAround(item.blocks, opened, index);
  }
}

/** @param {GraphItem} item @param {number} index */
function holds(item, index) {
  return unitsWithin(item).some((unit) => unit.nodes.includes(index));
}

/** What of the score goes along all that one card reads of another; null where nobody knows. @param {App} app
 * @param {[number, number][]} ways */
function wayShare(app, ways) {
  const shares = ways.map(([source, reader]) => app.shares.way(source, reader));
  let sum = 0;
  for (const share of shares) {
    if (share === null) return null;
    sum += share;
  }
  return sum;
}

/**
 * A way from card to card: straight, a bend to another lane, or an arc over what it skips; those that are not straight
 * have room for a number.
 * @param {GraphCard} from @param {GraphCard} to @param {boolean} skips @param {(lane: number) => number} yOf
 * @returns {{d: string, label: {x: number, y: number} | null}}
 */
function way(from, to, skips, yOf) {
  const middle = CARD.height / 2 - 16;
  const [ax, ay] = [from.x + from.width, yOf(from.y) + middle];
  const [bx, by] = [to.x, yOf(to.y) + middle];
  if (skips) {
    const [sx, ex, y] = [from.x + from.width - 16, to.x + 16, yOf(from.y) - 2];
    const high = Math.min(ARC, 14 + (ex - sx) / 30);
    const d = `M${sx} ${y}C${sx + 12} ${y - high} ${ex - 12} ${y - high} ${ex} ${y}`;
    return { d, label: { x: (sx + ex) / 2, y: y - 0.75 * high - 5 } };
  }
  if (ay === by) return { d: `M${ax} ${ay}H${bx}`, label: null };
  const bend = Math.max(20, (bx - ax) / 2);
  return { d: `M${ax} ${ay}C${ax + bend} ${ay} ${bx - bend} ${by} ${bx} ${by}`, label: null };
}
