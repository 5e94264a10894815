import { resample } from "./resize.js";
/** @import {InputSpec} from "../types.js" */

/**
 * Bring an uploaded picture to what the network reads, as convscope.pictures.decoding does with a file: transparent
 * parts become white, colours become grey (ITU-R 601) or stay, one scale for both directions (Pillow's BILINEAR),
 * centred, with bars of the border's median; then dark and light are swapped where the input asks for it. Browsers turn
 * pictures upright.
 * @param {ArrayLike<number>} rgba as a canvas gives it, four numbers a pixel
 * @param {number} height
 * @param {number} width
 * @param {InputSpec} input
 * @returns {Uint8Array} (C, H, W)
 */
export function fitPicture(rgba, height, width, input) {
  const [channels, rows, columns] = input.shape;
  const planes = planesOf(rgba, height * width, channels).map((plane) => padPlane(plane, height, width, rows, columns));
  const picture = new Uint8Array(channels * rows * columns);
  planes.forEach((plane, c) => picture.set(plane, c * rows * columns));
  return swapsLight(picture, input) ? picture.map((v) => 255 - v) : picture;
}

/**
 * @param {ArrayLike<number>} rgba
 * @param {number} area
 * @param {number} channels 1 or 3
 */
function planesOf(rgba, area, channels) {
  const onWhite = (/** @type {number} */ i, /** @type {number} */ c) => {
    const alpha = rgba[4 * i + 3];
    return Math.floor((rgba[4 * i + c] * alpha + 255 * (255 - alpha)) / 255 + 0.5);
  };
  if (channels === 3) return [0, 1, 2].map((c) => Uint8Array.from({ length: area }, (_, i) => onWhite(i, c)));
  const luma = (/** @type {number} */ i) =>
    (onWhite(i, 0) * 19595 + onWhite(i, 1) * 38470 + onWhite(i, 2) * 7471 + 0x8000) >> 16;
  return [Uint8Array.from({ length: area }, (_, i) => luma(i))];
}

/**
 * Scale one plane so that it just fits, and centre it; an odd row or column goes below or to the right.
 * @param {Uint8Array} plane
 * @param {number} height
 * @param {number} width
 * @param {number} rows
 * @param {number} columns
 */
function padPlane(plane, height, width, rows, columns) {
  const wide = width * rows >= height * columns;
  const high = wide ? Math.min(rows, Math.max(1, Math.floor((2 * height * columns + width) / (2 * width)))) : rows;
  const broad = wide ? columns : Math.min(columns, Math.max(1, Math.floor((2 * width * rows + height) / (2 * height))));
  const scaled = resample(plane, height, width, high, broad);
  const ring = borderOf(scaled, high, broad, 1).sort((a, b) => a - b);
  const full = new Uint8Array(rows * columns).fill(ring[(ring.length - 1) >> 1]);
  const top = (rows - high) >> 1;
  const left = (columns - broad) >> 1;
  for (let y = 0; y < high; y++) full.set(scaled.subarray(y * broad, (y + 1) * broad), (top + y) * columns + left);
  return full;
}

/**
 * @param {ArrayLike<number>} plane
 * @param {number} rows
 * @param {number} columns
 * @param {number} thick
 */
function borderOf(plane, rows, columns, thick) {
  const inner = (/** @type {number} */ at, /** @type {number} */ size) => at >= thick && at < size - thick;
  return Array.from(plane).filter((_, i) => !(inner(Math.floor(i / columns), rows) && inner(i % columns, columns)));
}

/**
 * Tell whether a picture is dark ink on a light ground where the network learned from light on dark, or is always
 * swapped. The test is convscope.pictures.inversion.invert_needed: the border's median at least 128 and 64 above the
 * middle's darkest twentieth.
 * @param {Uint8Array} picture (C, H, W)
 * @param {Pick<InputSpec, "shape" | "invert">} input
 */
export function swapsLight(picture, { shape, invert }) {
  if (invert !== "auto") return invert === "yes";
  const [channels, height, width] = shape;
  const area = height * width;
  const grey = Float64Array.from({ length: area }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += picture[c * area + i];
    return sum / channels;
  });
  const border = quantileOf(borderOf(grey, height, width, Math.max(1, Math.floor(Math.min(height, width) / 14))), 0.5);
  const [qh, qw] = [Math.floor(height / 4), Math.floor(width / 4)];
  const middle = Array.from(grey).filter((_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    return y >= qh && y < height - qh && x >= qw && x < width - qw;
  });
  return border >= 128 && border - quantileOf(middle, 0.05) >= 64;
}

/**
 * @param {number[]} values
 * @param {number} q
 */
function quantileOf(values, q) {
  const ordered = [...values].sort((a, b) => a - b);
  const at = q * (ordered.length - 1);
  const low = ordered[Math.floor(at)];
  return low + (at % 1) * (ordered[Math.min(Math.floor(at) + 1, ordered.length - 1)] - low);
}
