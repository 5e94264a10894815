/** One run's log and snapshots as they come, and its settings; in the static build the recorded ones. */

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").LogLine} LogLine */
/** @typedef {import("../api.js").LiveSnapshot} LiveSnapshot */
/** @typedef {import("../api.js").RunReport} RunReport */
/** @typedef {import("../api.js").RunSummary} RunSummary */

const PAUSE_OF_RUN = 200; // milliseconds between two drawings

/** @param {Lab} lab @param {string} id @param {() => void} changed */
export function runStream(lab, id, changed) {
  const { api, win } = lab;
  const recorded = api ? null : (lab.payload.recorded ?? null);
  let timer = 0;
  let over = true;
  let closed = false;
  let begun = false; // it has settings to report: one that failed before them has none
  /** @type {{close: () => void} | null} */
  let watch = null;
  const soon = () => {
    if (!timer && !closed)
      timer = win.setTimeout(() => {
        timer = 0;
        changed();
      }, PAUSE_OF_RUN);
  };
  const stream = {
    lines: /** @type {LogLine[]} */ (recorded?.lines ?? []),
    snapshots: /** @type {LiveSnapshot[]} */ (recorded?.snapshots ?? []),
    report: /** @type {RunReport | null} */ (null),
    /**
     * confusion and more on all test pictures: the see-through page's, once it was asked for
     * @type {import("../../types.js").Payload | null}
     */
    network: null,
    measuring: false,
    trouble: "",

    /**
     * What the list knows of the run: follow it as long as it is at work, and once in any case.
     * @param {RunSummary} run
     */
    follow: (run) => {
      if (
        !api ||
        closed ||
        !over ||
        run.state === "damaged" ||
        (watch && run.state !== "running" && run.state !== "starting")
      )
        return;
      watch?.close();
      over = false;
      stream.lines = [];
      stream.snapshots = [];
      watch = api.watch(id, {
        run: (one) => {
          begun = one.data !== null;
          if (begun) void settings();
        },
        line: (line) => {
          stream.lines.push(line);
          soon();
        },
        snapshot: (snapshot) => {
          stream.snapshots.push(snapshot);
          soon();
        },
        reset: () => {
          stream.lines = [];
          stream.snapshots = [];
          soon();
        },
        end: () => {
          over = true;
          if (begun) void settings(true);
          soon();
        },
        trouble: () => soon(),
      });
    },
    measure: async () => {
      if (!api || stream.measuring) return;
      stream.measuring = true;
      stream.trouble = "";
      soon();
      try {
        stream.network = await api.network(id);
      } catch (error) {
        stream.trouble = error instanceof Error ? error.message : String(error);
      }
      stream.measuring = false;
      soon();
    },
    close: () => {
      closed = true;
      watch?.close();
      win.clearTimeout(timer);
    },
  };

  let asked = false;
  const settings = async (anew = false) => {
    if (!api || (asked && !anew)) return;
    asked = true;
    try {
      stream.report = await api.report(id);
      soon();
    } catch {
      asked = false; // the list's own stream says what is wrong
    }
  };
  return stream;
}
