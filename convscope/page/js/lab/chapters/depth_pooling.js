/** Max and average pooling side by side, on the maps of the lecture's trained network. */

import { make, makeSvg, refill } from "../../kit/dom.js";
import { itemOf, unpack } from "../../engine/binary.js";
import { makeEngine } from "../../engine/engine.js";
import { fixed } from "../../kit/format.js";
import { largest, paint, paintPicture } from "../../kit/palette.js";
import { roving } from "../../kit/roving.js";
import { wholeIn } from "../address.js";
import { pooled } from "../sums/depth.js";
import { presets, slider } from "../widgets.js";

/** @typedef {import("../types.js").Lab} Lab */

const LAYERS = ["relu1", "relu2", "conv1", "conv2"];

/** @param {Lab} lab */
export function poolingPart(lab) {
  const { doc, t } = lab;
  const engine = makeEngine(lab.payload.slides);
  const pictures = unpack(lab.payload.digits.pictures);
  const { shape } = lab.payload.digits.pictures;
  const layer = () => (LAYERS.includes(lab.state.m) ? lab.state.m : LAYERS[0]);
  const node = () => engine.nodes.findIndex((one) => one.name === layer());
  const digit = () => wholeIn(lab.state, "d", 0, shape[0] - 1, Math.min(16, shape[0] - 1));
  const channel = () => wholeIn(lab.state, "c2", 1, engine.nodes[node()].output[0], 6);
  let computed = -1;
  /** @type {number[]} */
  let seen = [];
  let outputs = /** @type {Float64Array[]} */ ([]);
  const at = () => {
    const [y, x] = (lab.state.at ?? "").split(".").map(Number);
    return [y, x].every(Number.isInteger)
      ? [Math.max(0, Math.min(rows() - 1, y)), Math.max(0, Math.min(columns() - 1, x))]
      : [Math.floor(rows() / 2), Math.floor(columns() / 2)];
  };
  const rows = () => Math.floor(engine.nodes[node()].output[1] / 2);
  const columns = () => Math.floor(engine.nodes[node()].output[2] / 2);
  const look = (/** @type {number} */ y, /** @type {number} */ x) =>
    lab.tune({ at: `${Math.max(0, Math.min(rows() - 1, y))}.${Math.max(0, Math.min(columns() - 1, x))}` });

  const announce = () => lab.say(line.textContent ?? "");
  const before = frameOf(lab, 2, look, t("local.map"), announce);
  const [max, mean] = [frameOf(lab, 1, look, t("deep.max"), announce), frameOf(lab, 1, look, t("deep.mean"), announce)];
  const title = make(doc, "h2", { class: "part" });
  const line = make(doc, "p", { class: "sum-of-window" });
  const thumbs = Array.from({ length: shape[0] }, (_, i) => {
    const canvas = make(doc, "canvas", { class: "pixels" });
    paintPicture(canvas, /** @type {Uint8Array} */ (itemOf(pictures, shape, i)), 0, shape.slice(1));
    return make(
      doc,
      "button",
      {
        type: "button",
        class: "thumb",
        "aria-label": `${t("deep.digit")} ${i + 1}: ${lab.payload.digits.labels[i]}`,
        on: { click: () => lab.tune({ d: i === 16 ? null : i }) },
      },
      canvas,
    );
  });
  const digits = make(doc, "div", { class: "digit-row", role: "group", "aria-label": t("plain.digit") }, ...thumbs);
  const stop = roving(digits, () => thumbs);
  const choose = presets(
    lab,
    t("deep.layer"),
    LAYERS.map((name) => ({
      text: name,
      on: () => layer() === name,
      press: () => lab.tune({ m: name === LAYERS[0] ? null : name, c2: null, at: null }),
    })),
  );
  const which = slider(lab, t("deep.channel"), { min: 1, max: 16, step: 1 }, channel, (value) =>
    lab.tune({ c2: value === 6 ? null : value }),
  );
  const element = make(
    doc,
    "section",
    { class: "worked pooling", "data-widget": "pooling" },
    make(doc, "h2", {}, t("deep.pooling")),
    make(doc, "p", {}, t("deep.pooling.text")),
    digits,
    make(doc, "div", { class: "two-rows" }, choose.element, which.element),
    make(
      doc,
      "div",
      { class: "pooling-row" },
      make(doc, "div", {}, title, before.element),
      make(doc, "div", {}, make(doc, "h2", { class: "part" }, t("deep.max")), max.element),
      make(doc, "div", {}, make(doc, "h2", { class: "part" }, t("deep.mean")), mean.element),
    ),
    line,
    make(doc, "p", { class: "note" }, t("deep.arrows")),
  );
  const refresh = () => {
    if (computed !== digit()) {
      computed = digit();
      outputs = engine.forward(/** @type {Uint8Array} */ (itemOf(pictures, shape, computed))).outputs;
    }
    const [, height, width] = engine.nodes[node()].output;
    which.element.querySelector("input")?.setAttribute("max", String(engine.nodes[node()].output[0]));
    const map = outputs[node()].subarray((channel() - 1) * height * width, channel() * height * width);
    const limit = largest(map) || 1;
    const two = [pooled(map, height, width, "max"), pooled(map, height, width, "mean")];
    const [y, x] = at();
    paint(before.canvas, map, 0, height, width, limit, "activations", lab.dark());
    [max, mean].forEach((one, i) => paint(one.canvas, two[i], 0, rows(), columns(), limit, "activations", lab.dark()));
    before.move(2 * y, 2 * x, 2, height, width);
    max.move(y, x, 1, rows(), columns());
    mean.move(y, x, 1, rows(), columns());
    title.textContent = t("deep.map", { n: channel(), layer: layer() });
    before.element.setAttribute("aria-label", title.textContent);
    const four = [0, 1, 2, 3].map((i) => map[(2 * y + (i >> 1)) * width + 2 * x + (i & 1)]);
    seen = four;
    const [a, b, c, d] = four.map((v) => fixed(v, 3));
    refill(
      line,
      t("deep.window", {
        a,
        b,
        c,
        d,
        max: fixed(two[0][y * columns() + x], 3),
        mean: fixed(two[1][y * columns() + x], 3),
      }),
    );
    thumbs.forEach((thumb, i) => thumb.setAttribute("aria-pressed", String(i === digit())));
    stop();
    choose.refresh();
    which.refresh();
  };
  refresh();
  return { element, refresh, window: () => seen };
}

