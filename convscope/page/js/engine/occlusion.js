import { runForward } from "./forward.js";
/** @import {Ending, Shape} from "../types.js" */
/** @import {HeatMap, Layer} from "./types.js" */

/**
 * Where squares of `size` stand along `length`: 0, stride, 2·stride … up to the first that reaches the end.
 * @param {number} length
 * @param {number} size
 * @param {number} stride
 */
function squaresAlong(length, size, stride) {
  return Array.from({ length: 1 + Math.max(0, Math.ceil((length - size) / stride)) }, (_, i) => i * stride);
}

/**
 * Occlusion (Zeiler & Fergus 2014, section 4.2): by how much the probability of a class falls where a square hides the
 * picture. A pixel's number is the mean over the squares that cover it; inside a square the network reads 0, the mean.
 * The same as convscope.explain.saliency.occlusion. Yields after every row of squares how much is done, 0…1, and
 * returns the map, so that a page can draw in between.
 * @param {Layer[]} nodes
 * @param {Float64Array} input scaled, (C, H, W)
 * @param {Shape} shape
 * @param {number} classIndex
 * @param {number} size
 * @param {number} stride at most the size
 * @param {number} temperature of the softmax
 * @param {Ending} [ending]
 * @param {(input: Float64Array) => Float64Array} [run] from a scaled picture to its probabilities, by another way
 * @returns {Generator<number, HeatMap, void>}
 */
export function* occlusionSteps(
  nodes,
  input,
  [channels, height, width],
  classIndex,
  size,
  stride,
  temperature,
  ending,
  run = (scaled) => runForward(nodes, scaled, temperature, ending).probabilities,
) {
  if (!(size >= 1 && stride >= 1 && stride <= size)) throw new RangeError("stride must be 1 to the square's size");
  const whole = run(input)[classIndex];
  const total = new Float64Array(height * width);
  const cover = new Float64Array(height * width);
  const tops = squaresAlong(height, size, stride);
  for (const top of tops) {
    const bottom = Math.min(height, top + size);
    for (const left of squaresAlong(width, size, stride)) {
      const right = Math.min(width, left + size);
      const hidden = input.slice();
      for (let row = 0; row < channels * height; row++) {
        if (row % height >= top && row % height < bottom) hidden.fill(0, row * width + left, row * width + right);
      }
      const fall = whole - run(hidden)[classIndex];
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          total[y * width + x] += fall;
          cover[y * width + x] += 1;
        }
      }
    }
    yield (tops.indexOf(top) + 1) / tops.length;
  }
  return { rows: height, columns: width, values: total.map((sum, i) => sum / cover[i]) };
}
