/** One memory for all numbers of a training, so that a WebAssembly kernel can be told where they are. */

/** @import {Block, Kernels, Maps, Table} from "./types.js" */

/** @typedef {ReturnType<typeof makeSpace>} Space */

/** Pictures side by side: the lanes of two SIMD vectors of four float32. */
export const LANES = 8;
/** Bytes of one number for each of them. */
export const LANE_BYTES = 4 * LANES;

const PAGE = 65536; // bytes of a page of WebAssembly's memory
const LINE = 64; // bytes of a cache line

/**
 * Return a plan of a memory: blocks get their places one after another, and none exists before `open`. A memory that
 * grew later would take every view of it away, so it is made once, of the size that all blocks need.
 */
export function makeSpace() {
  let end = PAGE; // the first page is left to what a compiler may put there
  /** @type {Block[]} */
  const blocks = [];
  /** @type {{at: number, values: Int32Array}[]} */
  const tables = [];

  /** @param {number} bytes */
  function place(bytes) {
    const at = end;
    end += Math.ceil(bytes / LINE) * LINE;
    return at;
  }

  /** @param {number} count */
  function take(count) {
    const block = { at: place(4 * count), count, values: new Float32Array(0) };
    blocks.push(block);
    return block;
  }

  /** @param {Int32Array} values */
  function integers(values) {
    const at = place(4 * values.length);
    tables.push({ at, values });
    return at;
  }

  return {
    /** Take room for `count` float32, 0 at first. */
    take,

    /**
     * Take room for a batch's feature maps.
     * @param {number} pictures @param {number} places @param {number} channels
     * @returns {Maps}
     */
    maps: (pictures, places, channels) => {
      const block = take(groupsOf(pictures) * places * channels * LANES);
      return { block, places, channels };
    },

    /**
     * Put a table in, which is the same in every step.
     * @param {{starts: Int32Array, entries: Int32Array}} table
     * @returns {Table}
     */
    table: ({ starts, entries }) => ({ starts: integers(starts), entries: integers(entries) }),

    /**
     * Make the memory and what works on it; nothing can be taken any more.
     * @param {(memory: WebAssembly.Memory) => Kernels} kernelsOn
     */
    open: (kernelsOn) => {
      const pages = Math.ceil(end / PAGE);
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      for (const block of blocks) block.values = new Float32Array(memory.buffer, block.at, block.count);
      for (const { at, values } of tables) new Int32Array(memory.buffer, at, values.length).set(values);
      return kernelsOn(memory);
    },
  };
}

/** How many groups of eight pictures there are, the last maybe not full. @param {number} pictures */
export function groupsOf(pictures) {
  return Math.ceil(pictures / LANES);
}

/** Bytes from one group of pictures to the next. @param {Maps} maps */
export function groupStep(maps) {
  return maps.places * maps.channels * LANE_BYTES;
}
