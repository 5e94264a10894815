/**
 * A model.onnx that convscope wrote, read in the page: digest first, then what its records say (docs/model-file.md).
 */

import { phrase } from "../kit/i18n.js";
import { sha256 } from "../kit/sha256.js";
import { PlanFault } from "../formula/fault.js";
import { pageNodesOf } from "../formula/page_nodes.js";
import { resolveFormula } from "../formula/parse.js";
import { planText } from "../formula/plan.js";
import { tracePlan } from "../formula/trace.js";
import { kindOf } from "../engine/kinds/all.js";
import { weightShapes } from "../modelfile/graph.js";
import { sizeOfShape, TYPES } from "../engine/tensors/tensor.js";
import { refused } from "./fault.js";
import { foreignPayload } from "./reading.js";

/** @typedef {import("../types.js").Numbers32} Numbers32 */
/** @typedef {import("../types.js").Payload} Payload */
/** @typedef {import("../types.js").Rejection} Rejection */
/** @typedef {import("./opening.js").Opened} Opened */
/** @typedef {import("./constants.js").Constant} Constant */
/** @typedef {import("../kit/i18n.js").Translate} Translate */

const NEWEST_FORMAT = 6;
const UNSIGNED_ZERO = 128; // the byte without a sign that stands for a weight of 0
const DIGEST_LENGTH = 64; // hexadecimal digits at the end of a file
const WIDEST_FEATURES = 512; // numbers of a picture that a rejection compares; more are averaged in groups
const FITTED =
  /^outsider\.((?:picture\.(?:centre|whitening))|features\.(?:centre|directions|background|within|means))$/;

/** Whether a file says that convscope wrote it. @param {Opened} opened */
export function isOwnFile({ metadata }) {
  return "convscope.format" in metadata;
}

/** Refuse a file that does not end in the digest of everything before that. @param {Uint8Array} bytes */
export function checkDigest(bytes) {
  const end = bytes.length - DIGEST_LENGTH;
  const said = new TextDecoder("latin1").decode(bytes.subarray(end));
  if (sha256(bytes.subarray(0, end)) !== said) throw refused("model.damaged", { hint: phrase("model.damaged.try") });
}

/**
 * The payload of a model file whose digest fits: names, temperature, preprocessing and rejection as its records say.
 * @param {Opened} opened @param {string} title @param {Translate} t @returns {Payload}
 */
export function readOwn({ metadata, tensors }, title, t) {
  const format = Number(metadata["convscope.format"]);
  if (!(format >= 1)) throw refused("model.version", { got: metadata["convscope.format"] });
  if (format > NEWEST_FORMAT) throw refused("model.newer", { got: phrase("model.newer.format", { n: format }) });
  const record = (/** @type {string} */ name) => recordOfFile(metadata, `convscope.${name}`);
  const [classes, input] = [record("classes"), record("input")];
  const [calibration, rejection, facts] = ["calibration", "rejection", "facts"].map((name) => record(name));
  if (!Array.isArray(classes) || !Array.isArray(input?.shape)) throw refused("model.records");
  const plan = resolveFormula(metadata["convscope.formula"] ?? "");
  const nodes = pageNodesOf(tracePlan(plan, input.shape, Math.max(1, classes.length)), t);
  if (nodes[nodes.length - 1].output[0] !== classes.length)
    throw refused("model.names", { got: String(classes.length), expected: String(nodes[nodes.length - 1].output[0]) });
  const layers = nodes.map((node) => ({ ...node, input: node.inputs[0], module: kindOf(node), tensors: {} }));
  /** @type {Record<string, Numbers32>} */
  const weights = {};
  for (const { name, shape } of weightShapes(layers)) weights[name] = floatsOf(tensors, name, shape);
  const network = {
    title,
    formula: planText(plan),
    nodes,
    classes: classes.map(String),
    ending: /** @type {const} */ ("softmax"),
    temperature: calibration?.temperature ?? 1,
    rejection: rejection ? rejectionOf(rejection, layers, tensors) : null,
    input: {
      shape: input.shape,
      mean: input.mean,
      std: input.std,
      invert: input.invert ?? "no",
      centred: input.centred ?? false,
      resize: input.resize ?? "",
    },
  };
  const payload = foreignPayload(network, weights, classes.length);
  const { accuracy, loss } = facts?.test ?? {};
  if (typeof accuracy === "number" && typeof loss === "number") payload.figures.test = { accuracy, loss };
  return payload;
}

