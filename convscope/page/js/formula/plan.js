/** Plans: layers chained, repeated, skipped over and branched. As convscope/formula/plan.py. */

import { phrase } from "../kit/i18n.js";
import { PlanFault, grouped, valueText } from "./fault.js";
import { layerText } from "./layers.js";
import { LIMITS, entryOf } from "./table.js";

/** @typedef {import("./layers.js").LayerPlan} LayerPlan */
/** @typedef {{is: "chain", parts: Plan[], count: number, depth: number}} ChainPlan */
/** @typedef {{is: "repeat", body: Plan, times: number, count: number, depth: number}} RepeatPlan */
/** @typedef {{is: "skip", body: Plan, shortcut: Plan | null, count: number, depth: number}} SkipPlan */
/** @typedef {{is: "gate", gated: Plan, count: number, depth: number}} GatePlan */
/** @typedef {{is: "se", ratio: number, count: number, depth: number}} SqueezePlan */
/** @typedef {{is: "branches", branches: Plan[], count: number, depth: number}} BranchPlan */
/** @typedef {SkipPlan | GatePlan | SqueezePlan | BranchPlan} GroupPlan what begins and ends in one place */
/** @typedef {LayerPlan | ChainPlan | RepeatPlan | GroupPlan} Plan */

/** How groups are written, for who wrote them otherwise. */
export const GROUPS = {
  skip: "skip(conv(16, 3, pad=1) + relu)",
  gate: "gate(gap + sigmoid)",
  se: "se(4)",
  concat: "concat(conv(8, 1), conv(8, 3, pad=1))",
};

/** @param {Plan} plan */
const countOf = (plan) => ("count" in plan ? plan.count : 1);
/** @param {Plan} plan */
const depthOf = (plan) => ("depth" in plan ? plan.depth : 0);
/** @param {Plan} plan @returns {Plan[]} */
const partsOf = (plan) => ("parts" in plan ? plan.parts : [plan]);
/** Whether it begins with a layer that reads a part of the picture. @param {Plan} plan */
const cropsFirst = (plan) => entryOf(partsOf(plan)[0].is)?.traits.reads === "part";

/** @param {Plan} first @param {Plan} second @returns {ChainPlan} */
export function chain(first, second) {
  const parts = [...partsOf(first), ...partsOf(second)];
  for (const part of parts.slice(1))
    if (cropsFirst(part))
      throw new PlanFault(phrase("crop.first"), { got: planText(part), hint: phrase("crop.first.try") });
  return within({
    is: "chain",
    parts,
    count: parts.reduce((n, part) => n + countOf(part), 0),
    depth: 1 + Math.max(...parts.map(depthOf)),
  });
}

/** @param {Plan} body @param {number} times @returns {RepeatPlan} */
export function repeat(body, times) {
  if (times < 1)
    throw new PlanFault(phrase("repeat.whole"), {
      got: String(times),
      hint: phrase("repeat.whole.try"),
      argument: "*",
    });
  if (cropsFirst(body)) throw new PlanFault(phrase("crop.once"), { got: `${planText(body)}*${times}`, argument: "*" });
  return within({ is: "repeat", body, times, count: countOf(body) * times, depth: 1 + depthOf(body) });
}

/** @param {Plan} body @param {Plan | null} shortcut @returns {SkipPlan} */
export function skip(body, shortcut) {
  const inner = shortcut ? [body, shortcut] : [body];
  if (inner.some(cropsFirst))
    throw new PlanFault(phrase("crop.first"), { got: `skip(${inner.map(planText).join(", ")})` });
  const count = inner.reduce((n, part) => n + countOf(part), 1);
  return within({ is: "skip", body, shortcut, count, depth: 1 + Math.max(...inner.map(depthOf)) });
}

/** @param {Plan} gated @returns {GatePlan} */
export function gate(gated) {
  if (cropsFirst(gated)) throw new PlanFault(phrase("crop.first"), { got: `gate(${planText(gated)})` });
  return within({ is: "gate", gated, count: countOf(gated) + 1, depth: 1 + depthOf(gated) });
}

/** @param {import("./fault.js").Value} ratio @returns {SqueezePlan} */
export function squeeze(ratio) {
  if (ratio.is !== "int" || ratio.of < 1 || ratio.of > LIMITS.ratio)
    throw new PlanFault(phrase("se.ratio"), {
      got: valueText(ratio),
      expected: phrase("value.most", { n: grouped(LIMITS.ratio) }),
      hint: GROUPS.se,
    });
  return { is: "se", ratio: ratio.of, count: 6, depth: 2 };
}

/** The plans within a group. @param {LayerPlan | GroupPlan} plan @returns {Plan[]} */
export function innerOf(plan) {
  if ("branches" in plan) return plan.branches;
  if ("gated" in plan) return [plan.gated];
  return "body" in plan ? [plan.body, ...(plan.shortcut ? [plan.shortcut] : [])] : [];
}

/** @param {Plan[]} branches @returns {BranchPlan} */
export function branched(branches) {
  for (const branch of branches)
    if (cropsFirst(branch))
      throw new PlanFault(phrase("crop.first"), { got: planText(branch), hint: phrase("crop.first.try") });
  return within({
    is: "branches",
    branches,
    count: branches.reduce((n, branch) => n + countOf(branch), 1),
    depth: 1 + Math.max(...branches.map(depthOf)),
  });
}

/** @template {{count: number, depth: number}} P @param {P} plan @returns {P} */
function within(plan) {
  if (plan.count > LIMITS.layers)
    throw new PlanFault(phrase("plan.layers"), {
      got: grouped(plan.count),
      expected: phrase("value.most", { n: LIMITS.layers }),
      argument: "*",
    });
  if (plan.depth > LIMITS.depth)
    throw new PlanFault(phrase("plan.deep"), {
      got: String(plan.depth),
      expected: phrase("value.most", { n: LIMITS.depth }),
    });
  return plan;
}

/** A plan as a formula, in its one form. @param {Plan} plan @returns {string} */
export function planText(plan) {
  if ("parts" in plan) return plan.parts.map(planText).join(" + ");
  if ("branches" in plan) return `concat(${plan.branches.map(planText).join(", ")})`;
  if ("gated" in plan) return `gate(${planText(plan.gated)})`;
  if ("ratio" in plan) return `se(${plan.ratio})`;
  if (!("body" in plan)) return layerText(plan);
  if (plan.is === "skip" && "shortcut" in plan) return `skip(${innerOf(plan).map(planText).join(", ")})`;
  const inner = planText(plan.body);
  const groups =
    "parts" in plan.body &&
    plan.body.parts.some((part) => part.is === "repeat" && "body" in part && "parts" in part.body);
  const group = "parts" in plan.body ? (groups ? `[${inner}]` : `(${inner})`) : inner;
  return `${group}*${/** @type {RepeatPlan} */ (plan).times}`;
}

/**
 * The layers in the order they are built, repeats written out; skips, gates and branches come whole.
 * @param {Plan} plan
 * @returns {Generator<LayerPlan | GroupPlan>}
 */
export function* walk(plan) {
  if ("parts" in plan) for (const part of plan.parts) yield* walk(part);
  else if (plan.is === "repeat" && "times" in plan) for (let i = 0; i < plan.times; i++) yield* walk(plan.body);
  else yield /** @type {LayerPlan | GroupPlan} */ (plan);
}
