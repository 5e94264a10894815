/** Runs beside each other: curves in one plot, then every setting and figure in a table that shows what differs. */

import { make, refill } from "../../kit/dom.js";
import { comparedCurves } from "./curves.js";
import { comparedTable } from "./comparison.js";
import { markRun, marksOf, runAddress, toPlace } from "./places.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./run_store.js").RunStore} RunStore */

/** @param {Lab} lab @param {RunStore} store */
export function compareRuns(lab, store) {
  const { doc, t } = lab;
  const heading = make(doc, "h2", { tabindex: -1, class: "bench-heading" }, t("bench.comparison"));
  const way = make(
    doc,
    "p",
    { class: "bench-back" },
    make(doc, "a", { class: "link", href: "#c=workbench", on: { click: toPlace(lab, {}) } }, `‹ ${t("bench.back")}`),
  );
  const words = make(doc, "p", { class: "note" });
  const key = make(doc, "ul", { class: "compare-key", "aria-label": t("bench.comparison") });
  const plots = make(doc, "div", { class: "compare-plots" });
  const table = make(doc, "div", {
    class: "table-scroll",
    tabindex: 0,
    role: "region",
    "aria-label": t("bench.comparison.table"),
  });
  const element = make(
    doc,
    "div",
    { class: "compare-runs" },
    way,
    make(doc, "div", { class: "bench-head" }, heading),
    words,
    key,
    plots,
    table,
  );
  const light = (/** @type {number} */ at) => {
    for (const path of Array.from(plots.querySelectorAll("[data-of]")))
      path.classList.toggle("dim", at >= 0 && path.getAttribute("data-of") !== String(at));
  };
  let drawn = "";
  let keyed = "";
  const refresh = () => {
    const runs = marksOf(lab)
      .flatMap((id) => store.runs.get(id) ?? [])
      .filter((run) => run.state !== "damaged");
    words.textContent = runs.length > 1 ? "" : store.ready ? t("bench.compare.how") : t("bench.waiting");
    words.hidden = !words.textContent;
    const names = runs.map(({ id }) => id).join("~");
    if (names !== keyed) {
      keyed = names;
      refill(
        key,
        ...runs.map(({ id }, i) =>
          make(
            doc,
            "li",
            {
              class: `compare-${i}`,
              on: {
                pointerenter: () => light(i),
                pointerleave: () => light(-1),
                focusin: () => light(i),
                focusout: () => light(-1),
              },
            },
            make(doc, "span", { class: "compare-swatch" }),
            make(doc, "a", { href: runAddress(id), on: { click: toPlace(lab, { v: "run", r: id }) } }, id),
            make(
              doc,
              "button",
              {
                type: "button",
                class: "link",
                "aria-label": t("bench.without", { id }),
                title: t("bench.without", { id }),
                on: { click: () => markRun(lab, id, false) },
              },
              "×",
            ),
          ),
        ),
      );
    }
    const now = JSON.stringify(
      runs.map((run) => [run.id, run.state, run.step, run.curve.length, run.measured.length, run.seconds, run.test]),
    );
    if (now === drawn) return;
    drawn = now;
    refill(plots, ...(runs.length ? comparedCurves(lab, runs) : []));
    refill(table, runs.length ? comparedTable(lab, runs) : null);
  };
  refresh();
  return { element, refresh, heading: () => heading };
}
