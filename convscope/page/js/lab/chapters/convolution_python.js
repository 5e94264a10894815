/** Chapter 3's sum in Python. */

import { pythonText } from "../python_block.js";
import { diagonalKernel, kernelText, pictureText } from "./convolution_state.js";

/** @typedef {import("../python_block.js").PythonSum} PythonSum */

/** @param {import("./convolution_state.js").Convolving} now @returns {PythonSum} */
export function convolutionPython({ picture, kernel, slide, output, at }) {
  const side = kernel.length;
  const lectures = {
    picture: pictureText(picture) === "",
    kernel: kernelText(kernel) === kernelText(diagonalKernel(side)),
  };
  const sizes = [
    ["stride", slide.stride, 1],
    ["pad", slide.pad, 0],
    ["dilation", slide.dilation, 1],
  ]
    .filter(([, value, plain]) => value !== plain)
    .map(([name, value]) => `, ${name}=${value}`)
    .join("");
  const [y, x] = at;
  return {
    uses: [
      "convolve",
      ...(lectures.kernel ? ["diagonal_kernel"] : []),
      ...(lectures.picture ? ["lecture_x"] : []),
      "output_size",
    ],
    lines: [
      `picture = ${lectures.picture ? "lecture_x()" : pythonText(picture)}`,
      `kernel = ${lectures.kernel ? `diagonal_kernel(${side === 3 ? "" : side})` : pythonText(kernel)}`,
      { code: `print(output_size(${picture.length}, ${side}${sizes}))`, gives: [output.length] },
      ...(output.length
        ? [
            `output = convolve(picture, kernel${sizes}${slide.mean ? ", mean=True" : ""})`,
            { code: `print(round(output[${y}][${x}], 4))`, gives: [Number(output[y][x].toFixed(4))] },
          ]
        : []),
    ],
  };
}
