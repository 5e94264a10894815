/** Chapter 11, a step backwards: one kernel, forward with numbers, back with gradients, and what one step changes. */

import { make } from "../../../kit/dom.js";
import { pythonBlock } from "../../python_block.js";
import { presets } from "../../widgets.js";
import { batchPart } from "./batch.js";
import { backwardsCover } from "./cover.js";
import { checkPart } from "./check.js";
import { backwardsPython } from "./python.js";
import { learningState } from "./state.js";
import { stepPart } from "./step.js";
import { walkPart } from "./walk.js";

/** @typedef {import("../../types.js").Chapter} Chapter */
/** @typedef {import("../../types.js").Change} Change */
/** @typedef {import("../../types.js").Lab} Lab */

/** @type {Chapter} */
export const backwardsChapter = {
  id: "backwards",
  number: 11,
  title: (t) => t("back.title"),
  lead: (t) => t("back.lead"),
  cover: backwardsCover,
  mount: mountBackwards,
};

/** Keys that an example takes back to how the chapter opens. */
const AS_OPENED = {
  x: null,
  y: null,
  k: null,
  b: null,
  r: null,
  f: null,
  p: null,
  n: null,
  m: null,
  i: null,
  at: null,
};

/** @param {Lab} lab */
function mountBackwards(lab) {
  const { doc, t } = lab;
  const read = learningState(lab);
  let learning = read();
  const now = () => learning;
  const example = (/** @type {string} */ text, /** @type {Change} */ change) => ({
    text,
    on: () =>
      Object.entries({ ...AS_OPENED, i: lab.state.i ?? null, at: lab.state.at ?? null, ...change }).every(
        ([key, value]) => (lab.state[key] ?? null) === (value === null ? null : String(value)),
      ),
    press: () => lab.tune({ ...AS_OPENED, ...change }),
  });
  const examples = presets(lab, t("back.examples"), [
    example(t("back.example.one"), {}),
    example(t("back.example.batch"), { m: 4, r: 0.3 }),
    example(t("back.example.rises"), { m: 4, r: 5 }),
    example(t("back.example.dies"), { m: 4, r: 1.5, n: 2 }),
    example(t("back.example.leaky"), { m: 4, r: 1.5, n: 20, f: "leaky" }),
  ]);
  const activations = presets(
    lab,
    t("back.activation"),
    [
      { id: "relu", text: "ReLU" },
      { id: "leaky", text: "Leaky ReLU" },
      { id: "sigmoid", text: "sigmoid" },
    ].map(({ id, text }) => ({
      text,
      on: () => learning.network.activation === id,
      press: () => lab.tune({ f: id === "relu" ? null : id }),
    })),
  );
  const pools = presets(lab, t("back.pool"), [
    { text: t("back.pool.max"), on: () => learning.network.pool === "max", press: () => lab.tune({ p: null }) },
    { text: t("back.pool.mean"), on: () => learning.network.pool === "mean", press: () => lab.tune({ p: "mean" }) },
  ]);
  const parts = [walkPart, batchPart, stepPart, checkPart].map((part) => part(lab, now));
  const python = pythonBlock(lab, () => backwardsPython(learning));
  const [walk, ...rest] = parts;
  const element = make(
    doc,
    "div",
    { class: "chapter backwards" },
    examples.element,
    walk.element,
    make(doc, "div", { class: "kinds-row" }, activations.element, pools.element),
    ...rest.map((part) => part.element),
    glossaryOf(lab),
    python.element,
  );
  const refresh = () => {
    learning = read();
    for (const part of [examples, activations, pools, ...parts, python]) part.refresh();
  };
  refresh();
  return { element, refresh, gone: /** @type {ReturnType<typeof walkPart>} */ (walk).gone };
}

/** What the words mean, a sentence each. @param {Lab} lab */
function glossaryOf({ doc, t }) {
  const list = [
    [t("back.word.gradient"), t("back.word.gradient.text")],
    [t("back.word.backpropagation"), t("back.word.backpropagation.text")],
    [t("back.word.step"), t("back.word.step.text")],
    [t("back.word.small"), t("back.word.small.text")],
  ];
  return make(
    doc,
    "section",
    { class: "worked words" },
    make(doc, "h2", {}, t("back.words")),
    make(
      doc,
      "dl",
      {},
      ...list.map(([word, text]) => make(doc, "div", {}, make(doc, "dt", {}, word), make(doc, "dd", {}, text))),
    ),
  );
}
