/** The ONNX operators of layers that normalise by the picture's own numbers. */

import { floats, integers } from "./operator.js";
/** @import {Written} from "./operator.js" */

/** The opset has no GroupNormalization. @type {Written} */
export const groupNormPiece = (node, inputs) => {
  const { groups = 1, eps = 1e-5 } = node.options;
  const parts = ["apart", "even", "joined", "factor", "summand", "scaled", "split", "whole", "each", "ones", "zeros"];
  const [apart, even, joined, factor, summand, scaled, split, whole, each, ones, zeros, weight, bias] = [
    ...parts,
    "weight",
    "bias",
  ].map((part) => `${node.name}.${part}`);
  const attributes = { epsilon: { real: eps } };
  return {
    operators: [
      { kind: "Reshape", inputs: [...inputs, split], output: apart },
      { kind: "InstanceNormalization", inputs: [apart, ones, zeros], output: even, attributes },
      { kind: "Reshape", inputs: [even, whole], output: joined },
      { kind: "Reshape", inputs: [weight, each], output: factor },
      { kind: "Mul", inputs: [joined, factor], output: scaled },
      { kind: "Reshape", inputs: [bias, each], output: summand },
      { kind: "Add", inputs: [scaled, summand], output: node.name },
    ],
    tensors: {
      [split]: integers(0, groups, -1),
      [whole]: integers(0, ...node.input),
      [each]: integers(-1, 1, 1),
      [ones]: floats([groups], new Float32Array(groups).fill(1)),
      [zeros]: floats([groups], new Float32Array(groups)),
    },
  };
};

/** Axes are turned round, so that the channels are the last but one of maps and of rows alike. @type {Written} */
export const layerNormPiece = ({ name, options: { eps = 1e-5 } }, inputs) => {
  const parts = ["turned", "mean", "apart", "square", "variance", "safe", "deviation", "even", "factor", "summand"];
  const of = (/** @type {string} */ part) => `${name}.${part}`;
  const [turned, mean, apart, square, variance, safe, deviation, even, factor, summand] = parts.map(of);
  const [scaled, shifted, added, each, weight, bias] = ["scaled", "shifted", "eps", "each", "weight", "bias"].map(of);
  const attributes = { axes: [-2], keepdims: 1 };
  return {
    operators: [
      { kind: "Transpose", inputs, output: turned },
      { kind: "ReduceMean", inputs: [turned], output: mean, attributes },
      { kind: "Sub", inputs: [turned, mean], output: apart },
      { kind: "Mul", inputs: [apart, apart], output: square },
      { kind: "ReduceMean", inputs: [square], output: variance, attributes },
      { kind: "Add", inputs: [variance, added], output: safe },
      { kind: "Sqrt", inputs: [safe], output: deviation },
      { kind: "Div", inputs: [apart, deviation], output: even },
      { kind: "Reshape", inputs: [weight, each], output: factor },
      { kind: "Mul", inputs: [even, factor], output: scaled },
      { kind: "Reshape", inputs: [bias, each], output: summand },
      { kind: "Add", inputs: [scaled, summand], output: shifted },
      { kind: "Transpose", inputs: [shifted], output: name },
    ],
    tensors: { [added]: floats([], [eps]), [each]: integers(-1, 1) },
  };
};
