/** What is worth telling of a run: its state in words, its best known accuracy, its network's size. */

import { make, setVar } from "../../kit/dom.js";
import { fixed, percent } from "../../kit/format.js";
import { PlanFault } from "../../formula/fault.js";
import { resolveFormula } from "../../formula/parse.js";
import { tracePlan } from "../../formula/trace.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../types.js").Translate} Translate */
/** @typedef {import("../api.js").RunSummary} RunSummary */
/** @typedef {import("../../formula/trace.js").PlanNetwork} PlanNetwork */

/** @type {Map<string, PlanNetwork | null>} */
const TRACED = new Map();

/**
 * The network of a run, layer by layer; null while the shape of its data is not known.
 * @param {RunSummary} run
 * @returns {PlanNetwork | null}
 */
export function networkOf(run) {
  if (!run.data || !run.classes.length) return null;
  const key = JSON.stringify([run.formula, run.data.shape, run.classes.length]);
  if (!TRACED.has(key)) {
    try {
      TRACED.set(key, tracePlan(resolveFormula(run.formula), run.data.shape, run.classes.length));
    } catch (error) {
      if (!(error instanceof PlanFault)) throw error;
      TRACED.set(key, null);
    }
  }
  return TRACED.get(key) ?? null;
}

/** Whether its process is at work. @param {RunSummary} run */
export function isGoing(run) {
  return run.state === "starting" || run.state === "running";
}

/** @param {Translate} t @param {RunSummary["state"]} state */
export function stateWords(t, state) {
  if (state === "starting") return t("bench.state.starting");
  if (state === "running") return t("bench.state.running");
  if (state === "finished") return t("bench.state.finished");
  if (state === "damaged") return t("bench.state.damaged");
  return state === "failed" ? t("bench.state.failed") : t("bench.state.stopped");
}

/** Whether there is nothing to measure: it failed before it began, or cannot be read. @param {RunSummary} run */
export function isBlank(run) {
  return run.state === "damaged" || (run.state === "failed" && run.data === null);
}

/** The accuracy that says most, and on which pictures it was measured. @param {Translate} t @param {RunSummary} run */
export function accuracyOf(t, run) {
  if (run.test) return { text: percent(run.test.accuracy, 2), on: t("bench.on.test") };
  if (run.validation) return { text: percent(run.validation.accuracy, 2), on: t("bench.on.heldout") };
  return run.accuracy === null
    ? { text: "–", on: t("bench.on.training") }
    : { text: percent(run.accuracy, 2), on: t("bench.on.training") };
}

/** How far the schedule is, 0 … 1. @param {RunSummary} run */
export function shareDone(run) {
  return run.state === "finished" ? 1 : run.steps ? Math.min(1, run.step / run.steps) : 0;
}

/** @param {Translate} t @param {number} seconds */
export function secondsText(t, seconds) {
  if (seconds < 100) return t("bench.seconds", { n: fixed(seconds, 1) });
  return seconds < 6000
    ? t("bench.minutes", { n: fixed(seconds / 60, 1) })
    : t("bench.hours", { n: fixed(seconds / 3600, 1) });
}

/** A run's state as a word with a dot, and how far it is. @param {Lab} lab */
export function stateBadge({ doc, t }) {
  const word = make(doc, "span", {});
  const badge = make(doc, "span", { class: "run-badge" }, word);
  const share = make(doc, "span", { class: "figure" });
  const bar = make(doc, "span", { class: "bar" });
  const track = make(doc, "span", { class: "track", "aria-hidden": "true" }, bar);
  return {
    element: make(doc, "div", { class: "run-state" }, badge, share, track),
    refresh: (/** @type {RunSummary} */ run) => {
      const over = ["finished", "failed", "damaged"].includes(run.state);
      badge.dataset.state = run.state;
      word.textContent = stateWords(t, run.state);
      share.textContent = over ? "" : percent(shareDone(run), 0);
      track.hidden = over;
      setVar(bar, "share", String(shareDone(run)));
    },
  };
}

/** What a run was trained on and how, in one line. @param {Translate} t @param {RunSummary} run */
export function runLine(t, run) {
  const plan = run.plan ? t("bench.plan", { name: run.plan }) : run.formula;
  const recipe = run.recipe ? t("bench.recipe.named", { name: run.recipe }) : "";
  return [run.data?.set ?? "", plan, recipe].filter(Boolean).join(" · ");
}
