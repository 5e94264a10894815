/** Tasks of chapter 3: sizes before they are looked up, a kernel for the other diagonal, padding and stride. */

import { fixed } from "../../kit/format.js";
import { kernelText, pictureText } from "../chapters/convolution_pictures.js";
import { convolvingOf } from "../chapters/convolution_state.js";
import { outputSize } from "../sums/convolution.js";

/** @typedef {import("./task.js").Task} Task */

/** @param {import("./task.js").Numbers} n */
const sizeOf4 = ({ i, k, s, p }) => outputSize(i, k, { stride: s, pad: p, dilation: 1 });
const OTHER_DIAGONAL = [-1, -1, 1, -1, 1, -1, 1, -1, -1];
/** Where the middle of the kernel lies on the other diagonal's upper arm: row and column of the output. */
const ARM = [1, 5];

/** @param {number[][]} picture */
const isNine = (picture) => picture.length === 9 && picture[0].length === 9;

/** @type {Task[]} */
export const CONVOLUTION_TASKS = [
  {
    id: "c1",
    numbers: (dice) => {
      const [k, s, p] = [dice.pick([3, 5, 7]), dice.pick([2, 3, 4]), dice.whole(0, 2)];
      const even = dice.whole(6, 14) * s + k - 2 * p;
      return { i: even + dice.whole(1, s - 1), k, s, p };
    },
    text: (t, n) => t("task.c1", n),
    hints: [(t) => t("task.c1.h1"), (t, n) => t("task.c1.h2", n)],
    answer: sizeOf4,
    slip: (t, n, typed) => {
      if (typed === sizeOf4(n) - 1) return t("task.c1.slip.one");
      return Math.ceil(typed) === sizeOf4(n) + 1 ? t("task.c1.slip.up") : null;
    },
    why: (t, n) => t("task.c1.why", { ...n, right: sizeOf4(n) }),
  },
  {
    id: "c2",
    text: (t) => t("task.c2"),
    hints: [(t) => t("task.c2.h1"), (t) => t("task.c2.h2")],
    check: (lab) => {
      const { t } = lab;
      const { kernel, channels, slices, picture, slide, bias, flip, output } = convolvingOf(lab);
      const plain = slide.stride === 1 && slide.pad === 0 && slide.dilation === 1 && slide.mean && !bias && !flip;
      if (!plain || kernel.length !== 3 || channels > 1 || !isNine(picture) || pictureText(slices) !== "")
        return { done: false, said: t("task.c2.other") };
      const large = kernel.flat().find((w) => Math.abs(w) > 1);
      if (large !== undefined) return { done: false, said: t("task.c2.large", { w: fixed(large, 2) }) };
      const value = output[ARM[0]][ARM[1]];
      return { done: Math.abs(value - 1) < 5e-4, said: t("task.c2.miss", { v: fixed(value, 3) }) };
    },
    key: () => ({ k: OTHER_DIAGONAL.join("_") }),
    why: (t) => t("task.c2.why"),
  },
  {
    id: "c3",
    numbers: (dice) => {
      const [k, d] = [
        [5, 1],
        [3, 2],
        [3, 3],
        [4, 2],
      ][dice.whole(0, 3)];
      return { k, d, p: (d * (k - 1)) / 2 };
    },
    text: (t, n) => t("task.c3", n),
    hints: [(t, n) => t("task.c3.h1", n), (t) => t("task.c3.h2")],
    check: (lab, n) => {
      const { t } = lab;
      const { kernel, picture, slide, output } = convolvingOf(lab);
      if (kernel.length !== n.k || slide.dilation !== n.d || slide.stride !== 1) {
        const words = { k: kernel.length, d: slide.dilation, s: slide.stride, wk: n.k, wd: n.d };
        return { done: false, said: t("task.c3.other", words) };
      }
      const done = output.length === 9 && isNine(picture);
      return { done, said: t("task.c3.miss", { p: slide.pad, o: output.length }) };
    },
    key: ({ k, d, p }) => ({
      k: k === 3 ? null : kernelText([Array.from({ length: k }, () => Array(k).fill(1))]),
      d: d === 1 ? null : d,
      p,
    }),
    why: (t, n) => t("task.c3.why", n),
  },
  {
    id: "c4",
    numbers: (dice) => ({ o: dice.pick([3, 4, 5]) }),
    text: (t, n) => t("task.c4", n),
    hints: [(t) => t("task.c4.h1"), (t) => t("task.c4.h2")],
    check: (lab, { o }) => {
      const { t } = lab;
      const { slide, output, counts, picture } = convolvingOf(lab);
      if (slide.pad) return { done: false, said: t("task.c4.pad", { p: slide.pad }) };
      const lost = counts.flat().filter((times) => !times).length;
      const done = output.length === o && lost === 0 && isNine(picture);
      return { done, said: t("task.c4.miss", { now: output.length, lost }) };
    },
    key: ({ o }) => {
      const [k, s] = { 3: [3, 3], 4: [3, 2], 5: [5, 1] }[o] ?? [5, 1];
      return {
        k: k === 3 ? null : kernelText([Array.from({ length: k }, () => Array(k).fill(1))]),
        s: s === 1 ? null : s,
      };
    },
    why: (t, { o }) => {
      const [k, s] = { 3: [3, 3], 4: [3, 2], 5: [5, 1] }[o] ?? [5, 1];
      return t("task.c4.why", { k, s });
    },
  },
];
