// The types of the engine that learns: a batch of pictures at a time, float32, in one memory.

/** @import {Shape} from "../types.js" */
/** @import {Layer} from "../engine/types.js" */

/**
 * @typedef {object} Block numbers at a fixed place of the memory
 * @property {number} at where they begin, in bytes; a multiple of 16
 * @property {number} count
 * @property {Float32Array} values
 *
 * @typedef {object} Maps the feature maps of a batch. Eight pictures lie side by side, as the lanes of two SIMD
 * vectors: (groups of 8, places, channels, 8), a place being one of rows × columns. So whatever the layer's sizes are,
 * a kernel works on eight numbers at once. Lanes of the last group that have no picture hold numbers that nobody reads.
 * @property {Block} block
 * @property {number} places
 * @property {number} channels
 */

/**
 * @typedef {object} Table which places a place has to do with: those of place p are entries starts[p] … starts[p + 1]
 * @property {number} starts where the Int32 numbers begin, in bytes of the memory
 * @property {number} entries
 */

/**
 * @typedef {object} Kernels the inner loops, as WebAssembly or as plain JavaScript: convscope/page/wasm/entry.ts and
 * learn/kernels/plain.js. Addresses and steps are bytes, a step being from one item to the next.
 * @property {(source: number, packed: number, bias: number, target: number, starts: number, runs: number, groups:
 * number, places: number, sourceStep: number, targetStep: number, placeStep: number, filters: number, blockStep:
 * number) => void} gather
 * @property {(gradient: number, source: number, target: number, starts: number, pairs: number, taps: number,
 * groups: number, gradientStep: number, sourceStep: number, filters: number, depth: number) => void} correlate
 * @property {(gradient: number, target: number, groups: number, places: number, channels: number) => void} sumChannels
 * @property {(weights: number, packed: number, filters: number, depth: number, taps: number) => void} packForward
 * kernels (filters, depth, taps) as `gather` reads them, so that sums go over depth
 * @property {(weights: number, packed: number, filters: number, depth: number, taps: number, around: number) => void}
 * packBack the same kernels so that sums go over filters: (blocks of 8 of depth, taps, filters, 8), taps from the last
 * to the first where they are turned around: reading on in the output means going back in the kernel
 * @property {(from: number, to: number, count: number, taps: number) => void} addTapsLast adds (taps, count) to
 * (count, taps)
 * @property {(matrix: number, x: number, y: number, table: number, lines: number, groups: number, xStep: number,
 * yStep: number, xPlace: number, yPlace: number, channels: number, nowhere: number) => void} [transform] what tiles.js
 * needs; plain JavaScript has it not
 * @property {(x: number, y: number, starts: number, entries: number, groups: number, places: number, xStep: number,
 * channels: number) => void} largest
 * @property {(x: number, y: number, dy: number, dx: number, starts: number, entries: number, groups: number,
 * places: number, xStep: number, channels: number, shared: number) => void} largestBack
 * @property {(x: number, y: number, starts: number, entries: number, factors: number, groups: number, places: number,
 * xStep: number, channels: number) => void} average
 * @property {(dy: number, dx: number, starts: number, entries: number, factors: number, groups: number, places: number,
 * xStep: number, channels: number) => void} averageBack
 * @property {(x: number, mean: number, variance: number, pictures: number, places: number, channels: number) =>
 * void} moments
 * @property {(x: number, y: number, scale: number, shift: number, groups: number, places: number, channels: number) =>
 * void} scaleShift
 * @property {(x: number, dy: number, mean: number, sums: number, products: number, groups: number, places: number,
 * channels: number) => void} normSums
 * @property {(x: number, dy: number, dx: number, ofGradient: number, ofInput: number, constant: number,
 * pictures: number, places: number, channels: number) => void} normBack
 * @property {(x: number, y: number, count: number) => void} relu
 * @property {(y: number, dy: number, dx: number, count: number) => void} reluBack
 * @property {(from: number, to: number, count: number) => void} add
 * @property {(x: number, y: number, count: number, a: number, b: number) => void} combine
 * @property {(x: number, count: number) => number} squares
 * @property {(from: number, to: number, groups: number, rows: number, columns: number) => void} swapAxes
 * @property {(p: number, g: number, b: number, count: number, lr: number, momentum: number, nesterov: number,
 * decay: number) => void} sgd
 * @property {(p: number, g: number, m: number, v: number, count: number, lr: number, keep1: number, keep2: number,
 * rootOfCorrection2: number, eps: number, shrink: number) => void} adamw
 */

/**
 * @typedef {object} Parameter something that training changes
 * @property {string} name as torch names it: "conv1.weight"
 * @property {number[]} shape
 * @property {Block} values
 * @property {Block} gradient d loss / d value
 */

/**
 * @typedef {object} Site where a layer works: what it reads, what it writes, and what it may ask for beforehand
 * @property {Layer} node its tensors are views of the memory
 * @property {import("./memory.js").Space} space
 * @property {Maps[]} inputs one a source
 * @property {Maps} output
 * @property {Maps} gradient d loss / d output
 * @property {Record<string, Parameter>} parameters
 * @property {Record<string, Block>} buffers running statistics
 * @property {number} pictures in a full batch
 */

/**
 * @typedef {object} Pass what differs from pass to pass
 * @property {Kernels} kernels
 * @property {boolean} training
 * @property {number} pictures in this batch: at most the site's
 * @property {number} groups of eight pictures, the last maybe not full
 * @property {number} statisticsShare of this batch in running statistics, 0…1
 * @property {import("./random.js").Seed} seed
 */

/**
 * @typedef {object} Work one layer put to work on batches
 * @property {(pass: Pass) => void} forward writes the output from the inputs
 * @property {(pass: Pass, into: (Maps | null)[]) => void} backward from the output's gradient: adds the parameters' to
 * what is there, and writes that of each source, whatever was there; null where nobody wants it
 */

/**
 * @typedef {object} BatchKind one kind of layer in training: learn/kinds
 * @property {(node: Layer) => boolean} homogeneous f(a·x) = a·f(x) for a > 0: what may stand between filters and the bn
 * that undoes their length
 * @property {(node: Layer) => Record<string, number[]>} parameters shapes by name
 * @property {(node: Layer) => Record<string, number[]>} buffers
 * @property {(site: Site) => Work} prepare
 */

/** @typedef {{name: string, kind: string, shape: Shape}} Named */

export {};
