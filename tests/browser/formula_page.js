/** The page's formula reader on a test bench: batches in, JSON out. */

import { PlanFault, grouped } from "../../convscope/page/js/lab/formula/fault.js";
import { resolveFormula } from "../../convscope/page/js/lab/formula/parse.js";
import { planText } from "../../convscope/page/js/lab/formula/plan.js";
import { tracePlan } from "../../convscope/page/js/lab/formula/trace.js";
import { ZOO } from "../../convscope/page/js/lab/formula/zoo.js";

/** What each of [text, input, classes] becomes: what `convscope describe --json` prints, or the error's own words. */
function describeAll(asked) {
  return asked.map(([text, input, classes]) => {
    try {
      return described(tracePlan(resolveFormula(text), input, classes));
    } catch (error) {
      if (!(error instanceof PlanFault)) throw error;
      return error.text();
    }
  });
}

function described({ plan, input, classes, nodes, parameters, macs }) {
  const layers = nodes.map((node) => ({
    name: node.name, layer: node.text, output: node.output, parameters: String(node.parameters), macs: String(node.macs),
    receptive_field: node.field, size_how: node.sizeHow, parameters_how: node.parametersHow, dropped: node.dropped,
  }));
  return { formula: planText(plan), input, classes, layers, parameters: String(parameters), macs: String(macs) };
}

Object.assign(globalThis, { bench: { describeAll, zoo: () => ZOO, grouped } });
