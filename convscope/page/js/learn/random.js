/** Random numbers as a function of what they are for: the same whole numbers give the same ones, on every machine. */

/** @typedef {number[]} Seed whole numbers of 32 bits: what the random numbers are for */

/** The second number of a seed, after the one that the user gives: what is drawn. */
export const DRAWN = { weights: 1, filters: 2, order: 3, changes: 4, dropout: 5 };

const GOLDEN = 0x9e3779b9; // 2³² over the golden ratio: its multiples are far apart

/**
 * Return a source of random whole numbers of 32 bits, xoshiro128** (Blackman and Vigna 2021), from its state.
 * @param {number} a @param {number} b @param {number} c @param {number} d not all 0
 * @returns {() => number} 0 … 2³² − 1
 */
export function xoshiro(a, b, c, d) {
  return () => {
    const r = Math.imul(b, 5);
    const answer = Math.imul((r << 7) | (r >>> 25), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return answer >>> 0;
  };
}

/** Return a source of numbers 0 ≤ u < 1, whole multiples of 2⁻³². @param {Seed} parts */
export function uniform(parts) {
  let hash = GOLDEN;
  for (const part of parts) hash = mixed((hash ^ part) + GOLDEN);
  const [a, b, c, d] = [1, 2, 3, 4].map((i) => mixed(hash + Math.imul(i, GOLDEN)));
  const bits = xoshiro(a | 1, b, c, d);
  return () => bits() / 4294967296;
}

/** Return a source of normal numbers, mean 0 and standard deviation 1 (Box and Muller 1958). @param {Seed} parts */
export function normal(parts) {
  const next = uniform(parts);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/**
 * Return 0 … n − 1 in random order (Fisher and Yates).
 * @param {number} n
 * @param {Seed} parts
 */
export function permutation(n, parts) {
  const next = uniform(parts);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Spread every bit of a whole number over all 32 (the finaliser of MurmurHash3). @param {number} value */
function mixed(value) {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
