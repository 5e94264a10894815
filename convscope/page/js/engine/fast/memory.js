/** One memory for all that a forward pass reads and writes, planned first and made once, so that its views stay. */

/** @import {ForwardKernels, Place} from "./types.js" */

/** @typedef {ReturnType<typeof planMemory>} FastMemory */

const PAGE_BYTES = 65536; // of WebAssembly's memory
const CACHE_LINE = 64;

/** Plan a memory: numbers get their places one after another, and none exists before `open`. */
export function planMemory() {
  let end = PAGE_BYTES; // the first page is left to what a compiler may put there
  /** @type {{at: number, values: Float32Array | Int32Array}[]} */
  const filled = [];
  /**
   * Places that several layers use in turn: the size of the largest.
   * @type {Map<string, {most: number, at: number}>}
   */
  const shared = new Map();
  /** @type {ArrayBuffer} */
  let buffer;

  const place = (/** @type {number} */ bytes) => {
    const at = end;
    end += Math.ceil(bytes / CACHE_LINE) * CACHE_LINE;
    return at;
  };

  return {
    /** Room for `count` float32, 0 at first. @param {number} count @returns {Place} */
    take: (count) => ({ at: place(4 * count), count }),

    /** Numbers that stay; where they begin. @param {Float32Array | Int32Array} values */
    put: (values) => {
      const at = place(4 * values.length);
      filled.push({ at, values });
      return at;
    },

    /**
     * Room that a layer needs only while it works; where it begins is known once the memory is open.
     * @param {string} name @param {number} count float32
     */
    scratch: (name, count) => {
      const room = shared.get(name) ?? { most: 0, at: 0 };
      room.most = Math.max(room.most, count);
      shared.set(name, room);
      return room;
    },

    /**
     * Make the memory and what works on it.
     * @param {WebAssembly.Module} compiled
     * @returns {ForwardKernels}
     */
    open: (compiled) => {
      for (const room of shared.values()) room.at = place(4 * room.most + CACHE_LINE); // a kernel may read a vector on
      const pages = Math.ceil(end / PAGE_BYTES);
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      buffer = memory.buffer;
      for (const { at, values } of filled) {
        if (values instanceof Int32Array) new Int32Array(buffer, at, values.length).set(values);
        else new Float32Array(buffer, at, values.length).set(values);
      }
      filled.length = 0;
      const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
      return /** @type {ForwardKernels} */ (/** @type {unknown} */ (exports));
    },

    /** The numbers at a place. @param {Place} place */
    view: ({ at, count }) => new Float32Array(buffer, at, count),

    /** Zeros from an address on. @param {number} at @param {number} count float32 */
    clear: (at, count) => new Float32Array(buffer, at, count).fill(0),
  };
}
