/** Operators that round numbers to a few bits, and that bring them back. */

import { axisAt } from "./places.js";
import { roundEven } from "./elementwise.js";
import { TYPES, later, needed, room, sizeOfShape } from "./tensor.js";

/** @typedef {import("./tensor.js").Operator} Operator */
/** @typedef {import("./tensor.js").Tensor} Tensor */

/** The ends of the whole numbers that values are rounded to. @type {Record<number, [number, number]>} */
export const ENDS = { 2: [0, 255], 3: [-128, 127], 4: [0, 65535], 5: [-32768, 32767] };

/** Scale and zero of a half of a quantisation for number `i`. @param {Tensor} x @param {Tensor} scale
 * @param {number} axis */
function scaleOfNumber(x, scale, axis) {
  if (scale.size === 1) return () => 0;
  const at = axisAt(axis, x.shape.length);
  const after = sizeOfShape(x.shape.slice(at + 1));
  if (scale.shape.length !== 1 || x.shape[at] !== scale.size) throw new RangeError("scales in blocks");
  return (/** @type {number} */ i) => Math.floor(i / after) % scale.size;
}

/** @type {Record<string, Operator>} */
export const QUANTISING = {
  DequantizeLinear: ([given, scales, zeros], { axis = 1 }, [made]) => {
    const [x, scale] = [needed(given), needed(scales)];
    const channel = scaleOfNumber(x, scale, axis);
    return [
      later(TYPES.float, made.shape, (count) => {
        const out = new Float32Array(count);
        const zero = zeros?.values;
        for (let i = 0; i < count; i++) {
          const c = channel(i);
          out[i] = (x.values[i] - (zero ? zero[zero.length > 1 ? c : 0] : 0)) * scale.values[c];
        }
        return out;
      }),
    ];
  },
  QuantizeLinear: ([given, scales, zeros], { axis = 1 }, [made]) => {
    const [x, scale] = [needed(given), needed(scales)];
    const ends = ENDS[made.type];
    if (!ends) throw new RangeError(`type ${made.type}`);
    const channel = scaleOfNumber(x, scale, axis);
    return [
      later(made.type, made.shape, (count) => {
        const out = room(made.type, count);
        for (let i = 0; i < count; i++) {
          const c = channel(i);
          const zero = zeros ? zeros.values[zeros.size > 1 ? c : 0] : 0;
          out[i] = Math.max(ends[0], Math.min(ends[1], roundEven(x.values[i] / scale.values[c]) + zero));
        }
        return out;
      }),
    ];
  },
};
