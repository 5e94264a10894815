/** What a formula may say: the kinds of layers and the named plans that Python hands over with the payload. */

/** @typedef {import("./fault.js").Said} Said */
/**
 * @typedef {object} Argument as convscope/formula/kinds/arguments.py has it (docs/payload.md, "The table of kinds")
 * @property {string} name
 * @property {"whole" | "size" | "number" | "bool" | "word"} type
 * @property {number} [least]
 * @property {number} [most]
 * @property {string[]} [words] that may stand in the place of a size
 * @property {boolean} [sides] whether a size may be top, left, bottom, right
 * @property {string | null} [follows] the argument that it is where it is left out
 * @property {Said} hint what to try where it is wrong
 * @property {boolean} required
 * @property {number | boolean | string | null} [default]
 */
/**
 * @typedef {object} Relation a condition between two arguments
 * @property {"Divides" | "SameNeedsOdd" | "AtMostHalf" | "Below" | "BelowBoth" | "OnlyZeros" | "Odd"} rule
 * @property {string} argument the one at fault
 * @property {string} other
 */
/**
 * @typedef {object} KindEntry
 * @property {string} name
 * @property {boolean} written whether a formula may call it by its name
 * @property {Said} example
 * @property {Argument[]} arguments
 * @property {Relation[]} relations
 * @property {Traits} traits
 */
/**
 * @typedef {object} Traits what sizes and costs follow from
 * @property {"any" | "maps" | "rows"} takes
 * @property {"unit" | "window" | "cell" | "all" | "part" | "number" | "units" | "source" | "channels" | "channel" |
 * "group" | "column" | "along" | "spread" | "slice" | "places"} reads what one number of it is made from
 * @property {boolean} channelwise
 * @property {boolean} filters
 * @property {number} learned_per_channel
 * @property {number} learned_per_layer
 * @property {boolean} learned_per_unit
 */
/**
 * @typedef {object} Limits how large a formula and its network may be
 * @property {number} text in bytes
 * @property {number} layers after repeats
 * @property {number} depth groups within groups
 * @property {number} parameters
 * @property {number} numbers in one layer's output for one picture
 * @property {number} picture numbers of the picture itself
 * @property {number} field pixels of a receptive field, and between two
 * @property {number} ratio of an se: channels to one in between
 * @property {number} averaged numbers of the matrices that average the cells of a grid
 */
/**
 * @typedef {object} NamedPlan
 * @property {string} id
 * @property {string} formula
 * @property {Record<string, string>} about a line in each language
 * @property {[number, number, number]} [input] the pictures that it was made for, where they are not MNIST's
 * @property {number} [classes] and their classes
 */

/** Formulas by name, filled when the page starts. @type {Record<string, string>} */
export const ZOO = {};

/** What plans were made for that were not made for MNIST, by formula. @type {Record<string, number[]>} */
const MADE_FOR = {};

/** Kinds by name, filled when the page starts. @type {Record<string, KindEntry>} */
const ENTRIES = {};

/** Filled when the page starts. @type {Limits} */
export const LIMITS = {
  text: 0,
  layers: 0,
  depth: 0,
  parameters: 0,
  numbers: 0,
  picture: 0,
  field: 0,
  averaged: 0,
  ratio: 0,
};

/** What to write instead of torch's words, in lower case without underscores. @type {Record<string, Said>} */
const TORCH = Object.create(null);

/** @param {{plans: NamedPlan[], kinds: KindEntry[], limits: Limits, torch: Record<string, Said>}} table */
export function fillTable({ plans, kinds, limits, torch }) {
  for (const { id, formula, input, classes } of plans) {
    ZOO[id] = formula;
    if (input && classes) MADE_FOR[formula] = [...input, classes];
  }
  for (const kind of kinds) ENTRIES[kind.name] = kind;
  Object.assign(LIMITS, limits);
  Object.assign(TORCH, torch);
}

/** The channels, rows, columns and classes that a plan, by name or formula, was made for. @param {string} text */
export function madeFor(text) {
  return MADE_FOR[ZOO[text] ?? text] ?? [1, 28, 28, 10];
}

/** What the table says of a kind. @param {string} name */
export function entryOf(name) {
  return ENTRIES[name];
}

/** What to write instead of a word of torch's; nothing where it is none. @param {string} name @returns {Said} */
export function torchHint(name) {
  return TORCH[name.toLowerCase().replace(/_/g, "")] ?? "";
}

/** The kinds that a formula may call by their names. */
export function writtenKinds() {
  return Object.keys(ENTRIES).filter((name) => ENTRIES[name].written);
}
