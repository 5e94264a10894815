/** Which pictures are left out together: of each class a fifth, so that each picture is left out once. */

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

/**
 * The same of pictures that were taken one after another and are nearly the same then: of each class the first fifth is
 * fold 0, the next fold 1. Otherwise each would be judged by a network that has seen its neighbour.
 * @param {number[]} labels
 * @param {number} [shift] so many pictures later each fold begins, the last one with the first pictures of its class
 */
export function foldsInTurn(labels, shift = 0) {
  return labels.map((label, i) => {
    const own = labels.filter((one) => one === label).length;
    const before = labels.slice(0, i).filter((one) => one === label).length;
    return Math.floor((OWN_FOLDS * ((before + shift) % own)) / own);
  });
}
