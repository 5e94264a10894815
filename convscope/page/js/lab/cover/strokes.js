/** In which order a pen would leave a digit's ink on the paper. */

const INK = 40; // of 255

/**
 * For each pixel how far along the stroke it lies, 0 … 1: the way through the ink from its topmost pixel. Paper is 0,
 * and another piece of ink begins where the one before ended.
 * @param {ArrayLike<number>} picture
 * @param {number} height
 * @param {number} width
 */
export function strokeOrder(picture, height, width) {
  const steps = new Int32Array(height * width).fill(-1);
  let reached = -1;
  for (let start = 0; start < steps.length; start++) {
    if (picture[start] < INK || steps[start] >= 0) continue;
    steps[start] = ++reached;
    const line = [start];
    for (const at of line) {
      const [y, x] = [Math.floor(at / width), at % width];
      for (const [dy, dx] of [
        [0, 1],
        [1, 0],
        [0, -1],
        [-1, 0],
      ]) {
        const next = at + dy * width + dx;
        if (y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= width) continue;
        if (picture[next] < INK || steps[next] >= 0) continue;
        steps[next] = steps[at] + 1;
        reached = Math.max(reached, steps[next]);
        line.push(next);
      }
    }
  }
  return Float64Array.from(steps, (step) => (step < 0 ? 0 : step / Math.max(1, reached)));
}

/**
 * The digit with only so much of its stroke drawn.
 * @param {ArrayLike<number>} picture
 * @param {ArrayLike<number>} order of strokeOrder
 * @param {number} share 0 … 1
 */
export function drawnSoFar(picture, order, share) {
  return Uint8Array.from(picture, (v, i) => (share > 0 && order[i] <= share ? v : 0));
}
