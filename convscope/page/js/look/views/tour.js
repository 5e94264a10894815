/** The walk through a network: twelve steps, each beside the view it is about. It can be left and taken up anywhere. */

import { fixed, percent } from "../../kit/format.js";
import { walkBox } from "../../kit/walk.js";
import { indexOf, valuesOf } from "../lookup.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").State} State */
/** @typedef {import("../../engine/types.js").Layer} Layer */
/** @typedef {{to: Partial<State>, text: string, target: string}} TourStop */

const MOST_WINDOWS = 8000; // looked through for one whose numbers differ

/** @param {App} app */
export function tourBox(app) {
  const { t } = app;
  /** @type {{result: object | null, stops: TourStop[]}} made anew for another picture, and only while one walks */
  let made = { result: null, stops: [] };
  const stops = () => {
    if (made.result !== app.result) made = { result: app.result, stops: stopsOf(app) };
    return made.stops;
  };
  const words = {
    name: t("tour.start"),
    leave: t("tour.leave"),
    back: t("tour.back"),
    next: t("tour.next"),
    end: t("tour.end"),
  };
  return walkBox(app.doc, words, {
    count: () => stops().length,
    at: () => app.state.tour,
    to: (tour) => (tour ? app.go({ ...stops()[tour - 1].to, tour }) : app.tune({ tour: 0 })),
    stop: (at) => stops()[at - 1],
  });
}

/**
 * The steps for this network and this picture; what it has no layer for is left out.
 * @param {App} app
 * @returns {TourStop[]}
 */
function stopsOf(app) {
  const { t } = app;
  const { nodes } = app.engine;
  const { input, classes } = app.payload;
  const convs = nodes.filter((node) => node.module.drawing === "convolution");
  const [first, last] = [convs[0], convs.at(-1)];
  const bends = nodes.find((node) => node.module.curve && first && node.sources[0] === nodes.indexOf(first));
  const pool = nodes.find((node) => node.module.drawing === "pooling" && node.window);
  const dense = nodes.filter((node) => node.module.drawing === "dense").at(-1);
  const { probabilities } = app.result;
  const winner = probabilities.indexOf(Math.max(...probabilities));
  const at = first ? strongestPlace(app, first) : null;
  const deep = convs.length > 1 ? strongestPlace(app, convs[1]) : null;
  const four = pool ? varied(app, pool) : null;
  const [, rows, columns] = input.shape;
  /** @type {(TourStop | null)[]} */
  const all = [
    { to: { view: "network" }, text: t("tour.1"), target: ".scroller, .graph-scroller" },
    {
      to: { view: "network" },
      text: t("tour.2", { n: rows * columns, rows, columns }),
      target: ".stage > .column, .graph-card",
    },
    at && { to: { view: "layer", node: first.name, ...at }, text: t("tour.3"), target: ".drawing.convolution" },
    at && {
      to: { view: "value", node: first.name, ...at, from: -1, trail: "" },
      text: t("tour.4", { v: fixed(numberAt(app, first, at)) }),
      target: ".equation",
    },
    at && bends
      ? { to: { view: "layer", node: bends.name, ...at }, text: t("tour.5"), target: ".drawing .between" }
      : null,
    deep && {
      to: { view: "value", node: convs[1].name, ...deep, from: -1, trail: "" },
      text: t("tour.6", { n: convs[1].input[0] }),
      target: ".subtotals",
    },
    pool && four
      ? {
          to: { view: "layer", node: pool.name, ...four.at },
          text: t("tour.7", { numbers: four.numbers.map((v) => fixed(v)).join(", "), v: fixed(four.value) }),
          target: ".drawing .between",
        }
      : null,
    last && last !== first
      ? { to: { view: "layer", node: last.name, ...strongestPlace(app, last) }, text: t("tour.8"), target: ".panel" }
      : null,
    dense
      ? {
          to: { view: "layer", node: dense.name, channel: winner, y: 0, x: 0 },
          text: t("tour.9", { name: classes[winner] ?? String(winner) }),
          target: ".drawing .contributions",
        }
      : null,
    {
      to: { view: "loss" },
      text: t("tour.10", { name: classes[winner] ?? String(winner), share: percent(probabilities[winner]) }),
      target: ".loss .table-scroll",
    },
    { to: { view: "loss" }, text: t("tour.11"), target: ".loss-grid" },
    { to: { view: "draw" }, text: t("tour.12"), target: ".draw-grid" },
  ];
  return all.filter((one) => one !== null);
}

/** @typedef {{channel: number, y: number, x: number}} Place */

/**
 * The place of a node's maps with the largest number: an empty corner shows nothing.
 * @param {App} app @param {Layer} node @returns {Place}
 */
function strongestPlace(app, node) {
  const values = valuesOf(app, indexOf(app, node.name));
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  const [, rows, columns] = node.output;
  return {
    channel: Math.floor(best / (rows * columns)),
    y: Math.floor(best / columns) % rows,
    x: best % columns,
  };
}

/** @param {App} app @param {Layer} node @param {Place} at */
function numberAt(app, node, { channel, y, x }) {
  const [, rows, columns] = node.output;
  return valuesOf(app, indexOf(app, node.name))[(channel * rows + y) * columns + x];
}

/**
 * A window of a pooling layer whose numbers all differ, none of them 0, the least as large as can be; null where there
 * is none.
 * @param {App} app @param {Layer} pool
 */
function varied(app, pool) {
  const [channels, rows, columns] = pool.output;
  const index = indexOf(app, pool.name);
  const tried = Math.min(channels, Math.ceil(MOST_WINDOWS / (rows * columns)));
  /** @type {{at: Place, numbers: number[], value: number} | null} */
  let best = null;
  for (let channel = 0; channel < tried; channel++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const at = { channel, y, x };
        const { parts, total } = app.engine.terms(index, channel, y, x, app.result);
        const numbers = parts.flatMap((part) => Array.from(part.values));
        const least = Math.min(...numbers);
        if (new Set(numbers.map((v) => fixed(v))).size < numbers.length || least === 0) continue;
        if (!best || least > Math.min(...best.numbers)) best = { at, numbers, value: total };
      }
  return best;
}
