/** The training, scrubbed through or played: kernels, maps, loss and confusion as they were. */

import { button, make, refill } from "../../kit/dom.js";
import { softmaxOf } from "../../engine/softmax.js";
import { unpack } from "../../engine/binary.js";
import { fixed, percent, thousands } from "../../kit/format.js";
import { indexOf } from "../lookup.js";
import { largest, paint, paintPicture } from "../../kit/palette.js";
import { confusionTable, splitName } from "./confusion.js";
import { lossCurve } from "./curve.js";
import { emptyView } from "./empty.js";
import { legend, paintKernel, pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */
/** @typedef {import("../types.js").RunPart} RunPart */
/** @typedef {import("../types.js").Snapshot} Snapshot */

const SNAPSHOT_SECONDS = 0.7;

/** @param {App} app @returns {View} */
export function trainingView(app) {
  const { doc, t, payload } = app;
  const { run } = payload;
  if (!run || !run.snapshots.length) return emptyView(app, t("view.training"), t("training.none"));
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const last = run.snapshots.length - 1;
  const at = () => (app.state.snapshot >= 0 && app.state.snapshot <= last ? app.state.snapshot : last);
  const input = make(doc, "input", {
    type: "range",
    min: 0,
    max: last,
    step: 1,
    class: "scrubber",
    "aria-label": t("training.step"),
    on: {
      input: () => {
        stop();
        app.tune({ snapshot: Number(input.value) });
      },
    },
  });
  const words = make(doc, "output", { class: "readout" });
  let timer = 0;
  const stop = () => {
    win.clearInterval(timer);
    timer = 0;
    play.textContent = t("play");
  };
  const begin = () => {
    if (at() === last) app.tune({ snapshot: 0 });
    timer = win.setInterval(() => {
      if (at() === last) stop();
      else app.tune({ snapshot: at() + 1 });
    }, 1000 * SNAPSHOT_SECONDS);
    play.textContent = t("pause");
  };
  const play = button(doc, t("play"), () => (timer ? stop() : begin()), { class: "button play" });
  const curve = lossCurve(app, run, (snapshot) => {
    stop();
    app.tune({ snapshot });
  });
  curve.element.querySelector("svg")?.after(input);
  const kernels = make(doc, "div", { class: "kernels" });
  const maps = make(doc, "div", {});
  const confusion = make(doc, "div", {});
  const says = make(doc, "p", {});
  const element = make(
    doc,
    "section",
    { class: "training", "aria-label": t("view.training") },
    make(doc, "p", { class: "lead" }, last ? t("training.lead") : t("training.once")),
    make(doc, "div", { class: "controls" }, last ? play : null, words),
    last ? curve.element : null,
    make(
      doc,
      "div",
      { class: "training-grid" },
      make(
        doc,
        "div",
        {},
        make(doc, "h3", {}, t("training.kernels")),
        kernels,
        legend(app, "weights", null),
        fixedPicture(app, run, says),
        maps,
      ),
      make(
        doc,
        "div",
        {},
        make(doc, "h3", {}, t("training.confusion")),
        confusion,
        make(doc, "p", { class: "note" }, t("confusion.on", { what: splitName(app, run.confusion_on) })),
      ),
    ),
  );
  const refresh = () => {
    const snapshot = run.snapshots[at()];
    input.value = String(at());
    words.textContent = [
      t("training.at", { step: thousands(snapshot.step) }),
      Number.isFinite(snapshot.loss) ? t("training.loss", { loss: fixed(snapshot.loss, 4) }) : "",
      Number.isFinite(snapshot.accuracy) ? t("training.accuracy", { accuracy: percent(snapshot.accuracy) }) : "",
    ]
      .filter(Boolean)
      .join(" · ");
    input.setAttribute("aria-valuetext", words.textContent);
    if (!timer) app.say(words.textContent);
    curve.mark(snapshot.step);
    refill(kernels, ...kernelCanvases(app, snapshot));
    refill(says, ...saidThen(app, snapshot));
    refill(maps, ...mapRows(app, snapshot));
    refill(
      confusion,
      snapshot.confusion?.length
        ? confusionTable(app, snapshot.confusion, null)
        : make(doc, "p", { class: "note" }, t("confusion.none")),
    );
  };
  refresh();
  return {
    element,
    refresh,
    gone: () => win.clearInterval(timer),
    film: last
      ? () => {
          stop();
          const { snapshot: before } = app.state;
          return {
            element,
            count: last + 1,
            milliseconds: 1000 * SNAPSHOT_SECONDS,
            show: (i) => app.tune({ snapshot: i }),
            end: () => app.tune({ snapshot: before }),
          };
        }
      : undefined,
    keys: (event) => {
      const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
      if (step) {
        stop();
        app.tune({ snapshot: Math.max(0, Math.min(last, at() + step)) });
      }
      return step !== 0;
    },
  };
}

/**
 * The picture whose maps are followed, which is the same at every step.
 * @param {App} app
 * @param {RunPart} run
 * @param {HTMLElement} says
 */
function fixedPicture(app, run, says) {
  const { doc, t } = app;
  if (!run.picture) return null;
  const canvas = pixels(doc, "map", t("training.picture"));
  paintPicture(canvas, unpack(run.picture), 0, run.picture.shape);
  return make(
    doc,
    "div",
    { class: "followed" },
    make(doc, "h3", {}, t("training.picture")),
    make(doc, "div", { class: "followed-row" }, canvas, says),
  );
}

/** What the network said of that picture then. @param {App} app @param {Snapshot} snapshot */
function saidThen(app, snapshot) {
  if (!snapshot.scores) return [];
  const { probabilities } = softmaxOf(Float64Array.from(unpack(snapshot.scores)), app.engine.temperature);
  const best = probabilities.indexOf(Math.max(...probabilities));
  return [
    app.t("reads.as"),
    " ",
    make(app.doc, "b", {}, app.payload.classes[best] ?? best),
    " ",
    make(app.doc, "span", { class: "figure" }, percent(probabilities[best])),
  ];
}

/** @param {App} app @param {Snapshot} snapshot */
function kernelCanvases(app, snapshot) {
  const found = Object.entries(snapshot.tensors).find(
    ([name, binary]) => name.endsWith(".weight") && binary.shape.length === 4,
  );
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

/** The maps that were kept, layer by layer as the network has them. @param {App} app @param {Snapshot} snapshot */
function mapRows(app, snapshot) {
  const { doc, t } = app;
  const kept = Object.entries(snapshot.maps ?? {}).sort(([a], [b]) => indexOf(app, a) - indexOf(app, b));
  const rows = kept.flatMap(([name, binary]) => {
    const values = unpack(binary);
    const [channels, height, width] = binary.shape.slice(-3);
    const canvases = Array.from({ length: channels }, (_, c) => {
      const canvas = pixels(doc, "map", t("map.name", { node: name, map: c + 1 }));
      const start = c * height * width;
      paint(
        canvas,
        values.subarray(start, start + height * width),
        0,
        height,
        width,
        largest(values, start, height * width) || 1,
        "activations",
        app.dark(),
      );
      return canvas;
    });
    return [
      make(doc, "h3", {}, t("training.maps", { node: name, n: channels })),
      make(doc, "div", { class: "kernels maps-row" }, ...canvases),
    ];
  });
  return rows.length ? [...rows, legend(app, "activations", null)] : [];
}
