/** Chapter 6's sums in Python. */

import { activationAt } from "../sums/activations.js";
import { activeInputs, neuronGradient, neuronStep } from "../sums/neuron.js";
import { curveOf, neuronOf } from "./activation_state.js";

/**
 * Functions of convscope.arithmetic, and whether they take the slope below 0.
 * @type {Record<string, [string, boolean]>}
 */
const PYTHON_NAMES = {
  sigmoid: ["sigmoid", false],
  tanh: ["tanh", false],
  relu: ["relu", false],
  leaky: ["leaky_relu", true],
  prelu: ["leaky_relu", true],
};

/** @param {Record<string, string>} state @returns {import("../python_block.js").PythonSum} */
export function activationPython(state) {
  const { name, below, at, depth } = curveOf(state);
  const { start, rate } = neuronOf(state);
  const [call, takes] = PYTHON_NAMES[name];
  const words = takes ? `${at}, ${below}` : String(at);
  const here = activationAt(name, at, below);
  const gradient = neuronGradient(start, 0);
  const after = neuronStep(start, 0, rate);
  const short = (/** @type {number} */ v, digits = 5) => Number(v.toFixed(digits));
  return {
    uses: [call, `${call}_slope`, "Neuron", "XS", "TARGETS", "active_inputs", "gradient", "gradient_step"],
    lines: [
      { code: `print(round(${call}(${words}), 3))`, gives: [short(here.value, 3)] },
      { code: `print(round(${call}_slope(${words}), 3))`, gives: [short(here.slope, 3)] },
      { code: `print(round(${call}_slope(${words}) ** ${depth}, 5))`, gives: [short(here.slope ** depth)] },
      "",
      `neuron = Neuron(${start.weight}, ${start.bias})`,
      { code: "print(active_inputs(neuron, XS))", gives: [activeInputs(start)] },
      {
        code: "print([round(v, 5) for v in gradient(neuron, XS, TARGETS, 0.0)])",
        gives: [[short(gradient.weight), short(gradient.bias)]],
      },
      `neuron = gradient_step(neuron, XS, TARGETS, 0.0, ${rate})`,
      { code: "print([round(v, 5) for v in neuron])", gives: [[short(after.weight), short(after.bias)]] },
      { code: "print(active_inputs(neuron, XS))", gives: [activeInputs(after)] },
    ],
  };
}
