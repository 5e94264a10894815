import { base64Of, bytesOf } from "./binary.js";

/**
 * Unpack bytes that travel compressed.
 * @param {{deflated: string}} packed zlib's format, in base64
 * @returns {Promise<Uint8Array>}
 */
export async function inflate(packed) {
  const stream = new Blob([bytesOf(packed.deflated)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A value as JSON that travels compressed, as `unpacked` takes it. @param {unknown} value */
export async function deflated(value) {
  const stream = new Blob([JSON.stringify(value)]).stream().pipeThrough(new CompressionStream("deflate"));
  return { deflated: base64Of(new Uint8Array(await new Response(stream).arrayBuffer())) };
}

/**
 * Hand on what the page holds as JSON, its payload and its dictionaries: at once where they stand there plain, after a
 * moment where they travel compressed.
 * @param {Document} doc
 * @param {(payload: any, dictionaries: any) => unknown} start
 */
export function whenRead(doc, start) {
  const given = ["payload", "dictionary"].map((id) => JSON.parse(doc.getElementById(id)?.textContent || "null"));
  if (given.some((one) => one?.deflated))
    void Promise.all(given.map(unpacked)).then(([payload, dictionaries]) => start(payload, dictionaries));
  else start(given[0], given[1]);
}

/** What a page was given, unpacked where it is packed. @param {any} given */
export async function unpacked(given) {
  return given?.deflated ? JSON.parse(new TextDecoder().decode(await inflate(given))) : given;
}
