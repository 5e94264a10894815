/** What is learned from, and by which network: random digits, the lecture's recipe and the fast one. */

import { button, make, refill } from "../../kit/dom.js";
import { itemOf, unpack } from "../../engine/binary.js";
import { thousands } from "../../kit/format.js";
import { paintPicture } from "../../kit/palette.js";
import { grouped } from "../../formula/fault.js";
import { resolveFormula } from "../../formula/parse.js";
import { tracePlan } from "../../formula/trace.js";
import { ZOO } from "../../formula/table.js";

/** @typedef {import("../types.js").Lab} Lab */

const AT_ONCE = 20;

/** @param {Lab} lab */
export function dataPart(lab) {
  const { doc, t } = lab;
  const { pictures, labels } = lab.payload.samples ?? lab.payload.digits;
  const bytes = unpack(pictures);
  const [n, ...shape] = pictures.shape;
  const row = make(doc, "div", { class: "sample-row" });
  const deal = () => {
    const left = Array.from({ length: n }, (_, i) => i);
    const drawn = Array.from(
      { length: Math.min(AT_ONCE, n) },
      () => left.splice(Math.floor(Math.random() * left.length), 1)[0],
    );
    refill(
      row,
      ...drawn.map((i) => {
        const canvas = make(doc, "canvas", {
          class: "pixels",
          role: "img",
          "aria-label": t("mnist.sample", { label: labels[i] }),
        });
        paintPicture(canvas, itemOf(bytes, pictures.shape, i), 0, shape);
        return make(doc, "figure", {}, canvas, make(doc, "figcaption", { class: "figure" }, String(labels[i])));
      }),
    );
  };
  deal();
  const element = make(
    doc,
    "section",
    { class: "mnist-data", "data-widget": "data" },
    make(doc, "h2", {}, t("mnist.data")),
    make(doc, "p", {}, t("mnist.data.text", { train: thousands(60000), test: thousands(10000) })),
    row,
    button(doc, t("mnist.again"), () => {
      deal();
      lab.say(t("mnist.dealt"));
    }),
  );
  return { element, refresh: () => {} };
}

/** @param {Lab} lab */
export function plansPart(lab) {
  const { doc, t } = lab;
  const named = /** @type {[string, string, string][]} */ ([
    ["slides", t("mnist.slides"), t("mnist.slides.recipe")],
    ["fast", t("mnist.fast"), t("mnist.fast.recipe")],
  ]);
  const cards = named.map(([name, title, recipe]) => {
    const network = tracePlan(resolveFormula(name), [1, 28, 28], 10);
    const go = () => lab.go({ c: "architecture", f: name === "slides" ? null : ZOO[name] });
    const shapes = network.nodes
      .filter((node) => node.window || node.flat)
      .map((node) => (node.flat ? String(node.output[0]) : node.output.join("×")));
    return make(
      doc,
      "div",
      { class: "plan-card" },
      make(doc, "h3", {}, title),
      make(doc, "p", {}, make(doc, "code", {}, ZOO[name])),
      make(doc, "p", { class: "note" }, shapes.join(" → ")),
      make(
        doc,
        "dl",
        { class: "totals" },
        ...[
          [t("arch.parameters"), grouped(network.parameters)],
          [t("arch.macs"), grouped(network.macs)],
        ].map(([key, value]) =>
          make(
            doc,
            "div",
            {},
            make(doc, "dt", {}, key),
            make(doc, "dd", { class: "figure", "data-figure": name }, value),
          ),
        ),
      ),
      make(doc, "p", {}, recipe),
      make(doc, "button", { type: "button", class: "link", on: { click: go } }, t("mnist.architecture")),
    );
  });
  return {
    element: make(
      doc,
      "section",
      { class: "worked", "data-widget": "plans" },
      make(doc, "h2", {}, t("mnist.plans")),
      make(doc, "div", { class: "plan-cards" }, ...cards),
    ),
    refresh: () => {},
  };
}
