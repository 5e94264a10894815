/** What depth costs and pooling saves. Its twin in Python is convscope/arithmetic/costs.py. */

/** @typedef {{macs: number, numbers: number, last: [number, number], layers: number}} Depth */

/**
 * The side of a square picture before and after each of `layers` convolutions, as far as they fit.
 * @param {number} size
 * @param {number} kernel
 * @param {number} pad
 * @param {number} layers
 */
export function chainSizes(size, kernel, pad, layers) {
  const found = [size];
  while (found.length <= layers && found[found.length - 1] + 2 * pad >= kernel)
    found.push(found[found.length - 1] - kernel + 2 * pad + 1);
  return found;
}

/**
 * What a stack of convolutions computes and keeps on one picture of one channel, with 2×2 pooling after every `every`
 * (0: never).
 * @param {{width: number, height: number, layers: number, channels: number, kernel: number, pad: number, every:
 * number}} stack
 * @returns {Depth}
 */
export function stackCosts({ width, height, layers, channels, kernel, pad, every }) {
  let [macs, numbers, done, inputs] = [0, 0, 0, 1];
  while (done < layers && Math.min(width, height) + 2 * pad >= kernel) {
    width += 2 * pad - kernel + 1;
    height += 2 * pad - kernel + 1;
    done++;
    macs += channels * width * height * inputs * kernel * kernel;
    numbers += channels * width * height;
    inputs = channels;
    if (every && done % every === 0 && Math.min(width, height) >= 2) {
      width = Math.floor(width / 2);
      height = Math.floor(height / 2);
      numbers += channels * width * height;
    }
  }
  return { macs, numbers, last: [width, height], layers: done };
}

/**
 * 2×2 pooling with stride 2: the largest or the mean of each window.
 * @param {ArrayLike<number>} map @param {number} height @param {number} width @param {"max" | "mean"} how
 */
export function pooled(map, height, width, how) {
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
  return Float64Array.from({ length: rows * columns }, (_, i) => {
    const [y, x] = [Math.floor(i / columns) * 2, (i % columns) * 2];
    const four = [map[y * width + x], map[y * width + x + 1], map[(y + 1) * width + x], map[(y + 1) * width + x + 1]];
    return how === "max" ? Math.max(...four) : four.reduce((a, b) => a + b, 0) / 4;
  });
}
