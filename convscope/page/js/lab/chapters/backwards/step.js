/** One step: the kernel before, its gradient, the kernel after, and what the loss makes of it. */

import { button, make, refill, tableHead } from "../../../kit/dom.js";
import { thousands } from "../../../kit/format.js";
import { largest } from "../../../kit/palette.js";
import { STEP_RATES, nearestRate } from "../../../kit/rates.js";
import { rovingButtons } from "../../../kit/roving.js";
import { numberTable } from "../../grid.js";
import { slider } from "../../widgets.js";
import { lossCurveOf } from "./loss_curve.js";
import { subscript } from "./stages.js";
import { STEPS_MOST, rateChange, startWith } from "./state.js";
import { factor, num, result } from "./writing.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./state.js").Learning} Learning */

/** @param {Lab} lab @param {() => Learning} now */
export function stepPart(lab, now) {
  const { doc, t } = lab;
  const by = (/** @type {number} */ count) => () => {
    lab.tune({ n: Math.min(STEPS_MOST, now().steps + count) });
    lab.say(`${countText()} ${lossText()}`);
  };
  const countText = () => t("back.steps", { n: thousands(now().steps) });
  const lossText = () => t("back.loss.now", { v: num(now().gradient.loss) });
  const rate = slider(
    lab,
    t("back.rate"),
    { min: 0, max: STEP_RATES.length - 1, step: 1, text: () => num(now().rate) },
    () => nearestRate(now().rate),
    (i) => lab.tune(rateChange(STEP_RATES[i])),
  );
  const grids = [
    kernelGrid(lab, now, t("back.before.step"), (l) => l.network),
    kernelGrid(lab, now, t("back.gradient"), (l) => l.gradient),
    kernelGrid(lab, now, t("back.after.step"), (l) => l.after),
  ];
  const times = make(doc, "span", { class: "operator" });
  const table = make(doc, "tbody");
  const losses = make(doc, "dl", { class: "loss-change" });
  const verdict = make(doc, "p", { class: "step-verdict", "aria-live": "polite" });
  const rescue = button(
    doc,
    t("back.rescue"),
    () => lab.tune({ ...startWith(now().network.kernel, now().network.bias), f: "leaky" }),
    { class: "primary" },
  );
  const curve = lossCurveOf(lab, now);
  const steps = make(doc, "span", { class: "note steps-done" });
  const player = make(
    doc,
    "div",
    { class: "player" },
    button(doc, t("back.one"), by(1), { class: "primary" }),
    button(doc, t("back.ten"), by(10)),
    button(doc, t("back.hundred"), by(100)),
    button(doc, t("back.again"), () => lab.tune({ n: null })),
    steps,
  );
  rovingButtons(player)();
  const element = make(
    doc,
    "section",
    { class: "worked stepping", "data-widget": "step" },
    make(doc, "h2", {}, t("back.step")),
    make(doc, "p", {}, t("back.step.text")),
    player,
    rate.element,
    make(doc, "div", { class: "step-verdicts" }, verdict, rescue),
    make(
      doc,
      "div",
      { class: "step-row" },
      grids[0].element,
      times,
      grids[1].element,
      make(doc, "span", { class: "operator" }, "="),
      grids[2].element,
    ),
    make(
      doc,
      "div",
      { class: "step-two" },
      make(
        doc,
        "table",
        { class: "numbers-table step-table" },
        tableHead(doc, [t("back.number"), "∂L/∂w", "w − η × ∂L/∂w"]),
        table,
      ),
      make(doc, "div", {}, losses, curve.element),
    ),
  );
  const refresh = () => {
    const one = now();
    rate.refresh();
    for (const grid of grids) grid.refresh();
    times.textContent = `− ${num(one.rate)} ×`;
    refill(table, ...stepRows(lab, one));
    refill(losses, ...lossRows(lab, one));
    verdict.textContent = verdictOf(lab, one);
    verdict.classList.toggle("is-bad", one.dead || one.losses[one.steps + 1] > one.losses[one.steps]);
    rescue.hidden = !one.dead;
    steps.textContent = countText();
    curve.refresh();
  };
  return { element, refresh };
}

