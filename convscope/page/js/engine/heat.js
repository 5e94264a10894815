/**
 * A heat map brought to the picture's pixels, where the units of its grid really look (docs/payload.md, "Where it
 * looked").
 */

/** @typedef {import("./types.js").HeatMap} HeatMap */
/** @typedef {import("../types.js").PageNode} PageNode */

/**
 * The map at every pixel, bilinear between its own points and held at its ends. A unit (i, j) of a node's map looks
 * around the pixel start + (size − 1)/2 + jump·(i, j); without a field the map has the picture's own grid.
 * @param {HeatMap} map
 * @param {PageNode["field"] | null} field
 * @param {number} height
 * @param {number} width
 * @returns {HeatMap}
 */
export function overPicture(map, field, height, width) {
  if (!map.rows || !map.columns) return { rows: height, columns: width, values: new Float64Array(height * width) };
  const values = new Float64Array(height * width);
  const at = (/** @type {number} */ pixel, /** @type {0 | 1} */ axis) =>
    field ? (pixel - field.start[axis] - (field.size[axis] - 1) / 2) / (field.jump[axis] || 1) : pixel;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) values[y * width + x] = sampled(map, at(y, 0), at(x, 1));
  return { rows: height, columns: width, values };
}

/**
 * The map's sums over squares, the fewest pixels wide that make at most `most` of them a side; those at the end hold
 * what is left. A map of no more points stays as it is.
 * @param {HeatMap} map
 * @param {number} most
 * @returns {HeatMap & {side: number}}
 */
export function inSquares({ rows, columns, values }, most) {
  const side = Math.max(1, Math.ceil(Math.max(rows, columns) / most));
  const [down, across] = [Math.ceil(rows / side), Math.ceil(columns / side)];
  const sums = new Float64Array(down * across);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      sums[Math.floor(y / side) * across + Math.floor(x / side)] += values[y * columns + x];
  return { rows: down, columns: across, values: sums, side };
}

/** @param {HeatMap} map @param {number} y @param {number} x */
function sampled(map, y, x) {
  const cy = Math.max(0, Math.min(map.rows - 1, y));
  const cx = Math.max(0, Math.min(map.columns - 1, x));
  const [top, left] = [Math.floor(cy), Math.floor(cx)];
  const [bottom, right] = [Math.min(map.rows - 1, top + 1), Math.min(map.columns - 1, left + 1)];
  const at = (/** @type {number} */ r, /** @type {number} */ c) => map.values[r * map.columns + c];
  const above = at(top, left) + (at(top, right) - at(top, left)) * (cx - left);
  const below = at(bottom, left) + (at(bottom, right) - at(bottom, left)) * (cx - left);
  return above + (below - above) * (cy - top);
}
