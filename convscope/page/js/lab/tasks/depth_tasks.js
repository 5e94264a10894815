/** Tasks of chapter 7: how many kernels fit, a picture for so many layers, and what pooling saves. */

import { fixed } from "../../kit/format.js";
import { chainOf, stackOf } from "../chapters/depth_state.js";
import { chainSizes, stackCosts } from "../sums/depth.js";

/** @typedef {import("./task.js").Task} Task */

/** @param {import("./task.js").Numbers} n */
const layersOf = ({ i, k }) => chainSizes(i, k, 0, 99).length - 1;

/** @type {Task[]} */
export const DEPTH_TASKS = [
  {
    id: "g1",
    numbers: (dice) => ({ i: dice.whole(17, 64), k: dice.pick([3, 5, 7]) }),
    text: (t, n) => t("task.g1", n),
    hints: [(t, { k }) => t("task.g1.h1", { less: k - 1 }), (t, n) => t("task.g1.h2", n)],
    answer: layersOf,
    why: (t, n) => t("task.g1.why", { ...n, right: layersOf(n), less: n.k - 1, left: n.i - layersOf(n) * (n.k - 1) }),
  },
  {
    id: "g2",
    numbers: (dice) => {
      const k = dice.pick([4, 5, 6, 7]);
      return { k, n: dice.whole(2, Math.floor(27 / (k - 1))) };
    },
    text: (t, n) => t("task.g2", n),
    hints: [(t, n) => t("task.g2.h1", n), (t, n) => t("task.g2.h2", n)],
    check: (lab, { k, n }) => {
      const { t } = lab;
      const { size, kernel, pad } = chainOf(lab.state);
      if (kernel !== k || pad) return { done: false, said: t("task.g2.other", { now: kernel, p: pad, k }) };
      const all = chainSizes(size, kernel, pad, 40);
      const words = { i: size, layers: all.length - 1, end: all[all.length - 1] };
      return { done: words.layers === n && words.end === 1, said: t("task.g2.miss", words) };
    },
    key: ({ k, n }) => ({ k, i: 1 + n * (k - 1) }),
    why: (t, { k, n }) => t("task.g2.why", { k, n, right: 1 + n * (k - 1) }),
  },
  {
    id: "g3",
    text: (t) => t("task.g3"),
    hints: [(t) => t("task.g3.h1"), (t) => t("task.g3.h2")],
    check: (lab) => {
      const { t } = lab;
      const stack = stackOf(lab.state);
      const [plain, pooled] = [stackCosts({ ...stack, every: 0 }), stackCosts(stack)];
      if (pooled.layers < 300)
        return { done: false, said: t("task.g3.layers", { n: pooled.layers, all: stack.layers }) };
      const times = plain.macs / pooled.macs;
      return { done: times >= 10, said: t("task.g3.miss", { times: fixed(times, 1) }) };
    },
    key: () => ({ pp: 1, e: 20 }),
    why: (t) => t("task.g3.why"),
  },
];
