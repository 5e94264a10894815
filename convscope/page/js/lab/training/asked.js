/** From a formula to what a worker is asked to train, or the reason why the page cannot. */

import { phrase } from "../../kit/i18n.js";
import { FAST } from "../../learn/recipe.js";
import { PlanFault } from "../../formula/fault.js";
import { planText } from "../../formula/plan.js";
import { pageNodesOf } from "../../formula/page_nodes.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../formula/trace.js").PlanNetwork} PlanNetwork */
/** @typedef {import("../../learn/pictures.js").Pictures} Pictures */
/** @typedef {import("../../learn/recipe.js").Recipe} Recipe */
/** @typedef {import("./trainer.js").Asked} Asked */

const MOST_BYTES = 1e9; // of all that a worker keeps: a phone has little more

/**
 * Put a training together: an epoch's last pictures that fill no batch are left out, as everywhere in convscope.
 * Throws a PlanFault for a network that does not fit the pictures, or the memory.
 * @param {Lab} lab
 * @param {PlanNetwork} network
 * @param {Pictures} pictures to train on
 * @param {{classes?: string[], set?: string, others?: Record<string, Pictures>, epochs: number, measures?: number,
 * seed?: number, sure?: string, recipe?: Partial<Recipe>, kernels?: string[] | null}} how `measures`: how often it is
 * measured on its way
 * @returns {Asked}
 */
export function askedOf(lab, network, pictures, how) {
  const {
    classes = digitNames(),
    set = how.classes ? "page" : "mnist",
    others = {},
    epochs,
    measures = 10,
    seed = 0,
    sure = "",
    recipe = {},
    kernels = null,
  } = how;
  requireFit(network, pictures, classes.length);
  const batch = Math.min(recipe.batchSize ?? FAST.batchSize, pictures.labels.length);
  requireMemory(network, batch);
  const perEpoch = Math.max(1, Math.floor(pictures.labels.length / batch));
  const steps = Math.max(1, Math.round(epochs * perEpoch));
  return {
    formula: planText(network.plan),
    nodes: pageNodesOf(network, lab.t),
    input: { ...lab.payload.learning.input, shape: pictures.shape },
    classes,
    set,
    pictures,
    others,
    recipe: { ...recipe, batchSize: batch, steps },
    seed,
    every: Math.max(1, Math.round(steps / measures)),
    sure,
    kernels,
  };
}

/** "0" … "9" */
function digitNames() {
  return Array.from("0123456789");
}

/** @param {PlanNetwork} network @param {Pictures} pictures @param {number} classes */
function requireFit(network, pictures, classes) {
  if (network.input.join() !== pictures.shape.join())
    throw new PlanFault(phrase("train.pictures"), {
      got: network.input.join("×"),
      expected: pictures.shape.join("×"),
    });
  const last = network.nodes[network.nodes.length - 1];
  if (last.output.join() !== [classes, 1, 1].join())
    throw new PlanFault(phrase("train.scores"), {
      got: last.output.join("×"),
      expected: String(classes),
      hint: `${planText(network.plan)} + fc`,
    });
  if (!network.parameters) throw new PlanFault(phrase("train.nothing"), { got: planText(network.plan), hint: "fc" });
}

/** @param {PlanNetwork} network @param {number} batch */
function requireMemory(network, batch) {
  const kept = network.nodes.reduce((sum, { output: [c, h, w] }) => sum + c * h * w, 0);
  const bytes = 4 * (2 * batch * kept + 6 * Number(network.parameters));
  if (bytes > MOST_BYTES)
    throw new PlanFault(phrase("train.memory"), {
      got: `${Math.round(bytes / 1e6)} MB`,
      expected: phrase("value.most", { n: `${MOST_BYTES / 1e6} MB` }),
    });
}
