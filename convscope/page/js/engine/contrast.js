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
 * The maps of a layer by falling difference, the mean of |a − b| over each; equal ones in their order. Of rows of
 * numbers each number is a map.
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

/**
 * For each layer of a network the one of another that is called the same and makes as many numbers in the same shape;
 * −1 where there is none.
 * @param {{name: string, output: number[]}[]} first
 * @param {{name: string, output: number[]}[]} second
 */
export function matchedLayers(first, second) {
  const places = new Map(second.map((node, i) => [`${node.name} ${node.output.join("×")}`, i]));
  return first.map((node) => places.get(`${node.name} ${node.output.join("×")}`) ?? -1);
}

/**
 * The pictures of which two networks say different classes, with both.
 * @param {ArrayLike<number>} a scores, a row a picture
 * @param {ArrayLike<number>} b
 * @param {number} classes
 * @returns {{picture: number, a: number, b: number}[]}
 */
export function readApart(a, b, classes) {
  const found = [];
  for (let picture = 0; picture * classes < a.length; picture++) {
    const [one, other] = [largestAt(a, picture * classes, classes), largestAt(b, picture * classes, classes)];
    if (one !== other) found.push({ picture, a: one, b: other });
  }
  return found;
}

/** @param {ArrayLike<number>} row @param {number} start @param {number} count */
function largestAt(row, start, count) {
  let best = 0;
  for (let k = 1; k < count; k++) if (row[start + k] > row[start + best]) best = k;
  return best;
}

/**
 * The maps of a layer by falling strength, the mean of |value|, and the share of its numbers that are zero.
 * @param {ArrayLike<number>} values
 * @param {number} channels
 */
export function mapsByStrength(values, channels) {
  const zeros = Array.from(values).reduce((n, v) => n + (v === 0 ? 1 : 0), 0);
  const none = new Float64Array(values.length);
  return { order: mapsApart(values, none, channels), zeros: values.length ? zeros / values.length : 0 };
}
