/** Convolutions of few channels, as those of pictures: the numbers that a row of a kernel meets lie side by side. */

import { LANES } from "./memory.js";
import { linksOf } from "./tables.js";
/** @import {Window} from "../types.js" */
/** @import {Parameter, Pass, Site} from "./types.js" */

const FEW = 4; // channels that `correlate` takes together

/**
 * Return a convolution of fewer than four channels seen as one whose kernel is a column, on a copy with the padding
 * around it: a place and its neighbours, as many as the kernel is wide, are so many channels. So inner loops have four
 * channels at least where they would have one. Null where that is not so.
 * @param {Site} site
 * @param {{groups: number, depth: number}} sizes
 */
export function rowsOf({ node, space, inputs: [x], output, pictures, parameters: { weight } }, { groups, depth }) {
  if (!node.window || groups > 1 || depth >= FEW) return null;
  const { kernel, stride, pad, pad_end: end, dilation } = /** @type {Window} */ (node.window);
  if (dilation[1] > 1 || depth * kernel[1] < FEW) return null;
  const [, height, width] = node.input;
  const [filters, rows, columns] = node.output;
  const [high, wide] = [height + pad[0] + end[0], width + pad[1] + end[1]];
  const maps = space.maps(pictures, high * wide, depth);
  const across = depth * kernel[1];
  const arranged = space.take(weight.values.count);

  /** @type {[number, number, number][]} */
  const found = [];
  for (let to = 0; to < rows * columns; to++) {
    for (let tap = 0; tap < kernel[0]; tap++) {
      const y = Math.floor(to / columns) * stride[0] + tap * dilation[0];
      found.push([to, y * wide + (to % columns) * stride[1], tap]);
    }
  }
  // Where number i of (filters, kernel columns × channels, kernel rows) lies in (filters, channels, rows, columns).
  const order = Int32Array.from({ length: filters * across * kernel[0] }, (_, i) => {
    const [filter, place, row] = [
      Math.floor(i / (across * kernel[0])),
      Math.floor(i / kernel[0]) % across,
      i % kernel[0],
    ];
    const [column, channel] = [Math.floor(place / depth), place % depth];
    return ((filter * depth + channel) * kernel[0] + row) * kernel[1] + column;
  });

  return {
    maps,
    links: linksOf(found),
    places: output.places,
    depth: across,
    taps: kernel[0],

    /** Copy the input; what lies around it stays 0. @param {Pass} pass */
    copy: ({ groups: batch }) => {
      const row = width * depth * LANES;
      for (let g = 0; g < batch; g++) {
        for (let y = 0; y < height; y++) {
          const from = (g * height + y) * row;
          const to = ((g * high + y + pad[0]) * wide + pad[1]) * depth * LANES;
          maps.block.values.set(x.block.values.subarray(from, from + row), to);
        }
      }
    },

    /** Where the weights lie in this order. */
    arrange: () => {
      for (let i = 0; i < order.length; i++) arranged.values[i] = weight.values.values[order[i]];
      return arranged.at;
    },

    /**
     * Add a gradient (kernel rows, filters, kernel columns × channels) to the weights' own.
     * @param {Float32Array} gradient @param {Parameter} to
     */
    give: (gradient, to) => {
      const count = filters * across;
      for (let i = 0; i < order.length; i++) {
        to.gradient.values[order[i]] += gradient[(i % kernel[0]) * count + Math.floor(i / kernel[0])];
      }
    },
  };
}