/** @param {Record<string, string>} metadata @param {string} name @returns {any} */
function recordOfFile(metadata, name) {
  try {
    return metadata[name] === undefined ? null : JSON.parse(metadata[name]);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refused("model.records");
  }
}

/**
 * A weight, which may stand in half precision, or as whole numbers times a scale for each filter.
 * @param {Opened["tensors"]} tensors @param {string} name @param {number[]} shape @returns {Numbers32}
 */
function floatsOf(tensors, name, shape) {
  const whole = ["int8", "uint8", "int32"].map((kind) => tensors.get(`${name}.${kind}`)).find(Boolean);
  if (whole) return dequantised(whole, tensors.get(`${name}.scale`), name, shape);
  const found = tensors.get(name) ?? tensors.get(`${name}.half`);
  if (!found) throw formOf("model.form.unmatched", name);
  if (found.type !== TYPES.float || found.shape.join() !== shape.join()) throw formOf("model.form.shape", name);
  const values = /** @type {Float32Array} */ (found.values);
  if (!values.every(Number.isFinite)) throw formOf("model.form.numbers", name);
  return { dtype: "float32", shape, values };
}

/**
 * Whole numbers times the scale of their filter, the first of a weight's sizes.
 * @param {Constant} whole @param {Constant | undefined} scale @param {string} name @param {number[]} shape
 * @returns {Numbers32}
 */
function dequantised(whole, scale, name, shape) {
  if (whole.shape.join() !== shape.join() || scale?.shape.join() !== `${shape[0]}`)
    throw formOf("model.form.shape", name);
  const each = sizeOfShape(shape.slice(1));
  const zero = whole.type === TYPES.uint8 ? UNSIGNED_ZERO : 0;
  const values = Float32Array.from(
    whole.values,
    (value, i) => (Number(value) - zero) * Number(scale.values[Math.floor(i / each)]),
  );
  if (!values.every(Number.isFinite)) throw formOf("model.form.numbers", name);
  return { dtype: "float32", shape, values };
}

/** @param {string} key @param {string} name @returns {PlanFault} */
function formOf(key, name) {
  return refused("model.form", {}, { reason: /** @type {any} */ (phrase(key, { name })) });
}

/**
 * From where on a picture is none of the classes. As Rejection.of in convscope/explain/payload/records.py.
 * @param {any} record @param {import("../engine/types.js").Layer[]} layers @param {Opened["tensors"]} tensors
 * @returns {Rejection}
 */
function rejectionOf(record, layers, tensors) {
  const learned = new Set(weightShapes(layers).map(({ name }) => name.slice(0, name.lastIndexOf("."))));
  const reader = layers.filter(({ name }) => learned.has(name)).pop();
  const features = reader ? reader.sources[0] : -1;
  const size = sizeOfShape(features < 0 ? layers[0].inputs[0] : layers[features].output);
  /** @type {Rejection["tensors"]} */
  const fitted = {};
  for (const [name, { shape, values }] of tensors) {
    const end = FITTED.exec(name)?.[1];
    if (end) fitted[end] = /** @type {any} */ ({ dtype: "float32", shape, values });
  }
  return {
    threshold: record.threshold,
    parts: record.parts,
    features,
    group: Math.ceil(size / WIDEST_FEATURES),
    tensors: fitted,
  };
}
