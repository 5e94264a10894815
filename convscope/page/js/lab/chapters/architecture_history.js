/** S3: where these networks come from, and LeNet-5 trained today beside the lecture's network and ours. */

import { button, make, tableHead } from "../../kit/dom.js";
import { fixed, percent } from "../../kit/format.js";
import { grouped } from "../../formula/fault.js";
import { resolveFormula } from "../../formula/parse.js";
import { tracePlan } from "../../formula/trace.js";

/**
 * @typedef {object} TrainedPlan a named plan as convscope trained it on MNIST (page/trained_plans.json)
 * @property {string} plan @property {string} recipe @property {number} epochs
 * @property {number[]} accuracies on the 10,000 test pictures, one a seed
 */

/** @param {import("../types.js").Lab} lab @param {(plan: string) => void} choose */
export function historyPart(lab, choose) {
  const { doc, t } = lab;
  /** @type {TrainedPlan[]} */
  const trained = lab.payload.trained;
  const row = (/** @type {TrainedPlan} */ { plan, recipe, epochs, accuracies }) => {
    const { parameters, macs } = tracePlan(resolveFormula(plan), [1, 28, 28], 10);
    const mean = accuracies.reduce((a, b) => a + b, 0) / accuracies.length;
    const [least, most] = [Math.min(...accuracies), Math.max(...accuracies)];
    return make(
      doc,
      "tr",
      { "data-plan": plan },
      make(
        doc,
        "th",
        { scope: "row" },
        button(doc, plan, () => choose(plan), { class: "link" }),
      ),
      make(doc, "td", { class: "figure" }, grouped(parameters)),
      make(doc, "td", { class: "figure" }, percent(mean, 2)),
      make(
        doc,
        "td",
        { class: "figure small" },
        accuracies.length > 1 ? `${percent(least, 2)} – ${percent(most, 2)}` : t("arch.history.once"),
      ),
      make(doc, "td", { class: "figure" }, String(accuracies.length)),
      make(doc, "td", {}, t("arch.history.recipe", { recipe, epochs: fixed(epochs, 1) })),
      make(doc, "td", { class: "figure" }, grouped(macs)),
    );
  };
  const heads = [
    "",
    t("arch.parameters"),
    t("arch.history.accuracy"),
    t("arch.history.spread"),
    t("arch.history.seeds"),
    t("arch.history.how"),
    t("arch.macs"),
  ];
  return make(
    doc,
    "section",
    { class: "worked history", "data-widget": "history" },
    make(doc, "h2", {}, t("arch.history")),
    make(doc, "p", {}, t("arch.history.text")),
    make(
      doc,
      "div",
      { class: "table-scroll" },
      make(
        doc,
        "table",
        { class: "numbers-table" },
        tableHead(doc, heads),
        make(doc, "tbody", {}, ...trained.map(row)),
      ),
    ),
    make(doc, "p", { class: "note" }, t("arch.history.note")),
  );
}
