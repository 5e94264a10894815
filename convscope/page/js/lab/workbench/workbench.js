/**
 * The workbench: runs, their reports and comparisons, trainings to start. Without a server: the recorded run, and why.
 */

import { button, make, refill } from "../../kit/dom.js";
import { compareRuns } from "./compare.js";
import { trainingForm } from "./form.js";
import { runList } from "./list.js";
import { runReport } from "./report.js";
import { runStore } from "./run_store.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Drawing} Drawing */
/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./run_store.js").RunStore} RunStore */
/** @typedef {Drawing & {heading?: () => HTMLElement | null}} View */

/** @type {Chapter} */
export const workbenchChapter = {
  id: "workbench",
  number: 0,
  title: (t) => t("bench.title"),
  lead: (t) => t("bench.lead"),
  mount: mountWorkbench,
};

/** @param {Lab} lab */
function mountWorkbench(lab) {
  const { doc, t, win } = lab;
  const store = runStore(lab, () => refresh());
  const trouble = make(doc, "div", { class: "bench-trouble", role: "alert", hidden: true });
  const holder = make(doc, "div", {});
  const element = make(
    doc,
    "div",
    { class: "chapter workbench" },
    lab.api
      ? null
      : make(doc, "p", { class: "badge bench-static" }, lab.payload.recorded ? t("bench.static") : t("mnist.norecord")),
    trouble,
    holder,
  );
  /** @type {View | null} */
  let view = null;
  let shown = "";
  let troubleShown = "";

  const refresh = () => {
    const words = troubleWords(lab, store);
    if (words !== troubleShown) {
      troubleShown = words;
      trouble.hidden = !words;
      refill(
        trouble,
        words ? make(doc, "p", {}, words) : null,
        words && store.trouble?.status === 403
          ? button(doc, t("bench.reload"), () => win.location.reload(), { class: "primary" })
          : null,
      );
    }
    const now = placeNow(lab, store);
    if (now === shown) {
      view?.refresh?.();
      return;
    }
    view?.gone?.();
    view = viewOf(lab, store, now);
    refill(holder, view?.element ?? null);
    element.classList.toggle("within", now !== "list");
    if (shown) {
      win.scrollTo({ top: 0 });
      (view?.heading?.() ?? doc.getElementById("view"))?.focus({ preventScroll: true });
    }
    shown = now;
  };
  refresh();
  return {
    element,
    refresh,
    gone: () => {
      view?.gone?.();
      store.close();
    },
  };
}

/** @param {Lab} lab @param {RunStore} store */
function placeNow({ state, api }, store) {
  if (!api) return `run ${[...store.runs.keys()][0] ?? ""}`;
  if (state.v === "run") return `run ${state.r ?? ""}`;
  return state.v === "new" || state.v === "compare" ? state.v : "list";
}

/** @param {Lab} lab @param {RunStore} store @param {string} now @returns {View | null} */
function viewOf(lab, store, now) {
  if (now === "new") return trainingForm(lab);
  if (now === "compare") return compareRuns(lab, store);
  if (!now.startsWith("run ")) return runList(lab, store);
  return lab.api || store.runs.size ? runReport(lab, store, now.slice(4)) : null;
}

/** @param {Lab} lab @param {RunStore} store */
function troubleWords({ t }, { trouble }) {
  if (!trouble) return "";
  if (trouble.status === 0) return t("bench.trouble.gone");
  return trouble.status === 403 ? t("bench.trouble.restarted") : t("mnist.trouble", { what: trouble.message });
}
