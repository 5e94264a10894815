/**
 * Sending pictures to the lab: in pieces, some files at once, a piece again where the connection broke; and what came
 * of it. It outlives the view that shows it.
 */

import { ApiError } from "../api.js";
import { openPlace } from "./places.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./drop_read.js").DroppedSet} DroppedSet */
/** @typedef {ReturnType<typeof dropStore>} DropStore */

const PIECE = 4 << 20; // bytes, as convscope/lab/drops.py takes them
const FILES_AT_ONCE = 4;
const PIECE_TRIES = 4;
const PIECE_WAIT = 1000; // milliseconds before a piece is sent again
const OWN_DATA = "folder/own/";

/** The name in an id of data, or "". @param {string} [id] */
export function ownName(id) {
  return id?.startsWith(OWN_DATA) ? id.slice(OWN_DATA.length) : "";
}

/** @param {Lab} lab @param {() => void} changed */
export function dropStore(lab, changed) {
  const { api, t, win } = lab;
  /** @type {AbortController | null} */
  let going = null;
  const store = {
    /** what is being sent @type {{name: string, files: number, done: number, bytes: number, sent: number} | null} */
    sending: null,
    /** what went wrong */
    fault: "",
    /** what was left out */
    note: "",
    /** sets that were sent or removed: who shows a list reads it anew */
    version: 0,

    /** Send what was dropped, one set after the other. @param {DroppedSet[] | Promise<DroppedSet[]>} found */
    take: async (found) => {
      if (!api) return;
      if (going) {
        store.fault = t("drop.busy.here");
        changed();
        return;
      }
      going = new win.AbortController();
      const { signal } = going;
      store.fault = store.note = "";
      try {
        const sets = await found;
        const full = sets.filter((one) => one.files.length);
        const hidden = sets.reduce((n, one) => n + one.hidden, 0);
        if (hidden) store.note = t("drop.hidden", { n: hidden });
        if (!full.length) store.fault = t("drop.nothing");
        for (const one of full) {
          const made = await send(api, one, signal);
          store.version += 1;
          if (signal.aborted) break;
          lab.say(t("drop.arrived", { name: made.name }));
          openPlace(lab, { v: "own", d: made.id });
        }
      } catch (error) {
        if (!signal.aborted) store.fault = error instanceof Error ? error.message : String(error);
      }
      going = null;
      store.sending = null;
      if (!signal.aborted) changed();
    },
    cancel: () => {
      going?.abort();
      store.sending = null;
      store.note = t("drop.cancelled");
      changed();
    },
    close: () => going?.abort(),
  };

  /** @param {import("../api.js").Api} asked @param {DroppedSet} set @param {AbortSignal} signal */
  const send = async (asked, { name, archive, files }, signal) => {
    const bytes = files.reduce((n, { file }) => n + file.size, 0);
    const { id } = await asked.beginData({ name, archive, files: files.length, bytes });
    const sending = (store.sending = { name, files: files.length, done: 0, bytes, sent: 0 });
    changed();
    try {
      const waiting = [...files];
      const worker = async () => {
        for (let one = waiting.shift(); one; one = waiting.shift()) {
          await sendFile(asked, id, one, signal, (n) => {
            sending.sent += n;
            changed();
          });
          sending.done += 1;
        }
      };
      await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker));
      return await asked.endData(id);
    } catch (error) {
      await asked.cancelData(id).catch(() => null); // else the lab forgets it by itself
      throw error;
    }
  };

  /**
   * @param {import("../api.js").Api} asked @param {string} id @param {import("./drop_read.js").Sent} one
   * @param {AbortSignal} signal @param {(n: number) => void} sent
   */
  const sendFile = async (asked, id, { path, file }, signal, sent) => {
    let at = 0;
    do {
      /** @type {ArrayBuffer} */
      let bytes;
      try {
        bytes = await file.slice(at, at + PIECE).arrayBuffer();
      } catch {
        throw new Error(t("drop.unread", { name: path }));
      }
      for (let tried = 1; ; tried++) {
        signal.throwIfAborted();
        try {
          await asked.piece(id, { path, at, size: file.size }, bytes, signal);
          break;
        } catch (error) {
          if (signal.aborted || !(error instanceof ApiError) || error.status !== 0 || tried === PIECE_TRIES)
            throw error;
          await new Promise((good) => win.setTimeout(good, PIECE_WAIT));
        }
      }
      at += bytes.byteLength;
      sent(bytes.byteLength);
    } while (at < file.size);
  };
  return store;
}
