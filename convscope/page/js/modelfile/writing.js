/**
 * A network as model.onnx, written by the page: the very bytes that convscope/modelfile/writing.py makes of the same
 * network, weights and facts. docs/model-file.md is the contract.
 */

import { unpack } from "../engine/binary.js";
import { phrase } from "../kit/i18n.js";
import { sha256 } from "../kit/sha256.js";
import { kindOf } from "../engine/kinds/all.js";
import { ModelFault } from "./fault.js";
import { graphOf, weightShapes } from "./graph.js";
import { pythonJson, real } from "./json.js";
import { bytesField, wholeBytes, lengthOf, textField, wholeField } from "./protobuf.js";
/** @import {Calibration} from "../learn/calibration.js" */
/** @import {InputSpec, PageNode, Rejection} from "../types.js" */
/** @import {Layer} from "../engine/types.js" */
/** @import {Json} from "./json.js" */
/** @import {Chunks} from "./protobuf.js" */

const IR = 8; // what runtimes of 2022 and later read, with the opset
const OPSET = 17;
const LARGEST = 2 ** 31; // bytes: what readers of Protocol Buffers take
const DIGEST = 64; // of a digest
const ENCODED = new TextEncoder();

/**
 * @typedef {Rejection & {level: number, n: number, refused: number}} RejectionWritten on how many pictures held out it
 * rests, the share of pictures of the classes that is to be answered, and the share of those pictures that is refused
 *
 * @typedef {object} Written a network to write
 * @property {PageNode[]} nodes
 * @property {InputSpec & {white?: number}} input what pictures it reads; `resize` names the rule that brings them to
 * size
 * @property {string[]} classes a name for each score, in order
 * @property {Record<string, Float32Array>} tensors weights and running statistics, by torch's names
 * @property {Record<string, Uint8Array>} [halves] the bytes of those weights that are kept in half precision
 * @property {string} formula of the nodes
 * @property {Calibration | null} [calibration] null where nobody measured one: then probabilities are softmax(logits)
 * @property {RejectionWritten | null} [rejection] null where it knows of no outsiders
 * @property {Record<string, Json>} [facts] what the writer knows of the training: modelfile/facts.js
 */

/**
 * Return the bytes of a model file, digest included. The same network gives the same bytes. Throws a ModelFault for
 * numbers, names or sizes that no reader would take.
 * @param {Written} network
 */
export function writeModel({ nodes: given, input, classes, tensors, formula, calibration = null, ...more }) {
  const { rejection = null, facts = {}, halves = {} } = more;
  /** @type {Layer[]} */
  const nodes = given.map((node) => ({ ...node, input: node.inputs[0], module: kindOf(node), tensors: {} }));
  checkEnds(nodes, input, classes);
  checkWeights(nodes, tensors);
  const records = {
    "convscope.format": "5",
    "convscope.formula": formula,
    "convscope.classes": pythonJson(classes),
    "convscope.input": pythonJson(inputRecord(input)),
    ...(calibration ? { "convscope.calibration": pythonJson(calibrationRecord(calibration)) } : {}),
    ...(rejection ? { "convscope.rejection": pythonJson(rejectionRecord(rejection)) } : {}),
    "convscope.facts": pythonJson(facts),
  };
  /** @type {Chunks} */
  const model = [
    ...wholeField(1, IR),
    ...textField(2, "convscope"),
    ...bytesField(
      7,
      graphOf(nodes, input, tensors, calibration && calibration.temperature, rejection && learnedOf(rejection), halves),
    ),
    ...bytesField(8, textField(1, ""), wholeField(2, OPSET)),
    ...Object.entries(records).flatMap(([name, value]) => recordOf(name, value)),
    ...recordOf("convscope.digest", "0".repeat(DIGEST)),
  ];
  const size = lengthOf(model);
  if (size > LARGEST) throw modelFault("model.large", {}, phrase("value.bytes", { n: size }));
  const bytes = wholeBytes(model);
  bytes.set(ENCODED.encode(sha256(bytes.subarray(0, -DIGEST))), size - DIGEST);
  return bytes;
}

