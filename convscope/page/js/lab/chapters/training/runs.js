/** Trainings of chapter 12, one after another, each kept by its settings as long as the page is open. */

import { parseFormula } from "../../../formula/parse.js";
import { tracePlan } from "../../../formula/trace.js";
import { askedOf } from "../../training/asked.js";
import { digitsOf, firstOf } from "../../training/digits.js";
import { trainerOf } from "../../training/trainer.js";
import { codeOf, formulaOf, recipeOf } from "./settings.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../training/digits.js").Digits} Digits */
/** @typedef {import("../../training/trainer.js").Asked} Asked */
/** @typedef {import("../../training/trainer.js").Measure} Measure */
/** @typedef {import("../../../learn/pictures.js").Pictures} Pictures */
/** @typedef {import("../../../learn/training.js").StepLine} StepLine */
/** @typedef {import("./settings.js").Settings} Settings */
/**
 * @typedef {object} Run
 * @property {Settings} settings
 * @property {StepLine[]} lines @property {Measure[]} measures
 * @property {number} steps of the whole
 * @property {number} seconds within steps
 * @property {string} kernels
 * @property {boolean} ended @property {boolean} diverged
 * @property {boolean} cut whether it ended early because it took too long
 * @property {string} trouble why it failed, where it did not diverge
 *
 * @typedef {ReturnType<typeof makeRuns>} Runs
 */

const RUNS_KEPT = 60;
/** Seconds within steps after which a training ends at its next measurement, unless it was asked to go to its end. */
const PATIENCE = 8;
const MEASURED = 15; // times on the way, and before the first step
const TRAINING_MEASURED = 500; // of the training pictures

/** @type {WeakMap<Lab, Map<string, Runs>>} */
const ALL_RUNS = new WeakMap();

/**
 * The runs of that name, the same as long as the page is open.
 * @param {Lab} lab
 * @param {string} name
 * @param {(digits: Digits, settings: Settings) => {others: Record<string, Pictures>, measures: number, inside?:
 * string}} watched what is measured
 */
export function runsOf(lab, name, watched) {
  const all = ALL_RUNS.get(lab) ?? new Map();
  ALL_RUNS.set(lab, all);
  if (!all.has(name)) all.set(name, makeRuns(lab, name, watched));
  return /** @type {Runs} */ (all.get(name));
}

/**
 * What the experiment measures: training and validation alike, and how the activations fare.
 * @param {Digits} digits @param {Settings} settings
 */
export function watchedOnItsWay({ training, validation }, { n }) {
  const others = { training: firstOf(training, Math.min(n, TRAINING_MEASURED)), validation };
  return { others, measures: MEASURED, inside: "validation" };
}

/** @param {Lab} lab @param {string} name @param {Parameters<typeof runsOf>[2]} watched */
function makeRuns(lab, name, watched) {
  const trainer = trainerOf(lab, name);
  /** @type {Map<string, Run>} */
  const kept = new Map();
  /** What was asked, until it is the current one. @type {Settings[]} */
  let waiting = [];
  /** @type {Run | null} */
  let current = null;
  /** The codes of those that are to go to their end. @type {Set<string>} */
  const whole = new Set();
  let turn = 0; // of questions: a later one ends what an earlier one still prepares
  /** @type {Set<() => void>} */
  const listeners = new Set();
  const tell = () => listeners.forEach((listener) => listener());

  const follow = () => {
    if (!current || !trainer.asked) return;
    const { lines, measures, seconds, kernels, state, diverged, trouble, steps } = trainer;
    const ended = state === "finished" || state === "failed";
    Object.assign(current, { lines, measures, seconds, kernels, steps, ended, diverged });
    if (!ended && seconds > PATIENCE && !whole.has(codeOf(current.settings)) && isMeasured(trainer)) {
      Object.assign(current, { ended: true, cut: true });
      current = null;
      trainer.throwAway();
      void next();
    } else if (ended) {
      current.trouble = state === "failed" && !diverged ? trouble : "";
      current = null;
      void next();
    }
    tell();
  };
  trainer.listen(follow);

  const next = async () => {
    const [settings] = waiting;
    if (!settings) return;
    const mine = ++turn;
    const asked = askedFor(lab, settings, watched, await digitsOf(lab));
    if (mine !== turn) return;
    waiting.shift();
    current = emptyRun(settings);
    keep(current);
    trainer.start(asked);
  };

  /** @param {Run} run */
  const keep = (run) => {
    kept.delete(codeOf(run.settings));
    kept.set(codeOf(run.settings), run);
    for (const code of kept.keys()) if (kept.size > RUNS_KEPT) kept.delete(code);
  };

  return {
    /** What was trained with these settings, or is being. @param {Settings | null} settings */
    get: (settings) => (settings && kept.get(codeOf(settings))) ?? null,
    get going() {
      return current !== null || waiting.length > 0;
    },
    get current() {
      return current;
    },
    /** Whether anything was ever asked. */
    get begun() {
      return turn > 0;
    },
    /**
     * Train one after another; what goes on is given up. Those that were trained before are not trained again, for the
     * same settings and seed give the same bits.
     * @param {Settings[]} list
     */
    ask: (list) => {
      stop();
      waiting = list.filter((one, i) => {
        const run = kept.get(codeOf(one));
        return !run?.ended && list.findIndex((other) => codeOf(other) === codeOf(one)) === i;
      });
      void next();
      tell();
    },
    /** Train those anew that ended early, to their end. @param {(Settings | null)[]} list */
    toTheEnd: (list) => {
      const cut = list.filter((one) => one !== null && kept.get(codeOf(one))?.cut);
      const again = /** @type {Settings[]} */ (cut);
      for (const one of again) {
        whole.add(codeOf(one));
        kept.delete(codeOf(one));
      }
      stop();
      waiting = again;
      void next();
      tell();
    },
    /** Forget a training, so that it is done again. @param {Settings} settings */
    forget: (settings) => {
      kept.delete(codeOf(settings));
    },
    stop: () => {
      stop();
      tell();
    },
    /** @param {() => void} listener @returns {() => void} what ends that */
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  function stop() {
    waiting = [];
    turn++;
    if (current) kept.delete(codeOf(current.settings));
    current = null;
    trainer.throwAway();
  }
}

/** @param {Settings} settings @returns {Run} */
function emptyRun(settings) {
  const nothing = { lines: [], measures: [], steps: 0, seconds: 0, kernels: "", trouble: "" };
  return { settings, ...nothing, ended: false, diverged: false, cut: false };
}

/**
 * Whether all that is measured was measured after the last step.
 * @param {import("../../training/trainer.js").Trainer} trainer
 */
function isMeasured({ asked, measures, step }) {
  const names = Object.keys(asked?.others ?? {});
  return step > 0 && names.every((name) => measures.some((one) => one.of === name && one.step === step));
}

/** @param {Lab} lab @param {Settings} settings @param {Parameters<typeof runsOf>[2]} watched @param {Digits} digits */
function askedFor(lab, settings, watched, digits) {
  const { measures, others, inside } = watched(digits, settings);
  const pictures = firstOf(digits.training, settings.n);
  const batch = Math.min(settings.m, settings.n);
  const network = tracePlan(parseFormula(formulaOf(settings)), /** @type {any} */ (pictures.shape), 10);
  const asked = askedOf(lab, network, pictures, {
    others,
    epochs: settings.q / (Math.floor(settings.n / batch) * batch),
    measures,
    seed: settings.i,
    recipe: recipeOf(settings),
    kernels: ["simd", "plain"], // the same bits on every machine
  });
  return { ...asked, inside };
}
