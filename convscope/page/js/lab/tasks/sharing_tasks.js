/**
 * Tasks of chapter 5: what a full layer would need, weights that average, and the pixel that one output reads alone.
 */

import { fixed, thousands } from "../../kit/format.js";
import { PLACES, sharedOf } from "../chapters/sharing_state.js";

/** @typedef {import("./task.js").Task} Task */

const CORNERS = [0, 2, 6, 8]; // the pixel that only output 0, 1, 2, 3 reads

/** @type {Task[]} */
export const SHARING_TASKS = [
  {
    id: "e1",
    numbers: (dice) => {
      const [n, k] = [dice.whole(5, 12), dice.whole(2, 4)];
      return { n, k, m: n - k + 1 };
    },
    text: (t, n) => t("task.e1", n),
    hints: [(t, n) => t("task.e1.h1", n), (t, { n, m }) => t("task.e1.h2", { outs: m * m, ins: n * n })],
    answer: ({ n, m }) => n * n * m * m,
    slip: (t, { k }, typed) => (typed === k * k ? t("task.e1.slip") : null),
    why: (t, { n, m, k }) =>
      t("task.e1.why", { ins: n * n, outs: m * m, right: thousands(n * n * m * m), shared: k * k }),
  },
  {
    id: "e2",
    text: (t) => t("task.e2"),
    hints: [(t) => t("task.e2.h1"), (t) => t("task.e2.h2")],
    check: (lab) => {
      const { t } = lab;
      const { pixels, weights, outputs } = sharedOf(lab.state);
      const means = PLACES.map((line) => pixels.reduce((sum, v, i) => (line[i] === null ? sum : sum + v), 0) / 4);
      const wrong = outputs.findIndex((v, i) => Math.abs(v - means[i]) > 1e-6);
      if (wrong >= 0)
        return {
          done: false,
          said: t("task.e2.miss", { o: wrong, v: fixed(outputs[wrong], 3), mean: fixed(means[wrong], 3) }),
        };
      const other = weights.findIndex((w) => w !== 0.25);
      return {
        done: other < 0,
        said: t("task.e2.miss.weights", { w: Math.max(0, other), v: fixed(weights[Math.max(0, other)], 2) }),
      };
    },
    key: () => ({ k: "0.25_0.25_0.25_0.25" }),
    why: (t) => t("task.e2.why"),
  },
  {
    id: "e3",
    numbers: (dice) => ({ o: dice.whole(0, 3) }),
    text: (t, n) => t("task.e3", n),
    hints: [(t, n) => t("task.e3.h1", n), (t) => t("task.e3.h2")],
    check: (lab, { o }) => {
      const { t } = lab;
      const { weights, outputs } = sharedOf(lab.state);
      const none = weights.findIndex((w) => !w);
      if (none >= 0) return { done: false, said: t("task.e3.weight", { w: none }) };
      return {
        done: outputs.every((v, i) => Math.abs(v) > 1e-9 === (i === o)),
        said: t("task.e3.miss", { all: outputs.map((v) => fixed(v, 3)).join(", ") }),
      };
    },
    key: ({ o }) => ({ v: Array.from({ length: 9 }, (_, i) => Number(i === CORNERS[o])).join("_") }),
    why: (t) => t("task.e3.why"),
  },
];
