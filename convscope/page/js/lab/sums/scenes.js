/**
 * Pictures that are computed, so that there is something to filter: a house in a landscape, and rings of every width
 * and direction.
 */

/** @typedef {{height: number, width: number, pixels: Uint8Array}} Plane grey, 0 … 255 */

const HIGH = 150;
const WIDE = 200;

/**
 * Paint by asking for the grey of places, four a pixel.
 * @param {(y: number, x: number) => number} grey
 * @returns {Plane}
 */
function painted(grey) {
  const pixels = new Uint8Array(HIGH * WIDE);
  for (let y = 0; y < HIGH; y++) {
    for (let x = 0; x < WIDE; x++) {
      let sum = 0;
      for (const dy of [0.25, 0.75]) for (const dx of [0.25, 0.75]) sum += grey(y + dy, x + dx);
      pixels[y * WIDE + x] = Math.max(0, Math.min(255, Math.round(sum / 4)));
    }
  }
  return { height: HIGH, width: WIDE, pixels };
}

/** A house, a tree, a fence, hills and a sun. @returns {Plane} */
export function houseScene() {
  return painted((y, x) => {
    const ground = 112 + 3 * Math.sin(x / 23);
    if (y > 122 && y < 140 && x > 118 && (x % 11 < 4 || Math.abs(y - 128) < 1.6)) return 235; // fence
    if (Math.hypot(y - 74, x - 160) < 20 + 3 * Math.sin(9 * Math.atan2(y - 74, x - 160)))
      return 66 + 18 * Math.sin(x / 2) * Math.sin(y / 3); // tree
    if (Math.abs(x - 160) < 3.2 && y > 90 && y < 122) return 84;
    if (y > 62 && y < 122 && x > 40 && x < 108) {
      if (y > 88 && x > 66 && x < 82) return x > 78 && x < 80 && y > 104 && y < 107 ? 220 : 58; // door
      for (const left of [47, 88])
        if (y > 78 && y < 96 && x > left && x < left + 14)
          return Math.abs(x - left - 7) < 1 || Math.abs(y - 87) < 1 ? 225 : 40;
      return y % 7 < 0.9 ? 160 : 196; // wall
    }
    if (y > 32 && y <= 62 && Math.abs(x - 74) < 8 + (y - 32) * 1.05) return y % 5 < 1.2 ? 70 : 104; // roof
    if (y > 28 && y < 46 && x > 90 && x < 99) return 90; // chimney
    if (y > ground) return 138 - (y - ground) * 0.7 + 7 * Math.sin(x * 0.9 + y * 2.1);
    if (y > 84 - 30 * Math.sin(x / 41 + 0.6)) return 150; // hills
    const sun = Math.hypot(y - 28, x - 170);
    if (sun < 13) return 255;
    return 178 + y * 0.45 + 26 * Math.exp(-sun / 24);
  });
}

/** A zone plate: cos(r²), every direction and ever finer lines. @returns {Plane} */
export function ringScene() {
  return painted((y, x) => 127.5 + 127.5 * Math.cos(((y - HIGH / 2) ** 2 + (x - WIDE / 2) ** 2) / 62));
}
