/**
 * @typedef {object} Tap which input numbers make one output number
 * @property {number} from
 * @property {Float64Array} weights whole numbers; they sum to about ONE
 */

/** What 1 is in the whole numbers that Pillow computes 8-bit pictures with. */
const ONE = 2 ** 22;

/**
 * Return the taps of Pillow's BILINEAR with antialiasing: a triangle as wide as the scale, at least 1, over each output
 * pixel's middle.
 * @param {number} input
 * @param {number} size
 * @returns {Tap[]}
 */
function tapsOf(input, size) {
  const step = input / size;
  const reach = Math.max(1, step);
  const steep = 1 / reach;
  return Array.from({ length: size }, (_, i) => {
    const middle = (i + 0.5) * step;
    const from = Math.max(0, Math.trunc(middle - reach + 0.5));
    const end = Math.min(input, Math.trunc(middle + reach + 0.5));
    const raw = Float64Array.from({ length: end - from }, (_, t) =>
      Math.max(0, 1 - Math.abs((t + from - middle + 0.5) * steep)),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return { from, weights: raw.map((w) => Math.trunc(0.5 + (w / sum) * ONE)) };
  });
}

/**
 * Resample one plane of bytes (height, width) to (rows, columns) to the very bytes that Pillow 13's resize gives with
 * BILINEAR: two passes, each rounded; along the rows first, or down the columns where that takes more away.
 * @param {Uint8Array} plane
 * @param {number} height
 * @param {number} width
 * @param {number} rows
 * @param {number} columns
 * @returns {Uint8Array}
 */
export function resample(plane, height, width, rows, columns) {
  if (height > rows && height - rows > 2 * (width - columns))
    return across(down(plane, width, height, rows), rows, width, columns);
  return down(across(plane, height, width, columns), columns, height, rows);
}

/**
 * @param {Uint8Array} plane
 * @param {number} height
 * @param {number} width
 * @param {number} columns
 */
function across(plane, height, width, columns) {
  const out = new Uint8Array(height * columns);
  const taps = tapsOf(width, columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++)
      out[y * columns + x] = weighted(plane, y * width + taps[x].from, 1, taps[x].weights);
  }
  return out;
}

/**
 * @param {Uint8Array} plane
 * @param {number} width
 * @param {number} height
 * @param {number} rows
 */
function down(plane, width, height, rows) {
  const out = new Uint8Array(rows * width);
  tapsOf(height, rows).forEach(({ from, weights }, y) => {
    for (let x = 0; x < width; x++) out[y * width + x] = weighted(plane, from * width + x, width, weights);
  });
  return out;
}

/**
 * @param {Uint8Array} plane
 * @param {number} at the first number's index
 * @param {number} step from one to the next
 * @param {Float64Array} weights
 */
function weighted(plane, at, step, weights) {
  let sum = ONE / 2;
  for (let t = 0; t < weights.length; t++) sum += weights[t] * plane[at + t * step];
  return Math.min(255, Math.floor(sum / ONE));
}
