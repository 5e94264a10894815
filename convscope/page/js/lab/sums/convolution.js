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
  return convolveSlices([picture], [kernel], slide, 0);
}

/**
 * The output of several channels: each slice of the picture under its own slice of the kernel, the sums added, and the
 * bias once.
 * @param {number[][][]} slices @param {number[][][]} kernels @param {Slide} slide @param {number} bias
 * @returns {number[][]}
 */
export function convolveSlices(slices, kernels, slide, bias) {
  const [height, width] = [kernels[0].length, kernels[0][0].length];
  const rows = outputSize(slices[0].length, height, slide);
  const columns = outputSize(slices[0][0].length, width, slide);
  const share = slide.mean ? kernels.length * height * width : 1;
  return Array.from({ length: rows }, (_, y) =>
    Array.from(
      { length: columns },
      (_, x) => slices.reduce((sum, slice, c) => sum + sumAt(slice, kernels[c], slide, y, x), 0) / share + bias,
    ),
  );
}

/** @param {number[][]} picture @param {number[][]} kernel @param {Slide} slide @param {number} y @param {number} x */
function sumAt(picture, kernel, { stride, pad, dilation }, y, x) {
  let sum = 0;
  for (let i = 0; i < kernel.length; i++) {
    const line = picture[y * stride - pad + i * dilation];
    if (!line) continue;
    for (let j = 0; j < kernel[i].length; j++) sum += (line[x * stride - pad + j * dilation] ?? 0) * kernel[i][j];
  }
  return sum;
}

/** The kernel turned by half a turn, as mathematics' convolution lays it. @param {number[][]} kernel */
export function flippedKernel(kernel) {
  return kernel.map((line) => [...line].reverse()).reverse();
}

/**
 * How many pixels along an axis, padding included, lie behind the last window: too few for a further step.
 * @param {number} size
 * @param {number} kernel
 * @param {Omit<Slide, "mean">} slide
 */
export function restAtEdge(size, kernel, slide) {
  const places = outputSize(size, kernel, slide);
  const reach = (places - 1) * slide.stride + slide.dilation * (kernel - 1) + 1;
  return size + 2 * slide.pad - (places ? reach : 0);
}

/**
 * How often each pixel of the picture is read by some window: 0 where a stride drops it.
 * @param {number[][]} picture
 * @param {number[][]} kernel
 * @param {Slide} slide
 * @returns {number[][]}
 */
export function readCounts(picture, kernel, slide) {
  const along = (/** @type {number} */ size, /** @type {number} */ side) => {
    const counts = Array.from({ length: size }, () => 0);
    for (let place = 0; place < outputSize(size, side, slide); place++)
      for (let k = 0; k < side; k++) {
        const at = place * slide.stride - slide.pad + k * slide.dilation;
        if (at >= 0 && at < size) counts[at]++;
      }
    return counts;
  };
  const across = along(picture[0].length, kernel[0].length);
  return along(picture.length, kernel.length).map((down) => across.map((count) => down * count));
}