/** ModelProto.metadata_props. @param {string} key @param {string} value */
function recordOf(key, value) {
  return bytesField(14, textField(1, key), textField(2, value));
}

/** @param {Written["input"]} input @returns {Json} */
function inputRecord({ shape, mean, std, resize, invert, white = 0, centred }) {
  const more = { ...(white ? { white } : {}), ...(centred ? { centred } : {}) };
  return { shape, mean: mean.map(real), std: std.map(real), resize, invert, ...more };
}

/** @param {Calibration} calibration @returns {Json} */
function calibrationRecord({ temperature, n, before, after, misses }) {
  const [first, second] = [before, after].map(({ nll, ece }) => ({ nll: real(nll), ece: real(ece) }));
  return { temperature: real(temperature), n, before: first, after: second, misses: misses.map(real) };
}

/** @param {RejectionWritten} rejection @returns {Json} */
function rejectionRecord({ threshold, level, n, refused, parts }) {
  const written = parts.map(({ name, middle, spread }) => ({ name, middle: real(middle), spread: real(spread) }));
  return { threshold: real(threshold), level: real(level), n, refused: real(refused), parts: written };
}

/** @param {RejectionWritten} rejection */
function learnedOf(rejection) {
  const unpacked = Object.entries(rejection.tensors).map(([name, one]) => [name, unpack(one)]);
  return { rejection, learned: /** @type {Record<string, Float32Array>} */ (Object.fromEntries(unpacked)) };
}

/** @param {Layer[]} nodes @param {InputSpec} input @param {string[]} classes */
function checkEnds(nodes, { shape, mean, std }, classes) {
  const last = nodes[nodes.length - 1];
  const numbers = [...mean, ...std];
  const [k, rows, columns] = last.output;
  if (nodes[0].inputs[0].join() !== shape.join())
    throw modelFault("plan.input", {}, nodes[0].inputs[0].join("×"), shape.join("×"));
  if (rows * columns > 1 || k !== classes.length)
    throw modelFault("model.names", {}, classes.length, k * rows * columns);
  const twice = classes.find((name, i) => classes.indexOf(name) !== i);
  if (twice !== undefined) throw modelFault("model.names.twice", {}, twice);
  if (mean.length !== shape[0] || std.length !== shape[0])
    throw modelFault("spec.channels", { name: "mean, std" }, `${mean.length}, ${std.length}`, shape[0]);
  if (!numbers.every((n) => Math.abs(n) <= 1e6) || Math.min(...std) <= 1e-6)
    throw modelFault("spec.units", {}, numbers.join(", "));
}

/** @param {Layer[]} nodes @param {Record<string, Float32Array>} tensors */
function checkWeights(nodes, tensors) {
  const shapes = weightShapes(nodes);
  const known = new Set(shapes.map(({ name }) => name));
  const other =
    shapes.find(({ name }) => !tensors[name])?.name ?? Object.keys(tensors).find((name) => !known.has(name));
  if (other) throw modelFault("weights.names", {}, phrase("weights.names.got", { name: other }));
  for (const { name, shape } of shapes) {
    const [values, count] = [tensors[name], shape.reduce((a, b) => a * b, 1)];
    if (values.length !== count) throw modelFault("weights.shape", { name }, values.length, shape.join("×"));
    if (!values.every(Number.isFinite)) throw modelFault("weights.finite", { name });
    if (name.endsWith(".running_var") && values.some((value) => value < 0))
      throw modelFault("weights.variance", { name });
  }
}

/**
 * @param {string} key @param {Record<string, string>} words what is wrong
 * @param {import("../kit/i18n.js").Phrase | string | number} [got] @param {string | number} [expected]
 */
function modelFault(key, words, got, expected) {
  const what = phrase(key, words);
  if (got === undefined) return new ModelFault(what);
  if (expected === undefined) return new ModelFault(phrase("error.got", { what, got }));
  return new ModelFault(phrase("error.both", { what, got, expected }));
}
