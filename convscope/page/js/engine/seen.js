import { cellAlong, channelsAround, cropPlace, shuffledFrom, tokenFrom } from "./geometry.js";
import { madeFrom } from "./resampling.js";
import { reaching } from "./transposed.js";
/** @import {Box, Window} from "../types.js" */
/** @import {Layer} from "./types.js" */

/**
 * @typedef {object} Patch units as channels × rows × columns; of a row of numbers the channels are the numbers
 * @property {number} first the first channel
 * @property {number} end the one behind the last
 * @property {Set<number>} rows
 * @property {Set<number>} columns
 */

/**
 * Return the exact pixels that one unit of node `index` can depend on, as a box clipped at the borders, or null where
 * its windows lie in padding alone. The same walk as convscope.formula.receptive_pixels. For a flat node y is the
 * unit's number. Without a channel it is around what that place of all maps sees: only after a concat may they differ.
 * @param {Layer[]} nodes
 * @param {number} index
 * @param {number} y
 * @param {number} x
 * @param {number | null} [channel]
 * @returns {Box | null}
 */
export function seenBox(nodes, index, y, x, channel = null) {
  const { flat, output } = nodes[index];
  const one = flat ? y : channel;
  const [first, end] = one === null ? [0, output[0]] : [one, one + 1];
  /** @type {Map<number, Patch[]>} */
  const wanted = new Map([[index, [{ first, end, rows: new Set([flat ? 0 : y]), columns: new Set([flat ? 0 : x]) }]]]);
  const want = (/** @type {number} */ at, /** @type {Patch} */ patch) =>
    wanted.set(at, [...(wanted.get(at) ?? []), patch]);
  for (let i = index; i >= 0; i--) {
    const node = nodes[i];
    const apart = keepApart(wanted.get(i) ?? []);
    for (const patch of node.module.geometry === "shuffled" ? oneByOne(apart, node.output[0]) : apart) {
      node.sources.forEach((source, from) => {
        const back = readBy(node, patch, from, source >= 0 && nodes[source].flat);
        if (back.end > back.first && back.rows.size && back.columns.size) want(source, back);
      });
    }
  }
  const patches = wanted.get(-1) ?? [];
  if (!patches.length) return null;
  const rows = patches.flatMap((p) => [...p.rows]);
  const columns = patches.flatMap((p) => [...p.columns]);
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
  const subset = (/** @type {Set<number>} */ a, /** @type {Set<number>} */ b) => [...a].every((v) => b.has(v));
  const within = (/** @type {Patch} */ a, /** @type {Patch} */ b) =>
    b.first <= a.first && a.end <= b.end && subset(a.rows, b.rows) && subset(a.columns, b.columns);
  /** @type {Patch[]} */
  let kept = [];
  for (const patch of patches) {
    if (kept.some((k) => within(patch, k))) continue;
    kept = [...kept.filter((k) => !within(k, patch)), patch];
  }
  if (kept.length <= 64) return kept;
  const [first, end] = [Math.min(...kept.map((p) => p.first)), Math.max(...kept.map((p) => p.end))];
  const rows = new Set(kept.flatMap((p) => [...p.rows]));
  return [{ first, end, rows, columns: new Set(kept.flatMap((p) => [...p.columns])) }];
}

/**
 * A patch for each channel, as those next to each other come from ones that are not.
 * @param {Patch[]} patches
 * @param {number} channels
 */
function oneByOne(patches, channels) {
  return patches.flatMap((patch) => {
    if (patch.end - patch.first === channels) return [patch];
    const count = patch.end - patch.first;
    return Array.from({ length: count }, (_, i) => ({ ...patch, first: patch.first + i, end: patch.first + i + 1 }));
  });
}

/**
 * Return the units of one of its sources that the units `patch` of a node read.
 * @param {Layer} node
 * @param {Patch} patch
 * @param {number} from which of its sources
 * @param {boolean} flat whether those are in a row already
 * @returns {Patch}
 */
