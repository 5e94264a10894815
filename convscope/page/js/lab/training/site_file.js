/**
 * A file beside the page that is large and asked for when somebody needs it: by a button from a host, chosen or dropped
 * from file://, and taken only if it is that file, bit by bit.
 */

import { sha256 } from "../../kit/sha256.js";

/** @typedef {{file: string, bytes: number, sha256: string}} KnownFile what is known of it before it is here */
/** @typedef {"absent" | "loading" | "unpacking" | "ready"} FileState */
/** @typedef {"" | "unreachable" | "other"} FileFault */
/**
 * @template T
 * @typedef {object} SiteFile
 * @property {KnownFile} known
 * @property {FileState} state
 * @property {number} done which part of it has come, 0 … 1
 * @property {FileFault} fault
 * @property {T | null} content what was made of it
 * @property {boolean} hosted whether the page may ask for it itself
 * @property {() => Promise<void>} load ask the host for it, or the browser, where it is kept from an earlier time
 * @property {() => Promise<boolean>} kept load it if the browser keeps it; whether it does
 * @property {(file: Blob) => Promise<void>} read take a file that the reader chose
 * @property {(listener: () => void) => () => void} listen returns what ends that
 */

/**
 * @template T
 * @param {Window & typeof globalThis} win
 * @param {KnownFile} known
 * @param {{cache: string, headers?: Record<string, string>, make: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>}} how
 * `cache`: under which name the browser keeps it, once it was asked for; `make` what of its bytes
 * @returns {SiteFile<T>}
 */
export function siteFile(win, known, { cache, headers = {}, make }) {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {SiteFile<T>} */
  const file = {
    known,
    state: "absent",
    done: 0,
    fault: "",
    content: null,
    hosted: /^https?:$/.test(win.location.protocol),
    load: () => take(fetched()),
    kept: async () => {
      const there = file.hosted && file.state === "absent" ? await keptBytes() : null;
      if (there) await take(Promise.resolve(there));
      return Boolean(there);
    },
    read: (one) => take(one.size === known.bytes ? one.arrayBuffer().then(bytesIn) : Promise.resolve(null)),
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  /** @param {Partial<SiteFile<T>>} change */
  const tell = (change) => {
    Object.assign(file, change);
    listeners.forEach((listener) => listener());
  };

  /** @param {Promise<Uint8Array<ArrayBuffer> | null>} coming null for what is not the file */
  const take = async (coming) => {
    if (file.state !== "absent") return;
    tell({ state: "loading", done: 0, fault: "" });
    try {
      const bytes = await coming;
      if (!bytes || bytes.length !== known.bytes || sha256(bytes) !== known.sha256) {
        tell({ state: "absent", fault: "other" });
        return;
      }
      tell({ state: "unpacking", done: 1 });
      const content = await make(bytes);
      if (file.hosted) await keep(bytes);
      tell({ state: "ready", content });
    } catch {
      tell({ state: "absent", fault: "unreachable" });
    }
  };

  const keptBytes = async () => {
    const found = await win.caches
      ?.open(cache)
      .then((one) => one.match(known.sha256))
      .catch(() => null);
    return found ? found.arrayBuffer().then(bytesIn) : null;
  };

  const fetched = async () => {
    const there = await keptBytes();
    if (there) return there;
    const answer = await win.fetch(known.file, { headers });
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
      tell({ done: at / known.bytes });
    }
  };

  /** Keep it for the next time; a browser that keeps nothing asks again. @param {Uint8Array<ArrayBuffer>} bytes */
  const keep = async (bytes) => {
    try {
      const place = await win.caches?.open(cache);
      await place?.put(known.sha256, new Response(bytes));
    } catch {
      return; // full, or forbidden: what was loaded is there all the same
    }
  };
  return file;
}

/** @param {ArrayBuffer} buffer */
function bytesIn(buffer) {
  return new Uint8Array(buffer);
}
