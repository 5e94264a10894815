/** The messages of an ONNX file (onnx.proto) as plain values; weights stay bytes of the file. */

import { phrase } from "../kit/i18n.js";
import { refused } from "./fault.js";
import { eachField, readVarint } from "./wire.js";

/** @typedef {import("./wire.js").Field} Field */
/**
 * @typedef {object} TensorMessage
 * @property {string} name @property {number[]} dims @property {number} type TensorProto.DataType
 * @property {Uint8Array | null} raw its numbers as they lie in memory, or
 * @property {number[]} numbers one by one
 *
 * @typedef {number | string | number[] | string[] | TensorMessage} AttributeValue
 * @typedef {{kind: string, name: string, domain: string, inputs: string[], outputs: string[], attributes:
 * Record<string, AttributeValue>}} NodeMessage
 * @typedef {{name: string, type: number, dims: number[] | null}} ValueMessage `dims` are 0 where open, null where not
 * said
 * @typedef {{nodes: NodeMessage[], tensors: TensorMessage[], inputs: ValueMessage[], outputs: ValueMessage[], known:
 * ValueMessage[]}} GraphMessage
 * @typedef {{graph: GraphMessage, opsets: Record<string, number>, metadata: Record<string, string>, producer: string}}
 * ModelMessage
 */

const DECODER = new TextDecoder("utf-8", { fatal: true });
const ATTRIBUTE_OF = { f: 1, i: 2, s: 3, t: 4, floats: 6, ints: 7, strings: 8 }; // AttributeProto.AttributeType

/** @param {Uint8Array} bytes @returns {ModelMessage} */
export function modelOf(bytes) {
  /** @type {ModelMessage} */
  const model = { graph: emptyGraph(), opsets: {}, metadata: {}, producer: "" };
  read(bytes, { from: 0, to: bytes.length }, "ModelProto", {
    2: (f) => (model.producer = `${textOf(bytes, f)} ${model.producer}`.trim()),
    3: (f) => (model.producer = `${model.producer} ${textOf(bytes, f)}`.trim()),
    7: (f) => readGraph(bytes, f, model.graph),
    8: (f) => {
      const { domain, version } = opsetOf(bytes, f);
      model.opsets[domain] = version;
    },
    14: (f) => {
      const entry = { key: "", value: "" };
      read(bytes, f, "StringStringEntryProto", {
        1: (g) => (entry.key = textOf(bytes, g)),
        2: (g) => (entry.value = textOf(bytes, g)),
      });
      model.metadata[entry.key] = entry.value;
    },
  });
  return model;
}

/** @returns {GraphMessage} */
function emptyGraph() {
  return { nodes: [], tensors: [], inputs: [], outputs: [], known: [] };
}

/** @param {Uint8Array} bytes @param {Field} field @param {GraphMessage} graph */
function readGraph(bytes, field, graph) {
  read(bytes, field, "GraphProto", {
    1: (f) => graph.nodes.push(nodeMessageOf(bytes, f)),
    5: (f) => graph.tensors.push(tensorMessageOf(bytes, f)),
    11: (f) => graph.inputs.push(valueMessageOf(bytes, f)),
    12: (f) => graph.outputs.push(valueMessageOf(bytes, f)),
    13: (f) => graph.known.push(valueMessageOf(bytes, f)),
  });
}

/** @param {Uint8Array} bytes @param {Field} field */
function opsetOf(bytes, field) {
  const opset = { domain: "", version: 0 };
  read(bytes, field, "OperatorSetIdProto", {
    1: (f) => (opset.domain = textOf(bytes, f)),
    2: (f) => (opset.version = wholeOf(f)),
  });
  return opset;
}

/** @param {Uint8Array} bytes @param {Field} field @returns {NodeMessage} */
function nodeMessageOf(bytes, field) {
  /** @type {NodeMessage} */
  const node = { kind: "", name: "", domain: "", inputs: [], outputs: [], attributes: Object.create(null) };
  read(bytes, field, "NodeProto", {
    1: (f) => node.inputs.push(textOf(bytes, f)),
    2: (f) => node.outputs.push(textOf(bytes, f)),
    3: (f) => (node.name = textOf(bytes, f)),
    4: (f) => (node.kind = textOf(bytes, f)),
    5: (f) => {
      const { name, value } = attributeMessageOf(bytes, f);
      node.attributes[name] = value;
    },
    7: (f) => (node.domain = textOf(bytes, f)),
  });
  return node;
}

/** @param {Uint8Array} bytes @param {Field} field @returns {{name: string, value: AttributeValue}} */
function attributeMessageOf(bytes, field) {
  let [name, type] = ["", 0];
  /** @type {Record<string, any>} */
  const held = { floats: [], ints: [], strings: [] };
  read(bytes, field, "AttributeProto", {
    1: (f) => (name = textOf(bytes, f)),
    2: (f) => (held.f = floatOf(bytes, f)),
    3: (f) => (held.i = wholeOf(f)),
    4: (f) => (held.s = new TextDecoder().decode(sliceOf(bytes, f))),
    5: (f) => (held.t = tensorMessageOf(bytes, f)),
    7: (f) => readNumbers(bytes, f, 4, held.floats),
    8: (f) => readNumbers(bytes, f, 0, held.ints),
    9: (f) => held.strings.push(new TextDecoder().decode(sliceOf(bytes, f))),
    20: (f) => (type = wholeOf(f)),
  });
  const kinds = /** @type {(keyof typeof ATTRIBUTE_OF)[]} */ (Object.keys(ATTRIBUTE_OF));
  const kind =
    kinds.find((one) => ATTRIBUTE_OF[one] === type) ??
    kinds.find((one) => (Array.isArray(held[one]) ? held[one].length : held[one] !== undefined));
  const unset = { f: 0, i: 0, s: "", floats: [], ints: [], strings: [] };
  const value = kind === undefined ? undefined : (held[kind] ?? (kind === "t" ? undefined : unset[kind]));
  if (value === undefined) throw refused("foreign.bytes", { got: phrase("protobuf.number", { n: 20 }) });
  return { name, value };
}

