/** Pooling of one picture: the largest number of each window, or its mean. */

/**
 * The largest number of each window, cut at the borders; a window's rows are `down` apart, its columns `across`. `line`
 * has room for a row with what is around it, `long` numbers.
 */
export function largest(
  x: usize, y: usize, line: usize, channels: i32, height: i32, width: i32, rows: i32, columns: i32, high: i32,
  broad: i32, strideDown: i32, strideAcross: i32, down: i32, across: i32, top: i32, left: i32, long: i32,
): void {
  fill(line, long, -Infinity);
  for (let c = 0; c < channels; c++, x += <usize>(height * width) << 2) {
    for (let row = 0; row < rows; row++, y += <usize>columns << 2) {
      gatherRows(x, line + (<usize>left << 2), height, width, row * strideDown - top, high, down, false);
      gatherColumns(line, y, columns, broad, strideAcross, across, false);
    }
  }
}

/** The mean of each window, cut at the borders; `counts` has for each row of the output, then for each column, how many
 * numbers of the window it is divided by. */
export function averages(
  x: usize, y: usize, line: usize, channels: i32, height: i32, width: i32, rows: i32, columns: i32, high: i32,
  broad: i32, strideDown: i32, strideAcross: i32, top: i32, left: i32, long: i32, counts: usize,
): void {
  fill(line, long, 0);
  const widths = counts + (<usize>rows << 2);
  for (let c = 0; c < channels; c++, x += <usize>(height * width) << 2) {
    for (let row = 0; row < rows; row++, y += <usize>columns << 2) {
      gatherRows(x, line + (<usize>left << 2), height, width, row * strideDown - top, high, 1, true);
      gatherColumns(line, y, columns, broad, strideAcross, 1, true);
      const tall = load<f32>(counts + (<usize>row << 2));
      for (let i: usize = 0; i < <usize>columns << 2; i += 4) {
        store<f32>(y + i, load<f32>(y + i) / (tall * load<f32>(widths + i)));
      }
    }
  }
}

@inline
function fill(line: usize, long: i32, value: f32): void {
  for (let i = 0; i < long; i++) store<f32>(line + (<usize>i << 2), value);
}

@inline
function two(a: v128, b: v128, sum: bool): v128 {
  return sum ? f32x4.add(a, b) : f32x4.max(a, b);
}

/** What the rows of a window make together, for each column of the maps. */
@inline
function gatherRows(x: usize, line: usize, height: i32, width: i32, begin: i32, high: i32, down: i32, sum: bool): void {
  const first = begin < 0 ? begin + down * ((down - 1 - begin) / down) : begin;
  const last = min(height, begin + high * down);
  const step = <usize>(width * down) << 2;
  const from = x + (<usize>(first * width) << 2);
  let column = 0;
  for (; column + 4 <= width; column += 4) {
    let read = from + (<usize>column << 2);
    let made = f32x4.splat(sum ? 0 : -Infinity);
    for (let i = first; i < last; i += down, read += step) made = two(made, v128.load(read), sum);
    v128.store(line + (<usize>column << 2), made);
  }
  for (; column < width; column++) {
    let read = from + (<usize>column << 2);
    let made: f32 = sum ? 0 : -Infinity;
    for (let i = first; i < last; i += down, read += step) {
      made = sum ? made + load<f32>(read) : max(made, load<f32>(read));
    }
    store<f32>(line + (<usize>column << 2), made);
  }
}

/** What the columns of each window make together. */
@inline
function gatherColumns(line: usize, y: usize, columns: i32, broad: i32, stride: i32, across: i32, sum: bool): void {
  const tap = <usize>across << 2;
  let column = 0;
  while (column < columns && columns >= 4 && stride <= 2) {
    column = min(column, columns - 4); // the last may be made twice
    let from = line + (<usize>(column * stride) << 2);
    let made = f32x4.splat(sum ? 0 : -Infinity);
    for (let k = 0; k < broad; k++, from += tap) {
      const read = stride == 1
        ? v128.load(from) : v128.shuffle<f32>(v128.load(from, 0), v128.load(from, 16), 0, 2, 4, 6);
      made = two(made, read, sum);
    }
    v128.store(y + (<usize>column << 2), made);
    column += 4;
  }
  for (; column < columns; column++) {
    let from = line + (<usize>(column * stride) << 2);
    let made: f32 = sum ? 0 : -Infinity;
    for (let k = 0; k < broad; k++, from += tap) {
      made = sum ? made + load<f32>(from) : max(made, load<f32>(from));
    }
    store<f32>(y + (<usize>column << 2), made);
  }
}
