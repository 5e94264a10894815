/** The pictures and kernels that chapter 3 begins with, of any size, and how a picture is written in an address. */

/** The lecture's X has this size. */
export const LECTURE_SIDE = 9;

/**
 * The lecture's X: −1, and +1 on both diagonals from (1, 1) to (7, 7); of any size. Its twin in Python is lecture_x.
 * @param {number} [rows] @param {number} [columns] @returns {number[][]}
 */
export function lectureX(rows = LECTURE_SIDE, columns = rows) {
  const [falling, rising] = diagonals(rows, columns);
  return table(rows, columns, (y, x) => (x === falling[y] || x === rising[y] ? 1 : -1));
}

/**
 * The X in colour, as a slice each of red, green and blue: on white (1 in all three), the falling line red, the rising
 * one blue. Its twin in Python is colour_x.
 * @param {number} rows @param {number} columns @returns {number[][][]}
 */
export function colourX(rows, columns) {
  const [falling, rising] = diagonals(rows, columns);
  const red = (/** @type {number} */ y, /** @type {number} */ x) => x === falling[y];
  const blue = (/** @type {number} */ y, /** @type {number} */ x) => x === rising[y] && !red(y, x);
  return [
    table(rows, columns, (y, x) => (blue(y, x) ? -1 : 1)),
    table(rows, columns, (y, x) => (red(y, x) || blue(y, x) ? -1 : 1)),
    table(rows, columns, (y, x) => (red(y, x) ? -1 : 1)),
  ];
}

/** The lecture's kernel: +1 on the diagonal, −1 elsewhere; of any size. @param {number} size @returns {number[][]} */
export function diagonalKernel(size) {
  return table(size, size, (y, x) => (x === y ? 1 : -1));
}

/** A slice each that together look for a red diagonal: more red, less green and blue. @param {number} size */
function redDiagonalKernel(size) {
  return [1, -1, -1].map((weight) => table(size, size, (y, x) => (x === y ? weight : 0)));
}

/** @param {number} rows @param {number} columns @param {(y: number, x: number) => number} value */
function table(rows, columns, value) {
  return Array.from({ length: rows }, (_, y) => Array.from({ length: columns }, (_, x) => value(y, x)));
}

/** In which column each row's pixel of the falling and of the rising line is; none in the first and last row.
 * @param {number} rows @param {number} columns */
function diagonals(rows, columns) {
  const falling = Array.from({ length: rows }, (_, y) =>
    y === 0 || y === rows - 1
      ? -1
      : rows > 3
        ? 1 + Math.floor((2 * (y - 1) * (columns - 3) + rows - 3) / (2 * (rows - 3)))
        : Math.floor((columns - 1) / 2),
  );
  return [falling, falling.map((x) => (x < 0 ? -1 : columns - 1 - x))];
}

/** What a pixel can be, and its letter in an address. @type {[string, number][]} */
export const LEVELS = [
  ["m", -1],
  ["l", -0.5],
  ["0", 0],
  ["h", 0.5],
  ["p", 1],
];

/** The level of a letter; null for any other text. @param {string | undefined} letter */
export function levelOf(letter) {
  return LEVELS.find(([one]) => one === letter)?.[1] ?? null;
}

/** The picture that a size and a number of channels begin with. @param {number[]} size @param {number} channels */
export function firstPicture([rows, columns], channels) {
  return channels === 1 ? [lectureX(rows, columns)] : colourX(rows, columns);
}

/** The kernel that a side and a number of channels begin with. @param {number} side @param {number} channels */
export function firstKernel(side, channels) {
  return channels === 1 ? [diagonalKernel(side)] : redDiagonalKernel(side);
}

/** Pixels as text, a letter each, slice after slice; none for those it begins with. @param {number[][][]} slices */
export function pictureText(slices) {
  const written = (/** @type {number[][][]} */ pixels) =>
    pixels
      .flat(2)
      .map((v) => LEVELS.find(([, level]) => level === v)?.[0] ?? "0")
      .join("");
  const text = written(slices);
  return text === written(firstPicture([slices[0].length, slices[0][0].length], slices.length)) ? "" : text;
}

/** @param {number[][][]} slices */
export function kernelText(slices) {
  return slices.flat(2).join("_");
}

/** Numbers in a row as slices of rows. @param {number[]} flat @param {number} rows @param {number} columns */
export function slicesOf(flat, rows, columns) {
  return Array.from({ length: flat.length / (rows * columns) }, (_, c) =>
    table(rows, columns, (y, x) => flat[(c * rows + y) * columns + x]),
  );
}

/**
 * A picture cut or widened to another size; what is new is as the first pixel.
 * @param {number[][][]} slices @param {number} rows @param {number} columns
 */
export function reshaped(slices, rows, columns) {
  return slices.map((slice) => table(rows, columns, (y, x) => slice[y]?.[x] ?? slice[0][0]));
}

const FULL_LIGHT = 226; // a little less than all, which glares

/**
 * The light of one channel and an ink that reads on it: −1 is dark, 1 all of it.
 * @param {number} c @param {number} value
 */
export function channelPaint(c, value) {
  const share = Math.max(0, Math.min(1, (value + 1) / 2));
  const parts = [0, 0, 0].map((_, i) => (i === c ? Math.round(FULL_LIGHT * share) : 0));
  const light = [0.2126, 0.7152, 0.0722][c] * share ** 2.2;
  return { colour: `rgb(${parts.join(" ")})`, ink: light > 0.179 ? "#000000" : "#ffffff" };
}
