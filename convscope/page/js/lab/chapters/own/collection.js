/** The pictures of the reader's own classes: kept as long as the page is open, one collection a kind of picture. */

import { sha256 } from "../../../kit/sha256.js";
import { shapeByHand } from "./shapes.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../../types.js").Shape} Shape */
/** @typedef {"drawn" | "photo"} PictureKind */
/**
 * @typedef {object} OwnPicture
 * @property {number} id
 * @property {number} label
 * @property {Uint8Array} pixels
 * @property {boolean} byCode drawn by the page, not by the reader
 * @property {Features | null} [features] what a frozen network made of it, once one did
 */
/** @typedef {{of: string, row: Float32Array}} Features `of` is the digest of that network's model file */
/** @typedef {{names: string[], pictures: OwnPicture[]}} Content */

export const FEWEST_CLASSES = 2;
export const MOST_CLASSES = 5;
/** What classes are called until the reader names them. */
export const GIVEN_NAMES = [..."ABCDEFGHIJ"];
/** So many of each class it takes: a fifth of them is left out at a time. */
const LEAST_EACH = 5;
export const WANTED_EACH = 10;
/** @type {Record<PictureKind, number>} */
const MOST_EACH = { drawn: 200, photo: 100 };
const LONGEST_CLASS_NAME = 24;
const LOPSIDED = 2; // times as many of one class as of another

/** In which size pictures of each kind are collected. @type {Record<PictureKind, Shape>} */
export const SHAPE_OF = { drawn: [1, 28, 28], photo: [3, 224, 224] };

/** @type {WeakMap<Lab, Map<PictureKind, Collection>>} */
const COLLECTIONS = new WeakMap();

/** The collection of that kind, the same one as long as the page is open. @param {Lab} lab @param {PictureKind} kind */
export function collectionOf(lab, kind) {
  const all = COLLECTIONS.get(lab) ?? new Map();
  COLLECTIONS.set(lab, all);
  if (!all.has(kind)) all.set(kind, makeCollection(kind));
  return /** @type {Collection} */ (all.get(kind));
}

/** @typedef {ReturnType<typeof makeCollection>} Collection */

