/** Two networks on one picture: what each says, on how many samples they agree, and where their layers differ. */

import { button, make, refill, tableHead } from "../../kit/dom.js";
import { fixed, percent, thousands } from "../../kit/format.js";
import { largest, paintPicture } from "../../kit/palette.js";
import { itemOf, unpack } from "../../engine/binary.js";
import { readApart, mapsByStrength } from "../../engine/contrast.js";
import { NO_EDITS } from "../state.js";
import { alignedResult, secondResult } from "../second.js";
import { comparedLayer, insideApart, layerList, scoreTable } from "./apart.js";
import { verdictOf } from "./contrast.js";
import { roundingWords } from "./figures.js";
import { paintPlane, pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */
/** @typedef {import("../second.js").Second} Second */
/** @typedef {import("../../engine/types.js").Result} Result */
/** @typedef {import("../../engine/types.js").Layer} Layer */

const MAPS_OF_A_LAYER = 4; // or units, the strongest
const LAYERS_LISTED = 40; // of a network

/** @param {App} app @param {Second} second @returns {View} */
export function againstView(app, second) {
  const { doc, t } = app;
  const verdicts = [make(doc, "td", {}), make(doc, "td", {})];
  const scores = make(doc, "div", {});
  const layers = layerList(app);
  const inside = make(doc, "div", {});
  const unlike = make(doc, "div", {});
  const matched = second.pairs.some((at) => at >= 0);
  const element = make(
    doc,
    "section",
    { class: "contrast against", "aria-label": t("view.against") },
    make(doc, "p", { class: "lead" }, t("against.lead")),
    twoNetworks(app, second, verdicts),
    agreement(app, second),
    make(
      doc,
      "p",
      { class: "controls" },
      button(doc, t("against.draw"), () => app.go({ view: "draw" }), { class: "link" }),
    ),
    scores,
    make(doc, "h3", {}, t("contrast.layers")),
    make(doc, "p", { class: "note" }, t("against.layers.text"), " ", matched ? t("contrast.layers.text") : ""),
    layers.element,
    inside,
    unlike,
  );
  let stop = () => {};
  let drawn = /** @type {Uint8Array | null} */ (null);
  const refresh = () => {
    if (drawn !== app.picture) {
      drawn = app.picture;
      layers.wait(t("against.busy"));
      for (const part of [scores, inside, unlike, ...verdicts]) refill(part);
    }
    stop();
    stop = secondResult(app, second, (result) => {
      const aligned = alignedResult(second, result);
      [app.result, result].forEach((one, i) => refill(verdicts[i], ...verdictOf(app, one)));
      refill(scores, scoreTable(app, aligned));
      const index = comparedLayer(app, aligned);
      layers.refresh(aligned, index);
      const said = index < 0 || (app.state.node === "" && index === aligned.outputs.length - 1); // the table of scores
      refill(inside, ...(said ? [] : insideApart(app, aligned, index)));
      refill(unlike, ...unlikeLayers(app, second, result));
    });
  };
  refresh();
  return { element, refresh, gone: () => stop() };
}

/** Both networks, a row each. @param {App} app @param {Second} second @param {HTMLElement[]} verdicts */
function twoNetworks(app, { record }, verdicts) {
  const { doc, t, payload } = app;
  const roundings = payload.rounding || record.rounding;
  const rows = [payload, record].map(({ title, formula, figures, rounding }, i) =>
    make(
      doc,
      "tr",
      {},
      make(doc, "th", { scope: "row", title: formula }, make(doc, "b", {}, "AB"[i]), ` ${title}`),
      verdicts[i],
      make(doc, "td", {}, thousands(figures.parameters)),
      make(doc, "td", {}, figures.macs === null ? "–" : thousands(figures.macs)),
      make(doc, "td", {}, figures.test ? percent(figures.test.accuracy, 2) : "–"),
      roundings ? make(doc, "td", {}, rounding ? t("against.bits", { bits: rounding.bits }) : "–") : null,
    ),
  );
  const costs = [t("figure.parameters"), t("figure.macs"), t("figure.accuracy")];
  const heads = [t("against.network"), t("against.says"), ...costs, ...(roundings ? [t("against.rounded")] : [])];
  const rounding = record.rounding ? roundingWords(app, record.rounding) : "";
  return make(
    doc,
    "div",
    {},
    wideTable(app, t("against.networks"), heads, rows),
    rounding ? make(doc, "p", { class: "note" }, "B: ", rounding) : null,
  );
}

/**
 * A table that scrolls sideways.
 * @param {App} app
 * @param {string} name
 * @param {string[]} heads
 * @param {Element[]} rows
 */
function wideTable({ doc }, name, heads, rows) {
  return make(
    doc,
    "div",
    { class: "table-scroll", tabindex: 0, role: "group", "aria-label": name },
    make(doc, "table", { class: "relevance-table" }, tableHead(doc, heads), make(doc, "tbody", {}, ...rows)),
  );
}

/** Of how many samples both say the same class, and the others to open. @param {App} app @param {Second} second */
function agreement(app, { record }) {
  const { doc, t, payload, samples } = app;
  const [n, classes] = record.logits.shape;
  if (!n || !classes) return null;
  const apart = readApart(unpack(payload.samples.logits), unpack(record.logits), classes);
  const words = { n: n - apart.length, all: n };
  const thumbs = apart.map(({ picture, a, b }) => {
    const canvas = pixels(doc);
    paintPicture(canvas, itemOf(samples.data, samples.shape, picture), 0, payload.input.shape);
    const said = t("against.said", { a: payload.classes[a], b: payload.classes[b] });
    const open = button(doc, "", () => app.tune({ picture: `s${picture}`, edits: NO_EDITS, label: -1 }), {
      class: "thumb",
      "data-picture": `s${picture}`,
      "aria-label": `${payload.samples.names[picture]}: ${said}`,
      title: payload.samples.names[picture],
    });
    refill(open, canvas);
    return make(doc, "figure", { class: "disagreed" }, open, make(doc, "figcaption", {}, said));
  });
  return make(
    doc,
    "div",
    { class: "agreement" },
    make(doc, "h3", {}, t("against.agreement")),
    make(doc, "p", {}, apart.length ? t("against.apart", words) : t("against.alike", words)),
    apart.length ? make(doc, "div", { class: "gallery" }, ...thumbs) : null,
  );
}

/** Layers that only one of the two has. @param {App} app @param {Second} second @param {Result} result */
function unlikeLayers(app, second, result) {
  const { doc, t } = app;
  const had = new Set(second.pairs);
  const parts = [
    { letter: "A", nodes: app.engine.nodes, made: app.result, alone: (/** @type {number} */ i) => second.pairs[i] < 0 },
    { letter: "B", nodes: second.engine.nodes, made: result, alone: (/** @type {number} */ i) => !had.has(i) },
  ];
  const tables = parts.flatMap(({ letter, nodes, made, alone }) => {
    const found = nodes.flatMap((node, i) => (alone(i) ? [{ node, values: (made.quick ?? made.outputs)[i] }] : []));
    if (!found.length) return [];
    const rows = found.slice(0, LAYERS_LISTED).map(({ node, values }) => layerRow(app, letter, node, values));
    const heads = [t("against.layer"), t("against.size"), t("against.zeros"), t("against.strongest")];
    const more = { n: rows.length, all: found.length };
    return make(
      doc,
      "div",
      {},
      make(doc, "h4", {}, t("against.only", { letter })),
      wideTable(app, t("against.only", { letter }), heads, rows),
      found.length > rows.length ? make(doc, "p", { class: "note" }, t("against.first", more)) : null,
    );
  });
  if (!tables.length) return [];
  return [
    make(doc, "h3", {}, t("against.unlike")),
    make(doc, "p", { class: "note" }, t("against.unlike.text")),
    make(doc, "div", { class: "side-by-side" }, ...tables),
  ];
}

/**
 * A layer with its size, the share of zeros, and its strongest maps or units.
 * @param {App} app @param {string} letter @param {Layer} node @param {ArrayLike<number>} values
 */
function layerRow(app, letter, node, values) {
  const { doc, t } = app;
  const [channels, height, width] = node.output;
  const area = height * width;
  const { order, zeros } = mapsByStrength(values, channels);
  const limit = Math.max(1e-12, largest(values));
  const strongest = order.slice(0, MAPS_OF_A_LAYER).map(({ channel, apart }) => {
    if (node.flat) return make(doc, "span", { class: "figure" }, `${channel + 1}: ${fixed(values[channel])}`);
    const name = t("map.name", { node: `${letter} ${node.name}`, map: channel + 1 });
    const canvas = pixels(doc, "", `${name}: ${fixed(apart)}`);
    paintPlane(app, canvas, app.engine.nodes.indexOf(node), values, channel * area, limit);
    return make(doc, "span", { class: "strong-map", title: name }, canvas, make(doc, "span", {}, String(channel + 1)));
  });
  return make(
    doc,
    "tr",
    {},
    make(doc, "th", { scope: "row", title: node.text }, node.name),
    make(doc, "td", {}, node.flat ? String(channels) : node.output.join("×")),
    make(doc, "td", {}, percent(zeros, 0)),
    make(doc, "td", {}, make(doc, "span", { class: "strongest" }, ...strongest)),
  );
}
