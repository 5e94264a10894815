/**
 * What a file's own records, and files dropped with it, say of its pictures and classes. As
 * convscope/foreign/sidecar.py.
 */

import { literalOf } from "./literal.js";

/**
 * @typedef {object} Facts
 * @property {number[]} mean in 0…1, one a channel; empty where nothing is said @property {number[]} std likewise
 * @property {[number, number] | null} size rows and columns
 * @property {string[]} classes @property {string} source "" where nothing is said
 */

const MOST_SAID = 4_000_000; // characters of a text
const WITHIN = ["pretrained_cfg", "preprocessor_config", "config"]; // of a file's own metadata
const CALLED = ["names", "classes", "id2label", "labels", "character"]; // there, a list, a mapping or a name a line

/** @type {Facts} */
export const NO_FACTS = { mean: [], std: [], size: null, classes: [], source: "" };

/** @param {Record<string, string>} metadata @returns {Facts} */
export function factsOfMetadata(metadata) {
  const written = (/** @type {string[]} */ ...keys) => {
    const text = metadata[keys.find((key) => metadata[key]) ?? ""] ?? "";
    return text.length <= MOST_SAID ? text : "";
  };
  const said = (/** @type {string[]} */ ...keys) => literalOf(written(...keys));
  const called = written(...CALLED);
  const list = classNames(literalOf(called));
  const classes = list.length || !called.includes("\n") ? list : linesOf(called);
  const size = rowsAndColumns(said("imgsz", "input_size"));
  const [mean, std] = [fewNumbers(said("mean")), fewNumbers(said("std"))];
  const scaled = mean.length > 0 && std.length > 0;
  const source = classes.length || size || scaled ? "metadata" : "";
  const found = { mean: scaled ? mean : [], std: scaled ? std : [], size, classes, source };
  return WITHIN.reduce((facts, key) => joinedFacts(facts, factsOfConfig(said(key), `metadata ${key}`)), found);
}

/**
 * A file beside it: preprocessor_config.json, config.json, or a list of names. @param {string} name
 * @param {string} text
 * @returns {Facts}
 */
export function factsOfFile(name, text) {
  if (text.length > MOST_SAID) return NO_FACTS;
  if (!name.toLowerCase().endsWith(".json")) {
    return text.trim() ? { ...NO_FACTS, classes: linesOf(text.replace(/^\uFEFF/, "")), source: name } : NO_FACTS;
  }
  return factsOfConfig(literalOf(text), name);
}

/** @param {string} text */
function linesOf(text) {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
}

/** What Hugging Face's and timm's configurations say. @param {any} config @param {string} name @returns {Facts} */
function factsOfConfig(config, name) {
  if (!(config instanceof Map)) return NO_FACTS;
  const nested = config.get("pretrained_cfg") ?? config;
  const inner = nested instanceof Map ? nested : new Map();
  const [mean, std] = rescaled(
    fewNumbers(config.get("image_mean") ?? inner.get("mean")),
    fewNumbers(config.get("image_std") ?? inner.get("std")),
    config,
  );
  const size = rowsAndColumns(config.get("crop_size") || config.get("size") || inner.get("input_size"));
  const classes = classNames(config.get("id2label") ?? inner.get("label_names"));
  const scaled = mean.length > 0 && std.length > 0;
  const source = scaled || size || classes.length ? name : "";
  return { mean: scaled ? mean : [], std: scaled ? std : [], size, classes, source };
}

/**
 * Mean and std for pictures in 0…1 where a configuration has another factor than 1/255, or normalises nothing (Hugging
 * Face, image processors: do_rescale, rescale_factor, do_normalize).
 * @param {number[]} mean @param {number[]} std @param {Map<string, any>} config @returns {[number[], number[]]}
 */
function rescaled(mean, std, config) {
  const factor = config.get("do_rescale") === false ? 1 : (config.get("rescale_factor") ?? 1 / 255);
  if (typeof factor !== "number" || !Number.isFinite(factor) || factor <= 0) return [[], []];
  const unit = 255 * factor;
  const [middle, scale] = config.get("do_normalize") === false ? [mean.map(() => 0), std.map(() => 1)] : [mean, std];
  return Math.abs(unit - 1) < 1e-9 ? [middle, scale] : [middle.map((m) => m / unit), scale.map((s) => s / unit)];
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
