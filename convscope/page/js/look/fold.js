/**
 * A transformer's tokens are maps of one column: drawn as the grid that their places had, learned ones in rows above.
 */

/** @typedef {import("../engine/types.js").Layer} Layer */
/**
 * @typedef {{extra: number, rows: number, columns: number, length: number}} Fold how many learned places stand first,
 * and the grid as it is drawn: of all rows, those of the learned places too
 */

/**
 * The grid of a node's places in one row, null for maps that are drawn as they are.
 * @param {Layer[]} nodes @param {number} index @returns {Fold | null}
 */
export function foldOf(nodes, index) {
  if (index < 0 || nodes[index].flat || nodes[index].output[2] !== 1) return null;
  const [, length] = nodes[index].output;
  for (let at = index; at >= 0; at = nodes[at].sources[0]) {
    const { module, input, output } = nodes[at];
    if (output[2] !== 1) return null;
    if (module.geometry !== "places" || input[2] === 1) continue;
    const [, height, columns] = input;
    const extra = length - height * columns;
    return extra < 0 ? null : { extra, rows: Math.ceil(extra / columns) + height, columns, length };
  }
  return null;
}

/** Where place `y` is drawn: [row, column]. @param {Fold} fold @param {number} y @returns {[number, number]} */
export function cellOfPlace({ extra, columns }, y) {
  const at = y < extra ? y : y - extra + Math.ceil(extra / columns) * columns;
  return [Math.floor(at / columns), at % columns];
}

/** Which place is drawn there; beside the learned ones, where none is, the last of them. @param {Fold} fold
 * @param {number} row @param {number} column */
export function placeOfCell({ extra, columns }, row, column) {
  const at = row * columns + column;
  const above = Math.ceil(extra / columns) * columns;
  return at < above ? Math.min(at, extra - 1) : at - above + extra;
}

/** The numbers of one map as they are drawn, NaN where nothing is. @param {Fold} fold @param {ArrayLike<number>} values
 * @param {number} start */
export function foldedValues(fold, values, start) {
  const out = new Float64Array(fold.rows * fold.columns).fill(NaN);
  for (let y = 0; y < fold.length; y++) {
    const [row, column] = cellOfPlace(fold, y);
    out[row * fold.columns + column] = values[start + y];
  }
  return out;
}