/**
 * Nine numbers and the bias's; a weight can be pressed to be looked at.
 * @param {Lab} lab @param {() => Learning} now @param {string} name
 * @param {(now: Learning) => {kernel: number[][], bias: number}} of
 */
function kernelGrid(lab, now, name, of) {
  const { doc, t } = lab;
  const scale = () => largest([...now().network.kernel.flat(), ...now().after.kernel.flat()]) || 1;
  const table = numberTable(lab, {
    name,
    scale: "weights",
    kind: "small-numbers",
    size: () => [3, 3],
    limit: () => (of(now()) === now().gradient ? largest(now().gradient.kernel.flat()) || 1 : scale()),
    look: (y, x) => {
      const value = of(now()).kernel[y][x];
      const marked = now().weight?.[0] === y && now().weight?.[1] === x;
      return {
        value,
        text: num(Number(value.toPrecision(3))),
        kind: marked ? "marked" : "",
        name: t("back.gradient.weight", { y: y + 1, x: x + 1, v: num(value) }),
      };
    },
    press: (y, x) => lab.tune({ w: y || x ? `${y}.${x}` : null }),
  });
  const bias = make(doc, "span", { class: "flow-bias figure" });
  return {
    element: make(doc, "figure", { class: "step-grid" }, make(doc, "figcaption", {}, name), table.element, bias),
    refresh: () => {
      table.refresh();
      bias.textContent = `b ${num(of(now()).bias)}`;
    },
  };
}

/** Every weight's step, written out. @param {Lab} lab @param {Learning} now */
function stepRows({ doc }, now) {
  const numbers = now.network.kernel.flatMap((line, y) =>
    line.map((w, x) => ({
      name: `w${subscript(y, x)}`,
      old: w,
      gradient: now.gradient.kernel[y][x],
      next: now.after.kernel[y][x],
    })),
  );
  numbers.push({ name: "b", old: now.network.bias, gradient: now.gradient.bias, next: now.after.bias });
  return numbers.map((one) =>
    make(
      doc,
      "tr",
      {},
      make(doc, "th", { scope: "row" }, one.name),
      make(doc, "td", { class: "figure" }, num(one.gradient)),
      make(
        doc,
        "td",
        { class: "figure" },
        `${num(one.old)} − ${num(now.rate)} × ${factor(one.gradient)} = `,
        result(doc, one.next, "next"),
      ),
    ),
  );
}

/** @param {Lab} lab @param {Learning} now */
function lossRows({ doc, t }, now) {
  const [before, after] = [now.losses[now.steps], now.losses[now.steps + 1]];
  const rows = /** @type {[string, number, string][]} */ ([
    [t("back.loss.before"), before, "before"],
    [t("back.loss.after"), after, "after"],
    [t("back.loss.measured"), after - before, "measured"],
    [t("back.loss.predicted"), now.predicted, "predicted"],
  ]);
  return rows.map(([name, value, id]) =>
    make(doc, "div", {}, make(doc, "dt", {}, name), make(doc, "dd", {}, result(doc, value, id))),
  );
}

/** What became of it, in words. @param {Lab} lab @param {Learning} now */
function verdictOf({ t }, now) {
  if (now.dead && now.diedAt > 0) {
    const [before, after] = [now.networks[now.diedAt - 1].bias, now.networks[now.diedAt].bias];
    return t("back.died", { n: now.diedAt, r: num(now.rate), a: num(before), b: num(after) });
  }
  if (now.dead) return t("back.dead");
  const [before, after] = [now.losses[now.steps], now.losses[now.steps + 1]];
  if (after > before) return t("back.rose", { r: num(now.rate) });
  if (now.network.activation === "leaky" && now.gates.open === 0) return t("back.asleep");
  return -now.predicted > 2 * (before - after) && now.predicted < -1e-6 ? t("back.far") : t("back.fell");
}
