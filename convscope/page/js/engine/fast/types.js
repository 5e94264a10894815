// The types of what runs one picture through a large network in float32.

/** @import {Layer} from "../types.js" */

/**
 * @typedef {object} ForwardKernels the inner loops, WebAssembly: convscope/page/wasm/forward.ts. Addresses are bytes.
 * @property {(from: number, to: number, channels: number, height: number, width: number, top: number, left: number,
 * high: number, wide: number) => void} pad
 * @property {(source: number, packed: number, bias: number, target: number, begins: number, offsets: number,
 * panel: number, places: number, taps: number, filters: number, together: number, depth: number) => void} convolve
 * @property {(source: number, weights: number, bias: number, target: number, room: number, offsets: number,
 * fours: number, channels: number, height: number, width: number, top: number, left: number, wide: number,
 * phases: number, taps: number, count: number, area: number, narrow: number) => void} slide
 * @property {(x: number, weights: number, bias: number, y: number, inputs: number, units: number) => void} dense
 * @property {(x: number, y: number, scale: number, shift: number, channels: number, area: number) => void} scaleShift
 * @property {(x: number, y: number, scale: number, channels: number, area: number) => void} scaleBy
 * @property {(x: number, y: number, count: number, low: number, high: number) => void} clip
 * @property {(a: number, b: number, y: number, count: number) => void} add
 * @property {(a: number, b: number, y: number, count: number) => void} multiply
 * @property {(x: number, y: number, channels: number, area: number) => void} means
 * @property {(x: number, y: number, channels: number, area: number, reach: number, share: number, k: number) =>
 * void} respond
 * @property {(from: number, to: number, count: number) => void} copy
 * @property {(x: number, y: number, line: number, channels: number, height: number, width: number, rows: number,
 * columns: number, high: number, broad: number, strideDown: number, strideAcross: number, down: number, across: number,
 * top: number, left: number, long: number) => void} largest
 * @property {(x: number, y: number, line: number, channels: number, height: number, width: number, rows: number,
 * columns: number, high: number, broad: number, strideDown: number, strideAcross: number, top: number, left: number,
 * long: number, counts: number) => void} averages
 * @property {(x: number, y: number, count: number) => void} sigmoid
 * @property {(x: number, y: number, count: number) => void} silu
 * @property {(x: number, y: number, count: number) => void} tanh
 * @property {(x: number, y: number, count: number) => void} hardsigmoid
 * @property {(x: number, y: number, count: number) => void} hardswish
 * @property {(x: number, y: number, count: number) => void} gelu
 * @property {(x: number, y: number, count: number) => void} geluTanh
 * @property {(x: number, y: number, count: number, alpha: number) => void} elu
 * @property {(x: number, y: number, slopes: number, channels: number, area: number) => void} leaky
 *
 * @typedef {object} Place numbers of the memory: where they begin, in bytes, and how many they are
 * @property {number} at
 * @property {number} count
 *
 * @typedef {object} FastSite where a layer works
 * @property {Layer} node
 * @property {Place[]} inputs one a source
 * @property {Place} output
 * @property {import("./memory.js").FastMemory} memory
 *
 * @typedef {(kernels: ForwardKernels) => void} FastStep writes the output from the inputs
 *
 * @typedef {(site: FastSite) => FastStep | null} FastKind takes its places in the memory beforehand; null where the
 * layer has an option that the kernels do not know
 */

export {};
