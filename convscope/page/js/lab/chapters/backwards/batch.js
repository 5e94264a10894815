/** The pictures of the batch, each with its class, its loss and its own gradient, and the mean of those. */

import { button, make, refill } from "../../../kit/dom.js";
import { percent } from "../../../kit/format.js";
import { largest, paint } from "../../../kit/palette.js";
import { rovingButtons } from "../../../kit/roving.js";
import { kernelBackward, kernelForward } from "../../sums/backpropagation.js";
import { stepper } from "../../widgets.js";
import { CLASS_MARKS, subscript } from "./stages.js";
import { PICTURES_MOST, targetsChange } from "./state.js";
import { factor, num, result, sumLine } from "./writing.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./state.js").Learning} Learning */

/** @param {Lab} lab @param {() => Learning} now */
export function batchPart(lab, now) {
  const { doc, t } = lab;
  const name = t("back.count");
  const count = stepper(
    lab,
    name,
    { min: 1, max: PICTURES_MOST, less: t("step.less", { name }), more: t("step.more", { name }) },
    () => now().count,
    (value) => lab.tune({ m: value === 1 ? null : value, n: null, i: now().at < value ? now().at || null : null }),
  );
  const cards = Array.from({ length: PICTURES_MOST }, (_, i) => batchCard(lab, now, i));
  const mean = make(doc, "div", { class: "batch-mean" });
  const row = make(doc, "div", { class: "batch-cards" }, ...cards.map((card) => card.element));
  const stay = rovingButtons(row);
  const element = make(
    doc,
    "section",
    { class: "batch", "data-widget": "batch" },
    make(
      doc,
      "div",
      { class: "batch-head" },
      count.element,
      make(doc, "span", { class: "note" }, t("back.batch.note")),
    ),
    row,
    mean,
  );
  const refresh = () => {
    count.refresh();
    cards.forEach((card, i) => {
      card.element.hidden = i >= now().count;
      if (i < now().count) card.refresh();
    });
    stay();
    refill(mean, now().count > 1 ? meanLine(lab, now()) : null);
  };
  return { element, refresh };
}

/** @param {Lab} lab @param {() => Learning} now @param {number} i */
function batchCard(lab, now, i) {
  const { doc, t } = lab;
  const canvas = make(doc, "canvas", { class: "pixels", "aria-hidden": "true" });
  const figures = make(doc, "span", { class: "small figure" });
  const look = make(
    doc,
    "button",
    {
      type: "button",
      class: "batch-picture",
      "aria-label": t("back.look", { n: i + 1 }),
      on: { click: () => lab.tune({ i: i || null, at: null }) },
    },
    canvas,
  );
  const target = button(
    doc,
    "",
    () => lab.tune(targetsChange(now().allTargets.map((old, j) => (j === i ? 1 - old : old)))),
    { class: "button class-turn" },
  );
  const element = make(
    doc,
    "div",
    { class: "batch-card" },
    look,
    make(doc, "div", {}, make(doc, "span", { class: "small" }, t("back.class.is")), target, figures),
  );
  const refresh = () => {
    const { all, allTargets, network, at } = now();
    paint(canvas, all[i].flat(), 0, 4, 4, largest(all[i].flat()) || 1, "activations", lab.dark());
    look.setAttribute("aria-pressed", String(at === i));
    const [is, other] = allTargets[i] ? [t("back.rising"), t("back.falling")] : [t("back.falling"), t("back.rising")];
    target.textContent = `${CLASS_MARKS[allTargets[i]]} ↔ ${CLASS_MARKS[1 - allTargets[i]]}`;
    target.title = t("back.turn", { is, other });
    target.setAttribute("aria-label", `${target.textContent} ${t("back.target", { n: i + 1 })}. ${target.title}`);
    const forward = kernelForward(network, all[i]);
    const { loss } = kernelBackward(network, all[i], allTargets[i], forward);
    figures.textContent = `p ${percent(forward.probabilities[allTargets[i]])}, L ${num(loss)}`;
  };
  return { element, look, refresh };
}

/** The mean of the pictures' gradients at the weight looked at. @param {Lab} lab @param {Learning} now */
function meanLine({ doc, t }, now) {
  const backs = now.pictures.map((picture, i) => kernelBackward(now.network, picture, now.targets[i]));
  const [r, c] = now.weight ?? [0, 0];
  const each = backs.map((back) => (now.weight ? back.kernel[r][c] : back.bias));
  const mean = now.weight ? now.gradient.kernel[r][c] : now.gradient.bias;
  return sumLine(
    doc,
    `${t("back.mean.of")} ∂L/∂${now.weight ? `w${subscript(r, c)}` : "b"}: ` +
      `(${each.map(factor).join(" + ")}) / ${each.length} = `,
    result(doc, mean, "mean"),
  );
}
