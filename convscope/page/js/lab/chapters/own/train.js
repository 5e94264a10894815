/** Training on the collection: one button, how far it is, and what keeps it from beginning. */

import { button, make, refill } from "../../../kit/dom.js";
import { seedStepper } from "../../widgets.js";
import { lackOf } from "./collection.js";
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
  seeds.element.hidden = !learning.chance;
  const formula = make(doc, learning.chance ? "code" : "span", {});
  const element = make(
    doc,
    "section",
    { class: "worked own-train", "aria-label": t("own.train.title") },
    make(doc, "h2", {}, t("own.train.title")),
    make(doc, "p", {}, learning.chance ? t("own.train.text") : t("own.frozen.text")),
    make(doc, "p", { class: "note" }, formula),
    make(doc, "div", { class: "own-bar" }, start, stop, seeds.element),
    trouble,
    bar,
    words,
  );
  /** @param {import("./learning.js").OwnResult} result */
  const endedWords = (result) =>
    result.collected === collection.pictures ? learning.ended(result) : t("own.train.stale");
  const refresh = () => {
    const { state, result } = learning;
    seeds.refresh();
    const lack = lackOf(collection);
    const able = lack?.what !== "none" && lack?.what !== "missing";
    const going = learning.going();
    start.toggleAttribute("disabled", !able || state === "running");
    start.textContent = result ? t("own.train.again") : t("own.train");
    stop.hidden = state !== "running";
    bar.hidden = state !== "running" && (learning.share === 1 || !going);
    bar.value = learning.share;
    refill(formula, learning.formula);
    trouble.textContent = state === "failed" ? learning.trouble() : "";
    trouble.hidden = !trouble.textContent;
    words.textContent = !able ? t("own.train.not") : state !== "running" && result ? endedWords(result) : going;
  };
  refresh();
  return { element, refresh };
}
