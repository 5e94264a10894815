/**
 * A foreign ONNX file, read in the page: what it reads, and its network as the payload of a see-through page. As
 * convscope/foreign/reading.py and convscope/explain/subject/foreign_target.py, without a runtime beside it.
 */

import { phrase } from "../kit/i18n.js";
import { TYPES } from "../engine/tensors/tensor.js";
import { programsOf } from "./boxes.js";
import { FOREIGN, refused } from "./fault.js";
import { foldGraph } from "./graph.js";
import { laidGraph } from "./laying.js";
import { nodesOf } from "./nodes.js";
import { readsAs } from "./preprocessing.js";
import { scalingOf } from "./scaling.js";
import { endingOf, scoredSteps, stepsOf } from "./steps.js";

/** @typedef {import("../kit/i18n.js").Phrase} Phrase */
/** @typedef {import("../kit/i18n.js").Translate} Translate */
/** @typedef {import("../types.js").Payload} Payload */
/** @typedef {import("../types.js").Shape} Shape */
/** @typedef {import("./opening.js").Opened} Opened */
/** @typedef {import("./preprocessing.js").Asked} Asked */
/** @typedef {import("./preprocessing.js").ReadsAs} ReadsAs */
/** @typedef {import("./sidecar.js").Facts} Facts */
/**
 * @typedef {object} ReadNetwork
 * @property {Payload} payload
 * @property {ReadsAs} reads how its pictures are read
 * @property {boolean} open whether the file leaves rows and columns open
 * @property {Phrase[]} notes what is to be said of it
 * @property {string[]} outputs @property {string} output
 */

/**
 * @param {Opened} opened @param {string} title @param {Facts} facts @param {Asked} asked @param {Translate} t
 * @returns {ReadNetwork}
 */
export function readNetwork(opened, title, facts, asked, t) {
  const { picture, outputs } = opened;
  const sizes = picture.dims ?? [];
  const last = sizes.length === 4 && isChannels(sizes[3]) && !isChannels(sizes[1]);
  const shape = pictureShape(sizes, last, asked.size ?? facts.size);
  const [c, h, w] = shape;
  const fed = sizes.length === 4 ? (last ? [1, h, w, c] : [1, c, h, w]) : [1, c * h * w];
  const graph = foldGraph(opened, fed);
  const output = outputNamed(outputs, asked.output);
  const unsized = graph.unsized.get(graph.value(output));
  if (unsized) throw refused("foreign.shapes", { where: unsized.where });
  if (!graph.ops.some((op) => op.output === graph.value(output)))
    throw refused("foreign.output.constant", { got: output });
  const scaling = scalingOf(graph, c);
  const bytes = picture.type !== TYPES.float;
  const reads = readsAs(shape, scaling, bytes, facts, asked);
  const axes = sizes.length === 4 ? (last ? "nhwc" : "nchw") : "nc";
  const laid = laidGraph(graph, axes);
  const all = stepsOf(graph, laid, output, scaling, asked.bgr);
  const ending = endingOf(all);
  const programs = programsOf(graph, laid, { name: scaling.value, bgr: asked.bgr });
  const { nodes, tensors } = nodesOf(scoredSteps(all), { name: scaling.value, shape }, programs, t);
  const end = nodes[nodes.length - 1];
  const count = ending === "maps" ? 0 : end.output.reduce((a, b) => a * b, 1);
  const named = facts.classes.length === count;
  const notes = notesOf(
    opened,
    tensors,
    all.some(({ rounded }) => rounded > 0),
    outputs,
    output,
  );
  const payload = foreignPayload({ title, nodes, ending, input: reads.input }, tensors, count);
  if (named) payload.classes = facts.classes;
  payload.figures.parameters = all.reduce((sum, { parameters }) => sum + parameters, 0);
  const open = sizes.length === 4 && (last ? !sizes[1] || !sizes[2] : !sizes[2] || !sizes[3]);
  return { payload, reads, open, notes, outputs, output };
}

/** @param {number} n */
function isChannels(n) {
  return n === 1 || n === 3 || n === 4;
}

/** What a picture must be, (C, H, W). @param {number[]} sizes as the file says them, 0 where open @param {boolean} last
 * @param {[number, number] | null} wanted @returns {Shape} */
function pictureShape(sizes, last, wanted) {
  const [rows, columns] = wanted ?? [FOREIGN.bounds.usual, FOREIGN.bounds.usual];
  if (sizes.length === 4) {
    const [c, h, w] = last ? [sizes[3], sizes[1], sizes[2]] : sizes.slice(1);
    return [c || 3, h || rows, w || columns];
  }
  const side = Math.sqrt(sizes[1] ?? 0);
  if (sizes.length === 2 && side > 0 && Number.isInteger(side)) return [1, side, side];
  throw refused("foreign.reads", { got: `(${sizes.join(", ")})`, expected: phrase("foreign.reads.expected") });
}

/** @param {string[]} names @param {string | null} wanted */
function outputNamed(names, wanted) {
  const found = wanted ?? names[0];
  if (found === undefined || !names.includes(found))
    throw refused("foreign.output", { got: String(found ?? "0"), expected: names.slice(0, 8).join(", ") });
  return found;
}

/**
 * @param {Opened} opened @param {Record<string, import("../types.js").Numbers32>} tensors @param {boolean} rounds
 * @param {string[]} outputs @param {string} output
 */
function notesOf({ cast, quantised }, tensors, rounds, outputs, output) {
  /** @type {Phrase[]} */
  const notes = [];
  if (cast) notes.push(phrase("foreign.cast"));
  if (quantised) notes.push(rounds ? phrase("drop.rounded") : phrase("foreign.quantised"));
  let unsound = 0;
  /** @type {Set<string>} */
  const layers = new Set();
  for (const [name, { values }] of Object.entries(tensors)) {
    let bad = 0;
    for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) bad++;
    unsound += bad;
    if (bad) layers.add(name.slice(0, name.lastIndexOf(".")));
  }
  if (unsound) notes.push(phrase("note.unsound", { n: unsound, layers: [...layers].slice(0, 5).join(", ") }));
  if (outputs.length > 1) notes.push(phrase("drop.outputs", { n: outputs.length, name: output }));
  return notes;
}

/**
 * A payload without samples.
 * @param {Pick<Payload, "title" | "nodes" | "ending" | "input"> & Partial<Payload>} network
 * @param {Record<string, import("../types.js").Numbers32>} tensors
 * @param {number} count of scores
 * @returns {Payload}
 */
export function foreignPayload(network, tensors, count) {
  const { nodes, input } = network;
  const boxes = nodes.some(({ kind }) => kind === "opaque");
  return {
    format: "convscope-payload",
    version: 3,
    tensors: /** @type {any} */ (tensors),
    formula: "",
    classes: Array.from({ length: count }, (_, i) => String(i)),
    language: "auto",
    temperature: 1,
    rejection: null,
    rounding: null,
    samples: {
      pictures: { dtype: "uint8", shape: [0, ...input.shape], data: "" },
      labels: [],
      names: [],
      logits: { dtype: "float32", shape: [0, count], data: "" },
      by: "",
    },
    maps: null,
    channels: null,
    channels_of: null,
    errors: null,
    run: null,
    figures: {
      parameters: nodes.reduce((sum, node) => sum + node.parameters, 0),
      macs: boxes ? null : nodes.reduce((sum, node) => sum + node.macs, 0),
      test: null,
      train_seconds: null,
    },
    left_out: ["data"],
    credit: null,
    weights_credit: null,
    proof: null,
    names: {},
    against: null,
    lab: null,
    ...network,
  };
}
