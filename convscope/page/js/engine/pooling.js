/** @import {Window} from "../types.js" */
/** @import {Layer} from "./types.js" */

/**
 * Call `visit(out, in)` for every number of the feature maps that every window of a pooling reads, in reading order.
 * @param {Layer} node
 * @param {(to: number, from: number) => void} visit
 */
export function eachPooled(node, visit) {
  const [channels, height, width] = node.input;
  const [, rows, columns] = node.output;
  const { kernel, stride, pad, dilation } = /** @type {Window} */ (node.window);
  const first = (/** @type {number} */ begin, /** @type {number} */ by) =>
    begin + by * Math.ceil(Math.max(0, -begin) / by);
  for (let c = 0; c < channels; c++) {
    for (let oy = 0; oy < rows; oy++) {
      const top = first(oy * stride[0] - pad[0], dilation[0]);
      const bottom = Math.min(height, oy * stride[0] - pad[0] + kernel[0] * dilation[0]);
      for (let ox = 0; ox < columns; ox++) {
        const left = first(ox * stride[1] - pad[1], dilation[1]);
        const right = Math.min(width, ox * stride[1] - pad[1] + kernel[1] * dilation[1]);
        const to = (c * rows + oy) * columns + ox;
        for (let y = top; y < bottom; y += dilation[0]) {
          for (let x = left; x < right; x += dilation[1]) visit(to, (c * height + y) * width + x);
        }
      }
    }
  }
}

/**
 * How many numbers of the window at a place of a mean pooling count: its own within the padding, or within the maps.
 * @param {Layer} node
 * @param {number} y
 * @param {number} x
 */
export function countedAt(node, y, x) {
  const { kernel, stride, pad, pad_end: end } = /** @type {Window} */ (node.window);
  const padding = node.options.count_include_pad ?? true;
  const [rows, columns] = [y, x].map((at, axis) => {
    const begin = at * stride[axis] - pad[axis];
    const length = node.input[axis + 1] + (padding ? end[axis] : 0);
    return Math.min(begin + kernel[axis], length) - (padding ? begin : Math.max(0, begin));
  });
  return rows * columns;
}
