/**
 * All of MNIST, a second file of the static site: asked for by a button from a host, chosen or dropped from file://,
 * and taken only if it is that file, bit by bit.
 */

import { sha256 } from "../../kit/sha256.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../learn/pictures.js").Pictures} Pictures */
/** @typedef {{file: string, bytes: number, sha256: string, members: Record<string, [number, number][]>}} WholeFile */
/** @typedef {"absent" | "loading" | "unpacking" | "ready"} WholeState */
/** @typedef {"" | "unreachable" | "other"} WholeFault */
/** @typedef {ReturnType<typeof makeWhole>} WholeDigits */

const DIGITS_KEPT = "convscope-digits"; // in the browser's cache, once it was asked for

/** @type {WeakMap<Lab, WholeDigits>} */
const WHOLE_DIGITS = new WeakMap();

/** The whole of MNIST, the same as long as the page is open; null where the site has none. @param {Lab} lab */
export function wholeDigitsOf(lab) {
  const { mnist } = lab.payload;
  if (!mnist) return null;
  const made = WHOLE_DIGITS.get(lab) ?? makeWhole(lab.win, mnist);
  WHOLE_DIGITS.set(lab, made);
  return made;
}

/** @param {Window & typeof globalThis} win @param {WholeFile} known */
function makeWhole(win, known) {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  const whole = {
    known,
    state: /** @type {WholeState} */ ("absent"),
    /** Which part of the file has come, 0 … 1. */
    done: 0,
    fault: /** @type {WholeFault} */ (""),
    /** @type {{training: Pictures, test: Pictures} | null} */
    digits: null,
    /** Whether the page may ask for it itself. */
    hosted: /^https?:$/.test(win.location.protocol),
    /** Ask the host for it, or the browser, where it is kept from an earlier time. */
    load: () => take(fetched(win, known, (done) => tell({ done }))),
    /** Take a file that the reader chose. @param {Blob} file */
    read: (file) => take(file.size === known.bytes ? file.arrayBuffer().then(bytesIn) : Promise.resolve(null)),
    /** @param {() => void} listener @returns {() => void} what ends that */
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  /** @param {Partial<Pick<typeof whole, "state" | "done" | "fault" | "digits">>} change */
  const tell = (change) => {
    Object.assign(whole, change);
    listeners.forEach((listener) => listener());
  };

  /** @param {Promise<Uint8Array<ArrayBuffer> | null>} coming null for what is not the file */
  const take = async (coming) => {
    if (whole.state !== "absent") return;
    tell({ state: "loading", done: 0, fault: "" });
    try {
      const bytes = await coming;
      if (!bytes || bytes.length !== known.bytes || sha256(bytes) !== known.sha256) {
        tell({ state: "absent", fault: "other" });
        return;
      }
      tell({ state: "unpacking", done: 1 });
      const part = (/** @type {string} */ name) => digitsIn(bytes, known.members[name]);
      const digits = { training: await part("training"), test: await part("test") };
      if (whole.hosted) await keepIn(win, known, bytes);
      tell({ state: "ready", digits });
    } catch {
      tell({ state: "absent", fault: "unreachable" });
    }
  };
  return whole;
}

/** @param {ArrayBuffer} buffer */
function bytesIn(buffer) {
  return new Uint8Array(buffer);
}

/** @param {Window & typeof globalThis} win @param {WholeFile} known @param {(done: number) => void} told */
async function fetched(win, known, told) {
  const kept = await win.caches?.open(DIGITS_KEPT).then((cache) => cache.match(known.sha256));
  if (kept) return kept.arrayBuffer().then(bytesIn);
  const answer = await win.fetch(known.file);
  if (!answer.ok || !answer.body) throw new Error(`${known.file}: ${answer.status}`);
  const bytes = new Uint8Array(known.bytes);
  const reader = answer.body.getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return at === known.bytes ? bytes : null;
    if (at + value.length > known.bytes) return null;
    bytes.set(value, at);
    at += value.length;
    told(at / known.bytes);
  }
}

/** Keep it for the next time; a browser that keeps nothing asks again. @param {Window & typeof globalThis} win @param {WholeFile} known @param {Uint8Array<ArrayBuffer>} bytes */
async function keepIn(win, known, bytes) {
  try {
    const cache = await win.caches?.open(DIGITS_KEPT);
    await cache?.put(known.sha256, new Response(bytes));
  } catch {
    return; // full, or forbidden: what was loaded is there all the same
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes @param {[number, number][]} places of pictures and labels
 * @returns {Promise<Pictures>}
 */
async function digitsIn(bytes, places) {
  const [pictures, labels] = await Promise.all(places.map(([begin, end]) => gunzip(bytes.subarray(begin, end))));
  const view = new DataView(pictures.buffer);
  const [rows, columns] = [view.getUint32(8), view.getUint32(12)];
  return { pixels: pictures.subarray(16), labels: labels.subarray(8), shape: [1, rows, columns] }; // behind IDX heads
}

/** @param {Uint8Array<ArrayBuffer>} packed */
async function gunzip(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
