/**
 * Training on the reader's own pictures: five networks, each without a fifth of the pictures, which it is then asked
 * about, and one that learns from all of them. The five say how good the one is.
 */

import { makeEngine } from "../../../engine/engine.js";
import { distancesOf } from "../../../engine/outsider.js";
import { REJECTION_LEVEL, boundOf, knownTo } from "../../../learn/rejection/fitting.js";
import { UNCHANGED } from "../../../learn/recipe.js";
import { resolveFormula } from "../../../formula/parse.js";
import { tracePlan } from "../../../formula/trace.js";
import { askedOf } from "../../training/asked.js";
import { trainedNetwork } from "../../training/network.js";
import { trainerOf } from "../../training/trainer.js";
import { OWN_FOLDS, foldsOf } from "./folds.js";
import { inputOf } from "./input.js";
import { calibrationOf, confusionOf, judgedBy, refusedShare } from "./left_out.js";
import { MOMENTS_TOLD } from "./story.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../../engine/engine.js").Engine} Engine */
/** @typedef {import("../../../learn/recipe.js").Recipe} Recipe */
/** @typedef {import("../../../types.js").Rejection} Rejection */
/** @typedef {import("./collection.js").Collection} Collection */
/** @typedef {import("./collection.js").OwnPicture} OwnPicture */
/** @typedef {import("./collection.js").PictureKind} PictureKind */
/** @typedef {import("./left_out.js").LeftOut} LeftOut */
/**
 * @typedef {object} OwnResult
 * @property {string[]} names
 * @property {OwnPicture[]} pictures
 * @property {LeftOut[]} leftOut one a picture
 * @property {number[][]} confusion of these
 * @property {NonNullable<ReturnType<typeof trainedNetwork>> & {rejection: Rejection | null}} network that learned from all
 * @property {Engine} engine of it
 * @property {string} formula
 * @property {number} seconds of all six trainings
 * @property {number} seed
 * @property {import("../../training/model_file.js").Learned} learned for a model file
 * @property {import("./story.js").Moment[]} moments the weights that the last training had on its way
 * @property {import("../../../learn/training.js").StepLine[]} lines its steps
 */

const BATCH = 32;
const OWN_LEAST_STEPS = 80;
const STEPS_A_BATCH = 40; // of pictures: so many times each is seen
/** A few filters are enough for a few shapes; few parameters learn from few pictures. @type {Record<PictureKind, string>} */
export const OWN_FORMULA = {
  drawn:
    "conv(8, 5, stride=2, bias=False) + bn + relu + conv(16, 3, bias=False) + bn + relu + " +
    "conv(32, 3, stride=2, bias=False) + bn + relu + gap + fc",
  photo:
    "conv(16, 5, stride=2, bias=False) + bn + relu + conv(24, 3, bias=False) + bn + relu + " +
    "conv(32, 3, stride=2, bias=False) + bn + relu + gap + fc",
};
/** A picture is turned, moved, stretched and slanted a little, anew each time that it is shown. */
const SHAKEN = { ...UNCHANGED, rotate: 20, scale: 0.2, shear: 0.2, translate: 2 };

/** @type {WeakMap<Lab, Map<PictureKind, OwnLearning>>} */
const LEARNINGS = new WeakMap();

/** The training of that kind of pictures, the same one as long as the page is open. @param {Lab} lab @param {PictureKind} kind */
export function ownLearningOf(lab, kind) {
  const all = LEARNINGS.get(lab) ?? new Map();
  LEARNINGS.set(lab, all);
  if (!all.has(kind)) all.set(kind, makeLearning(lab, kind));
  return /** @type {OwnLearning} */ (all.get(kind));
}

/** @typedef {ReturnType<typeof makeLearning>} OwnLearning */

