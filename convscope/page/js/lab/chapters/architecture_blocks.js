/**
 * Where the blocks of a network stand: numbers only. Length is channels, height is rows, depth into the page is
 * columns.
 */

/** @typedef {import("../../formula/trace.js").PlanNetwork} PlanNetwork */
/** @typedef {import("../../formula/trace.js").PlanNode} PlanNode */
/**
 * @typedef {object} Block one picture, map stack or row of units
 * @property {number} index the node it comes out of; −1 for the picture
 * @property {string} kind "picture", "conv", "pool", "row" or "other"
 * @property {number} x @property {number} y left lower corner of the front face
 * @property {number} length @property {number} height @property {number} depth
 * @property {number} width of its place, labels included
 * @property {string[]} labels
 * @property {string[]} then activations and the like that leave its shape as it is
 * @property {boolean} follows whether it reads the block before it: the first of a branch may not
 */

const TALLEST = 120;
const ROOM = 26;
export const SLANT = 0.42;
const SHAPELESS = new Set(["relu", "leaky_relu", "prelu", "sigmoid", "tanh", "bn", "dropout", "add"]);

/** @param {PlanNetwork} network @returns {{blocks: Block[], width: number, height: number}} */
export function blocksOf(network) {
  const largest = Math.max(
    ...[network.input, ...network.nodes.map((node) => node.output)].flatMap(([, rows, columns]) => [rows, columns]),
  );
  const side = (/** @type {number} */ n) => Math.max(3, TALLEST * Math.sqrt(n / largest));
  /** @type {Block[]} */
  const blocks = [blockAt(-1, "picture", network.input, false, side, [network.input.join("×")])];
  const holder = new Map([[-1, 0]]); // the block that each node's numbers are drawn as
  network.nodes.forEach((node, i) => {
    if (SHAPELESS.has(node.layer.is)) {
      holder.set(i, blocks.length - 1);
      blocks[blocks.length - 1].then.push(node.layer.is);
      return;
    }
    const kind =
      node.layer.is === "conv"
        ? "conv"
        : node.layer.is.endsWith("pool") || node.layer.is === "gap"
          ? "pool"
          : node.flat
            ? "row"
            : "other";
    const shape = node.flat ? String(node.output[0]) : node.output.join("×");
    const follows = node.sources.some((source) => holder.get(source) === blocks.length - 1);
    blocks.push({ ...blockAt(i, kind, node.output, node.flat, side, [shape, nameOfBlock(node)]), follows });
    holder.set(i, blocks.length - 1);
  });
  let x = 8;
  for (const block of blocks) {
    block.x = x + Math.max(0, (block.width - block.length - block.depth * SLANT) / 2);
    block.y = TALLEST + TALLEST * SLANT + 14 - (TALLEST - block.height) / 2;
    x += block.width + ROOM;
  }
  return { blocks, width: x - ROOM + 8, height: TALLEST + TALLEST * SLANT + 66 };
}

/**
 * @param {number} index
 * @param {string} kind
 * @param {number[]} shape
 * @param {boolean} flat
 * @param {(n: number) => number} side
 * @param {string[]} labels
 * @returns {Block}
 */
function blockAt(index, kind, [channels, rows, columns], flat, side, labels) {
  const length = flat ? 7 : 3 + 5.5 * Math.log2(1 + channels);
  const height = flat ? Math.min(TALLEST, 12 + 9 * Math.log2(1 + channels)) : side(rows);
  const depth = flat ? 7 : side(columns);
  const words = Math.max(...labels.map((label) => label.length)) * 6.4;
  return {
    index,
    kind,
    x: 0,
    y: 0,
    length,
    height,
    depth,
    width: Math.max(length + depth * SLANT, words),
    labels,
    then: [],
    follows: true,
  };
}

/** @param {PlanNode} node */
function nameOfBlock(node) {
  const kernel = node.window?.kernel;
  return kernel ? `${node.layer.is} ${kernel.join("×")}` : node.layer.is;
}
