/**
 * What is done to a picture before the network sees it: shift, turn, scale, noise, a grey square; and MNIST's centring.
 */

import { NO_EDITS } from "./state.js";

/** @typedef {import("./types.js").Edits} Edits */

/** @param {Edits} edits */
export function untouched(edits) {
  return Object.keys(NO_EDITS).every(
    (name) => edits[/** @type {keyof Edits} */ (name)] === NO_EDITS[/** @type {keyof Edits} */ (name)],
  );
}

/** A fixed sequence of numbers 0 … 1, so that the same address shows the same noise. @param {number} seed */
export function sequence(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Return the picture after the edits: moved by (dx, dy) pixels, turned by `turn` degrees and scaled around the middle
 * (bilinear, 0 outside), with noise of that standard deviation in 0…255 and a square of side `es` put to 0.
 * @param {Uint8Array} base (C, H, W) @param {number[]} shape @param {Edits} edits @returns {Uint8Array}
 */
export function edited(base, shape, edits) {
  if (untouched(edits)) return base;
  const [channels, height, width] = shape;
  const out = new Uint8Array(base.length);
  const angle = (-edits.turn * Math.PI) / 180;
  const cos = Math.cos(angle) / edits.scale;
  const sin = Math.sin(angle) / edits.scale;
  const cy = (height - 1) / 2;
  const cx = (width - 1) / 2;
  const noise = sequence(7);
  const plain = edits.turn === 0 && edits.scale === 1;
  for (let c = 0; c < channels; c++) {
    const plane = base.subarray(c * height * width, (c + 1) * height * width);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const v = y - cy - edits.dy;
        const u = x - cx - edits.dx;
        const sy = plain ? y - edits.dy : cy + sin * u + cos * v;
        const sx = plain ? x - edits.dx : cx + cos * u - sin * v;
        let value = between(plane, height, width, sy, sx);
        if (edits.noise > 0)
          value += edits.noise * Math.sqrt(-2 * Math.log(noise() || 1e-9)) * Math.cos(2 * Math.PI * noise());
        const erased =
          edits.es > 0 && y >= edits.ey && y < edits.ey + edits.es && x >= edits.ex && x < edits.ex + edits.es;
        out[(c * height + y) * width + x] = erased ? 0 : Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return out;
}

/**
 * Bilinear between pixels, 0 outside.
 * @param {Uint8Array} plane
 * @param {number} height
 * @param {number} width
 * @param {number} y
 * @param {number} x
 */
function between(plane, height, width, y, x) {
  const top = Math.floor(y);
  const left = Math.floor(x);
  let sum = 0;
  for (let dy = 0; dy < 2; dy++) {
    for (let dx = 0; dx < 2; dx++) {
      const weight = (dy ? y - top : 1 - y + top) * (dx ? x - left : 1 - x + left);
      const yy = top + dy;
      const xx = left + dx;
      if (weight > 0 && yy >= 0 && xx >= 0 && yy < height && xx < width) sum += weight * plane[yy * width + xx];
    }
  }
  return sum;
}

/**
 * Ink as MNIST made it (LeCun et al. 1998): the strokes' box scaled to fit 20×20 of 28×28 (the same share of other
 * sizes), keeping its proportions, then moved so that its centre of mass is the picture's centre.
 * @param {Float32Array | Uint8Array} ink side×side, 0…255
 * @param {number} side
 * @param {number} height
 * @param {number} width
 */
export function centred(ink, side, height, width) {
  let [top, left, bottom, right] = [side, side, -1, -1];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (ink[y * side + x] < 8) continue;
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
  }
  if (bottom < 0) return new Uint8Array(height * width);
  const room = Math.round((Math.min(height, width) * 20) / 28);
  const factor = Math.max(bottom - top + 1, right - left + 1) / room;
  const rows = Math.max(1, Math.round((bottom - top + 1) / factor));
  const columns = Math.max(1, Math.round((right - left + 1) / factor));
  const small = shrunk(ink, side, top, left, factor, rows, columns);
  let [mass, my, mx] = [0, 0, 0];
  small.forEach((v, i) => {
    mass += v;
    my += v * Math.floor(i / columns);
    mx += v * (i % columns);
  });
  const oy = Math.round((height - 1) / 2 - my / mass);
  const ox = Math.round((width - 1) / 2 - mx / mass);
  const out = new Uint8Array(height * width);
  small.forEach((v, i) => {
    const y = Math.floor(i / columns) + oy;
    const x = (i % columns) + ox;
    if (y >= 0 && x >= 0 && y < height && x < width) out[y * width + x] = Math.round(v);
  });
  return out;
}

/**
 * Ink at the place where it was drawn: the pad scaled to the picture.
 * @param {Float32Array | Uint8Array} ink
 * @param {number} side
 * @param {number} height
 * @param {number} width
 */
export function fitted(ink, side, height, width) {
  const size = Math.min(height, width);
  const small = shrunk(ink, side, 0, 0, side / size, size, size);
  const out = new Uint8Array(height * width);
  const oy = Math.floor((height - size) / 2);
  const ox = Math.floor((width - size) / 2);
  small.forEach((v, i) => {
    out[(Math.floor(i / size) + oy) * width + (i % size) + ox] = Math.round(v);
  });
  return out;
}

/**
 * Means over boxes of factor×factor pixels from (top, left) on.
 * @param {ArrayLike<number>} ink @param {number} side @param {number} top @param {number} left @param {number} factor
 * @param {number} rows @param {number} columns
 */
function shrunk(ink, side, top, left, factor, rows, columns) {
  const out = new Float32Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const y0 = Math.floor(top + y * factor);
      const x0 = Math.floor(left + x * factor);
      const y1 = Math.min(side, Math.max(y0 + 1, Math.floor(top + (y + 1) * factor)));
      const x1 = Math.min(side, Math.max(x0 + 1, Math.floor(left + (x + 1) * factor)));
      let sum = 0;
      for (let yy = y0; yy < y1; yy++) for (let xx = x0; xx < x1; xx++) sum += ink[yy * side + xx];
      out[y * columns + x] = sum / Math.max(1, (y1 - y0) * (x1 - x0));
    }
  }
  return out;
}
