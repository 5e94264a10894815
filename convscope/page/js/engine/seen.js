import { cropPlace } from "./geometry.js";
/** @import {Box, Window} from "../types.js" */
/** @import {Layer} from "./types.js" */

/**
 * @typedef {[Set<number>, Set<number>]} Patch rows × columns of units
 */

/**
 * Return the exact pixels that one unit of node `index` can depend on, as a box clipped at the borders, or null where
 * its windows lie in padding alone. The same walk as convscope.formula.receptive_pixels. For a flat node y is the
 * unit's number.
 * @param {Layer[]} nodes
 * @param {number} index
 * @param {number} y
 * @param {number} x
 * @returns {Box | null}
 */
export function seenBox(nodes, index, y, x) {
  /** @type {Map<number, Patch[]>} */
  const wanted = new Map([[index, [[new Set([y]), new Set([x])]]]]);
  const want = (/** @type {number} */ at, /** @type {Patch} */ patch) =>
    wanted.set(at, [...(wanted.get(at) ?? []), patch]);
  for (let i = index; i >= 0; i--) {
    const node = nodes[i];
    for (const patch of keepApart(wanted.get(i) ?? [])) {
      for (const source of node.sources) {
        const back = readBy(node, patch, source >= 0 && nodes[source].flat);
        if (back[0].size && back[1].size) want(source, back);
      }
    }
  }
  const patches = wanted.get(-1) ?? [];
  if (!patches.length) return null;
  const rows = patches.flatMap((p) => [...p[0]]);
  const columns = patches.flatMap((p) => [...p[1]]);
  const ends = [rows, columns].map((axis) => [
    axis.reduce((a, b) => Math.min(a, b)),
    axis.reduce((a, b) => Math.max(a, b)),
  ]);
  return [ends[0][0], ends[1][0], ends[0][1], ends[1][1]];
}

/**
 * Drop patches that lie within another; join them all where there are very many.
 * @param {Patch[]} patches
 * @returns {Patch[]}
 */
function keepApart(patches) {
  const within = (/** @type {Set<number>} */ a, /** @type {Set<number>} */ b) => [...a].every((v) => b.has(v));
  /** @type {Patch[]} */
  let kept = [];
  for (const patch of patches) {
    if (kept.some((k) => within(patch[0], k[0]) && within(patch[1], k[1]))) continue;
    kept = [...kept.filter((k) => !(within(k[0], patch[0]) && within(k[1], patch[1]))), patch];
  }
  if (kept.length <= 64) return kept;
  return [[new Set(kept.flatMap((p) => [...p[0]])), new Set(kept.flatMap((p) => [...p[1]]))]];
}

/**
 * Return the units of its input that the units `patch` of a node read.
 * @param {Layer} node
 * @param {Patch} patch
 * @param {boolean} flat whether those are in a row already
 * @returns {Patch}
 */
function readBy(node, patch, flat) {
  const [units, height, width] = node.input;
  const { geometry } = node.module;
  const all = (/** @type {number} */ n) => new Set(Array.from({ length: n }, (_, i) => i));
  if (geometry === "whole" || geometry === "unknown") return [all(height), all(width)];
  if (geometry === "units") return [all(units), new Set([0])];
  if (node.window) return [readAlong(node.window, 0, patch[0], height), readAlong(node.window, 1, patch[1], width)];
  if (geometry === "crop") {
    const first = cropPlace(node, 0);
    const shift = (/** @type {Set<number>} */ set, /** @type {number} */ by) => new Set([...set].map((v) => v + by));
    return [shift(patch[0], Math.floor(first / width)), shift(patch[1], first % width)];
  }
  if (geometry === "flatten" && !flat) {
    const cells = [...patch[0]].map((unit) => unit % (height * width));
    return [new Set(cells.map((cell) => Math.floor(cell / width))), new Set(cells.map((cell) => cell % width))];
  }
  return patch;
}

/**
 * @param {Window} laid
 * @param {0 | 1} axis
 * @param {Set<number>} units
 * @param {number} size
 */
function readAlong(laid, axis, units, size) {
  /** @type {Set<number>} */
  const read = new Set();
  for (const unit of units) {
    const dilation = laid.dilation[axis];
    const first = unit * laid.stride[axis] - laid.pad[axis];
    const end = Math.min(first + laid.kernel[axis] * dilation, size);
    for (let at = first >= 0 ? first : ((first % dilation) + dilation) % dilation; at < end; at += dilation)
      read.add(at);
    if (read.size === size) break; // all there is
  }
  return read;
}
