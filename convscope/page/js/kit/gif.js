/** Pictures in a row as a GIF (GIF89a): one table of at most 256 colours, of each frame the box that changed. */

const MOST_COLOURS = 256;
const CODES = 4096; // of LZW, 12 bits

/**
 * @typedef {{width: number, height: number, data: ArrayLike<number>}} Frame four numbers a pixel, as canvases have them
 */

/** A colour's bin: five bits a channel. @param {ArrayLike<number>} data @param {number} i */
function binOf(data, i) {
  return ((data[i] >> 3) << 10) | ((data[i + 1] >> 3) << 5) | (data[i + 2] >> 3);
}

/**
 * Collects frames of one size; `bytes` is the file. Colours are those that occur most, counted over all frames in bins
 * of five bits a channel, each the mean of its pixels; the others become the nearest of them.
 * @param {number} width
 * @param {number} height
 * @param {number} milliseconds each frame is shown for, in hundredths of a second
 */
export function gifWriter(width, height, milliseconds) {
  const counts = new Float64Array(1 << 15);
  const sums = new Float64Array(3 << 15);
  /** @type {Uint16Array[]} bins */
  const frames = [];
  /** @param {Frame} frame */
  const add = ({ data }) => {
    const bins = new Uint16Array(width * height);
    for (let p = 0; p < bins.length; p++) {
      const bin = binOf(data, 4 * p);
      bins[p] = bin;
      counts[bin]++;
      for (let c = 0; c < 3; c++) sums[3 * bin + c] += data[4 * p + c];
    }
    frames.push(bins);
  };
  const bytes = () => {
    const { colours, nearest } = tableOfColours(counts, sums);
    /** @type {number[]} */
    const out = [];
    const word = (/** @type {number} */ v) => out.push(v & 255, v >> 8);
    out.push(...Array.from("GIF89a", (letter) => letter.charCodeAt(0)));
    word(width);
    word(height);
    out.push(0xf7, 0, 0, ...colours);
    out.push(0x21, 0xff, 11, ...Array.from("NETSCAPE2.0", (letter) => letter.charCodeAt(0)), 3, 1, 0, 0, 0); // for ever
    frames.forEach((bins, f) => {
      const box = changedBox(bins, frames[f - 1], width, height);
      const inside = new Uint8Array(box.width * box.height);
      for (let i = 0; i < inside.length; i++) {
        const row = box.top + Math.floor(i / box.width);
        inside[i] = nearest[bins[row * width + box.left + (i % box.width)]];
      }
      out.push(0x21, 0xf9, 4, 4); // leave the frame in place
      word(Math.round(milliseconds / 10));
      out.push(0, 0, 0x2c);
      for (const side of [box.left, box.top, box.width, box.height]) word(side);
      out.push(0, 8);
      const packed = lzw(inside);
      for (let i = 0; i < packed.length; i += 255) {
        const part = packed.subarray(i, i + 255);
        out.push(part.length, ...part);
      }
      out.push(0);
    });
    out.push(0x3b);
    return Uint8Array.from(out);
  };
  return { add, bytes, frames: () => frames.length };
}

/**
 * The table (256 × 3), and for every bin that occurs the colour nearest to it.
 * @param {Float64Array} counts @param {Float64Array} sums
 */
function tableOfColours(counts, sums) {
  const used = Array.from(counts.keys()).filter((bin) => counts[bin]);
  const kept = [...used].sort((a, b) => counts[b] - counts[a] || a - b).slice(0, MOST_COLOURS);
  const mean = (/** @type {number} */ bin) => [0, 1, 2].map((c) => sums[3 * bin + c] / counts[bin]);
  const colours = new Uint8Array(3 * MOST_COLOURS);
  kept.forEach((bin, i) => colours.set(mean(bin).map(Math.round), 3 * i));
  const nearest = new Uint8Array(1 << 15);
  for (const bin of used) {
    const [r, g, b] = mean(bin);
    let least = Infinity;
    for (let i = 0; i < kept.length; i++) {
      const apart = (colours[3 * i] - r) ** 2 + (colours[3 * i + 1] - g) ** 2 + (colours[3 * i + 2] - b) ** 2;
      if (apart < least) [least, nearest[bin]] = [apart, i];
    }
  }
  return { colours, nearest };
}

/**
 * The box outside of which nothing changed; of the first frame all, where nothing changed one pixel.
 * @param {Uint16Array} now @param {Uint16Array | undefined} before @param {number} width @param {number} height
 */
function changedBox(now, before, width, height) {
  if (!before) return { left: 0, top: 0, width, height };
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let i = 0; i < now.length; i++) {
    if (now[i] === before[i]) continue;
    const [y, x] = [Math.floor(i / width), i % width];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return right < 0
    ? { left: 0, top: 0, width: 1, height: 1 }
    : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Lempel, Ziv and Welch's codes as GIF packs them, beginning at 9 bits. @param {Uint8Array} values */
function lzw(values) {
  const [clear, end] = [256, 257];
  /** @type {number[]} */
  const out = [];
  let [held, bits, size, next] = [0, 0, 9, 258];
  /** @type {Map<number, number>} of a prefix's code and a value */
  let known = new Map();
  const put = (/** @type {number} */ code) => {
    held |= code << bits;
    for (bits += size; bits >= 8; bits -= 8) {
      out.push(held & 255);
      held >>>= 8;
    }
  };
  put(clear);
  let prefix = values[0];
  for (let i = 1; i < values.length; i++) {
    const key = prefix * 256 + values[i];
    const code = known.get(key);
    if (code !== undefined) {
      prefix = code;
      continue;
    }
    put(prefix);
    if (next === CODES) {
      put(clear);
      known = new Map();
      [size, next] = [9, 258];
    } else {
      known.set(key, next);
      if (next === 1 << size) size++;
      next++;
    }
    prefix = values[i];
  }
  put(prefix);
  put(end);
  if (bits) out.push(held & 255);
  return Uint8Array.from(out);
}
