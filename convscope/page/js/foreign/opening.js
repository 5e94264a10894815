/** A file as a checked model: its price taken, its operators known, one picture in. As convscope/foreign/opening.py. */

import { grouped } from "../formula/fault.js";
import { phrase } from "../kit/i18n.js";
import { TYPES, held, isOtherFloat, sizeOfShape } from "../engine/tensors/tensor.js";
import { checkTensor, constantOf } from "./constants.js";
import { FOREIGN, atMost, refused } from "./fault.js";
import { modelOf } from "./messages.js";
import { priceFile } from "./wire.js";

/** @typedef {import("./constants.js").Constant} Constant */
/** @typedef {import("./messages.js").ModelMessage} ModelMessage */
/** @typedef {import("./messages.js").NodeMessage} NodeMessage */
/** @typedef {import("./messages.js").TensorMessage} TensorMessage */
/** @typedef {import("./messages.js").ValueMessage} ValueMessage */
/**
 * @typedef {object} Opened a model whose parts are sound one by one
 * @property {NodeMessage[]} nodes @property {Record<string, any>[]} attributes one a node, tensors as constants
 * @property {Map<string, Constant>} tensors by name
 * @property {ValueMessage} picture the input that is no tensor @property {string[]} outputs
 * @property {Map<string, ValueMessage>} known what the file says of its values
 * @property {number} opset @property {Record<string, string>} metadata @property {string} producer
 * @property {boolean} cast whether numbers of another precision were brought to float32
 * @property {boolean} quantised
 */

const TORCH_SLOPE = 1 / 6; // of the hard sigmoid that the formula has

/** @param {Uint8Array} bytes @returns {Opened} */
export function openModel(bytes) {
  priceFile(bytes);
  const model = modelOf(bytes);
  const { graph } = model;
  const opset = opsetVersion(model);
  for (const node of graph.nodes) checkNode(node, opset);
  /** @type {Map<string, Constant>} */
  const tensors = new Map();
  let [cast, weights] = [false, 0];
  const constant = (/** @type {TensorMessage} */ tensor) => {
    checkTensor(tensor);
    weights += sizeOfShape(tensor.dims);
    cast ||= isOtherFloat(tensor.type);
    return constantOf(tensor);
  };
  for (const tensor of graph.tensors) tensors.set(tensor.name, constant(tensor));
  const attributes = graph.nodes.map((node) => {
    const entries = Object.entries(node.attributes).map(([name, value]) => {
      const isTensor = typeof value === "object" && !Array.isArray(value);
      if ((name === "to" || name === "dtype") && isOtherFloat(Number(value))) cast = true;
      return [name, isTensor ? constant(value) : value];
    });
    return Object.fromEntries(entries);
  });
  const { constants: most } = FOREIGN.bounds; // of which each is four bytes here, whatever it was in the file
  if (weights > most) throw refused("foreign.constants", { got: grouped(weights), expected: atMost(most) });
  const inputs = graph.inputs.filter(({ name }) => !tensors.has(name));
  if (inputs.length !== 1) {
    const names = inputs.slice(0, 8).map(({ name }) => name);
    const got = inputs.length ? `${inputs.length}: ${names.join(", ")}` : "0";
    throw refused("foreign.inputs", { got, expected: "1" });
  }
  const [picture] = inputs;
  if (isOtherFloat(picture.type)) [picture.type, cast] = [TYPES.float, true];
  const written = writtenOut(graph.nodes, attributes, tensors, opset);
  return {
    ...written,
    tensors,
    picture,
    outputs: graph.outputs.map(({ name }) => name),
    known: new Map([...graph.known, ...graph.outputs].map((value) => [value.name, value])),
    opset,
    metadata: model.metadata,
    producer: model.producer,
    cast,
    quantised: graph.nodes.some(({ kind }) => FOREIGN.quantised.includes(kind)),
  };
}

