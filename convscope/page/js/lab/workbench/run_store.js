/** All runs, as the server lists them; in the static build the recorded one. */

import { faultOf } from "../../formula/fault.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").RunSummary} RunSummary */
/** @typedef {import("../api.js").ApiError} ApiError */
/** @typedef {ReturnType<typeof runStore>} RunStore */

const REDRAW_LIST_AFTER = 150; // milliseconds between two drawings while many changes arrive

/** @param {Lab} lab @param {() => void} changed called, now and then, when something is new */
export function runStore(lab, changed) {
  const { api, win, t } = lab;
  const recorded = api ? null : (lab.payload.recorded ?? null);
  let timer = 0;
  const soon = () => {
    if (!timer)
      timer = win.setTimeout(() => {
        timer = 0;
        changed();
      }, REDRAW_LIST_AFTER);
  };
  const store = {
    /** by id, the newest first */
    runs: new Map(recorded ? [[recorded.run.id, /** @type {RunSummary} */ (recorded.run)]] : []),
    ready: !api,
    /** the server is gone, or this page is not its own any more @type {ApiError | null} */
    trouble: null,
    /** what stopping or resuming a run answered @type {Map<string, string>} */
    refused: new Map(),
    /** runs that were asked to stop or to go on and have not done so yet @type {Map<string, string>} */
    asked: new Map(),

    /** @param {string} id */
    stop: (id) => act(id, "running", (asked) => asked.stop(id)),
    /** @param {string} id */
    resume: (id) => act(id, "stopped", (asked) => asked.resume(id)),
    close: () => {
      watch?.close();
      win.clearTimeout(timer);
      timer = -1;
    },
  };

  /** @param {string} id @param {string} from @param {(api: import("../api.js").Api) => Promise<RunSummary>} ask */
  const act = async (id, from, ask) => {
    if (!api || store.asked.has(id)) return;
    store.refused.delete(id);
    store.asked.set(id, from);
    soon();
    try {
      put(await ask(api));
    } catch (error) {
      store.refused.set(id, error instanceof Error ? error.message : String(error));
      store.asked.delete(id);
    }
    soon();
  };

  /** @param {RunSummary} run */
  const put = (run) => {
    const before = store.runs.get(run.id);
    if (!before) store.runs = new Map([[run.id, run], ...store.runs]);
    else store.runs.set(run.id, run);
    const from = store.asked.get(run.id);
    if (from && (from === "running" ? !["starting", "running"].includes(run.state) : run.state !== "stopped"))
      store.asked.delete(run.id);
    if (before && before.state !== run.state) {
      if (run.state === "finished") lab.say(t("bench.said.finished", { id: run.id }));
      if (run.state === "failed")
        lab.say(t("bench.said.failed", { id: run.id, what: run.message ? faultOf(run.message).lines(t) : "" }));
      if (run.state === "damaged")
        lab.say(t("bench.said.damaged", { id: run.id, what: run.message ? faultOf(run.message).line(t) : "" }));
      if (run.state === "stopped") lab.say(t("bench.said.stopped", { id: run.id }));
    }
  };

  const watch = api?.watchAll({
    runs: (all) => {
      const known = store.runs;
      store.runs = new Map();
      for (const run of [...all].reverse()) put(run);
      for (const id of store.asked.keys()) if (!store.runs.has(id)) store.asked.delete(id);
      for (const [id, run] of store.runs)
        if (known.get(id)?.state === "running" && run.state === "finished") lab.say(t("bench.said.finished", { id }));
      store.ready = true;
      store.trouble = null;
      soon();
    },
    run: (run) => {
      put(run);
      store.trouble = null;
      soon();
    },
    gone: ({ id }) => {
      store.runs.delete(id);
      soon();
    },
    trouble: (error) => {
      store.trouble = error;
      soon();
    },
  });
  return store;
}