/** @param {PictureKind} kind */
function makeCollection(kind) {
  /** @type {Content} */
  let content = { names: GIVEN_NAMES.slice(0, FEWEST_CLASSES), pictures: [] };
  /** @type {Content[]} */
  let before = [];
  let next = 0;
  let version = 0;
  const change = (/** @type {Partial<Content>} */ part) => {
    before.push(content);
    content = { ...content, ...part };
    version++;
  };

  return {
    kind,
    shape: SHAPE_OF[kind],
    get names() {
      return content.names;
    },
    get pictures() {
      return content.pictures;
    },
    /** Grows with every change. */
    get version() {
      return version;
    },
    get counts() {
      return content.names.map((_, k) => content.pictures.filter(({ label }) => label === k).length);
    },
    get canUndo() {
      return before.length > 0;
    },

    /**
     * Add pictures of a class; one that is there already, in whichever class, is not taken again: left out of the
     * training it would still be known. Returns how many were taken.
     * @param {number} label @param {Uint8Array[]} pixels
     */
    add: (label, pixels) => {
      const there = new Set(content.pictures.map((one) => pixelsKey(one.pixels)));
      let room = MOST_EACH[kind] - content.pictures.filter((one) => one.label === label).length;
      /** @type {OwnPicture[]} */
      const taken = [];
      for (const one of pixels) {
        const key = pixelsKey(one);
        if (there.has(key) || room < 1) continue;
        there.add(key);
        room--;
        taken.push({ id: next++, label, pixels: one, byCode: false });
      }
      if (taken.length) change({ pictures: [...content.pictures, ...taken] });
      return taken.length;
    },
    /** @param {number} id */
    remove: (id) => change({ pictures: content.pictures.filter((one) => one.id !== id) }),
    /**
     * Another name for a class; nothing, and one that is taken, leave it as it is.
     * @param {number} label
     * @param {string} name
     */
    rename: (label, name) => {
      const short = shortName(name);
      if (!short || content.names.includes(short)) return false;
      change({ names: content.names.map((one, k) => (k === label ? short : one)) });
      return true;
    },
    /** Another class; its number, or −1 where there is no room for it. @param {string} [name] */
    addClass: (name) => {
      const at = content.names.length;
      if (at >= MOST_CLASSES) return -1;
      const free = GIVEN_NAMES.find((one) => !content.names.includes(one));
      change({ names: [...content.names, shortName(name ?? "") || String(free)] });
      return at;
    },
    /** A class away, with its pictures. @param {number} label */
    removeClass: (label) => {
      if (content.names.length <= FEWEST_CLASSES) return;
      change({
        names: content.names.filter((_, k) => k !== label),
        pictures: content.pictures
          .filter((one) => one.label !== label)
          .map((one) => (one.label > label ? { ...one, label: one.label - 1 } : one)),
      });
    },
    /** Begin anew: these classes, no pictures. @param {string[]} names */
    empty: (names) => change({ names: namesWithin(names), pictures: [] }),
    /**
     * Begin with other pictures.
     * @param {string[]} names
     * @param {Pick<OwnPicture, "label" | "pixels" | "features">[]} pictures
     */
    fill: (names, pictures) =>
      change({ names, pictures: pictures.map((one) => ({ ...one, id: next++, byCode: false })) }),
    /**
     * Four shapes drawn by code.
     * @param {string[]} names of a circle, a cross, a line, a triangle
     * @param {number} seed
     */
    example: (names, seed) => {
      const [, side] = SHAPE_OF[kind];
      const pictures = Array.from({ length: names.length * WANTED_EACH }, (_, i) => ({
        id: next++,
        label: Math.floor(i / WANTED_EACH),
        pixels: shapeByHand(Math.floor(i / WANTED_EACH), i % WANTED_EACH, seed, side),
        byCode: true,
      }));
      change({ names, pictures });
    },
    /** As it was before the last change. */
    undo: () => {
      const last = before.pop();
      if (!last) return;
      content = last;
      version++;
    },
  };
}

/** @type {WeakMap<Uint8Array, string>} */
const KEYS = new WeakMap();

/** What pictures are known by as the same. @param {Uint8Array} pixels */
function pixelsKey(pixels) {
  const key = KEYS.get(pixels) ?? sha256(pixels);
  KEYS.set(pixels, key);
  return key;
}

/** A name as it is kept. @param {string} name */
function shortName(name) {
  return name.replace(/\s+/g, " ").trim().slice(0, LONGEST_CLASS_NAME);
}

/** Two to five different names out of any. @param {string[]} names */
export function namesWithin(names) {
  const found = [...new Set(names.map(shortName).filter(Boolean))].slice(0, MOST_CLASSES);
  for (const one of GIVEN_NAMES) if (found.length < FEWEST_CLASSES && !found.includes(one)) found.push(one);
  return found;
}

/**
 * What keeps a collection from being trained on, or what makes it poor, the first that holds.
 * @param {Pick<Collection, "names" | "counts">} collection
 * @returns {{what: "none" | "missing" | "few" | "lopsided", name: string, count: number, other: string, most: number} |
 * null}
 */
export function lackOf({ names, counts }) {
  const least = counts.indexOf(Math.min(...counts));
  const most = counts.indexOf(Math.max(...counts));
  const said = { name: names[least], count: counts[least], other: names[most], most: counts[most] };
  if (!counts[most]) return { what: "none", ...said };
  if (counts[least] < LEAST_EACH) return { what: "missing", ...said };
  if (counts[least] < WANTED_EACH) return { what: "few", ...said };
  if (counts[most] > LOPSIDED * counts[least]) return { what: "lopsided", ...said };
  return null;
}