/** @param {Lab} lab @param {PictureKind} kind */
function makeLearning(lab, kind) {
  const trainer = trainerOf(lab, `own-${kind}`);
  /** @type {Set<() => void>} */
  const listeners = new Set();
  const tell = () => listeners.forEach((listener) => listener());
  /** @type {{names: string[], pictures: OwnPicture[], folds: number[], seed: number} | null} */
  let asked = null;
  /** @type {LeftOut[]} */
  let leftOut = [];
  let part = 0;
  let seconds = 0;
  /** @type {import("./story.js").Moment[]} */
  let moments = [];

  const learning = {
    state: /** @type {"idle" | "running" | "finished" | "failed"} */ ("idle"),
    result: /** @type {OwnResult | null} */ (null),
    trainer,
    /** Which of the six trainings goes on, from 0. */
    get part() {
      return part;
    },
    /** How much of all six is done, 0 … 1. */
    get share() {
      return (part + (trainer.steps ? trainer.step / trainer.steps : 0)) / (OWN_FOLDS + 1);
    },
    /** Begin anew, on the pictures as they are now. @param {Collection} collection @param {number} seed */
    start: ({ names, pictures, shape }, seed) => {
      asked = { names, pictures, folds: foldsOf(pictures.map(({ label }) => label)), seed };
      [leftOut, moments] = [[], []];
      [part, seconds] = [0, 0];
      Object.assign(learning, { state: "running", result: null, shape });
      begin();
    },
    stop: () => {
      learning.state = "idle";
      trainer.throwAway();
      tell();
    },
    /** Call `listener` when something is new; returns what ends that. @param {() => void} listener */
    listen: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    shape: /** @type {import("../../../types.js").Shape} */ ([1, 1, 1]),
    formula: OWN_FORMULA[kind],
  };

  /** Start the training of this part. */
  function begin() {
    if (!asked) return;
    const { names, pictures, folds, seed } = asked;
    const own = pictures.filter((_, i) => folds[i] !== part);
    const network = tracePlan(resolveFormula(OWN_FORMULA[kind]), learning.shape, names.length);
    const asking = askedOf(lab, network, setFrom(own, learning.shape), {
      classes: names,
      epochs: epochsOf(own.length),
      measures: part < OWN_FOLDS ? 1 : MOMENTS_TOLD,
      seed,
      recipe: { batchSize: BATCH, augmentation: { ...SHAKEN, flip: kind === "photo" } },
    });
    trainer.start({ ...asking, input: inputOf(lab, kind) });
  }

  trainer.listen(() => {
    const { tensors, tensorsStep: step } = trainer;
    if (part === OWN_FOLDS && tensors && moments.at(-1)?.step !== step) moments.push({ step, tensors });
    if (learning.state === "running" && trainer.state === "finished") finishPart();
    else if (learning.state === "running" && trainer.state === "failed") learning.state = "failed";
    tell();
  });

  function finishPart() {
    const network = trainedNetwork(trainer);
    if (!asked || !network) return;
    const { names, pictures, folds, seed } = asked;
    const engine = makeEngine(network);
    seconds += trainer.seconds;
    const labelled = pictures.map(({ pixels, label }) => ({ pixels, label }));
    const own = labelled.filter((_, i) => folds[i] !== part);
    const known = knownTo(engine, learning.shape, own, names.length);
    if (part < OWN_FOLDS) {
      const far = distancesOf(known, learning.shape);
      pictures.forEach(({ pixels }, i) => {
        if (folds[i] !== part) return;
        const result = engine.forward(pixels);
        leftOut[i] = { ...judgedBy(Array.from(result.logits)), distances: far(pixels, result), fold: part };
      });
      part++;
      begin();
      return;
    }
    const bound = boundOf(leftOut.map((one) => one.distances));
    const refused = bound && refusedShare(leftOut);
    const { features, group, tensors } = known;
    const rejection = bound && refused !== null ? { ...bound, features, group, tensors } : null;
    const found = calibrationOf(leftOut, pictures);
    const whole = { ...network, rejection, temperature: found?.temperature ?? 1 };
    const rests = { level: REJECTION_LEVEL, n: leftOut.length, refused: refused ?? 0 };
    learning.result = {
      names,
      pictures,
      leftOut: leftOut.map((one) => ({ ...one, ...judgedBy(one.logits, whole.temperature) })),
      confusion: confusionOf(names.length, pictures, leftOut),
      network: whole,
      engine: makeEngine(whole),
      formula: OWN_FORMULA[kind],
      seconds,
      seed,
      moments,
      lines: trainer.lines,
      learned: {
        asked: /** @type {import("../../training/trainer.js").Asked} */ (trainer.asked),
        step: trainer.tensorsStep,
        tensors: /** @type {import("../../training/trainer.js").Tensors} */ (trainer.tensors),
        measures: trainer.measures,
        calibrated: { step: trainer.tensorsStep, found },
        rejection: rejection && { ...rejection, ...rests },
        seconds: trainer.seconds,
        kernels: trainer.kernels,
        sameBits: trainer.sameBits,
      },
    };
    learning.state = "finished";
  }
  return learning;
}

/** So many epochs that a few pictures are seen often, and many not for long. @param {number} n */
function epochsOf(n) {
  const perEpoch = Math.max(1, Math.floor(n / Math.min(BATCH, n)));
  return Math.max(OWN_LEAST_STEPS, STEPS_A_BATCH * Math.sqrt(perEpoch)) / perEpoch;
}

/** @param {OwnPicture[]} all @param {import("../../../types.js").Shape} shape */
function setFrom(all, shape) {
  const size = shape.reduce((a, b) => a * b, 1);
  const pixels = new Uint8Array(all.length * size);
  all.forEach((one, i) => pixels.set(one.pixels, i * size));
  return { pixels, labels: all.map(({ label }) => label), shape };
}
