import { bytesOf } from "./binary.js";
/** @import {Deflated} from "../types.js" */

/**
 * Unpack bytes that travel compressed.
 * @param {Deflated} packed
 * @returns {Promise<Uint8Array>}
 */
export async function inflate(packed) {
  const stream = new Blob([bytesOf(packed.deflated)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
