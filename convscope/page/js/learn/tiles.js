/**
 * Convolutions with 3×3 kernels by tiles: 25 products where 81 would do the same (Winograd 1980; Lavin and Gray 2016).
 */

import { groupStep, LANES, LANE_BYTES } from "./memory.js";
import { packedCount } from "./packing.js";
import { linesOfKernel, linesOfTiles, TILE_OUT, TILE_SIDE } from "./tile_lines.js";
import { linksOf, runTable, tapTable } from "./tables.js";
/** @import {Window} from "../types.js" */
/** @import {Links} from "./tables.js" */
/** @import {Block, Maps, Pass, Site, Work} from "./types.js" */

/*
 * A tile of 3×3 sums y reads 5×5 numbers d: y = Aᵀ·[(G·g·Gᵀ) ∘ (Bᵀ·d·B)]·A for a kernel g, ∘ being number by number,
 * with
 *
 *        ⎡1 1  1 1 0⎤        ⎡  1/2    0    0 ⎤         ⎡2 −1 −2  1 0⎤
 *   Aᵀ = ⎢0 1 −1 2 0⎥    G = ⎢ −1/2 −1/2 −1/2 ⎥    Bᵀ = ⎢0 −2 −1  1 0⎥
 *        ⎣0 1  1 4 1⎦        ⎢ −1/6  1/6 −1/6 ⎥         ⎢0  2 −3  1 0⎥
 *                            ⎢  1/6  1/3  2/3 ⎥         ⎢0 −1  0  1 0⎥
 *                            ⎣   0     0    1 ⎦         ⎣0  2 −1 −2 1⎦
 *
 * which are polynomials of degree 2 multiplied by their values at 0, 1, −1, 2 and ∞. Sums over channels are made of the
 * products, so that what comes before and after costs little; gradients go the same way back, by the matrices
 * transposed. A matrix with a tile on one side of it is applied line by line: first all rows, then all columns.
 */
const TILE_MATRIX = { input: 0, output: 1, inputBack: 2, inputBackAdded: 3, outputBack: 4, kernel: 5, kernelBack: 6 };

const TILE_FACTORS = TILE_SIDE * TILE_SIDE;
const TILE_LEAST = 8; // filters and channels: for fewer the maps cost more than they save
const TILES_ENOUGH = 32; // tiles for one visit of each pair of filter and channel
const TILES_NEAR = 8; // tiles whose numbers go from step to step in the nearest caches

/**
 * Return the work of a convolution by tiles, or null where it is none of kernels 3×3 next to each other, or where it
 * would cost as much. Needs kernels with `transform`.
 * @param {Site} site
 * @param {Links} links which places each tap joins
 * @param {{groups: number, depth: number, filters: number, taps: number}} sizes depth and filters of one group
 * @returns {Work | null}
 */
