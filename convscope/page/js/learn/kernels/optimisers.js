/** One step of an optimiser over a row of numbers, in plain JavaScript. */

/** @import {Kernels} from "../types.js" */

/**
 * @param {Float32Array} heap
 * @returns {Pick<Kernels, "sgd" | "adamw">}
 */
export function plainOptimisers(heap) {
  return {
    // d = g + decay·p; b ← momentum·b + d; p ← p − lr·b, or with Nesterov's p − lr·(d + momentum·b).
    sgd: (p, g, b, count, lr, momentum, nesterov, decay) => {
      const [weights, gradients, buffers] = [p >> 2, g >> 2, b >> 2];
      for (let i = 0; i < count; i++) {
        const d = heap[gradients + i] + decay * heap[weights + i];
        const kept = momentum * heap[buffers + i] + d;
        heap[buffers + i] = kept;
        heap[weights + i] -= lr * (nesterov ? d + momentum * kept : kept);
      }
    },

    // p ← shrink·p − lr·m/(√v/rootOfCorrection2 + eps); lr has the first correction in it.
    adamw: (p, g, m, v, count, lr, keep1, keep2, rootOfCorrection2, eps, shrink) => {
      for (let i = 0; i < count; i++) {
        const gradient = heap[(g >> 2) + i];
        const first = keep1 * heap[(m >> 2) + i] + (1 - keep1) * gradient;
        const second = keep2 * heap[(v >> 2) + i] + (1 - keep2) * gradient * gradient;
        heap[(m >> 2) + i] = first;
        heap[(v >> 2) + i] = second;
        heap[(p >> 2) + i] = shrink * heap[(p >> 2) + i] - (lr * first) / (Math.sqrt(second) / rootOfCorrection2 + eps);
      }
    },
  };
}
