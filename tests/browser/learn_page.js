import { startLearning } from "../../convscope/page/js/learn/client.js";
import { unpack } from "../../convscope/page/js/engine/binary.js";
import { makeEngine } from "../../convscope/page/js/engine/engine.js";
import { trainedNetwork } from "../../convscope/page/js/lab/training/network.js";
import { writeModel } from "../../convscope/page/js/modelfile/writing.js";

/** A page that trains in a worker and keeps what the worker said, for tests and for benchmarks/learning.py. */
const payload = JSON.parse(document.getElementById("payload")?.textContent ?? "");
/** @type {any} */
const at = { said: [], learner: null, frames: [] };

/** A message with its arrays: they come as base64, or by the name of one that the page keeps. @param {any} value */
function given(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  if (typeof value.kept === "string") return unpack(payload.kept[value.kept]);
  if (typeof value.dtype === "string") return unpack(value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, given(one)]));
}

/** @param {number} time */
function frame(time) {
  at.frames.push(time);
  requestAnimationFrame(frame);
}

Object.assign(globalThis, {
  learning: {
    start: (/** @type {number | null} */ workers) => {
      at.learner?.end();
      at.said = [];
      at.learner = startLearning(payload.script, payload.modules, (said) => at.said.push(said), workers ?? undefined);
    },
    ask: (/** @type {any} */ message) => at.learner.ask(given(message)),
    // What was said so far, weights left out.
    said: () => at.said.map((/** @type {any} */ one) => ({ ...one, tensors: one.tensors && Object.keys(one.tensors) })),
    tensors: (/** @type {number} */ i) =>
      Object.fromEntries(
        Object.entries(at.said[i].tensors).map(([name, values]) => [name, Array.from(/** @type {any} */ (values))]),
      ),
    // The model file of the weights that message i brought, in base64, and the classes that the engine tells with them.
    file: (/** @type {number} */ i, /** @type {any} */ network) =>
      btoa(Array.from(writeModel({ ...network, tensors: at.said[i].tensors }), (c) => String.fromCharCode(c)).join("")),
    classes: (/** @type {number} */ i, /** @type {any} */ network, /** @type {number[][]} */ pictures) => {
      const trainer = /** @type {any} */ ({ asked: network, tensors: at.said[i].tensors });
      const engine = makeEngine(/** @type {any} */ (trainedNetwork(trainer)));
      const scores = pictures.map((picture) => Array.from(engine.forward(picture).logits));
      return scores.map((row) => row.indexOf(Math.max(...row)));
    },
    frames: () => at.frames.splice(0),
    watch: () => requestAnimationFrame(frame),
  },
});
