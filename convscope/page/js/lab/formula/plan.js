/** Plans: layers chained, repeated, skipped over and branched. As convscope/formula/plan.py. */

import { phrase } from "../../kit/i18n.js";
import { PlanFault, grouped } from "./fault.js";
import { layerText } from "./layers.js";
import { LIMITS, entryOf } from "./table.js";

/** @typedef {import("./layers.js").LayerPlan} LayerPlan */
/** @typedef {{is: "chain", parts: Plan[], count: number, depth: number}} ChainPlan */
/** @typedef {{is: "repeat", body: Plan, times: number, count: number, depth: number}} RepeatPlan */
/** @typedef {{is: "skip", body: Plan, count: number, depth: number}} SkipPlan */
/** @typedef {{is: "branches", branches: Plan[], count: number, depth: number}} BranchPlan */
/** @typedef {LayerPlan | ChainPlan | RepeatPlan | SkipPlan | BranchPlan} Plan */

/** How groups are written, for who wrote them otherwise. */
export const GROUPS = {
  skip: "skip(conv(16, 3, pad=1) + relu)",
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

/** @param {Plan} body @returns {SkipPlan} */
export function skip(body) {
  if (cropsFirst(body)) throw new PlanFault(phrase("crop.first"), { got: `skip(${planText(body)})` });
  return within({ is: "skip", body, count: countOf(body) + 1, depth: 1 + depthOf(body) });
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
  if (!("body" in plan)) return layerText(plan);
  const inner = planText(plan.body);
  if (plan.is === "skip") return `skip(${inner})`;
  const groups =
    "parts" in plan.body &&
    plan.body.parts.some((part) => part.is === "repeat" && "body" in part && "parts" in part.body);
  const group = "parts" in plan.body ? (groups ? `[${inner}]` : `(${inner})`) : inner;
  return `${group}*${/** @type {RepeatPlan} */ (plan).times}`;
}

/**
 * The layers in the order they are built, repeats written out; a skip and branches come whole.
 * @param {Plan} plan
 * @returns {Generator<LayerPlan | SkipPlan | BranchPlan>}
 */
export function* walk(plan) {
  if ("parts" in plan) for (const part of plan.parts) yield* walk(part);
  else if (plan.is === "repeat" && "times" in plan) for (let i = 0; i < plan.times; i++) yield* walk(plan.body);
  else yield /** @type {LayerPlan | SkipPlan | BranchPlan} */ (plan);
}
