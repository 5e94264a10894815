/**
 * The training: start it, watch loss, kernels, maps and the confusion matrix as they change, and scrub back through it.
 */

import { button, make, refill } from "../../kit/dom.js";
import { fixed, percent, thousands } from "../../kit/format.js";
import { numberIn } from "../address.js";
import { faultOf } from "../../formula/fault.js";
import { historyView } from "../history.js";
import { troubleView } from "../trouble.js";
import { presets } from "../widgets.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./mnist_store.js").TrainingStore} TrainingStore */

/** @type {Record<string, number>} */
const USUAL_EPOCHS = { slides: 5, fast: 1.5 };

/** @param {Lab} lab @param {TrainingStore} store */
export function trainPart(lab, store) {
  const { doc, t } = lab;
  const recipe = () => (lab.state.rec === "slides" ? "slides" : "fast");
  const epochs = () => numberIn(lab.state, "ep", 0.05, 1000, USUAL_EPOCHS[recipe()]);
  const choose = presets(lab, t("mnist.recipe"), [
    { text: t("mnist.fast"), on: () => recipe() === "fast", press: () => lab.tune({ rec: null, ep: null }) },
    { text: t("mnist.slides"), on: () => recipe() === "slides", press: () => lab.tune({ rec: "slides", ep: null }) },
  ]);
  const field = make(doc, "input", {
    type: "number",
    min: 0.05,
    max: 1000,
    step: 0.5,
    "aria-label": t("mnist.epochs"),
    on: {
      input: () => {
        if (field.valueAsNumber > 0) lab.tune({ ep: Math.round(field.valueAsNumber * 100) / 100 });
      },
    },
  });
  const start = button(
    doc,
    t("mnist.start"),
    () => {
      void store.start(recipe(), epochs());
    },
    { class: "primary run" },
  );
  const stop = button(doc, t("mnist.stop"), () => {
    void store.stop();
  });
  const controls = make(
    doc,
    "div",
    { class: "train-controls" },
    choose.element,
    make(doc, "label", { class: "check" }, t("mnist.epochs"), field),
    start,
    stop,
  );
  const trouble = troubleView(lab);
  const state = make(doc, "p", { class: "train-state", "aria-live": "polite" });
  const figures = make(doc, "dl", { class: "totals train-figures" });
  const shown = historyView(lab, () => store);
  const element = make(
    doc,
    "section",
    { class: "worked training", "data-widget": "training" },
    make(doc, "h2", {}, t("mnist.training")),
    make(doc, "p", {}, lab.api ? t("mnist.training.text") : store.recorded ? t("mnist.recorded") : t("mnist.norecord")),
    lab.api ? controls : null,
    trouble.element,
    state,
    figures,
    shown.element,
  );
  let drawn = "";
  const refresh = () => {
    const { run } = store;
    const going = Boolean(run && ["starting", "running"].includes(run.state));
    if (doc.activeElement !== field) field.value = String(epochs());
    start.toggleAttribute("disabled", store.busy || store.asking || going);
    stop.toggleAttribute("disabled", !going);
    choose.refresh();
    trouble.refresh(store.trouble);
    state.textContent = trainingWords(lab, store);
    figures.hidden = !run;
    shown.refresh();
    const key = JSON.stringify([run?.id, run?.state, run?.step]);
    if (!run || key === drawn) return;
    drawn = key;
    refill(figures, ...figuresOf(lab, store));
  };
  refresh();
  return { element, refresh };
}

/** @param {Lab} lab @param {TrainingStore} store */
function trainingWords({ t, api }, { run, busy, asking, recorded }) {
  if (busy || run?.state === "starting") return t("mnist.starting");
  if (asking) return t("bench.waiting");
  if (!run) return api ? t("mnist.waiting") : "";
  if (recorded)
    return [
      t("mnist.was", {
        network: run.plan ?? run.formula,
        recipe: run.recipe,
        epochs: run.epochs ?? "–",
        steps: thousands(run.step),
      }),
      run.plan === "slides" && run.recipe === "fast" ? t("mnist.was.mixed", { seconds: fixed(run.seconds, 0) }) : "",
    ].join(" ");
  if (run.state === "running")
    return t("mnist.running", { step: thousands(run.step), steps: thousands(run.steps ?? 0) });
  if (run.state === "finished") return t("mnist.finished", { steps: thousands(run.step) });
  return run.state === "failed"
    ? t("mnist.failed", { what: run.message ? faultOf(run.message).lines(t) : "" })
    : t("mnist.stopped", { step: thousands(run.step) });
}

/** @param {Lab} lab @param {TrainingStore} store */
function figuresOf({ doc, t }, { run }) {
  if (!run) return [];
  const done = run.steps ? run.step / run.steps : 0;
  return [
    [t("mnist.done"), percent(Math.min(1, done), 0), "done"],
    [t("mnist.loss"), run.loss === null ? "–" : fixed(run.loss, 5), "loss"],
    [t("mnist.train.accuracy"), run.accuracy === null ? "–" : percent(run.accuracy, 2), "accuracy"],
    [t("mnist.test.accuracy"), run.test ? percent(run.test.accuracy, 2) : "–", "test"],
    [t("mnist.seconds"), fixed(run.seconds, 1), "seconds"],
  ].map(([name, value, id]) =>
    make(doc, "div", {}, make(doc, "dt", {}, name), make(doc, "dd", { class: "figure", "data-figure": id }, value)),
  );
}
