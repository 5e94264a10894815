/**
 * The workbench: runs, their reports and comparisons, trainings to start. Without a server: the recorded run, and why.
 */

import { make, refill } from "../../kit/dom.js";
import { troubleView } from "../trouble.js";
import { benchCover } from "./bench_cover.js";
import { compareRuns } from "./compare.js";
import { dropped, isDrop } from "./drop_read.js";
import { dropView } from "./drop.js";
import { dropStore } from "./drop_store.js";
import { trainingForm } from "./form.js";
import { runList } from "./list.js";
import { openPlace } from "./places.js";
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
  cover: benchCover,
  mount: mountWorkbench,
};

/** @param {Lab} lab */
function mountWorkbench(lab) {
  const { doc, t, win } = lab;
  const store = runStore(lab, () => refresh());
  const drops = dropStore(lab, () => refresh());
  const trouble = troubleView(lab);
  const holder = make(doc, "div", {});
  const element = make(
    doc,
    "div",
    { class: "chapter workbench" },
    lab.api
      ? null
      : make(doc, "p", { class: "badge bench-static" }, lab.payload.recorded ? t("bench.static") : t("mnist.norecord")),
    trouble.element,
    holder,
  );
  if (lab.api) {
    // anywhere in the workbench: a folder that misses the marked place would be opened in place of the page
    element.addEventListener("dragover", (event) => {
      if (!isDrop(event)) return;
      event.preventDefault();
      element.classList.add("dropping");
    });
    element.addEventListener("dragleave", () => element.classList.remove("dropping"));
    element.addEventListener("drop", (event) => {
      element.classList.remove("dropping");
      if (!isDrop(event) || !event.dataTransfer) return;
      event.preventDefault();
      const found = dropped(event.dataTransfer); // at once: what was dropped is gone after this event
      if (lab.state.v !== "own") openPlace(lab, { v: "own" });
      void drops.take(found);
    });
  }
  /** @type {View | null} */
  let view = null;
  let shown = "";

  const refresh = () => {
    trouble.refresh(store.trouble);
    const now = placeNow(lab, store);
    if (now === shown) {
      view?.refresh?.();
      return;
    }
    view?.gone?.();
    view = viewOf(lab, store, drops, now);
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
      drops.close();
    },
  };
}

/** @param {Lab} lab @param {RunStore} store */
function placeNow({ state, api }, store) {
  if (!api) return `run ${[...store.runs.keys()][0] ?? ""}`;
  if (state.v === "run") return `run ${state.r ?? ""}`;
  return state.v === "new" || state.v === "compare" || state.v === "own" ? state.v : "list";
}

/**
 * @param {Lab} lab @param {RunStore} store @param {import("./drop_store.js").DropStore} drops @param {string} now
 * @returns {View | null}
 */
function viewOf(lab, store, drops, now) {
  if (now === "own") return dropView(lab, drops);
  if (now === "new") return trainingForm(lab);
  if (now === "compare") return compareRuns(lab, store);
  if (!now.startsWith("run ")) return runList(lab, store);
  return lab.api || store.runs.size ? runReport(lab, store, now.slice(4)) : null;
}
