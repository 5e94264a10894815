/**
 * The list of runs: the newest first, each with its curve, state and figures; marks for a comparison; a filter when
 * there are many.
 */

import { button, make, refill } from "../../kit/dom.js";
import { MOST_MARKS, marksOf, openPlace, toPlace } from "./places.js";
import { runRow } from "./row.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../api.js").RunSummary} RunSummary */
/** @typedef {import("./run_store.js").RunStore} RunStore */

const MANY = 8; // runs: from there on a filter helps

/** @param {Lab} lab @param {RunStore} store */
export function runList(lab, store) {
  const { doc, t } = lab;
  const heading = make(doc, "h2", { tabindex: -1, class: "bench-heading" }, t("bench.runs"));
  const count = make(doc, "span", { class: "small figure" });
  const start = make(
    doc,
    "a",
    { class: "primary", href: "#c=workbench&v=new", on: { click: toPlace(lab, { v: "new" }) } },
    t("bench.new"),
  );
  const compare = button(doc, t("bench.compare"), () => openPlace(lab, { v: "compare" }), {
    class: "button bench-compare",
  });
  const clear = button(doc, t("bench.unmark"), () => lab.tune({ m: null }), { class: "link" });
  const filter = make(doc, "input", {
    type: "search",
    class: "bench-filter",
    placeholder: t("bench.filter"),
    "aria-label": t("bench.filter"),
    on: { input: () => lab.tune({ q: filter.value.trim().slice(0, 200) }) },
  });
  const rows = make(doc, "ul", { class: "run-rows", "aria-label": t("bench.runs") });
  const nothing = make(doc, "p", { class: "note", "aria-live": "polite" });
  const own = ownLink(lab);
  const tools = make(doc, "div", { class: "bench-tools" }, start, own, compare, clear, filter);
  const full = make(
    doc,
    "section",
    {},
    make(doc, "div", { class: "bench-head" }, heading, count),
    tools,
    nothing,
    rows,
  );
  const element = make(doc, "div", { class: "run-list" });
  /** @type {Map<string, ReturnType<typeof runRow>>} */
  const drawn = new Map();
  let shown = "";

  const refresh = () => {
    const all = [...store.runs.values()];
    const now = !store.ready ? "waiting" : all.length ? "full" : "empty";
    if (now !== shown)
      refill(
        element,
        now === "full"
          ? full
          : now === "empty"
            ? emptyList(lab)
            : make(doc, "p", { class: "note" }, store.trouble ? "" : t("bench.waiting")),
      );
    shown = now;
    if (now !== "full") return;
    const wanted = (lab.state.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const found = all.filter((run) =>
      wanted.every((word) =>
        [run.id, run.formula, run.plan ?? "", run.recipe, run.data?.set ?? "", run.state]
          .join(" ")
          .toLowerCase()
          .includes(word),
      ),
    );
    const marks = marksOf(lab).filter((id) => (store.runs.get(id)?.state ?? "damaged") !== "damaged");
    count.textContent =
      found.length === all.length ? String(all.length) : t("bench.of", { n: found.length, all: all.length });
    filter.hidden = all.length < MANY && !wanted.length;
    if (doc.activeElement !== filter) filter.value = lab.state.q ?? "";
    compare.toggleAttribute("disabled", marks.length < 2);
    compare.textContent = marks.length ? t("bench.compare.n", { n: marks.length }) : t("bench.compare");
    compare.title = marks.length < 2 ? t("bench.compare.how") : "";
    clear.hidden = !marks.length;
    nothing.textContent = found.length ? "" : t("bench.filter.none");
    nothing.hidden = Boolean(found.length);
    for (const [id, row] of drawn)
      if (!found.some((run) => run.id === id)) {
        row.element.remove();
        drawn.delete(id);
      }
    found.forEach((run, i) => {
      const row = drawn.get(run.id) ?? runRow(lab, store, run.id);
      drawn.set(run.id, row);
      row.refresh(run, marks.includes(run.id), marks.length >= MOST_MARKS);
      if (rows.children[i] !== row.element) rows.insertBefore(row.element, rows.children[i] ?? null);
    });
  };
  refresh();
  return { element, refresh, heading: () => heading };
}

/** The way to one's own pictures. @param {Lab} lab */
function ownLink(lab) {
  const own = { v: "own" };
  return make(
    lab.doc,
    "a",
    { class: "button", href: "#c=workbench&v=own", on: { click: toPlace(lab, own) } },
    lab.t("drop.title"),
  );
}

/** Nothing has been trained yet: what to do first. @param {Lab} lab */
function emptyList(lab) {
  const { doc, t } = lab;
  const first = { v: "new" };
  return make(
    doc,
    "section",
    { class: "bench-empty" },
    make(doc, "h2", {}, t("bench.empty")),
    make(doc, "p", {}, t("bench.empty.text")),
    make(
      doc,
      "p",
      {},
      make(
        doc,
        "a",
        { class: "primary large-primary", href: "#c=workbench&v=new", on: { click: toPlace(lab, first) } },
        t("bench.empty.first"),
      ),
    ),
    make(doc, "p", {}, t("bench.empty.own"), " ", ownLink(lab)),
    make(doc, "p", { class: "note" }, t("bench.empty.note"), " ", make(doc, "code", {}, "convscope train mnist")),
  );
}
