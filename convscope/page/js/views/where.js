/** Where the network looked: Grad-CAM and occlusion, over the picture. */

import { make, refill, segmented } from "../dom.js";
import { compact, percent } from "../format.js";
import { indexOf, winnerOf } from "../look.js";
import { colourOf, largest } from "../palette.js";
import { legend, paintInput, pixels } from "./maps.js";

/** @typedef {import("../shapes.js").App} App */
/** @typedef {import("../shapes.js").View} View */
/** @typedef {import("../types.js").HeatMap} HeatMap */

/** @param {App} app @returns {View} */
export function whereView(app) {
  const { doc, t, payload } = app;
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const method = segmented(doc, t("where.method"), [{ value: "cam", text: "Grad-CAM" }, { value: "occlusion", text: t("where.occlusion") }], () => app.state.method, (value) => app.tune({ method: value }));
  const select = make(doc, "select", { "aria-label": t("where.class"), on: { change: () => app.tune({ rival: Number(select.value) }) } }, ...payload.classes.map((name, k) => make(doc, "option", { value: k }, name)));
  const layers = make(doc, "select", { "aria-label": t("where.layer"), on: { change: () => app.tune({ node: layers.value }) } },
    ...app.engine.nodes.filter((node) => !node.flat && node.kind !== "opaque").map((node) => make(doc, "option", { value: node.name }, `${node.name} · ${node.output.slice(1).join("×")}`)));
  const layerBox = make(doc, "label", {}, t("where.layer"), " ", layers);
  const picture = pixels(doc, "large", t("picture"));
  const heat = pixels(doc, "large heat", t("where.map"));
  const alone = pixels(doc, "large", t("where.map"));
  const text = make(doc, "p", { class: "note" });
  const legends = make(doc, "div", { class: "legends" });
  const status = make(doc, "p", { class: "note", role: "status" });
  const element = make(doc, "section", { class: "where", "aria-label": t("view.where") },
    make(doc, "p", { class: "lead" }, t("where.lead")),
    make(doc, "div", { class: "controls" }, method, make(doc, "label", {}, t("where.class"), " ", select), layerBox),
    make(doc, "div", { class: "drawing three" }, make(doc, "div", {}, make(doc, "h3", {}, t("where.over")), make(doc, "div", { class: "stack" }, picture, heat)), make(doc, "div", {}, make(doc, "h3", {}, t("where.map")), alone), make(doc, "div", { class: "between wide words" }, text, status, legends)));
  let timer = 0;
  let drawn = "";
  const show = (/** @type {HeatMap} */ map, /** @type {boolean} */ signed) => {
    const [, height, width] = payload.input.shape;
    const limit = largest(map.values) || 1;
    blend(app, heat, map, limit, height, width, true);
    blend(app, alone, map, limit, height, width, false);
    refill(legends, legend(app, "activations", limit, t("legend.heat")));
    status.textContent = largest(map.values) === 0 ? t("where.nothing") : signed ? t("where.most", { value: percent(limit) }) : t("where.cam.most", { value: compact(limit) });
  };
  const refresh = () => {
    const target = app.state.rival >= 0 && app.state.rival < payload.classes.length ? app.state.rival : winnerOf(app);
    select.value = String(target);
    const named = indexOf(app, app.state.node);
    const grid = named >= 0 && !app.engine.nodes[named].flat ? named : app.engine.lastMaps;
    layers.value = app.engine.nodes[grid]?.name ?? "";
    layerBox.hidden = app.state.method === "occlusion" || grid < 0;
    const key = `${grid} ${app.state.method} ${target} ${app.state.picture} ${JSON.stringify(app.state.edits)}`;
    if (key === drawn) return;
    drawn = key;
    win.clearTimeout(timer);
    paintInput(app, picture);
    const occlusion = app.state.method === "occlusion";
    text.textContent = occlusion ? t("where.occlusion.text", { name: payload.classes[target] }) : t("where.cam.text", { name: payload.classes[target], node: app.engine.nodes[grid]?.name ?? "–" });
    if (!app.engine.computes || (!occlusion && grid < 0)) { status.textContent = t("where.cannot"); refill(legends); return; }
    if (!occlusion) { show(app.engine.gradCam(app.result, target, grid), false); return; }
    const [, height, width] = payload.input.shape;
    const size = Math.max(1, Math.round(Math.min(height, width) * 6 / 28));
    const steps = app.engine.occlusionSteps(app.picture, target, size, Math.max(1, Math.round(size / 3)));
    const work = () => {
      const until = win.performance.now() + 24;
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done) { show(step.value, true); return; }
        if (win.performance.now() > until) { status.textContent = t("where.busy", { share: percent(step.value, 0) }); break; }
      }
      timer = win.setTimeout(work, 0);
    };
    work();
  };
  refresh();
  return { element, refresh, gone: () => win.clearTimeout(timer) };
}

/** Paint a heat map at the picture's size, between its own points bilinearly; over a picture its strength is its opacity. @param {App} app @param {HTMLCanvasElement} canvas @param {HeatMap} map @param {number} limit @param {number} height @param {number} width @param {boolean} over */
function blend(app, canvas, map, limit, height, width, over) {
  canvas.width = width;
  canvas.height = height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = sampled(map, ((y + 0.5) * map.rows) / height - 0.5, ((x + 0.5) * map.columns) / width - 0.5);
      const rgb = colourOf("activations", app.dark(), value, limit).match(/\d+/g) ?? [];
      rgb.forEach((v, c) => { image.data[4 * (y * width + x) + c] = Number(v); });
      image.data[4 * (y * width + x) + 3] = over ? Math.round(215 * Math.min(1, Math.abs(value) / limit)) : 255;
    }
  }
  context.putImageData(image, 0, 0);
}

/** @param {HeatMap} map @param {number} y @param {number} x */
function sampled(map, y, x) {
  const cy = Math.max(0, Math.min(map.rows - 1, y));
  const cx = Math.max(0, Math.min(map.columns - 1, x));
  const [top, left] = [Math.floor(cy), Math.floor(cx)];
  const [bottom, right] = [Math.min(map.rows - 1, top + 1), Math.min(map.columns - 1, left + 1)];
  const at = (/** @type {number} */ r, /** @type {number} */ c) => map.values[r * map.columns + c];
  const above = at(top, left) + (at(top, right) - at(top, left)) * (cx - left);
  const below = at(bottom, left) + (at(bottom, right) - at(bottom, left)) * (cx - left);
  return above + (below - above) * (cy - top);
}
