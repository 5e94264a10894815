/**
 * Filters made by hand, and a filter laid over a whole picture. Its twin in Python is convscope/arithmetic/filters.py.
 */

/** @type {Record<string, number[]>} row by row */
export const FILTERS = {
  identity: [0, 0, 0, 0, 1, 0, 0, 0, 0],
  outline: [-1, -1, -1, -1, 8, -1, -1, -1, -1],
  emboss: [-2, -1, 0, -1, 1, 1, 0, 1, 2],
  blur: [1, 2, 1, 2, 4, 2, 1, 2, 1].map((v) => v / 16),
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
  "sobel-left": [1, 0, -1, 2, 0, -2, 1, 0, -1],
  "sobel-top": [1, 2, 1, 0, 0, 0, -1, -2, -1],
  blur5: [1, 4, 6, 4, 1, 4, 16, 24, 16, 4, 6, 24, 36, 24, 6, 4, 16, 24, 16, 4, 1, 4, 6, 4, 1].map((v) => v / 256),
};

/**
 * A filter over every place where all of it lies on the picture: (height − side + 1) × (width − side + 1) sums.
 * @param {ArrayLike<number>} pixels
 * @param {number} height
 * @param {number} width
 * @param {ArrayLike<number>} kernel side × side
 */
export function filterPlane(pixels, height, width, kernel) {
  const side = Math.round(Math.sqrt(kernel.length));
  const rows = Math.max(0, height - side + 1);
  const columns = Math.max(0, width - side + 1);
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      const weight = kernel[i * side + j];
      if (weight === 0) continue;
      for (let y = 0; y < rows; y++) {
        const from = (y + i) * width + j;
        for (let x = 0; x < columns; x++) out[y * columns + x] += weight * pixels[from + x];
      }
    }
  }
  return { rows, columns, values: out };
}
