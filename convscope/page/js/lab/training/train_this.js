/**
 * "Train this": a formula becomes a network that is trained here, on the page's own digits, and reads what you draw.
 */

import { make } from "../../kit/dom.js";
import { thousands } from "../../kit/format.js";
import { wholeIn } from "../address.js";
import { presets, seedStepper } from "../widgets.js";
import { askedOf } from "./asked.js";
import { digitsOf } from "./digits.js";
import { drawPart } from "./drawing.js";
import { trainedNetwork } from "./network.js";
import { speedOf, trainingPanel } from "./panel.js";
import { trainerOf } from "./trainer.js";
import { wholePart } from "./whole_part.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../formula/trace.js").PlanNetwork} PlanNetwork */

const EPOCHS_OFFERED = [1, 3, 10, 30];
const EPOCHS_HERE = 3;
const EPOCHS_OF_ALL = 1;
const MEASURED_OF_ALL = 4; // times on its way: 10,000 test pictures take as long as some steps
const MOST_SEED = 999;

/**
 * The address has the epochs as `te` and the seed as `ts`.
 * @param {Lab} lab
 * @param {() => PlanNetwork | null} network what the formula is now; null where it is at fault
 * @param {{name?: string, changed?: (() => void) | null}} [how] `changed`: the chapter has a place to draw, and asks
 * `reader`
 */
export function trainThis(lab, network, { name = "formula", changed = null } = {}) {
  const { doc, t } = lab;
  const trainer = trainerOf(lab, name);
  const [carried, validating] = ["training", "validation"].map(
    (part) => lab.payload.learning.digits[part].labels.shape[0],
  );
  const whole = wholePart(lab, carried, () => speedOf(trainer));
  const usual = () => (whole?.taken() ? EPOCHS_OF_ALL : EPOCHS_HERE);
  const epochs = () => wholeIn(lab.state, "te", 1, 100, usual());
  const seed = () => wholeIn(lab.state, "ts", 0, MOST_SEED, 0);
  const choose = presets(
    lab,
    t("train.epochs"),
    EPOCHS_OFFERED.map((n) => ({
      text: String(n),
      on: () => epochs() === n,
      press: () => lab.tune({ te: n === usual() ? null : n }),
    })),
  );
  const seeds = seedStepper(lab, MOST_SEED, seed, (value) => lab.tune({ ts: value || null }));
  const panel = trainingPanel(
    lab,
    trainer,
    async () => {
      const plan = /** @type {PlanNetwork} */ (network());
      const how = { epochs: epochs(), seed: seed() };
      const all = whole?.taken();
      if (all)
        return askedOf(lab, plan, all.training, { ...how, others: { test: all.test }, measures: MEASURED_OF_ALL });
      const { training, validation } = await digitsOf(lab);
      return askedOf(lab, plan, training, { ...how, others: { validation }, sure: "validation" });
    },
    () => {
      whole?.refresh();
      if (reading) reading.refresh();
      else changed?.();
    },
    (asked) => changed || lab.tune({ f: asked.formula, ts: asked.seed || null }),
  );
  /** @type {{step: number, network: any}} */
  let read = { step: -1, network: null };
  const reader = {
    get network() {
      if (!trainer.tensors) return null;
      if (read.step !== trainer.tensorsStep) read = { step: trainer.tensorsStep, network: trainedNetwork(trainer) };
      return read.network;
    },
    look: null,
    who: () => t("train.reads", { step: thousands(trainer.tensorsStep), formula: trainer.asked?.formula ?? "" }),
  };
  const reading = changed ? null : drawPart(lab, reader);
  const element = make(
    doc,
    "section",
    { class: "worked train-this", "data-widget": "train" },
    make(doc, "h2", {}, t("train.this")),
    make(doc, "p", {}, t("train.text", { training: thousands(carried), validation: thousands(validating) })),
    whole?.element,
    make(
      doc,
      "div",
      { class: "train-choices" },
      make(doc, "span", { class: "label" }, t("train.epochs")),
      choose.element,
      seeds.element,
    ),
    panel.element,
    reading?.element,
  );
  whole?.catches(element);
  const refresh = () => {
    element.hidden = !network();
    whole?.refresh();
    choose.refresh();
    seeds.refresh();
    panel.refresh();
    reading?.refresh();
  };
  refresh();
  return {
    element,
    /** What was trained, to read what is drawn. */
    reader,
    refresh,
    gone: () => {
      whole?.gone();
      panel.gone();
      reading?.gone();
    },
  };
}
