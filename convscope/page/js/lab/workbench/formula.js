/**
 * A formula to type: its table and its faults, with the caret, at every key; and what the server counts, to be sure.
 */

import { make, refill } from "../../kit/dom.js";
import { firstLearned, layerTable } from "../chapters/architecture_table.js";
import { wholeIn } from "../address.js";
import { putFault } from "../fault_view.js";
import { PlanFault, faultOf, grouped } from "../../formula/fault.js";
import { resolveFormula } from "../../formula/parse.js";
import { tracePlan } from "../../formula/trace.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../formula/trace.js").PlanNetwork} PlanNetwork */
/** @typedef {import("./data_shape.js").KnownShape} KnownShape */

const QUIET = 450; // milliseconds without a key until the server is asked

/**
 * @param {Lab} lab
 * @param {() => string} text
 * @param {() => {data: string, size: number | null}} on
 * @param {(data: string, size: number | null) => KnownShape | null} shapeOf
 * @param {() => void} onChecked called when it becomes clear whether this can be trained
 */
export function formulaPart(lab, text, on, shapeOf, onChecked) {
  const { doc, t, api, win } = lab;
  const message = make(doc, "div", { class: "formula-message", id: "bench-formula-message", "aria-live": "polite" });
  const table = layerTable(lab, (n) => lab.tune({ n }));
  const result = make(
    doc,
    "details",
    { class: "architecture-result bench-layers", open: (doc.defaultView?.innerWidth ?? 1280) > 720 },
    make(doc, "summary", {}, t("bench.layers")),
    table.element,
  );
  const element = make(doc, "div", {}, message, result);
  /** @type {PlanNetwork | null} */
  let network = null;
  let traced = "";
  let good = false;
  let timer = 0;
  let gone = false;

  /** @param {PlanFault} fault */
  const complain = (fault) => {
    good = false;
    putFault(lab, message, fault);
    result.classList.add("stale");
  };

  /** @param {string} key @param {PlanNetwork} mine */
  const check = async (key, mine) => {
    if (!api) return;
    const { data, size } = on();
    let answer;
    try {
      answer = await api.describe(text(), data, size);
    } catch {
      return; // the page's own sums stand; starting will say what is wrong
    }
    if (gone || key !== traced || !good) return;
    const { description, fault } = answer;
    if (fault) complain(faultOf(fault));
    else if (BigInt(description.parameters) !== mine.parameters || BigInt(description.macs) !== mine.macs)
      complain(
        new PlanFault(
          t("bench.differs", { parameters: grouped(description.parameters), macs: grouped(description.macs) }),
        ),
      );
    else message.append(make(doc, "p", { class: "note agreed" }, t("bench.agreed")));
    onChecked();
  };

  const refresh = () => {
    const { data, size } = on();
    const shape = shapeOf(data, size);
    const key = JSON.stringify([text(), data, size, shape]);
    if (key !== traced) {
      traced = key;
      win.clearTimeout(timer);
      good = false;
      if (!shape || "fault" in shape) {
        refill(
          message,
          make(doc, "p", { class: shape ? "fault" : "note" }, shape ? shape.fault : t("bench.shape.reading")),
        );
        result.classList.add("stale");
      } else {
        try {
          const plan = resolveFormula(text());
          const mine = tracePlan(plan, shape.input, shape.classes);
          network = mine;
          const last = mine.nodes[mine.nodes.length - 1].output;
          good = last[0] === shape.classes && last[1] * last[2] === 1;
          refill(
            message,
            make(
              doc,
              "p",
              { class: "bench-totals figure" },
              t("bench.totals", {
                shape: shape.input.join("×"),
                k: shape.classes,
                parameters: grouped(mine.parameters),
                macs: grouped(mine.macs),
              }),
            ),
            good
              ? null
              : make(doc, "p", { class: "fault" }, t("arch.ends", { shape: last.join("×"), k: shape.classes })),
          );
          result.classList.remove("stale");
          timer = win.setTimeout(() => {
            void check(key, mine);
          }, QUIET);
        } catch (error) {
          if (!(error instanceof PlanFault)) throw error;
          complain(error);
        }
      }
      result.hidden = !network;
      table.put(network);
    }
    table.mark(network ? wholeIn(lab.state, "n", 0, network.nodes.length - 1, firstLearned(network)) : -1);
  };
  return {
    element,
    refresh,
    good: () => good,
    complain: (/** @type {import("../../formula/fault.js").FaultJson} */ fault) => complain(faultOf(fault)),
    gone: () => {
      gone = true;
      win.clearTimeout(timer);
    },
  };
}