/** @param {Uint8Array} bytes @param {Field} field @returns {TensorMessage} */
function tensorMessageOf(bytes, field) {
  /** @type {TensorMessage} */
  const tensor = { name: "", dims: [], type: 0, raw: null, numbers: [] };
  read(bytes, field, "TensorProto", {
    1: (f) => readNumbers(bytes, f, 0, tensor.dims),
    2: (f) => (tensor.type = wholeOf(f)),
    4: (f) => readNumbers(bytes, f, 4, tensor.numbers),
    5: (f) => readNumbers(bytes, f, 0, tensor.numbers),
    7: (f) => readNumbers(bytes, f, 0, tensor.numbers),
    8: (f) => (tensor.name = textOf(bytes, f)),
    9: (f) => (tensor.raw = sliceOf(bytes, f)),
    10: (f) => readNumbers(bytes, f, 8, tensor.numbers),
    11: (f) => readNumbers(bytes, f, 0, tensor.numbers),
  });
  return tensor;
}

/** ValueInfoProto, of a tensor. @param {Uint8Array} bytes @param {Field} field @returns {ValueMessage} */
function valueMessageOf(bytes, field) {
  /** @type {ValueMessage} */
  const value = { name: "", type: 0, dims: null };
  /** @param {Field} dimension */
  const size = (dimension) => {
    let n = 0;
    read(bytes, dimension, "Dimension", { 1: (f) => (n = wholeOf(f)) });
    return n;
  };
  /** @param {Field} tensor */
  const tensorType = (tensor) =>
    read(bytes, tensor, "Tensor", {
      1: (f) => (value.type = wholeOf(f)),
      2: (f) => {
        /** @type {number[]} */
        const dims = [];
        read(bytes, f, "TensorShapeProto", { 1: (g) => dims.push(size(g)) });
        value.dims = dims;
      },
    });
  read(bytes, field, "ValueInfoProto", {
    1: (f) => (value.name = textOf(bytes, f)),
    2: (f) => read(bytes, f, "TypeProto", { 1: tensorType }),
  });
  return value;
}

/**
 * @param {Uint8Array} bytes @param {{from: number, to: number}} field @param {string} name
 * @param {Record<number, (field: Field) => void>} readers of the fields that are looked at; the rest is passed over
 */
function read(bytes, field, name, readers) {
  eachField(bytes, field.from, field.to, name, (inner) => readers[inner.number]?.({ ...inner }));
}

/** @param {Uint8Array} bytes @param {Field} field */
function sliceOf(bytes, { wire, number, from, to }) {
  if (wire !== 2) throw refused("foreign.bytes", { got: phrase("protobuf.bytes", { n: number }) });
  return bytes.subarray(from, to);
}

/** @param {Uint8Array} bytes @param {Field} field */
function textOf(bytes, field) {
  try {
    return DECODER.decode(sliceOf(bytes, field));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw refused("foreign.bytes", { got: phrase("protobuf.text") });
  }
}

/** @param {Field} field */
function wholeOf({ wire, number, value }) {
  if (wire !== 0) throw refused("foreign.bytes", { got: phrase("protobuf.number", { n: number }) });
  return value;
}

/** @param {Uint8Array} bytes @param {Field} field */
function floatOf(bytes, { wire, number, from, to }) {
  if (wire !== 5) throw refused("foreign.bytes", { got: phrase("protobuf.number", { n: number }) });
  return bytesView(bytes, from, to).getFloat32(0, true);
}

/** @param {Uint8Array} bytes @param {number} from @param {number} to */
function bytesView(bytes, from, to) {
  return new DataView(bytes.buffer, bytes.byteOffset + from, to - from);
}

/**
 * Numbers that stand packed, or one a field; of `size` bytes each, 0 for whole numbers.
 * @param {Uint8Array} bytes @param {Field} field @param {0 | 4 | 8} size @param {number[]} into
 */
function readNumbers(bytes, field, size, into) {
  const { wire, from, to, value } = field;
  if (wire === 0 && size === 0) into.push(value);
  else if (wire === 2 || (wire === 5 && size === 4) || (wire === 1 && size === 8)) {
    if (size === 0) {
      const one = { value: 0 };
      for (let at = from; at < to; into.push(one.value)) at = readVarint(bytes, at, to, one);
    } else {
      if ((to - from) % size) throw refused("foreign.bytes", { got: phrase("protobuf.numbers", { n: field.number }) });
      const view = bytesView(bytes, from, to);
      for (let at = 0; at < to - from; at += size)
        into.push(size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true));
    }
  } else throw refused("foreign.bytes", { got: phrase("protobuf.number", { n: field.number }) });
}
