/** Operators that compute nothing: the same numbers in another shape, order or choice. */

import { axisAt, slicesTaken, strided, stridesOf, stretchedTo, axesTurned } from "./places.js";
import { later, needed, room, sizeOfShape, withShape } from "./tensor.js";

/** @typedef {import("./tensor.js").Operator} Operator */
/** @typedef {import("./tensor.js").Tensor} Tensor */

/** @type {Operator} */
const same = ([x], _, [made]) => [withShape(needed(x), made.shape)];

/** Whole numbers that an attribute or, from some version on, an input gives. @param {Tensor | null | undefined} input
 * @param {number[] | undefined} attribute */
function wholesOf(input, attribute) {
  if (attribute !== undefined) return Array.from(attribute);
  return input ? Array.from(input.values) : null;
}

/** @type {Record<string, Operator>} */
export const REARRANGING = {
  Reshape: same,
  Flatten: same,
  Squeeze: same,
  Unsqueeze: same,
  Transpose: ([given], { perm }) => {
    const x = needed(given);
    return [axesTurned(x, perm ?? x.shape.map((_, i) => x.shape.length - 1 - i))];
  },
  Expand: ([x], _, [made]) => [stretchedTo(needed(x), made.shape)],
  Tile: ([given], _, [made]) => {
    const x = needed(given);
    const strides = stridesOf(x.shape, x.shape);
    const apart = x.shape.flatMap((n, i) => [n && made.shape[i] / n, n]);
    const twice = { type: made.type, shape: apart };
    return [
      withShape(
        strided(
          x,
          twice,
          strides.flatMap((stride) => [0, stride]),
        ),
        made.shape,
      ),
    ];
  },
  Slice: (inputs, attributes, [made]) => {
    const x = needed(inputs[0]);
    const slices = slicesTaken(x.shape, {
      starts: wholesOf(inputs[1], attributes.starts) ?? [],
      ends: wholesOf(inputs[2], attributes.ends) ?? [],
      axes: wholesOf(inputs[3], attributes.axes),
      steps: wholesOf(inputs[4], undefined),
    });
    const strides = stridesOf(x.shape, x.shape);
    const first = slices.reduce((sum, slice, i) => sum + slice.first * strides[i], 0);
    return [
      strided(
        x,
        made,
        strides.map((stride, i) => stride * slices[i].step),
        first,
      ),
    ];
  },
  Split: ([given], { axis = 0 }, made) => {
    const x = needed(given);
    const at = axisAt(axis, x.shape.length);
    const strides = stridesOf(x.shape, x.shape);
    const unit = sizeOfShape(x.shape.slice(at + 1));
    let before = 0;
    return made.map((part) => {
      const first = before * unit;
      before += part.shape[at];
      return strided(x, part, strides, first);
    });
  },
  Concat: (inputs, { axis }, [made]) => {
    const all = inputs.map(needed);
    const at = axisAt(axis, made.shape.length);
    const inner = sizeOfShape(made.shape.slice(at + 1));
    return [
      later(made.type, made.shape, (count) => {
        const out = room(made.type, count);
        const row = made.shape[at] * inner;
        let before = 0;
        for (const { values, shape } of all) {
          const part = shape[at] * inner;
          for (let i = 0; i < values.length; i++) out[Math.floor(i / part) * row + before + (i % part)] = values[i];
          before += part;
        }
        return out;
      }),
    ];
  },
  Gather: ([data, index], { axis = 0 }, [made]) => {
    const [x, where] = [needed(data), needed(index)];
    const at = axisAt(axis, x.shape.length);
    const [inner, n] = [sizeOfShape(x.shape.slice(at + 1)), x.shape[at]];
    return [
      later(made.type, made.shape, (count) => {
        const out = room(made.type, count);
        const [{ values }, { values: chosen }] = [x, where];
        for (let i = 0; i < count; i++) {
          const picked = chosen[Math.floor(i / inner) % where.size];
          const place = picked < 0 ? picked + n : picked;
          if (!(place >= 0 && place < n)) throw new RangeError(`index ${picked} of ${n}`);
          out[i] = values[(Math.floor(i / (inner * where.size)) * n + place) * inner + (i % inner)];
        }
        return out;
      }),
    ];
  },
};
