/** The report of one run: figures, curve and snapshots while it goes, the network layer by layer, and every setting. */

import { button, make, refill } from "../../kit/dom.js";
import { firstLearned, layerTable } from "../chapters/architecture_table.js";
import { wholeIn } from "../address.js";
import { faultOf } from "../../formula/fault.js";
import { historyView } from "../history.js";
import { runStream } from "./run_stream.js";
import { markRun, marksOf, openPlace, toPlace } from "./places.js";
import { confusionPart, figureList, saidPart, settingsPart } from "./report_parts.js";
import { runButtons } from "./row.js";
import { isBlank, networkOf, runLine, stateBadge } from "./run_facts.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./run_store.js").RunStore} RunStore */

/** @param {Lab} lab @param {RunStore} store @param {string} id */
export function runReport(lab, store, id) {
  const { doc, t } = lab;
  const run = () => store.runs.get(id) ?? null;
  const followed = runStream(lab, id, () => refresh());
  const heading = make(doc, "h2", { tabindex: -1, class: "bench-heading" }, id);
  const badge = stateBadge(lab);
  const line = make(doc, "p", { class: "run-line" });
  const fault = make(doc, "p", { class: "run-fault", role: "alert" });
  const buttons = runButtons(lab, store, id);
  const again = button(doc, t("bench.again"), () => {
    const one = run();
    if (one) openPlace(lab, againOf(one));
  });
  const mark = button(doc, t("bench.mark.this"), () => markRun(lab, id, !marksOf(lab).includes(id)));
  const figures = make(doc, "dl", { class: "totals train-figures" });
  const history = historyView(lab, () => ({ run: run(), lines: followed.lines, snapshots: followed.snapshots }));
  const waiting = make(doc, "p", { class: "note" });
  const confusion = confusionPart(lab, followed, run);
  const table = layerTable(lab, (n) => lab.tune({ n }));
  const formula = make(doc, "p", { class: "report-formula" }, make(doc, "code", {}));
  const layers = make(
    doc,
    "section",
    { class: "worked" },
    make(doc, "h2", {}, t("bench.network")),
    formula,
    table.element,
  );
  const said = make(doc, "section", { class: "worked" });
  const settings = make(doc, "section", { class: "worked" });
  const known = make(
    doc,
    "div",
    { class: "training" },
    make(doc, "div", { class: "bench-head" }, heading, badge.element),
    line,
    fault,
    make(doc, "div", { class: "bench-tools" }, buttons.element, lab.api ? again : null, lab.api ? mark : null),
    figures,
    waiting,
    history.element,
    said,
    confusion.element,
    layers,
    settings,
  );
  const way = lab.api
    ? make(
        doc,
        "p",
        { class: "bench-back" },
        make(
          doc,
          "a",
          { class: "link", href: "#c=workbench", on: { click: toPlace(lab, {}) } },
          `‹ ${t("bench.back")}`,
        ),
      )
    : null;
  const body = make(doc, "div", {});
  const element = make(doc, "div", { class: "run-report" }, way, body);
  let shown = "";
  let drawn = "";

  const refresh = () => {
    const one = run();
    const now = one ? "known" : store.ready ? "unknown" : "waiting";
    if (now !== shown)
      refill(
        body,
        now === "known"
          ? known
          : make(doc, "p", {}, now === "unknown" ? t("bench.unknown", { id }) : t("bench.waiting")),
      );
    shown = now;
    if (!one) return;
    followed.follow(one);
    buttons.refresh(one);
    badge.refresh(one);
    line.textContent = runLine(t, one);
    fault.textContent = store.refused.get(id) ?? (one.message ? faultOf(one.message).lines(t) : followed.trouble);
    fault.hidden = !fault.textContent;
    figures.hidden = isBlank(one);
    for (const part of [again, mark, said, settings]) part.hidden = one.state === "damaged"; // nothing is known of it
    mark.textContent = marksOf(lab).includes(id) ? t("bench.unmark.this") : t("bench.mark.this");
    waiting.textContent =
      followed.lines.length || followed.snapshots.length
        ? ""
        : one.state === "starting"
          ? t("mnist.starting")
          : one.state === "running"
            ? t("bench.curve.soon")
            : "";
    waiting.hidden = !waiting.textContent;
    history.refresh();
    history.element.hidden = !followed.lines.length && !followed.snapshots.length;
    confusion.refresh();
    const network = networkOf(one);
    const key = JSON.stringify([one, followed.report]);
    if (key !== drawn) {
      drawn = key;
      refill(figures, ...figureList(lab, one, followed.report, network));
      refill(said, ...saidPart(lab, followed.report));
      refill(settings, ...settingsPart(lab, one, followed.report));
      /** @type {HTMLElement} */ (formula.firstChild).textContent = one.formula;
      if (network && layers.dataset.of !== one.formula) {
        table.put(network);
        layers.dataset.of = one.formula;
      }
    }
    layers.hidden = !network;
    table.mark(network ? wholeIn(lab.state, "n", 0, network.nodes.length - 1, firstLearned(network)) : -1);
  };
  refresh();
  return { element, refresh, gone: () => followed.close(), heading: () => (shown === "known" ? heading : null) };
}

/** The form, filled as this run was. @param {import("../api.js").RunSummary} run */
function againOf({ plan, formula, recipe, epochs, seed, data, asked }) {
  const held = data?.validation ? data.validation : null;
  const set = asked?.data ?? data?.set;
  const began = recipe === "head" || recipe === "tune"; // with another network, which only "auto" takes by itself
  return {
    v: "new",
    d: set === "fashion-mnist" || set?.startsWith("folder/") ? set : null,
    z: asked?.size ?? null,
    rp: began ? null : recipe,
    f: began ? null : (plan ?? formula),
    e: began || epochs === null ? null : Math.round(epochs * 100) / 100,
    s: seed ? seed : null,
    k: held,
  };
}
