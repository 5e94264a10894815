/**
 * What is wrong with a network's units and weights: counted picture by picture, so that no more than one result is
 * kept. The same as convscope.explain.health.
 */

import { outputOf } from "./parts.js";
/** @import {Layer, Result} from "./types.js" */

/** @typedef {"notfinite" | "saturated" | "dead" | "constant" | "duplicate"} Fault */
/** @typedef {Fault | "linear"} UnitState the last is no fault: a unit whose ReLU never closes */

/**
 * @typedef {object} LayerHealth
 * @property {number} index a node with filters
 * @property {number} after the node whose numbers were looked at: the activation behind it, else itself
 * @property {(UnitState | null)[]} units one a channel
 * @property {number[]} like of a duplicate the first channel that is the same, else −1
 *
 * @typedef {{index: number, name: string, nan: number, infinite: number}} BadWeights
 */

const NEAR = 0.01; // of an activation's end
const MOST = 0.99; // of its numbers there: saturated
const EVEN = 1e-6; // of the largest magnitude: constant
const ALIKE = 1e-5; // of the largest magnitude: duplicate

/**
 * Where the channels of a node give their answer: the activation after it, which layers that keep a channel to itself
 * may stand before; else itself.
 * @param {Layer[]} nodes
 * @param {number} index
 */
function answersAt(nodes, index) {
  for (let at = index + 1; at < nodes.length; at++) {
    const { module, sources } = nodes[at];
    if (sources.length !== 1 || sources[0] !== at - 1) break;
    if (module.curve) return at;
    if (module.mixes || !["same", "windows", "cells", "whole", "resampled", "crop"].includes(module.geometry)) break;
  }
  return index;
}

/** Whether an activation is 0 for all below 0, and its ends besides. @param {Layer} node */
function unitEnds(node) {
  const { curve } = node.module;
  if (!curve) return { zeroBelow: false, ends: [] };
  const zeroBelow = curve.of(-1e-9, node, 0) === 0 && curve.of(-1e6, node, 0) === 0;
  const [low, high] = [curve.of(-1e6, node, 0), curve.of(1e6, node, 0)];
  const ends = [];
  if (!zeroBelow && Math.abs(low) < 1e5 && low <= curve.of(-1, node, 0)) ends.push(low);
  if (Math.abs(high) < 1e5) ends.push(high);
  return { zeroBelow, ends };
}

/**
 * Look at the units of every layer with filters: `add` a result a picture, then ask for the `layers`.
 * @param {Layer[]} nodes
 */
export function healthCounter(nodes) {
  const layers = nodes.flatMap((node, index) => {
    if (!node.module.mixes || !node.module.affine) return [];
    const after = answersAt(nodes, index);
    const channels = nodes[after].output[0];
    return [
      {
        index,
        after,
        ...unitEnds(nodes[after]),
        least: new Float64Array(channels).fill(Infinity),
        most: new Float64Array(channels).fill(-Infinity),
        near: new Float64Array(channels),
        bad: new Uint8Array(channels),
        seen: 0,
        first: Int32Array.from({ length: channels }, () => 0), // the channel that it has been like so far
      },
    ];
  });
  let n = 0;
  /** @param {Result} result */
  const add = (result) => {
    n++;
    for (const layer of layers) {
      const values = result.quick?.[layer.after] ?? outputOf(result, layer.after);
      const channels = layer.least.length;
      const area = values.length / channels;
      layer.seen += area;
      for (let c = 0; c < channels; c++) {
        for (let i = c * area; i < (c + 1) * area; i++) {
          const v = values[i];
          if (!Number.isFinite(v)) layer.bad[c] = 1;
          if (v < layer.least[c]) layer.least[c] = v;
          if (v > layer.most[c]) layer.most[c] = v;
          for (const end of layer.ends) if (Math.abs(v - end) <= NEAR) layer.near[c]++;
        }
      }
      layer.first = regrouped(layer.first, values, area);
    }
  };
  /** @returns {LayerHealth[]} */
  const found = () =>
    layers.map((layer) => {
      const { index, after } = layer;
      const units = Array.from(layer.least, (least, c) => unitState(layer, least, layer.most[c], c));
      const like = units.map((state, c) => (!isFault(state) && layer.first[c] !== c ? layer.first[c] : -1));
      return { index, after, units: units.map((state, c) => (like[c] >= 0 ? "duplicate" : state)), like };
    });
  return { add, layers: found, pictures: () => n };
}

/** Whether a unit does not work as it should. @param {UnitState | null} state @returns {state is Fault} */
export function isFault(state) {
  return state !== null && state !== "linear";
}

/**
 * @param {{zeroBelow: boolean, ends: number[], near: Float64Array, bad: Uint8Array, seen: number}} layer
 * @param {number} least @param {number} most @param {number} c
 * @returns {UnitState | null}
 */
function unitState({ zeroBelow, ends, near, bad, seen }, least, most, c) {
  if (bad[c]) return "notfinite";
  if (ends.length && near[c] >= MOST * seen) return "saturated";
  if (zeroBelow && most <= 0) return "dead";
  if (most - least <= EVEN * Math.max(Math.abs(least), Math.abs(most))) return "constant";
  const bends = !zeroBelow || least <= 0 || ends.some((end) => most >= end);
  return bends ? null : "linear";
}

/**
 * Split the groups of channels that were alike so far by what one more picture made of them.
 * @param {Int32Array} first the first channel of each one's group
 * @param {ArrayLike<number>} values
 * @param {number} area
 */
function regrouped(first, values, area) {
  const out = Int32Array.from(first);
  /** @type {Map<number, {channel: number, apart: number}[]>} */
  const groups = new Map();
  first.forEach((group, c) => {
    const members = groups.get(group) ?? [];
    groups.set(group, members);
    const same = members.find(({ channel, apart }) => areAlike(values, channel * area, c * area, area, apart));
    if (!same) members.push({ channel: c, apart: ALIKE * magnitude(values, c * area, area) });
    out[c] = same?.channel ?? c;
  });
  return out;
}

/**
 * Whether none of `count` numbers from `a` and from `b` on are further apart.
 * @param {ArrayLike<number>} values @param {number} a @param {number} b @param {number} count @param {number} apart
 */
function areAlike(values, a, b, count, apart) {
  for (let i = 0; i < count; i++) if (!(Math.abs(values[a + i] - values[b + i]) <= apart)) return false;
  return true;
}

/**
 * The largest of `count` numbers from `at` on.
 * @param {ArrayLike<number>} values
 * @param {number} at
 * @param {number} count
 */
function magnitude(values, at, count) {
  let most = 0;
  for (let i = at; i < at + count; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** The tensors that hold what is no number. @param {Layer[]} nodes @returns {BadWeights[]} */
export function badWeights(nodes) {
  return nodes.flatMap((node, index) =>
    Object.keys(node.tensors).flatMap((name) => {
      let [nan, infinite] = [0, 0];
      for (const v of node.tensors[name]) {
        if (Number.isNaN(v)) nan++;
        else if (!Number.isFinite(v)) infinite++;
      }
      return nan || infinite ? [{ index, name, nan, infinite }] : [];
    }),
  );
}
