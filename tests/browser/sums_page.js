/** The lab's sums of chapters 6 to 9 and 11 on a test bench: batches in, JSON out, with Infinity and NaN as text. */

import { activationAt } from "../../convscope/page/js/lab/sums/activations.js";
import {
  batchGradient,
  kernelBackward,
  kernelForward,
  kernelStep,
  nudgedGradient,
  openGates,
  predictedChange,
} from "../../convscope/page/js/lab/sums/backpropagation.js";
import { chainSizes, pooled, stackCosts } from "../../convscope/page/js/lab/sums/depth.js";
import { smoothedTarget, smoothingFloor } from "../../convscope/page/js/engine/smoothing.js";
import {
  codeLengths,
  codeWords,
  crossEntropyOf,
  divergenceOf,
  entropyOf,
  informationOf,
  logSoftmax,
  naiveSoftmax,
  stableSoftmax,
} from "../../convscope/page/js/lab/sums/information.js";
import { batchNormalised, batchStatistics } from "../../convscope/page/js/lab/sums/normalisation.js";
import { activeInputs, neuronGradient, neuronLoss, neuronStep } from "../../convscope/page/js/lab/sums/neuron.js";

const SUMS = {
  activationAt,
  batchGradient,
  batchNormalised,
  batchStatistics,
  kernelBackward,
  kernelForward,
  kernelStep,
  nudgedGradient,
  openGates,
  predictedChange,
  kernelTrajectory: (network, pictures, targets, rate, steps) => {
    const passed = [network];
    while (passed.length <= steps) {
      const last = passed[passed.length - 1];
      passed.push(kernelStep(last, batchGradient(last, pictures, targets), rate));
    }
    return passed;
  },
  chainSizes,
  stackCosts,
  codeLengths,
  codeWords,
  crossEntropyOf,
  divergenceOf,
  entropyOf,
  informationOf,
  logSoftmax,
  naiveSoftmax,
  smoothedTarget,
  smoothingFloor,
  stableSoftmax,
  activeInputs,
  neuronGradient,
  neuronLoss,
  neuronStep,
  pooled: (...words) => Array.from(pooled(...words)),
};

Object.assign(globalThis, {
  bench: {
    call: (name, asked) =>
      asked.map((words) =>
        JSON.parse(
          JSON.stringify(SUMS[name](...words), (_, v) =>
            typeof v === "number" && !Number.isFinite(v)
              ? String(v).replace("Infinity", "inf").replace("NaN", "nan")
              : v,
          ),
        ),
      ),
  },
});
