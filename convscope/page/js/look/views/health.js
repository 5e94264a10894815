/** Health: units and weights that do not work as they should, counted over the samples, each with a remedy. */

import { button, make, refill, tableHead } from "../../kit/dom.js";
import { percent, thousands } from "../../kit/format.js";
import { badWeights, healthCounter, isFault } from "../../engine/health.js";
import { inSteps, LAYER_ROOM, shortName } from "../node_names.js";
import { eachSample } from "../other.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */
/** @typedef {import("../../engine/health.js").Fault} Fault */
/** @typedef {import("../../engine/health.js").LayerHealth} LayerHealth */

const UNITS_NAMED = 24; // of a fault

/**
 * Every fault, and what is none, with its name, what it means and what to do.
 * @param {App} app @param {number} n
 * @returns {{fault: import("../../engine/health.js").UnitState, name: string, means: string, remedy: string}[]}
 */
function faultList({ t }, n) {
  return [
    { fault: "dead", name: t("health.dead"), means: t("health.dead.means", { n }), remedy: t("health.dead.remedy") },
    {
      fault: "saturated",
      name: t("health.saturated"),
      means: t("health.saturated.means", { n }),
      remedy: t("health.saturated.remedy"),
    },
    {
      fault: "constant",
      name: t("health.constant"),
      means: t("health.constant.means", { n }),
      remedy: t("health.constant.remedy"),
    },
    {
      fault: "duplicate",
      name: t("health.duplicate"),
      means: t("health.duplicate.means", { n }),
      remedy: t("health.duplicate.remedy"),
    },
    {
      fault: "notfinite",
      name: t("health.notfinite"),
      means: t("health.notfinite.means", { n }),
      remedy: t("health.notfinite.remedy"),
    },
    {
      fault: "linear",
      name: t("health.linear"),
      means: t("health.linear.means", { n }),
      remedy: t("health.linear.remedy"),
    },
  ];
}

/** @param {App} app @returns {View} */
export function healthView(app) {
  const { doc, t, engine, samples } = app;
  const status = make(doc, "p", { class: "note", role: "status" });
  const units = make(doc, "div", {});
  const element = make(
    doc,
    "section",
    { class: "health", "aria-label": t("view.health") },
    make(doc, "p", { class: "lead" }, t("health.lead")),
    weightsPart(app),
    status,
    units,
  );
  const [n] = samples.shape;
  if (n < 2) {
    status.textContent = t("health.one");
    return { element, refresh: () => {} };
  }
  const counter = healthCounter(engine.nodes);
  const told = (/** @type {number} */ share) => (status.textContent = t("health.busy", { share: percent(share, 0) }));
  told(0);
  const stop = eachSample(app, counter.add, told, () => {
    const layers = counter.layers();
    status.textContent = summary(app, layers, n);
    refill(units, layerTable(app, layers, n), ...faultParts(app, layers, n));
  });
  return { element, refresh: () => {}, gone: stop };
}

/** @param {App} app @param {LayerHealth[]} layers @param {number} n */
function summary({ t }, layers, n) {
  const all = layers.flatMap(({ units }) => units);
  const ill = all.filter(isFault).length;
  const words = { ill: thousands(ill), all: thousands(all.length), n };
  return ill ? t("health.some", words) : t("health.none", words);
}

/** What of the weights is no number. @param {App} app */
function weightsPart(app) {
  const { doc, t, engine } = app;
  const found = badWeights(engine.nodes);
  if (!found.length) return make(doc, "p", {}, t("health.weights.sound"));
  const lines = found.map(({ index, name, nan, infinite }) =>
    make(doc, "li", {}, t("health.weights.bad", { tensor: `${engine.nodes[index].name}.${name}`, nan, infinite })),
  );
  return make(
    doc,
    "div",
    {},
    make(doc, "ul", { class: "bad-weights" }, ...lines),
    make(doc, "p", {}, t("health.notfinite.remedy")),
  );
}

/** Counts a layer, and their total. @param {App} app @param {LayerHealth[]} layers @param {number} n */
function layerTable(app, layers, n) {
  const { doc, t, engine } = app;
  const faults = faultList(app, n);
  const counts = (/** @type {LayerHealth[]} */ some, /** @type {string} */ fault) =>
    some.reduce((sum, { units }) => sum + units.filter((one) => one === fault).length, 0);
  const row = (/** @type {string} */ name, /** @type {LayerHealth[]} */ some, /** @type {string} */ whole = name) =>
    make(
      doc,
      "tr",
      {},
      make(doc, "th", { scope: "row", title: whole }, ...inSteps(doc, name)),
      make(doc, "td", {}, thousands(some.reduce((sum, { units }) => sum + units.length, 0))),
      ...faults.map(({ fault }) => {
        const count = counts(some, fault);
        return make(doc, "td", { class: count && isFault(fault) ? "ill" : "well" }, thousands(count));
      }),
    );
  return make(
    doc,
    "div",
    { class: "table-scroll", tabindex: 0, role: "group", "aria-label": t("view.health") },
    make(
      doc,
      "table",
      { class: "relevance-table" },
      tableHead(doc, [t("relevance.layer"), t("health.units"), ...faults.map(({ name }) => name)]),
      make(
        doc,
        "tbody",
        {},
        ...layers.map((layer) => {
          const { name } = engine.nodes[layer.index];
          return row(shortName(app, name, LAYER_ROOM), [layer], name);
        }),
      ),
      make(doc, "tfoot", {}, row(t("relevance.total"), layers)),
    ),
  );
}

/** Every fault that occurs: what it means, which units have it, what to do. @param {App} app
 * @param {LayerHealth[]} layers @param {number} n */
function faultParts(app, layers, n) {
  const { doc, t, engine } = app;
  return faultList(app, n).flatMap(({ fault, name, means, remedy }) => {
    const ill = layers.flatMap(({ index, units, like }) =>
      units.flatMap((one, channel) => (one === fault ? [{ index, channel, like: like[channel] }] : [])),
    );
    if (!ill.length) return [];
    const links = ill.slice(0, UNITS_NAMED).map(({ index, channel, like }) => {
      const node = engine.nodes[index].name;
      const words = t("map.name", { node, map: channel + 1 }) + (like >= 0 ? ` = ${like + 1}` : "");
      const open = () => app.go({ view: "layer", node, channel, y: -1, x: -1, from: -1, trail: "" });
      return button(doc, words, open, { class: "link" });
    });
    return [
      make(doc, "h3", {}, `${name}: ${thousands(ill.length)}`),
      make(doc, "p", {}, means),
      make(doc, "p", {}, make(doc, "b", {}, t("health.remedy")), " ", remedy),
      make(
        doc,
        "p",
        { class: "ill-units" },
        ...links,
        ill.length > UNITS_NAMED ? t("relevance.others", { n: thousands(ill.length - UNITS_NAMED) }) : null,
      ),
    ];
  });
}
