/** Chapter 1's sums in Python: how many inputs a moved letter changes, and what both networks have to learn. */

import { pythonText } from "../python_block.js";
import { AS_DRAWN, drawnShape } from "../sums/pictures.js";
import { dataOf, howOf } from "./plain_state.js";

/** @typedef {import("../python_block.js").PythonSum} PythonSum */

/** @param {import("../types.js").Lab} lab @returns {PythonSum} */
export function plainPython(lab) {
  const data = dataOf(lab.state);
  const { dense, cnn } = lab.payload.plain[data];
  const counts = { dense: parametersIn(dense.tensors), cnn: parametersIn(cnn.tensors) };
  const letter = data === "xo" ? movedLetter(lab) : { uses: [], lines: [] };
  const sum = (/** @type {string} */ name, /** @type {string[]} */ terms, /** @type {number} */ parameters) => [
    `${name} = ${terms.join(" + ")}`,
    { code: `print(${name})`, gives: [parameters] },
  ];
  return {
    uses: [...letter.uses, "full_parameters", "kernel_parameters"],
    lines: [
      ...letter.lines,
      ...sum("plain", counts.dense, dense.parameters),
      ...sum("conv", counts.cnn, cnn.parameters),
    ],
  };
}

/** @param {import("../types.js").Lab} lab @returns {PythonSum} */
function movedLetter(lab) {
  const kind = lab.state.s === "o" ? "o" : "x";
  const how = howOf(lab.state, "xo");
  const options = Object.entries(how)
    .filter(([key, value]) => value !== /** @type {Record<string, number>} */ (/** @type {unknown} */ (AS_DRAWN))[key])
    .map(([key, value]) => `, ${key}=${value}`)
    .join("");
  const [here, there] = [drawnShape(kind), drawnShape(kind, how)];
  const changed = here.reduce((n, v, i) => n + Number(Math.abs(v - there[i]) > 0.5), 0);
  return {
    uses: ["draw_letter"],
    lines: [
      `here = sum(draw_letter(${pythonText(kind)}), [])`,
      `there = sum(draw_letter(${pythonText(kind)}${options}), [])`,
      { code: "print(sum(abs(a - b) > 0.5 for a, b in zip(here, there)))", gives: [changed] },
    ],
  };
}

/**
 * A call for each layer that has a weight, by the weight's shape.
 * @param {Record<string, {shape: number[]}>} tensors
 */
function parametersIn(tensors) {
  return Object.entries(tensors)
    .filter(([name]) => name.endsWith(".weight"))
    .map(
      ([
        ,
        {
          shape: [outputs, inputs, ...window],
        },
      ]) =>
        window.length
          ? `kernel_parameters(${outputs}, ${inputs}, ${window.join(", ")})`
          : `full_parameters(${inputs}, ${outputs})`,
    );
}
