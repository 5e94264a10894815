/** Which places the matrices of tiles.js are applied to: lines of the places that are read and of those written. */

/** @import {Window} from "../types.js" */
/** @import {Layer} from "../engine/types.js" */

/** Numbers of a tile along one side. */
export const TILE_SIDE = 5;
/** Sums of a tile along one side, and weights of a kernel. */
export const TILE_OUT = 3;

const NOWHERE = -1;

/** @typedef {(i: number, k: number) => number} Grid the number of the place in row i and column k */

/**
 * The lines of all tiles, on the places of the input, of its tiles (5×5 factors, then tiles), and of the output. A line
 * is ten numbers: five places read, five written, -1 for none.
 * @param {Layer} node
 */
export function linesOfTiles(node) {
  const [, height, width] = node.input;
  const [, rows, columns] = node.output;
  const { pad } = /** @type {Window} */ (node.window);
  const across = Math.ceil(columns / TILE_OUT);
  const tiles = across * Math.ceil(rows / TILE_OUT);
  /** @type {Grid[]} */
  const factors = range(tiles).map((t) => (i, k) => (i * TILE_SIDE + k) * tiles + t);
  const [input, output] = [
    { high: height, wide: width, up: pad[0], back: pad[1] },
    { high: rows, wide: columns, up: 0, back: 0 },
  ].map(({ high, wide, up, back }) =>
    range(tiles).map((t) => (/** @type {number} */ i, /** @type {number} */ k) => {
      const [y, x] = [TILE_OUT * Math.floor(t / across) + i - up, TILE_OUT * (t % across) + k - back];
      return y >= 0 && y < high && x >= 0 && x < wide ? y * wide + x : NOWHERE;
    }),
  );
  const both = (/** @type {(t: number) => number[][]} */ of) => range(tiles).flatMap(of);
  return {
    inputRows: both((t) => rowLines(TILE_SIDE, input[t], TILE_SIDE, factors[t], TILE_SIDE)),
    inputRowsBack: both((t) => rowLines(TILE_SIDE, factors[t], TILE_SIDE, input[t], TILE_SIDE)),
    columns: both((t) => columnLines(factors[t], TILE_SIDE, TILE_SIDE)),
    outputColumns: both((t) => columnLines(factors[t], TILE_SIDE, TILE_OUT)),
    columnsBack: both((t) => columnLines(factors[t], TILE_OUT, TILE_SIDE)),
    outputRows: both((t) => rowLines(TILE_OUT, factors[t], TILE_SIDE, output[t], TILE_OUT)),
    rowsBack: both((t) => rowLines(TILE_OUT, output[t], TILE_OUT, factors[t], TILE_SIDE)),
  };
}

/** The lines of kernels of nine weights and of their 25 factors. */
export function linesOfKernel() {
  /** @type {Grid} */
  const nine = (i, k) => i * TILE_OUT + k;
  /** @type {Grid} */
  const many = (i, k) => i * TILE_SIDE + k;
  return {
    rows: rowLines(TILE_OUT, nine, TILE_OUT, many, TILE_SIDE),
    columns: columnLines(many, TILE_OUT, TILE_SIDE),
    columnsBack: columnLines(many, TILE_SIDE, TILE_OUT),
    rowsBack: rowLines(TILE_OUT, many, TILE_SIDE, nine, TILE_OUT),
  };
}

/** @param {number} rows @param {Grid} from @param {number} reads @param {Grid} to @param {number} writes */
function rowLines(rows, from, reads, to, writes) {
  return range(rows).map((i) => [...five(reads, (k) => from(i, k)), ...five(writes, (k) => to(i, k))]);
}

/** @param {Grid} at of what is read and of what is written @param {number} reads @param {number} writes */
function columnLines(at, reads, writes) {
  return range(TILE_SIDE).map((k) => [...five(reads, (i) => at(i, k)), ...five(writes, (i) => at(i, k))]);
}

/** @param {number} count @param {(k: number) => number} at */
function five(count, at) {
  return range(TILE_SIDE).map((k) => (k < count ? at(k) : NOWHERE));
}

/** @param {number} n */
function range(n) {
  return Array.from({ length: n }, (_, i) => i);
}
