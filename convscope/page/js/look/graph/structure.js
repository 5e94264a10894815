/**
 * What a large network is made of, found from its structure alone: layers with what follows them, blocks between a fork
 * and the place where its ways meet, and blocks that are repeated.
 */

/** @typedef {import("../../engine/types.js").Layer} Layer */

/**
 * @typedef {"residual" | "inverted" | "branches" | "gate"} BlockKind an addition at the end; with depthwise
 * convolutions; a concatenation; another place where ways meet
 *
 * @typedef {object} GraphUnit a layer with the normalisation, activation and dropout that follow it directly
 * @property {number} id its place among the units
 * @property {number[]} nodes
 * @property {number[]} sources the units that it reads, -1 the picture
 *
 * @typedef {object} GraphBlock
 * @property {string} key
 * @property {BlockKind} block
 * @property {GraphUnit[]} units
 *
 * @typedef {object} GraphRepeat blocks of one kind, one after another
 * @property {string} key
 * @property {BlockKind} block
 * @property {GraphBlock[]} blocks
 *
 * @typedef {GraphUnit | GraphBlock | GraphRepeat} GraphItem
 */

/** Layers with what follows them. @param {Layer[]} nodes @returns {GraphUnit[]} */
function unitsOf(nodes) {
  const readers = nodes.map(() => 0);
  for (const node of nodes) for (const source of node.sources) if (source >= 0) readers[source]++;
  /** @type {GraphUnit[]} */
  const units = [];
  /** @type {number[]} */
  const unitOf = [];
  nodes.forEach((node, i) => {
    const [source] = node.sources;
    const follows = node.sources.length === 1 && source >= 0 && readers[source] === 1;
    if (follows && ["normalisation", "curve", "dropout", "flatten"].includes(node.module.drawing)) {
      units[unitOf[source]].nodes.push(i);
      unitOf.push(unitOf[source]);
    } else {
      const sources = Array.from(new Set(node.sources.map((at) => (at < 0 ? -1 : unitOf[at]))));
      unitOf.push(units.length);
      units.push({ id: units.length, nodes: [i], sources });
    }
  });
  return units;
}

/**
 * The network as a row of items: single layers, blocks, and blocks that are repeated.
 * @param {Layer[]} nodes
 * @returns {GraphItem[]}
 */
export function structureOf(nodes) {
  const units = unitsOf(nodes);
  return repeatsIn(invertedIn(nodes, blocksIn(nodes, units)));
}

/**
 * Units that every way passes stand alone; what lies between two of them is a block, which ends where its ways meet.
 * @param {Layer[]} nodes @param {GraphUnit[]} units @returns {(GraphUnit | GraphBlock)[]}
 */
function blocksIn(nodes, units) {
  const furthest = units.map(({ id }) => id);
  for (const { id, sources } of units) for (const source of sources) if (source >= 0) furthest[source] = id;
  /** @type {(GraphUnit | GraphBlock)[]} */
  const found = [];
  let [begin, reach] = [0, 0];
  units.forEach((unit, id) => {
    if (reach <= id) {
      const part = units.slice(begin, id + 1);
      found.push(part.length === 1 ? unit : blockOf(nodes, part));
      begin = id + 1;
    }
    reach = Math.max(reach, furthest[id]);
  });
  return found;
}

/** @param {Layer[]} nodes @param {GraphUnit[]} units @returns {GraphBlock} */
function blockOf(nodes, units) {
  const join = nodes[units[units.length - 1].nodes[0]].module.drawing;
  const deep = units.some((unit) => isDepthwise(nodes[unit.nodes[0]]));
  const block = join === "addition" ? (deep ? "inverted" : "residual") : join === "concatenation" ? "branches" : "gate";
  return { key: `b${units[0].nodes[0]}`, block, units };
}

/** One filter a channel. @param {Layer} node */
function isDepthwise({ module, options, input }) {
  return module.drawing === "convolution" && (options.groups ?? 1) > 1 && options.groups === input[0];
}

/** A convolution of single places, with or without an activation behind it.
 * @param {Layer[]} nodes @param {GraphItem | undefined} item @param {boolean} bends */
function isPointwise(nodes, item, bends) {
  if (!item || !("nodes" in item)) return false;
  const { module, window } = nodes[item.nodes[0]];
  const curved = item.nodes.some((i) => nodes[i].module.drawing === "curve");
  return module.drawing === "convolution" && window?.kernel[0] === 1 && window.kernel[1] === 1 && curved === bends;
}

/**
 * Inverted residuals that change the number of channels or the size have no addition (Sandler et al. 2018): widened,
 * depthwise, narrowed, in a row.
 * @param {Layer[]} nodes @param {(GraphUnit | GraphBlock)[]} items @returns {(GraphUnit | GraphBlock)[]}
 */
function invertedIn(nodes, items) {
  if (!items.some((item) => "block" in item && item.block === "inverted")) return items;
  /** @type {(GraphUnit | GraphBlock)[]} */
  const found = [];
  for (let i = 0; i < items.length; i++) {
    const wide = isPointwise(nodes, items[i], true) ? 1 : 0;
    const [middle, end] = [items[i + wide], items[i + wide + 1]];
    if (middle && "nodes" in middle && isDepthwise(nodes[middle.nodes[0]]) && isPointwise(nodes, end, false)) {
      const units = /** @type {GraphUnit[]} */ (items.slice(i, i + wide + 2));
      found.push({ key: `b${units[0].nodes[0]}`, block: "inverted", units });
      i += wide + 1;
    } else found.push(items[i]);
  }
  return found;
}

/** @param {(GraphUnit | GraphBlock)[]} items @returns {GraphItem[]} */
function repeatsIn(items) {
  /** @type {GraphItem[]} */
  const found = [];
  for (const item of items) {
    const last = found[found.length - 1];
    if (!("units" in item) || !last || !("block" in last) || last.block !== item.block) found.push(item);
    else if ("blocks" in last) last.blocks.push(item);
    else found[found.length - 1] = { key: `r${last.key}`, block: item.block, blocks: [last, item] };
  }
  return found;
}

/** All units of an item. @param {GraphItem} item @returns {GraphUnit[]} */
export function unitsWithin(item) {
  if ("blocks" in item) return item.blocks.flatMap(({ units }) => units);
  return "units" in item ? item.units : [item];
}
