/** The handwritten digits that the page carries to learn from: MNIST's first of each class. */

import { inflate } from "../../engine/inflate.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../learn/pictures.js").Pictures} Pictures */
/** @typedef {import("../../types.js").Deflated} Deflated */
/** @typedef {{pictures: Deflated, labels: Deflated}} PackedDigits */
/**
 * @typedef {object} Digits
 * @property {Pictures} training
 * @property {Pictures} validation of MNIST's training pictures too, and in no other part
 * @property {Pictures} test of MNIST's test pictures
 */

/** @type {WeakMap<Lab, Promise<Digits>>} */
const UNPACKED = new WeakMap();

/** Unpack the digits, once a page. @param {Lab} lab @returns {Promise<Digits>} */
export function digitsOf(lab) {
  const before = UNPACKED.get(lab);
  if (before) return before;
  const { training, validation, test } = lab.payload.learning.digits;
  const made = Promise.all([training, validation, test].map(picturesOf)).then((all) => ({
    training: all[0],
    validation: all[1],
    test: all[2],
  }));
  UNPACKED.set(lab, made);
  return made;
}

/** @param {PackedDigits} packed @returns {Promise<Pictures>} */
async function picturesOf({ pictures, labels }) {
  const [, channels, height, width] = pictures.shape;
  return { pixels: await inflate(pictures), labels: await inflate(labels), shape: [channels, height, width] };
}

/**
 * The first pictures of a set, as many of each class as there are of every other where it lists the classes in turn.
 * @param {Pictures} pictures @param {number} n
 * @returns {Pictures}
 */
export function firstOf({ pixels, labels, shape }, n) {
  const size = shape[0] * shape[1] * shape[2];
  return { pixels: pixels.subarray(0, n * size), labels: Array.from(labels).slice(0, n), shape };
}
