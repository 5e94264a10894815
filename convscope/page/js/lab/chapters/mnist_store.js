/**
 * One training and what is known of it: live from the lab's server, or the recorded one of the static build. The
 * address names it; without a name it is the newest training on MNIST that goes on, or the one that was watched here
 * before.
 */

import { isGoing } from "../workbench/run_facts.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").RunSummary} RunSummary */
/** @typedef {import("../api.js").LogLine} LogLine */
/** @typedef {import("../api.js").LiveSnapshot} LiveSnapshot */
/** @typedef {ReturnType<typeof trainingStore>} TrainingStore */

const REDRAW_AFTER = 200; // milliseconds between two drawings while many lines arrive

/** The run watched last, of each lab: leaving the chapter takes it out of the address. @type {WeakMap<Lab, string>} */
const WATCHED_LAST = new WeakMap();

/** @param {Lab} lab @param {() => void} changed called, now and then, when something is new */
export function trainingStore(lab, changed) {
  const { api, win } = lab;
  const recorded = api ? null : (lab.payload.recorded ?? null);
  let timer = 0;
  let watched = /** @type {string | null} */ (null);
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
    /** the see-through page of the network that reads what is drawn */
    look: /** @type {string | null} */ (recorded?.look ?? lab.payload.look ?? null),
    /** what computes: the network just trained, until then the one that ships */
    network: lab.payload.slides ?? null,
    own: false,
    who: () => (store.own && store.run ? lab.t("mnist.reads.own", { id: store.run.id }) : lab.t("mnist.reads.shipped")),
    trouble: /** @type {Error | null} */ (null),
    busy: false,
    /** whether a training goes on is not known yet */
    asking: Boolean(api),

    /** Watch the run that the address names; where it names none, look out for one. */
    follow: () => {
      const id = lab.state.r ?? "";
      if (!api || id === watched) return;
      watch?.close();
      watched = id;
      Object.assign(store, {
        run: null,
        lines: [],
        snapshots: [],
        look: lab.payload.look ?? null,
        network: lab.payload.slides ?? null,
        own: false,
        trouble: null,
      });
      if (!id) {
        lookOut("");
        return now();
      }
      WATCHED_LAST.set(lab, id);
      store.asking = false;
      watch = api.watch(id, {
        run: (run) => {
          store.run = run;
          store.trouble = null;
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
          now();
          if (run.state === "finished") adopt(run);
          else lookOut(id);
        },
        trouble: (error) => {
          store.trouble = error;
          soon();
        },
      });
      return undefined;
    },
    /** @param {string} recipe @param {number} epochs */
    start: async (recipe, epochs) => {
      if (!api || store.busy) return;
      store.busy = true;
      store.trouble = null;
      now();
      try {
        const run = await api.start({ data: "mnist", recipe, epochs });
        lab.tune({ r: run.id, sn: null });
      } catch (error) {
        store.trouble = /** @type {Error} */ (error);
      }
      store.busy = false;
      now();
    },
    stop: async () => {
      if (!api || !store.run) return;
      try {
        await api.stop(store.run.id);
      } catch (error) {
        store.trouble = /** @type {Error} */ (error);
      }
      now();
    },
    close: () => {
      watch?.close();
      win.clearTimeout(timer);
      watched = null;
    },
  };

  /**
   * Follow the list until a training goes on: the run `id`, which was stopped here or in the workbench, or where that
   * is empty any on MNIST.
   * @param {string} id
   */
  const lookOut = (id) => {
    const wanted = (/** @type {RunSummary} */ run) => isGoing(run) && (id ? run.id === id : readsDigits(run));
    const take = (/** @type {RunSummary | undefined} */ run) => {
      if (!run || watched !== id) return;
      watched = null; // so that the same id is watched anew
      lab.tune({ r: run.id, ...(id ? {} : { sn: null }) });
    };
    watch = /** @type {import("../api.js").Api} */ (api).watchAll({
      runs: (all) => {
        take(all.find(wanted) ?? (id ? undefined : all.find((run) => run.id === WATCHED_LAST.get(lab))));
        store.asking = false;
        store.trouble = null;
        soon();
      },
      run: (run) => take(wanted(run) ? run : undefined),
      trouble: (error) => {
        store.trouble = error;
        soon();
      },
    });
  };

  /** Put the trained network in place of the one that shipped. @param {RunSummary} run */
  const adopt = async ({ id, look }) => {
    try {
      const network = await api?.network(id);
      if (watched !== id) return;
      Object.assign(store, { network, look, own: true });
    } catch (error) {
      store.trouble = /** @type {Error} */ (error);
    }
    now();
  };
  return store;
}

/** Whether a training learns from MNIST. @param {RunSummary} run */
function readsDigits(run) {
  return (run.data?.set ?? run.asked?.data) === "mnist";
}
