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
  const { kernel, stride, pad } = /** @type {Window} */ (node.window);
  for (let c = 0; c < channels; c++) {
    for (let oy = 0; oy < rows; oy++) {
      const top = Math.max(0, oy * stride[0] - pad[0]);
      const bottom = Math.min(height, oy * stride[0] - pad[0] + kernel[0]);
      for (let ox = 0; ox < columns; ox++) {
        const left = Math.max(0, ox * stride[1] - pad[1]);
        const right = Math.min(width, ox * stride[1] - pad[1] + kernel[1]);
        const to = (c * rows + oy) * columns + ox;
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) visit(to, (c * height + y) * width + x);
        }
      }
    }
  }
}
