import { learnedShapes, statisticsShapes } from "../../engine/weights.js";
import { uniform } from "../random.js";
import { LANES } from "../memory.js";
/** @import {BatchKind} from "../types.js" */

/**
 * Batch normalisation (Ioffe and Szegedy 2015): in training by the batch's own mean and variance, of which the running
 * ones take a share; else by the running ones.
 * @type {BatchKind}
 */
export const bnBatch = {
  homogeneous: () => false,
  parameters: learnedShapes,
  buffers: statisticsShapes,
  prepare: ({ node, space, inputs: [x], output: y, gradient: dy, parameters: { weight, bias }, buffers }) => {
    const { places, channels } = x;
    const eps = node.options.eps ?? 1e-5;
    const [mean, variance, scale, shift] = [0, 1, 2, 3].map(() => space.take(channels));
    const [sums, products, ofInput, constant] = [0, 1, 2, 3].map(() => space.take(channels));
    return {
      forward: ({ kernels, training, pictures, groups, statisticsShare }) => {
        const { running_mean: runningMean, running_var: runningVariance } = buffers;
        if (training) {
          kernels.moments(x.block.at, mean.at, variance.at, pictures, places, channels);
          const count = pictures * places;
          const unbiased = count / Math.max(1, count - 1);
          for (let c = 0; c < channels; c++) {
            runningMean.values[c] += statisticsShare * (mean.values[c] - runningMean.values[c]);
            runningVariance.values[c] += statisticsShare * (unbiased * variance.values[c] - runningVariance.values[c]);
          }
        }
        const [by, spread] = training ? [mean, variance] : [runningMean, runningVariance];
        for (let c = 0; c < channels; c++) {
          scale.values[c] = weight.values.values[c] / Math.sqrt(spread.values[c] + eps);
          shift.values[c] = bias.values.values[c] - by.values[c] * scale.values[c];
        }
        kernels.scaleShift(x.block.at, y.block.at, scale.at, shift.at, groups, places, channels);
      },
      // dx = scale·(dy − mean of dy − normalised·mean of dy·normalised), which is a·dy + b·x + k for each channel.
      backward: ({ kernels, pictures, groups }, [dx]) => {
        kernels.normSums(x.block.at, dy.block.at, mean.at, sums.at, products.at, groups, places, channels);
        const count = pictures * places;
        for (let c = 0; c < channels; c++) {
          const power = 1 / (variance.values[c] + eps);
          weight.gradient.values[c] += products.values[c] * Math.sqrt(power);
          bias.gradient.values[c] += sums.values[c];
          const b = (-scale.values[c] * power * products.values[c]) / count;
          ofInput.values[c] = b;
          constant.values[c] = (-scale.values[c] * sums.values[c]) / count - b * mean.values[c];
        }
        if (!dx) return;
        const factors = /** @type {const} */ ([scale.at, ofInput.at, constant.at]);
        kernels.normBack(x.block.at, dy.block.at, dx.block.at, ...factors, pictures, places, channels);
      },
    };
  },
};

/**
 * Dropout (Srivastava et al. 2014): in training each number is 0 with probability p, and the others are 1/(1 − p) times
 * as large; else every number goes through.
 * @type {BatchKind}
 */
export const dropoutBatch = {
  homogeneous: () => true,
  parameters: () => ({}),
  buffers: () => ({}),
  prepare: ({ node, space, inputs: [x], output: y, gradient: dy }) => {
    const p = node.options.p ?? 0.5;
    const factors = space.take(x.block.count);
    return {
      forward: ({ training, groups, seed }) => {
        const count = groups * x.places * x.channels * LANES;
        if (!training) {
          y.block.values.set(x.block.values.subarray(0, count));
          return;
        }
        const next = uniform(seed);
        const [from, to, factor] = [x.block.values, y.block.values, factors.values];
        for (let i = 0; i < count; i++) {
          factor[i] = next() < p ? 0 : 1 / (1 - p);
          to[i] = from[i] * factor[i];
        }
      },
      backward: ({ groups }, [dx]) => {
        if (!dx) return;
        const count = groups * x.places * x.channels * LANES;
        for (let i = 0; i < count; i++) dx.block.values[i] = dy.block.values[i] * factors.values[i];
      },
    };
  },
};
