/** Training pictures on their way into the network: chosen, changed at random, cut to size, scaled. */

import { elasticField } from "./elastic.js";
import { LANES } from "./memory.js";
import { normal, uniform } from "./random.js";
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
      copyWindow(into, n, size, picture, pictures.shape, rooms[0] >> 1, rooms[1] >> 1, false, table, false);
      continue;
    }
    const { how } = changes;
    const flip = next() < 0.5 && how.flip;
    if (how.rotate || how.scale || how.zoom || how.shear || how.translate || how.elastic) {
      const map = affineOf(how, next);
      const field = how.elastic ? elasticField(size, normal([...changes.seed, n])) : null;
      const moved = field && field.map((value) => how.elastic * value);
      copyMapped(into, n, size, picture, pictures.shape, flip ? mirrored(map) : map, input, how.edge, moved);
    } else {
      const [top, left] = rooms.map((room) => Math.floor(next() * (room + 2 * how.shift + 1)) - how.shift);
      copyWindow(into, n, size, picture, pictures.shape, top, left, flip, table, how.edge);
    }
    if (how.erase) {
      const [row, column] = size.map((length) => Math.floor(next() * length));
      eraseSquare(into, n, size, how.erase, row, column, input);
    }
  }
}

/**
 * Fill a square around (row, column) with the mean's pixel value; what lies outside the picture is cut off.
 * @param {Maps} into @param {number} n @param {[number, number]} size @param {number} side
 * @param {number} row @param {number} column @param {InputSpec} input
 */
export function eraseSquare(into, n, [rows, columns], side, row, column, { mean, std }) {
  const { channels, block } = into;
  const [top, left] = [row - (side >> 1), column - (side >> 1)];
  const begin = Math.floor(n / LANES) * rows * columns * channels * LANES + (n % LANES);
  for (let y = Math.max(0, top); y < Math.min(rows, top + side); y++) {
    for (let x = Math.max(0, left); x < Math.min(columns, left + side); x++) {
      for (let c = 0; c < channels; c++) {
        block.values[begin + ((y * columns + x) * channels + c) * LANES] = (toEven(mean[c]) - mean[c]) / std[c];
      }
    }
  }
}

/** The nearest whole number; of two as near the even one, as torch rounds. @param {number} value */
function toEven(value) {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}

/** What each pixel value becomes, a row of 256 a channel. @param {InputSpec} input @param {number} channels */
function scaled({ mean, std }, channels) {
  return Float32Array.from({ length: 256 * channels }, (_, i) => ((i & 255) - mean[i >> 8]) / std[i >> 8]);
}

/**
 * Copy a window of a picture to lane `n` of a batch; what lies outside is black, or the nearest pixel.
 * @param {Maps} into @param {number} n @param {[number, number]} size
 * @param {Uint8Array} picture @param {Shape} shape
 * @param {number} top @param {number} left @param {boolean} flip @param {Float32Array} table @param {boolean} edge
 */
function copyWindow(into, n, [rows, columns], picture, [channels, height, width], top, left, flip, table, edge) {
  const values = into.block.values;
  const begin = Math.floor(n / LANES) * rows * columns * channels * LANES + (n % LANES);
  const step = channels * LANES;
  for (let c = 0; c < channels; c++) {
    const black = table[256 * c];
    for (let row = 0; row < rows; row++) {
      const y = edge ? Math.max(0, Math.min(height - 1, top + row)) : top + row;
      const within = y >= 0 && y < height;
      const from = (c * height + y) * width;
      let to = begin + row * columns * step + c * LANES;
      for (let column = 0; column < columns; column++, to += step) {
        let x = left + (flip ? columns - 1 - column : column);
        if (edge) x = Math.max(0, Math.min(width - 1, x));
        values[to] = within && x >= 0 && x < width ? table[256 * c + picture[from + x]] : black;
      }
    }
  }
}

/**
 * Draw a map from a pixel of the result to the place it is taken from, (x, y) from the middle: rotation · shear ·
 * scale, then a translation in pixels, as training/augmentation.py.
 * @param {Augmentation} how
 * @param {() => number} next
 * @returns {Affine}
 */
function affineOf(how, next) {
  const [turn, wide, high, slant, across, down] = Array.from({ length: 6 }, () => 2 * next() - 1);
  const angle = (turn * how.rotate * Math.PI) / 180;
  const distance = how.zoom ? (1 + how.zoom) ** (2 * next() - 1) : 1; // as likely nearer as farther
  const [sx, sy] = [(1 + wide * how.scale) * distance, (1 + high * how.scale) * distance];
  const shear = slant * how.shear;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const first = /** @type {const} */ ([cos * sx, (cos * shear - sin) * sy, across * how.translate]);
  return [...first, sin * sx, (sin * shear + cos) * sy, down * how.translate];
}

/** The map of the result's mirror image. @param {Affine} map @returns {Affine} */
function mirrored([a, b, c, d, e, f]) {
  return [-a, b, c, -d, e, f];
}

/**
 * Resample a picture bilinearly through a map, middle on middle; outside it is black, or the nearest pixel. The
 * identity cuts out the window from ⌊(H − h)/2⌋ and ⌊(W − w)/2⌋ on. `moved` (2, rows, columns) is added to where each
 * pixel is taken from: pixels across, pixels down.
 * @param {Maps} into @param {number} n @param {[number, number]} size
 * @param {Uint8Array} picture @param {Shape} shape @param {Affine} map @param {InputSpec} input
 * @param {boolean} edge @param {ArrayLike<number> | null} moved
 */
export function copyMapped(into, n, size, picture, [channels, height, width], map, { mean, std }, edge, moved) {
  const [rows, columns] = size;
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
      const place = row * columns + column;
      let x = a * u + b * v + middle[1] + (moved ? moved[place] : 0);
      let y = d * u + e * v + middle[0] + (moved ? moved[rows * columns + place] : 0);
      if (edge) [x, y] = [Math.max(0, Math.min(width - 1, x)), Math.max(0, Math.min(height - 1, y))];
      for (let k = 0; k < channels; k++, to += LANES) {
        const pixel = betweenPixels(picture, k * height * width, height, width, y, x);
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
function betweenPixels(picture, begin, height, width, y, x) {
  const [top, left] = [Math.floor(y), Math.floor(x)];
  let sum = 0;
  for (let i = 0; i < 4; i++) {
    const [row, column] = [top + (i >> 1), left + (i & 1)];
    if (row < 0 || row >= height || column < 0 || column >= width) continue;
    sum += picture[begin + row * width + column] * (1 - Math.abs(y - row)) * (1 - Math.abs(x - column));
  }
  return sum;
}
