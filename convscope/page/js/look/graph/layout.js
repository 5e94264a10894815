/** Where the cards of a network's graph stand: from left to right, branches in lanes, skips as arcs. */

import { unitsWithin } from "./structure.js";

/** @typedef {import("./structure.js").GraphItem} GraphItem */
/** @typedef {import("./structure.js").GraphUnit} GraphUnit */
/** @typedef {import("./structure.js").GraphBlock} GraphBlock */

/**
 * @typedef {object} GraphCard
 * @property {GraphItem | null} item null: the picture
 * @property {number} x @property {number} y @property {number} width
 * @property {string[]} within the frames that it stands in
 * @property {number} number of a block among those that are alike, 0 alone
 *
 * @typedef {{key: string, block: import("./structure.js").BlockKind, count: number, x: number, y: number, width:
 * number, height: number, nodes: number[]}} GraphFrame around what was opened; `count` blocks
 *
 * @typedef {{from: number, to: number, skips: boolean, ways: [number, number][]}} GraphEdge between cards by their
 * places; an arc where it skips; `ways` are the nodes that are read and those that read them
 *
 * @typedef {{cards: GraphCard[], frames: GraphFrame[], edges: GraphEdge[], width: number, height: number}} GraphLayout
 */

export const CARD = { width: 104, height: 206, gap: 30, small: 46, lane: 236 };
const FRAME = 14;

/** How wide a card is: one that stands for several blocks shows each. @param {GraphItem} item */
function widthOf(item) {
  return "blocks" in item ? Math.max(3, Math.ceil(item.blocks.length / 3)) * CARD.small + 18 : CARD.width;
}

/** The keys of all that can be opened, blocks within others too. @param {GraphItem[]} items @returns {string[]} */
export function blockKeys(items) {
  return items.flatMap((item) =>
    "blocks" in item ? [item.key, ...blockKeys(item.blocks)] : "key" in item ? [item.key] : [],
  );
}

/**
 * @param {GraphItem[]} items
 * @param {Set<string>} opened keys of blocks and repetitions that are opened
 * @returns {GraphLayout}
 */
export function layoutOf(items, opened) {
  /** @type {GraphCard[]} */
  const cards = [{ item: null, x: 0, y: 0, width: CARD.width, within: [], number: 0 }];
  /** @type {GraphFrame[]} */
  const frames = [];
  let x = CARD.width + CARD.gap;
  let lanes = 1;

  /** @param {GraphItem} item @param {string[]} within @param {number} number */
  const place = (item, within, number) => {
    if ("nodes" in item || !opened.has(item.key)) {
      cards.push({ item, x, y: 0, width: widthOf(item), within, number });
      x += widthOf(item) + CARD.gap;
      return 1;
    }
    const begin = x;
    x += FRAME;
    let high = 1;
    if ("blocks" in item)
      item.blocks.forEach((block, i) => (high = Math.max(high, place(block, [...within, item.key], i + 1))));
    else high = spread(item, [...within, item.key]);
    const width = x - CARD.gap + FRAME - begin;
    const depth = "blocks" in item ? 1 : 0;
    const nodes = unitsWithin(item).flatMap((unit) => unit.nodes);
    frames.push({
      ...{ key: item.key, block: item.block, count: "blocks" in item ? item.blocks.length : 1, nodes },
      ...{ x: begin, y: -depth, width, height: high },
    });
    x = begin + width + CARD.gap;
    return high;
  };

  /** Lay the units of a block by how far they are from its fork. @param {GraphBlock} block @param {string[]} within */
  const spread = ({ units }, within) => {
    const { depths, lane } = lanesOf(units);
    const begin = x;
    const step = CARD.width + CARD.gap;
    units.forEach((unit, i) => {
      cards.push({ item: unit, x: begin + depths[i] * step, y: lane[i], width: CARD.width, within, number: 0 });
    });
    x = begin + (Math.max(...depths) + 1) * step;
    return Math.max(...lane) + 1;
  };

  for (const item of items) lanes = Math.max(lanes, place(item, [], 0));
  return { cards, frames, edges: edgesOf(cards), width: x - CARD.gap, height: lanes };
}

/**
 * How far each unit of a block is from its fork, and in which lane it stands: the longest way in the first.
 * @param {GraphUnit[]} units
 */
export function lanesOf(units) {
  const first = units[0].id;
  const inside = (/** @type {GraphUnit} */ unit) => unit.sources.filter((s) => s >= first).map((s) => s - first);
  /** @type {number[]} */
  const depths = [];
  for (const unit of units) depths.push(Math.max(-1, ...inside(unit).map((s) => depths[s])) + 1);
  const lane = units.map(() => -1);
  for (let at = units.length - 1; at >= 0;) {
    lane[at] = 0;
    at = inside(units[at]).reduce((best, s) => (best < 0 || depths[s] > depths[best] ? s : best), -1);
  }
  const taken = new Set(units.map((_, i) => (lane[i] === 0 ? `${depths[i]} 0` : "")));
  units.forEach((unit, i) => {
    if (lane[i] >= 0) return;
    const before = inside(unit).map((s) => lane[s]);
    let at = Math.max(1, ...before);
    while (taken.has(`${depths[i]} ${at}`)) at++;
    lane[i] = at;
    taken.add(`${depths[i]} ${at}`);
  });
  return { depths, lane };
}

/** Which cards feed which. @param {GraphCard[]} cards @returns {GraphEdge[]} */
function edgesOf(cards) {
  /** @type {Map<number, number>} */
  const cardOf = new Map([[-1, 0]]);
  /** What a unit makes. @type {Map<number, number>} */
  const lastOf = new Map();
  cards.forEach(({ item }, i) => {
    for (const unit of item ? unitsWithin(item) : []) {
      cardOf.set(unit.id, i);
      lastOf.set(unit.id, unit.nodes[unit.nodes.length - 1]);
    }
  });
  /** @type {Map<string, GraphEdge>} */
  const found = new Map();
  cards.forEach(({ item }, to) => {
    for (const unit of item ? unitsWithin(item) : []) {
      for (const source of unit.sources) {
        const from = cardOf.get(source) ?? 0;
        if (from === to) continue;
        const known = found.get(`${from} ${to}`);
        const read = /** @type {[number, number]} */ ([lastOf.get(source) ?? -1, unit.nodes[0]]);
        if (known) {
          known.ways.push(read);
          continue;
        }
        const end = cards[from].x + cards[from].width;
        const between = cards.some((c) => c.y === cards[to].y && c.x >= end && c.x + c.width <= cards[to].x);
        found.set(`${from} ${to}`, { from, to, skips: between && cards[from].y === cards[to].y, ways: [read] });
      }
    }
  });
  return Array.from(found.values());
}
