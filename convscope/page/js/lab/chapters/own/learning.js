/**
 * Training on the reader's own pictures: five networks, each without a fifth of the pictures, which it is then asked
 * about, and one that learns from all of them. The five say how good the one is.
 */

import { makeEngine } from "../../../engine/engine.js";
import { distancesOf } from "../../../engine/outsider.js";
import { REJECTION_LEVEL, knownTo } from "../../../learn/rejection/fitting.js";
import { UNCHANGED } from "../../../learn/recipe.js";
import { resolveFormula } from "../../../formula/parse.js";
import { tracePlan } from "../../../formula/trace.js";
import { fixed, percent } from "../../../kit/format.js";
import { askedOf } from "../../training/asked.js";
import { modelFileOf } from "../../training/model_file.js";
import { trainedNetwork } from "../../training/network.js";
import { trainerOf } from "../../training/trainer.js";
import { SHAPE_OF } from "./collection.js";
import { OWN_FOLDS, foldsInTurn, foldsOf } from "./folds.js";
import { inSize, inputOf } from "./input.js";
import { boundBy, calibrationOf, confusionOf, judgedBy, refusedShare } from "./left_out.js";
import { MOMENTS_TOLD, runOfOwn } from "./story.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../../learn/recipe.js").Recipe} Recipe */
/** @typedef {import("../../../types.js").Rejection} Rejection */
/** @typedef {import("./collection.js").Collection} Collection */
/** @typedef {import("./collection.js").OwnPicture} OwnPicture */
/** @typedef {import("./collection.js").PictureKind} PictureKind */
/** @typedef {import("./left_out.js").LeftOut} LeftOut */
/**
 * @typedef {Omit<NonNullable<ReturnType<typeof trainedNetwork>>, "tensors"> & {rejection: Rejection | null}} OwnNetwork
 */
/**
 * @typedef {object} OwnAnswer what the last network says of a picture
 * @property {number[]} probabilities
 * @property {{score: number, refused: boolean} | null} outsider null where it cannot tell
 * @property {{name: string, output: readonly number[], values: ArrayLike<number>, most: number}[]} maps of some layers,
 * `most`: how many are shown
 */
/**
 * @typedef {object} OwnResult
 * @property {string[]} names
 * @property {OwnPicture[]} collected the pictures as they were when the training began
 * @property {OwnPicture[]} pictures the same as the network reads them
 * @property {LeftOut[]} leftOut one a picture
 * @property {number[][]} confusion of these
 * @property {OwnNetwork} network that learned from all
 * @property {string} formula
 * @property {number} seconds of all trainings
 * @property {number} seed
 * @property {(import("../../training/pretrained.js").PretrainedHere & {width: number}) | null} frozen on what features
 * it learned, and how many numbers of them
 * @property {(() => import("../../../types.js").Run) | null} run how it became what it is, for the page
 * @property {(collected: Uint8Array) => Uint8Array} reads a collected picture as the network reads it
 * @property {(i: number) => number[]} logits of picture `i`
 * @property {() => Record<string, import("../../../types.js").Binary>} tensors
 * @property {() => Uint8Array<ArrayBuffer>} model the model file's bytes
 * @property {(picture: Uint8Array) => Promise<OwnAnswer>} answer of a picture as the network reads it
 */
/**
 * @typedef {object} OwnLearning
 * @property {"idle" | "running" | "finished" | "failed"} state
 * @property {OwnResult | null} result
 * @property {boolean} chance whether it depends on a seed
 * @property {import("../../../types.js").Shape} shape
 * @property {string} formula
 * @property {number} share how much is done, 0 … 1
 * @property {(collection: Collection) => void} prepare do beforehand what can be done
 * @property {(collection: Collection, seed: number) => void} start anew, on the pictures as they are now
 * @property {() => void} stop
 * @property {(listener: () => void) => () => void} listen call it when something is new; returns what ends that
 * @property {() => string} going in words, how far it is
 * @property {(result: OwnResult) => string} ended in words
 * @property {() => string} trouble in words
 */

const BATCH = 32;
const OWN_LEAST_STEPS = 80;
const STEPS_A_BATCH = 40; // of pictures: so many times each is seen
/**
 * A few filters are enough for a few shapes; few parameters learn from few pictures.
 * @type {Record<PictureKind, string>}
 */
