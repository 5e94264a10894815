/** The whole network: every layer's maps in columns, what feeds what, and the scores. */

import { make, refill, setVar } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { indexOf, networkLimit } from "../lookup.js";
import { allMaps } from "./all_maps.js";
import { layerColumn } from "./column.js";
import { edgesBetween } from "./edges.js";
import { figuresLine } from "./figures.js";
import { MANY_LAYERS, networkGraph } from "./graph.js";
import { legend } from "./maps.js";
import { pointedMap } from "./pointed_map.js";
import { ALL_CLASSES, scoreBars } from "./scores.js";
import { sharesLine } from "./shares_line.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */

/** @param {App} app @returns {View} */
export function overviewView(app) {
  return app.engine.nodes.length > MANY_LAYERS ? graphOverview(app) : columnOverview(app);
}

const FEW_CLASSES = 3; // whose scores stand together: each beside its number they would be far apart

/** The scores, and what they are. @param {App} app @param {boolean} strip whether their numbers stand beside them */
function outcomeOf(app, strip) {
  const { doc, t } = app;
  const scores = scoreBars(app, (k) => app.go({ view: "loss", label: app.state.label, rival: k }));
  const { length } = app.payload.classes;
  if (strip && length > FEW_CLASSES && length <= ALL_CLASSES) scores.element.classList.add("beside");
  const element = make(
    doc,
    "section",
    { class: "outcome", "aria-label": t("scores") },
    make(doc, "h3", {}, t("scores")),
    make(doc, "p", { class: "shape" }, softmaxWords(app)),
    scores.element,
  );
  return { element, refresh: scores.refresh };
}

/** The colours' legend. @param {App} app */
function mapLegend(app) {
  return [
    legend(app, "activations", app.state.range === "network" ? networkLimit(app) : null),
    make(app.doc, "p", { class: "note" }, app.t("legend.note")),
  ];
}

/** Of a network of many layers. @param {App} app @returns {View} */
function graphOverview(app) {
  const { doc, t } = app;
  const line = sharesLine(app);
  const graph = networkGraph(app, line);
  const outcome = outcomeOf(app, false);
  const legends = make(doc, "div", { class: "legends" });
  const element = make(
    doc,
    "section",
    { class: "overview", "aria-label": t("view.network") },
    make(doc, "p", { class: "lead" }, t("graph.lead")),
    line.element,
    make(
      doc,
      "div",
      { class: "flow whole" },
      graph.element,
      outcome.element,
      make(doc, "div", { class: "beneath" }, graph.grid, legends, figuresLine(app)),
    ),
  );
  setVar(element, "scores", String(app.payload.classes.length));
  const refresh = () => {
    app.shares.want();
    graph.refresh();
    outcome.refresh();
    refill(legends, ...mapLegend(app));
  };
  refresh();
  return { ...graph, element, refresh };
}

/** Of a network of a few layers: a column each. @param {App} app @returns {View} */
function columnOverview(app) {
  const { doc, t } = app;
  const { nodes } = app.engine;
  const grid = allMaps(app, (index) => {
    columns.forEach((column, i) => column.opened(i - 1 === index));
    stay(null);
  });
  const columns = [-1, ...nodes.keys()].map((index) => layerColumn(app, index, grid.turn));
  const tiles = columns.flatMap((column) => column.tiles);
  const stage = make(doc, "div", { class: "stage" }, ...columns.map(({ element }) => element));
  const scroller = make(doc, "div", { class: "scroller", tabindex: -1 }, stage);
  const outcome = outcomeOf(app, true);
  const edges = edgesBetween(app, stage, () => tiles);
  stage.prepend(edges.element);
  const line = sharesLine(app);
  const legends = make(doc, "div", { class: "legends" });
  const element = make(
    doc,
    "section",
    { class: "overview", "aria-label": t("view.network") },
    make(doc, "p", { class: "lead" }, t("overview.lead")),
    line.element,
    make(doc, "div", { class: "flow" }, scroller, outcome.element),
    grid.element,
    legends,
    figuresLine(app),
  );
  const pointed = pointedMap(app, element, () => [...tiles, ...grid.tiles()], edges, line);
  /** One stop of the Tab key: the map in focus last; arrows go on from it. @param {Element | null} to */
  const stay = (to) => {
    const all = Array.from(stage.querySelectorAll("button"));
    const kept = all.find((one) => one === to) ?? all.find((one) => one.tabIndex === 0 && one === last) ?? all[0];
    last = kept ?? null;
    for (const one of all) one.tabIndex = one === kept ? 0 : -1;
  };
  /** @type {Element | null} */
  let last = null;
  stay(null);
  stage.addEventListener("focusin", (event) => stay(/** @type {Element} */ (event.target)));
  const hint = () =>
    scroller.classList.toggle("more-right", scroller.scrollLeft + scroller.clientWidth < scroller.scrollWidth - 4);
  scroller.addEventListener("scroll", hint);
  const watch = new ResizeObserver(hint);
  watch.observe(scroller);
  setVar(element, "scores", String(app.payload.classes.length));
  const refresh = () => {
    app.shares.want();
    for (const column of columns) column.refresh();
    grid.refresh();
    outcome.refresh();
    pointed.refresh();
    refill(legends, ...mapLegend(app));
  };
  refresh();
  const hero = () =>
    tiles.find(
      (tile) =>
        tile.index === indexOf(app, app.state.node) &&
        tile.index >= 0 &&
        (tile.channel === app.state.channel || nodes[tile.index].flat),
    )?.canvas ?? null;
  return {
    element,
    refresh,
    hero,
    placed: () => {
      edges.draw();
      hint();
      hero()?.scrollIntoView({ block: "nearest", inline: "nearest" });
    },
    gone: () => {
      edges.gone();
      watch.disconnect();
    },
    keys: (event) =>
      rove(
        doc,
        columns.map((column) => column.element),
        event,
      ),
  };
}

/** What stands above the scores. @param {App} app */
function softmaxWords({ t, engine, payload }) {
  if (payload.ending === "sigmoid") return t("scores.sigmoid");
  if (payload.ending === "logits") return t("scores.logits");
  if (payload.ending === "log_softmax") return t("scores.log_softmax");
  if (payload.ending === "maps") return t("scores.maps");
  return engine.temperature === 1
    ? t("scores.softmax")
    : t("scores.calibrated", { temperature: fixed(engine.temperature, 3) });
}

/** Arrows go from map to map. @param {Document} doc @param {HTMLElement[]} columns @param {KeyboardEvent} event */
function rove(doc, columns, event) {
  const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (!step) return false;
  const rows = columns.map((column) => Array.from(column.querySelectorAll("button")));
  const at = rows.findIndex((row) => row.some((b) => b === doc.activeElement));
  if (at < 0) {
    rows[0]?.[0]?.focus();
    return true;
  }
  const row = rows[at].findIndex((b) => b === doc.activeElement);
  const next = rows[at + step[0]];
  if (next) next[Math.max(0, Math.min(next.length - 1, row + step[1]))]?.focus();
  return true;
}
