/** What one sees first: a digit draws itself, and the network that ships reads it at every stroke. */

import { make, refill, setVar } from "../../kit/dom.js";
import { itemOf, unpack } from "../../engine/binary.js";
import { percent } from "../../kit/format.js";
import { largest, paint, paintPicture } from "../../kit/palette.js";
import { roving } from "../../kit/roving.js";
import { pixels } from "../../look/views/maps.js";
import { wholeIn } from "../address.js";
import { slidesEngine } from "../slides_engine.js";
import { drawnSoFar, strokeOrder } from "./strokes.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../types.js").Moving} Moving */

const STEPS_OF_PEN = 26;
const PEN_LASTS = 2100; // milliseconds
const MAPS_SHOWN = 9;
const FIRST_READ = 3; // the digit that is drawn without being asked

/** @param {Lab} lab @param {import("./clock.js").CoverClock} clock */
export function openingPicture(lab, clock) {
  const { doc, t } = lab;
  const engine = slidesEngine(lab);
  const classes = /** @type {string[]} */ (lab.payload.slides.classes);
  const { pictures } = lab.payload.digits;
  const names = /** @type {string[]} */ (lab.payload.digits.names);
  const bytes = unpack(pictures);
  const [height, width] = pictures.shape.slice(-2);
  const labels = /** @type {number[]} */ (lab.payload.digits.labels);
  const offered = classes.map((_, label) => labels.indexOf(label)).filter((i) => i >= 0);
  const digit = (/** @type {number} */ i) => /** @type {Uint8Array} */ (itemOf(bytes, pictures.shape, i));
  const usual = offered[FIRST_READ] ?? offered[0];
  const chosen = () => wholeIn(lab.state, "i", 0, labels.length - 1, usual);
  const layers = shownLayers(engine);
  const canvas = pixels(doc, "opening-digit", t("cover.digit"));
  const stacks = layers.map((index) => {
    const maps = Array.from({ length: Math.min(MAPS_SHOWN, engine.nodes[index].output[0]) }, () => pixels(doc));
    const name = engine.nodes[engine.nodes[index].sources[0]].name;
    const element = make(
      doc,
      "figure",
      { class: "opening-layer" },
      make(doc, "div", { class: "opening-maps", role: "img", "aria-label": t("cover.maps", { layer: name }) }, ...maps),
      make(doc, "figcaption", {}, name),
    );
    return { index, maps, element };
  });
  const bars = classes.map((name) => {
    const bar = make(doc, "span", { class: "bar" });
    const row = make(
      doc,
      "div",
      { class: "opening-score" },
      make(doc, "span", {}, name),
      make(doc, "span", { class: "track" }, bar),
    );
    return { bar, row };
  });
  const said = make(doc, "p", { class: "opening-said" });
  const thumbs = offered.map((i) => {
    const small = pixels(doc);
    paintPicture(small, digit(i), 0, [1, height, width]);
    const press = () => (i === chosen() ? clock.again(moving) : lab.tune({ i: i === usual ? null : i }));
    return make(
      doc,
      "button",
      { type: "button", class: "thumb", "aria-label": t("cover.read", { name: names[i] }), on: { click: press } },
      small,
    );
  });
  const others = make(
    doc,
    "div",
    { class: "opening-digits", role: "group", "aria-label": t("plain.digit") },
    ...thumbs,
  );
  const stop = roving(others, () => thumbs);
  const element = make(
    doc,
    "section",
    { class: "opening", "data-widget": "opening", "aria-label": t("cover.opening") },
    make(
      doc,
      "div",
      { class: "opening-row" },
      make(doc, "div", { class: "opening-ink" }, canvas),
      ...stacks.map((stack) => stack.element),
      make(
        doc,
        "div",
        { class: "opening-scores", role: "img", "aria-label": t("scores") },
        ...bars.map((one) => one.row),
      ),
    ),
    make(doc, "div", { class: "opening-foot" }, said, others),
  );

  let shown = -1;
  let order = new Float64Array(0);
  /** @type {{channel: number, limit: number}[][]} */
  let strongest = [];
  const choose = (/** @type {number} */ i) => {
    shown = i;
    order = strokeOrder(digit(i), height, width);
    const whole = engine.forward(digit(i));
    strongest = layers.map((index) => strongestMaps(whole.outputs[index], engine.nodes[index].output));
  };
  /** @type {Moving} */
  const moving = {
    element,
    steps: STEPS_OF_PEN,
    lasts: PEN_LASTS,
    draw: (share) => {
      const ink = drawnSoFar(digit(shown), order, share);
      paintPicture(canvas, ink, 0, [1, height, width]);
      const { outputs, probabilities } = engine.forward(ink);
      stacks.forEach(({ index, maps }, k) => {
        const [, rows, columns] = engine.nodes[index].output;
        maps.forEach((map, n) => {
          const { channel, limit } = strongest[k][n];
          const start = channel * rows * columns;
          paint(map, outputs[index], start, rows, columns, limit, "activations", lab.dark());
        });
      });
      const best = probabilities.indexOf(Math.max(...probabilities));
      bars.forEach(({ bar, row }, i) => {
        setVar(bar, "share", String(share > 0 ? probabilities[i] : 0));
        row.classList.toggle("winner", share > 0 && i === best);
      });
      refill(
        said,
        share > 0 ? t("cover.says", { digit: classes[best], share: percent(probabilities[best]) }) : t("cover.nothing"),
      );
    },
  };
  const refresh = () => {
    if (chosen() === shown) return;
    const first = shown < 0;
    choose(chosen());
    thumbs.forEach((thumb, k) => thumb.setAttribute("aria-pressed", String(offered[k] === shown)));
    stop();
    moving.draw(lab.still() ? 1 : 0);
    clock.again(moving);
    if (!first) lab.say(sentenceOf());
  };
  const sentenceOf = () => {
    const { probabilities } = engine.forward(digit(shown));
    const best = probabilities.indexOf(Math.max(...probabilities));
    return t("cover.says", { digit: classes[best], share: percent(probabilities[best]) });
  };
  refresh();
  return { element, refresh, moving };
}

/**
 * The activations behind convolutions, or the convolutions where nothing bends.
 * @param {import("../../engine/engine.js").Engine} engine
 */
function shownLayers({ nodes }) {
  const found = nodes.flatMap((node, i) => {
    if (node.module.drawing !== "convolution") return [];
    const next = nodes.findIndex((one) => one.sources[0] === i && one.output.length === 3);
    return [next >= 0 ? next : i];
  });
  return found.slice(0, 4);
}

/**
 * The maps with the largest numbers, and those.
 * @param {Float64Array} values
 * @param {number[]} shape
 */
function strongestMaps(values, [channels, rows, columns]) {
  return Array.from({ length: channels }, (_, channel) => ({
    channel,
    limit: largest(values, channel * rows * columns, rows * columns) || 1,
  }))
    .sort((a, b) => b.limit - a.limit || a.channel - b.channel)
    .slice(0, MAPS_SHOWN);
}
