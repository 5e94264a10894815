/** Tasks of chapter 8: parameters by hand, and networks of one's own within bounds. */

import { thousands } from "../../kit/format.js";
import { architectureOf } from "../chapters/architecture_state.js";
import { PlanFault } from "../../formula/fault.js";
import { resolveFormula } from "../../formula/parse.js";
import { tracePlan } from "../../formula/trace.js";

/** @typedef {import("./task.js").Task} Task */
/** @typedef {import("./task.js").Lab} Lab */

/**
 * What a formula for digits comes to, or why it comes to nothing yet.
 * @param {Lab} lab @returns {{said: string, parameters: number, macs: number, field: number}}
 */
function builtFor(lab) {
  const { t } = lab;
  const { text, input, classes } = architectureOf(lab.state);
  const none = (/** @type {string} */ said) => ({ said, parameters: Infinity, macs: Infinity, field: 0 });
  if (input.join("×") !== "1×28×28" || classes !== 10)
    return none(t("task.h2.input", { shape: input.join("×"), classes }));
  try {
    const network = tracePlan(resolveFormula(text), input, classes);
    const [channels, rows, columns] = network.nodes[network.nodes.length - 1].output;
    if (channels !== classes || rows * columns !== 1) return none(t("task.h2.ends"));
    const last = network.nodes.filter((node) => !node.flat).at(-1);
    const field = last ? Math.min(...last.field.size) : 0;
    return { said: "", parameters: Number(network.parameters), macs: Number(network.macs), field };
  } catch (error) {
    if (!(error instanceof PlanFault)) throw error;
    return none(t("task.h2.fault"));
  }
}

const SMALL = "(conv(4, 3) + relu + maxpool(2))*2 + conv(8, 3) + relu + conv(8, 3) + relu + fc";

/** @type {Task[]} */
export const ARCHITECTURE_TASKS = [
  {
    id: "h1",
    numbers: (dice) => ({
      ch: dice.pick([3, 8, 16, 32]),
      out: dice.pick([8, 16, 24, 32, 64]),
      k: dice.pick([3, 5, 7]),
    }),
    text: (t, n) => t("task.h1", n),
    hints: [(t, n) => t("task.h1.h1", n), (t, n) => t("task.h1.h2", n)],
    answer: ({ ch, out, k }) => out * (ch * k * k + 1),
    slip: (t, { ch, out, k }, typed) => (typed === out * ch * k * k ? t("task.h1.slip", { out }) : null),
    why: (t, n) => t("task.h1.why", { ...n, right: thousands(n.out * (n.ch * n.k * n.k + 1)) }),
  },
  {
    id: "h2",
    numbers: (dice) => ({ most: dice.pick([5000, 10000, 20000]), field: dice.pick([18, 20, 22, 24]) }),
    text: (t, n) => t("task.h2", { ...n, most: thousands(n.most) }),
    hints: [(t) => t("task.h2.h1"), (t) => t("task.h2.h2"), (t) => t("task.h2.h3")],
    check: (lab, n) => {
      const { said, parameters, field } = builtFor(lab);
      const words = { n: thousands(parameters), most: thousands(n.most), field, wanted: n.field };
      return { done: !said && parameters < n.most && field >= n.field, said: said || lab.t("task.h2.miss", words) };
    },
    key: () => ({ f: SMALL }),
    why: (t) => t("task.h2.why"),
  },
  {
    id: "h3",
    text: (t) => t("task.h3"),
    hints: [(t) => t("task.h3.h1"), (t) => t("task.h3.h2")],
    check: (lab) => {
      const { said, macs, field } = builtFor(lab);
      return {
        done: !said && macs <= 100000 && field >= 26,
        said: said || lab.t("task.h3.miss", { n: thousands(macs), field }),
      };
    },
    key: () => ({ f: SMALL }),
    why: (t) => t("task.h3.why"),
  },
];
