/** From a network to the graph of its model file, as convscope/modelfile/graph.py says. */

import { learnedShapes, statisticsShapes } from "../engine/weights.js";
import { outsiderPiece } from "./outsider_piece.js";
import { FLOAT, FLOAT16, UINT8, floats } from "./operator.js";
import { PIECES } from "./pieces.js";
import { bytesField, floatField, textField, wholeField } from "./protobuf.js";
/** @import {InputSpec, Rejection} from "../types.js" */
/** @import {Layer} from "../engine/types.js" */
/** @import {Operator, Tensor} from "./operator.js" */
/** @import {Chunks} from "./protobuf.js" */

const ATTRIBUTE = { real: 1, whole: 2, wholes: 7 }; // AttributeProto.AttributeType

/** The shape of every weight and running statistic by its name, in the file's order. @param {Layer[]} nodes */
export function weightShapes(nodes) {
  return nodes.flatMap((node) => {
    const own = Object.entries({ ...learnedShapes(node), ...statisticsShapes(node) });
    return own.map(([name, shape]) => ({ name: `${node.name}.${name}`, shape }));
  });
}

/**
 * The graph as a message (onnx.proto, GraphProto).
 * @param {Layer[]} nodes
 * @param {InputSpec} input
 * @param {Record<string, Float32Array>} weights
 * @param {number | null} temperature what scores are divided by for the probabilities
 * @param {{rejection: Rejection, learned: Record<string, Float32Array>} | null} rejecting
 * @param {Record<string, Uint8Array>} [halves] bytes of the weights that are kept in half precision
 * @returns {Chunks}
 */
export function graphOf(nodes, { shape, mean, std }, weights, temperature, rejecting, halves = {}) {
  const names = ["pictures.scaled", ...nodes.map(({ name }) => name)];
  const pieces = nodes.map((node) => {
    const written = PIECES[node.kind];
    if (!written) throw new RangeError(`${node.name} was computed by Python; the page cannot write it`);
    return written(
      node,
      node.sources.map((source) => names[source + 1]),
    );
  });
  const last = nodes[nodes.length - 1];
  const foreign = rejecting && outsiderPiece(nodes, shape, rejecting.rejection, rejecting.learned);
  const scores = temperature === null ? "logits" : "logits.calibrated";
  const shapes = weightShapes(nodes);
  /** @type {Operator[]} */
  const operators = [
    ...shapes.flatMap(({ name }) =>
      halves[name] ? [{ kind: "Cast", inputs: [`${name}.half`], output: name, attributes: { to: FLOAT } }] : [],
    ),
    { kind: "Cast", inputs: ["pictures"], output: "pictures.float", attributes: { to: FLOAT } },
    { kind: "Sub", inputs: ["pictures.float", "pictures.mean"], output: "pictures.centred" },
    { kind: "Div", inputs: ["pictures.centred", "pictures.std"], output: "pictures.scaled" },
    ...pieces.flatMap((piece) => piece.operators),
    last.flat
      ? { kind: "Identity", inputs: [last.name], output: "logits" }
      : { kind: "Flatten", inputs: [last.name], output: "logits", attributes: { axis: 1 } },
    ...(temperature === null ? [] : [{ kind: "Div", inputs: ["logits", "logits.temperature"], output: scores }]),
    { kind: "Softmax", inputs: [scores], output: "probabilities", attributes: { axis: 1 } },
    ...(foreign?.operators ?? []),
  ];
  const channels = [shape[0], 1, 1];
  /** @type {Record<string, Tensor>} */
  const tensors = {
    "pictures.mean": floats(channels, mean),
    "pictures.std": floats(channels, std),
    ...Object.assign({}, ...pieces.map((piece) => piece.tensors ?? {})),
    ...(temperature === null ? {} : { "logits.temperature": floats([], [temperature]) }),
    ...foreign?.tensors,
    ...Object.fromEntries(
      shapes.map(({ name, shape }) =>
        halves[name]
          ? [`${name}.half`, { type: FLOAT16, shape, bytes: halves[name] }]
          : [name, floats(shape, weights[name])],
      ),
    ),
  };
  const classes = last.output[0];
  return [
    ...operators.flatMap((operator) => bytesField(1, operatorOf(operator))),
    ...textField(2, "convscope"),
    ...Object.entries(tensors).flatMap(([name, tensor]) => bytesField(5, tensorOf(name, tensor))),
    ...bytesField(11, valueOf("pictures", UINT8, shape)),
    ...bytesField(12, valueOf("logits", FLOAT, [classes])),
    ...bytesField(12, valueOf("probabilities", FLOAT, [classes])),
    ...(foreign ? bytesField(12, valueOf("outsider", FLOAT, [])) : []),
    ...bytesField(13, valueOf("pictures.scaled", FLOAT, shape)),
    ...nodes.flatMap(({ name, flat, output }) =>
      bytesField(13, valueOf(name, FLOAT, flat ? output.slice(0, 1) : output)),
    ),
  ];
}

/** NodeProto. @param {Operator} operator @returns {Chunks} */
function operatorOf({ kind, inputs, output, attributes = {} }) {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...inputs.flatMap((name) => textField(1, name)),
    ...textField(2, output),
    ...textField(3, output),
    ...textField(4, kind),
    ...sorted.flatMap(([name, value]) => bytesField(5, textField(1, name), attributeOf(value))),
  ];
}

/** AttributeProto without its name. @param {number | number[] | {real: number}} value @returns {Chunks} */
function attributeOf(value) {
  if (typeof value === "number") return [...wholeField(3, value), ...wholeField(20, ATTRIBUTE.whole)];
  if (Array.isArray(value)) return [...value.flatMap((one) => wholeField(8, one)), ...wholeField(20, ATTRIBUTE.wholes)];
  return [...floatField(2, value.real), ...wholeField(20, ATTRIBUTE.real)];
}

/** TensorProto. @param {string} name @param {Tensor} tensor @returns {Chunks} */
function tensorOf(name, { type, shape, bytes }) {
  return [
    ...shape.flatMap((size) => wholeField(1, size)),
    ...wholeField(2, type),
    ...textField(8, name),
    ...bytesField(9, [bytes]),
  ];
}

/** ValueInfoProto of any number N of arrays. @param {string} name @param {number} type @param {number[]} shape */
function valueOf(name, type, shape) {
  const sizes = [textField(2, "N"), ...shape.map((size) => wholeField(1, size))];
  const dimensions = sizes.flatMap((size) => bytesField(1, size));
  return [...textField(1, name), ...bytesField(2, bytesField(1, wholeField(1, type), bytesField(2, dimensions)))];
}
