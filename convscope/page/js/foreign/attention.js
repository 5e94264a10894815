/**
 * Attention: what stands between a softmax over products of a network's own values and the values around it. As
 * convscope/foreign/attention.py.
 */

import { knownAs } from "./known.js";

/** @typedef {import("./graph.js").ForeignGraph} ForeignGraph */
/** @typedef {import("./graph.js").Op} Op */
/** @typedef {import("./known.js").Known} Known */
/**
 * @typedef {object} Part one operator
 * @property {string} kind @property {number[]} reads the operators that it reads, −1 the picture
 * @property {number} weights how many learned tensors it reads
 * @property {boolean} tokens whether it makes numbers for each place, as a layer before and after
 */

const PRODUCTS = new Set(["matmul", "einsum"]);
const WHOLE_ATTENTION = "attention"; // ONNX's own operator, which is all of it
const REARRANGES = new Set(
  (
    "reshape flatten transpose squeeze unsqueeze split gather slice expand cast identity dropout mul div sqrt " +
    "softmax where matmul einsum attention"
  ).split(" "),
);
const AFTER = new Set(["matmul", "gemm", "add"]); // with weights: until places and channels stand as before

/**
 * The attentions of a graph laid as maps, by the value that each makes; null for the values within.
 * @param {ForeignGraph} graph @returns {Map<string, Known | null>}
 */
export function attentionsOf(graph) {
  const places = new Map(graph.ops.map((op, i) => [op.output, i]));
  const isWeight = (/** @type {string} */ name) =>
    Boolean(graph.roots.get(name)?.size) && (graph.constants.get(name)?.size ?? 0) > 1;
  /** @type {Part[]} */
  const parts = graph.ops.map((op) => ({
    kind: op.kind.toLowerCase(),
    reads: op.inputs.filter((name) => name && !graph.constants.has(name)).map((name) => places.get(name) ?? -1),
    weights: op.inputs.filter(isWeight).length,
    tokens: graph.axes.get(op.output)?.length === 3,
  }));
  /** @type {Map<string, Known | null>} */
  const found = new Map();
  for (const { end, sources, within, softmax } of attentionRegions(parts)) {
    const learned = [...within, end].sort((a, b) => a - b).flatMap((at) => graph.ops[at].inputs.filter(isWeight));
    const read = sources.map((at) => (at < 0 ? graph.picture : graph.ops[at].output));
    const { shape } = graph.ops[softmax];
    const label = `attention${shape.length === 4 ? `(heads=${shape[1]})` : ""}`;
    for (const at of within) found.set(graph.ops[at].output, null);
    found.set(graph.ops[end].output, { ...knownAs(null, read, {}, learned), label });
  }
  return found;
}

/** What attention there is, each once. @param {Part[]} parts */
function attentionRegions(parts) {
  /** @type {Map<number, number[]>} */
  const readers = new Map();
  parts.forEach(({ reads }, i) =>
    new Set(reads).forEach((read) => readers.set(read, [...(readers.get(read) ?? []), i])),
  );
  /** @type {{end: number, sources: number[], within: Set<number>, softmax: number}[]} */
  const found = [];
  /** @type {Set<number>} */
  const taken = new Set();
  parts.forEach((part, i) => {
    const product = part.kind === WHOLE_ATTENTION ? i : weighedBy(parts, readers, i);
    if (product === null || taken.has(i)) return;
    const { within, sources } = partsBefore(parts, product);
    const end = partsAfter(parts, readers, product, within);
    if (end === null || [...within].some((at) => taken.has(at))) return;
    const outside = (/** @type {number} */ at) => (readers.get(at) ?? []).some((reader) => !within.has(reader));
    const inner = new Set([...within].filter((at) => at !== end));
    if ([...inner].some(outside)) return;
    found.push({ end, sources, within: inner, softmax: i });
    for (const at of within) taken.add(at);
  });
  return found;
}

/** The product that the shares of a softmax are used in, where they are shares of products. @param {Part[]} parts
 * @param {Map<number, number[]>} readers @param {number} at */
function weighedBy(parts, readers, at) {
  if (parts[at].kind !== "softmax") return null;
  let [before, after] = [at, at];
  while (!PRODUCTS.has(parts[before].kind)) {
    const inner = parts[before].reads.find((read) => read >= 0 && rearranges(parts[read].kind));
    if (inner === undefined) return null;
    before = inner;
  }
  while (after === at || !PRODUCTS.has(parts[after].kind)) {
    const following = readers.get(after) ?? [];
    if (following.length !== 1 || !REARRANGES.has(parts[following[0]].kind)) return null;
    [after] = following;
  }
  return parts[before].reads.length > 1 && !parts[before].weights && !parts[after].weights ? after : null;
}

/** @param {string} kind */
function rearranges(kind) {
  return REARRANGES.has(kind) || kind === "add";
}

/** The parts that rearrange values for a product, itself too, and the layers that made these. @param {Part[]} parts
 * @param {number} product */
function partsBefore(parts, product) {
  /** @type {Set<number>} */
  const within = new Set();
  /** @type {Set<number>} */
  const sources = new Set();
  const left = [product];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (within.has(at)) continue;
    within.add(at);
    for (const read of parts[at].reads) {
      if (read >= 0 && rearranges(parts[read].kind) && !isLayer(parts[read])) left.push(read);
      else sources.add(read);
    }
  }
  return { within, sources: [...sources].sort((a, b) => a - b) };
}

/** Whether it is a layer with weights, which is seen by itself. @param {Part} part */
function isLayer({ kind, weights, tokens }) {
  return AFTER.has(kind) && (weights > 0 || kind === "add") && tokens;
}

/** The part after which places and channels stand as a layer has them; `within` gains the parts before. @param {Part[]}
 * parts @param {Map<number, number[]>} readers @param {number} product @param {Set<number>} within */
function partsAfter(parts, readers, product, within) {
  let at = product;
  while (!(parts[at].tokens && (at !== product || parts[at].kind === WHOLE_ATTENTION))) {
    const following = readers.get(at) ?? [];
    if (following.length !== 1) return null;
    [at] = following;
    const { kind, reads } = parts[at];
    if (!REARRANGES.has(kind) && !(AFTER.has(kind) && reads.length === 1)) return null;
    within.add(at);
  }
  return at;
}
