/** What a line of the script has made: tensors with their shapes and numbers, beside the line. */

import { make, tableHead } from "../../../kit/dom.js";
import { fixed, thousands } from "../../../kit/format.js";
import { paintPicture } from "../../../kit/palette.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("../../../formula/trace.js").PlanNetwork} PlanNetwork */
/** @typedef {import("../../../learn/stages.js").StageSeen} StageSeen */
/** @typedef {import("./code.js").CodeLine} CodeLine */
/**
 * @typedef {object} Known
 * @property {PlanNetwork} network
 * @property {StageSeen | null} seen
 * @property {StageSeen | null} before what was seen before the parameters moved
 * @property {number} lr
 * @property {number} step the last one that is done
 */

const SHOWN = 8; // scores and pictures beside a line

/** @param {Lab} lab @param {CodeLine} line @param {Known} known @returns {(Node | null)[]} */
export function madeBy(lab, line, known) {
  if (line.nodes) return [layersMade(lab, line.nodes, known.network)];
  const { stage } = line;
  const { seen } = known;
  if (!stage || !seen) return [];
  const made = ofStage(lab, stage, known, seen);
  const { doc, t } = lab;
  const past = made.length && seen.step < known.step;
  return past
    ? [make(doc, "p", { class: "note" }, t("script.of.step", { step: thousands(seen.step) })), ...made]
    : made;
}

/**
 * @param {Lab} lab
 * @param {import("../../../learn/training.js").Stage} stage
 * @param {Known} known
 * @param {StageSeen} seen
 */
function ofStage(lab, stage, known, seen) {
  if (stage === "update") return seen.stage === "update" ? [moved(lab, known)] : [];
  if (stage === "batch") return [batchMade(lab, seen)];
  if (stage === "zero") return seen.stage === "zero" ? [gradientTable(lab, seen)] : [];
  if (stage === "forward") return seen.scores ? [scoresMade(lab, seen)] : [];
  if (stage === "loss") return seen.figures ? [lossMade(lab, seen)] : [];
  return ["backward", "update"].includes(seen.stage) ? [gradientTable(lab, seen)] : [];
}

/**
 * A tensor by name, shape and what is in it.
 * @param {Lab} lab @param {string} name @param {(string | number)[]} shape @param {...(Node | string)} content
 */
function tensorCard({ doc, t }, name, shape, ...content) {
  return make(
    doc,
    "div",
    { class: "tensor-card" },
    make(
      doc,
      "p",
      { class: "tensor-name" },
      make(doc, "code", {}, name),
      make(doc, "span", { class: "figure" }, shape.length ? shape.join("×") : t("script.scalar")),
    ),
    ...content,
  );
}

/** @param {Lab} lab @param {number[]} places @param {PlanNetwork} network */
function layersMade(lab, places, network) {
  const { doc, t } = lab;
  const rows = places.map((place) => {
    const { text, output, parameters, parametersHow } = network.nodes[place];
    const shape = output[1] * output[2] > 1 ? output.join("×") : String(output[0]);
    return make(
      doc,
      "tr",
      {},
      make(doc, "th", { scope: "row" }, make(doc, "code", {}, text)),
      make(doc, "td", { class: "figure" }, shape),
      make(doc, "td", { class: "figure" }, parameters ? parametersHow : t("script.no.parameters")),
    );
  });
  return make(
    doc,
    "table",
    { class: "script-table" },
    tableHead(doc, [t("script.layer"), t("script.shape"), t("script.parameters")]),
    make(doc, "tbody", {}, ...rows),
  );
}

/** @param {Lab} lab @param {StageSeen} seen */
function batchMade(lab, { pixels, labels }) {
  const { doc, t } = lab;
  const n = labels.length;
  const size = pixels.length / n;
  const side = Math.sqrt(size);
  const strip = make(
    doc,
    "div",
    { class: "script-batch" },
    ...labels.slice(0, 2 * SHOWN).map((label, i) => {
      const canvas = make(doc, "canvas", {
        class: "pixels",
        role: "img",
        "aria-label": t("mnist.sample", { label }),
      });
      paintPicture(canvas, pixels.subarray(i * size, (i + 1) * size), 0, [1, side, side]);
      return make(doc, "figure", {}, canvas, make(doc, "figcaption", { class: "figure" }, label));
    }),
  );
  return make(
    doc,
    "div",
    {},
    tensorCard(lab, "images", [n, 1, side, side], strip),
    tensorCard(
      lab,
      "labels",
      [n],
      make(doc, "p", { class: "figure" }, `${labels.slice(0, 2 * SHOWN).join(" ")}${more(n)}`),
    ),
  );
}

