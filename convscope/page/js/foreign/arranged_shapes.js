/** What operators make of sizes that lay the same numbers otherwise. */

import { axisAt, slicesTaken } from "../engine/tensors/places.js";
import { sizeOfShape } from "../engine/tensors/tensor.js";
import { shapeSaid } from "./constants.js";
import { need, stretched, typed, wholes } from "./shape_parts.js";

/** @typedef {import("./shape_parts.js").Read} Read */
/** @typedef {import("./shape_parts.js").Rule} Rule */

/** @type {Rule} */
const rearranged = (inputs, { shape: given, allowzero = 0 }) => {
  const { type, shape } = need(inputs);
  const wanted = wholes(inputs, 1, given);
  if (!wanted) throw new RangeError("shape");
  const made = wanted.map((n, i) => (n === 0 && !allowzero ? shape[i] : n));
  const [all, known] = [sizeOfShape(shape), sizeOfShape(made.filter((n) => n !== -1))];
  const whole = made.map((n) => (n === -1 ? all / known : n));
  if (sizeOfShape(whole) !== all || whole.some((n) => !Number.isInteger(n) || n < 0))
    throw new RangeError(`${shape.join("×")}, ${shapeSaid(wanted)}`);
  return [typed(type, whole)];
};

/**
 * Where a slice begins along each axis, its step, and how many it takes.
 * @param {number[]} shape @param {(Read | null)[]} inputs @param {Record<string, any>} attributes
 */
export function sliceRead(shape, inputs, attributes) {
  return slicesTaken(shape, {
    starts: wholes(inputs, 1, attributes.starts) ?? [],
    ends: wholes(inputs, 2, attributes.ends) ?? [],
    axes: wholes(inputs, 3, attributes.axes),
    steps: wholes(inputs, 4, undefined),
  });
}

/** @type {Record<string, Rule>} */
export const ARRANGED_RULES = {
  Reshape: rearranged,
  Flatten: (inputs, { axis = 1 }) => {
    const { type, shape } = need(inputs);
    const at = axis < 0 ? axis + shape.length : axis;
    return [typed(type, [sizeOfShape(shape.slice(0, at)), sizeOfShape(shape.slice(at))])];
  },
  Squeeze: (inputs, { axes }) => {
    const { type, shape } = need(inputs);
    const given = wholes(inputs, 1, axes)?.map((axis) => axisAt(axis, shape.length));
    if (given?.some((axis) => shape[axis] !== 1)) throw new RangeError(shape.join("×"));
    return [
      typed(
        type,
        shape.filter((n, i) => (given ? !given.includes(i) : n !== 1)),
      ),
    ];
  },
  Unsqueeze: (inputs, { axes }) => {
    const { type, shape } = need(inputs);
    const given = wholes(inputs, 1, axes) ?? [];
    const rank = shape.length + given.length;
    const added = new Set(given.map((axis) => axisAt(axis, rank)));
    if (added.size !== given.length) throw new RangeError("axes");
    const left = shape.slice();
    return [
      typed(
        type,
        Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : Number(left.shift()))),
      ),
    ];
  },
  Transpose: (inputs, { perm }) => {
    const { type, shape } = need(inputs);
    const order = perm ?? shape.map((_, i) => shape.length - 1 - i);
    if (order.length !== shape.length || new Set(order).size !== shape.length) throw new RangeError("perm");
    return [
      typed(
        type,
        order.map((/** @type {number} */ axis) => shape[axisAt(axis, shape.length)]),
      ),
    ];
  },
  Expand: (inputs) => [typed(need(inputs).type, stretched([need(inputs).shape, wholes(inputs, 1, undefined) ?? []]))],
  Tile: (inputs) => {
    const times = wholes(inputs, 1, undefined) ?? [];
    return [
      typed(
        need(inputs).type,
        need(inputs).shape.map((n, i) => n * times[i]),
      ),
    ];
  },
  Concat: (inputs, { axis }) => {
    const [{ type, shape }, all] = [need(inputs), inputs.filter((one) => one !== null)];
    const at = axisAt(axis, shape.length);
    const rest = (/** @type {number[]} */ one) => one.filter((_, i) => i !== at).join();
    if (all.some((one) => one.shape.length !== shape.length || rest(one.shape) !== rest(shape)))
      throw new RangeError(all.map((one) => one.shape.join("×")).join(", "));
    return [
      typed(
        type,
        shape.map((n, i) => (i === at ? all.reduce((sum, one) => sum + one.shape[at], 0) : n)),
      ),
    ];
  },
  Split: (inputs, { axis = 0, split, num_outputs }, _, outputs) => {
    const { type, shape } = need(inputs);
    const at = axisAt(axis, shape.length);
    const count = num_outputs ?? outputs;
    const each = Math.ceil(shape[at] / count);
    const equal = Array.from({ length: count }, (_, i) => Math.min(each, shape[at] - i * each));
    const sizes = wholes(inputs, 1, split) ?? equal;
    if (sizes.reduce((a, b) => a + b, 0) !== shape[at] || sizes.length < outputs) throw new RangeError("split");
    return sizes.map((n) =>
      typed(
        type,
        shape.map((m, i) => (i === at ? n : m)),
      ),
    );
  },
  Slice: (inputs, attributes) => {
    const { type, shape } = need(inputs);
    return [
      typed(
        type,
        sliceRead(shape, inputs, attributes).map(({ count }) => count),
      ),
    ];
  },
  Gather: (inputs, { axis = 0 }) => {
    const { type, shape } = need(inputs);
    const at = axisAt(axis, shape.length);
    return [typed(type, [...shape.slice(0, at), ...need(inputs, 1).shape, ...shape.slice(at + 1)])];
  },
  GatherElements: (inputs) => [typed(need(inputs).type, need(inputs, 1).shape)],
  Pad: (inputs, { pads, paddings }) => {
    const { type, shape } = need(inputs);
    const given = wholes(inputs, 1, pads ?? paddings) ?? [];
    const axes = wholes(inputs, 3, undefined)?.map((axis) => axisAt(axis, shape.length)) ?? shape.map((_, i) => i);
    if (given.length !== 2 * axes.length) throw new RangeError("pads");
    const added = (/** @type {number} */ i) =>
      (given[axes.indexOf(i)] ?? 0) + (given[axes.indexOf(i) + axes.length] ?? 0);
    return [
      typed(
        type,
        shape.map((n, i) => n + (axes.includes(i) ? added(i) : 0)),
      ),
    ];
  },
};
