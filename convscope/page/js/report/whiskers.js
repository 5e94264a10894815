/** Shares drawn with their intervals: a dot where the figure is, a line as far as chance reaches. */

import { makeSvg } from "../kit/dom.js";

const LONG = 200;
const HIGH = 16;

/**
 * The least share that a scale of these intervals has to show, a multiple of a tenth: 0.9 for figures near 1.
 * @param {(import("./types.js").Interval | null)[]} intervals
 */
export function scaleStart(intervals) {
  const least = Math.min(...intervals.map((one) => (one ? one[0] : 1)), 1);
  return Math.max(0, Math.floor(least * 10 - 1e-9) / 10);
}

/**
 * @param {Document} doc @param {number | null} share @param {import("./types.js").Interval | null} interval
 * @param {number} start the share at the left end
 */
export function whisker(doc, share, interval, start) {
  const x = (/** @type {number} */ v) => 4 + ((Math.max(start, v) - start) / (1 - start || 1)) * (LONG - 8);
  const y = HIGH / 2;
  return makeSvg(
    doc,
    "svg",
    { class: "whisker", viewBox: `0 0 ${LONG} ${HIGH}`, "aria-hidden": "true", preserveAspectRatio: "none" },
    makeSvg(doc, "line", { class: "rail", x1: 4, x2: LONG - 4, y1: y, y2: y }),
    interval && share !== null
      ? makeSvg(doc, "line", { class: "reach", x1: x(interval[0]), x2: x(interval[1]), y1: y, y2: y })
      : null,
    share === null || share < start
      ? null
      : makeSvg(doc, "line", { class: "at", x1: x(share), x2: x(share), y1: 2, y2: HIGH - 2 }),
  );
}
