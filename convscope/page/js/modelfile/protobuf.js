/** Writing Protocol Buffers: as much as a model file needs (protobuf.dev/programming-guides/encoding). */

/** @typedef {Uint8Array[]} Chunks bytes in pieces, so that weights are copied once, at the end */

const ENCODER = new TextEncoder();

/** How many bytes there are. @param {Chunks} chunks */
export function lengthOf(chunks) {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

/** @param {Chunks} chunks */
export function wholeBytes(chunks) {
  const all = new Uint8Array(lengthOf(chunks));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** A field that holds a whole number. @param {number} field @param {number} value −2⁵³ … 2⁵³ @returns {Chunks} */
export function wholeField(field, value) {
  return [varint(8 * field), varint(value)];
}

/** A field that holds a float32. @param {number} field @param {number} value @returns {Chunks} */
export function floatField(field, value) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [varint(8 * field + 5), bytes];
}

/** A field that holds a message or bytes. @param {number} field @param {...Chunks} content @returns {Chunks} */
export function bytesField(field, ...content) {
  const chunks = content.flat();
  return [varint(8 * field + 2), varint(lengthOf(chunks)), ...chunks];
}

/** A field that holds a text. @param {number} field @param {string} text @returns {Chunks} */
export function textField(field, text) {
  return bytesField(field, [ENCODER.encode(text)]);
}

/**
 * Seven bits a byte, the lowest first; a negative number as the 64 bits of its two's complement.
 * @param {number} value
 */
function varint(value) {
  const bytes = [];
  if (value < 0) {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) + 128);
    return Uint8Array.of(...bytes, Number(rest));
  }
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Uint8Array.of(...bytes, value);
}
