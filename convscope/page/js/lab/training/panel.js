/** A training in the page to start, to watch, to stop and to step through: controls, figures, curve, first kernels. */

import { button, make, refill } from "../../kit/dom.js";
import { fixed, percent, thousands } from "../../kit/format.js";
import { largest, paint } from "../../kit/palette.js";
import { FAST } from "../../learn/recipe.js";
import { lossCurve } from "../../look/views/curve.js";
import { PlanFault } from "../../formula/fault.js";
import { keepingPart } from "./keeping.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./trainer.js").Asked} Asked */
/** @typedef {import("./trainer.js").Trainer} Trainer */

const TRAINER_REDRAW = 150; // milliseconds between two drawings of the curve
const KERNELS_DRAWN = 32;

/**
 * @param {Lab} lab
 * @param {Trainer} trainer
 * @param {() => Promise<Asked>} ask what to train; a PlanFault that it throws is shown
 * @param {() => void} [changed] something is new
 * @param {(asked: Asked) => void} [opened] what was kept took the place of the training
 */
export function trainingPanel(lab, trainer, ask, changed = () => {}, opened = () => {}) {
  const { doc, t, win } = lab;
  let fault = "";
  let asking = false;
  const begin = async () => {
    [fault, asking] = ["", true];
    refresh();
    try {
      trainer.start(await ask());
    } catch (error) {
      if (!(error instanceof PlanFault)) throw error;
      fault = error.lines(t);
    } finally {
      asking = false;
      refresh();
    }
  };
  const start = button(doc, t("train.start"), () => void begin(), { class: "primary run" });
  const pause = button(doc, t("train.pause"), () => {
    if (trainer.state === "paused") trainer.resume();
    else trainer.pause();
  });
  const step = button(doc, t("train.step"), () => trainer.oneStep());
  const away = button(doc, t("train.away"), () => trainer.throwAway());
  const words = make(doc, "p", { class: "train-state" });
  const trouble = make(doc, "p", { class: "formula-message trouble", role: "alert" });
  const figures = make(doc, "dl", { class: "totals train-figures" });
  const curve = make(doc, "div", { class: "train-curve" });
  const kernels = make(doc, "div", {});
  const keeping = keepingPart(lab, trainer, opened);
  const element = make(
    doc,
    "div",
    { class: "page-training" },
    make(doc, "div", { class: "train-controls" }, start, pause, step, away),
    trouble,
    words,
    figures,
    curve,
    kernels,
    keeping.element,
  );
  let drawn = "";
  let timer = 0;
  const refresh = () => {
    const { state, going } = trainer;
    start.toggleAttribute("disabled", asking);
    start.textContent = trainer.asked ? t("train.again") : t("train.start");
    pause.toggleAttribute("disabled", !going || state === "starting");
    pause.textContent = state === "paused" ? t("train.resume") : t("train.pause");
    step.toggleAttribute("disabled", state !== "paused");
    away.toggleAttribute("disabled", !trainer.asked);
    trouble.textContent = fault || trainerFailure(lab, trainer);
    trouble.hidden = !trouble.textContent;
    words.textContent = trainerWords(lab, trainer);
    for (const part of [figures, curve, kernels]) part.hidden = !trainer.asked;
    keeping.refresh();
    const key = JSON.stringify([trainer.step, trainer.measures.length, trainer.tensorsStep, state, lab.dark()]);
    if (key === drawn || !trainer.asked) return;
    drawn = key;
    refill(figures, ...trainerFigures(lab, trainer));
    refill(curve, trainerCurve(lab, trainer));
    refill(kernels, ...trainerKernels(lab, trainer));
  };
  const soon = () => {
    changed();
    if (!timer)
      timer = win.setTimeout(() => {
        timer = 0;
        refresh();
      }, TRAINER_REDRAW);
  };
  const silent = trainer.listen(soon);
  refresh();
  return {
    element,
    refresh,
    /** Begin as the button does. */
    begin: () => void begin(),
    gone: () => {
      silent();
      keeping.gone();
      win.clearTimeout(timer);
    },
  };
}

/** @param {Lab} lab @param {Trainer} trainer */
function trainerFailure({ t }, { state, trouble, diverged, step }) {
  if (state !== "failed") return "";
  return diverged ? t("train.diverged", { step: thousands(step) }) : t("train.failed", { what: trouble });
}

