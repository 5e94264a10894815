/** @import {Deflated} from "../types.js" */

/**
 * Unpack bytes that travel compressed.
 * @param {Deflated} packed
 * @returns {Promise<Uint8Array>}
 */
export async function inflate(packed) {
  const bytes = Uint8Array.from(atob(packed.deflated), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
