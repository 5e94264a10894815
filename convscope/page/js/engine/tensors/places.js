/** Where numbers lie in memory: axes, steps along them, and tensors of others' numbers from places evenly apart. */

import { later } from "./tensor.js";

/** @typedef {import("./tensor.js").Held} Held */
/** @typedef {import("./tensor.js").Tensor} Tensor */
/** @typedef {import("./tensor.js").Typed} Typed */

/** An axis counted from the front. @param {number} axis @param {number} rank */
export function axisAt(axis, rank) {
  const at = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(at) && at >= 0 && at < rank)) throw new RangeError(`axis ${axis ?? "?"} of ${rank}`);
  return at;
}

/** How far apart neighbours along each axis lie; 0 where a single one counts for all. @param {number[]} shape
 * @param {number[]} to */
export function stridesOf(shape, to) {
  const strides = to.map(() => 0);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i + to.length - shape.length] = shape[i] === 1 ? 0 : step;
    step *= shape[i];
  }
  return strides;
}

/**
 * Take numbers from places that lie evenly along every axis.
 * @param {Tensor} from @param {Typed} made @param {number[]} strides @param {number} [first] @returns {Tensor}
 */
export function strided(from, { type, shape }, strides, first = 0) {
  return later(type, shape, (count) => {
    const { values } = from;
    const out = /** @type {Held} */ (new /** @type {any} */ (values.constructor)(count));
    const at = shape.map(() => 0);
    for (let i = 0, place = first; i < count; i++) {
      out[i] = values[place];
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        place += strides[axis];
        if (++at[axis] < shape[axis]) break;
        place -= strides[axis] * shape[axis];
        at[axis] = 0;
      }
    }
    return out;
  });
}

/** Stretched to a shape along axes of length 1. @param {Tensor} tensor @param {number[]} shape */
export function stretchedTo(tensor, shape) {
  if (tensor.shape.join() === shape.join()) return tensor;
  return strided(tensor, { type: tensor.type, shape }, stridesOf(tensor.shape, shape));
}

/** Its axes in another order. @param {Tensor} tensor @param {number[]} order */
export function axesTurned(tensor, order) {
  const strides = stridesOf(tensor.shape, tensor.shape);
  const { type } = tensor;
  return strided(
    tensor,
    { type, shape: order.map((axis) => tensor.shape[axis]) },
    order.map((axis) => strides[axis]),
  );
}

/**
 * Where a slice begins along each axis, its step, and how many it takes.
 * @param {number[]} shape
 * @param {{starts: number[], ends: number[], axes?: number[] | null, steps?: number[] | null}} given
 */
export function slicesTaken(shape, { starts, ends, axes, steps }) {
  const found = shape.map((n) => ({ first: 0, step: 1, count: n }));
  (axes ?? starts.map((_, i) => i)).forEach((axis, i) => {
    const at = axisAt(axis, shape.length);
    const [n, step] = [shape[at], steps?.[i] ?? 1];
    if (!step) throw new RangeError("step 0");
    const within = (/** @type {number} */ place, /** @type {number} */ least, /** @type {number} */ most) =>
      Math.max(least, Math.min(most, place < 0 ? place + n : place));
    const first = step > 0 ? within(starts[i], 0, n) : within(starts[i], 0, n - 1);
    const end = step > 0 ? within(ends[i], 0, n) : within(ends[i], -1, n - 1);
    found[at] = { first, step, count: Math.max(0, Math.ceil((end - first) / step)) };
  });
  return found;
}
