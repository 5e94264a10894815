/** One run in the list. It is made once and refreshed, so that the keyboard stays where it is while figures change. */

import { button, make } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { faultOf } from "../../formula/fault.js";
import { MOST_MARKS, markRun, runAddress, toPlace } from "./places.js";
import { accuracyOf, isBlank, isGoing, runLine, secondsText, stateBadge } from "./run_facts.js";
import { sparkOf } from "./spark.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").RunSummary} RunSummary */
/** @typedef {import("./run_store.js").RunStore} RunStore */

/** @param {Lab} lab @param {RunStore} store @param {string} id */
export function runRow(lab, store, id) {
  const { doc, t } = lab;
  const mark = make(doc, "input", {
    type: "checkbox",
    "aria-label": t("bench.mark", { id }),
    on: { change: () => markRun(lab, id, mark.checked) },
  });
  const line = make(doc, "p", { class: "run-line" });
  const fault = make(doc, "p", { class: "run-fault" });
  const spark = sparkOf(lab);
  const accuracy = make(doc, "b", { class: "figure", "data-figure": "accuracy" });
  const on = make(doc, "span", { class: "small" });
  const loss = make(doc, "span", { class: "figure small" });
  const seconds = make(doc, "span", { class: "figure small" });
  const badge = stateBadge(lab);
  const buttons = runButtons(lab, store, id);
  const element = make(
    doc,
    "li",
    { class: "run-row", "data-run": id },
    make(doc, "label", { class: "run-mark" }, mark),
    make(
      doc,
      "div",
      { class: "run-what" },
      make(doc, "a", { class: "run-name", href: runAddress(id), on: { click: toPlace(lab, { v: "run", r: id }) } }, id),
      line,
      fault,
    ),
    spark.element,
    make(
      doc,
      "div",
      { class: "run-figures" },
      make(doc, "p", {}, accuracy, " ", on),
      make(doc, "p", {}, loss, " · ", seconds),
    ),
    badge.element,
    buttons.element,
  );
  let before = "";
  return {
    element,
    /** @param {RunSummary} run @param {boolean} marked @param {boolean} full whether no more can be marked */
    refresh: (run, marked, full) => {
      const damaged = run.state === "damaged";
      mark.checked = marked && !damaged;
      mark.disabled = damaged || (full && !marked);
      mark.hidden = damaged; // there is nothing to compare
      mark.title = mark.disabled ? t("bench.mark.most", { n: MOST_MARKS }) : "";
      element.classList.toggle("marked", marked);
      buttons.refresh(run);
      // what to try is in the report
      const said = store.refused.get(id) ?? (run.message ? faultOf(run.message).line(t) : "");
      element.classList.toggle("blank", isBlank(run));
      if (fault.textContent !== said) fault.textContent = said;
      fault.hidden = !said;
      const now = JSON.stringify([
        run.state,
        run.step,
        run.loss,
        run.validation,
        run.test,
        run.seconds,
        run.curve.length,
        run.data,
      ]);
      if (now === before) return;
      before = now;
      line.textContent = runLine(t, run);
      line.title = run.formula;
      spark.refresh(run);
      badge.refresh(run);
      const found = accuracyOf(t, run);
      accuracy.textContent = found.text;
      on.textContent = found.on;
      loss.textContent =
        run.loss === null ? t("bench.loss", { loss: "–" }) : t("bench.loss", { loss: fixed(run.loss, 3) });
      seconds.textContent = secondsText(t, run.seconds);
    },
  };
}

/** Stop or resume, and the way into a finished network. @param {Lab} lab @param {RunStore} store @param {string} id */
export function runButtons(lab, store, id) {
  const { doc, t } = lab;
  const stop = button(
    doc,
    t("bench.stop"),
    () => {
      if (stop.getAttribute("aria-disabled") !== "true") void store.stop(id);
    },
    { "aria-label": t("bench.stop.named", { id }) },
  );
  const resume = button(
    doc,
    t("bench.resume"),
    () => {
      if (resume.getAttribute("aria-disabled") !== "true") void store.resume(id);
    },
    { "aria-label": t("bench.resume.named", { id }) },
  );
  const look = make(
    doc,
    "a",
    { class: "button", target: "_blank", rel: "noopener", "aria-label": t("bench.look.named", { id }) },
    t("bench.look"),
  );
  const report = make(
    doc,
    "a",
    { class: "button", target: "_blank", rel: "noopener", "aria-label": t("bench.report.named", { id }) },
    t("bench.report"),
  );
  const all = [stop, resume, look, report];
  const element = make(doc, "div", { class: "run-buttons" }, ...all);
  return {
    element,
    /** @param {RunSummary} run */
    refresh: (run) => {
      const asked = store.asked.get(id);
      const here = all.find((one) => one === doc.activeElement);
      stop.hidden = !lab.api || !(isGoing(run) && asked !== "stopped");
      resume.hidden =
        !lab.api || !(run.state === "stopped" || (run.state === "failed" && run.data !== null) || asked === "stopped");
      // not disabled: the keyboard stays on it
      stop.setAttribute("aria-disabled", String(run.state === "starting" || asked === "running"));
      resume.setAttribute("aria-disabled", String(asked === "stopped"));
      stop.textContent = asked === "running" ? t("bench.stopping") : t("bench.stop");
      look.hidden = !run.look;
      if (run.look && look.getAttribute("href") !== run.look) look.setAttribute("href", run.look);
      report.hidden = !run.report;
      if (run.report && report.getAttribute("href") !== run.report) report.setAttribute("href", run.report);
      element.hidden = all.every((one) => one.hidden);
      if (here?.hidden) all.find((one) => !one.hidden)?.focus();
    },
  };
}
