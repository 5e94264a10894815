/** From scores to a loss, in nats or bits. Their twin in Python is convscope/arithmetic/information.py. */

import { smoothedTarget } from "../../engine/smoothing.js";

/** exp(yᵢ − m) / Σ exp(yⱼ − m) with m the largest score. @param {number[]} scores */
export function stableSoftmax(scores) {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/** ln of the softmax, exact where the softmax itself is too small for a number: yᵢ − m − ln Σ exp(yⱼ − m).
 * @param {number[]} scores */
export function logSoftmax(scores) {
  const largest = Math.max(...scores);
  const rest = Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0));
  return scores.map((score) => score - largest - rest);
}

/** exp(yᵢ) / Σ exp(yⱼ) as it is written: no number once a power is infinite, or all are 0. @param {number[]} scores */
export function naiveSoftmax(scores) {
  const powers = scores.map(Math.exp);
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/** −log p, in bits or nats; infinite for p = 0. @param {number} p @param {"bits" | "nats"} unit */
export function informationOf(p, unit) {
  if (p === 0) return Infinity;
  return 0 - (unit === "bits" ? Math.log2(p) : Math.log(p));
}

/** −Σ p·log p. @param {number[]} p @param {"bits" | "nats"} unit */
export function entropyOf(p, unit) {
  return crossEntropyOf(p, p, unit);
}

/**
 * −Σ p·log q: what happens as p, written in a code made for q.
 * @param {number[]} p
 * @param {number[]} q
 * @param {"bits" | "nats"} unit
 */
export function crossEntropyOf(p, q, unit) {
  return p.reduce((sum, x, i) => (x > 0 ? sum + x * informationOf(q[i], unit) : sum), 0);
}

/** KL(p‖q) = cross-entropy − entropy. @param {number[]} p @param {number[]} q @param {"bits" | "nats"} unit */
export function divergenceOf(p, q, unit) {
  return p.reduce((sum, x, i) => (x > 0 ? sum + x * (informationOf(q[i], unit) - informationOf(x, unit)) : sum), 0);
}

/** How many binary digits each event gets in Huffman's code. @param {number[]} p */
export function codeLengths(p) {
  let groups = p.map((share, i) => ({ share, of: [i] }));
  const lengths = p.map(() => 0);
  while (groups.length > 1) {
    groups = groups
      .map((group, at) => ({ group, at }))
      .sort((a, b) => b.group.share - a.group.share || b.group.of.length - a.group.of.length || a.at - b.at)
      .map(({ group }) => group);
    const [small, less] = groups.splice(-2).reverse();
    const of = [...small.of, ...less.of];
    for (const i of of) lengths[i]++;
    groups.push({ share: small.share + less.share, of });
  }
  return lengths;
}

/** A code of such lengths in which no word begins another. @param {number[]} lengths */
export function codeWords(lengths) {
  const words = lengths.map(() => "");
  let [count, last] = [0, 0];
  for (const i of lengths.map((_, k) => k).sort((a, b) => lengths[a] - lengths[b] || a - b)) {
    count *= 2 ** (lengths[i] - last);
    last = lengths[i];
    words[i] = last ? count.toString(2).padStart(last, "0") : "";
    count++;
  }
  return words;
}

/**
 * The loss of a smoothed label, in nats, where the true class was given `p` and the others share the rest evenly.
 * @param {number} classes @param {number} share @param {number} p
 */
export function smoothedLoss(classes, share, p) {
  const said = Array.from({ length: classes }, (_, i) => (i ? (1 - p) / (classes - 1) : p));
  return crossEntropyOf(smoothedTarget(classes, share), said, "nats");
}
