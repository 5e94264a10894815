/** One map of one layer: how it is made from the maps before, with the window sliding over them. */

import { button, make, refill } from "../../kit/dom.js";
import { compact } from "../../kit/format.js";
import { spoken } from "../../kit/i18n.js";
import { indexOf, limitOf, nameOf, sizeOf, unitName, unitWords, valueAt } from "../lookup.js";
import { largest } from "../../kit/palette.js";
import { moveByArrows, placeOf } from "../navigation.js";
import { channelCard } from "./card.js";
import { DRAWINGS } from "./drawings.js";
import { layerFacts } from "./facts.js";
import { oneStep } from "./one_step.js";
import { legend } from "./maps.js";
import { windowPlayer } from "./player.js";
import { shareButtons } from "./share.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */

const FILM_SCENES = 72;

/** @param {App} app @returns {View} */
export function layerView(app) {
  const { doc, t, state } = app;
  const index = indexOf(app, state.node);
  const node = app.engine.nodes[index];
  const { channels, height, width, flat } = sizeOf(app, index);
  const drawing = DRAWINGS[node.module.drawing].layer(app, index);
  const readout = make(doc, "output", { class: "readout" });
  const open = button(
    doc,
    node.module.terms ? t("open.sum") : t("open.number"),
    () => app.go({ view: "value", ...placeOf(app), from: -1, trail: "" }),
    {
      class: "primary",
    },
  );
  const player = flat || height * width === 1 ? null : windowPlayer(app, height, width);
  const step = oneStep(app, index);
  const legends = make(doc, "div", { class: "legends" });
  const title = make(
    doc,
    "h2",
    {},
    flat
      ? t("layer.unit", { node: node.name, unit: unitName(app, index, state.channel), n: channels })
      : t("layer.map", { node: node.name, map: state.channel + 1, n: channels }),
  );
  const element = make(
    doc,
    "section",
    { class: "layer", "aria-label": node.name },
    crumbs(app, node.name),
    make(doc, "div", { class: "heading" }, title, neighbours(app, channels)),
    make(doc, "p", { class: "lead" }, spoken(t, node.module.explain)),
    layerFacts(app, node),
    make(doc, "div", { class: "controls" }, player?.element, readout, open, shareButtons(app, index)),
    make(doc, "p", { class: "note keys" }, flat ? t("arrows.flat") : t("arrows.map")),
    drawing.element,
    legends,
    channelCard(app, node),
    step?.element,
  );
  const refresh = () => {
    drawing.refresh();
    refill(legends, ...legendsOf(app, index));
    const { y, x } = placeOf(app);
    const value = valueAt(app, index, app.state.channel, flat ? 0 : y, flat ? 0 : x);
    const words = `${unitWords(app, index, app.state.channel, y, x)} = ${compact(value)}`;
    readout.textContent = words;
    if (!player?.playing()) app.say(words);
    step?.refresh();
  };
  refresh();
  return {
    element,
    refresh,
    keys: (event) => moveByArrows(app, event) || playByKey(player, event),
    gone: () => {
      player?.stop();
      step?.gone();
    },
    hero: drawing.hero,
    film: player
      ? () => {
          player.pause();
          return slidingFilm(app, element, drawing.element, height, width);
        }
      : undefined,
  };
}

/**
 * The window over whole rows of the map, from the first to the last, as many as make a short film.
 * @param {App} app @param {Element} element @param {Element} part @param {number} height @param {number} width
 * @returns {import("../../kit/film.js").Scenes}
 */
function slidingFilm(app, element, part, height, width) {
  const { y, x } = app.state;
  const across = Math.min(width, FILM_SCENES);
  const rows = Math.max(1, Math.min(height, Math.floor(FILM_SCENES / across)));
  const spread = (/** @type {number} */ i, /** @type {number} */ count, /** @type {number} */ all) =>
    count === 1 ? Math.floor((all - 1) / 2) : Math.round((i * (all - 1)) / (count - 1));
  return {
    element,
    part,
    count: rows * across,
    milliseconds: 160,
    show: (i) => app.tune({ y: spread(Math.floor(i / across), rows, height), x: spread(i % across, across, width) }),
    end: () => app.tune({ y, x }),
  };
}

/**
 * Space plays and pauses, unless a control has the focus.
 * @param {ReturnType<typeof windowPlayer> | null} player
 * @param {KeyboardEvent} event
 */
function playByKey(player, event) {
  if (event.key !== " " || !player || /** @type {Element} */ (event.target).matches("button, a, summary")) return false;
  player.toggle();
  return true;
}

/**
 * What the colours of the drawing stand for, with this map's own numbers at the ends.
 * @param {App} app
 * @param {number} index
 */
function legendsOf(app, index) {
  const { t, state } = app;
  const node = app.engine.nodes[index];
  const name = node.flat ? node.name : t("map.name", { node: node.name, map: state.channel + 1 });
  const weights =
    node.tensors.weight && node.module.mixes
      ? legend(app, "weights", largest(node.tensors.weight), t("legend.kernel", { node: node.name }))
      : null;
  const others =
    node.module.drawing === "opaque" || state.range === "network"
      ? null
      : t("legend.others", { node: nameOf(app, node.sources[0]) });
  return [
    legend(app, "activations", limitOf(app, index, state.channel), name),
    weights,
    others ? make(app.doc, "p", { class: "note" }, others) : null,
  ];
}

/** The way back. @param {App} app @param {string} here */
function crumbs(app, here) {
  const { doc, t } = app;
  return make(
    doc,
    "p",
    { class: "crumbs" },
    button(doc, `← ${t("view.network")}`, () => app.go({ view: "network", trail: "" }), { class: "link" }),
    make(doc, "span", {}, here),
  );
}

/** To the map before and after, and to one by its number. @param {App} app @param {number} channels */
function neighbours(app, channels) {
  const { doc, t, state } = app;
  const to = (/** @type {number} */ channel) => app.tune({ channel: (channel + channels) % channels, from: -1 });
  const number = make(doc, "input", {
    type: "number",
    min: 1,
    max: channels,
    value: state.channel + 1,
    "aria-label": t("map.number"),
    on: {
      change: (/** @type {Event} */ event) => {
        const wanted = Number(/** @type {HTMLInputElement} */ (event.target).value);
        if (wanted >= 1 && wanted <= channels) to(Math.round(wanted) - 1);
      },
    },
  });
  return make(
    doc,
    "div",
    { class: "neighbours" },
    button(doc, "‹", () => to(state.channel - 1), { class: "icon", "aria-label": t("map.before") }),
    number,
    make(doc, "span", { class: "figure" }, `/ ${channels}`),
    button(doc, "›", () => to(state.channel + 1), { class: "icon", "aria-label": t("map.next") }),
  );
}
