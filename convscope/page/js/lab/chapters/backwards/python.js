/** The same numbers in Python, to copy. */

import { button, make } from "../../../kit/dom.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./state.js").Learning} Learning */

/** @param {Lab} lab @param {() => Learning} now */
export function pythonPart(lab, now) {
  const { doc, t, win } = lab;
  const code = make(doc, "code");
  const block = make(doc, "pre", { class: "python-code", tabindex: 0, "aria-label": t("back.python") }, code);
  const copy = button(doc, t("back.copy"), async () => {
    win.getSelection()?.selectAllChildren(code);
    try {
      await win.navigator.clipboard.writeText(code.textContent ?? "");
      lab.say(t("back.copied"));
    } catch {
      lab.say(t("back.selected")); // the browser forbids it: what is selected can be copied by keyboard
    }
  });
  const element = make(
    doc,
    "section",
    { class: "worked python" },
    make(doc, "h2", {}, t("back.python")),
    make(doc, "p", {}, t("back.python.text")),
    block,
    copy,
  );
  const refresh = () => {
    code.textContent = pythonCode(now());
  };
  return { element, refresh };
}

/** @param {Learning} now */
export function pythonCode(now) {
  const { start, pictures, targets, rate, steps } = now;
  return [
    "from convscope.arithmetic import KernelNetwork, batch_gradient, kernel_step, predicted_change",
    "",
    "network = KernelNetwork(",
    `    kernel=${pythonTable(start.kernel)}, bias=${start.bias},`,
    `    weights=(${start.weights.join(", ")}), offsets=(${start.offsets.join(", ")}),`,
    `    activation="${start.activation}", pool="${start.pool}", slope=${start.slope},`,
    ")",
    "pictures = [",
    ...pictures.map((picture) => `    ${pythonTable(picture)},`),
    "]",
    `targets = [${targets.join(", ")}]  # 0 is \\, 1 is /`,
    ...(steps
      ? [
          `for _ in range(${steps}):`,
          `    network = kernel_step(network, batch_gradient(network, pictures, targets), rate=${rate})`,
        ]
      : []),
    "gradient = batch_gradient(network, pictures, targets)",
    `after = kernel_step(network, gradient, rate=${rate})`,
    'print("kernel before", network.kernel, network.bias)',
    'print("gradient", gradient.kernel, gradient.bias)',
    'print("kernel after", after.kernel, after.bias)',
    'print("loss before", gradient.loss)',
    'print("loss after", batch_gradient(after, pictures, targets).loss)',
    `print("predicted change", predicted_change(gradient, rate=${rate}))`,
    "",
  ].join("\n");
}

/** @param {number[][]} table */
function pythonTable(table) {
  return `[${table.map((line) => `[${line.join(", ")}]`).join(", ")}]`;
}
