/** Chapter 9's sums in Python. */

import { smoothedTarget, smoothingFloor } from "../../engine/smoothing.js";
import { pythonText } from "../python_block.js";
import {
  codeLengths,
  codeWords,
  crossEntropyOf,
  divergenceOf,
  entropyOf,
  informationOf,
  logSoftmax,
  stableSoftmax,
} from "../sums/information.js";
import { othersOf, rightOf, scoresOf, sharesOf, smoothingOf, trueShareOf, weightsOf } from "./loss_state.js";

/** @param {Record<string, string>} state @returns {import("../python_block.js").PythonSum} */
export function lossPython(state) {
  const [scores, p, q] = [scoresOf(state), sharesOf(weightsOf(state)), sharesOf(othersOf(state))];
  const unit = state.u === "nats" ? "nats" : "bits";
  const base = unit === "bits" ? ", 2" : "";
  const probabilities = stableSoftmax(scores);
  const right = rightOf(state);
  const given = trueShareOf(state);
  const { share, classes } = smoothingOf(state);
  const short = (/** @type {number} */ value) => (Number.isFinite(value) ? Number(value.toFixed(5)) : value);
  const list = (/** @type {number[]} */ shares, /** @type {number[]} */ weights) => {
    const sum = weights.reduce((a, b) => a + b, 0);
    return shares.every((v) => String(v).length < 7)
      ? pythonText(shares)
      : `[w / ${sum} for w in ${pythonText(weights)}]`;
  };
  const line = (/** @type {string} */ sum, /** @type {number} */ value) => ({
    code: `print(round(${sum}, 5))`,
    gives: [short(value)],
  });
  return {
    uses: [
      ...["softmax", "log_softmax", "entropy", "cross_entropy", "kl_divergence", "huffman_lengths", "prefix_code"],
      ...["cross_entropy_loss", "smoothed_target"],
    ],
    lines: [
      `scores = ${pythonText(scores)}`,
      "probabilities = softmax(scores)",
      { code: "print([round(v, 5) for v in probabilities])", gives: [probabilities.map(short)] },
      "",
      `p = ${list(p, weightsOf(state))}`,
      `q = ${list(q, othersOf(state))}`,
      line(`entropy(p${base})`, entropyOf(p, unit)),
      line(`cross_entropy(p, q${base})`, crossEntropyOf(p, q, unit)),
      line(`kl_divergence(p, q${base})`, divergenceOf(p, q, unit)),
      { code: "print(prefix_code(huffman_lengths(p)))", gives: [codeWords(codeLengths(p))] },
      "",
      line(`-log_softmax(scores)[${right}]`, 0 - logSoftmax(scores)[right]),
      line(`cross_entropy_loss(${given})`, informationOf(given, "nats")),
      "",
      `target = smoothed_target(${classes}, ${share})`,
      line("target[0]", smoothedTarget(classes, share)[0]),
      line("entropy(target)", smoothingFloor(classes, share)),
    ],
  };
}
