/**
 * One training in the page: what was asked, how far it is, and what it has measured. It goes on while the reader is in
 * another chapter; a page has one at a time of each name, so that chapters do not disturb each other.
 */

import { startLearning } from "../../learn/client.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../types.js").InputSpec} InputSpec */
/** @typedef {import("../../types.js").PageNode} PageNode */
/** @typedef {import("../../learn/pictures.js").Pictures} Pictures */
/** @typedef {import("../../learn/recipe.js").Recipe} Recipe */
/** @typedef {import("../../learn/session.js").Said} Said */
/** @typedef {import("../../learn/training.js").StepLine} StepLine */
/** @typedef {import("../../learn/activity.js").LayerActivity} LayerActivity */
/** @typedef {Record<string, Float32Array>} Tensors */
/**
 * @typedef {object} Asked what to train
 * @property {string} formula
 * @property {PageNode[]} nodes
 * @property {InputSpec} input
 * @property {string[]} classes
 * @property {string} [set] the name of the set that the pictures are of
 * @property {Pictures} pictures to train on
 * @property {Record<string, Pictures>} [others] to measure on, by name: validation, test
 * @property {Partial<Recipe>} recipe what it leaves out is as in `fast`
 * @property {number} seed
 * @property {number} [every] steps from one measurement to the next; measured before the first and after the last too
 * @property {string} [inside] on which of the others the activations are watched besides
 * @property {string} [sure] on which of the others it is measured how sure the network may be
 * @property {boolean} [paused] it waits before the first step
 * @property {string[] | null} [kernels] which may be taken, the first that works here, by one worker: the same bits on
 * every machine, but for relaxed SIMD; by default all kernels and as many workers as help
 *
 * @typedef {{step: number, of: string, accuracy: number, loss: number, layers?: LayerActivity[]}} Measure
 *
 * @typedef {{step: number, found: import("../../learn/calibration.js").Calibration | null}} Calibrated at that step
 *
 * @typedef {object} Snapshot a training at one step: all that it needs to go on from there
 * @property {Asked} asked
 * @property {number} step
 * @property {Tensors} tensors
 * @property {Tensors} moments what the optimiser remembers; nothing where no step is left
 * @property {StepLine[]} lines @property {Measure[]} measures until then
 * @property {Calibrated | null} calibrated
 * @property {number} seconds @property {string} kernels @property {boolean} sameBits
 *
 * @typedef {"idle" | "starting" | "running" | "paused" | "finished" | "failed"} State
 * @typedef {ReturnType<typeof makeTrainer>} Trainer
 */

/** @type {WeakMap<Lab, Map<string, Trainer>>} */
const TRAINERS = new WeakMap();

/** The training of that name, the same one as long as the page is open. @param {Lab} lab @param {string} name */
export function trainerOf(lab, name) {
  const all = TRAINERS.get(lab) ?? new Map();
  TRAINERS.set(lab, all);
  if (!all.has(name)) all.set(name, makeTrainer(lab));
  return /** @type {Trainer} */ (all.get(name));
}

