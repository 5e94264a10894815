/** Convolution in two dimensions, one output at a time. Its twin in Python is convscope/arithmetic/convolution.py. */

/**
 * @typedef {object} Slide how a kernel goes over a picture
 * @property {number} stride @property {number} pad zeros on every side @property {number} dilation
 * @property {boolean} mean divide each sum by the number of products, as the lecture does
 */

/**
 * O = floor((I − D(K − 1) − 1 + 2P) / S) + 1; below 1 the kernel does not fit.
 * @param {number} size
 * @param {number} kernel
 * @param {Omit<Slide, "mean">} slide
 */
export function outputSize(size, kernel, { stride, pad, dilation }) {
  return Math.max(0, Math.floor((size - dilation * (kernel - 1) - 1 + 2 * pad) / stride) + 1);
}

/**
 * Every product behind output (y, x): where it is read, the value (0 in the padding), the weight, their product.
 * @param {number[][]} picture @param {number[][]} kernel @param {Slide} slide @param {number} y @param {number} x
 */
export function productsAt(picture, kernel, { stride, pad, dilation }, y, x) {
  return kernel.flatMap((line, i) =>
    line.map((weight, j) => {
      const row = y * stride - pad + i * dilation;
      const column = x * stride - pad + j * dilation;
      const value = picture[row]?.[column] ?? 0;
      return { row, column, value, weight, product: value * weight };
    }),
  );
}

/**
 * The output: rows of numbers.
 * @param {number[][]} picture
 * @param {number[][]} kernel
 * @param {Slide} slide
 * @returns {number[][]}
 */
export function slideKernel(picture, kernel, slide) {
  const rows = outputSize(picture.length, kernel.length, slide);
  const columns = outputSize(picture[0].length, kernel[0].length, slide);
  const share = slide.mean ? kernel.length * kernel[0].length : 1;
  return Array.from({ length: rows }, (_, y) =>
    Array.from(
      { length: columns },
      (_, x) => productsAt(picture, kernel, slide, y, x).reduce((sum, one) => sum + one.product, 0) / share,
    ),
  );
}

/**
 * How often each pixel of the picture is read by some window: 0 where a stride drops it.
 * @param {number[][]} picture
 * @param {number[][]} kernel
 * @param {Slide} slide
 * @returns {number[][]}
 */
export function readCounts(picture, kernel, slide) {
  const counts = picture.map((line) => line.map(() => 0));
  const rows = outputSize(picture.length, kernel.length, slide);
  const columns = outputSize(picture[0].length, kernel[0].length, slide);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (const { row, column } of productsAt(picture, kernel, slide, y, x))
        if (counts[row]?.[column] !== undefined) counts[row][column]++;
    }
  }
  return counts;
}
