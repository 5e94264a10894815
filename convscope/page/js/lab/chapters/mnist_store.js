/** One training and what is known of it: live from the lab's server, or the recorded one of the static build. */

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").RunSummary} RunSummary */
/** @typedef {import("../api.js").LogLine} LogLine */
/** @typedef {import("../api.js").LiveSnapshot} LiveSnapshot */
/** @typedef {ReturnType<typeof trainingStore>} TrainingStore */

const REDRAW_AFTER = 200; // milliseconds between two drawings while many lines arrive

/** @param {Lab} lab @param {() => void} changed called, now and then, when something is new */
export function trainingStore(lab, changed) {
  const { api, win } = lab;
  const recorded = api ? null : (lab.payload.recorded ?? null);
  let timer = 0;
  let watched = "";
  /** @type {{close: () => void} | null} */
  let watch = null;
  const soon = () => {
    if (!timer)
      timer = win.setTimeout(() => {
        timer = 0;
        changed();
      }, REDRAW_AFTER);
  };
  const now = () => {
    win.clearTimeout(timer);
    timer = 0;
    changed();
  };

  const store = {
    recorded: Boolean(recorded),
    run: /** @type {RunSummary | null} */ (recorded?.run ?? null),
    lines: /** @type {LogLine[]} */ (recorded?.lines ?? []),
    snapshots: /** @type {LiveSnapshot[]} */ (recorded?.snapshots ?? []),
    look: /** @type {string | null} */ (recorded?.look ?? null),
    /** what computes: the network just trained, until then the one that ships */
    network: lab.payload.slides ?? null,
    own: false,
    trouble: "",
    busy: false,

    /** Watch the run that the address names. */
    follow: () => {
      const id = lab.state.r ?? "";
      if (!api || id === watched) return;
      watch?.close();
      watched = id;
      Object.assign(store, {
        run: null,
        lines: [],
        snapshots: [],
        look: null,
        network: lab.payload.slides ?? null,
        own: false,
        trouble: "",
      });
      if (!id) return now();
      watch = api.watch(id, {
        run: (run) => {
          store.run = run;
          store.look = run.look;
          store.trouble = "";
          soon();
        },
        line: (line) => {
          store.lines.push(line);
          soon();
        },
        snapshot: (snapshot) => {
          store.snapshots.push(snapshot);
          soon();
        },
        reset: () => {
          store.lines = [];
          store.snapshots = [];
          soon();
        },
        end: (run) => {
          store.run = run;
          store.look = run.look;
          now();
          if (run.state === "finished") adopt(id);
        },
        trouble: (error) => {
          store.trouble = error.message;
          soon();
        },
      });
      return undefined;
    },
    /** @param {string} recipe @param {number} epochs */
    start: async (recipe, epochs) => {
      if (!api || store.busy) return;
      store.busy = true;
      store.trouble = "";
      now();
      try {
        const run = await api.start({ data: "mnist", recipe, epochs });
        lab.tune({ r: run.id, sn: null });
      } catch (error) {
        store.trouble = error instanceof Error ? error.message : String(error);
      }
      store.busy = false;
      now();
    },
    stop: async () => {
      if (!api || !store.run) return;
      try {
        await api.stop(store.run.id);
      } catch (error) {
        store.trouble = error instanceof Error ? error.message : String(error);
      }
      now();
    },
    close: () => {
      watch?.close();
      win.clearTimeout(timer);
      watched = "closed";
    },
  };

  /** Put the trained network in place of the one that shipped. @param {string} id */
  const adopt = async (id) => {
    try {
      const network = await api?.network(id);
      if (watched !== id) return;
      Object.assign(store, { network, own: true });
    } catch (error) {
      store.trouble = error instanceof Error ? error.message : String(error);
    }
    now();
  };
  return store;
}
