/** Where the network looked: Grad-CAM and occlusion, over the picture. */

import { button, make, refill, segmented } from "../../kit/dom.js";
import { compact, percent } from "../../kit/format.js";
import { overPicture } from "../../engine/heat.js";
import { indexOf, winnerOf } from "../lookup.js";
import { occlude } from "../running.js";
import { colourOf, largest, paint } from "../../kit/palette.js";
import { legend, paintInput, pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */
/** @typedef {import("../../engine/types.js").HeatMap} HeatMap */

const CLASSES_SHOWN = 12;
const SQUARES = 150; // that hide part of a picture, one after another: some 12 by 12
const MOST_MACS = 2e10; // multiply-adds that the page does unasked: half a minute

/** @param {App} app @returns {View} */
export function whereView(app) {
  const { doc, t, payload } = app;
  const method = segmented(
    doc,
    t("where.method"),
    [
      { value: "cam", text: "Grad-CAM" },
      { value: "occlusion", text: t("where.occlusion") },
    ],
    () => methodNow(app),
    (value) => app.tune({ method: value }),
  );
  const select = make(
    doc,
    "select",
    { "aria-label": t("where.class"), on: { change: () => app.tune({ rival: Number(select.value) }) } },
    ...payload.classes.map((name, k) => make(doc, "option", { value: k }, name)),
  );
  const layers = make(
    doc,
    "select",
    { "aria-label": t("where.layer"), on: { change: () => app.tune({ node: layers.value }) } },
    ...app.engine.nodes
      .filter((node) => !node.flat && node.module.drawing !== "opaque")
      .map((node) => make(doc, "option", { value: node.name }, `${node.name} · ${node.output.slice(1).join("×")}`)),
  );
  const layerBox = make(doc, "label", {}, t("where.layer"), " ", layers);
  const picture = pixels(doc, "large", t("picture"));
  const heat = pixels(doc, "large heat", t("where.map"));
  const alone = pixels(doc, "large", t("where.map"));
  const text = make(doc, "p", { class: "note" });
  const legends = make(doc, "div", { class: "legends" });
  const status = make(doc, "p", { class: "note", role: "status" });
  const element = make(
    doc,
    "section",
    { class: "where", "aria-label": t("view.where") },
    make(doc, "p", { class: "lead" }, t("where.lead")),
    make(doc, "div", { class: "controls" }, method, make(doc, "label", {}, t("where.class"), " ", select), layerBox),
    make(
      doc,
      "div",
      { class: "drawing three" },
      make(doc, "div", {}, make(doc, "h3", {}, t("where.over")), make(doc, "div", { class: "stack" }, picture, heat)),
      make(doc, "div", {}, make(doc, "h3", {}, t("where.map")), alone),
      make(doc, "div", { class: "between wide words" }, text, status, legends),
    ),
  );
  const every = make(doc, "div", { class: "every-class" });
  const everyBox = make(
    doc,
    "div",
    { hidden: true },
    make(doc, "h3", { class: "every-title" }, t("where.every")),
    every,
    make(doc, "p", { class: "note" }, t("where.every.note")),
  );
  element.append(everyBox);
  let stop = () => {};
  let drawn = "";
  const show = (/** @type {HeatMap} */ map, /** @type {number} */ grid) => {
    const [, height, width] = payload.input.shape;
    const limit = largest(map.values) || 1;
    const signed = grid < 0;
    glow(heat, overPicture(map, signed ? null : app.engine.nodes[grid].field, height, width), limit);
    paint(alone, map.values, 0, map.rows, map.columns, limit, "activations", app.dark());
    refill(legends, legend(app, "activations", limit, t("legend.heat"), !signed));
    status.textContent =
      largest(map.values) === 0
        ? t("where.nothing")
        : signed
          ? t("where.most", { value: percent(limit) })
          : t("where.cam.most", { value: compact(limit) }) +
            (isBlankAt(app, app.engine.nodes[grid].field, map) ? ` ${t("where.cam.blank")}` : "");
  };
  const refresh = () => {
    const target = app.state.rival >= 0 && app.state.rival < payload.classes.length ? app.state.rival : winnerOf(app);
    select.value = String(target);
    const named = indexOf(app, app.state.node);
    const grid = named >= 0 && !app.engine.nodes[named].flat ? named : defaultLayer(app);
    layers.value = app.engine.nodes[grid]?.name ?? "";
    layerBox.hidden = methodNow(app) === "occlusion" || grid < 0;
    const key = `${grid} ${methodNow(app)} ${target} ${app.state.picture} ${JSON.stringify(app.state.edits)}`;
    if (key === drawn) return;
    drawn = key;
    stop();
    paintInput(app, picture);
    const occlusion = methodNow(app) === "occlusion";
    everyBox.hidden = occlusion || grid < 0 || !app.engine.computes || payload.classes.length > CLASSES_SHOWN;
    if (!everyBox.hidden) refill(every, ...everyClass(app, grid, target));
    const last = app.engine.nodes[app.engine.lastMaps];
    text.textContent = occlusion
      ? t("where.occlusion.text", { name: payload.classes[target] })
      : t("where.cam.text", { name: payload.classes[target], node: app.engine.nodes[grid]?.name ?? "–" }) +
        (grid >= 0 && named < 0 && grid !== app.engine.lastMaps
          ? ` ${t("where.cam.coarse", { node: last.name, size: last.output.slice(1).join("×") })}`
          : "");
    if (!app.engine.computes || (!occlusion && grid < 0)) {
      status.textContent = t("where.cannot");
      refill(legends);
      return;
    }
    if (!occlusion) {
      show(app.engine.gradCam(app.result, target, grid), grid);
      return;
    }
    const [, height, width] = payload.input.shape;
    const size = Math.max(1, Math.round((Math.min(height, width) * 6) / 28));
    stop = occlude(
      app,
      { target, size, stride: Math.max(1, Math.round(size / 3)) },
      (share) => (status.textContent = t("where.busy", { share: percent(share, 0) })),
      (map) => show(map, -1),
    );
  };
  refresh();
  return { element, refresh, gone: () => stop() };
}

/**
 * The way of asking: the chosen one. At first occlusion, which asks the network itself what it says without a part;
 * Grad-CAM where it shares the score out without a remainder, and where hiding part after part takes too long.
 * @param {App} app
 */
function methodNow(app) {
  const { engine, state } = app;
  if (state.method !== "auto") return state.method;
  const exact = engine.sharesOut && defaultLayer(app) === engine.lastMaps;
  const macs = engine.nodes.reduce((sum, node) => sum + node.macs, 0);
  return exact || !engine.computes || macs * SQUARES > MOST_MACS ? "cam" : "occlusion";
}

/**
 * Whether the picture shows nothing at a map's strongest place: all its pixels there are alike.
 * @param {App} app
 * @param {import("../../types.js").PageNode["field"]} field
 * @param {HeatMap} map
 */
function isBlankAt(app, field, map) {
  const [channels, height, width] = app.payload.input.shape;
  const best = map.values.indexOf(largest(map.values));
  const at = [Math.floor(best / map.columns), best % map.columns].map((place, axis) => {
    const middle = field.start[axis] + (field.size[axis] - 1) / 2 + field.jump[axis] * place;
    const reach = Math.max(1, field.jump[axis] / 2);
    return [Math.ceil(middle - reach), Math.floor(middle + reach)];
  });
  const [[top, bottom], [left, right]] = at;
  for (let c = 0; c < channels; c++) {
    const seen = new Set();
    for (let y = Math.max(0, top); y <= Math.min(height - 1, bottom); y++)
      for (let x = Math.max(0, left); x <= Math.min(width - 1, right); x++)
        seen.add(app.picture[(c * height + y) * width + x]);
    if (seen.size > 1) return false;
  }
  return true;
}

/**
 * The picture with the Grad-CAM of every class, one range for all.
 * @param {App} app
 * @param {number} grid
 * @param {number} target
 */
function everyClass(app, grid, target) {
  const { doc, payload } = app;
  const [, height, width] = payload.input.shape;
  const cams = payload.classes.map((_, k) => app.engine.gradCam(app.result, k, grid));
  const limit = Math.max(1e-12, ...cams.map((map) => largest(map.values)));
  return payload.classes.map((name, k) => {
    const [picture, heat] = [pixels(doc), pixels(doc, "heat")];
    paintInput(app, picture);
    glow(heat, overPicture(cams[k], app.engine.nodes[grid].field, height, width), limit);
    const element = button(doc, "", () => app.tune({ rival: k }), {
      class: "class-cam",
      "aria-pressed": String(k === target),
    });
    refill(
      element,
      make(doc, "div", { class: "stack" }, picture, heat),
      make(
        doc,
        "span",
        { class: "words" },
        make(doc, "b", {}, name),
        " ",
        make(doc, "span", { class: "figure" }, percent(app.result.probabilities[k])),
      ),
    );
    return element;
  });
}

/**
 * The node that Grad-CAM starts at: the last with maps of at least 5×5, which still say where; else the very last.
 * @param {App} app
 */
function defaultLayer(app) {
  const { nodes, lastMaps } = app.engine;
  for (let i = lastMaps; i >= 0; i--) {
    const { module, flat, output } = nodes[i];
    if (
      !flat &&
      !["opaque", "crop"].includes(module.drawing) &&
      Math.min(output[1], output[2]) >= 5 &&
      nodes.slice(0, i + 1).some((node) => node.module.drawing === "convolution")
    )
      return i;
  }
  return lastMaps;
}

/**
 * Over the picture one hue a sign, its strength the opacity.
 * @param {HTMLCanvasElement} canvas
 * @param {HeatMap} map
 * @param {number} limit
 */
function glow(canvas, map, limit) {
  canvas.width = map.columns;
  canvas.height = map.rows;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(map.columns, map.rows);
  const [minus, plus] = [-0.62, 0.62].map((v) =>
    (colourOf("activations", false, v, 1).match(/\d+/g) ?? []).map(Number),
  );
  map.values.forEach((value, i) => {
    image.data.set(value < 0 ? minus : plus, 4 * i);
    image.data[4 * i + 3] = Math.round(205 * Math.min(1, Math.abs(value) / limit));
  });
  context.putImageData(image, 0, 0);
}
