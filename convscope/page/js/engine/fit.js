import { resample } from "./resize.js";
/** @import {InputSpec} from "../types.js" */

/** The rule of models that learned from the middle of pictures (convscope.pictures.resizing has both). */
const CROP_RULE = "crop-bilinear-antialias";

/** Whether pictures are cut to their middle, not brought in whole. @param {Pick<InputSpec, "resize">} input */
export function cutsMiddle({ resize }) {
  return resize === CROP_RULE;
}

/**
 * Bring an uploaded picture to what the network reads, as convscope.pictures.preprocessing does with a file:
 * transparent parts become white, or black behind a light drawing, colours become grey (ITU-R 601) or stay, one scale
 * for both directions (Pillow's BILINEAR), centred, with bars of the border's median, or the middle cut out, as the
 * input's rule says; then dark and light are swapped where the input asks for it. Browsers turn pictures upright.
 * @param {ArrayLike<number>} rgba as a canvas gives it, four numbers a pixel
 * @param {number} height
 * @param {number} width
 * @param {InputSpec} input
 * @returns {Uint8Array} (C, H, W)
 */
export function fitPicture(rgba, height, width, input) {
  const [channels, rows, columns] = input.shape;
  const toSize = cutsMiddle(input) ? cropPlane : padPlane;
  const planes = planesOf(rgba, channels).map((plane) => toSize(plane, height, width, rows, columns));
  const picture = new Uint8Array(channels * rows * columns);
  planes.forEach((plane, c) => picture.set(plane, c * rows * columns));
  return swapsLight(picture, input) ? picture.map((v) => 255 - v) : picture;
}

/**
 * The colours on their ground, or their grey. A canvas keeps colours times alpha / 255, rounded, and gives them divided
 * again, rounded once more: multiplied again they are those that it keeps, and what Pillow computes.
 * @param {ArrayLike<number>} rgba
 * @param {number} channels 1 or 3
 */
function planesOf(rgba, channels) {
  const area = rgba.length / 4;
  const opaque = isOpaque(rgba);
  const planes = [0, 1, 2].map((c) => {
    const plane = new Uint8Array(area);
    if (opaque) for (let i = 0; i < area; i++) plane[i] = rgba[4 * i + c];
    else for (let i = 0; i < area; i++) plane[i] = Math.floor((rgba[4 * i + c] * rgba[4 * i + 3]) / 255 + 0.5);
    return plane;
  });
  if (!opaque && !isLightDrawing(rgba, planes))
    for (const plane of planes) for (let i = 0; i < area; i++) plane[i] += 255 - rgba[4 * i + 3];
  return channels === 3 ? planes : [lumaOf(planes)];
}

/** @param {ArrayLike<number>} rgba */
function isOpaque(rgba) {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] < 255) return false;
  return true;
}

/**
 * Tell whether a transparent picture belongs on black: at least nine tenths of what is opaque, by its alpha, has three
 * quarters of white's luma or more. The test is convscope.pictures.transparency.place_on_ground.
 * @param {ArrayLike<number>} rgba
 * @param {Uint8Array[]} onBlack
 */
function isLightDrawing(rgba, onBlack) {
  const luma = lumaOf(onBlack);
  let [light, total] = [0, 0];
  for (let i = 0; i < luma.length; i++) {
    const alpha = rgba[4 * i + 3];
    total += alpha;
    if (4 * luma[i] >= 3 * alpha) light += alpha;
  }
  return total > 0 && 10 * light >= 9 * total;
}

/** @param {Uint8Array[]} planes red, green, blue @returns {Uint8Array} */
function lumaOf([red, green, blue]) {
  const luma = new Uint8Array(red.length);
  for (let i = 0; i < luma.length; i++) luma[i] = (red[i] * 19595 + green[i] * 38470 + blue[i] * 7471 + 0x8000) >> 16;
  return luma;
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
 * Cut the middle 7/8 out of the largest box with the wanted proportions, and scale it; a plane of the wanted size
 * stays.
 * @param {Uint8Array} plane
 * @param {number} height
 * @param {number} width
 * @param {number} rows
 * @param {number} columns
 */
function cropPlane(plane, height, width, rows, columns) {
  if (height === rows && width === columns) return plane;
  const wide = width * rows >= height * columns;
  const [whole, divisor] = wide ? [7 * height, 8 * rows] : [7 * width, 8 * columns];
  const side = (/** @type {number} */ size, /** @type {number} */ most) =>
    Math.min(most, Math.max(1, Math.floor((2 * whole * size + divisor) / (2 * divisor))));
  const [high, broad] = [side(rows, height), side(columns, width)];
  const [top, left] = [(height - high) >> 1, (width - broad) >> 1];
  const box = new Uint8Array(high * broad);
  for (let y = 0; y < high; y++) {
    const from = (top + y) * width + left;
    box.set(plane.subarray(from, from + broad), y * broad);
  }
  return resample(box, high, broad, rows, columns);
}

/**
 * The numbers of a plane's border, so thick.
 * @param {ArrayLike<number>} plane
 * @param {number} rows
 * @param {number} columns
 * @param {number} thick
 */
export function borderOf(plane, rows, columns, thick) {
  const inner = (/** @type {number} */ at, /** @type {number} */ size) => at >= thick && at < size - thick;
  return Array.from(plane).filter((_, i) => !(inner(Math.floor(i / columns), rows) && inner(i % columns, columns)));
}

/**
 * Tell whether a picture is dark ink on a light ground where the network learned from light on dark, or is always
 * swapped. The test is convscope.pictures.inversion.needs_inversion: the border's median at least 128 and 64 above the
 * middle's darkest twentieth.
 * @param {Uint8Array} picture (C, H, W)
 * @param {Pick<InputSpec, "shape" | "invert">} input
 */
function swapsLight(picture, { shape, invert }) {
  if (invert !== "auto") return invert === "yes";
  const [channels, height, width] = shape;
  const grey = meanOfChannels(picture, channels, height * width);
  const border = quantileOf(borderOf(grey, height, width, Math.max(1, Math.floor(Math.min(height, width) / 14))), 0.5);
  const [qh, qw] = [Math.floor(height / 4), Math.floor(width / 4)];
  const middle = Array.from(grey).filter((_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    return y >= qh && y < height - qh && x >= qw && x < width - qw;
  });
  return border >= 128 && border - quantileOf(middle, 0.05) >= 64;
}

/**
 * The mean of a picture's channels.
 * @param {Uint8Array} picture (C, H, W)
 * @param {number} channels
 * @param {number} area H · W
 */
export function meanOfChannels(picture, channels, area) {
  return Float64Array.from({ length: area }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += picture[c * area + i];
    return sum / channels;
  });
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
