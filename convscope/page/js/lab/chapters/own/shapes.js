/**
 * Four shapes as a hand might draw them, by code: a set to begin with. The same seed draws the same ones everywhere.
 */

import { uniform } from "../../../learn/random.js";
import { centred } from "../../../look/edits.js";

/** @typedef {[number, number]} Place across, down; −1 … 1 from the middle */

const PAPER = 112; // pixels of a side that is drawn on
const SAMPLED = 40; // points of a curve

/** Each as strokes of points. @type {((next: () => number) => Place[][])[]} */
const SHAPES = [ring, cross, line, triangle];

/**
 * One drawing, (H, W), as the pad would make it of the same strokes.
 * @param {number} kind 0 a circle, 1 a cross, 2 a line, 3 a triangle
 * @param {number} i the how many-th of its kind
 * @param {number} seed
 * @param {number} side of the picture
 */
export function shapeByHand(kind, i, seed, side) {
  const next = uniform([seed, kind, i]);
  const around = (/** @type {number} */ middle, /** @type {number} */ reach) => middle + (2 * next() - 1) * reach;
  const [turn, wide, high, pen] = [around(0, 0.3), around(0.62, 0.14), around(0.62, 0.14), around(4.6, 1.4)];
  const placed = SHAPES[kind](next).map((stroke) =>
    stroke.map(([x, y]) => {
      const [sx, sy] = [x * wide, y * high];
      const [tx, ty] = [sx * Math.cos(turn) - sy * Math.sin(turn), sx * Math.sin(turn) + sy * Math.cos(turn)];
      return /** @type {Place} */ ([((tx + 1) * PAPER) / 2, ((ty + 1) * PAPER) / 2]);
    }),
  );
  const ink = new Uint8Array(PAPER * PAPER);
  for (const stroke of placed) for (let k = 1; k < stroke.length; k++) penAlong(ink, stroke[k - 1], stroke[k], pen);
  return centred(ink, PAPER, side, side);
}

/**
 * Ink wherever the pen comes on its way.
 * @param {Uint8Array} ink
 * @param {Place} from
 * @param {Place} to
 * @param {number} pen
 */
function penAlong(ink, [ax, ay], [bx, by], pen) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy || 1;
  const [left, right] = [
    Math.max(0, Math.floor(Math.min(ax, bx) - pen)),
    Math.min(PAPER - 1, Math.ceil(Math.max(ax, bx) + pen)),
  ];
  const [top, bottom] = [
    Math.max(0, Math.floor(Math.min(ay, by) - pen)),
    Math.min(PAPER - 1, Math.ceil(Math.max(ay, by) + pen)),
  ];
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) {
      const share = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
      if (Math.hypot(x - ax - share * dx, y - ay - share * dy) <= pen) ink[y * PAPER + x] = 255;
    }
}

/** A circle whose ends do not quite meet. @param {() => number} next @returns {Place[][]} */
function ring(next) {
  const [start, over, dent] = [2 * Math.PI * next(), 0.5 * (next() - 0.6), 0.2 * next()];
  return [
    Array.from({ length: SAMPLED }, (_, i) => {
      const angle = start + (i / (SAMPLED - 1)) * (2 * Math.PI + over);
      const far = 1 + dent * Math.cos(2 * angle + start);
      return /** @type {Place} */ ([far * Math.cos(angle), far * Math.sin(angle)]);
    }),
  ];
}

/** Two strokes that cross. @param {() => number} next @returns {Place[][]} */
function cross(next) {
  return [straight(shaken(next, -1, -1), shaken(next, 1, 1)), straight(shaken(next, 1, -1), shaken(next, -1, 1))];
}

/** One stroke, at any angle. @param {() => number} next @returns {Place[][]} */
function line(next) {
  const angle = Math.PI * next();
  const bend = 0.25 * (next() - 0.5);
  const [x, y] = [Math.cos(angle), Math.sin(angle)];
  return [
    Array.from({ length: SAMPLED }, (_, i) => {
      const along = (2 * i) / (SAMPLED - 1) - 1;
      const aside = bend * (1 - along * along);
      return /** @type {Place} */ ([along * x - aside * y, along * y + aside * x]);
    }),
  ];
}

/** Three strokes that nearly close. @param {() => number} next @returns {Place[][]} */
function triangle(next) {
  const corners = [shaken(next, 0, -1), shaken(next, 0.95, 0.8), shaken(next, -0.95, 0.8), shaken(next, 0, -1)];
  return [corners.slice(1).flatMap((to, i) => straight(corners[i], to))];
}

/** @param {() => number} next @param {number} x @param {number} y @returns {Place} */
function shaken(next, x, y) {
  return [x + 0.3 * (next() - 0.5), y + 0.3 * (next() - 0.5)];
}

/** @param {Place} from @param {Place} to @returns {Place[]} */
function straight(from, to) {
  return [from, to];
}
