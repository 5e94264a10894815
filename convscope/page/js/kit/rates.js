/** Learning rates from small to large, even on a log scale: what a slider of them stops at. */
export const STEP_RATES = [0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5];

/** Which of them is nearest. @param {number} rate */
export function nearestRate(rate) {
  const away = STEP_RATES.map((one) => Math.abs(Math.log(one / rate)));
  return away.indexOf(Math.min(...away));
}
