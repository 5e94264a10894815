/** Colours of numbers: ONE function for the legend and for the pixels. Zero lies in the middle of both scales. */

/**
 * Stops from −1 to 1, colour-blind safe: blue to orange for activations, purple to green for weights. The negative end
 * is of middling brightness, so that −1, 0 and 1 are three greys on a grey print: any two differ 3 to 1 at least.
 */
const SCALES = {
  activations: {
    light: ["#2f7cbb", "#6aa7d6", "#b9d5ea", "#faf7f0", "#f2bd7f", "#c4620f", "#4a1c00"],
    dark: ["#3d82bf", "#2c6192", "#213d57", "#1c1e22", "#7d4a1b", "#e8923c", "#ffe3bd"],
  },
  weights: {
    light: ["#9a5fba", "#b98fd0", "#dcc8e6", "#faf7f0", "#a3d09f", "#3d8f4a", "#05350f"],
    dark: ["#9a63b8", "#73488b", "#432f50", "#1c1e22", "#275a32", "#5cb56c", "#cdf3cb"],
  },
};

const STEPS = 512;
/** @type {Map<string, Uint32Array>} */
const TABLES = new Map();

/** @typedef {"activations" | "weights" | "grey"} Scale */

/** @param {string} hex @returns {number[]} */
function channelsOf(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

/** The colours from −1 to 1 as little-endian RGBA. @param {Scale} scale @param {boolean} dark */
function tableOf(scale, dark) {
  const key = scale + (dark ? "-dark" : "");
  const known = TABLES.get(key);
  if (known) return known;
  const table = new Uint32Array(STEPS + 1);
  const stops = scale === "grey" ? null : SCALES[scale][dark ? "dark" : "light"].map(channelsOf);
  for (let i = 0; i <= STEPS; i++) {
    let rgb;
    if (stops) {
      const at = (i / STEPS) * (stops.length - 1);
      const below = Math.min(Math.floor(at), stops.length - 2);
      rgb = stops[below].map((v, k) => Math.round(v + (stops[below + 1][k] - v) * (at - below)));
    } else {
      const level = Math.max(0, Math.round((i / STEPS) * 2 * 255 - 255));
      rgb = [level, level, level];
    }
    table[i] = ((255 << 24) | (rgb[2] << 16) | (rgb[1] << 8) | rgb[0]) >>> 0;
  }
  TABLES.set(key, table);
  return table;
}

/**
 * The step of the scale at which `value` of a range −limit … limit lies.
 * @param {number} value
 * @param {number} limit
 */
function stepOf(value, limit) {
  const t = value / (limit || 1);
  return Math.round((Math.max(-1, Math.min(1, t)) + 1) * 0.5 * STEPS);
}

/**
 * The colour of a number as CSS.
 * @param {Scale} scale
 * @param {boolean} dark
 * @param {number} value
 * @param {number} limit
 */
export function colourOf(scale, dark, value, limit) {
  return cssOf(tableOf(scale, dark)[stepOf(value, limit)]);
}

/** @param {number} rgba little-endian */
export function cssOf(rgba) {
  return `rgb(${rgba & 255} ${(rgba >> 8) & 255} ${(rgba >> 16) & 255})`;
}

/**
 * Black or white, which reads better on this number's colour: always 4.5 to 1 at least.
 * @param {Scale} scale
 * @param {boolean} dark
 * @param {number} value
 * @param {number} limit
 */
export function inkOn(scale, dark, value, limit) {
  return inkOf(tableOf(scale, dark)[stepOf(value, limit)]);
}

/** Black or white on a colour. @param {number} rgba little-endian */
export function inkOf(rgba) {
  const [red, green, blue] = [rgba & 255, (rgba >> 8) & 255, (rgba >> 16) & 255].map((v) =>
    v <= 10 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4,
  );
  // at 0.179 both stand out 4.6 to 1
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}

/** @type {Map<number, number>} */
const LIGHT_TWINS = new Map();

/** For each colour of the dark scales the light one of the same number, both as little-endian RGBA. */
export function lightTwins() {
  if (!LIGHT_TWINS.size)
    for (const scale of /** @type {const} */ (["activations", "weights"])) {
      const [dark, light] = [tableOf(scale, true), tableOf(scale, false)];
      dark.forEach((colour, i) => LIGHT_TWINS.set(colour, light[i]));
    }
  return LIGHT_TWINS;
}

/**
 * Paint numbers on a canvas, one pixel each.
 * @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} values @param {number} start first number's place
 * @param {number} height @param {number} width @param {number} limit @param {Scale} scale @param {boolean} dark
 */
export function paint(canvas, values, start, height, width, limit, scale, dark) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const table = tableOf(scale, dark);
  const gain = (0.5 * STEPS) / (limit || 1);
  const middle = STEPS / 2;
  for (let i = 0; i < pixels.length; i++) {
    const step = Math.round(middle + values[start + i] * gain);
    pixels[i] = table[step < 0 ? 0 : step > STEPS ? STEPS : step];
  }
  context.putImageData(image, 0, 0);
}

/**
 * Paint a uint8 picture (C, H, W): one channel grey, three in colour.
 * @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} bytes @param {number} start @param {number[]} shape
 */
export function paintPicture(canvas, bytes, start, shape) {
  const [channels, height, width] = shape;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(width, height);
  const plane = height * width;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = bytes[start + (channels >= 3 ? c : 0) * plane + i];
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/**
 * The largest magnitude among `count` numbers.
 * @param {ArrayLike<number>} values
 * @param {number} [start]
 * @param {number} [count]
 */
export function largest(values, start = 0, count = values.length - start) {
  let most = 0;
  for (let i = start; i < start + count; i++) {
    const v = Math.abs(values[i]);
    if (v > most) most = v;
  }
  return most;
}
