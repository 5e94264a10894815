import { phrase } from "../../kit/i18n.js";
import { cellAlong } from "../geometry.js";
import { partOf } from "../parts.js";
import { byProducts } from "../relevance_paths.js";
/** @import {KindModule, Layer} from "../types.js" */

/**
 * The mean of each cell of a grid laid over a map; where the grid does not fit, neighbouring cells share numbers.
 * @type {KindModule}
 */
export const adaptive_avgpool = {
  drawing: "pooling",
  explain: phrase("explain.adaptive"),
  geometry: "cells",
  mixes: false,
  affine: true,
  curve: null,
  relevance: byProducts(),
  forward: (node, [x]) => {
    const out = new Float64Array(node.output[0] * node.output[1] * node.output[2]);
    eachInCells(node, (to, from, area) => (out[to] += x[from] / area));
    return out;
  },
  backward: (node, gradient) => {
    const out = new Float64Array(node.input[0] * node.input[1] * node.input[2]);
    eachInCells(node, (to, from, area) => (out[from] += gradient[to] / area));
    return [out];
  },
  terms: (unit) => {
    const rows = cellAlong(unit.node, 0, unit.y);
    const columns = cellAlong(unit.node, 1, unit.x);
    const size = /** @type {[number, number]} */ ([rows.end - rows.first, columns.end - columns.first]);
    const part = partOf(unit, unit.channel, { top: rows.first, left: columns.first, size });
    return { parts: [part], numbers: { sum: part.subtotal, divisor: part.values.length } };
  },
};

/**
 * Call `visit(out, in, area)` for every number that every cell reads, in reading order; `area` is the cell's.
 * @param {Layer} node
 * @param {(to: number, from: number, area: number) => void} visit
 */
function eachInCells(node, visit) {
  const [channels, height, width] = node.input;
  const [, rows, columns] = node.output;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < rows; i++) {
      const down = cellAlong(node, 0, i);
      for (let j = 0; j < columns; j++) {
        const across = cellAlong(node, 1, j);
        const area = (down.end - down.first) * (across.end - across.first);
        for (let y = down.first; y < down.end; y++) {
          for (let x = across.first; x < across.end; x++)
            visit((c * rows + i) * columns + j, (c * height + y) * width + x, area);
        }
      }
    }
  }
}
