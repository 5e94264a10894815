/** Labels that are not quite certain (Szegedy et al. 2015, section 7), and the loss that no training gets below. */

/** A smoothed label: `share` of 1 spread evenly over all classes, the rest at the first, the true one.
 * @param {number} classes @param {number} share */
export function smoothedTarget(classes, share) {
  return Array.from({ length: classes }, (_, i) => share / classes + (i === 0 ? 1 - share : 0));
}

/**
 * Below this no loss of smoothed labels falls, in nats: the entropy of the target, reached where the network's
 * probabilities are the target.
 * @param {number} classes @param {number} share
 */
export function smoothingFloor(classes, share) {
  return smoothedTarget(classes, share).reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
}
