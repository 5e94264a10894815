/** A training that is told what to do by messages, and says what it did by messages: what a worker runs. */

import { watchActivity } from "./activity.js";
import { calibrate, watchScores } from "./calibration.js";
import { KERNELS, kernelsFor } from "./kernels/choice.js";
import { FAST } from "./recipe.js";
import { seenStages } from "./stages.js";
import { workersFor } from "./team.js";
import { makeTraining } from "./training.js";
/** @import {InputSpec, PageNode} from "../types.js" */
/** @import {LayerActivity} from "./activity.js" */
/** @import {Calibration} from "./calibration.js" */
/** @import {Pictures} from "./pictures.js" */
/** @import {Recipe} from "./recipe.js" */
/** @import {StageSeen} from "./stages.js" */
/** @import {Team} from "./team.js" */
/** @import {Numbers, State, StepLine, Training} from "./training.js" */

/**
 * @typedef {object} Begin
 * @property {"begin"} ask
 * @property {PageNode[]} nodes
 * @property {InputSpec} input
 * @property {Pictures} pictures to train on
 * @property {Partial<Recipe>} recipe what it leaves out is as in `fast`
 * @property {number} seed
 * @property {Numbers | null} [tensors] the first weights; random ones where there are none
 * @property {State | null} [state] where the same training stopped before, as `state` said it: it goes on from there
 * @property {number} [seconds] that it had taken until then
 * @property {string[] | null} [kernels] which kernels may be taken, the first that works here; all by default
 * @property {Record<string, Pictures>} [others] pictures to measure on, by name
 * @property {boolean} [paused] it waits before the first step
 * @property {number} [every] so many steps apart the others are measured and the weights told, before the first step
 * and after the last too; 0 for never
 * @property {string} [inside] on which of the others the activations are watched besides
 * @property {string} [sure] on which of the others it is measured, too, how sure the network may be
 *
 * @typedef {Begin | {ask: "pause"} | {ask: "resume"} | {ask: "step"} | {ask: "stop"} | {ask: "tensors"} |
 * {ask: "stage"} | {ask: "state"} | {ask: "measure", pictures: Pictures}} Asked `step` does one step of a training that
 * pauses, `stage` one stage of a step; whatever is asked between two stages ends the step first. `stop` throws it away
 *
 * @typedef {{say: "ready", kernels: string, sameBits: boolean, workers: number} | {say: "steps", lines: StepLine[],
 * seconds: number} | {say: "paused", step: number} | {say: "end", step: number, tensors: Record<string, Float32Array>,
 * seconds: number} | {say: "tensors", step: number, tensors: Record<string, Float32Array>} |
 * {say: "state", state: State, seconds: number} | {say: "stopped"} | {say: "stage", seen: StageSeen} |
 * {say: "measured", step: number, of: string, accuracy: number, loss: number, layers?: LayerActivity[],
 * calibration?: Calibration | null} | {say: "failed", message: string, diverged?: boolean}} Said `sameBits`: the same
 * seed and number of workers give the same bits on every machine; `seconds` are those of training, pauses and
 * measurements left out; `of` names what was measured on, "" for pictures that a message brought
 */

const SLICE = 25; // milliseconds of steps between two looks at the messages

/**
 * Return what takes messages. Steps are done in slices, so that a message waits no longer than one; what comes while a
 * training goes on is done between two steps.
 * @param {(said: Said) => void} post
 * @param {(go: () => void) => void} later calls `go` once the messages that wait were taken
 * @param {Record<string, string>} modules WebAssembly by name, as base64
 * @param {() => number} [now] milliseconds
 * @param {Team | null} [team] the other workers, where there are any
 */
