/** Chapter 3's sum in Python. */

import { pythonText } from "../python_block.js";
import { firstKernel, kernelText, pictureText } from "./convolution_pictures.js";

/** @typedef {import("../python_block.js").PythonSum} PythonSum */

/** @param {import("./convolution_state.js").Convolving} now @returns {PythonSum} */
export function convolutionPython({ slices, kernels, slide, output, at, bias, flip, channels }) {
  const [rows, columns, side] = [slices[0].length, slices[0][0].length, kernels[0].length];
  const colour = channels > 1;
  const sizes = `${rows}${rows === columns ? "" : `, ${columns}`}`;
  const picture = colour ? "colour_x" : "lecture_x";
  const kernel = colour ? "red_diagonal_kernel" : "diagonal_kernel";
  const plain = {
    picture: pictureText(slices) === "",
    kernel: kernelText(kernels) === kernelText(firstKernel(side, channels)),
  };
  const options = [
    ["stride", slide.stride, 1],
    ["pad", slide.pad, 0],
    ["dilation", slide.dilation, 1],
  ]
    .filter(([, value, usual]) => value !== usual)
    .map(([name, value]) => `, ${name}=${value}`)
    .join("");
  const many = colour || bias !== 0;
  const wrap = (/** @type {string} */ name) => (colour || !many ? name : `[${name}]`);
  const laid = flip ? (colour ? "[flip_kernel(part) for part in kernel]" : "flip_kernel(kernel)") : "kernel";
  const extra = `${bias ? `, bias=${bias}` : ""}${options}${slide.mean ? ", mean=True" : ""}`;
  const [y, x] = at;
  const madePicture = `${picture}(${sizes === "9" ? "" : sizes})`;
  return {
    uses: [
      many ? "convolve_channels" : "convolve",
      ...(flip ? ["flip_kernel"] : []),
      ...(plain.kernel ? [kernel] : []),
      ...(plain.picture ? [picture] : []),
      "output_size",
    ],
    lines: [
      `picture = ${plain.picture ? madePicture : pythonText(colour ? slices : slices[0])}`,
      `kernel = ${plain.kernel ? `${kernel}(${side === 3 ? "" : side})` : pythonText(colour ? kernels : kernels[0])}`,
      { code: `print(output_size(${rows}, ${side}${options}))`, gives: [output.length] },
      ...(rows === columns
        ? []
        : [{ code: `print(output_size(${columns}, ${side}${options}))`, gives: [output[0]?.length ?? 0] }]),
      ...(output.length
        ? [
            `output = ${many ? "convolve_channels" : "convolve"}(${wrap("picture")}, ${wrap(laid)}${extra})`,
            { code: `print(round(output[${y}][${x}], 4))`, gives: [Number(output[y][x].toFixed(4))] },
          ]
        : []),
    ],
  };
}
