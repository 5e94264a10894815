/** The layers as a table, as `convscope describe` prints it; a row opens the sums behind it. */

import { make, refill, tableHead } from "../../kit/dom.js";
import { spoken } from "../../kit/i18n.js";
import { rovingButtons } from "../../kit/roving.js";
import { grouped } from "../../formula/fault.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../formula/trace.js").PlanNetwork} PlanNetwork */
/** @typedef {import("../../formula/trace.js").PlanNode} PlanNode */

/** @param {Lab} lab @param {(index: number) => void} look */
export function layerTable(lab, look) {
  const { doc, t } = lab;
  const scroll = make(doc, "div", { class: "table-scroll" });
  const how = make(doc, "div", { class: "layer-how", "aria-live": "polite" });
  const element = make(doc, "div", {}, how, scroll);
  const stop = rovingButtons(scroll);
  /** @type {HTMLElement[]} */
  let rows = [];
  /** @type {PlanNode[]} */
  let nodes = [];
  return {
    element,
    put: (/** @type {PlanNetwork | null} */ network) => {
      nodes = network?.nodes ?? [];
      const heads = [
        t("arch.name"),
        t("arch.layer"),
        t("arch.output"),
        t("arch.parameters"),
        "MACs",
        t("arch.field"),
        t("arch.jump"),
        t("arch.start"),
      ];
      rows = nodes.map((node, i) =>
        make(
          doc,
          "tr",
          { on: { click: () => look(i) } },
          make(doc, "th", { scope: "row" }, make(doc, "button", { type: "button", class: "link" }, node.name)),
          ...[
            node.text + readsText(nodes, i),
            node.flat ? String(node.output[0]) : node.output.join("×"),
            grouped(node.parameters),
            grouped(node.macs),
            node.field.size.join("×"),
            oneOrTwo(node.field.jump),
            oneOrTwo(node.field.start),
          ].map((text, k) => make(doc, "td", { class: k ? "figure" : "layer-text" }, text)),
        ),
      );
      refill(
        scroll,
        make(
          doc,
          "table",
          { class: "numbers-table layer-table" },
          tableHead(doc, heads),
          make(doc, "tbody", {}, ...rows),
          make(
            doc,
            "tfoot",
            {},
            make(
              doc,
              "tr",
              {},
              make(doc, "th", { scope: "row" }, t("arch.total")),
              ...["", "", grouped(network?.parameters ?? 0), grouped(network?.macs ?? 0), "", "", ""].map((text) =>
                make(doc, "td", { class: "figure" }, text),
              ),
            ),
          ),
        ),
      );
      stop();
    },
    mark: (/** @type {number} */ index) => {
      rows.forEach((row, i) => row.classList.toggle("chosen", i === index));
      const node = nodes[index];
      const [a, b] = node?.dropped ?? [0, 0];
      const line = (/** @type {string} */ name, /** @type {string} */ text) =>
        make(
          doc,
          "p",
          {},
          make(doc, "span", { class: "label" }, name),
          " ",
          make(doc, "span", { class: "math figure" }, text),
        );
      refill(
        how,
        make(doc, "p", { class: "note" }, t("arch.columns.note")),
        make(doc, "p", { class: "note" }, t("arch.press")),
        ...(!node
          ? []
          : [
              make(doc, "p", {}, make(doc, "b", {}, node.name), " ", make(doc, "code", {}, node.text)),
              line(t("arch.size"), spoken(t, node.sizeHow)),
              node.parametersHow ? line(t("arch.parameters"), node.parametersHow) : null,
              a || b ? make(doc, "p", { class: "note" }, t("arch.dropped", { rows: a, columns: b })) : null,
            ]),
      );
    },
  };
}

/**
 * What a layer reads where that is not the line above: the layer before a branch, or the ends of branches.
 * @param {PlanNode[]} nodes
 * @param {number} index
 */
function readsText(nodes, index) {
  const { sources, layer } = nodes[index];
  if (layer.is === "add" || (sources.length === 1 && sources[0] === index - 1)) return "";
  return ` ← ${sources.map((source) => nodes[source]?.name ?? "–").join(", ")}`;
}

/** The layer whose sums stand there before one is chosen: the first that learns. @param {PlanNetwork} network */
export function firstLearned({ nodes }) {
  return Math.max(
    0,
    nodes.findIndex((node) => node.parametersHow),
  );
}

/** @param {[number, number]} two */
function oneOrTwo([a, b]) {
  const text = (/** @type {number} */ n) => String(n).replace("-", "−");
  return a === b ? text(a) : `${text(a)}, ${text(b)}`;
}
