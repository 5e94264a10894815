/** The page's formula reader on a test bench: batches in, JSON out. */

import { spoken, translator } from "../../convscope/page/js/kit/i18n.js";
import { FormulaFault, PlanFault, faultOf, grouped } from "../../convscope/page/js/formula/fault.js";
import { resolveFormula } from "../../convscope/page/js/formula/parse.js";
import { planText } from "../../convscope/page/js/formula/plan.js";
import { tracePlan } from "../../convscope/page/js/formula/trace.js";
import { pageNodesOf } from "../../convscope/page/js/formula/page_nodes.js";
import { ZOO, fillTable, madeFor } from "../../convscope/page/js/formula/table.js";

/** The sentences that were asked for. */
const used = new Set();

/** Milliseconds that the slowest formula took. */
let slowest = 0;

/**
 * What each of [text, input, classes] becomes: what `convscope describe --json` prints, or the error's words in a
 * language.
 */
function describeAll(asked, language = "en") {
  const say = translator(JSON.parse(document.getElementById("dictionary").textContent), language);
  const t = (key, words) => {
    used.add(key);
    return say(key, words);
  };
  return asked.map(([text, input, classes]) => {
    const begun = performance.now();
    try {
      return described(tracePlan(resolveFormula(text), input, classes), t);
    } catch (error) {
      if (!(error instanceof PlanFault)) throw error;
      return complaint(error, t);
    } finally {
      slowest = Math.max(slowest, performance.now() - begun);
    }
  });
}

/** As convscope.errors puts one together. */
function complaint(fault, t) {
  const place = fault instanceof FormulaFault ? [`    ${fault.shown().text}`, `    ${fault.shown().caret}`] : [];
  return [fault.line(t), ...place, ...(fault.hint ? [`try: ${spoken(t, fault.hint)}`] : [])].join("\n");
}

function described({ plan, input, classes, nodes, parameters, macs }, t) {
  const layers = nodes.map((node) => ({
    name: node.name,
    layer: node.text,
    reads: node.sources.map((source) => (source < 0 ? "picture" : nodes[source].name)),
    output: node.output,
    parameters: String(node.parameters),
    macs: String(node.macs),
    receptive_field: node.field,
    size_how: spoken(t, node.sizeHow),
    parameters_how: node.parametersHow,
    dropped: node.dropped,
  }));
  return { formula: planText(plan), input, classes, layers, parameters: String(parameters), macs: String(macs) };
}

/** The nodes of formulas as the engines read them. */
function nodesOfAll(asked) {
  const t = translator(JSON.parse(document.getElementById("dictionary").textContent), "en");
  return asked.map(([text, input, classes]) => pageNodesOf(tracePlan(resolveFormula(text), input, classes), t));
}

/** What Python's errors say in a language. */
function said(faults, language) {
  const t = translator(JSON.parse(document.getElementById("dictionary").textContent), language);
  return faults.map((fault) => faultOf(fault).lines(t));
}

const given = JSON.parse(document.getElementById("payload").textContent);
fillTable(given);
Object.assign(globalThis, {
  bench: {
    describeAll,
    nodesOfAll,
    said,
    slowest: () => slowest,
    used: () => [...used].sort(),
    zoo: () => ZOO,
    madeFor: (texts) => texts.map(madeFor),
    grouped,
  },
});
