/** Which pictures are left out together: of each class every fifth, so that each picture is left out once. */

export const OWN_FOLDS = 5;

/** The fold of each picture: the i-th of its class is in fold i modulo 5. @param {ArrayLike<number>} labels */
export function foldsOf(labels) {
  /** @type {number[]} */
  const seen = [];
  return Array.from(labels, (label) => {
    seen[label] = (seen[label] ?? 0) + 1;
    return (seen[label] - 1) % OWN_FOLDS;
  });
}