/** @param {Lab} lab */
function makeTrainer(lab) {
  const { script, modules } = lab.payload.learning;
  /** @type {ReturnType<typeof startLearning> | null} */
  let worker = null;
  /** @type {Set<() => void>} */
  const listeners = new Set();
  const tell = () => listeners.forEach((listener) => listener());
  /** Who waits for a snapshot. @type {((snapshot: Snapshot | null) => void)[]} */
  let waiting = [];

  const trainer = {
    state: /** @type {State} */ ("idle"),
    asked: /** @type {Asked | null} */ (null),
    /** Every step so far. */
    lines: /** @type {StepLine[]} */ ([]),
    measures: /** @type {Measure[]} */ ([]),
    /** How sure the network may be, at the last measurement. */
    calibrated: /** @type {Calibrated | null} */ (null),
    /** The weights of the last measurement, by torch's names. */
    tensors: /** @type {Tensors | null} */ (null),
    /** What `tensors` was after. */
    tensorsStep: 0,
    /** What the last stage came to, while a step is walked through. */
    seen: /** @type {import("../../learn/stages.js").StageSeen | null} */ (null),
    /** Within steps: pauses and measurements left out. */
    seconds: 0,
    /** What computes, and whether the same seed gives the same bits everywhere. */
    kernels: "",
    sameBits: false,
    workers: 1,
    /** Why it failed, as the worker says it; where the loss became infinite or no number, `diverged`. */
    trouble: "",
    diverged: false,

    get step() {
      return trainer.lines.at(-1)?.step ?? 0;
    },
    get steps() {
      return trainer.asked?.recipe.steps ?? 0;
    },
    /** Whether there is a training that has not ended. */
    get going() {
      return ["starting", "running", "paused"].includes(trainer.state);
    },

    /** Begin anew; a training that goes on is thrown away. @param {Asked} asked */
    start: (asked) => {
      worker?.end();
      reset();
      begin(asked, {});
    },
    /**
     * Go on from a snapshot: paused unless `go`, with the same kernels if they work here.
     * @param {Snapshot} from @param {boolean} go
     */
    open: ({ asked, step, tensors, moments, lines, measures, calibrated, seconds, kernels, sameBits }, go) => {
      worker?.end();
      worker = null;
      reset();
      Object.assign(trainer, { asked, lines: [...lines], measures: [...measures], tensors, tensorsStep: step });
      Object.assign(trainer, { calibrated, seconds, kernels, sameBits, state: "finished" });
      const state = { step, tensors, moments };
      const same = [kernels, "simd", "plain"];
      if (step < trainer.steps) begin(asked, { state, seconds, paused: !go, kernels: same });
      else tell();
    },
    /** What it is at the step that is done now; null where nothing is learned. @returns {Promise<Snapshot | null>} */
    snapshot: () => {
      if (!worker) return Promise.resolve(finished());
      worker.ask({ ask: "state" });
      return new Promise((good) => waiting.push(good));
    },
    pause: () => worker?.ask({ ask: "pause" }),
    resume: () => {
      if (trainer.state !== "paused") return;
      trainer.state = "running";
      worker?.ask({ ask: "resume" });
      tell();
    },
    /** One stage of a step of a training that pauses: `seen` is what it came to. */
    oneStage: () => worker?.ask({ ask: "stage" }),
    /** One step of a training that pauses. */
    oneStep: () => worker?.ask({ ask: "step" }),
    /** Forget the training and what it learned. */
    throwAway: () => {
      worker?.end();
      worker = null;
      reset();
      tell();
    },
    /**
     * Call `listener` when something is new; returns what ends that.
     * @param {() => void} listener
     */
    listen: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };

  /** @param {Asked} asked @param {Partial<import("../../learn/session.js").Begin>} more */
  const begin = (asked, more) => {
    Object.assign(trainer, { asked, state: "starting" });
    worker = startLearning(script, modules, hear, asked.kernels ? 1 : undefined);
    const { nodes, input, pictures, recipe, seed, kernels, others = {}, every = 0, inside, sure, paused } = asked;
    const watched = { others, every, inside, sure, paused };
    worker.ask({ ask: "begin", nodes, input, pictures, recipe, seed, kernels, ...watched, ...more });
    tell();
  };

  /** @param {Pick<Snapshot, "step" | "tensors" | "moments">} state @returns {Snapshot | null} */
  const snapshotOf = (state) => {
    const { asked, lines, measures, calibrated, seconds, kernels, sameBits } = trainer;
    const now = { lines: [...lines], measures: [...measures], calibrated, seconds, kernels, sameBits };
    return asked && { asked, ...state, ...now };
  };

  const finished = () =>
    trainer.state === "finished" && trainer.tensors
      ? snapshotOf({ step: trainer.tensorsStep, tensors: trainer.tensors, moments: {} })
      : null;

  /** @param {Snapshot | null} snapshot */
  const hand = (snapshot) => {
    for (const good of waiting) good(snapshot);
    waiting = [];
  };

  const reset = () => {
    hand(null);
    Object.assign(trainer, {
      state: "idle",
      asked: null,
      lines: [],
      measures: [],
      calibrated: null,
      tensors: null,
      tensorsStep: 0,
      seen: null,
      seconds: 0,
      trouble: "",
      diverged: false,
    });
  };

  /** @param {Said} said */
  const hear = (said) => {
    if (said.say === "ready") {
      const { kernels, workers } = said;
      Object.assign(trainer, { kernels, workers, sameBits: said.sameBits && workers === 1, state: "running" });
    } else if (said.say === "steps") {
      trainer.lines.push(...said.lines);
      trainer.seconds = said.seconds;
    } else if (said.say === "stage") trainer.seen = said.seen;
    else if (said.say === "measured") {
      const { calibration, ...measure } = said;
      trainer.measures.push(measure);
      if (calibration !== undefined) trainer.calibrated = { step: said.step, found: calibration };
    } else if (said.say === "tensors") Object.assign(trainer, { tensors: said.tensors, tensorsStep: said.step });
    else if (said.say === "state") {
      const { step, tensors, moments } = said.state;
      hand(snapshotOf({ step, tensors: /** @type {Tensors} */ (tensors), moments: /** @type {Tensors} */ (moments) }));
    } else if (said.say === "paused") trainer.state = "paused";
    else if (said.say === "end") {
      Object.assign(trainer, {
        tensors: said.tensors,
        tensorsStep: said.step,
        seconds: said.seconds,
        state: "finished",
      });
      worker?.end();
      worker = null;
      hand(finished());
    } else if (said.say === "failed") {
      Object.assign(trainer, { state: "failed", trouble: said.message, diverged: Boolean(said.diverged) });
      worker?.end();
      worker = null;
      hand(null);
    }
    tell();
  };
  return trainer;
}
