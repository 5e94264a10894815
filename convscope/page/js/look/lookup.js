/** Looking numbers up: a node by its name, its maps, its ranges. */

import { largest } from "../kit/palette.js";

/** @typedef {import("./types.js").App} App */

/** @param {App} app @param {string} name @returns {number} −1 for the picture and for names that are not there */
export function indexOf(app, name) {
  return app.engine.nodes.findIndex((node) => node.name === name);
}

/**
 * The numbers that come out of node `index`; of the picture as the network reads it for −1.
 * @param {App} app
 * @param {number} index
 * @returns {ArrayLike<number>}
 */
export function valuesOf(app, index) {
  if (index < 0) return app.result.input;
  return app.result.quick?.[index] ?? app.result.outputs[index] ?? [];
}

/** Whether what a view shows was computed of this picture. @param {App} app */
export function scoresAreKnown(app) {
  const { view, node } = app.state;
  if (view === "loss") return app.result.logits.length > 0;
  const index = view === "layer" || view === "value" ? indexOf(app, node) : -1;
  return index < 0 || valuesOf(app, index).length > 0;
}

/**
 * The opaque node at which the computing of this picture ends; −1 where all is computed, or was by Python.
 * @param {App} app
 */
export function endOf(app) {
  const ended = app.result.logits.length === 0;
  return ended ? app.engine.nodes.findIndex((_, index) => valuesOf(app, index).length === 0) : -1;
}

/**
 * @param {App} app
 * @param {number} index
 * @returns {{channels: number, height: number, width: number, flat: boolean}}
 */
export function sizeOf(app, index) {
  const [channels, height, width] = index < 0 ? app.payload.input.shape : app.engine.nodes[index].output;
  return { channels, height, width, flat: index >= 0 && app.engine.nodes[index].flat };
}

/** @param {App} app @param {number} index @param {number} channel @param {number} y @param {number} x */
export function valueAt(app, index, channel, y, x) {
  const { height, width } = sizeOf(app, index);
  return valuesOf(app, index)[(channel * height + y) * width + x];
}

/**
 * The largest magnitude the colours of a map stand for: of the map, its layer or the whole network.
 * @param {App} app
 * @param {number} index
 * @param {number} channel
 */
export function limitOf(app, index, channel) {
  const { height, width, flat } = sizeOf(app, index);
  const values = valuesOf(app, index);
  if (app.state.range === "network") return networkLimit(app);
  if (app.state.range === "layer" || flat) return largest(values) || 1;
  return largest(values, channel * height * width, height * width) || 1;
}

/** @type {WeakMap<object, number>} */
const NETWORK_LIMITS = new WeakMap();

/** The largest magnitude in the whole network. @param {App} app */
export function networkLimit(app) {
  const known = NETWORK_LIMITS.get(app.result);
  if (known) return known;
  const most = Math.max(1e-9, ...(app.result.quick ?? app.result.outputs).map((values) => largest(values)));
  NETWORK_LIMITS.set(app.result, most);
  return most;
}

/**
 * What the module that a network was calls a node; "" where it calls it the same.
 * @param {App} app
 * @param {string} name
 */
export function calledInModule({ payload }, name) {
  return payload.names[name] ?? "";
}

/** What a source is called: the node's name, or "picture". @param {App} app @param {number} index */
export function nameOf(app, index) {
  return index < 0 ? app.t("picture") : app.engine.nodes[index].name;
}

/** A map in words; the picture's are its colours. @param {App} app @param {number} index @param {number} channel */
export function mapName(app, index, channel) {
  const { t } = app;
  if (index < 0 && app.payload.input.shape[0] === 3)
    return [t("colour.red"), t("colour.green"), t("colour.blue")][channel];
  return t("map.name", { node: nameOf(app, index), map: channel + 1 });
}

/**
 * A map in one sign: its number, of a picture in colour R, G or B.
 * @param {App} app
 * @param {number} index
 * @param {number} channel
 */
export function mapSign(app, index, channel) {
  return index < 0 && app.payload.input.shape[0] === 3 ? "RGB"[channel] : String(channel + 1);
}

