/**
 * A convolution as a layer of neurons that share their weights. Its twin in Python is
 * convscope/arithmetic/weight_sharing.py.
 */

/**
 * For each output (a row) and each pixel (a column) the number of the weight that joins them, or null; numbered row by
 * row.
 * @param {number} height @param {number} width @param {number} rows @param {number} columns the kernel's
 * @returns {(number | null)[][]}
 */
export function sharedPlaces(height, width, rows, columns) {
  const places = [];
  for (let top = 0; top <= height - rows; top++) {
    for (let left = 0; left <= width - columns; left++) {
      /** @type {(number | null)[]} */
      const line = Array.from({ length: height * width }, () => null);
      for (let weight = 0; weight < rows * columns; weight++)
        line[(top + Math.floor(weight / columns)) * width + left + (weight % columns)] = weight;
      places.push(line);
    }
  }
  return places;
}

/**
 * The numbers of one output: pixel × weight, and their sum.
 * @param {(number | null)[]} line
 * @param {number[]} weights
 * @param {number[]} pixels
 */
export function neuronSum(line, weights, pixels) {
  const terms = line.flatMap((weight, pixel) =>
    weight === null ? [] : [{ pixel, weight, product: weights[weight] * pixels[pixel] }],
  );
  return { terms, total: terms.reduce((sum, term) => sum + term.product, 0) };
}

/**
 * How many parameters a convolution has: a kernel for each output channel, with a slice for each channel it reads and
 * one bias. @param {number} kernels @param {number} slices @param {number} rows @param {number} columns
 */
export function kernelParameters(kernels, slices, rows, columns) {
  return kernels * (slices * rows * columns + 1);
}

/** How many parameters a full layer has: a weight for each pair, a bias for each output.
 * @param {number} inputs @param {number} outputs */
export function fullParameters(inputs, outputs) {
  return inputs * outputs + outputs;
}