const OWN_FORMULA = {
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

/**
 * The training of that kind of pictures, the same one as long as the page is open.
 * @param {Lab} lab
 * @param {PictureKind} kind
 */
export function ownLearningOf(lab, kind) {
  const all = LEARNINGS.get(lab) ?? new Map();
  LEARNINGS.set(lab, all);
  if (!all.has(kind)) all.set(kind, makeLearning(lab, kind));
  return /** @type {OwnLearning} */ (all.get(kind));
}

/** @param {Lab} lab @param {PictureKind} kind @returns {OwnLearning} */
function makeLearning(lab, kind) {
  const trainer = trainerOf(lab, `own-${kind}`);
  /** @type {Set<() => void>} */
  const listeners = new Set();
  const tell = () => listeners.forEach((listener) => listener());
  /** In the language that is spoken now. @type {import("../../types.js").Translate} */
  const t = (key, words) => lab.t(key, words);
  const { shape } = inputOf(lab, kind);
  const reads = (/** @type {Uint8Array} */ pixels) => inSize(pixels, SHAPE_OF[kind], shape);
  /**
   * @type {{names: string[], collected: OwnPicture[], pictures: OwnPicture[], folds: number[], seed: number} | null}
   */
  let asked = null;
  /** @type {LeftOut[]} */
  let leftOut = [];
  let part = 0;
  let seconds = 0;
  /** @type {import("./story.js").Moment[]} */
  let moments = [];

  /** @type {OwnLearning} */
  const learning = {
    state: "idle",
    result: null,
    chance: true,
    get share() {
      return (part + (trainer.steps ? trainer.step / trainer.steps : 0)) / (OWN_FOLDS + 1);
    },
    prepare: () => {},
    start: ({ names, pictures: collected }, seed) => {
      const pictures = collected.map((one) => ({ ...one, pixels: reads(one.pixels) }));
      const labels = pictures.map(({ label }) => label);
      asked = { names, collected, pictures, folds: kind === "photo" ? foldsInTurn(labels) : foldsOf(labels), seed };
      [leftOut, moments] = [[], []];
      [part, seconds] = [0, 0];
      Object.assign(learning, { state: "running", result: null });
      begin();
    },
    stop: () => {
      learning.state = "idle";
      trainer.throwAway();
      tell();
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    shape,
    formula: OWN_FORMULA[kind],
    going: () => {
      if (learning.state !== "running") return "";
      const share = percent(learning.share, 0);
      return part < OWN_FOLDS ? t("own.train.part", { n: part + 1, share }) : t("own.train.all", { share });
    },
    ended: (result) => {
      const by = { kernels: trainer.kernels, seed: result.seed };
      const done = t("own.train.done", { seconds: fixed(result.seconds, 1) });
      return `${done} ${trainer.sameBits ? t("train.bits", by) : t("train.relaxed", by)}`;
    },
    trouble: () =>
      trainer.diverged ? t("train.diverged", { step: trainer.step }) : t("train.failed", { what: trainer.trouble }),
  };

  /** Start the training of this part. */
  function begin() {
    if (!asked) return;
    const { names, pictures, folds, seed } = asked;
    const own = pictures.filter((_, i) => folds[i] !== part);
    const network = tracePlan(resolveFormula(OWN_FORMULA[kind]), shape, names.length);
    const asking = askedOf(lab, network, setFrom(own, shape), {
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
    const { names, collected, pictures, folds, seed } = asked;
    const engine = makeEngine(network);
    seconds += trainer.seconds;
    const labelled = pictures.map(({ pixels, label }) => ({ pixels, label }));
    const own = labelled.filter((_, i) => folds[i] !== part);
    const known = knownTo(engine, shape, own, names.length);
    if (part < OWN_FOLDS) {
      const far = distancesOf(known, shape);
      pictures.forEach(({ pixels }, i) => {
        if (folds[i] !== part) return;
        const result = engine.forward(pixels);
        leftOut[i] = {
          ...judgedBy(Array.from(result.logits)),
          draws: [{ distances: far(pixels, result), fold: part }],
        };
      });
      part++;
      begin();
      return;
    }
    const bound = boundBy(leftOut);
    const refused = bound && refusedShare(leftOut);
    const { features, group, tensors } = known;
    const rejection = bound && refused !== null ? { ...bound, features, group, tensors } : null;
    const found = calibrationOf(leftOut, pictures);
    const whole = { ...network, rejection, temperature: found?.temperature ?? 1 };
    const rests = { level: REJECTION_LEVEL, n: leftOut.length, refused: refused ?? 0 };
    const last = makeEngine(whole);
    const moves = moments;
    const { lines } = trainer;
    const learned = {
      asked: /** @type {import("../../training/trainer.js").Asked} */ (trainer.asked),
      step: trainer.tensorsStep,
      tensors: /** @type {import("../../training/trainer.js").Tensors} */ (trainer.tensors),
      measures: trainer.measures,
      calibrated: { step: trainer.tensorsStep, found },
      rejection: rejection && { ...rejection, ...rests },
      seconds: trainer.seconds,
      kernels: trainer.kernels,
      sameBits: trainer.sameBits,
    };
    learning.result = {
      names,
      pictures,
      collected,
      leftOut: leftOut.map((one) => ({ ...one, ...judgedBy(one.logits, whole.temperature) })),
      confusion: confusionOf(names.length, pictures, leftOut),
      network: whole,
      formula: OWN_FORMULA[kind],
      seconds,
      seed,
      frozen: null,
      run: () => runOfOwn({ names, pictures, network: whole, learned, moments: moves, lines }),
      reads,
      logits: (i) => Array.from(last.forward(pictures[i].pixels).logits),
      tensors: () => whole.tensors,
      model: () => modelFileOf(lab, learned),
      answer: async (picture) => {
        const made = last.forward(picture);
        const maps = last.nodes.flatMap(({ kind: layer, flat, name, output }, at) =>
          layer === "relu" && !flat ? [{ name, output, values: made.outputs[at], most: output[0] }] : [],
        );
        return { probabilities: Array.from(made.probabilities), outsider: last.outsider(picture, made), maps };
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
