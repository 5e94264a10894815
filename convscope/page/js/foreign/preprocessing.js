/**
 * How pictures become what a foreign graph reads, from what was asked and what is known. As foreign/preprocessing.py.
 */

import { FOREIGN } from "./fault.js";

/** @typedef {import("../types.js").InputSpec} InputSpec */
/** @typedef {import("../types.js").Shape} Shape */
/** @typedef {import("./sidecar.js").Facts} Facts */
/** @typedef {import("./scaling.js").Scaling} Scaling */
/**
 * @typedef {object} Asked what the reader of the page says; null where nothing
 * @property {string | null} range
 * @property {number[] | null} mean on numbers within `range`, one a channel or one for all
 * @property {number[] | null} std @property {boolean} bgr @property {"middle" | "whole" | null} cut
 * @property {[number, number] | null} size rows and columns, where the file leaves them open
 * @property {string | null} output which of several outputs
 */
/** @typedef {"asked" | "bytes" | "sidecar" | "within" | "guess"} KnownBy */
/**
 * @typedef {object} ReadsAs
 * @property {InputSpec} input what the first layer reads, the graph's own scaling included
 * @property {string} range @property {number[]} mean @property {number[]} std within the range, in the graph's order of
 * channels @property {"middle" | "whole"} cut @property {boolean} bgr @property {KnownBy} by how it is known
 */

/** @type {Asked} */
export const NOTHING_ASKED = { range: null, mean: null, std: null, bgr: false, cut: null, size: null, output: null };

/**
 * @param {Shape} shape @param {Scaling} scaling @param {boolean} bytes whether the graph reads whole numbers
 * @param {Facts} facts @param {Asked} asked @returns {ReadsAs}
 */
export function readsAs(shape, scaling, bytes, facts, asked) {
  const channels = shape[0];
  const said = asked.range !== null || asked.mean !== null || asked.std !== null;
  let range = asked.range ?? "0-1";
  let [mean, std] = [filled(asked.mean, channels, 0), filled(asked.std, channels, 1)];
  /** @type {KnownBy} */
  let by = said ? "asked" : "guess";
  if (!said && bytes) [range, by] = ["0-255", "bytes"];
  else if (!said && facts.mean.length === channels && facts.std.length === channels)
    [mean, std, by] = [facts.mean, facts.std, "sidecar"];
  else if (!said && Math.max(...scaling.std) >= 2) [range, by] = ["0-255", "within"];
  const turn = (/** @type {number[]} */ values) => (asked.bgr ? values.slice().reverse() : values);
  const [low, high] = FOREIGN.ranges[range];
  const unit = 255 / (high - low);
  const [outer, inner] = [
    { mean: turn(mean).map((m) => (m - low) * unit), std: turn(std).map((s) => s * unit) },
    { mean: turn(scaling.mean), std: turn(scaling.std) },
  ];
  const large = channels === 3 && Math.min(shape[1], shape[2]) >= FOREIGN.bounds.photograph;
  const cut = asked.cut ?? (large ? "middle" : "whole");
  const input = {
    shape,
    mean: outer.mean.map((m, c) => m + inner.mean[c] * outer.std[c]),
    std: outer.std.map((s, c) => s * inner.std[c]),
    invert: "no",
    centred: false,
    resize: FOREIGN.cuts[cut],
  };
  return { input, range, mean, std, cut, bgr: asked.bgr, by };
}

/** @param {number[] | null} given @param {number} channels @param {number} usual */
function filled(given, channels, usual) {
  if (!given?.length) return /** @type {number[]} */ (Array(channels).fill(usual));
  return given.length === 1 ? /** @type {number[]} */ (Array(channels).fill(given[0])) : given;
}
