/** What trainings came to: spread over seeds, noise, the gap, the best moment, and what choosing by validation does. */

/** Mean and standard deviation, n − 1 in the denominator; no deviation of one number. @param {number[]} values */
export function meanAndDeviation(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : NaN };
}

/** How much the loss jumps from step to step: its standard deviation over the last quarter. @param {number[]} losses */
export function noiseOf(losses) {
  return meanAndDeviation(losses.slice(Math.floor((losses.length * 3) / 4))).deviation;
}

/**
 * The measurement with the least loss, the earliest of equals: where early stopping would have stopped.
 * @template {{loss: number}} T
 * @param {T[]} measures
 * @returns {T | null}
 */
export function leastLoss(measures) {
  return measures.reduce(
    (/** @type {T | null} */ best, one) => (one.loss < (best?.loss ?? Infinity) ? one : best),
    null,
  );
}

/**
 * What choosing among trainings does: by each part of the validation pictures the best is taken, the first of equals,
 * and then looked at on the test pictures.
 * @param {number[][]} validations accuracy of each training on each part
 * @param {number[]} tests accuracy of each training on the test pictures
 */
export function choosing(validations, tests) {
  const meanTest = meanAndDeviation(tests).mean;
  return validations[0].map((_, part) => {
    const scores = validations.map((row) => row[part]);
    const chosen = scores.indexOf(Math.max(...scores));
    return {
      chosen,
      validation: scores[chosen],
      test: tests[chosen],
      /** By how much the chosen one stands above the mean of all: on what it was chosen by, and on the test. */
      lead: scores[chosen] - meanAndDeviation(scores).mean,
      leadOnTest: tests[chosen] - meanTest,
    };
  });
}

/**
 * What became of a training, from its figures: "diverged", "dead" where half of a layer's channels are silent and
 * nothing is learned, "poor" where the training pictures are not learned either, "apart" where training and validation
 * have parted by more than ten points, else "good".
 * @param {{diverged: boolean, training: number, validation: number, layers: {channels: number, dead: number}[]}}
 * figures
 */
export function outcomeOf({ diverged, training, validation, layers }) {
  if (diverged) return "diverged";
  if (training < 0.2 && layers.some(({ channels, dead }) => dead >= channels / 2)) return "dead";
  if (training < 0.7) return "poor";
  return training - validation > 0.1 ? "apart" : "good";
}
