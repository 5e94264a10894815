/** A layer's arithmetic, labelled: what it reads and makes, how its size and the number of its weights come about. */

import { make } from "../../kit/dom.js";
import { shapeText } from "../../kit/format.js";
import { calledInModule } from "../lookup.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").PageNode} PageNode */

/** @param {App} app @param {PageNode} node */
export function layerFacts(app, node) {
  const { doc, t } = app;
  const inputs = node.module.geometry === "joined" ? node.inputs : [node.input];
  const reads = inputs.map((shape) => shapeText(shape, shape[1] * shape[2] === 1 && node.flat)).join(", ");
  /** @type {[string, string][]} */
  const facts = [
    [t("facts.written"), node.text],
    [t("facts.shape"), `${reads} → ${shapeText(node.output, node.flat)}`],
  ];
  const called = calledInModule(app, node.name);
  if (called) facts.push([t("facts.called"), called]);
  if (arithmetic(node.size_how))
    facts.push([node.window ? t("facts.size") : t("facts.numbers"), floors(node.size_how)]);
  if (arithmetic(node.parameters_how)) facts.push([t("facts.parameters"), node.parameters_how]);
  return make(
    doc,
    "dl",
    { class: "facts" },
    ...facts.map(([name, value], i) =>
      make(doc, "div", {}, make(doc, "dt", {}, name), make(doc, "dd", { class: i ? "figure" : "code" }, value)),
    ),
  );
}

/** Whether a line is a sum that reads the same in every language. @param {string} how */
function arithmetic(how) {
  return /\d/.test(how) && !/[a-z]/i.test(how.replace(/floor/g, ""));
}

/** Floors as they are printed: ⌊(28 − 5 + 2×0)/1⌋ + 1 = 24. @param {string} how */
function floors(how) {
  return how.replace(/floor\((.*?)\) \+ 1/g, "⌊$1⌋ + 1");
}
