/** The learning rate over the steps, and what share a step has in running statistics: as training/schedule.py says. */

/**
 * Return the factor (0…1) of the learning rate at `step` (from 0) of `steps`: up over a share `warmup`, then down to
 * `final` of the peak, both linearly.
 * @param {number} step @param {number} steps @param {number} warmup @param {number} final
 */
export function lrFactor(step, steps, warmup, final) {
  const rise = warmup * steps;
  const up = rise > 0 ? (step + 1) / rise : 1;
  const down = final + ((1 - final) * (steps - step)) / (steps - rise);
  return Math.min(1, up, down);
}

/**
 * Return what share the batch of `step`, counted from 0, has in running statistics: the first ten are averaged alike,
 * so that a short training does not keep the 0 and 1 that they start from.
 * @param {number} step
 */
export function statisticsShare(step) {
  return Math.max(0.1, 1 / (step + 1));
}
