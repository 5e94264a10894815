/**
 * What a training leaves behind: its curve with the step looked at, kernels, maps and a confusion matrix at that step.
 */

import { make, refill } from "../kit/dom.js";
import { fixed, percent, thousands } from "../kit/format.js";
import { confusionTable } from "../look/views/confusion.js";
import { lossCurve } from "../look/views/curve.js";
import { wholeIn } from "./address.js";
import { snapshotMaps } from "./chapters/mnist_maps.js";

/** @typedef {import("./types.js").Lab} Lab */
/**
 * @typedef {{run: import("./api.js").RunSummary | null, lines: import("./api.js").LogLine[], snapshots:
 * import("./api.js").LiveSnapshot[]}} History
 */

/**
 * The step looked at is the address' `sn`; without one it is the newest.
 * @param {Lab} lab
 * @param {() => History} history
 */
export function historyView(lab, history) {
  const { doc, t } = lab;
  const last = () => history().snapshots.length - 1;
  const at = () => wholeIn(lab.state, "sn", 0, Math.max(0, last()), last());
  const choose = (/** @type {number} */ i) => lab.tune({ sn: i === last() ? null : i });
  const curve = make(doc, "div", { class: "train-curve" });
  const scrub = make(doc, "input", {
    type: "range",
    min: 0,
    max: 0,
    step: 1,
    class: "scrubber",
    "aria-label": t("training.step"),
    on: { input: () => choose(Number(scrub.value)) },
  });
  const words = make(doc, "output", { class: "readout" });
  const scrubbed = make(doc, "div", { class: "scrub" }, scrub, words);
  const maps = make(doc, "div", {});
  const confusion = make(doc, "div", {});
  const element = make(
    doc,
    "div",
    { class: "train-shown" },
    curve,
    scrubbed,
    make(
      doc,
      "div",
      { class: "training-grid" },
      make(doc, "div", {}, maps),
      make(doc, "div", {}, make(doc, "h3", {}, t("training.confusion")), confusion),
    ),
  );
  let drawn = "";
  const refresh = () => {
    const { run, lines, snapshots } = history();
    element.hidden = !run;
    for (const part of [curve, scrubbed]) part.hidden = run !== null && run.is_fit; // it has one step
    const key = JSON.stringify([
      run?.id,
      run?.state,
      lines.length,
      lines.at(-1)?.step,
      snapshots.length,
      at(),
      lab.dark(),
    ]);
    if (!run || key === drawn) return;
    drawn = key;
    const log = lines
      .filter((line) => line.kind === "step" && Number.isFinite(line.loss))
      .map((line) => ({ step: line.step, loss: Number(line.loss) }));
    const app = /** @type {any} */ ({ doc, t, payload: { classes: run.classes } });
    const plot = lossCurve(app, /** @type {any} */ ({ log, snapshots, label_smoothing: run.label_smoothing }), choose);
    refill(curve, log.length || snapshots.length ? plot.element : null);
    const snapshot = snapshots[at()];
    scrub.max = String(Math.max(0, last()));
    scrub.value = String(Math.max(0, at()));
    if (!snapshot) {
      words.textContent = "";
      refill(maps);
      refill(confusion);
      return;
    }
    plot.mark(snapshot.step);
    words.textContent = [
      t("training.at", { step: thousands(snapshot.step) }),
      t("training.loss", { loss: fixed(snapshot.loss, 4) }),
      t("training.accuracy", { accuracy: percent(snapshot.accuracy) }),
    ].join(" · ");
    scrub.setAttribute("aria-valuetext", words.textContent);
    refill(maps, ...snapshotMaps(lab, snapshot));
    refill(
      confusion,
      snapshot.confusion.length
        ? confusionTable(app, snapshot.confusion, null)
        : make(doc, "p", { class: "note" }, t("confusion.none")),
      make(
        doc,
        "p",
        { class: "note" },
        snapshot.on === "held-out"
          ? t("mnist.on.heldout", { n: thousands(snapshot.n) })
          : t("mnist.on.training", { n: thousands(snapshot.n) }),
      ),
    );
  };
  refresh();
  return { element, refresh };
}
