/**
 * What networks said of pictures that they had not learned from, and what that tells of the one that learned from all.
 */

import { probabilitiesOf } from "../../../engine/softmax.js";
import { calibrate } from "../../../learn/calibration.js";
import { REJECTION_LEAST, boundOf, scoreOf } from "../../../learn/rejection/fitting.js";
import { OWN_FOLDS } from "./folds.js";

/** @typedef {import("./collection.js").OwnPicture} OwnPicture */
/** @typedef {{distances: import("../../../engine/outsider.js").Distances, fold: number}} Draw */
/** @typedef {Pick<LeftOut, "draws">} Drawn */
/**
 * @typedef {object} LeftOut what a network said of a picture that it had not learned from
 * @property {number[]} logits
 * @property {number[]} probabilities at the temperature that all pictures left out give
 * @property {number} said the class of the largest
 * @property {Draw[]} draws one for each time that it was left out
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

/**
 * Rows what it is, columns what was said.
 * @param {number} classes
 * @param {OwnPicture[]} pictures
 * @param {LeftOut[]} leftOut
 */
export function confusionOf(classes, pictures, leftOut) {
  const counts = Array.from({ length: classes }, () => new Array(classes).fill(0));
  pictures.forEach(({ label }, i) => counts[label][leftOut[i].said]++);
  return counts;
}

/**
 * The bound by all distances that pictures left out had; null for too few pictures. @param {Drawn[]} leftOut
 */
export function boundBy(leftOut) {
  if (leftOut.length < REJECTION_LEAST) return null;
  return boundOf(leftOut.flatMap(({ draws }) => draws.map(({ distances }) => distances)));
}

/**
 * The share of the pictures that would be refused, whenever they are left out, by a bound of the others' distances;
 * null where too few are left.
 * @param {Drawn[]} leftOut as often left out each
 */
export function refusedShare(leftOut) {
  const rounds = leftOut[0].draws.length;
  let refused = 0;
  for (let round = 0; round < rounds; round++)
    for (let fold = 0; fold < OWN_FOLDS; fold++) {
      const bound = boundBy(leftOut.filter(({ draws }) => draws[round].fold !== fold));
      if (!bound) return null;
      const out = leftOut.filter(({ draws }) => draws[round].fold === fold);
      refused += out.filter(({ draws }) => isRefused(draws[round], bound)).length;
    }
  return refused / (rounds * leftOut.length);
}

/** @param {Draw} draw @param {import("../../../learn/rejection/fitting.js").Bound} bound */
function isRefused({ distances }, { parts, threshold }) {
  return scoreOf(distances, parts) > threshold;
}
