/**
 * Chapter 8, S3, S12 and S13: a formula becomes a table, a picture in depth, receptive fields and costs, while it is
 * typed.
 */

import { make, refill } from "../../kit/dom.js";
import { thousands } from "../../kit/format.js";
import { wholeIn } from "../address.js";
import { putFault } from "../fault_view.js";
import { PlanFault, grouped } from "../../formula/fault.js";
import { resolveFormula } from "../../formula/parse.js";
import { planText } from "../../formula/plan.js";
import { tracePlan } from "../../formula/trace.js";
import { ZOO } from "../../formula/table.js";
import { planChoice } from "../plan_choice.js";
import { pythonBlock } from "../python_block.js";
import { trainThis } from "../training/train_this.js";
import { blocksPicture } from "./architecture_picture.js";
import { architectureOf } from "./architecture_state.js";
import { architecturePython } from "./architecture_python.js";
import { formulaReference } from "./architecture_reference.js";
import { historyPart } from "./architecture_history.js";
import { firstLearned, layerTable } from "./architecture_table.js";
import { architectureCover } from "./architecture_cover.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../formula/trace.js").PlanNetwork} PlanNetwork */

/** @type {Chapter} */
export const architectureChapter = {
  id: "architecture",
  number: 8,
  title: (t) => t("arch.title"),
  lead: (t) => t("arch.lead"),
  cover: architectureCover,
  mount: mountArchitecture,
};

const DECKS_OWN = "[(conv(16, 3)*2 + relu)*2 + maxpool(2)]*2 + fc";

/** @param {Lab} lab */
function mountArchitecture(lab) {
  const { doc, t } = lab;
  const text = () => architectureOf(lab.state).text;
  const usual = () => architectureOf(lab.state).usual;
  const input = () => architectureOf(lab.state).input;
  const classes = () => architectureOf(lab.state).classes;
  const put = (/** @type {string} */ value) => lab.tune({ f: value === ZOO.slides ? null : value, n: null });
  const area = make(doc, "textarea", {
    class: "formula-area",
    rows: 3,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    "aria-label": t("arch.formula"),
    "aria-describedby": "formula-message",
    on: { input: () => put(area.value) },
  });
  const list = planChoice(lab, text, put, [
    { text: t("arch.deck"), line: t("arch.deck.line"), on: () => text() === DECKS_OWN, press: () => put(DECKS_OWN) },
  ]);
  const message = make(doc, "div", { class: "formula-message", id: "formula-message", "aria-live": "polite" });
  const sizes = [
    ["ic", t("arch.channels"), 512],
    ["ih", t("arch.rows"), 4096],
    ["iw", t("arch.columns"), 4096],
    ["k", t("arch.classes"), 10000],
  ].map(([key, name, most], place) => {
    const field = make(doc, "input", {
      type: "number",
      min: 1,
      max: most,
      step: 1,
      "aria-label": name,
      on: {
        input: () => {
          if (Number.isInteger(field.valueAsNumber))
            lab.tune({ [String(key)]: field.valueAsNumber === usual()[place] ? null : field.valueAsNumber });
        },
      },
    });
    return { field, name, get: () => (key === "k" ? classes() : input()[["ic", "ih", "iw"].indexOf(String(key))]) };
  });
  /** @type {PlanNetwork | null} */
  let network = null;
  let traced = "";
  const totals = make(doc, "dl", { class: "totals" });
  const look = (/** @type {number} */ index) => lab.tune({ n: index });
  const picture = blocksPicture(lab, look);
  const table = layerTable(lab, look);
  const training = trainThis(lab, () => (area.getAttribute("aria-invalid") === "true" ? null : network));
  const result = make(
    doc,
    "div",
    { class: "architecture-result", "data-widget": "network" },
    totals,
    make(doc, "h2", {}, t("arch.depth")),
    picture.element,
    make(doc, "p", { class: "note" }, t("arch.depth.note")),
    make(doc, "h2", { class: "table-title" }, t("arch.table")),
    table.element,
    training.element,
  );
  const python = pythonBlock(lab, () =>
    architecturePython(lab.state, result.classList.contains("stale") ? null : network),
  );
  const element = make(
    doc,
    "div",
    { class: "chapter architecture" },
    make(doc, "p", { class: "deck-formula" }, "[(conv × α + Activation) × β + Pooling] × γ + Fully Connected Layer"),
    list.element,
    area,
    message,
    make(
      doc,
      "div",
      { class: "size-fields" },
      make(doc, "span", { class: "label" }, t("arch.input")),
      ...sizes.map(({ field, name }) => make(doc, "label", {}, make(doc, "span", {}, name), field)),
    ),
    result,
    formulaReference(lab),
    lab.payload.trained ? historyPart(lab, put) : null,
    python.element,
  );
  const refresh = () => {
    if (doc.activeElement !== area) area.value = text();
    for (const { field, get } of sizes) if (doc.activeElement !== field) field.value = String(get());
    const key = JSON.stringify([text(), input(), classes()]);
    if (key !== traced) {
      traced = key;
      try {
        network = tracePlan(resolveFormula(text()), input(), classes());
        said(lab, message, network);
        area.setAttribute("aria-invalid", "false");
        result.classList.remove("stale");
      } catch (error) {
        if (!(error instanceof PlanFault)) throw error;
        putFault(lab, message, error);
        area.setAttribute("aria-invalid", "true");
        result.classList.add("stale");
      }
      result.hidden = !network;
      if (network) refill(totals, ...totalsOf(lab, network));
      picture.put(network);
      table.put(network);
    }
    const chosen = network ? wholeIn(lab.state, "n", 0, network.nodes.length - 1, firstLearned(network)) : -1;
    picture.mark(chosen);
    table.mark(chosen);
    list.refresh();
    training.refresh();
    python.refresh();
  };
  refresh();
  return { element, refresh, gone: training.gone };
}

/**
 * What stands under a formula that can be built.
 * @param {Lab} lab
 * @param {HTMLElement} message
 * @param {PlanNetwork} network
 */
function said({ doc, t }, message, network) {
  const [channels, rows, columns] = network.nodes[network.nodes.length - 1].output;
  const ends = channels === network.classes && rows * columns === 1;
  refill(
    message,
    make(doc, "p", { class: "built" }, make(doc, "code", {}, planText(network.plan))),
    make(
      doc,
      "p",
      { class: "note" },
      ends
        ? t("arch.built", { n: network.nodes.length })
        : t("arch.ends", { shape: [channels, rows, columns].join("×"), k: network.classes }),
    ),
  );
}

/** @param {Lab} lab @param {PlanNetwork} network */
function totalsOf({ doc, t }, network) {
  const last = network.nodes.filter((node) => !node.flat).at(-1);
  const kept = network.nodes.reduce((sum, { output }) => sum + output[0] * output[1] * output[2], 0);
  const figures = [
    [t("arch.parameters"), grouped(network.parameters), "parameters"],
    [t("arch.macs"), grouped(network.macs), "macs"],
    [t("arch.weights"), bytesText(Number(network.parameters) * 4), "weights"],
    [t("arch.maps"), bytesText(kept * 4), "maps"],
    [t("arch.sees"), last ? `${last.field.size.join("×")}` : "–", "sees"],
  ];
  return figures.map(([name, value, id]) =>
    make(doc, "div", {}, make(doc, "dt", {}, name), make(doc, "dd", { class: "figure", "data-figure": id }, value)),
  );
}

/** Bytes as people read them. @param {number} bytes */
export function bytesText(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let [size, unit] = [bytes, 0];
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 100 ? thousands(size) : size.toFixed(1)} ${units[unit]}`;
}
