/** Receptive fields by the recurrence: size, jump and start in pixels, as convscope/formula/receptive_field.py. */

/** @typedef {[number, number]} Two rows, columns */
/** @typedef {{size: Two, jump: Two, start: Two}} Field */

/** After a window. @param {Field} field @param {Two} extent @param {Two} stride @param {Two} pad @returns {Field} */
export function through(field, extent, stride, pad) {
  const { size, jump, start } = field;
  return {
    size: [size[0] + (extent[0] - 1) * jump[0], size[1] + (extent[1] - 1) * jump[1]],
    jump: [jump[0] * stride[0], jump[1] * stride[1]],
    start: [start[0] - pad[0] * jump[0], start[1] - pad[1] * jump[1]],
  };
}

/** With its start moved by units of the layer it reads. @param {Field} field @param {Two} by @returns {Field} */
export function shifted(field, by) {
  return { ...field, start: [field.start[0] + by[0] * field.jump[0], field.start[1] + by[1] * field.jump[1]] };
}

/**
 * The smallest field around both, for a sum of two branches or a concatenation.
 * @param {Field} field
 * @param {Field} other
 * @returns {Field}
 */
export function fieldAround(field, other) {
  /** @type {Two} */
  const start = [Math.min(field.start[0], other.start[0]), Math.min(field.start[1], other.start[1])];
  const jump = /** @type {Two} */ ([0, 1].map((i) => Math.max(field.jump[i], other.jump[i])));
  const ends = [0, 1].map((i) => Math.max(field.start[i] + field.size[i], other.start[i] + other.size[i]));
  return { size: [ends[0] - start[0], ends[1] - start[1]], jump, start };
}
