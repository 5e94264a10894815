/** Tasks of chapter 1: what a plain network is told, and what moving, turning and thickening do to both. */

import { percent, thousands } from "../../kit/format.js";
import { plainEngine } from "../chapters/plain_parts.js";
import { plainLook } from "../chapters/plain_pictures.js";
import { UNMOVED, dataOf, howOf } from "../chapters/plain_state.js";

/** @typedef {import("./task.js").Task} Task */
/** @typedef {import("./task.js").Lab} Lab */

/** What both networks say of the picture, and how it was changed. @param {Lab} lab */
function bothSay(lab) {
  const data = dataOf(lab.state);
  const how = howOf(lab.state, data);
  const look = plainLook(lab, data, how);
  const says = (/** @type {"dense" | "cnn"} */ kind) => {
    const { probabilities } = plainEngine(lab, data, kind).forward(look.now);
    const winner = probabilities.indexOf(Math.max(...probabilities));
    return {
      name: lab.payload.plain[data][kind].classes[winner],
      right: winner === look.truth,
      share: percent(probabilities[winner]),
    };
  };
  const others = (/** @type {string[]} */ but) =>
    Object.entries(how).some(([key, value]) => !but.includes(key) && value !== UNMOVED[key]);
  const changed = look.before.reduce((n, v, i) => n + Number(Math.abs(v - look.now[i]) > 63.75), 0);
  return { data, how, others, changed, dense: says("dense"), cnn: says("cnn") };
}

/** @type {Task[]} */
export const PLAIN_TASKS = [
  {
    id: "a1",
    numbers: (dice) => ({ side: dice.pick([9, 12, 14, 16, 20, 28]), hidden: dice.pick([20, 32, 50, 64, 100, 128]) }),
    text: (t, n) => t("task.a1", n),
    hints: [(t, n) => t("task.a1.h1", n), (t, n) => t("task.a1.h2", n)],
    answer: ({ side, hidden }) => side * side * hidden,
    slip: (t, n, typed) => (typed === n.side * n.side ? t("task.a1.slip", n) : null),
    why: (t, n) => t("task.a1.why", { ...n, right: thousands(n.side * n.side * n.hidden) }),
  },
  {
    id: "a2",
    text: (t) => t("task.a2"),
    hints: [(t) => t("task.a2.h1"), (t) => t("task.a2.h2")],
    check: (lab) => {
      const { t, state } = lab;
      const { data, how, others, dense, cnn } = bothSay(lab);
      if (data !== "xo" || state.s === "o" || others(["dx", "dy"])) return { done: false, said: t("task.a2.other") };
      if (Math.abs(how.dx) > 2 || Math.abs(how.dy) > 2)
        return { done: false, said: t("task.a2.far", { dx: Math.abs(how.dx), dy: Math.abs(how.dy) }) };
      const words = { dense: dense.name, p: dense.share, cnn: cnn.name, q: cnn.share };
      return { done: !dense.right && cnn.right, said: t("task.a2.miss", words) };
    },
    key: () => ({ dx: 2 }),
    why: (t) => t("task.a2.why"),
  },
  {
    id: "a3",
    text: (t) => t("task.a3"),
    hints: [(t) => t("task.a3.h1"), (t) => t("task.a3.h2")],
    check: (lab) => {
      const { t } = lab;
      const { data, how, others, cnn } = bothSay(lab);
      if (data !== "mnist" || others(["turn"])) return { done: false, said: t("task.a3.other") };
      if (Math.abs(how.turn) > 30) return { done: false, said: t("task.a3.far", { turn: Math.abs(how.turn) }) };
      return { done: !cnn.right, said: t("task.a3.miss", { turn: Math.abs(how.turn), cnn: cnn.name, q: cnn.share }) };
    },
    key: () => ({ d: "mnist", i: 9, turn: 25 }),
    why: (t) => t("task.a3.why"),
  },
  {
    id: "a4",
    text: (t) => t("task.a4"),
    hints: [(t) => t("task.a4.h1"), (t) => t("task.a4.h2")],
    check: (lab) => {
      const { t } = lab;
      const { data, changed, dense, cnn } = bothSay(lab);
      if (data !== "xo") return { done: false, said: t("task.a4.other") };
      return {
        done: changed >= 40 && dense.right && cnn.right,
        said: t("task.a4.miss", { n: changed, dense: dense.name, cnn: cnn.name }),
      };
    },
    key: () => ({ s: "o", dx: -0.5, dy: -0.5, scale: 1.4, thickness: 2.5 }),
    why: (t) => t("task.a4.why"),
  },
];
