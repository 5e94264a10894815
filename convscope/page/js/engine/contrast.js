/** How far two results are apart, layer by layer and map by map. */

/**
 * By how much two rows of numbers differ, as a share of what there is: Σ|a − b| / Σ(|a| + |b|), 0 for equal ones and 1
 * where nothing is common; 0 where both are nothing.
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b as many
 */
export function shareApart(a, b) {
  let [apart, all] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    apart += Math.abs(a[i] - b[i]);
    all += Math.abs(a[i]) + Math.abs(b[i]);
  }
  return all === 0 ? 0 : apart / all;
}

/**
 * The maps of a layer by falling difference, the mean of |a − b| over each; equal ones in their order. Of rows of numbers
 * each number is a map.
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b
 * @param {number} channels
 * @returns {{channel: number, apart: number}[]}
 */
export function mapsApart(a, b, channels) {
  const area = a.length / channels;
  const each = Array.from({ length: channels }, (_, channel) => {
    let apart = 0;
    for (let i = channel * area; i < (channel + 1) * area; i++) apart += Math.abs(a[i] - b[i]) / area;
    return { channel, apart };
  });
  return each.sort((one, other) => other.apart - one.apart || one.channel - other.channel);
}

/**
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b
 * @param {number} [start]
 * @param {number} [count]
 */
export function difference(a, b, start = 0, count = a.length) {
  return Float64Array.from({ length: count }, (_, i) => a[start + i] - b[start + i]);
}
