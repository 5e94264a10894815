/** What a training in the page has learned as model.onnx, with what is known of the training. */

import { FAST } from "../../learn/recipe.js";
import { factsOf } from "../../modelfile/facts.js";
import { writeModel } from "../../modelfile/writing.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./trainer.js").Asked} Asked */
/** @typedef {import("./trainer.js").Measure} Measure */
/** @typedef {import("./trainer.js").Tensors} Tensors */
/**
 * @typedef {object} Learned what a training has come to, at one step
 * @property {Asked} asked
 * @property {number} step
 * @property {Tensors} tensors
 * @property {Measure[]} measures
 * @property {import("./trainer.js").Calibrated | null} [calibrated]
 * @property {import("../../modelfile/writing.js").RejectionWritten | null} [rejection]
 * @property {number} seconds
 * @property {string} kernels
 * @property {boolean} sameBits
 */

/**
 * Return the file's bytes. Throws a ModelFault where no reader would take it: a training that diverged.
 * @param {Lab} lab
 * @param {Learned} learned
 */
export function modelFileOf(
  lab,
  { asked, step, tensors, measures, calibrated, rejection, seconds, kernels, sameBits },
) {
  const { nodes, input, classes, formula, pictures, others = {}, seed } = asked;
  const measured = (/** @type {string} */ of) => measures.find((one) => one.of === of && one.step === step) ?? null;
  const count = (/** @type {string} */ of) => others[of]?.labels.length ?? 0;
  const facts = factsOf({
    recipe: { ...FAST, ...asked.recipe },
    named: isDefault(asked.recipe) ? "fast" : "page",
    step,
    seed,
    seconds,
    kernels,
    sameBits,
    data: {
      set: asked.set ?? "page",
      train: pictures.labels.length,
      validation: count("validation"),
      test: count("test"),
    },
    validation: measured("validation"),
    test: measured("test"),
    versions: { convscope: lab.payload.learning.made_by, browser: lab.win.navigator.userAgent },
  });
  const calibration = calibrated?.step === step ? calibrated.found : null;
  return writeModel({ nodes, input, classes, tensors, formula, calibration, rejection, facts });
}

/** Whether it is the default recipe but for the length and what fits. @param {Asked["recipe"]} recipe */
function isDefault(recipe) {
  return Object.keys(recipe).every((name) => name === "steps" || name === "batchSize");
}
