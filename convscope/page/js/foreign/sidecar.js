/** What a file's own records, and files dropped with it, say of its pictures and classes. As convscope/foreign/sidecar.py. */

import { literalOf } from "./literal.js";

/**
 * @typedef {object} Facts
 * @property {number[]} mean in 0…1, one a channel; empty where nothing is said @property {number[]} std likewise
 * @property {[number, number] | null} size rows and columns
 * @property {string[]} classes @property {string} source "" where nothing is said
 */

const MOST_SAID = 4_000_000; // characters of a text

/** @type {Facts} */
export const NO_FACTS = { mean: [], std: [], size: null, classes: [], source: "" };

/** @param {Record<string, string>} metadata @returns {Facts} */
export function factsOfMetadata(metadata) {
  const said = (/** @type {string[]} */ ...keys) => {
    const text = metadata[keys.find((key) => metadata[key]) ?? ""] ?? "";
    return text && text.length <= MOST_SAID ? literalOf(text) : undefined;
  };
  const classes = classNames(said("names", "classes"));
  const size = rowsAndColumns(said("imgsz", "input_size"));
  const [mean, std] = [fewNumbers(said("mean")), fewNumbers(said("std"))];
  const scaled = mean.length > 0 && std.length > 0;
  const source = classes.length || size || scaled ? "metadata" : "";
  return { mean: scaled ? mean : [], std: scaled ? std : [], size, classes, source };
}

/** A file beside it: preprocessor_config.json, config.json, or a list of names. @param {string} name @param {string} text
 * @returns {Facts} */
export function factsOfFile(name, text) {
  if (text.length > MOST_SAID) return NO_FACTS;
  if (!name.toLowerCase().endsWith(".json")) {
    const classes = text
      .replace(/^\uFEFF/, "")
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => line.trim());
    return text.trim() ? { ...NO_FACTS, classes, source: name } : NO_FACTS;
  }
  const config = literalOf(text);
  if (!(config instanceof Map)) return NO_FACTS;
  const nested = config.get("pretrained_cfg") ?? config;
  const inner = nested instanceof Map ? nested : new Map();
  const mean = fewNumbers(config.get("image_mean") ?? inner.get("mean"));
  const std = fewNumbers(config.get("image_std") ?? inner.get("std"));
  const size = rowsAndColumns(config.get("crop_size") || config.get("size") || inner.get("input_size"));
  const classes = classNames(config.get("id2label") ?? inner.get("label_names"));
  const scaled = mean.length > 0 && std.length > 0;
  const source = scaled || size || classes.length ? name : "";
  return { mean: scaled ? mean : [], std: scaled ? std : [], size, classes, source };
}

/** What the first says, and of the rest what it does not. @param {Facts} first @param {Facts} then @returns {Facts} */
export function joinedFacts(first, then) {
  const scaled = !first.mean.length && then.mean.length > 0;
  const sized = !first.size && then.size !== null;
  const named = !first.classes.length && then.classes.length > 0;
  return {
    mean: scaled ? then.mean : first.mean,
    std: scaled ? then.std : first.std,
    size: sized ? then.size : first.size,
    classes: named ? then.classes : first.classes,
    source: [first.source, scaled || sized || named ? then.source : ""].filter(Boolean).join(", "),
  };
}

/** Names of a list, or of a mapping whose keys count from 0. @param {any} given @returns {string[]} */
function classNames(given) {
  if (Array.isArray(given)) return given.map(String);
  if (!(given instanceof Map)) return [];
  const found = Array.from({ length: given.size }, (_, i) => given.get(String(i)));
  return found.every((name) => name !== undefined) ? found.map(String) : [];
}

/** @param {any} given @returns {number[]} */
function fewNumbers(given) {
  const fits = Array.isArray(given) && given.length > 0 && given.length <= 4;
  return fits && given.every((n) => typeof n === "number" && Number.isFinite(n)) ? given : [];
}

/** @param {any} given @returns {[number, number] | null} */
function rowsAndColumns(given) {
  const edge = given instanceof Map ? given.get("shortest_edge") : null;
  const sides = given instanceof Map ? [given.get("height") ?? edge, given.get("width") ?? edge] : given;
  const list = typeof sides === "number" ? [sides, sides] : sides;
  if (!Array.isArray(list) || list.length < 2 || list.length > 3) return null;
  const [rows, columns] = list.slice(-2);
  return [rows, columns].every((n) => Number.isInteger(n) && n >= 1 && n <= 8192) ? [rows, columns] : null;
}
