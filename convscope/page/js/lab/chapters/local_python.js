/** Chapter 2's sums in Python: how the receptive field grows. */

/** @param {import("../../engine/engine.js").Engine} engine @returns {import("../python_block.js").PythonSum} */
export function localPython(engine) {
  const windows = engine.nodes.flatMap(({ name, window }) =>
    window ? [{ name, kernel: window.kernel[0], stride: window.stride[0] }] : [],
  );
  let [size, jump] = [1, 1];
  const sizes = windows.map(({ kernel, stride }) => {
    size += (kernel - 1) * jump;
    jump *= stride;
    return size;
  });
  return {
    uses: ["field_sizes"],
    lines: [
      `windows = [${windows.map(({ kernel, stride }) => `(${kernel}, ${stride})`).join(", ")}]`,
      { code: "print(field_sizes(windows))", gives: [sizes] },
    ],
  };
}