/** @param {Lab} lab @param {Trainer} trainer */
function trainerWords({ t }, trainer) {
  const { state, step, steps, kernels, sameBits, workers, asked } = trainer;
  const words = { step: thousands(step), steps: thousands(steps) };
  if (state === "idle") return "";
  if (state === "starting") return t("train.starting");
  const by = { kernels, seed: asked?.seed ?? 0, workers };
  const shared = workers > 1 && kernels !== "relaxed" ? t("train.workers", by) : t("train.relaxed", by);
  const where = sameBits ? t("train.bits", by) : shared;
  if (state === "running") return `${t("train.running", words)} ${where}`;
  if (state === "paused") return t("train.paused", words);
  if (state === "finished") return `${t("train.finished", words)} ${where}`;
  return "";
}

/** Pictures a second within its steps; null before the first one. @param {Trainer} trainer */
export function speedOf({ lines, seconds }) {
  return lines.length && seconds > 0 ? lines.reduce((sum, line) => sum + line.count, 0) / seconds : null;
}

/** @param {Lab} lab @param {Trainer} trainer */
function trainerFigures({ doc, t }, trainer) {
  const { lines, measures, calibrated, seconds, steps, step } = trainer;
  const last = lines.slice(-20);
  const mean = (/** @type {(line: import("./trainer.js").StepLine) => number} */ of) =>
    last.reduce((sum, line) => sum + of(line), 0) / last.length;
  const pictures = speedOf(trainer);
  const measured = (/** @type {string} */ of) => measures.filter((one) => one.of === of).at(-1);
  const [validation, test] = [measured("validation"), measured("test")];
  return [
    ["done", t("mnist.done"), percent(steps ? step / steps : 0, 0)],
    [
      "loss",
      t("train.loss"),
      last.length
        ? fixed(
            mean((line) => line.loss),
            4,
          )
        : "–",
    ],
    [
      "accuracy",
      t("train.accuracy"),
      last.length
        ? percent(
            mean((line) => line.right / line.count),
            1,
          )
        : "–",
    ],
    validation ? ["validation", t("train.validation"), percent(validation.accuracy, 1)] : null,
    test ? ["test", t("mnist.test.accuracy"), percent(test.accuracy, 1)] : null,
    calibrated?.found ? ["temperature", t("train.temperature"), fixed(calibrated.found.temperature, 3)] : null,
    ["seconds", t("mnist.seconds"), fixed(seconds, 1)],
    ["speed", t("train.speed"), pictures ? thousands(pictures) : "–"],
  ].flatMap((entry) => {
    if (!entry) return [];
    const [id, name, value] = entry;
    return [
      make(doc, "div", {}, make(doc, "dt", {}, name), make(doc, "dd", { class: "figure", "data-figure": id }, value)),
    ];
  });
}

/** @param {Lab} lab @param {Trainer} trainer */
function trainerCurve({ doc, t }, { lines, measures, asked }) {
  if (!lines.length) return null;
  const thin = Math.ceil(lines.length / 400);
  const log = lines.filter((_, i) => i % thin === 0 || i === lines.length - 1);
  const label_smoothing = asked?.recipe.labelSmoothing ?? FAST.labelSmoothing;
  const watched = asked?.others?.validation ? "validation" : "test";
  const snapshots = measures.filter(({ of }) => of === watched);
  const app = /** @type {any} */ ({ doc, t, payload: { classes: asked?.classes } });
  return lossCurve(app, /** @type {any} */ ({ log, snapshots, label_smoothing }), () => {}).element;
}

/** The first convolution's kernels as they are now. @param {Lab} lab @param {Trainer} trainer */
function trainerKernels({ doc, t, dark }, { asked, tensors }) {
  const node = asked?.nodes.find(({ kind }) => kind === "conv");
  const values = node && tensors?.[`${node.name}.weight`];
  if (!node?.window || !values) return [];
  const [rows, columns] = node.window.kernel;
  const slice = rows * columns;
  const filters = node.output[0];
  const depth = values.length / filters / slice;
  const limit = largest(values) || 1;
  return [
    make(doc, "h3", {}, t("training.kernels")),
    make(
      doc,
      "div",
      { class: "kernels", role: "img", "aria-label": t("training.kernels") },
      ...Array.from({ length: Math.min(filters, KERNELS_DRAWN) }, (_, f) => {
        const canvas = make(doc, "canvas", { class: "pixels kernel" });
        paint(canvas, values, f * depth * slice, rows, columns, limit, "weights", dark());
        return canvas;
      }),
    ),
  ];
}