/**
 * A unit in words: map, row, column; a flat node has numbers only.
 * @param {App} app
 * @param {number} index
 * @param {number} channel
 * @param {number} y
 * @param {number} x
 */
export function unitWords(app, index, channel, y, x) {
  const { channels, height, width, flat } = sizeOf(app, index);
  const node = app.engine.nodes[index];
  if (node?.module.geometry === "flatten" && node.input[1] * node.input[2] > 1) {
    const [, rows, columns] = node.input;
    const [map, row, column] = [
      Math.floor(channel / (rows * columns)),
      Math.floor(channel / columns) % rows,
      channel % columns,
    ];
    return app.t("unit.flatten", { node: node.name, unit: channel + 1, map: map + 1, y: row + 1, x: column + 1 });
  }
  if (flat) return app.t("unit.flat", { node: nameOf(app, index), unit: unitName(app, index, channel) });
  if (height * width === 1) return app.t("map.name", { node: nameOf(app, index), map: channel + 1 });
  if (index < 0 && channels === 1) return app.t("unit.pixel", { y: y + 1, x: x + 1 });
  if (index < 0 && channels === 3)
    return app.t("unit.colour", { colour: mapName(app, index, channel), y: y + 1, x: x + 1 });
  return app.t("unit.map", { node: nameOf(app, index), map: channel + 1, y: y + 1, x: x + 1 });
}

/** A flat unit's number, or its class for the scores. @param {App} app @param {number} index @param {number} unit */
export function unitName(app, index, unit) {
  return index === app.engine.nodes.length - 1 ? `“${app.payload.classes[unit] ?? unit}”` : String(unit + 1);
}

/** The class with the largest score. @param {App} app */
export function winnerOf(app) {
  let best = 0;
  for (let k = 1; k < app.result.logits.length; k++) if (app.result.logits[k] > app.result.logits[best]) best = k;
  return best;
}

/** Whether the one score is a question of yes or no. @param {import("./types.js").Payload} payload */
function isQuestion({ ending, classes }) {
  return ending === "sigmoid" && classes.length === 1;
}

/**
 * The classes as they are called in a language: the one of a question of yes or no that nobody named is "yes".
 * @param {import("./types.js").Payload} payload @param {import("../kit/i18n.js").Translate} t
 */
export function spokenClasses(payload, t) {
  return isQuestion(payload) && payload.classes[0] === "0" ? [t("answer.yes")] : payload.classes;
}

/**
 * What the network answers, and how sure it is: the class with the largest score; of a question of yes or no, "no"
 * where that is likelier.
 * @param {App} app @param {ArrayLike<number>} probabilities @param {number} winner
 */
export function saidOf({ payload, t }, probabilities, winner) {
  const [name, p] = [payload.classes[winner] ?? String(winner), probabilities[winner] ?? NaN];
  if (!isQuestion(payload) || !(p < 0.5)) return { name, p };
  return { name: name === t("answer.yes") ? t("answer.no") : t("answer.not", { name }), p: 1 - p };
}

/** Whether there are scores of classes to ask about; no, where the output is maps. @param {App} app */
export function hasClasses({ payload }) {
  return payload.classes.length > 0;
}

/** The true class of the picture shown, or −1 where it is not known. @param {App} app */
export function labelOf(app) {
  if (app.state.label >= 0 && app.state.label < app.payload.classes.length) return app.state.label;
  const [kind, number] = [app.state.picture[0], Number(app.state.picture.slice(1))];
  if (kind === "s") return app.payload.samples.labels[number] ?? -1;
  if (kind === "m") return app.payload.errors?.mistakes.labels[number] ?? -1;
  return -1;
}

/** Nodes that read node `index`. @param {App} app @param {number} index @returns {number[]} */
export function readersOf(app, index) {
  /** @type {number[]} */
  const found = [];
  app.engine.nodes.forEach((node, i) => {
    if (node.sources.includes(index)) found.push(i);
  });
  return found;
}
