/** X and O as a machine gets them. Their twin in Python is convscope/arithmetic/pictures.py. */

/**
 * @typedef {object} Drawn how a shape is drawn: moved by (dx, dy) pixels, turned clockwise, scaled around the middle,
 * its lines so thick
 * @property {number} dx @property {number} dy @property {number} turn degrees @property {number} scale @property
 * {number} thickness pixels
 */

/** @type {Drawn} */
export const AS_DRAWN = { dx: 0, dy: 0, turn: 0, scale: 1, thickness: 0.7 };

/**
 * An X or an O: side × side numbers from −1 (paper) to 1 (ink), row by row.
 * @param {"x" | "o"} kind
 * @param {Partial<Drawn>} [how]
 * @param {number} [side]
 */
export function drawnShape(kind, how = {}, side = 9) {
  const { dx, dy, turn, scale, thickness } = { ...AS_DRAWN, ...how };
  const middle = (side - 1) / 2;
  const reach = 3 * scale;
  const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  return Float64Array.from({ length: side * side }, (_, i) => {
    const u = (i % side) - middle - dx;
    const v = Math.floor(i / side) - middle - dy;
    const a = cos * u + sin * v;
    const b = cos * v - sin * u;
    const away =
      kind === "o"
        ? Math.abs(Math.hypot(a, b) - reach)
        : Math.min(fromStroke(a + b, a - b, reach), fromStroke(a - b, a + b, reach));
    return 2 * Math.min(1, Math.max(0, 0.5 + 2 * (thickness / 2 - away))) - 1;
  });
}

/**
 * How far a place is from a stroke through the middle.
 * @param {number} along
 * @param {number} across
 * @param {number} reach
 */
function fromStroke(along, across, reach) {
  return Math.hypot(Math.max(0, Math.abs(along) / Math.SQRT2 - reach * Math.SQRT2), across / Math.SQRT2);
}
