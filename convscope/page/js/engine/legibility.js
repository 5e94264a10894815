import { borderOf, meanOfChannels } from "./fit.js";
import { sumOf } from "./parts.js";
/** @import {InputSpec} from "../types.js" */

/** The bounds of convscope.pictures.legibility: no digit of MNIST reaches one. */
const CONTRAST = 16;
const LIGHT = 128;
const TINY_SHARE = 0.43;
const OFF_CENTRE = 0.1;
const IN_BORDER = 0.12;
const INKED = 0.25;

/**
 * Return what makes a picture hard to read for the network, "" for nothing: "contrast"; and where it learned from
 * centred drawings "light" or "uneven" ground, a "tiny" drawing, or one "away" from the middle. The tests are those of
 * convscope.pictures.legibility.
 * @param {Uint8Array} picture (C, H, W)
 * @param {Pick<InputSpec, "shape" | "centred">} input
 */
export function hardToRead(picture, { shape, centred }) {
  const [channels, height, width] = shape;
  let [darkest, lightest] = [255, 0];
  for (const v of picture) [darkest, lightest] = [Math.min(darkest, v), Math.max(lightest, v)];
  if (lightest - darkest < CONTRAST) return "contrast";
  if (!centred) return "";
  const grey = meanOfChannels(picture, channels, height * width);
  const thick = Math.max(1, Math.floor(Math.min(height, width) / 14));
  const border = borderOf(grey, height, width, thick).sort((a, b) => a - b);
  const ground = border[Math.floor(border.length / 2)];
  const ink = grey.map((v) => Math.max(v - ground, 0));
  if (ground >= LIGHT) return "light";
  const total = Math.max(sumOf(ink), 1e-9);
  if (sumOf(borderOf(ink, height, width, thick)) / total > IN_BORDER) return "uneven";
  const { longer, away } = inkPlace(ink, height, width, total);
  if (longer < TINY_SHARE * Math.min(height, width)) return "tiny";
  return away > OFF_CENTRE ? "away" : "";
}

/**
 * The longer side of the box around the strong ink, and how far the centre of mass is from the middle, of a side.
 * @param {Float64Array} ink
 * @param {number} height
 * @param {number} width
 * @param {number} total
 */
function inkPlace(ink, height, width, total) {
  const strong = Math.max(1, INKED * ink.reduce((a, b) => Math.max(a, b), 0));
  let [top, left, bottom, right, sumY, sumX] = [height, width, -1, -1, 0, 0];
  ink.forEach((v, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    sumY += v * y;
    sumX += v * x;
    if (v < strong) return;
    [top, left] = [Math.min(top, y), Math.min(left, x)];
    [bottom, right] = [Math.max(bottom, y), Math.max(right, x)];
  });
  const [dy, dx] = [sumY / total - (height - 1) / 2, sumX / total - (width - 1) / 2];
  const longer = Math.max(bottom - top, right - left) + 1;
  return { longer: bottom < 0 ? 0 : longer, away: Math.max(Math.abs(dy) / height, Math.abs(dx) / width) };
}
