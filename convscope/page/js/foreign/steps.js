/** A file's steps: which operators are shown, what each reads and is. As convscope/foreign/reading.py. */

import { phrase } from "../kit/i18n.js";
import { sizeOfShape } from "../engine/tensors/tensor.js";
import { layerWith } from "./known.js";
import { attributesSaid, layerOfOperator } from "./layers.js";
import { mergedLayers } from "./patterns.js";
import { attentionsOf } from "./attention.js";
import { refused } from "./fault.js";

/** @typedef {import("../formula/layers.js").LayerPlan} LayerPlan */
/** @typedef {import("../types.js").Ending} Ending */
/** @typedef {import("./constants.js").Constant} Constant */
/** @typedef {import("./graph.js").ForeignGraph} ForeignGraph */
/** @typedef {import("./known.js").Known} Known */
/** @typedef {import("./scaling.js").Scaling} Scaling */
/**
 * @typedef {object} ForeignStep
 * @property {string} name @property {string} label its operator with its numbers
 * @property {string} makes the graph's name of what it makes
 * @property {LayerPlan | null} layer @property {Record<string, Constant>} tensors
 * @property {number[]} sources the steps that it reads, −1 the picture
 * @property {number} type @property {number[]} shape (1, …) of what it makes
 * @property {number} parameters the learned numbers that no step before it has counted
 * @property {number} rounded the steps to whose multiples the file rounds what it makes; 0 where it rounds nothing
 */

const NAMED_ENDINGS = ["softmax", "log_softmax", "sigmoid"];
const PICTURE_SOURCE = -1;

/**
 * The steps that make `output`, without those within a layer or before the first.
 * @param {ForeignGraph} given as the file has it @param {ForeignGraph} graph laid as maps
 * @param {string} output @param {Scaling} scaling
 * @param {boolean} bgr whether the graph reads the channels in the order blue, green, red
 * @returns {ForeignStep[]}
 */
export function stepsOf(given, graph, output, scaling, bgr) {
  const merged = new Map([...mergedLayers(graph), ...attentionsOf(graph)]);
  const written = new Map(given.ops.map((op) => [op.output, op]));
  const before = new Set(scaling.within);
  const needed = new Set([graph.value(output)]);
  for (const op of graph.ops.slice().reverse())
    if (needed.has(op.output)) for (const name of op.inputs) needed.add(name);
  const shown = graph.ops.filter(
    ({ output: name }) => needed.has(name) && merged.get(name) !== null && !before.has(name) && name !== scaling.value,
  );
  const places = new Map([scaling.value, graph.picture, ...before].map((name) => [name, PICTURE_SOURCE]));
  const counted = new Set();
  /** @type {ForeignStep[]} */
  const found = [];
  for (const op of shown) {
    const one = merged.get(op.output) ?? layerOfOperator(graph, op);
    const read = (one ? one.sources : op.inputs).filter((name) => places.has(name));
    const learned = (one ? one.learned : op.inputs).filter((name) => graph.constants.has(name));
    let parameters = 0;
    for (const root of learned.flatMap((name) => [...(graph.roots.get(name) ?? [])])) {
      if (!counted.has(root)) parameters += graph.learned.get(root) ?? 0;
      counted.add(root);
    }
    const all = read.map((name) => places.get(name) ?? PICTURE_SOURCE);
    let step = {
      name: op.name,
      makes: op.output,
      label: one?.label ?? attributesSaid(written.get(op.output) ?? op),
      sources: one?.layer ? all : [...new Set(all)],
      layer: one?.layer ?? null,
      tensors: one?.tensors ?? {},
      type: op.type,
      shape: ofOnePicture(op.shape),
      parameters,
      rounded: one?.rounded ?? 0,
    };
    if (bgr && step.sources.includes(PICTURE_SOURCE)) step = turnedAround(step);
    const onMaps =
      read.some((name) => graph.shapes.get(name)?.length === 4) && step.layer?.is !== layerWith("flatten").is;
    if (step.layer && onMaps && step.shape.length === 2) {
      found.push({ ...step, shape: [...step.shape, 1, 1] });
      step = { ...step, sources: [found.length - 1], layer: layerWith("flatten"), tensors: {}, label: "Flatten" };
      step.parameters = 0;
    }
    places.set(op.output, found.length);
    found.push(step);
  }
  if (!found.length) throw refused("foreign.output.constant", { got: output });
  return found;
}

/**
 * The shape of what was made of one picture as (1, …), also where its first axis counts something else; of more than
 * three axes besides, those in the middle as one, as a page shows maps. @param {number[]} shape
 */
function ofOnePicture(shape) {
  const whole = shape[0] === 1 ? shape : [1, ...shape];
  return whole.length <= 4 ? whole : [1, whole[1], sizeOfShape(whole.slice(2, -1)), whole[whole.length - 1]];
}

/**
 * A first step that is to read red, green, blue; a box where it is no convolution of all channels. @param {ForeignStep}
 * step @returns {ForeignStep}
 */
function turnedAround(step) {
  const { weight } = step.tensors;
  const mixes = step.layer?.is === layerWith("conv", { channels: 1, kernel: 1 }).is && step.layer.groups === 1;
  if (!mixes) return { ...step, layer: null, tensors: {} };
  const [, depth, rows, columns] = weight.shape;
  const area = rows * columns;
  const values = Float32Array.from(weight.values, (_, i) => {
    const channel = Math.floor(i / area) % depth;
    return weight.values[i + (depth - 1 - 2 * channel) * area];
  });
  return { ...step, tensors: { ...step.tensors, weight: { ...weight, values } } };
}

/** What the last step makes of scores, "maps" where it makes none. @param {ForeignStep[]} steps @returns {Ending} */
export function endingOf(steps) {
  const { label, shape } = withoutRounding(steps).slice(-1)[0];
  return endingNamed(label, shape);
}

/** @param {string} label @param {number[]} shape (N, …) @returns {Ending} */
function endingNamed(label, shape) {
  if (shape.length < 2)
    throw refused("module.scores", { got: `(${shape.join(", ")})`, expected: phrase("module.scores.expected") });
  if (shape.slice(2).some((n) => n !== 1)) return "maps";
  const word = label.toLowerCase().split("(")[0].replace(/_/g, "");
  if (word === "softmax" && shape[1] > 1) return "softmax";
  if (word === "logsoftmax" && shape[1] > 1) return "log_softmax";
  return word === "sigmoid" ? "sigmoid" : "logits";
}

/** Without the rounding of what a softmax, its logarithm or a sigmoid makes at the end. @param {ForeignStep[]} steps */
function withoutRounding(steps) {
  const [last, before] = [steps[steps.length - 1], steps[steps.length - 2]];
  if (!before || !last.rounded || last.sources.join() !== String(steps.length - 2)) return steps;
  return NAMED_ENDINGS.includes(endingNamed(before.label, before.shape)) ? steps.slice(0, -1) : steps;
}

/** Up to the scores: without a softmax, its logarithm or a sigmoid at the end. @param {ForeignStep[]} all */
export function scoredSteps(all) {
  const steps = withoutRounding(all);
  const last = steps[steps.length - 1];
  const ends = NAMED_ENDINGS.includes(endingOf(all)) && steps.length > 1;
  return ends && last.sources.join() === String(steps.length - 2) ? steps.slice(0, -1) : steps;
}
