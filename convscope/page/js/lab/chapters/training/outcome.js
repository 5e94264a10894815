/** A run's figures: the last measurements, the gap, the best moment, dead channels; and one sentence of them. */

import { fixed, percent, thousands } from "../../../kit/format.js";
import { leastLoss, noiseOf, outcomeOf } from "../../sums/outcomes.js";

/** @typedef {import("../../types.js").Translate} Translate */
/** @typedef {import("./runs.js").Run} Run */
/** @typedef {ReturnType<typeof outcomeFigures>} Figures */

/** @param {Run} run */
export function outcomeFigures(run) {
  const of = (/** @type {string} */ name) => run.measures.filter((one) => one.of === name);
  const [training, validation] = [of("training"), of("validation")];
  const [last, lastValidation] = [training.at(-1), validation.at(-1)];
  const best = leastLoss(validation);
  return {
    training: last ?? null,
    validation: lastValidation ?? null,
    gap: last && lastValidation ? last.accuracy - lastValidation.accuracy : NaN,
    best,
    /** Pictures shown until the best moment. */
    bestAt: (best?.step ?? 0) * batchOf(run),
    noise: noiseOf(run.lines.map(({ loss }) => loss)),
    layers: lastValidation?.layers ?? [],
  };
}

/** Pictures in one batch of a run. @param {Run} run */
export function batchOf({ settings }) {
  return Math.min(settings.m, settings.n);
}

/** What the numbers say, in one sentence. @param {Translate} t @param {Run} run */
export function outcomeWords(t, run) {
  if (run.trouble) return t("train.failed", { what: run.trouble });
  const { training, validation, gap, layers, best, bestAt } = outcomeFigures(run);
  if (run.diverged) return t("wrong.is.diverged", { step: thousands(run.lines.length) });
  if (!training || !validation || !best) return "";
  const outcome = outcomeOf({
    diverged: false,
    training: training.accuracy,
    validation: validation.accuracy,
    layers,
  });
  const words = { training: percent(training.accuracy), validation: percent(validation.accuracy) };
  if (outcome === "dead") {
    const worst = layers.reduce((a, b) => (b.dead / b.channels > a.dead / a.channels ? b : a));
    return t("wrong.is.dead", { dead: worst.dead, n: worst.channels, layer: layers.indexOf(worst) + 1 });
  }
  if (outcome === "poor") return t("wrong.is.poor", words);
  if (outcome === "apart")
    return t("wrong.is.apart", {
      ...words,
      gap: fixed(100 * gap, 1),
      at: thousands(bestAt),
      loss: fixed(best.loss, 2),
    });
  return t("wrong.is.good", { ...words, gap: fixed(100 * gap, 1) });
}