function readBy(node, patch, from, flat) {
  const [units, height, width] = node.inputs[from];
  const { geometry, mixes } = node.module;
  const all = (/** @type {number} */ n) => new Set(Array.from({ length: n }, (_, i) => i));
  if (geometry === "unknown") return { first: 0, end: units, rows: all(height), columns: all(width) };
  if (geometry === "whole") return { ...patch, rows: all(height), columns: all(width) };
  if (geometry === "units") return { ...patch, first: 0, end: units };
  if (geometry === "cells")
    return { ...patch, rows: inCells(node, 0, patch.rows), columns: inCells(node, 1, patch.columns) };
  if (node.window) {
    const { first, end } = mixes ? groupsRead(node, patch) : patch;
    const rows = readAlong(node.window, 0, patch.rows, height);
    return { first, end, rows, columns: readAlong(node.window, 1, patch.columns, width) };
  }
  if (geometry === "crop") {
    const corner = cropPlace(node, 0);
    const shift = (/** @type {Set<number>} */ set, /** @type {number} */ by) => new Set([...set].map((v) => v + by));
    return {
      ...patch,
      rows: shift(patch.rows, Math.floor(corner / width)),
      columns: shift(patch.columns, corner % width),
    };
  }
  if (geometry === "flatten" && !flat) {
    const area = height * width;
    const places = Array.from({ length: Math.min(area, patch.end - patch.first) }, (_, i) => (patch.first + i) % area);
    return {
      first: Math.floor(patch.first / area),
      end: Math.floor((patch.end - 1) / area) + 1,
      rows: new Set(places.map((place) => Math.floor(place / width))),
      columns: new Set(places.map((place) => place % width)),
    };
  }
  if (geometry === "joined") {
    const before = node.inputs.slice(0, from).reduce((sum, [channels]) => sum + channels, 0);
    const within = (/** @type {number} */ at) => Math.min(Math.max(at - before, 0), units);
    return { ...patch, first: within(patch.first), end: within(patch.end) };
  }
  if (geometry === "shuffled") {
    const from = Array.from({ length: patch.end - patch.first }, (_, i) => shuffledFrom(node, patch.first + i));
    return { ...patch, first: Math.min(...from), end: Math.max(...from) + 1 };
  }
  if (geometry === "resampled") {
    const along = (/** @type {0 | 1} */ axis, /** @type {Set<number>} */ places) =>
      new Set([...places].flatMap((place) => madeFrom(node, axis, place).map(({ at }) => at)));
    return { ...patch, rows: along(0, patch.rows), columns: along(1, patch.columns) };
  }
  if (geometry === "places") {
    const read = [...patch.rows].map((row) => tokenFrom(node, row)).filter(([row]) => row >= 0);
    return { ...patch, rows: new Set(read.map(([row]) => row)), columns: new Set(read.map(([, column]) => column)) };
  }
  if (geometry === "spread") {
    const along = (/** @type {0 | 1} */ axis, /** @type {Set<number>} */ places) =>
      new Set(
        [...places].flatMap((place) => {
          const { first, step, taps } = reaching(node, axis, place);
          return taps.map((_, i) => first + i * step);
        }),
      );
    return { ...groupsRead(node, patch), rows: along(0, patch.rows), columns: along(1, patch.columns) };
  }
  if (geometry === "column") return { ...patch, first: 0, end: units };
  if (geometry === "grouped") return { ...groupsRead(node, patch), rows: all(height), columns: all(width) };
  if (geometry === "neighbours") {
    return {
      ...patch,
      first: channelsAround(node, patch.first).first,
      end: channelsAround(node, patch.end - 1).end,
    };
  }
  if (geometry === "same") {
    const single = new Set([0]); // one that counts for all
    return {
      ...(units === 1 ? { first: 0, end: 1 } : patch),
      rows: height === 1 ? single : patch.rows,
      columns: width === 1 ? single : patch.columns,
    };
  }
  return patch;
}

/** The channels of its input that some channels of a convolution read. @param {Layer} node @param {Patch} patch */
function groupsRead(node, patch) {
  const groups = node.options.groups ?? 1;
  const [made, read] = [node.output[0] / groups, node.input[0] / groups];
  return { first: Math.floor(patch.first / made) * read, end: (Math.floor((patch.end - 1) / made) + 1) * read };
}

/** @param {Layer} node @param {0 | 1} axis @param {Set<number>} units */
function inCells(node, axis, units) {
  /** @type {Set<number>} */
  const read = new Set();
  for (const unit of units) {
    const { first, end } = cellAlong(node, axis, unit);
    for (let at = first; at < end; at++) read.add(at);
  }
  return read;
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
