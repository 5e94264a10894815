/** What a step looks like between two of its stages, as plain numbers that a message can carry. */

import { LANES } from "./memory.js";
/** @import {Pictures} from "./pictures.js" */
/** @import {Stage, StepLine, Training} from "./training.js" */
/** @import {Maps} from "./types.js" */

/**
 * @typedef {object} ParameterSeen
 * @property {string} name
 * @property {number[]} shape
 * @property {number} value its first number
 * @property {number} gradient d loss / d that number
 * @property {number} length √Σ gradient² over all of its numbers
 *
 * @typedef {object} StageSeen
 * @property {Stage} stage the one just done
 * @property {number} step the step that it is part of, from 1
 * @property {Uint8Array} pixels the batch's pictures as they are in the set, unchanged and not cut
 * @property {number[]} labels
 * @property {Float32Array | null} scores (n, K), once there are some
 * @property {{loss: number, right: number} | null} figures
 * @property {ParameterSeen[]} parameters
 */

/**
 * Do a training's next step stage by stage: each `next()` does one and tells what is to be seen; the last returns the
 * step's line too.
 * @param {Training} training
 * @param {Pictures} pictures what it learns from
 * @returns {Generator<StageSeen, {seen: StageSeen, line: StepLine}>}
 */
export function* seenStages(training, pictures) {
  const { network } = training;
  const size = pictures.shape[0] * pictures.shape[1] * pictures.shape[2];
  const step = training.steps + 1;
  const stages = training.stages();
  let seen = /** @type {StageSeen} */ ({ stage: "batch", step, scores: null, figures: null });
  for (let next = stages.next(); ; next = stages.next()) {
    const parameters = network.parameters.map(({ name, shape, values, gradient }) => ({
      name,
      shape,
      value: values.values[0],
      gradient: gradient.values[0],
      length: Math.sqrt(gradient.values.reduce((sum, g) => sum + g * g, 0)),
    }));
    if (next.done) return { seen: { ...seen, stage: "update", parameters }, line: next.value };
    const { stage, chosen, figures = null } = next.value;
    if (stage === "batch") {
      const pixels = new Uint8Array(chosen.length * size);
      chosen.forEach((at, n) => pixels.set(pictures.pixels.subarray(at * size, (at + 1) * size), n * size));
      Object.assign(seen, { pixels, labels: Array.from(chosen, (at) => pictures.labels[at]) });
    }
    const scores = stage === "batch" || stage === "zero" ? null : scoresOf(network.logits, chosen.length);
    seen = { ...seen, stage, figures, scores, parameters };
    yield seen;
  }
}

/** Scores picture by picture. @param {Maps} logits @param {number} count */
function scoresOf({ block, channels }, count) {
  return Float32Array.from({ length: count * channels }, (_, i) => {
    const n = Math.floor(i / channels);
    return block.values[(Math.floor(n / LANES) * channels + (i % channels)) * LANES + (n % LANES)];
  });
}