/**
 * A map to point at: `scale` of its pixels make one of the pooled map's.
 * @param {Lab} lab
 * @param {number} scale
 * @param {(y: number, x: number) => void} look
 * @param {string} name
 * @param {() => void} announce called after a step by key
 */
function frameOf({ doc }, scale, look, name, announce) {
  const canvas = make(doc, "canvas", { class: "pixels" });
  const box = makeSvg(doc, "rect", { class: "window-box" });
  const over = makeSvg(doc, "svg", { class: "over", "aria-hidden": "true", preserveAspectRatio: "none" }, box);
  const element = make(
    doc,
    "div",
    { class: "framed pool-map", tabindex: 0, role: "application", "aria-label": name },
    canvas,
    over,
  );
  let place = [0, 0];
  const point = (/** @type {PointerEvent} */ event) => {
    const area = element.getBoundingClientRect();
    look(
      Math.floor((((event.clientY - area.top) / area.height) * canvas.height) / scale),
      Math.floor((((event.clientX - area.left) / area.width) * canvas.width) / scale),
    );
  };
  element.addEventListener("pointermove", point);
  element.addEventListener("pointerdown", point);
  element.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    look(place[0] / scale + step[0], place[1] / scale + step[1]);
    announce();
    event.preventDefault();
  });
  return {
    element,
    canvas,
    move: (
      /** @type {number} */ y,
      /** @type {number} */ x,
      /** @type {number} */ side,
      /** @type {number} */ height,
      /** @type {number} */ width,
    ) => {
      place = [y, x];
      over.setAttribute("viewBox", `0 0 ${width} ${height}`);
      for (const [key, value] of Object.entries({ x, y, width: side, height: side }))
        box.setAttribute(key, String(value));
    },
  };
}