export function tiledSums(site, links, { groups, depth, filters, taps }) {
  const { node, space, output: y, gradient: dy, parameters } = site;
  const [x] = site.inputs;
  const { weight, bias } = parameters;
  const [, rows, columns] = node.output;
  const tiles = Math.ceil(rows / TILE_OUT) * Math.ceil(columns / TILE_OUT);
  const direct = links.to.length * depth * filters;
  const byTiles = tiles * (TILE_FACTORS * depth * filters + 8 * TILE_FACTORS * (depth + filters));
  if (!fitsTiles(node.window) || Math.min(depth, filters) < TILE_LEAST || (depth * filters) % LANES || byTiles > direct)
    return null;

  const together = Math.ceil(TILES_ENOUGH / tiles);
  const near = Math.ceil(TILES_NEAR / tiles); // groups of pictures
  const [v, m] = [depth, filters].map((channels) => space.maps(together * LANES, TILE_FACTORS * tiles, channels));
  const kernelsByBlock = packedCount(filters, taps, depth);
  const [packed, packedBack] = [kernelsByBlock, packedCount(depth, taps, filters)].map((count) => space.take(count));
  const [u, uBack] = [packedCount(filters, TILE_FACTORS, depth), packedCount(depth, TILE_FACTORS, filters)].map(
    (count) => space.take(count),
  );
  const [products, gradient] = [TILE_FACTORS, taps].map((count) => space.take(count * depth * filters));
  const offset = space.take(y.channels);
  const ones = space.take(y.channels);
  const none = space.take(LANES * Math.ceil(Math.max(depth, filters) / LANES));
  const most = Math.max(depth * LANES, filters * LANES, depth * filters); // numbers of a place
  const zerosEnd = space.take(2 * most).at + (most * LANE_BYTES) / LANES; // and there what is written nowhere begins
  const lines = kept(linesOfTiles(node));
  const kernelLines = kept(linesOfKernel());
  const each = Int32Array.from({ length: TILE_FACTORS * tiles }, (_, i) => i);
  const factor = each.map((place) => Math.floor(place / tiles));
  const forwardTable = space.table(runTable(each, each, factor, each.length, depth, depth));
  const backTable = space.table(runTable(each, each, factor, each.length, filters, filters));
  const pairs = linksOf(Array.from(each, (place) => [place, place, factor[place]]));
  const weightTable = space.table(tapTable(pairs, TILE_FACTORS, filters, depth));
  const perGroup = filters * depth * taps;

  return {
    forward: (pass) => {
      const { kernels, groups: batch } = pass;
      for (let group = 0; group < groups; group++) {
        kernels.packForward(ofGroup(group), packed.at, filters, depth, taps);
        kernelFactors(pass, packed, u, depth, Math.ceil(filters / LANES));
        for (let from = 0; from < batch; from += together) {
          nearby(from, Math.min(together, batch - from), (first, some) => {
            const begin = (first - from) * groupStep(v); // where the way back may find it
            intoTiles(pass, group, first, some, begin);
            const steps = /** @type {const} */ ([groupStep(v), groupStep(m), filters * LANE_BYTES]);
            const { starts, entries } = forwardTable;
            const block = TILE_FACTORS * depth * LANE_BYTES;
            const [source, target] = [v.block.at + begin, m.block.at];
            kernels.gather(source, u.at, none.at, target, starts, entries, some, m.places, ...steps, filters, block);
            apply(pass, TILE_MATRIX.output, m, 0, m, 0, lines.outputColumns, some, filters);
            const to = place(y, group * filters, first);
            apply(pass, TILE_MATRIX.output, m, 0, y, to, lines.outputRows, some, filters);
          });
        }
      }
      if (!bias) return;
      ones.values.fill(1);
      offset.values.set(bias.values.values);
      kernels.scaleShift(y.block.at, y.block.at, ones.at, offset.at, batch, y.places, y.channels);
    },
    backward: (pass, [dx]) => {
      const { kernels, groups: batch } = pass;
      if (bias) kernels.sumChannels(dy.block.at, bias.gradient.at, batch, dy.places, dy.channels);
      dx?.block.values.fill(0);
      for (let group = 0; group < groups; group++) {
        products.values.fill(0);
        if (dx) {
          kernels.packBack(ofGroup(group), packedBack.at, filters, depth, taps, 0);
          kernelFactors(pass, packedBack, uBack, filters, Math.ceil(depth / LANES));
        }
        for (let from = 0; from < batch; from += together) {
          const count = Math.min(together, batch - from);
          nearby(from, count, (first, some) => {
            const [vBegin, mBegin] = [v, m].map((maps) => (first - from) * groupStep(maps));
            if (!unchanged(batch)) intoTiles(pass, group, first, some, vBegin);
            const dyBegin = place(dy, group * filters, first);
            apply(pass, TILE_MATRIX.outputBack, dy, dyBegin, m, mBegin, lines.rowsBack, some, filters);
            apply(pass, TILE_MATRIX.outputBack, m, mBegin, m, mBegin, lines.columnsBack, some, filters);
          });
          const { starts, entries } = weightTable;
          const [d, s, to] = [m.block.at, v.block.at, products.at];
          const steps = /** @type {const} */ ([groupStep(m), groupStep(v)]);
          kernels.correlate(d, s, to, starts, entries, TILE_FACTORS, count, ...steps, filters, depth);
          if (dx) nearby(from, count, (first, some) => sendBack(pass, dx, group, first, some, first - from));
        }
        giveWeights(pass, group);
      }
    },
  };

  /**
   * Go through `count` groups of pictures, a few at a time.
   * @param {number} begin @param {number} count @param {(from: number, count: number) => void} visit
   */
  function nearby(begin, count, visit) {
    for (let from = begin; from < begin + count; from += near) visit(from, Math.min(near, begin + count - from));
  }

  /** Whether v is still what the forward pass left there. @param {number} batch groups of pictures */
  function unchanged(batch) {
    return groups === 1 && batch <= together;
  }

  /** Where the weights of one group lie. @param {number} group */
  function ofGroup(group) {
    return weight.values.at + 4 * group * perGroup;
  }

  /**
   * Put tables of lines into the memory.
   * @template {string} Name
   * @param {Record<Name, number[][]>} tables
   */
  function kept(tables) {
    const placed = Object.entries(/** @type {Record<string, number[][]>} */ (tables)).map(([name, found]) => {
      const { entries } = space.table({ starts: new Int32Array(0), entries: Int32Array.from(found.flat()) });
      return [name, { at: entries, count: found.length }];
    });
    return /** @type {Record<Name, {at: number, count: number}>} */ (Object.fromEntries(placed));
  }

  /**
   * Bytes from a map's begin to a channel of a group of pictures.
   * @param {Maps} maps
   * @param {number} channel
   * @param {number} from
   */
  function place(maps, channel, from) {
    return from * groupStep(maps) + channel * LANE_BYTES;
  }

  /**
   * Multiply lines of places of `count` groups of pictures by a matrix.
   * @param {Pass} pass @param {number} matrix @param {Maps} a @param {number} aBegin @param {Maps} b
   * @param {number} bBegin @param {{at: number, count: number}} table @param {number} count @param {number} channels
   */
  function apply({ kernels }, matrix, a, aBegin, b, bBegin, table, count, channels) {
    const ends = /** @type {const} */ ([a.block.at + aBegin, b.block.at + bBegin]);
    const steps = /** @type {const} */ ([groupStep(a), groupStep(b), a.channels * LANE_BYTES, b.channels * LANE_BYTES]);
    const nowhere = zerosEnd - channels * LANE_BYTES;
    kernels.transform?.(matrix, ...ends, table.at, table.count, count, ...steps, channels, nowhere);
  }

  /**
   * Write the input's tiles, Bᵀ·d·B, to v, `begin` bytes from where that begins.
   * @param {Pass} pass @param {number} group @param {number} from @param {number} count @param {number} begin
   */
  function intoTiles(pass, group, from, count, begin) {
    apply(pass, TILE_MATRIX.input, x, place(x, group * depth, from), v, begin, lines.inputRows, count, depth);
    apply(pass, TILE_MATRIX.input, v, begin, v, begin, lines.columns, count, depth);
  }

  /**
   * The input's gradient from that of the products, which groups of m have from `begin` on; v is written over.
   * @param {Pass} pass @param {Maps} dx @param {number} group @param {number} from @param {number} count
   * @param {number} begin
   */
  function sendBack(pass, dx, group, from, count, begin) {
    const steps = /** @type {const} */ ([groupStep(m), groupStep(v), depth * LANE_BYTES]);
    const { starts, entries } = backTable;
    const block = TILE_FACTORS * filters * LANE_BYTES;
    const [source, target] = [m.block.at + begin * groupStep(m), v.block.at];
    const { kernels } = pass;
    kernels.gather(source, uBack.at, none.at, target, starts, entries, count, v.places, ...steps, depth, block);
    apply(pass, TILE_MATRIX.inputBack, v, 0, v, 0, lines.columns, count, depth);
    const to = place(dx, group * depth, from);
    apply(pass, TILE_MATRIX.inputBackAdded, v, 0, dx, to, lines.inputRowsBack, count, depth);
  }

  /**
   * Write G·g·Gᵀ for packed kernels (blocks, 9, channels, 8).
   * @param {Pass} pass @param {Block} from @param {Block} to @param {number} channels @param {number} blocks
   */
  function kernelFactors(pass, from, to, channels, blocks) {
    const [a, b] = [
      { block: from, places: taps, channels },
      { block: to, places: TILE_FACTORS, channels },
    ];
    apply(pass, TILE_MATRIX.kernel, a, 0, b, 0, kernelLines.rows, blocks, channels);
    apply(pass, TILE_MATRIX.kernel, b, 0, b, 0, kernelLines.columns, blocks, channels);
  }

  /** Add Gᵀ·(products' gradient)·G to the weights' gradient. @param {Pass} pass @param {number} group */
  function giveWeights(pass, group) {
    const channels = (filters * depth) / LANES;
    const [a, b] = [
      { block: products, places: TILE_FACTORS, channels },
      { block: gradient, places: taps, channels },
    ];
    apply(pass, TILE_MATRIX.kernelBack, a, 0, a, 0, kernelLines.columnsBack, 1, channels);
    apply(pass, TILE_MATRIX.kernelBack, a, 0, b, 0, kernelLines.rowsBack, 1, channels);
    const to = weight.gradient.at + 4 * group * perGroup;
    pass.kernels.addTapsLast(gradient.at, to, filters * depth, taps);
  }
}

/** Whether a window is 3×3, its places next to each other. @param {Window | null} window */
function fitsTiles(window) {
  return window !== null && [window.kernel, window.stride, window.dilation].join() === "3,3,1,1,1,1";
}
