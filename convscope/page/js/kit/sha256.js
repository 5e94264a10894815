/** SHA-256 (FIPS 180-4), computed here: a browser's own is asked for later, and not there on every page. */

/** The first 32 bits of the fractions of the square and the cube roots of the first primes. */
const PRIMES = Array.from({ length: 312 }, (_, n) => n).filter((n) => n > 1 && !divisible(n));
const FIRST = Uint32Array.from(PRIMES.slice(0, 8), (n) => bitsOf(Math.sqrt(n)));
const ROUNDS = Uint32Array.from(PRIMES, (n) => bitsOf(Math.cbrt(n)));

/** @param {number} n */
function divisible(n) {
  for (let i = 2; i * i <= n; i++) if (n % i === 0) return true;
  return false;
}

/** @param {number} root */
function bitsOf(root) {
  return Math.floor((root % 1) * 2 ** 32);
}

/** Return the 64 lowercase hexadecimal digits. @param {Uint8Array} bytes */
export function sha256(bytes) {
  const state = Uint32Array.from(FIRST);
  const words = new Uint32Array(64);
  const whole = bytes.length & ~63;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < whole; at += 64) addBlock(state, words, view, at);
  // The end: the rest, a bit 1, zeros, and how many bits there were, as 64 bits.
  const rest = bytes.subarray(whole);
  const end = new Uint8Array(rest.length < 56 ? 64 : 128);
  end.set(rest);
  end[rest.length] = 0x80;
  const last = new DataView(end.buffer);
  last.setUint32(end.length - 8, Math.floor(bytes.length / 2 ** 29));
  last.setUint32(end.length - 4, bytes.length * 8);
  for (let at = 0; at < end.length; at += 64) addBlock(state, words, last, at);
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

/** @param {Uint32Array} state @param {Uint32Array} w scratch @param {DataView} view @param {number} at */
function addBlock(state, w, view, at) {
  for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const [x, y] = [w[i - 15], w[i - 2]];
    const before = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3);
    w[i] = w[i - 16] + before + w[i - 7] + (turned(y, 17) ^ turned(y, 19) ^ (y >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const chosen = g ^ (e & (f ^ g));
    const first = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + chosen + ROUNDS[i] + w[i]) | 0;
    const most = (a & b) | (c & (a | b));
    const second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + most;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i] += value;
}

/** @param {number} x @param {number} by */
function turned(x, by) {
  return (x >>> by) | (x << (32 - by));
}
