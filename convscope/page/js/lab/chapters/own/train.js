/** Training on the collection: one button, how far it is, and what keeps it from beginning. */

import { button, make, refill } from "../../../kit/dom.js";
import { fixed, percent } from "../../../kit/format.js";
import { seedStepper } from "../../widgets.js";
import { lackOf } from "./collection.js";
import { OWN_FOLDS } from "./folds.js";
import { MOST_OWN_SEED, ownOf } from "./state.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./collection.js").Collection} Collection */
/** @typedef {import("./learning.js").OwnLearning} OwnLearning */

/** @param {Lab} lab @param {Collection} collection @param {OwnLearning} learning */
export function ownTrainPart(lab, collection, learning) {
  const { doc, t } = lab;
  const seed = () => ownOf(lab.state).seed;
  const start = button(
    doc,
    t("own.train"),
    () => {
      learning.start(collection, seed());
      refresh();
    },
    { class: "button primary run" },
  );
  const stop = button(doc, t("own.stop"), () => learning.stop());
  const seeds = seedStepper(lab, MOST_OWN_SEED, seed, (value) => lab.tune({ s: value || null }));
  const bar = make(doc, "progress", { max: 1, value: 0, "aria-label": t("own.progress") });
  const words = make(doc, "p", { class: "train-state", "aria-live": "polite" });
  const trouble = make(doc, "p", { class: "formula-message trouble", role: "alert" });
  const formula = make(doc, "code", {});
  const element = make(
    doc,
    "section",
    { class: "worked own-train", "aria-label": t("own.train.title") },
    make(doc, "h2", {}, t("own.train.title")),
    make(doc, "p", {}, t("own.train.text")),
    make(doc, "p", { class: "note" }, formula),
    make(doc, "div", { class: "own-bar" }, start, stop, seeds.element),
    trouble,
    bar,
    words,
  );
  const refresh = () => {
    const { state, result, trainer } = learning;
    seeds.refresh();
    const lack = lackOf(collection);
    const by = { kernels: trainer.kernels, seed: result?.seed ?? 0 };
    const able = lack?.what !== "none" && lack?.what !== "missing";
    start.toggleAttribute("disabled", !able || state === "running");
    start.textContent = result ? t("own.train.again") : t("own.train");
    stop.hidden = state !== "running";
    bar.hidden = state !== "running";
    bar.value = learning.share;
    refill(formula, learning.formula);
    trouble.textContent =
      state === "failed"
        ? trainer.diverged
          ? t("train.diverged", { step: trainer.step })
          : t("train.failed", { what: trainer.trouble })
        : "";
    trouble.hidden = !trouble.textContent;
    words.textContent = !able
      ? t("own.train.not")
      : state === "running"
        ? learning.part < OWN_FOLDS
          ? t("own.train.part", { n: learning.part + 1, share: percent(learning.share, 0) })
          : t("own.train.all", { share: percent(learning.share, 0) })
        : result
          ? result.pictures === collection.pictures
            ? `${t("own.train.done", { seconds: fixed(result.seconds, 1) })} ${
                trainer.sameBits ? t("train.bits", by) : t("train.relaxed", by)
              }`
            : t("own.train.stale")
          : "";
  };
  refresh();
  return { element, refresh };
}
