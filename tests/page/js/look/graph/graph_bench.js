import { makeEngine } from "../../../../../convscope/page/js/engine/engine.js";
import { structureOf, unitsWithin } from "../../../../../convscope/page/js/look/graph/structure.js";
import { lanesOf, layoutOf } from "../../../../../convscope/page/js/look/graph/layout.js";

/** What a network is made of, in words, and what of it is drawn folded and open. @param {any} network */
export function described(network) {
  const { nodes } = makeEngine(network);
  const items = structureOf(nodes);
  const words = items.map((item) => {
    if ("blocks" in item) return `${item.block} x${item.blocks.length}`;
    if ("units" in item) return `${item.block} of ${item.units.length}`;
    return item.nodes.map((i) => nodes[i].kind).join("+");
  });
  const keys = items.flatMap((item) => ("blocks" in item ? [item, ...item.blocks] : "units" in item ? [item] : []));
  const folded = layoutOf(items, new Set());
  const open = layoutOf(items, new Set(keys.map(({ key }) => key)));
  const lanes = keys.flatMap((item) => ("units" in item ? [lanesOf(item.units)] : []));
  const told = ({ cards, edges, frames }) => ({
    cards: cards.length,
    frames: frames.length,
    edges: edges.map(({ from, to, skips }) => [from, to, skips]),
    apart: cards.every((a, i) =>
      cards.every((b, j) => i === j || a.y !== b.y || a.x + a.width <= b.x || b.x + b.width <= a.x),
    ),
    forward: edges.every(({ from, to }) => cards[from].x + cards[from].width <= cards[to].x),
  });
  const all = items.flatMap(unitsWithin).flatMap((unit) => unit.nodes);
  return { words, folded: told(folded), open: told(open), lanes, all };
}
