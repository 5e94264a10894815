/** A training as a record to keep, and back. */

import { KeepFault } from "../../kit/keep.js";
import { sha256 } from "../../kit/sha256.js";

/** @typedef {import("../../kit/keep.js").KeptLine} KeptLine */
/** @typedef {import("../../learn/pictures.js").Pictures} Pictures */
/** @typedef {import("./trainer.js").Snapshot} Snapshot */
/**
 * @typedef {object} About what a list shows of a kept training
 * @property {string} formula
 * @property {number} step @property {number} steps
 * @property {number} seed
 * @property {number | null} accuracy on validation pictures, 0…1, as last measured
 */

const FORMAT = 1; // of the record

/** What pictures are called where they are kept; hashed once. @type {WeakMap<Pictures, string>} */
const PICTURES_NAMED = new WeakMap();

/**
 * @param {Snapshot} snapshot @param {string} id @param {string} name @param {number} date
 * @returns {{line: KeptLine, long: unknown, shared: Record<string, Pictures>}}
 */
export function keptRecordOf(snapshot, id, name, date) {
  const { asked, step, tensors, moments, lines, measures, calibrated, seconds, kernels, sameBits } = snapshot;
  const { formula, nodes, input, classes, set, recipe, seed, every, inside, sure, pictures, others = {} } = asked;
  /** @type {About} */
  const about = { formula, step, steps: recipe.steps ?? step, seed, accuracy: keptAccuracy(snapshot) };
  const named = Object.entries(others).map(([of, other]) => [of, pictureKey(other)]);
  const sets = [pictures, ...Object.values(others)];
  const numbers = [...Object.values(tensors), ...Object.values(moments)];
  const long = {
    asked: { formula, nodes, input, classes, set, recipe, seed, every, inside, sure, kernels: asked.kernels ?? null },
    pictures: pictureKey(pictures),
    others: Object.fromEntries(named),
    ...{ step, tensors, moments, lines, measures, calibrated, seconds, kernels, sameBits },
  };
  const bytes = 4 * numbers.reduce((sum, { length }) => sum + length, 0) + JSON.stringify([lines, measures]).length;
  const shared = Object.fromEntries(sets.map((one) => [pictureKey(one), one]));
  const sizes = Object.entries(shared).map(([key, { pixels, labels }]) => [key, pixels.length + 4 * labels.length]);
  return { line: { id, format: FORMAT, name, date, bytes, shared: Object.fromEntries(sizes), about }, long, shared };
}

/** Whether a line is that of a training that this page can open. @param {KeptLine} line */
export function isKnown({ format, about }) {
  const numbers = [about.step, about.steps, about.seed].every(Number.isFinite);
  const { accuracy } = about;
  return format === FORMAT && numbers && typeof about.formula === "string" && (accuracy === null || accuracy >= 0);
}

/**
 * Return the training of a record. Throws a KeepFault for one that is damaged, before anything of it is used.
 * @param {{line: KeptLine, long: any, shared: Record<string, any>}} record
 * @returns {Snapshot}
 */
export function snapshotIn({ line, long, shared }) {
  const { asked, pictures, others, step, tensors, moments, lines, measures, seconds, kernels, sameBits } = long;
  const keys = [pictures, ...Object.values(others ?? {})];
  const whole =
    isKnown(line) &&
    [asked?.nodes, asked?.classes, lines, measures].every(Array.isArray) &&
    [tensors, moments].every(hasNumbers) &&
    Number.isInteger(step) &&
    Number.isFinite(seconds) &&
    typeof kernels === "string" &&
    keys.every((key) => shared[key]?.pixels instanceof Uint8Array && Array.isArray(shared[key].shape));
  if (!whole) throw new KeepFault("damaged");
  const named = Object.entries(others).map(([of, key]) => [of, shared[key]]);
  return {
    asked: { ...asked, pictures: shared[pictures], others: Object.fromEntries(named) },
    ...{ step, tensors, moments, lines, measures, seconds, kernels, sameBits: Boolean(sameBits) },
    calibrated: long.calibrated ?? null,
  };
}

/** @param {any} named */
function hasNumbers(named) {
  return Boolean(named) && Object.values(named).every((one) => one instanceof Float32Array);
}

/** @param {Snapshot} snapshot */
function keptAccuracy({ measures }) {
  return measures.filter(({ of, step }) => of === "validation" && step > 0).at(-1)?.accuracy ?? null;
}

/** @param {Pictures} pictures */
function pictureKey(pictures) {
  const before = PICTURES_NAMED.get(pictures);
  if (before) return before;
  const { pixels, labels, shape } = pictures;
  const made = sha256(new TextEncoder().encode(`${sha256(pixels)} ${Array.from(labels)} ${shape}`));
  PICTURES_NAMED.set(pictures, made);
  return made;
}
