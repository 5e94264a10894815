/**
 * Where two results are apart: scores side by side, layers by how far they are apart, the maps and units that differ.
 * B's numbers lie in A's layers; a layer without any has none to compare.
 */

import { boxOf, button, make, refill, setVar, tableHead } from "../../kit/dom.js";
import { percent, telling, thousands } from "../../kit/format.js";
import { colourOf, largest } from "../../kit/palette.js";
import { rovingButtons } from "../../kit/roving.js";
import { difference, mapsApart, shareApart } from "../../engine/contrast.js";
import { indexOf, unitName, valuesOf } from "../lookup.js";
import { shortName } from "../node_names.js";
import { legend, paintPlane, pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../../engine/types.js").Result} Result */

const MAPS_SHOWN = 12;
const UNITS_SHOWN = 20;
const CHIP_ROOM = 20; // signs of a layer's name in the list
const CLASSES_LISTED = 12;

/** Both rows of scores, the classes that differ most first. @param {App} app @param {Result} other */
export function scoreTable(app, other) {
  const { doc, t, payload, result } = app;
  const order = payload.classes
    .map((_, k) => k)
    .sort((a, b) => Math.abs(result.logits[b] - other.logits[b]) - Math.abs(result.logits[a] - other.logits[a]));
  const shown = order.slice(0, CLASSES_LISTED);
  const most = Math.max(1e-12, ...shown.map((k) => Math.abs(result.logits[k] - other.logits[k])));
  const heads = [t("contrast.class"), "A", "B", "A − B", "", t("contrast.pa"), t("contrast.pb")];
  const rows = shown.map((k) =>
    make(
      doc,
      "tr",
      {},
      make(doc, "th", { scope: "row" }, payload.classes[k]),
      make(doc, "td", {}, telling(result.logits[k])),
      make(doc, "td", {}, telling(other.logits[k])),
      make(doc, "td", {}, make(doc, "b", {}, telling(result.logits[k] - other.logits[k]))),
      make(doc, "td", {}, signedBar(app, result.logits[k] - other.logits[k], most)),
      make(doc, "td", {}, percent(result.probabilities[k])),
      make(doc, "td", {}, percent(other.probabilities[k])),
    ),
  );
  return make(
    doc,
    "div",
    {},
    make(doc, "h3", {}, t("contrast.scores")),
    make(
      doc,
      "div",
      { class: "table-scroll", tabindex: 0, role: "group", "aria-label": t("contrast.scores") },
      make(doc, "table", { class: "relevance-table" }, tableHead(doc, heads), make(doc, "tbody", {}, ...rows)),
    ),
    order.length > shown.length
      ? make(doc, "p", { class: "note" }, t("contrast.classes", { n: shown.length, all: thousands(order.length) }))
      : null,
  );
}

/** @param {App} app @param {number} value @param {number} most */
function signedBar(app, value, most) {
  const bar = make(app.doc, "span", { class: value < 0 ? "bar minus" : "bar" });
  setVar(bar, "share", String(Math.min(1, Math.abs(value) / most)));
  setVar(bar, "colour", colourOf("activations", app.dark(), Math.sign(value) * 0.7, 1));
  return make(app.doc, "span", { class: "track two" }, bar);
}

/** Numbers of a node, A's and B's. @param {App} app @param {Result} other @param {number} index */
function bothOf(app, other, index) {
  return { a: valuesOf(app, index), b: other.quick?.[index] ?? other.outputs[index] };
}

/**
 * The layer whose maps are shown: the chosen one, else the last that makes maps, else the scores; of those alone that
 * both have. @param {App} app @param {Result} other
 */
export function comparedLayer(app, other) {
  const { lastMaps, nodes } = app.engine;
  const both = (/** @type {number} */ index) => {
    const { a, b } = index < 0 ? { a: [], b: [] } : bothOf(app, other, index);
    return a.length > 0 && a.length === b.length;
  };
  const wanted = [indexOf(app, app.state.node), lastMaps, nodes.length - 1];
  const all = nodes.map((_, index) => nodes.length - 1 - index);
  return [...wanted, ...all].find(both) ?? -1;
}

/**
 * The layers with how far each is apart, one stop of the Tab key; a long list scrolls, the chosen one in sight.
 * @param {App} app
 */
export function layerList(app) {
  const element = make(app.doc, "div", { class: "contrast-layers" });
  const stay = rovingButtons(element);
  return {
    element,
    /** @param {string} words */
    wait: (words) => refill(element, make(app.doc, "p", { class: "note" }, words)),
    /** @param {Result} other @param {number} chosen */
    refresh: (other, chosen) => {
      refill(element, ...layerBars(app, other, chosen));
      stay();
      const bar = element.querySelector("[aria-pressed=true]");
      if (!bar) return;
      const [box, at] = [boxOf(element), boxOf(bar)];
      if (at.top < box.top || at.top + at.height > box.top + box.height)
        element.scrollTop += at.top - box.top - (box.height - at.height) / 2;
    },
  };
}

/** Every layer with how far it is apart. @param {App} app @param {Result} other @param {number} chosen */
function layerBars(app, other, chosen) {
  const { doc, t } = app;
  return app.engine.nodes.flatMap((node, index) => {
    const { a, b } = bothOf(app, other, index);
    if (!a.length || a.length !== b.length) return [];
    const share = shareApart(a, b);
    const bar = make(doc, "span", { class: "bar" });
    setVar(bar, "share", String(share));
    setVar(bar, "colour", colourOf("activations", app.dark(), 0.6, 1));
    const words = t("contrast.layer", { node: node.name, share: percent(share) });
    return [
      make(
        doc,
        "button",
        {
          type: "button",
          class: "chip",
          "aria-pressed": String(index === chosen),
          title: words,
          on: { click: () => app.tune({ node: node.name }) },
        },
        make(doc, "span", { class: "number" }, shortName(app, node.name, CHIP_ROOM)),
        make(doc, "span", { class: "track" }, bar),
        make(doc, "span", { class: "figure" }, percent(share, 0)),
      ),
    ];
  });
}

/** What differs most in a layer, its maps or its units. @param {App} app @param {Result} other @param {number} index */
export function insideApart(app, other, index) {
  return app.engine.nodes[index].flat ? unitsApart(app, other, index) : mapsOf(app, other, index);
}

/** The maps that differ most: A, B and the difference. @param {App} app @param {Result} other @param {number} index */
function mapsOf(app, other, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const [channels, height, width] = node.output;
  const { a, b } = bothOf(app, other, index);
  const area = height * width;
  const order = mapsApart(a, b, channels);
  const shown = order.slice(0, MAPS_SHOWN);
  const limit = Math.max(1e-12, ...shown.flatMap(({ channel }) => [a, b].map((v) => largest(v, channel * area, area))));
  const rows = shown.map(({ channel, apart }) => {
    const canvases = [a, b, difference(a, b, channel * area, area)].map((values, i) => {
      const canvas = pixels(doc, "", ["A", "B", "A − B"][i]);
      paintPlane(app, canvas, index, values, i === 2 ? 0 : channel * area, limit);
      return canvas;
    });
    const open = button(doc, t("map.name", { node: node.name, map: channel + 1 }), () => {
      app.go({ view: "layer", node: node.name, channel, y: -1, x: -1, from: -1, trail: "" });
    });
    open.className = "link";
    return make(
      doc,
      "div",
      { class: "contrast-map" },
      make(doc, "div", { class: "triple" }, ...canvases),
      make(doc, "p", {}, open, " ", make(doc, "span", { class: "figure" }, telling(apart))),
    );
  });
  return [
    make(doc, "h3", {}, t("contrast.maps", { node: node.name })),
    make(doc, "p", { class: "note" }, t("contrast.maps.text", { n: shown.length, all: channels })),
    make(doc, "div", { class: "contrast-maps" }, ...rows),
    make(doc, "div", { class: "legends" }, legend(app, "activations", limit, t("contrast.legend"))),
  ];
}

/** The units that differ most. @param {App} app @param {Result} other @param {number} index */
function unitsApart(app, other, index) {
  const { doc, t } = app;
  const node = app.engine.nodes[index];
  const { a, b } = bothOf(app, other, index);
  const order = mapsApart(a, b, a.length).slice(0, UNITS_SHOWN);
  const most = Math.max(1e-12, ...order.map(({ apart }) => apart));
  const rows = order.map(({ channel: i }) =>
    make(
      doc,
      "tr",
      {},
      make(doc, "th", { scope: "row" }, unitName(app, index, i)),
      ...[a[i], b[i], a[i] - b[i]].map((v) => make(doc, "td", {}, telling(v))),
      make(doc, "td", {}, signedBar(app, a[i] - b[i], most)),
    ),
  );
  const heads = [t("contrast.unit"), "A", "B", "A − B", ""];
  return [
    make(doc, "h3", {}, t("contrast.units", { node: node.name })),
    make(doc, "p", { class: "note" }, t("contrast.units.text", { n: order.length, all: a.length })),
    make(
      doc,
      "div",
      { class: "table-scroll", tabindex: 0, role: "group", "aria-label": t("contrast.units", { node: node.name }) },
      make(doc, "table", { class: "relevance-table" }, tableHead(doc, heads), make(doc, "tbody", {}, ...rows)),
    ),
  ];
}
