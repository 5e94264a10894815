/** How the last of the six networks became what it is, for the Training view of the page to hand on. */

import { packBytes, packFloats } from "../../../engine/binary.js";
import { makeEngine } from "../../../engine/engine.js";
import { FAST } from "../../../learn/recipe.js";

/** @typedef {import("../../../types.js").Run} Run */
/** @typedef {import("../../../types.js").Snapshot} OwnSnapshot */
/** @typedef {import("../../training/model_file.js").Learned} Learned */
/** @typedef {import("./collection.js").OwnPicture} OwnPicture */
/** @typedef {Pick<import("../../../types.js").Payload, "classes" | "input" | "nodes" | "tensors">} StoryNetwork */
/** @typedef {{step: number, tensors: Record<string, Float32Array>}} Moment */

/** So often the weights are told on the way. */
export const MOMENTS_TOLD = 6;
const ASKED_AGAIN = 30; // pictures that every one of these networks judges

/**
 * @param {{names: string[], pictures: OwnPicture[], network: StoryNetwork, learned: Learned, moments: Moment[],
 * lines: import("../../../learn/training.js").StepLine[]}} training
 * @returns {Run}
 */
export function runOfOwn({ names, pictures, network, learned, moments, lines }) {
  const { shape } = network.input;
  const [first] = pictures;
  const every = Math.ceil(pictures.length / ASKED_AGAIN);
  const asked = pictures.filter((_, i) => i % every === 0);
  return {
    log: lines.map(({ step, loss }) => ({ step, loss })),
    snapshots: moments.map((moment) => snapshotOfOwn(moment, network, first, asked, names.length)),
    picture: packBytes(first.pixels, shape),
    confusion_on: "training sample",
    label_smoothing: learned.asked.recipe.labelSmoothing ?? FAST.labelSmoothing,
  };
}

/**
 * @param {Moment} moment @param {StoryNetwork} network @param {OwnPicture} first
 * @param {OwnPicture[]} asked @param {number} classes
 * @returns {OwnSnapshot}
 */
function snapshotOfOwn({ step, tensors }, network, first, asked, classes) {
  const packed = Object.fromEntries(Object.entries(tensors).map(([name, values]) => [name, packFloats(values)]));
  const engine = makeEngine({ ...network, rejection: null, tensors: packed });
  const seen = engine.forward(first.pixels);
  const confusion = Array.from({ length: classes }, () => Array(classes).fill(0));
  let loss = 0;
  for (const { pixels, label } of asked) {
    const shares = Array.from(engine.forward(pixels).probabilities);
    confusion[label][shares.indexOf(Math.max(...shares))]++;
    loss -= Math.log(Math.max(1e-12, shares[label])) / asked.length;
  }
  const right = confusion.reduce((sum, row, k) => sum + row[k], 0);
  const conv = network.nodes.find(({ window, kind }) => window && kind === "conv");
  /** @type {Record<string, import("../../../types.js").Binary>} */
  const kernels = {};
  if (conv?.window) {
    const values = tensors[`${conv.name}.weight`];
    const [rows, columns] = conv.window.kernel;
    const filters = conv.output[0];
    kernels[`${conv.name}.weight`] = packFloats(values, [
      filters,
      values.length / filters / rows / columns,
      rows,
      columns,
    ]);
  }
  const maps = network.nodes.flatMap(({ name, kind, output }, i) =>
    kind === "relu" ? [[name, packFloats(Float32Array.from(seen.outputs[i]), [...output])]] : [],
  );
  return {
    step,
    tensors: kernels,
    maps: Object.fromEntries(maps),
    scores: packFloats(Float32Array.from(seen.logits)),
    confusion,
    loss,
    accuracy: right / asked.length,
  };
}
