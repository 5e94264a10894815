/** A small plot in SVG: two axes with round numbers, lines, dots with their intervals. It prints as it is drawn. */

import { makeSvg } from "../kit/dom.js";

const PLOT_WIDTH = 460;
const PLOT_HEIGHT = 250;
const PLOT_LEFT = 62;
const PLOT_RIGHT = 26;
const PLOT_TOP = 12;
const PLOT_BOTTOM = 40;

/**
 * @typedef {object} Axis
 * @property {[number, number]} range
 * @property {string} name
 * @property {(value: number) => string} text
 * @property {number[]} [ticks]
 * @property {boolean} [log]
 */

/**
 * @typedef {object} Line
 * @property {[number, number][]} points
 * @property {string} kind which class it is drawn by
 * @property {[number, number][]} [reach] the interval of each point
 * @property {number[]} [sizes] of dots
 * @property {boolean} [dots]
 * @property {boolean} [unjoined]
 */

/**
 * @param {Document} doc @param {string} name what it shows, for who does not see it @param {Axis} across
 * @param {Axis} up
 * @param {Line[]} lines @param {boolean} [square]
 */
export function plot(doc, name, across, up, lines, square = false) {
  const width = square ? 320 : PLOT_WIDTH;
  const height = square ? 310 : PLOT_HEIGHT;
  const at = (/** @type {Axis} */ axis, /** @type {number} */ v) => (axis.log ? Math.log(v) : v);
  const place = (/** @type {Axis} */ axis, /** @type {number} */ v) => {
    const [low, high] = axis.range.map((end) => at(axis, end));
    return (at(axis, v) - low) / (high - low || 1);
  };
  const x = (/** @type {number} */ v) => PLOT_LEFT + place(across, v) * (width - PLOT_LEFT - PLOT_RIGHT);
  const y = (/** @type {number} */ v) => height - PLOT_BOTTOM - place(up, v) * (height - PLOT_TOP - PLOT_BOTTOM);
  const grid = (up.ticks ?? ticks(...up.range)).map((v) => [
    makeSvg(doc, "line", { class: "rule", x1: PLOT_LEFT, x2: width - PLOT_RIGHT, y1: y(v), y2: y(v) }),
    makeSvg(doc, "text", { class: "tick", x: PLOT_LEFT - 7, y: y(v) + 4, "text-anchor": "end" }, up.text(v)),
  ]);
  const below = (across.ticks ?? ticks(...across.range)).map((v) =>
    makeSvg(
      doc,
      "text",
      { class: "tick", x: x(v), y: height - PLOT_BOTTOM + 17, "text-anchor": "middle" },
      across.text(v),
    ),
  );
  return makeSvg(
    doc,
    "svg",
    { class: square ? "plot square" : "plot", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name },
    ...grid.flat(),
    ...below,
    makeSvg(
      doc,
      "text",
      { class: "axis-name", x: (PLOT_LEFT + width - PLOT_RIGHT) / 2, y: height - 6, "text-anchor": "middle" },
      across.name,
    ),
    makeSvg(
      doc,
      "text",
      {
        class: "axis-name",
        x: 13,
        y: (PLOT_TOP + height - PLOT_BOTTOM) / 2,
        "text-anchor": "middle",
        transform: `rotate(-90 13 ${(PLOT_TOP + height - PLOT_BOTTOM) / 2})`,
      },
      up.name,
    ),
    ...lines.flatMap((line) => drawn(doc, line, x, y)),
  );
}

/** @param {Document} doc @param {Line} line @param {(v: number) => number} x @param {(v: number) => number} y */
function drawn(doc, { points, kind, reach, sizes, dots, unjoined }, x, y) {
  const path = points.map(([u, v], i) => `${i ? "L" : "M"}${x(u).toFixed(1)} ${y(v).toFixed(1)}`).join("");
  return [
    ...(reach ?? []).map(([low, high], i) =>
      makeSvg(doc, "line", {
        class: `reach ${kind}`,
        x1: x(points[i][0]),
        x2: x(points[i][0]),
        y1: y(low),
        y2: y(high),
      }),
    ),
    unjoined || points.length < 2 ? null : makeSvg(doc, "path", { class: `line ${kind}`, d: path }),
    ...(dots || points.length < 2
      ? points.map(([u, v], i) =>
          makeSvg(doc, "circle", { class: `dot ${kind}`, cx: x(u), cy: y(v), r: sizes?.[i] ?? 4 }),
        )
      : []),
  ].filter((one) => one !== null);
}

/** About five round numbers of a range. @param {number} low @param {number} high */
export function ticks(low, high) {
  const rough = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((one) => one >= rough - 1e-12) ?? rough;
  const made = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-9; v += step)
    made.push(Number(v.toPrecision(10)));
  return made;
}

/** The key of a plot. @param {Document} doc @param {[string, string][]} entries class and words */
export function plotKey(doc, entries) {
  const list = doc.createElement("p");
  list.className = "plot-key";
  for (const [kind, words] of entries) {
    const one = doc.createElement("span");
    one.append(
      makeSvg(
        doc,
        "svg",
        { viewBox: "0 0 24 8", "aria-hidden": "true" },
        makeSvg(doc, "line", { class: `line ${kind}`, x1: 1, x2: 23, y1: 4, y2: 4 }),
      ),
      words,
    );
    list.append(one);
  }
  return list;
}