export function makeSession(post, later, modules, now = () => performance.now(), team = null) {
  /** @type {Training | null} */
  let training = null;
  let [running, waiting, spent] = [false, false, 0];
  let learned = /** @type {Pictures | null} */ (null);
  /** A step that is done in part. @type {ReturnType<typeof seenStages> | null} */
  let part = null;
  let [together, busy, owed] = [false, false, 0]; // with other workers a step takes turns
  /** @type {Record<string, Pictures>} */
  let others = {};
  let every = 0;
  let inside = "";
  let sure = "";
  /** What goes on by itself from where several workers are. @type {((state: State) => Training) | null} */
  let alone = null;

  function goOn() {
    if (waiting) return;
    waiting = true;
    later(() => {
      waiting = false;
      guarded(() => {
        if (running && training && !busy) run(training, now() + SLICE);
      });
    });
  }

  /**
   * Do one step with the other workers. Whoever stops or begins anew meanwhile is not told of it any more.
   * @param {Training} current
   * @param {Team} team
   */
  function runTogether(current, team) {
    if (!current.steps) watch(current);
    busy = true;
    const began = now();
    team.step(current).then(
      (line) => {
        busy = false;
        if (training !== current) {
          if (running) goOn();
          return;
        }
        spent += now() - began;
        guarded(() => told(current, [line]));
        if (owed && !running && !current.done) {
          owed--;
          run(current, 0);
        }
      },
      (error) => {
        busy = false;
        if (training === current) guarded(() => raise(error));
      },
    );
  }

  /** @param {unknown} error @returns {never} */
  function raise(error) {
    throw error;
  }

  /**
   * Do steps until a point in time, at least one.
   * @param {Training} current
   * @param {number} until
   */
  function run(current, until) {
    if (team && together) {
      runTogether(current, team);
      return;
    }
    if (!current.steps && !part) watch(current);
    const began = now();
    const lines = [];
    do lines.push(part ? rest(part) : current.step());
    while (!current.done && now() < until && !isDue(current.steps));
    spent += now() - began;
    told(current, lines);
  }

  /** Say what steps came to, and what follows from it. @param {Training} current @param {StepLine[]} lines */
  function told(current, lines) {
    post({ say: "steps", lines, seconds: spent / 1000 });
    if (current.done || isDue(current.steps)) watch(current);
    const last = lines[lines.length - 1];
    if (!Number.isFinite(last.loss)) {
      running = false;
      post({
        say: "failed",
        message: `the loss is ${last.loss} after step ${last.step}: the training diverged`,
        diverged: true,
      });
    } else if (current.done) {
      running = false;
      post({ say: "end", step: current.steps, tensors: current.tensors(), seconds: spent / 1000 });
    } else if (running) goOn();
  }

  /** End a step that is done in part. @param {ReturnType<typeof seenStages>} stages */
  function rest(stages) {
    part = null;
    let next = stages.next();
    while (!next.done) next = stages.next();
    return next.value.line;
  }

  /** Do one stage of a step, the first of the next one where none is begun. @param {Training} current */
  function oneStage(current) {
    if (!current.steps && !part) watch(current);
    part ??= seenStages(current, /** @type {Pictures} */ (learned));
    const began = now();
    const { done, value } = part.next();
    spent += now() - began;
    post({ say: "stage", seen: done ? value.seen : value });
    if (!done) return;
    part = null;
    told(current, [value.line]);
  }

  /** Go on without the other workers: stages are those of a whole batch. @param {Training} current */
  function byItself(current) {
    together = false;
    training = /** @type {(state: State) => Training} */ (alone)(current.state());
    return training;
  }

  /** @param {number} step */
  function isDue(step) {
    return every > 0 && step % every === 0;
  }

  /** Tell how the network does at this step, and its weights. @param {Training} current */
  function watch(current) {
    if (!every) return;
    for (const [of, pictures] of Object.entries(others)) {
      const activity = of === inside ? watchActivity(current.network) : null;
      const scores = of === sure ? watchScores(current.network, pictures.labels.length) : null;
      const add = (/** @type {number} */ n) => [activity, scores].forEach((one) => one?.add(n));
      const figures = current.evaluate(pictures, { add });
      post({
        ...{ say: "measured", step: current.steps, of, ...figures },
        ...(activity && { layers: activity.result() }),
        ...(scores && { calibration: calibrate(scores.scores, pictures.labels) }),
      });
    }
    post({ say: "tensors", step: current.steps, tensors: current.tensors() });
  }

  /** @param {Begin} asked */
  function begin({ nodes, input, pictures, recipe, seed, tensors, kernels, state, seconds = 0, ...more }) {
    const { name, sameBits, kernelsOn } = kernelsFor(modules, kernels ?? KERNELS);
    const whole = { ...FAST, ...recipe };
    const options = { nodes, input, pictures, recipe: whole, seed, tensors, kernelsOn };
    const batch = Math.min(whole.batchSize, pictures.labels.length);
    const parts = team ? workersFor(team.workers, batch) : 1;
    [together, owed] = [parts > 1, 0];
    training = makeTraining({ ...options, state, parts });
    alone = (from) => makeTraining({ ...options, state: from });
    const given = { nodes, input, pictures, recipe: whole, seed, tensors, state, kernels: name };
    if (together) team?.begin(given, parts);
    [running, spent] = [!training.done && !more.paused, 1000 * seconds];
    [learned, part] = [pictures, null];
    [others, every, inside, sure] = [more.others ?? {}, more.every ?? 0, more.inside ?? "", more.sure ?? ""];
    post({ say: "ready", kernels: name, sameBits, workers: parts });
    if (running) goOn();
    else if (!training.done) post({ say: "paused", step: training.steps });
    else post({ say: "end", step: training.steps, tensors: training.tensors(), seconds });
  }

  /** @param {() => void} act */
  function guarded(act) {
    try {
      act();
    } catch (error) {
      running = false;
      post({ say: "failed", message: String(/** @type {any} */ (error)?.message ?? error) });
    }
  }

  /** @param {Exclude<Asked, Begin>} asked @param {Training} current */
  function answer(asked, current) {
    if (asked.ask === "stage") {
      if (busy) owed++;
      else if (!running && !current.done) oneStage(together ? byItself(current) : current);
      return;
    }
    const ended = part !== null;
    if (ended && asked.ask !== "stop") run(current, 0);
    if (asked.ask === "pause") {
      running = false;
      post({ say: "paused", step: current.steps });
    } else if (asked.ask === "resume") {
      running = !current.done;
      if (running) goOn();
    } else if (asked.ask === "step") {
      if (busy) owed++;
      else if (!running && !current.done && !ended) run(current, 0);
    } else if (asked.ask === "stop") {
      [training, running, part] = [null, false, null];
      post({ say: "stopped" });
    } else if (asked.ask === "tensors") {
      post({ say: "tensors", step: current.steps, tensors: current.tensors() });
    } else if (asked.ask === "state") {
      post({ say: "state", state: current.state(), seconds: spent / 1000 });
    } else {
      post({ say: "measured", step: current.steps, of: "", ...current.evaluate(asked.pictures) });
    }
  }

  return (/** @type {Asked} */ asked) =>
    guarded(() => {
      if (asked.ask === "begin") begin(asked);
      else if (training) answer(asked, training);
      else throw new Error(`${asked.ask}: there is no training`);
    });
}