/** @param {ModelMessage} model */
function opsetVersion({ opsets }) {
  const { oldest, newest } = FOREIGN.bounds;
  const opset = opsets[""] ?? opsets["ai.onnx"] ?? 0;
  if (!(opset >= oldest && opset <= newest))
    throw refused("foreign.opset", { got: String(opset), expected: `${oldest} … ${newest}` });
  return opset;
}

/** @param {NodeMessage} node @param {number} opset */
function checkNode({ kind, name, domain, inputs, outputs }, opset) {
  const { operators, by_chance: byChance, quantised, bounds } = FOREIGN;
  const own = ["", "ai.onnx"].includes(domain) && Object.hasOwn(operators, kind) && operators[kind] <= opset;
  const known = own || (domain === "com.microsoft" && quantised.includes(kind));
  if (!known || byChance.includes(kind)) throw refusedOperator(kind, domain, opset);
  if (Math.max(inputs.length, outputs.length) > bounds.inputs || !outputs.length)
    throw refused("foreign.node", { where: name || kind });
}

/**
 * Why an operator is not read. As foreign/opening.py.
 * @param {string} kind
 * @param {string} domain
 * @param {number} opset
 */
function refusedOperator(kind, domain, opset) {
  const name = domain ? `${domain}.${kind}` : kind;
  if (domain === "com.microsoft" && kind.startsWith("Q"))
    return refused("foreign.qoperator", { hint: phrase("foreign.qoperator.try") }, { name });
  if (!["", "ai.onnx"].includes(domain)) return refused("foreign.operator", {}, { name });
  const { operators } = FOREIGN;
  if (Object.hasOwn(operators, kind) && operators[kind] <= opset) return refused("foreign.chance", {}, { name });
  return refused("foreign.operator.opset", {}, { name, opset });
}

/**
 * Hard sigmoids of another slope than the formula's as a product, a sum and a clip. As foreign/writing_out.py.
 * @param {NodeMessage[]} given @param {Record<string, any>[]} attributes @param {Map<string, Constant>} tensors
 * @param {number} opset
 */
function writtenOut(given, attributes, tensors, opset) {
  /** @type {NodeMessage[]} */
  const nodes = [];
  /** @type {Record<string, any>[]} */
  const kept = [];
  given.forEach((node, i) => {
    const { alpha = 0.2, beta = 0.5 } = attributes[i];
    if (node.kind !== "HardSigmoid" || (Math.abs(alpha - TORCH_SLOPE) < 1e-6 && beta === 0.5)) {
      nodes.push(node);
      kept.push(attributes[i]);
      return;
    }
    const [x, y] = [node.inputs[0], node.outputs[0]];
    const name = node.name || y;
    for (const [part, number] of Object.entries({ slope: alpha, shift: beta, zero: 0, one: 1 }))
      tensors.set(`${y}.${part}`, held(TYPES.float, [], [number]));
    const made = (/** @type {string} */ kind, /** @type {string[]} */ inputs, /** @type {string} */ part) =>
      nodes.push({
        ...node,
        kind,
        inputs,
        outputs: [part ? `${y}.${part}` : y],
        name: part ? `${name}.${part}` : name,
      });
    made("Mul", [x, `${y}.slope`], "scaled");
    made("Add", [`${y}.scaled`, `${y}.shift`], "shifted");
    made("Clip", opset < 11 ? [`${y}.shifted`] : [`${y}.shifted`, `${y}.zero`, `${y}.one`], "");
    kept.push({}, {}, opset < 11 ? { min: 0, max: 1 } : {});
  });
  return { nodes, attributes: kept };
}

/** How an operator is called in what is said of it. @param {NodeMessage} node */
export function calledNode({ kind, name, outputs }) {
  return `${kind} ${name || outputs[0] || ""}`;
}

/** What a library's text became here: the reason of a RangeError. @param {unknown} error */
export function reasonOf(error) {
  if (error instanceof RangeError || error instanceof TypeError) return error.message;
  throw error;
}
