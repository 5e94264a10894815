/** Reading Protocol Buffers off the wire, within bounds. As convscope/foreign/bounds.py. */

import { phrase } from "../kit/i18n.js";
import { grouped } from "../formula/fault.js";
import { FOREIGN, atMost, refused } from "./fault.js";

/** @typedef {{at: number, number: number, wire: number, value: number, from: number, to: number}} Field a whole number
 * in `value`, anything else from byte `from` to before `to` */

/**
 * Call `each` with every field of a message that lies from byte `from` to before `to`; the field is one object that is
 * filled anew.
 * @param {Uint8Array} bytes @param {number} from @param {number} to @param {string} name of the message
 * @param {(field: Field) => void} each
 */
export function eachField(bytes, from, to, name, each) {
  const field = { at: from, number: 0, wire: 0, value: 0, from: 0, to: 0 };
  for (let at = from; at < to;) {
    field.at = at;
    at = readVarint(bytes, at, to, field);
    if (field.value > 2 ** 32) throw malformed("protobuf.varint", {});
    field.number = Math.floor(field.value / 8);
    field.wire = field.value % 8;
    if (field.wire === 0) {
      field.from = at;
      field.to = at = readVarint(bytes, at, to, field);
    } else {
      let size = field.wire === 1 ? 8 : 4;
      if (field.wire === 2) {
        at = readVarint(bytes, at, to, field);
        size = field.value;
      } else if (field.wire !== 1 && field.wire !== 5) throw malformed("protobuf.wire", { name, n: field.wire });
      if (size < 0 || size > to - at) throw malformed("protobuf.short", { name });
      [field.from, field.to] = [at, at + size];
      at += size;
    }
    each(field);
  }
}

/**
 * Read seven bits a byte, the lowest first, as a number of 64 bits with a sign; return where it ends.
 * @param {Uint8Array} bytes @param {number} at @param {number} to @param {{value: number}} into
 */
export function readVarint(bytes, at, to, into) {
  let [value, scale] = [0, 1];
  for (let i = 0; i < 7; i++, scale *= 128) {
    if (at >= to) throw malformed("protobuf.varint", {});
    const byte = bytes[at++];
    value += (byte & 127) * scale;
    if (byte < 128) {
      into.value = value;
      return at;
    }
  }
  let whole = BigInt(value);
  for (let i = 7; i < 10; i++) {
    if (at >= to) throw malformed("protobuf.varint", {});
    const byte = bytes[at++];
    whole |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) {
      into.value = Number(BigInt.asIntN(64, whole));
      return at;
    }
  }
  throw malformed("protobuf.varint", {});
}

/** @param {string} key @param {Record<string, string | number>} words */
function malformed(key, words) {
  return refused("foreign.bytes", { got: phrase(key, words) });
}

/**
 * Refuse bytes that are no ONNX model, or hold more than the bounds, before anything of them is unpacked.
 * @param {Uint8Array} bytes
 */
export function priceFile(bytes) {
  const { bounds, inside, refused: keys, numbers } = FOREIGN;
  if (bytes.length > bounds.bytes)
    throw refused("foreign.large", { got: grouped(bytes.length), expected: atMost(bounds.bytes) });
  const found = { nodes: 0, tensors: 0, numbers: 0, fields: 0 };
  /** @param {number} from @param {number} to @param {string} name @param {number} depth */
  const walk = (from, to, name, depth) => {
    if (depth > bounds.depth) throw malformed("protobuf.fields", { name });
    eachField(bytes, from, to, name, (field) => {
      const { number, wire, at } = field;
      const key = keys[`${name} ${number}`];
      if (key) throw refused(key);
      found.fields++;
      if (name === "TensorProto" && numbers.includes(number)) found.numbers += field.to - at;
      if (found.fields > bounds.fields) throw malformed("protobuf.fields", { name });
      const message = wire === 2 ? inside[name][number] : undefined;
      if (!message) return;
      if (message === "NodeProto") found.nodes++;
      if (message === "TensorProto") found.tensors++;
      if (Math.max(found.nodes, found.tensors) > bounds.nodes)
        throw refused("foreign.many", { expected: atMost(bounds.nodes) });
      walk(field.from, field.to, message, depth + 1);
    });
  };
  walk(0, bytes.length, "ModelProto", 0);
  if (!found.nodes) throw refused("foreign.empty");
  const structure = bytes.length - found.numbers;
  if (structure > bounds.structure)
    throw refused("foreign.structure", { got: grouped(structure), expected: atMost(bounds.structure) });
  return found;
}
