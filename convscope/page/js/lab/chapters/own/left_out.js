/** What networks said of pictures that they had not learned from, and what that tells of the one that learned from all. */

import { probabilitiesOf } from "../../../engine/softmax.js";
import { calibrate } from "../../../learn/calibration.js";
import { boundOf, scoreOf } from "../../../learn/rejection/fitting.js";
import { OWN_FOLDS } from "./folds.js";

/** @typedef {import("./collection.js").OwnPicture} OwnPicture */
/**
 * @typedef {object} LeftOut what a network said of a picture that it had not learned from
 * @property {number[]} logits
 * @property {number[]} probabilities at the temperature that all pictures left out give
 * @property {number} said the class of the largest
 * @property {import("../../../engine/outsider.js").Distances} distances
 * @property {number} fold
 */

/** What a network says by its scores. @param {number[]} logits @param {number} [temperature] */
export function judgedBy(logits, temperature = 1) {
  const probabilities = Array.from(probabilitiesOf(Float64Array.from(logits), temperature, "softmax"));
  return { logits, probabilities, said: logits.indexOf(Math.max(...logits)) };
}

/**
 * How sure the last network may be, by the scores that the others gave; null where they are too few.
 * @param {Pick<LeftOut, "logits">[]} leftOut @param {Pick<OwnPicture, "label">[]} pictures
 */
export function calibrationOf(leftOut, pictures) {
  const scores = Float32Array.from(leftOut.flatMap(({ logits }) => logits));
  return calibrate(
    scores,
    pictures.map(({ label }) => label),
  );
}

/** Rows what it is, columns what was said. @param {number} classes @param {OwnPicture[]} pictures @param {LeftOut[]} leftOut */
export function confusionOf(classes, pictures, leftOut) {
  const counts = Array.from({ length: classes }, () => new Array(classes).fill(0));
  pictures.forEach(({ label }, i) => counts[label][leftOut[i].said]++);
  return counts;
}

/**
 * The share of the pictures that would be refused by a bound that the others' folds gave; null where too few are left.
 * @param {LeftOut[]} leftOut
 */
export function refusedShare(leftOut) {
  let refused = 0;
  for (let fold = 0; fold < OWN_FOLDS; fold++) {
    const bound = boundOf(leftOut.filter((one) => one.fold !== fold).map((one) => one.distances));
    if (!bound) return null;
    refused += leftOut.filter((one) => one.fold === fold && isRefused(one, bound)).length;
  }
  return refused / leftOut.length;
}

/** @param {LeftOut} one @param {import("../../../learn/rejection/fitting.js").Bound} bound */
function isRefused({ distances }, { parts, threshold }) {
  return scoreOf(distances, parts) > threshold;
}