/** @param {number} n */
function more(n) {
  return n > 2 * SHOWN ? " …" : "";
}

/** @param {Lab} lab @param {StageSeen} seen */
function scoresMade(lab, seen) {
  const { doc, t } = lab;
  const scores = /** @type {Float32Array} */ (seen.scores);
  const n = seen.labels.length;
  const classes = scores.length / n;
  const rows = Array.from({ length: Math.min(3, n) }, (_, i) => {
    const own = scores.subarray(i * classes, (i + 1) * classes);
    return make(
      doc,
      "tr",
      {},
      make(doc, "th", { scope: "row" }, t("script.picture", { n: i, label: seen.labels[i] })),
      ...Array.from(own, (score, k) =>
        make(doc, "td", { class: k === seen.labels[i] ? "figure own" : "figure" }, fixed(score, 2)),
      ),
    );
  });
  return tensorCard(
    lab,
    "outputs",
    [n, classes],
    make(
      doc,
      "div",
      { class: "script-scroll", tabindex: 0, role: "region", "aria-label": "outputs" },
      make(
        doc,
        "table",
        { class: "script-table" },
        make(
          doc,
          "thead",
          {},
          make(
            doc,
            "tr",
            {},
            make(doc, "td"),
            ...Array.from({ length: classes }, (_, k) => make(doc, "th", { scope: "col" }, String(k))),
          ),
        ),
        make(doc, "tbody", {}, ...rows),
      ),
    ),
  );
}

/** @param {Lab} lab @param {StageSeen} seen */
function lossMade(lab, seen) {
  const { doc, t } = lab;
  const { loss, right } = /** @type {{loss: number, right: number}} */ (seen.figures);
  const n = seen.labels.length;
  return tensorCard(
    lab,
    "loss",
    [],
    make(doc, "p", { class: "figure script-loss" }, fixed(loss, 5)),
    make(doc, "p", {}, t("script.loss.mean", { n, guess: fixed(Math.exp(-loss), 3), right })),
  );
}

/** @param {Lab} lab @param {StageSeen} seen */
function gradientTable(lab, { parameters }) {
  const { doc, t } = lab;
  return make(
    doc,
    "div",
    { class: "script-scroll", tabindex: 0, role: "region", "aria-label": t("script.gradients") },
    make(
      doc,
      "table",
      { class: "script-table" },
      tableHead(doc, [t("script.parameter"), t("script.shape"), t("script.gradient.length")]),
      make(
        doc,
        "tbody",
        {},
        ...parameters.map(({ name, shape, length }) =>
          make(
            doc,
            "tr",
            {},
            make(doc, "th", { scope: "row" }, make(doc, "code", {}, name)),
            make(doc, "td", { class: "figure" }, shape.join("×")),
            make(doc, "td", { class: "figure" }, fixed(length, 5)),
          ),
        ),
      ),
    ),
  );
}

/** @param {Lab} lab @param {Known} known */
function moved(lab, { seen, before, lr, network }) {
  const { doc, t } = lab;
  const [last, first] = [seen?.parameters[0], before?.parameters[0]];
  if (!last || !first) return null;
  return make(
    doc,
    "div",
    {},
    make(
      doc,
      "p",
      {},
      t("script.moved", { n: thousands(Number(network.parameters)), name: `${last.name}[0, 0, 0, 0]` }),
    ),
    make(
      doc,
      "p",
      { class: "figure script-sum" },
      `${fixed(first.value, 7)} − ${lr} × ${bracketed(first.gradient)} = ${fixed(last.value, 7)}`,
    ),
  );
}

/** @param {number} value */
function bracketed(value) {
  const text = fixed(value, 7);
  return value < 0 ? `(${text})` : text;
}
