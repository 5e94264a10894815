/** Poolings by the WebAssembly kernels. */

import { countedAt } from "../pooling.js";
import { onlyKnown } from "./site.js";
/** @import {Window} from "../../types.js" */
/** @import {Layer} from "../types.js" */
/** @import {FastKind} from "./types.js" */

/** How many numbers a row with what is around it has, and a vector beyond. @param {Layer} node */
function lineOf(node) {
  const { input, output } = node;
  const { kernel, stride, pad, dilation } = /** @type {Window} */ (node.window);
  return Math.max(pad[1] + input[2], (output[2] - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1) + 8;
}

/** @type {FastKind} */
export function fastLargest({ node, inputs: [x], output, memory }) {
  if (!onlyKnown(node, ["ceil_mode"])) return null;
  const { kernel, stride, pad, dilation } = /** @type {Window} */ (node.window);
  const long = lineOf(node);
  const line = memory.scratch("line", long);
  const [, rows, columns] = node.output;
  return (kernels) =>
    kernels.largest(
      ...[x.at, output.at, line.at, ...node.input, rows, columns],
      ...[...kernel, ...stride, ...dilation, ...pad, long],
    );
}

/** @type {FastKind} */
export function fastAverages({ node, inputs: [x], output, memory }) {
  if (!onlyKnown(node, ["ceil_mode", "count_include_pad"])) return null;
  const { kernel, stride, pad, dilation } = /** @type {Window} */ (node.window);
  const corner = countedAt(node, 0, 0);
  if (dilation[0] !== 1 || dilation[1] !== 1 || corner <= 0) return null;
  const long = lineOf(node);
  const line = memory.scratch("line", long);
  const [, rows, columns] = node.output;
  const counts = new Float32Array(rows + columns);
  for (let i = 0; i < rows; i++) counts[i] = countedAt(node, i, 0);
  for (let j = 0; j < columns; j++) counts[rows + j] = countedAt(node, 0, j) / corner; // a window's counts multiply
  const counted = memory.put(counts);
  return (kernels) =>
    kernels.averages(
      ...[x.at, output.at, line.at, ...node.input, rows, columns],
      ...[...kernel, ...stride, ...pad, long, counted],
    );
}
