/**
 * Keeps a training in this browser, and keeps it up: whenever it pauses or ends, every ten seconds, and when the tab is
 * hidden or closed; so what is kept is never far behind.
 */

import { KeepFault, bytesKept, keepingIn } from "../../kit/keep.js";
import { isKnown, keptRecordOf, snapshotIn } from "./kept.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../kit/keep.js").KeptLine} KeptLine */
/** @typedef {import("./trainer.js").Asked} Asked */
/** @typedef {import("./trainer.js").Trainer} Trainer */
/** @typedef {ReturnType<typeof makeKeeper>} Keeper */

const EVERY = 10_000; // milliseconds

/** @type {WeakMap<Trainer, Keeper>} */
const KEEPERS = new WeakMap();

/** The keeper of a training, the same one as long as the page is open. @param {Lab} lab @param {Trainer} trainer */
export function keeperOf(lab, trainer) {
  const made = KEEPERS.get(trainer) ?? makeKeeper(lab, trainer);
  KEEPERS.set(trainer, made);
  return made;
}

/** @param {Lab} lab @param {Trainer} trainer */
function makeKeeper({ win, doc }, trainer) {
  const place = keepingIn(win, "convscope");
  /** The record that follows the training, and what was asked when it was made. */
  let id = "";
  let name = "";
  /** @type {Asked | null} */
  let asked = null;
  let [busy, last] = [false, 0];
  /** The step that the record holds; -1 before there is one. */
  let held = -1;
  /** @type {Set<() => void>} */
  const listeners = new Set();
  const tell = () => listeners.forEach((listener) => listener());

  const keeper = {
    /** What is kept, the newest first; null before it was read. */
    lines: /** @type {KeptLine[] | null} */ (null),
    /** The ids of records that this page cannot read. */
    damaged: /** @type {string[]} */ ([]),
    /** Why the last thing asked for was not done. */
    fault: /** @type {KeepFault | null} */ (null),

    /** Whether the training is kept, and kept up. */
    get keeps() {
      return Boolean(id) && asked === trainer.asked;
    },
    /** The step that is kept of it. */
    get step() {
      return held;
    },
    get bytes() {
      return bytesKept(keeper.lines ?? []);
    },

    /** Read the list. */
    look: () =>
      guarded(async () => {
        const { lines, damaged } = await place.list();
        keeper.lines = lines.filter(isKnown);
        keeper.damaged = [...damaged, ...lines.filter((line) => !isKnown(line)).map((line) => line.id)];
      }),

    /** Keep the training from now on. */
    keep: async () => {
      if (!keeper.keeps) {
        id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
        [asked, name] = [trainer.asked, trainer.asked?.formula ?? ""];
        held = -1;
      }
      await save();
    },

    /**
     * Put a kept training in the trainer's place: paused, or going on at once.
     * @param {string} kept its id @param {boolean} go
     */
    open: (kept, go) =>
      guarded(async () => {
        const record = await place.get(kept);
        const snapshot = snapshotIn(record);
        trainer.open(snapshot, go);
        [id, name, asked] = [kept, record.line.name, snapshot.asked];
        held = snapshot.step;
      }),

    /** @param {string} kept its id @param {string} to */
    rename: async (kept, to) => {
      await guarded(() => place.rename(kept, to));
      if (kept === id) name = to;
      await keeper.look();
    },

    /** @param {string} kept its id */
    remove: async (kept) => {
      if (kept === id) id = "";
      await guarded(() => place.remove(kept));
      await keeper.look();
    },

    /** @param {() => void} listener */
    listen: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };

  /** @param {() => Promise<void>} act */
  async function guarded(act) {
    try {
      keeper.fault = null;
      await act();
    } catch (error) {
      if (!(error instanceof KeepFault)) throw error;
      keeper.fault = error;
    }
    tell();
  }

  async function save() {
    if (busy || !keeper.keeps) return;
    [busy, last] = [true, Date.now()];
    await guarded(async () => {
      const snapshot = await trainer.snapshot();
      if (!snapshot || !keeper.keeps) return;
      const { line, long, shared } = keptRecordOf(snapshot, id, name, Date.now());
      try {
        await place.put(line, long, shared);
        held = snapshot.step;
      } catch (error) {
        if (held < 0) id = ""; // nothing is kept
        throw error;
      }
    });
    busy = false;
    if (!keeper.fault) await keeper.look();
  }

  const isBehind = () => keeper.keeps && !keeper.fault && trainer.state !== "failed" && trainer.step !== held;

  trainer.listen(() => {
    const rests = trainer.state === "paused" || trainer.state === "finished";
    if (isBehind() && (rests || Date.now() - last > EVERY)) void save();
  });
  doc.addEventListener("visibilitychange", () => {
    if (doc.visibilityState === "hidden" && isBehind()) void save();
  });
  return keeper;
}
