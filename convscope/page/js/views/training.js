/** The training, scrubbed through: kernels, maps, loss and confusion as they were. */

import { make, refill } from "../dom.js";
import { unpack } from "../engine/binary.js";
import { fixed, percent, thousands } from "../format.js";
import { largest, paint } from "../palette.js";
import { confusionTable, splitName } from "./confusion.js";
import { lossCurve } from "./curve.js";
import { emptyView } from "./empty.js";
import { legend, paintKernel, pixels } from "./maps.js";

/** @typedef {import("../shapes.js").App} App */
/** @typedef {import("../shapes.js").View} View */
/** @typedef {import("../shapes.js").Snapshot} Snapshot */

/** @param {App} app @returns {View} */
export function trainingView(app) {
  const { doc, t, payload } = app;
  const { run } = payload;
  if (!run || !run.snapshots.length) return emptyView(app, t("view.training"), t("training.none"), "convscope train mnist\nconvscope look runs/…");
  const last = run.snapshots.length - 1;
  const at = () => (app.state.snapshot >= 0 && app.state.snapshot <= last ? app.state.snapshot : last);
  const input = make(doc, "input", { type: "range", min: 0, max: last, step: 1, class: "scrubber", "aria-label": t("training.step"), on: { input: () => app.tune({ snapshot: Number(input.value) }) } });
  const words = make(doc, "output", { class: "readout" });
  const curve = lossCurve(app, run);
  const kernels = make(doc, "div", { class: "kernels" });
  const maps = make(doc, "div", {});
  const confusion = make(doc, "div", {});
  const element = make(doc, "section", { class: "training", "aria-label": t("view.training") },
    make(doc, "p", { class: "lead" }, t("training.lead")),
    make(doc, "div", { class: "scrub" }, input, words), curve.element,
    make(doc, "div", { class: "training-grid" }, make(doc, "div", {}, make(doc, "h3", {}, t("training.kernels")), kernels, legend(app, "weights", null), maps),
      make(doc, "div", {}, make(doc, "h3", {}, t("training.confusion")), confusion, make(doc, "p", { class: "note" }, t("confusion.on", { what: splitName(app, run.confusion_on) })))));
  const refresh = () => {
    const snapshot = run.snapshots[at()];
    input.value = String(at());
    words.textContent = [t("training.at", { step: thousands(snapshot.step) }), Number.isFinite(snapshot.loss) ? t("training.loss", { loss: fixed(snapshot.loss, 4) }) : "", Number.isFinite(snapshot.accuracy) ? t("training.accuracy", { accuracy: percent(snapshot.accuracy) }) : ""].filter(Boolean).join(" · ");
    input.setAttribute("aria-valuetext", words.textContent);
    curve.mark(snapshot.step);
    refill(kernels, ...kernelCanvases(app, snapshot));
    refill(maps, ...mapRows(app, snapshot));
    refill(confusion, snapshot.confusion ? confusionTable(app, snapshot.confusion, null) : make(doc, "p", { class: "note" }, t("confusion.none")));
  };
  refresh();
  return { element, refresh, keys: (event) => {
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (step) app.tune({ snapshot: Math.max(0, Math.min(last, at() + step)) });
    return step !== 0;
  } };
}

/** @param {App} app @param {Snapshot} snapshot */
function kernelCanvases(app, snapshot) {
  const found = Object.entries(snapshot.tensors).find(([name, binary]) => name.endsWith(".weight") && binary.shape.length === 4);
  if (!found) return [make(app.doc, "p", { class: "note" }, app.t("training.nokernels"))];
  const [name, binary] = found;
  const values = unpack(binary);
  const [filters, depth, rows, columns] = binary.shape;
  const limit = largest(values) || 1;
  return Array.from({ length: Math.min(filters, 64) }, (_, f) => {
    const canvas = pixels(app.doc, "kernel", `${name} ${f + 1}`);
    const start = f * depth * rows * columns;
    paintKernel(app, canvas, values.subarray(start, start + rows * columns), rows, columns, limit);
    return canvas;
  });
}

/** @param {App} app @param {Snapshot} snapshot */
function mapRows(app, snapshot) {
  return Object.entries(snapshot.maps ?? {}).flatMap(([name, binary]) => {
    const values = unpack(binary);
    const [channels, height, width] = binary.shape.slice(-3);
    const canvases = Array.from({ length: channels }, (_, c) => {
      const canvas = pixels(app.doc, "map", `${name} ${c + 1}`);
      const start = c * height * width;
      paint(canvas, values.subarray(start, start + height * width), 0, height, width, largest(values, start, height * width) || 1, "activations", app.dark());
      return canvas;
    });
    return [make(app.doc, "h3", {}, name), make(app.doc, "div", { class: "kernels maps-row" }, ...canvases)];
  });
}
