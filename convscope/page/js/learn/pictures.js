/** Training pictures on their way into the network: chosen, changed at random, cut to size, scaled. */

import { LANES } from "./memory.js";
import { uniform } from "./random.js";
/** @import {InputSpec, Shape} from "../types.js" */
/** @import {Augmentation} from "./recipe.js" */
/** @import {Maps} from "./types.js" */

/**
 * @typedef {object} Pictures
 * @property {Uint8Array} pixels (n, C, H, W), 0…255
 * @property {ArrayLike<number>} labels (n)
 * @property {Shape} shape (C, H, W)
 */

/** @typedef {[number, number, number, number, number, number]} Affine x' = a·x + b·y + c, y' = d·x + e·y + f */

/**
 * Write the pictures `chosen` into a batch's input, cut to its size: from the middle, rounded down, or changed as `how`
 * says, by random numbers that follow from `seed`. Lanes without a picture become 0.
 * @param {Maps} into
 * @param {[number, number]} size rows, columns
 * @param {InputSpec} input
 * @param {Pictures} pictures
 * @param {ArrayLike<number>} chosen
 * @param {{how: Augmentation, seed: number[]} | null} changes
 */
export function writeBatch(into, size, input, pictures, chosen, changes) {
  const [channels, height, width] = pictures.shape;
  const rooms = [height - size[0], width - size[1]];
  const table = scaled(input, channels);
  into.block.values.fill(0, Math.floor(chosen.length / LANES) * into.places * channels * LANES);
  const next = changes ? uniform(changes.seed) : null;
  for (let n = 0; n < chosen.length; n++) {
    const picture = pictures.pixels.subarray(chosen[n] * channels * height * width);
    if (!changes || !next) {
      copyWindow(into, n, size, picture, pictures.shape, rooms[0] >> 1, rooms[1] >> 1, false, table);
      continue;
    }
    const { how } = changes;
    const flip = next() < 0.5 && how.flip;
    if (how.rotate || how.scale || how.shear || how.translate) {
      const map = affineOf(how, next);
      copyMapped(into, n, size, picture, pictures.shape, flip ? mirrored(map) : map, input);
    } else {
      const [top, left] = rooms.map((room) => Math.floor(next() * (room + 2 * how.shift + 1)) - how.shift);
      copyWindow(into, n, size, picture, pictures.shape, top, left, flip, table);
    }
  }
}

/** What each pixel value becomes, a row of 256 a channel. @param {InputSpec} input @param {number} channels */
function scaled({ mean, std }, channels) {
  return Float32Array.from({ length: 256 * channels }, (_, i) => ((i & 255) - mean[i >> 8]) / std[i >> 8]);
}

/**
 * Copy a window of a picture to lane `n` of a batch; what lies outside is black.
 * @param {Maps} into @param {number} n @param {[number, number]} size
 * @param {Uint8Array} picture @param {Shape} shape
 * @param {number} top @param {number} left @param {boolean} flip @param {Float32Array} table
 */
function copyWindow(into, n, [rows, columns], picture, [channels, height, width], top, left, flip, table) {
  const values = into.block.values;
  const begin = Math.floor(n / LANES) * rows * columns * channels * LANES + (n % LANES);
  const step = channels * LANES;
  for (let c = 0; c < channels; c++) {
    const black = table[256 * c];
    for (let row = 0; row < rows; row++) {
      const y = top + row;
      const within = y >= 0 && y < height;
      const from = (c * height + y) * width;
      let to = begin + row * columns * step + c * LANES;
      for (let column = 0; column < columns; column++, to += step) {
        const x = left + (flip ? columns - 1 - column : column);
        values[to] = within && x >= 0 && x < width ? table[256 * c + picture[from + x]] : black;
      }
    }
  }
}

/**
 * Draw a map from a pixel of the result to the place it is taken from, (x, y) from the middle: rotation · shear · scale,
 * then a translation in pixels, as training/augmentation.py.
 * @param {Augmentation} how
 * @param {() => number} next
 * @returns {Affine}
 */
function affineOf(how, next) {
  const [turn, wide, high, slant, across, down] = Array.from({ length: 6 }, () => 2 * next() - 1);
  const angle = (turn * how.rotate * Math.PI) / 180;
  const [sx, sy, shear] = [1 + wide * how.scale, 1 + high * how.scale, slant * how.shear];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const first = /** @type {const} */ ([cos * sx, (cos * shear - sin) * sy, across * how.translate]);
  return [...first, sin * sx, (sin * shear + cos) * sy, down * how.translate];
}

/** The map of the result's mirror image. @param {Affine} map @returns {Affine} */
function mirrored([a, b, c, d, e, f]) {
  return [-a, b, c, -d, e, f];
}

/**
 * Resample a picture bilinearly through a map, middle on middle, black outside. The identity cuts out the window from
 * ⌊(H − h)/2⌋ and ⌊(W − w)/2⌋ on.
 * @param {Maps} into @param {number} n @param {[number, number]} size
 * @param {Uint8Array} picture @param {Shape} shape @param {Affine} map @param {InputSpec} input
 */
export function copyMapped(into, n, [rows, columns], picture, [channels, height, width], map, { mean, std }) {
  const values = into.block.values;
  const [a, b, c, d, e, f] = map;
  const middle = [
    Math.floor((height - rows) / 2) + (rows - 1) / 2 + f,
    Math.floor((width - columns) / 2) + (columns - 1) / 2 + c,
  ];
  let to = Math.floor(n / LANES) * rows * columns * channels * LANES + (n % LANES);
  for (let row = 0; row < rows; row++) {
    const v = row - (rows - 1) / 2;
    for (let column = 0; column < columns; column++) {
      const u = column - (columns - 1) / 2;
      const [x, y] = [a * u + b * v + middle[1], d * u + e * v + middle[0]];
      for (let k = 0; k < channels; k++, to += LANES) {
        const pixel = between(picture, k * height * width, height, width, y, x);
        values[to] = (pixel - mean[k]) / std[k];
      }
    }
  }
}

/**
 * The brightness between four pixels, those outside being 0.
 * @param {Uint8Array} picture @param {number} begin of the channel
 * @param {number} height @param {number} width @param {number} y @param {number} x
 */
function between(picture, begin, height, width, y, x) {
  const [top, left] = [Math.floor(y), Math.floor(x)];
  let sum = 0;
  for (let i = 0; i < 4; i++) {
    const [row, column] = [top + (i >> 1), left + (i & 1)];
    if (row < 0 || row >= height || column < 0 || column >= width) continue;
    sum += picture[begin + row * width + column] * (1 - Math.abs(y - row)) * (1 - Math.abs(x - column));
  }
  return sum;
}
