/** One map of one layer: how it is made from the maps before, with the window sliding over them. */

import { button, make, segmented } from "../dom.js";
import { compact, shapeText } from "../format.js";
import { indexOf, sizeOf, unitName, unitWords, valueAt } from "../look.js";
import { moveByArrows, placeOf } from "../steps.js";
import { activationDrawing } from "./activation.js";
import { channelCard } from "./card.js";
import { convolutionDrawing } from "./convolution.js";
import { denseDrawing } from "./dense.js";
import { legend } from "./maps.js";
import { normDrawing } from "./norm.js";
import { movedDrawing } from "./moved.js";
import { poolDrawing } from "./pool.js";

/** @typedef {import("../shapes.js").App} App */
/** @typedef {import("../shapes.js").View} View */
/** @typedef {{element: HTMLElement, refresh: () => void, hero: () => Element | null}} Drawing */

/** @type {Record<string, (app: App, index: number) => Drawing>} */
const DRAWINGS = {
  conv: convolutionDrawing, maxpool: poolDrawing, avgpool: poolDrawing, gap: poolDrawing, fc: denseDrawing, bn: normDrawing,
  relu: activationDrawing, leaky_relu: activationDrawing, prelu: activationDrawing, sigmoid: activationDrawing, tanh: activationDrawing,
};
const SPEEDS = { slow: 900, medium: 320, fast: 80 };

/** @param {App} app @returns {View} */
export function layerView(app) {
  const { doc, t, state } = app;
  const index = indexOf(app, state.node);
  const node = app.engine.nodes[index];
  const { channels, height, width, flat } = sizeOf(app, index);
  const drawing = (DRAWINGS[node.kind] ?? movedDrawing)(app, index);
  const readout = make(doc, "output", { class: "readout" });
  const open = button(doc, t("open.sum"), () => app.go({ view: "value", ...placeOf(app), from: -1, trail: "" }), { class: "primary" });
  const player = flat ? null : slider(app, height, width);
  const title = make(doc, "h2", {}, flat ? t("layer.unit", { node: node.name, unit: unitName(app, index, state.channel), n: channels }) : t("layer.map", { node: node.name, map: state.channel + 1, n: channels }));
  const element = make(doc, "section", { class: "layer", "aria-label": node.name },
    crumbs(app, node.name),
    make(doc, "div", { class: "heading" }, title, neighbours(app, channels)),
    make(doc, "p", { class: "lead" }, explain(app, node.kind)),
    make(doc, "p", { class: "note sizes" }, make(doc, "code", {}, node.text), ` · ${shapeText(node.input, node.input[1] * node.input[2] === 1 && node.flat)} → ${shapeText(node.output, flat)}`, ...[node.size_how, node.parameters_how].filter(arithmetic).map((how) => ` · ${how}`)),
    make(doc, "div", { class: "controls" }, player?.element, readout, open),
    drawing.element,
    make(doc, "div", { class: "legends" }, legend(app, "activations", null), node.kind === "conv" || node.kind === "fc" ? legend(app, "weights", null) : null),
    channelCard(app, node));
  const refresh = () => {
    drawing.refresh();
    const { y, x } = placeOf(app);
    const value = valueAt(app, index, app.state.channel, flat ? 0 : y, flat ? 0 : x);
    const words = `${unitWords(app, index, app.state.channel, y, x)} = ${compact(value)}`;
    readout.textContent = words;
    if (!player?.playing()) app.say(words);
  };
  refresh();
  return { element, refresh, keys: (event) => moveByArrows(app, event), gone: () => player?.stop(), hero: drawing.hero };
}

/** Whether a line is a sum that reads the same in every language. @param {string} how */
function arithmetic(how) {
  return /\d/.test(how) && !/[a-z]/i.test(how.replace(/floor/g, ""));
}

/** @param {App} app @param {string} kind */
function explain(app, kind) {
  const { t } = app;
  /** @type {Record<string, string>} */
  const texts = {
    conv: t("explain.conv"), relu: t("explain.relu"), leaky_relu: t("explain.leaky"), prelu: t("explain.leaky"), sigmoid: t("explain.sigmoid"), tanh: t("explain.tanh"),
    maxpool: t("explain.maxpool"), avgpool: t("explain.avgpool"), gap: t("explain.gap"), bn: t("explain.bn"), dropout: t("explain.dropout"),
    flatten: t("explain.flatten"), fc: t("explain.fc"), crop: t("explain.crop"), add: t("explain.add"), opaque: t("explain.opaque"),
  };
  return texts[kind] ?? "";
}

/** The way back. @param {App} app @param {string} here */
export function crumbs(app, here) {
  const { doc, t } = app;
  return make(doc, "p", { class: "crumbs" }, button(doc, `← ${t("view.network")}`, () => app.go({ view: "network", trail: "" }), { class: "link" }), make(doc, "span", {}, here));
}

/** To the map before and after, and to one by its number. @param {App} app @param {number} channels */
function neighbours(app, channels) {
  const { doc, t, state } = app;
  const to = (/** @type {number} */ channel) => app.tune({ channel: (channel + channels) % channels, from: -1 });
  const number = make(doc, "input", { type: "number", min: 1, max: channels, value: state.channel + 1, "aria-label": t("map.number"), on: { change: (/** @type {Event} */ event) => {
    const wanted = Number(/** @type {HTMLInputElement} */ (event.target).value);
    if (wanted >= 1 && wanted <= channels) to(Math.round(wanted) - 1);
  } } });
  return make(doc, "div", { class: "neighbours" }, button(doc, "‹", () => to(state.channel - 1), { class: "icon", "aria-label": t("map.before") }), number, make(doc, "span", { class: "figure" }, `/ ${channels}`), button(doc, "›", () => to(state.channel + 1), { class: "icon", "aria-label": t("map.next") }));
}

/** Step, play, speed; a pointer that rests on the drawing pauses it. @param {App} app @param {number} height @param {number} width */
function slider(app, height, width) {
  const { doc, t } = app;
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  let speed = "medium";
  let timer = 0;
  let held = false;
  const step = (/** @type {number} */ by) => {
    const { y, x } = placeOf(app);
    const at = (y * width + x + by + height * width) % (height * width);
    app.tune({ y: Math.floor(at / width), x: at % width });
  };
  const play = button(doc, t("play"), () => (timer ? stop() : begin()), { class: "button play" });
  const stop = () => { win.clearInterval(timer); timer = 0; play.textContent = t("play"); };
  const begin = () => {
    win.clearInterval(timer);
    timer = win.setInterval(() => { if (!held) step(1); }, SPEEDS[/** @type {keyof typeof SPEEDS} */ (speed)]);
    play.textContent = t("pause");
  };
  const element = make(doc, "div", { class: "player", role: "group", "aria-label": t("player") },
    button(doc, "◀", () => step(-1), { class: "icon", "aria-label": t("step.back") }), play, button(doc, "▶", () => step(1), { class: "icon", "aria-label": t("step.on") }),
    segmented(doc, t("speed"), [{ value: "slow", text: t("speed.slow") }, { value: "medium", text: t("speed.medium") }, { value: "fast", text: t("speed.fast") }], () => speed, (value) => { speed = value; if (timer) begin(); }));
  const hold = (/** @type {Event} */ event) => { held = Boolean(/** @type {Element} */ (event.target).closest?.(".drawing")); };
  doc.addEventListener("pointerover", hold);
  return { element, playing: () => timer !== 0, stop: () => { stop(); doc.removeEventListener("pointerover", hold); } };
}
